"""Decide which connections are served, refused and closed when there are many. Pure: the server reports each one.

A connection that finds no room is not cut off: it may make one request, which is answered by an error page that asks to
come again, or by the health check. The number of such connections is limited too.
"""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import Final

from helperfunctions.rate_limit import counted_as, is_in

log = logging.getLogger(__name__)

# Two for each of many visitors, and far below the thousand files that a process may usually open.
MOST: Final = 512
# Of one address; a browser opens six at most.
MOST_OF_A_PEER: Final = 100
# Refused connections that have not sent a request yet. Some hundred may open before the first is read.
MOST_REFUSED: Final = 384
LOG_EVERY_SECONDS: Final = 60.0


@dataclass(slots=True, eq=False)
class Place:
    """A connection's place. `refused`: the reason why it is not served; `close` cuts it off."""

    peer: str
    close: Callable[[], None]
    refused: str | None = None
    # A request has come and is not answered yet.
    is_busy: bool = False


@dataclass(slots=True)
class Connections:
    """All connections of a server. `now` gives seconds that never go back. For one thread.

    A peer of `trusted` represents many visitors and has no limit of its own."""

    trusted: Sequence[IPv4Network | IPv6Network] = ()
    most: int = MOST
    most_of_a_peer: int = MOST_OF_A_PEER
    most_refused: int = MOST_REFUSED
    now: Callable[[], float] = time.monotonic
    _served: OrderedDict[Place, None] = field(default_factory=OrderedDict)
    _refused: OrderedDict[Place, None] = field(default_factory=OrderedDict)
    _of_peer: dict[Hashable, int] = field(default_factory=dict)
    _refused_since: int = 0
    _may_log_at: float = float("-inf")

    def open(self, address: str, close: Callable[[], None]) -> Place:
        """A place for a new connection from `address`."""
        place = Place(counted_as(address), close)
        if not is_in(address, self.trusted) and self._of_peer.get(place.peer, 0) >= self.most_of_a_peer:
            place.refused = "Too many connections from your address."
        elif len(self._served) >= self.most and not self._close_oldest_idle():
            place.refused = "Too many visitors just now."
        if place.refused is None:
            self._served[place] = None
            self._of_peer[place.peer] = self._of_peer.get(place.peer, 0) + 1
        else:
            self._refuse(place, address)
        return place

    def idle(self, place: Place) -> None:
        """The connection waits for a request from now on, or again."""
        place.is_busy = False
        if place in self._served:
            self._served.move_to_end(place)

    def busy(self, place: Place) -> None:
        """A request has come on the connection."""
        place.is_busy = True

    def closed(self, place: Place) -> None:
        """The connection is gone; may be reported more than once."""
        self._refused.pop(place, None)
        if place not in self._served:
            return
        del self._served[place]
        left = self._of_peer[place.peer] - 1
        if left:
            self._of_peer[place.peer] = left
        else:
            del self._of_peer[place.peer]

    def _close_oldest_idle(self) -> bool:
        """Make room by closing the connection that has waited longest for a request; whether there was one."""
        oldest = next((place for place in self._served if not place.is_busy), None)
        if oldest is not None:
            self.closed(oldest)
            oldest.close()
        return oldest is not None

    def _refuse(self, place: Place, address: str) -> None:
        self._refused[place] = None
        if len(self._refused) > self.most_refused:
            oldest = next((one for one in self._refused if not one.is_busy), place)
            self.closed(oldest)
            oldest.close()
        self._refused_since += 1
        if self.now() >= self._may_log_at:
            self._may_log_at = self.now() + LOG_EVERY_SECONDS
            log.warning(
                "connections to the dashboard are refused count=%d open=%d latest_from=%s; if that is your proxy, name "
                "it in WEB_TRUSTED_PROXIES",
                self._refused_since,
                len(self._served),
                address,
            )
            self._refused_since = 0
