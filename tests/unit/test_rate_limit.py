"""How often an address may ask, and who it is that asks."""

from ipaddress import ip_network

import pytest

from helperfunctions.rate_limit import MOST_ADDRESSES, WINDOW_SECONDS, RateLimit, client_address

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


class Watch:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_so_many_a_minute_each_and_then_a_wait() -> None:
    watch = Watch()
    limit = RateLimit(2, watch)
    assert [limit.allow("192.0.2.1") for _ in range(2)] == [0, 0]
    watch.now += 20
    assert limit.allow("192.0.2.1") == WINDOW_SECONDS - 20
    assert limit.allow("192.0.2.2") == 0
    watch.now += 40
    assert limit.allow("192.0.2.1") == 0


def test_a_customers_ipv6_addresses_count_as_one() -> None:
    limit = RateLimit(1, Watch())
    assert limit.allow("2001:db8:1:2::1") == 0
    assert limit.allow("2001:db8:1:2:ffff::9") > 0
    assert limit.allow("2001:db8:1:3::1") == 0
    assert limit.allow("::ffff:192.0.2.1") == 0
    assert limit.allow("192.0.2.1") > 0


def test_however_many_addresses_ask_only_so_many_are_kept() -> None:
    limit = RateLimit(1, Watch())
    for number in range(MOST_ADDRESSES + 1000):
        limit.allow(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(limit._asked) == MOST_ADDRESSES
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
    ],
)
def test_who_asks_is_the_nearest_that_is_no_proxy_of_ours(peer: str, forwarded: str | None, expected: str) -> None:
    assert client_address(peer, forwarded, PROXIES) == expected
