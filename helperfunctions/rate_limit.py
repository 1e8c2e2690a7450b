"""A rate limit per client address, and the client's address behind trusted proxies.

The counter is our own because the in-memory store of the well-known library (limits) walks through all addresses up to
a hundred times a second, each time in a new thread. The header is parsed here because uvicorn's ProxyHeadersMiddleware
does not recognise a trusted proxy by its IPv4-mapped address (::ffff:10.0.0.1), as a socket for both kinds reports it,
and takes text that is not an address for one.
"""

import time
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

# The network that a provider gives to one customer, who could otherwise send requests from any number of addresses.
_IPV6_PREFIX: Final = 64
WINDOW_SECONDS: Final = 60.0
MAX_ADDRESSES: Final = 50_000


class RateLimit:
    """At most `per_minute` requests for each address, in windows of a minute.

    `now` returns seconds that never go back. MAX_ADDRESSES are counted in a window, in some ten megabytes; a client
    with more addresses than that cannot be limited by address.
    """

    def __init__(self, per_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._now = now
        self._ends_at = 0.0
        self._requests: dict[str, int] = {}

    def allow(self, address: str) -> float:
        """Count a request: 0 if it is accepted, otherwise the seconds until the next one is. For one thread."""
        now = self._now()
        if now >= self._ends_at:
            self._requests.clear()
            self._ends_at = now + WINDOW_SECONDS
        client = counted_as(address)
        requests = self._requests.get(client, 0)
        if requests >= self._per_minute:
            return self._ends_at - now
        if requests or len(self._requests) < MAX_ADDRESSES:
            self._requests[client] = requests + 1
        return 0.0

    def take_back(self, address: str) -> None:
        """Count the newest request of an address no more. For the thread of `allow`."""
        client = counted_as(address)
        if self._requests.get(client, 0):
            self._requests[client] -= 1


def client_address(peer: str, forwarded_for: str | None, trusted: Sequence[IPv4Network | IPv6Network]) -> str:
    """The address of the client: the closest one that is not a trusted proxy.

    Addresses to the left of it in X-Forwarded-For may have been written by the client.
    """
    address = peer
    for written in reversed((forwarded_for or "").split(",")):
        if not is_in(address, trusted):
            return address
        candidate = _parsed(_without_port(written.strip()))
        if candidate is None:
            return address
        address = str(candidate)
    return address


def is_in(address: str, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    """True if an address belongs to one of these networks; False for text that is not an address."""
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in networks)


def _without_port(address: str) -> str:
    """Some proxies write 192.0.2.1:5678 or [2001:db8::1]:5678."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    # An IPv4 address from a socket for both kinds.
    return parsed.ipv4_mapped or parsed if isinstance(parsed, IPv6Address) else parsed


def counted_as(address: str) -> str:
    """The name under which an address is counted: for IPv6, the network of one customer."""
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, _IPV6_PREFIX), strict=False))
    return str(parsed or "unknown")
