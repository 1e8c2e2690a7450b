"""Broadcasts and days of chat, summed up until they are over: when minutes are closed, and their chatters and emotes
every ten minutes."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from bot.chat.sketch import Sketch
from bot.core.calendar import Calendar, Day
from helperfunctions.database import Transaction

# A broadcast that was not seen for so long is over; one that goes on after a short failure is the same one.
_OVER_AFTER: Final = timedelta(hours=1)
# The minutes of a day are all closed so long after its end.
_CLOSED_AFTER: Final = timedelta(minutes=30)
# So long after its end an hour keeps all of its emotes: the day to which it belongs is summed up until then.
_EMOTES_KEPT: Final = timedelta(hours=52)
_EMOTES_PRUNED: Final = timedelta(days=5)


def sum_up_totals(tx: Transaction, now: datetime, calendar: Calendar) -> None:
    """Sum up the broadcasts and days that are not over, but for their chatters and emotes. Done whenever minutes were
    closed, so that all numbers of a page agree; others wait until this transaction ends."""
    tx.chat.lock_sums()
    tx.chat.sum_up_broadcasts()
    for day in _open_days(now, calendar):
        tx.chat.sum_up_day(day=day.date, starts_at=day.starts_at, ends_at=day.ends_at)


def sum_up(tx: Transaction, now: datetime, calendar: Calendar, retention: timedelta) -> None:
    """Sum up the broadcasts and days that are not over, and delete what hours need no longer."""
    sum_up_totals(tx, now, calendar)
    for row in list(tx.chat.open_broadcasts()):
        # Most broadcasts begin in the middle of an hour, in which nobody listens before.
        chatters = _chatters(tx, row.channel_id, row.started_at, row.last_seen_at + timedelta(minutes=1))
        tx.chat.store_chatters_of_broadcast(stream_id=row.stream_id, chatters=chatters)
    tx.chat.end_broadcasts(before=now - _OVER_AFTER)
    for day in _open_days(now, calendar):
        for channel_id in [row.channel_id for row in tx.chat.channels_of_day(day=day.date)]:
            chatters = _chatters(tx, channel_id, day.starts_at, day.ends_at)
            tx.chat.store_chatters_of_day(day=day.date, channel_id=channel_id, chatters=chatters)
        tx.chat.sum_up_emotes_of_day(day=day.date, starts_at=day.starts_at, ends_at=day.ends_at)
    tx.chat.keep_top_emotes(since=now - _EMOTES_PRUNED, before=now - _EMOTES_KEPT)
    tx.chat.forget_old_sketches(before=now - retention)


def _open_days(now: datetime, calendar: Calendar) -> list[Day]:
    """Today, and yesterday until its minutes are all closed."""
    today = calendar.day_of(now)
    yesterday = calendar.day_of(today.starts_at - timedelta(seconds=1))
    return [yesterday, today] if now < today.starts_at + _CLOSED_AFTER else [today]


def _chatters(tx: Transaction, channel_id: str, from_at: datetime, until_at: datetime) -> int:
    """How many different chatters wrote in the hours that have a part of a span, about."""
    rows: Iterable[Any] = tx.chat.sketches_between(channel_id=channel_id, from_at=from_at, until_at=until_at)
    united = Sketch()
    for row in rows:
        united.unite(Sketch.of_bytes(bytes(row.chatters_sketch)))
    return united.count()
