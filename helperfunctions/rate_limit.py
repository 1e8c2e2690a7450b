"""How often one address may ask.

By hand, for the store in memory of the well-known library walks through all addresses up to a hundred times a second,
each time in a new thread.
"""

import time
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Final

# What one customer of a provider usually has, who could otherwise ask from as many addresses as he likes.
_OWN_IPV6: Final = 64
WINDOW_SECONDS: Final = 60.0
MOST_ADDRESSES: Final = 50_000


class RateLimit:
    """So many requests a minute for each address, counted from when somebody first asks to a minute later.

    `now` gives seconds that never go back. At most MOST_ADDRESSES are counted in a minute, in some ten megabytes; with
    more, somebody has so many that counting by address is no help.
    """

    def __init__(self, per_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self._most = per_minute
        self._now = now
        self._ends_at = 0.0
        self._asked: dict[str, int] = {}

    def allow(self, address: str) -> float:
        """0 when it may ask now, which counts; else the seconds until it may. Not for several threads."""
        now = self._now()
        if now >= self._ends_at:
            self._asked.clear()
            self._ends_at = now + WINDOW_SECONDS
        who = counted_as(address)
        asked = self._asked.get(who, 0)
        if asked >= self._most:
            return self._ends_at - now
        if asked or len(self._asked) < MOST_ADDRESSES:
            self._asked[who] = asked + 1
        return 0.0


def client_address(peer: str, forwarded_for: str | None, trusted: Sequence[IPv4Network | IPv6Network]) -> str:
    """Who asks: the nearest address that is none of our own proxies. What stands further left in X-Forwarded-For,
    anybody could have written."""
    address = peer
    for told in reversed((forwarded_for or "").split(",")):
        if not is_in(address, trusted):
            return address
        candidate = _parsed(_without_port(told.strip()))
        if candidate is None:
            return address
        address = str(candidate)
    return address


def is_in(address: str, networks: Sequence[IPv4Network | IPv6Network]) -> bool:
    """Whether an address is one of a network; what is none is not."""
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in networks)


def _without_port(told: str) -> str:
    """Some proxies write 192.0.2.1:5678 or [2001:db8::1]:5678."""
    if told.startswith("["):
        return told[1:].partition("]")[0]
    return told.partition(":")[0] if told.count(":") == 1 else told


def _parsed(address: str) -> IPv4Address | IPv6Address | None:
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    # An IPv4 address that came in by a socket of both kinds.
    return parsed.ipv4_mapped or parsed if isinstance(parsed, IPv6Address) else parsed


def counted_as(address: str) -> str:
    """The name under which an address is counted: of IPv6, the network that one customer has."""
    parsed = _parsed(address)
    if isinstance(parsed, IPv6Address):
        return str(ip_network((parsed, _OWN_IPV6), strict=False))
    return str(parsed or "unknown")
