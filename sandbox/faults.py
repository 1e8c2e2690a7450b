"""The known faults of Helix, each switched on by a rate or on demand, also while the sandbox runs."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from sandbox.fault_injector import FaultInjector


class Fault(StrEnum):
    """The faults that a request to the simulated Twitch can suffer."""

    TOO_MANY_REQUESTS = "too_many_requests"
    """429, Ratelimit-Reset a few seconds ahead."""
    SERVER_ERROR = "server_error"
    """500, 502 or 503 with a JSON body."""
    HTML = "html"
    """A page of HTML, with status 502 or 200."""
    TRUNCATED = "truncated"
    """The connection closes before the announced length is sent."""
    RESET = "reset"
    """The connection is reset instead of a response."""
    SLOW = "slow"
    """The response comes after `Faults.slow_seconds` of real time."""
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - no secret
    """The token is revoked: 401 from now on. Not for tokens that have not been used yet."""
    INVALID_CURSOR = "invalid_cursor"
    """400 "invalid cursor" for a valid cursor (twitchdev/issues#91)."""
    SHORT_PAGE = "short_page"
    """Fewer streams than requested, although more follow."""
    EMPTY_PAGE = "empty_page"
    """No streams, and a cursor that continues from the same place."""
    NULL_DATA = "null_data"
    """An empty page with null instead of the list."""
    REPEATED_CURSOR = "repeated_cursor"
    """The page's cursor leads to the page itself."""
    BACK_TO_TOP = "back_to_top"
    """The page's cursor leads to the first page (twitchdev/issues#93)."""
    DUPLICATES = "duplicates"
    """Streams of the previous page again, some with other viewer counts."""
    ODD_STREAMS = "odd_streams"
    """Null tags, missing and unknown fields, and unusable streams."""
    ORDER_VIOLATION = "order_violation"
    """The page ends with streams of far fewer viewers."""
    PICTURE_UNAVAILABLE = "picture_unavailable"
    """503 instead of a picture."""
    PICTURE_MISSING = "picture_missing"
    """404 instead of a picture."""
    PICTURE_HUGE = "picture_huge"
    """A picture of three megabytes."""
    PICTURE_SVG = "picture_svg"
    """An SVG with a script, as image/png."""
    PICTURE_REDIRECT = "picture_redirect"
    """A redirect to a private host."""


ANSWER_FAULTS: Final = (
    Fault.TOO_MANY_REQUESTS,
    Fault.SERVER_ERROR,
    Fault.HTML,
    Fault.TRUNCATED,
    Fault.RESET,
    Fault.SLOW,
)
"""Faults that replace any response; at most one of these and the next is injected into a request."""

_REFUSALS: Final = (Fault.TOKEN_EXPIRED, Fault.INVALID_CURSOR)
PICTURE_ONLY: Final = tuple(fault for fault in Fault if fault.startswith("picture_"))
"""Faults that only a picture can have."""

PICTURE_FAULTS: Final = (*PICTURE_ONLY, *(fault for fault in ANSWER_FAULTS if fault is not Fault.TOO_MANY_REQUESTS))
"""Faults that replace a picture; at most one is injected."""

PAGE_FAULTS: Final = tuple(fault for fault in Fault if fault not in (*ANSWER_FAULTS, *_REFUSALS, *PICTURE_ONLY))
"""Faults that change a page of streams; several can be injected into the same page."""


class Faults(FaultInjector[Fault]):
    """Decides which faults are injected into a request: one that replaces the response, or any that change a page."""

    def __init__(self, rates: Mapping[str, float] | None = None, *, seed: int = 0, slow_seconds: float = 30.0) -> None:
        super().__init__(Fault, rates, seed=seed, slow_seconds=slow_seconds)

    @staticmethod
    def everything(rate: float) -> dict[str, float]:
        """The rates of all faults at once."""
        return {fault.value: rate for fault in Fault}

    def _chosen(self, cued: list[Fault], by_chance: list[Fault]) -> frozenset[Fault]:
        replacing = _not_of_a_page(cued) or _not_of_a_page(by_chance)
        return frozenset([self.random.choice(replacing)] if replacing else [*cued, *by_chance])


def _not_of_a_page(faults: list[Fault]) -> list[Fault]:
    return [fault for fault in faults if fault not in PAGE_FAULTS]
