"""Everything that Helix is known to do wrong, each switched on by rate or on cue, also while the sandbox runs."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from sandbox.chances import Chances


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
    """The connection is reset instead of an answer."""
    SLOW = "slow"
    """The answer comes after `Faults.slow_seconds`, real ones."""
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - no secret
    """The token stops working: 401 now and from now on. Spares tokens that have not served a request yet."""
    INVALID_CURSOR = "invalid_cursor"
    """400 "invalid cursor" to a good one (twitchdev/issues#91)."""
    SHORT_PAGE = "short_page"
    """Fewer streams than asked for, though more follow."""
    EMPTY_PAGE = "empty_page"
    """No streams and a cursor that goes on from the same place."""
    NULL_DATA = "null_data"
    """Like an empty page, with null for the list."""
    REPEATED_CURSOR = "repeated_cursor"
    """The page's cursor leads to the page itself."""
    BACK_TO_TOP = "back_to_top"
    """The page's cursor leads to the first page (twitchdev/issues#93)."""
    DUPLICATES = "duplicates"
    """Streams of the page before once more, some with other counts."""
    ODD_STREAMS = "odd_streams"
    """Null tags, missing and unknown fields, and streams that no one can use."""
    ORDER_VIOLATION = "order_violation"
    """The page ends with streams from far below."""


ANSWER_FAULTS: Final = (
    Fault.TOO_MANY_REQUESTS,
    Fault.SERVER_ERROR,
    Fault.HTML,
    Fault.TRUNCATED,
    Fault.RESET,
    Fault.SLOW,
)
"""Take the place of any answer; at most one, of these and the next, strikes a request."""

_REFUSALS: Final = (Fault.TOKEN_EXPIRED, Fault.INVALID_CURSOR)

PAGE_FAULTS: Final = tuple(fault for fault in Fault if fault not in (*ANSWER_FAULTS, *_REFUSALS))
"""Spoil a page of streams; several can strike the same page."""


class Faults(Chances[Fault]):
    """Decides which faults strike a request: one that replaces the answer, or any that spoil a page."""

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
