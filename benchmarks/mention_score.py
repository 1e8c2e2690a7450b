"""The outcome of a mention, compared with the expected one: right, asked back, wrong, silent, or needlessly answered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final

from bot.core.questions import Command, DidYouMean, Question, TimeNotKnown, Understood, Window, WindowKind

DAY: Final = date(2026, 11, 23)
_LISTS: Final = Path(__file__).with_name("mentions")


class Outcome(StrEnum):
    """The outcome of a mention."""

    RIGHT = "right"
    AMONG = "asked back, the right one among them"
    WITHOUT = "asked back without it"
    WRONG = "wrong"
    SILENT = "silent"
    QUIET = "rightly silent"
    NEEDLESS = "needlessly answered"


@dataclass(frozen=True, slots=True)
class Case:
    """A mention without our own name, and the permitted meanings in the format of `shown`; the first is the best.

    `?` alone means any question back, `?Name` for one with that name among those offered, `time?` for a time that
    is not known, `-` for silence.
    """

    category: str
    text: str
    expected: tuple[str, ...]

    @property
    def asks(self) -> bool:
        """True if the mention asks for something."""
        return self.expected[0] != "-"


def shown(what: Understood, day: date = DAY) -> str:
    """`game Just Chatting`, `streamer xQc @ live`, `?xQc|Ninja`, `time?`, `help`, `-`; yesterday is not named."""
    match what:
        case Question(subject, window):
            when = _time_shown(window, day)
            return f"{subject.kind} {subject.name}" + (f" @ {when}" if when != "yesterday" else "")
        case DidYouMean(candidates):
            return "?" + "|".join(candidate.name for candidate in candidates)
        case TimeNotKnown():
            return "time?"
        case Command():
            return str(what)
    return "-"


def _time_shown(window: Window, day: date) -> str:
    yesterday = day - timedelta(days=1)
    if window.kind is not WindowKind.DAYS:
        return str(window.kind)
    if window.first == window.last:
        return "yesterday" if window.last == yesterday else str(window.last)
    days = (window.last - window.first).days + 1
    return f"{days} days" if window.last == yesterday else f"{window.first}..{window.last}"


def outcome(case: Case, got: str) -> Outcome:
    """The outcome of a case whose meaning is `got`."""
    if not case.asks and (got == "-" or got in case.expected):
        return Outcome.QUIET
    if got in case.expected or (got.startswith("?") and any(_is_offered(one, got) for one in case.expected)):
        return Outcome.RIGHT
    if not case.asks:
        return Outcome.NEEDLESS if not got.startswith("?") or "?" not in case.expected else Outcome.QUIET
    if got == "-":
        return Outcome.SILENT
    if got.startswith("?"):
        names = {_name(one) for one in case.expected}
        return Outcome.AMONG if names & set(got[1:].split("|")) else Outcome.WITHOUT
    # A time that is asked back is a question, not another time.
    return Outcome.WITHOUT if got == "time?" else Outcome.WRONG


def _is_offered(expected: str, got: str) -> bool:
    return expected == "?" or (expected.startswith("?") and expected[1:] in got[1:].split("|"))


def _name(expected: str) -> str:
    return expected.split(" @ ")[0].removeprefix("game ").removeprefix("streamer ").removeprefix("?")


def written_by_hand(which: str) -> Iterator[Case]:
    """The mentions of a list that was written by hand before the rules, one per line."""
    for line in (_LISTS / f"{which}.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            text, _, expected = line.rpartition(" => ")
            yield Case(f"by hand: {which}", text, tuple(one.strip() for one in expected.split(" / ")))
