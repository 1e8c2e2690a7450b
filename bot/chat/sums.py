"""Broadcasts and days of chat, summed up until they are over: when minutes are closed, and their chatters and emotes
every ten minutes."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bot.chat.sketch import Sketch
from bot.core.calendar import Calendar, Day
from helperfunctions.database import Transaction

# A broadcast that was not seen for so long is over; one that goes on after a short failure is the same one.
_OVER_AFTER: Final = timedelta(hours=1)
# The minutes of a day are all closed so long after its end, but for what waited while the bot or the database was away.
_CLOSED_AFTER: Final = timedelta(minutes=30)
# So long after its end an hour keeps all of its emotes: the day to which it belongs is summed up until then.
_EMOTES_KEPT: Final = timedelta(hours=52)
_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
# For hours that were counted late.
_OVERLAP: Final = timedelta(days=7)


def sum_up_totals(tx: Transaction, now: datetime, calendar: Calendar) -> None:
    """Sum up the broadcasts and days that are not over, but for their chatters and emotes. Done whenever minutes were
    closed, so that all numbers of a page agree; others wait until this transaction ends."""
    _sum_up_totals(tx, _open_days(now, calendar))


def sum_up(
    tx: Transaction,
    now: datetime,
    calendar: Calendar,
    retention: timedelta,
    closed_since: datetime | None = None,
    last_at: datetime | None = None,
) -> None:
    """Sum up the broadcasts and days that are not over, and delete what hours need no longer. `closed_since`: the
    oldest minute that was just closed, whose day may be over; `last_at`: the last time that this was done, if known.
    If not, a process may have been killed after it had closed late minutes: their days are looked for."""
    days = _open_days(now, calendar, closed_since)
    if last_at is None:
        days = [*_days_behind(tx, days[0], now - _OVERLAP, calendar), *days]
    _sum_up_totals(tx, days)
    for row in list(tx.chat.open_broadcasts()):
        # Most broadcasts begin in the middle of an hour, in which nobody listens before.
        chatters = _chatters(tx, row.channel_id, row.started_at, row.last_seen_at + timedelta(minutes=1))
        tx.chat.store_chatters_of_broadcast(stream_id=row.stream_id, chatters=chatters)
    tx.chat.end_broadcasts(before=now - _OVER_AFTER)
    for day in days:
        for channel_id in [row.channel_id for row in tx.chat.channels_of_day(day=day.date)]:
            chatters = _chatters(tx, channel_id, day.starts_at, day.ends_at)
            tx.chat.store_chatters_of_day(day=day.date, channel_id=channel_id, chatters=chatters)
        if day.starts_at >= now - _EMOTES_KEPT:
            tx.chat.sum_up_emotes_of_day(day=day.date, starts_at=day.starts_at, ends_at=day.ends_at)
    # Old hours were handled the last time: years of them are not read again.
    since = last_at - _OVERLAP if last_at is not None else _EARLIEST
    tx.chat.keep_top_emotes(since=max(since - _EMOTES_KEPT, _EARLIEST), before=now - _EMOTES_KEPT)
    tx.chat.forget_old_sketches(since=max(since - retention, _EARLIEST), before=now - retention)


def is_over(instant: datetime, now: datetime, calendar: Calendar) -> bool:
    """True if the day of an instant is not summed up any more, unless a minute of it is closed late."""
    return instant < _open_days(now, calendar)[0].starts_at


def _sum_up_totals(tx: Transaction, days: Iterable[Day]) -> None:
    tx.chat.lock_sums()
    tx.chat.sum_up_broadcasts()
    for day in days:
        tx.chat.sum_up_day(day=day.date, starts_at=day.starts_at, ends_at=day.ends_at)


def _open_days(now: datetime, calendar: Calendar, since: datetime | None = None) -> list[Day]:
    """The days from that of an instant on; at least today, and yesterday until its minutes are usually all closed."""
    today = calendar.day_of(now)
    first = min(since or now, now - _CLOSED_AFTER)
    days = [today]
    while days[0].starts_at > first:
        days.insert(0, calendar.day_of(days[0].starts_at - timedelta(seconds=1)))
    return days


def _days_behind(tx: Transaction, before: Day, since: datetime, calendar: Calendar) -> list[Day]:
    """The days before another one, until an instant, that lack minutes which are closed."""
    behind: list[Day] = []
    day = calendar.day_of(before.starts_at - timedelta(seconds=1))
    while day.ends_at > since:
        if tx.chat.is_day_behind(day=day.date, starts_at=day.starts_at, ends_at=day.ends_at):
            behind.insert(0, day)
        day = calendar.day_of(day.starts_at - timedelta(seconds=1))
    return behind


def _chatters(tx: Transaction, channel_id: str, from_at: datetime, until_at: datetime) -> int:
    """How many different chatters wrote in the hours that have a part of a span, about."""
    rows: Iterable[Any] = tx.chat.sketches_between(channel_id=channel_id, from_at=from_at, until_at=until_at)
    united = Sketch()
    for row in rows:
        united.unite(Sketch.of_bytes(bytes(row.chatters_sketch)))
    return united.count()
