"""Hours by the hour of the week, on the wall clock of a time zone. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar
from zoneinfo import ZoneInfo

HOUR: Final = timedelta(hours=1)
# An hour of the week is better than others in at least this share of at least this many weeks: one large channel moves
# one of them.
MIN_WEEKS: Final = 3
_LASTING: Final = 0.75

# The day of the week, 1 is Monday, and the hour.
ClockHour = tuple[int, int]
Value = TypeVar("Value")


def is_lasting(weeks: int, weeks_above: int) -> bool:
    """True if an hour was above the average of its week in most of several weeks."""
    return weeks >= MIN_WEEKS and weeks_above >= _LASTING * weeks


def by_clock_hour(
    values: Iterable[tuple[datetime, Value]], timezone: ZoneInfo
) -> Mapping[ClockHour, Sequence[tuple[Value, float]]]:
    """The values of hours of UTC, which are named by their beginnings, by the hour of the week from Monday 0:00, each
    with the share of its hour that falls into that one."""
    found: defaultdict[ClockHour, list[tuple[Value, float]]] = defaultdict(list)
    for hour_at, value in values:
        for clock_hour, share in clock_hours(hour_at, timezone):
            found[clock_hour].append((value, share))
    return dict(sorted(found.items()))


def clock_hours(hour_at: datetime, timezone: ZoneInfo) -> Iterator[tuple[ClockHour, float]]:
    """The hours of the week, on the wall clock, that an hour of UTC falls into, each with the share that falls into it.

    There are two where a zone is half an hour or three quarters off, as in Kathmandu: an hour that begins there at
    15:45 is in the hour of 15:00 for a quarter only.
    """
    local = hour_at.astimezone(timezone)
    after = timedelta(minutes=local.minute, seconds=local.second) / HOUR
    yield (local.isoweekday(), local.hour), 1 - after
    if after:
        following = (hour_at + HOUR * (1 - after)).astimezone(timezone)
        yield (following.isoweekday(), following.hour), after
