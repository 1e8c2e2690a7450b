"""How late each part of the bot may be before something is wrong. Pure.

The one place for these limits: /readyz, the alert, `watchtime check` and the dashboard all use it.
"""

from datetime import datetime, timedelta
from typing import Final

_POLL_AFTER_INTERVAL: Final = timedelta(minutes=15)
_DAY_LATE: Final = timedelta(hours=1)
_OUTBOX_LATE: Final = timedelta(minutes=30)
# A summary is looked after every quarter of an hour.
_SUMMARY_LATE: Final = timedelta(hours=1)
_MENTION_LATE: Final = timedelta(minutes=15)
# Of a job, after the moment at which its next attempt was due: with the alert's own ten minutes it is reported in time.
_JOB_LATE: Final = timedelta(minutes=5)


def is_poll_late(now: datetime, last_good_at: datetime, interval: timedelta) -> bool:
    """Whether there should have been another poll that brought anything. One may fail."""
    return now - last_good_at > 2 * interval + _POLL_AFTER_INTERVAL


def is_day_late(now: datetime, day_ended_at: datetime) -> bool:
    """Whether a day should have been rolled up. It is looked after every quarter of an hour."""
    return now - day_ended_at > _DAY_LATE


def is_post_late(now: datetime, due_since: datetime) -> bool:
    """Whether a post should have gone out."""
    return now - due_since > _OUTBOX_LATE


def is_summary_late(now: datetime, due_since: datetime) -> bool:
    """Whether the summaries of a day should be out."""
    return now - due_since > _SUMMARY_LATE


def is_mention_late(now: datetime, seen_at: datetime) -> bool:
    """Whether a mention should have been decided."""
    return now - seen_at > _MENTION_LATE


def is_job_late(now: datetime, due_at: datetime) -> bool:
    """Whether an attempt of a job should have begun, and ended, since it was due."""
    return now - due_at > _JOB_LATE
