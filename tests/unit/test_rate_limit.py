"""The rate limit, and the address of a client behind proxies."""

from ipaddress import ip_network

import pytest

from helperfunctions.rate_limit import MAX_ADDRESSES, WINDOW_SECONDS, RateLimit, client_address

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


class Watch:
    """A count of seconds that a test advances."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_requests_above_the_limit_wait_for_the_next_minute() -> None:
    watch = Watch()
    limit = RateLimit(2, watch)
    assert [limit.allow("192.0.2.1") for _ in range(2)] == [0, 0]
    watch.now += 20
    assert limit.allow("192.0.2.1") == WINDOW_SECONDS - 20
    assert limit.allow("192.0.2.2") == 0
    watch.now += 40
    assert limit.allow("192.0.2.1") == 0


def test_a_request_that_is_taken_back_is_not_counted() -> None:
    limit = RateLimit(1, Watch())
    assert limit.allow("192.0.2.1") == 0
    limit.take_back("192.0.2.1")
    limit.take_back("192.0.2.1")
    limit.take_back("192.0.2.2")
    assert limit.allow("192.0.2.1") == 0
    assert limit.allow("192.0.2.1") > 0


def test_ipv6_addresses_of_one_customer_count_as_one() -> None:
    limit = RateLimit(1, Watch())
    assert limit.allow("2001:db8:1:2::1") == 0
    assert limit.allow("2001:db8:1:2:ffff::9") > 0
    assert limit.allow("2001:db8:1:3::1") == 0
    assert limit.allow("::ffff:192.0.2.1") == 0
    assert limit.allow("192.0.2.1") > 0


def test_number_of_counted_addresses_is_bounded() -> None:
    limit = RateLimit(1, Watch())
    for number in range(MAX_ADDRESSES + 1000):
        limit.allow(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(limit._requests) == MAX_ADDRESSES
    assert limit.allow("10.0.0.0") > 0


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.9", None, "192.0.2.9"),
        ("192.0.2.9", "198.51.100.1", "192.0.2.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "<script>, 10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("fd00::1", "2001:db8::7", "2001:db8::7"),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("", "198.51.100.1", ""),
        ("10.0.0.1", "198.51.100.1:5678", "198.51.100.1"),
        ("10.0.0.1", "[2001:db8::7]:5678", "2001:db8::7"),
    ],
    ids=[
        "no proxy",
        "untrusted peer",
        "trusted peer",
        "forged address to the left",
        "two trusted proxies",
        "text that is not an address",
        "empty header",
        "IPv6",
        "IPv4-mapped IPv6",
        "no peer address",
        "IPv4 with a port",
        "IPv6 with a port",
    ],
)
def test_client_is_the_closest_address_that_is_not_a_trusted_proxy(
    peer: str, forwarded: str | None, expected: str
) -> None:
    assert client_address(peer, forwarded, PROXIES) == expected
