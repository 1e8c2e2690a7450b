"""Everything that Helix is known to do wrong, each switched on by rate or on cue, also while the sandbox runs."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from random import Random
from typing import Final


class Fault(StrEnum):
    """What can go wrong with one request."""

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


class Faults:
    """Decides what goes wrong. `rates` are chances per request that a fault can strike, 0 to 1."""

    def __init__(self, rates: Mapping[str, float] | None = None, *, seed: int = 0, slow_seconds: float = 30.0) -> None:
        self.slow_seconds = slow_seconds
        self.random = Random(seed)
        self._lock = threading.Lock()
        self._rates: dict[Fault, float] = {}
        self._cues: Counter[Fault] = Counter()
        self._struck: Counter[Fault] = Counter()
        self.set_rates(rates or {})

    @staticmethod
    def everything(rate: float) -> dict[str, float]:
        """The rates of all faults at once."""
        return {fault.value: rate for fault in Fault}

    def set_rates(self, rates: Mapping[str, float]) -> None:
        """Change the rates of the faults named. Raises ValueError for an unknown name or a rate outside 0 to 1."""
        changed = {Fault(name): float(rate) for name, rate in rates.items()}
        if wrong := [f"{fault}={rate}" for fault, rate in changed.items() if not 0 <= rate <= 1]:
            raise ValueError(f"rates are between 0 and 1: {', '.join(wrong)}")
        with self._lock:
            self._rates.update(changed)

    def cue(self, name: str, times: int = 1) -> None:
        """Strike the next requests that this fault can strike. Raises ValueError for an unknown name or times < 1."""
        if times < 1:
            raise ValueError(f"a fault strikes at least once, not {times} times")
        with self._lock:
            self._cues[Fault(name)] += times

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        with self._lock:
            self._rates.clear()
            self._cues.clear()

    def rates(self) -> dict[str, float]:
        """The rates in force, by name."""
        with self._lock:
            return {fault.value: self._rates.get(fault, 0.0) for fault in Fault}

    def struck(self) -> dict[str, int]:
        """How often each fault has struck, by name."""
        with self._lock:
            return {fault.value: self._struck[fault] for fault in Fault}

    def strike(self, possible: Sequence[Fault]) -> frozenset[Fault]:
        """What strikes a request that can suffer the faults named: one that replaces the answer, or any of a page."""
        with self._lock:
            cued = [fault for fault in possible if self._cues[fault]]
            by_chance = [fault for fault in possible if self.random.random() < self._rates.get(fault, 0.0)]
            replacing = _not_of_a_page(cued) or _not_of_a_page(by_chance)
            struck = frozenset([self.random.choice(replacing)] if replacing else [*cued, *by_chance])
            self._cues.subtract(fault for fault in struck if self._cues[fault])
            self._struck.update(struck)
            return struck


def _not_of_a_page(faults: list[Fault]) -> list[Fault]:
    return [fault for fault in faults if fault not in PAGE_FAULTS]
