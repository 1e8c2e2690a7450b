"""Generated days of polls and streams, the watch time that they should have, and the engines that compute it."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from helperfunctions.queries import text_of_file

SQL = text_of_file("watch_time/pairs_of_polls.sql")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COLUMNS = {
    "bounds": {"day": "date", "starts_ms": "bigint", "ends_ms": "bigint"},
    "polls": {
        "day": "date",
        "poll_id": "bigint",
        "started_at": "timestamp",
        "started_ms": "bigint",
        "status": "varchar(20)",
        "interval_minutes": "integer",
    },
    "streams": {
        "day": "date",
        "poll_id": "bigint",
        "streamer_id": "varchar(20)",
        "stream_id": "varchar(20)",
        "game_id": "varchar(20)",
        "language": "varchar(20)",
        "viewer_count": "integer",
        "started_at": "timestamp",
    },
}
Row = tuple[Any, ...]


@dataclass(frozen=True)
class Rows:
    """The rows of the three relations that the SQL of watch time reads."""

    bounds: list[Row] = field(default_factory=list)
    polls: list[Row] = field(default_factory=list)
    streams: list[Row] = field(default_factory=list)


def ms_of(at: datetime) -> int:
    """Whole milliseconds since 1970, rounded down."""
    return (at - EPOCH) // timedelta(milliseconds=1)


def query_of(relation: str, rows: Sequence[Row]) -> str:
    """The rows as a query that every engine understands."""
    columns = COLUMNS[relation]
    listed = ", ".join(f"cast({name} as {kind}) as {name}" for name, kind in columns.items())
    values = ", ".join(f"({', '.join(map(_literal, row))})" for row in rows)
    return f"select {listed} from (values {values}) as given ({', '.join(columns)})"


def _literal(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, datetime):
        value = f"{value:%Y-%m-%d %H:%M:%S.%f}"
    return str(value) if isinstance(value, int) else f"'{value}'"


def days_with_everything(seed: int) -> Rows:
    """Days of 23, 24 and 25 hours with gaps, partial and failed polls, two intervals, polls at the same millisecond, at
    both bounds and outside of them, and half-milliseconds between polls; every third day is complete and regular.

    Ids of polls begin again on each day, as after a database was made again.
    """
    dice = random.Random(seed)
    rows = Rows()
    for number, hours in enumerate((24, 23, 25, 24, 7, 24)):
        day = date(2026, 3, 5) + timedelta(days=number)
        starts = datetime(2026, 3, 5, 16, tzinfo=UTC) + timedelta(days=number)
        ends = starts + timedelta(hours=hours)
        rows.bounds.append((day, ms_of(starts), ms_of(ends)))
        moments = _moments(dice, starts, ends, is_regular=number % 3 == 0)
        for poll_id, at in enumerate(moments, 1):
            status = dice.choices(("complete", "partial", "failed"), (8, 4 if number % 3 else 0, 1))[0]
            rows.polls.append((day, poll_id, at, ms_of(at), status, 30 if at < starts + timedelta(hours=9) else 10))
            if status != "failed":
                rows.streams.extend(_streams(dice, day, poll_id, starts))
    return rows


def _moments(dice: random.Random, starts: datetime, ends: datetime, *, is_regular: bool) -> list[datetime]:
    step = timedelta(minutes=30)
    moments = [starts + step * number for number in range(-1, (ends - starts) // step + 2)]
    if is_regular:
        return moments
    kept = [at + timedelta(microseconds=dice.randrange(900_000_000)) for at in moments if dice.random() < 0.7]
    # At the same millisecond as another, at both bounds, a moment before the end, and at midnight.
    kept += [kept[3], kept[5] + timedelta(microseconds=1), starts, ends, ends - timedelta(milliseconds=1)]
    kept.append(starts.replace(hour=0) + timedelta(days=1))
    dice.shuffle(kept)
    return kept


def _streams(dice: random.Random, day: date, poll_id: int, starts: datetime) -> Iterable[Row]:
    for streamer in range(12):
        if dice.random() < 0.6:
            began = None if streamer == 3 else starts + timedelta(seconds=dice.randrange(-9000, 9000))
            viewers = 2**31 - 1 if streamer == 7 else dice.randrange(51, 60_000)
            game, language = dice.choice(("chess", "go", "")), dice.choice(("en", "pt-br", ""))
            yield (day, poll_id, f"s{streamer}", f"t{streamer}-{dice.randrange(2)}", game, language, viewers, began)


def pairs_expected(rows: Rows) -> list[Row]:
    """The pairs by the definition, written a second time: in Python, poll by poll, in whole half milliseconds."""
    spans = {key: span for bound in rows.bounds for key, span in _spans(rows.polls, *bound)}
    started = {(day, poll_id): at for day, poll_id, at, *_ in rows.polls}
    groups: dict[Row, list[Row]] = {}
    for day, poll_id, *group, viewers, began in rows.streams:
        if (day, poll_id) in spans:
            span, seen = spans[day, poll_id], started[day, poll_id]
            groups.setdefault((day, *group), []).append((viewers, span, began, seen))
    return sorted((*group, *_summed(parts)) for group, parts in groups.items())


def _summed(parts: Sequence[Row]) -> Row:
    viewers, spans, began, seen = zip(*parts, strict=True)
    first = min((at for at in began if at is not None), default=None)
    last = max(max(seen), first or max(seen))
    return (
        sum(one * span for one, span in zip(viewers, spans, strict=True)),
        sum(spans),
        max(viewers),
        (first or min(seen)).replace(tzinfo=None),
        last.replace(tzinfo=None),
    )


def _spans(polls: Sequence[Row], day: date, starts: int, ends: int) -> Iterable[tuple[tuple[date, int], int]]:
    of_day = [poll for poll in polls if poll[0] == day]
    whole = [ms for _, _, _, ms, status, _ in of_day if status == "complete"]
    counted = sorted(
        (ms, poll_id, minutes)
        for _, poll_id, _, ms, status, minutes in of_day
        if status == "complete"
        or (status == "partial" and not any(abs(ms - near) <= minutes * 90_000 for near in whole))
    )
    inside = [poll for poll in counted if starts <= poll[0] < ends]
    for number, (ms, poll_id, minutes) in zip(count(), inside, strict=False):
        is_last = number == len(inside) - 1
        back = 2 * (ms - starts) if number == 0 else ms - inside[number - 1][0]
        forward = 2 * (ends - ms) if is_last else inside[number + 1][0] - ms
        span = min(back, minutes * 120_000) + min(forward, minutes * 120_000)
        if span:
            yield (day, poll_id), span
