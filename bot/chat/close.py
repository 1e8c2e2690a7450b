"""What follows from minutes that were just closed: sums, emotes and chatters of their hours, and hype moments.

All of it is stored in the transaction that closes the minutes, and each minute is closed once: a stop anywhere changes
nothing.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import orjson

from bot.chat.minutes import Minute
from bot.chat.moments import USUAL_WITHIN, ClosedMinute, Moment, with_minute
from bot.chat.sketch import Sketch
from helperfunctions.database import Transaction, records

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_Hour = tuple[str, datetime]


def instant_of(ms: int) -> datetime:
    """The instant of a number of ms since 1970."""
    return _EPOCH + timedelta(milliseconds=ms)


def store_closed(tx: Transaction, closed: Sequence[Minute]) -> None:
    """Store what follows from minutes that this transaction has closed."""
    if not closed:
        return
    by_hour: defaultdict[_Hour, list[Minute]] = defaultdict(list)
    for minute in closed:
        by_hour[minute.channel_id, _hour_of(instant_of(minute.begin_ms))].append(minute)
    keys = {"channel_ids": [channel_id for channel_id, _ in by_hour], "hours": [hour for _, hour in by_hour]}
    tx.chat.store_hours(**keys)
    _store_sketches(tx, by_hour, keys)
    _store_emotes(tx, by_hour)
    _store_moments(tx, closed)


def _hour_of(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)


def _store_sketches(tx: Transaction, by_hour: Mapping[_Hour, Sequence[Minute]], keys: Mapping[str, object]) -> None:
    stored = {(row.channel_id, row.hour_at): bytes(row.chatters_sketch) for row in tx.chat.sketches_of_hours(**keys)}
    for (channel_id, hour_at), minutes in by_hour.items():
        before = stored.get((channel_id, hour_at))
        sketch = Sketch.of_bytes(before) if before else Sketch()
        for minute in minutes:
            sketch.add(minute.authors)
        tx.chat.store_sketch(channel_id=channel_id, hour_at=hour_at, sketch=sketch.to_bytes(), chatters=sketch.count())


def _store_emotes(tx: Transaction, by_hour: Mapping[_Hour, Sequence[Minute]]) -> None:
    added, emote_ids = [], set[str]()
    for (channel_id, hour_at), minutes in by_hour.items():
        uses: Counter[str] = Counter()
        messages: Counter[str] = Counter()
        for minute in minutes:
            uses.update(minute.emotes)
            messages.update(minute.emote_messages)
        emote_ids |= uses.keys()
        added += [
            {"channel_id": channel_id, "hour_at": hour_at, "emote_id": emote, "uses": n, "messages": messages[emote]}
            for emote, n in uses.items()
        ]
    if added:
        tx.chat.number_emotes(emote_ids=sorted(emote_ids))
        tx.chat.add_emotes(emotes=orjson.dumps(added).decode())


def _store_moments(tx: Transaction, closed: Sequence[Minute]) -> None:
    """Find the moments that begin or go on in closed minutes."""
    at = sorted({instant_of(minute.begin_ms) for minute in closed})
    channel_ids = sorted({minute.channel_id for minute in closed})
    newest = {
        one.channel_id: one for one in records(Moment, tx.chat.newest_moments(channel_ids=channel_ids, until=at[-1]))
    }
    rows = records(
        ClosedMinute,
        tx.chat.minutes_around(channel_ids=channel_ids, since=at[0] - USUAL_WITHIN, until=at[-1]),
    )
    for moment in moments_in(rows, {(one.channel_id, instant_of(one.begin_ms)) for one in closed}, newest):
        tx.chat.store_moment(
            channel_id=moment.channel_id,
            starts_at=moment.starts_at,
            minutes=moment.minutes,
            peak_messages=moment.peak_messages,
            times_usual=moment.times_usual,
            kind=moment.kind,
            top_emotes=list(moment.top_emotes),
        )


def moments_in(
    rows: Iterable[ClosedMinute], closed: set[tuple[str, datetime]], newest: Mapping[str, Moment]
) -> list[Moment]:
    """The moments that begin or go on in the minutes of `closed`, each as it is in the end. `rows`: these minutes and
    those before them, by channel in their order. `newest`: the newest known moment of each channel."""
    found: dict[tuple[str, datetime], Moment] = {}
    known, before = dict(newest), defaultdict[str, list[ClosedMinute]](list)
    for row in rows:
        if (row.channel_id, row.minute_at) in closed:
            moment = with_minute(before[row.channel_id], row, known.get(row.channel_id))
            if moment is not None:
                known[row.channel_id] = found[row.channel_id, moment.starts_at] = moment
        before[row.channel_id].append(row)
    return list(found.values())
