"""The limits of lateness: how late each part of the bot may be before it is a problem. Pure.

The rules of health use them, and the dashboard, which marks the newest poll as old by the same limit.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

# A poll takes half of its interval at most (its deadline), and this long at most.
_POLL_MAY_TAKE: Final = timedelta(minutes=15)
_DAY_LATE: Final = timedelta(hours=1)
_OUTBOX_LATE: Final = timedelta(minutes=30)
# The job that makes the summaries runs every quarter of an hour.
_SUMMARY_LATE: Final = timedelta(hours=1)
_MENTION_LATE: Final = timedelta(minutes=15)
# A live channel is joined within a minute, a lost connection takes seconds, and a minute is closed 15 s after its end.
_CHAT_LATE: Final = timedelta(minutes=10)
# A broker restarts within a minute or two, and what was heard waits.
_QUEUE_LATE: Final = timedelta(minutes=5)
# After the time at which the next attempt of a job was due. With the ten minutes of the alert it is reported in a
# quarter of an hour.
_JOB_LATE: Final = timedelta(minutes=5)


def is_poll_late(now: datetime, last_good_at: datetime, interval: timedelta) -> bool:
    """True if another successful poll is overdue. One poll may fail; two that are missing are a problem."""
    return now - last_good_at > 2 * interval + poll_may_take(interval)


def poll_may_take(interval: timedelta) -> timedelta:
    """The time after its turn by which a poll has ended."""
    return min(interval / 2, _POLL_MAY_TAKE)


def next_poll_at(last_started_at: datetime, interval: timedelta) -> datetime:
    """The turn of a poll after the newest one: polls begin at whole multiples of the interval after the hour."""
    hour = last_started_at.replace(minute=0, second=0, microsecond=0)
    return hour + ((last_started_at - hour) // interval + 1) * interval


def is_poll_overdue(now: datetime, due_at: datetime, interval: timedelta) -> bool:
    """True if a poll that was due should have ended by now."""
    return now - due_at > poll_may_take(interval)


def missed_polls(last_started_at: datetime, now: datetime, interval: timedelta) -> int:
    """The number of turns after the newest poll whose polls should have ended by now."""
    return _turns(next_poll_at(last_started_at, interval), now - poll_may_take(interval), interval)


def missed_between(
    started: Sequence[tuple[datetime, timedelta]], now: datetime, interval: timedelta, since: datetime | None
) -> int:
    """The number of turns without a poll in a span that ends now.

    `started` has the begin of each poll in it, oldest first, and the interval at that time. `since` is the begin of the
    span, or None if the first poll in it was the first of all. A poll out of turn counts for the turn before it.
    """
    if not started:
        return 0
    missed = 0
    if since is not None:
        first_at, every = started[0]
        missed += _turns(next_poll_at(since, every), next_poll_at(first_at, every) - every, every)
    for (at, every), (next_at, every_next) in pairwise(started):
        # While the interval changed, the longer one was expected.
        longer = max(every, every_next)
        missed += _turns(next_poll_at(at, longer), next_poll_at(next_at, longer) - longer, longer)
    at, every = started[-1]
    return missed + missed_polls(at, now, max(every, interval))


def _turns(first: datetime, before: datetime, interval: timedelta) -> int:
    return max(-((first - before) // interval), 0)


def is_day_late(now: datetime, day_ended_at: datetime) -> bool:
    """True if the roll-up of a day is overdue. The job runs every quarter of an hour."""
    return now - day_ended_at > _DAY_LATE


def is_post_late(now: datetime, due_since: datetime) -> bool:
    """True if a post is overdue."""
    return now - due_since > _OUTBOX_LATE


def is_summary_late(now: datetime, due_since: datetime) -> bool:
    """True if the summaries of a day are overdue."""
    return now - due_since > _SUMMARY_LATE


def is_mention_late(now: datetime, seen_at: datetime) -> bool:
    """True if the decision about a mention is overdue."""
    return now - seen_at > _MENTION_LATE


def is_job_late(now: datetime, due_at: datetime) -> bool:
    """True if an attempt of a job that was due should have ended by now."""
    return now - due_at > _JOB_LATE


def is_chat_late(now: datetime, heard_at: datetime) -> bool:
    """True if another minute of chat should have been heard whole."""
    return now - heard_at > _CHAT_LATE


def is_queue_late(now: datetime, failing_since: datetime) -> bool:
    """True if the queue of chat should work again."""
    return now - failing_since > _QUEUE_LATE
