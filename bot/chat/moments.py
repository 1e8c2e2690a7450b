"""Hype moments: minutes with far more messages than usual in this channel. Pure, and the only definition.

A minute is a **hit** when it was heard whole and has

- more messages than the median + 6 × max(1.4826 × MAD, √median) of the 15 covered minutes before it (MAD: the median
  of the differences from the median), at least 1.5 times their median, and at least 30;
- at least 1.3 times as many chatters as their median, so that one who writes very much is none.

Hits within 5 minutes are one moment. Its kind is `raid` or `subs` if such a notice came at most 2 minutes before it, so
that the greetings after a raid are no reaction to the stream.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import sqrt
from statistics import median
from typing import Final

MINUTE: Final = timedelta(minutes=1)
# The usual is that of this number of covered minutes, all of them within the hour before.
USUAL_MINUTES: Final = 15
USUAL_WITHIN: Final = timedelta(hours=1)
_DEVIATIONS: Final = 6.0
# Makes of the MAD of normally distributed values their standard deviation.
_MAD_TO_DEVIATION: Final = 1.4826
_LEAST_TIMES: Final = 1.5
_LEAST_MESSAGES: Final = 30
_LEAST_TIMES_CHATTERS: Final = 1.3
_TOGETHER: Final = timedelta(minutes=5)
_AFTER_NOTICE: Final = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class ClosedMinute:
    """A closed minute of a channel. `subs` with those that were given."""

    channel_id: str
    minute_at: datetime
    messages: int
    chatters: int
    subs: int
    raid_viewers: int
    is_covered: bool
    top_emotes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Moment:
    """A hype moment. `minutes`: from its first hit to its last; `peak_messages`: of its busiest minute, `times_usual`
    as many as the median before the first hit; `top_emotes`: those of the busiest minute."""

    channel_id: str
    starts_at: datetime
    minutes: int
    peak_messages: int
    times_usual: float
    kind: str
    top_emotes: Sequence[str]


def times_usual(before: Sequence[ClosedMinute], minute: ClosedMinute) -> float | None:
    """How many times as many messages as usual a hit has; None for a minute that is no hit. `before`: the minutes
    before it, in their order."""
    usual = [one for one in before if one.is_covered and one.minute_at >= minute.minute_at - USUAL_WITHIN]
    usual = usual[-USUAL_MINUTES:]
    if not minute.is_covered or len(usual) < USUAL_MINUTES or minute.messages < _LEAST_MESSAGES:
        return None
    middle = median(one.messages for one in usual)
    deviation = _MAD_TO_DEVIATION * median(abs(one.messages - middle) for one in usual)
    is_far_more = minute.messages > middle + _DEVIATIONS * max(deviation, sqrt(middle))
    is_by_many = minute.chatters >= _LEAST_TIMES_CHATTERS * median(one.chatters for one in usual)
    if not is_far_more or not is_by_many or minute.messages < _LEAST_TIMES * middle:
        return None
    # A chat that was silent has no usual; one message counts as such.
    return round(minute.messages / max(middle, 1), 1)


def with_minute(before: Sequence[ClosedMinute], minute: ClosedMinute, newest: Moment | None) -> Moment | None:
    """The moment that a minute begins or goes on with; None if it is no hit, or is in the moment already. `newest`: the
    channel's newest moment that began before."""
    times = times_usual(before, minute)
    if times is None:
        return None
    if newest is not None:
        last_at = newest.starts_at + MINUTE * (newest.minutes - 1)
        if newest.starts_at <= minute.minute_at <= last_at:
            return None
        if timedelta(0) < minute.minute_at - last_at <= _TOGETHER:
            return _going_on(newest, minute)
    return Moment(
        minute.channel_id,
        minute.minute_at,
        1,
        minute.messages,
        times,
        _kind([*before, minute], minute.minute_at),
        minute.top_emotes,
    )


def _going_on(moment: Moment, minute: ClosedMinute) -> Moment:
    longer = replace(moment, minutes=(minute.minute_at - moment.starts_at) // MINUTE + 1)
    if minute.messages <= moment.peak_messages:
        return longer
    times = round(moment.times_usual * minute.messages / moment.peak_messages, 1)
    return replace(longer, peak_messages=minute.messages, times_usual=times, top_emotes=minute.top_emotes)


def _kind(minutes: Sequence[ClosedMinute], starts_at: datetime) -> str:
    near = [one for one in minutes if starts_at - _AFTER_NOTICE <= one.minute_at <= starts_at]
    if any(one.raid_viewers for one in near):
        return "raid"
    return "subs" if any(one.subs for one in near) else "hype"
