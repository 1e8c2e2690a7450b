"""How late each part of the bot may be before something is wrong, the same for all who ask whether it is well. Pure."""

from datetime import datetime, timedelta
from typing import Final

_POLL_AFTER_INTERVAL: Final = timedelta(minutes=15)
_DAY_LATE: Final = timedelta(hours=1)
_OUTBOX_LATE: Final = timedelta(minutes=30)


def is_poll_late(now: datetime, last_good_at: datetime, interval: timedelta) -> bool:
    """Whether there should have been another poll that brought anything. One may fail."""
    return now - last_good_at > 2 * interval + _POLL_AFTER_INTERVAL


def is_day_late(now: datetime, day_ended_at: datetime) -> bool:
    """Whether a day should have been rolled up. It is looked after every quarter of an hour."""
    return now - day_ended_at > _DAY_LATE


def is_post_late(now: datetime, due_since: datetime) -> bool:
    """Whether a post should have gone out."""
    return now - due_since > _OUTBOX_LATE
