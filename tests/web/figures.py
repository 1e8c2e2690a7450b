"""Figures of the recorded world, computed from its polls in plain Python, without SQL: the definition of watch time
once more, and sums."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest

from bot.core.polls import PollStatus
from tests.web.conftest import CALENDAR
from tests.web.recorded_world import LAST, TakenPoll, polls

HOUR = timedelta(hours=1)
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Seen:
    """A stream at a poll, which counts for some hours."""

    day: date
    streamer: str
    game: str
    language: str
    stream_id: str
    viewers: int
    hours: float


@dataclass
class Sums:
    """The sums of some streams."""

    watch_hours: float = 0.0
    airtime_hours: float = 0.0
    peak_viewers: int = 0

    def add(self, seen: Seen) -> None:
        self.watch_hours += seen.viewers * seen.hours
        self.airtime_hours += seen.hours
        self.peak_viewers = max(self.peak_viewers, seen.viewers)


@cache
def hours_of_polls(day: date) -> Sequence[tuple[TakenPoll, float]]:
    """The polls of a day that count, and for how many hours each does."""
    of_day = [poll for poll in polls() if poll.day == day]
    whole = [poll for poll in of_day if poll.status is PollStatus.COMPLETE]
    counted = [
        poll
        for poll in of_day
        if poll in whole
        or (
            poll.status is PollStatus.PARTIAL
            and all(abs(poll.at - near.at) > 1.5 * timedelta(minutes=poll.interval_minutes) for near in whole)
        )
    ]
    bounds = CALENDAR.day(day)
    found = []
    for number, poll in enumerate(counted):
        reach = poll.interval_minutes / 60
        back = (poll.at - counted[number - 1].at) / HOUR / 2 if number else (poll.at - bounds.starts_at) / HOUR
        is_last = number + 1 == len(counted)
        on = (bounds.ends_at - poll.at) / HOUR if is_last else (counted[number + 1].at - poll.at) / HOUR / 2
        found.append((poll, min(back, reach) + min(on, reach)))
    return found


def days_between(first: date, last: date) -> list[date]:
    """The finished days of a range."""
    return [first + number * ONE_DAY for number in range((last - first).days + 1) if first + number * ONE_DAY <= LAST]


def covered(first: date, last: date) -> float:
    return sum(hours for day in days_between(first, last) for _, hours in hours_of_polls(day))


@cache
def seen_between(first: date, last: date) -> Sequence[Seen]:
    return [
        Seen(
            day,
            stream.streamer_id,
            stream.game_id,
            stream.language,
            stream.stream_id,
            stream.viewer_count,
            hours,
        )
        for day in days_between(first, last)
        for poll, hours in hours_of_polls(day)
        for stream in poll.streams
    ]


def sums_by(
    key: Callable[[Seen], Any], first: date, last: date, where: Callable[[Seen], bool] = lambda seen: True
) -> dict[Any, Sums]:
    found: defaultdict[Any, Sums] = defaultdict(Sums)
    for seen in seen_between(first, last):
        if where(seen):
            found[key(seen)].add(seen)
    return dict(found)


def ranked(sums: Mapping[str, Sums], value: Callable[[Sums], float]) -> list[str]:
    """The names, the highest value first, equal ones in the order of the names."""
    return sorted(sums, key=lambda name: (-round(value(sums[name]), 6), name))


@cache
def first_day_of(kind: str, id_: str) -> date:
    """The day of the first poll that saw a game or a streamer."""
    return min(poll.day for poll in polls() if any(getattr(one, f"{kind}_id") == id_ for one in poll.streams))


def close(value: float) -> Any:
    return pytest.approx(value, rel=1e-9, abs=1e-9)


def query_of(first: date, last: date) -> str:
    return f"from={first}&to={last}"


def before(first: date, last: date) -> tuple[date, date]:
    days = (last - first).days + 1
    return first - days * ONE_DAY, first - ONE_DAY


def comparable(first: date, last: date) -> bool:
    both = covered(first, last), covered(*before(first, last))
    return min(both) > 0.9 * max(both)


def changes(now: Mapping[str, Sums], then: Mapping[str, Sums], first: date, last: date) -> dict[str, float | None]:
    """The change of the hours watched per measured hour, by name; None where there is nothing to compare with."""
    if not comparable(first, last):
        return dict.fromkeys(now)
    hours, hours_before = covered(first, last), covered(*before(first, last))
    return {
        name: sums.watch_hours / hours / (then[name].watch_hours / hours_before) - 1 if name in then else None
        for name, sums in now.items()
    }
