"""One streamer: summary, days, games and records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

from bot.web.read.addresses import Addressed
from bot.web.read.column_types import (
    AirtimeHours,
    AverageViewersLive,
    Column,
    GameName,
    MeasuredShareLast,
    NamedDay,
    PeakViewers,
    Rank,
    WatchHours,
)
from bot.web.read.coverage import can_be_compared, change_per_hour, coverage_of, ratio
from bot.web.read.errors import NotFound
from bot.web.read.now import NewestPoll
from bot.web.read.ranges import Span
from bot.web.read.streamer_rank import rank_of
from bot.web.read.table import Order, RowRange, TablePart, fetch_part, rows_of
from bot.web.read.trends import Trend, trend, with_days_before
from helperfunctions.database import Transaction
from helperfunctions.text import shown_name


@dataclass(frozen=True, slots=True)
class StreamerSummary:
    """A streamer over some days. `last_seen_at` is None while the last day is not finished, and for days before streams
    were stored. Values of now are those of the newest poll, and None when not live; `is_live` is None
    when that is not known, because the newest poll is too old, or broke off before it came to streams as small. Sums
    are None where nothing was measured. `rank`: by hours watched, of all `streamers` of these days, as in
    `StreamerRank`."""

    streamer_id: str
    streamer: str
    login: str
    slug: str
    first_seen_day: date
    last_seen_day: date
    last_seen_at: datetime | None
    is_live: bool | None
    viewers_now: int | None
    game_now: str | None
    game_now_slug: str | None
    live_since: datetime | None
    first_day: date
    last_day: date
    days_measured: int
    days_on_air: int
    watch_hours: float | None
    watch_hours_before: float | None
    change: float | None
    airtime_hours: float | None
    average_viewers: float | None
    peak_viewers: int | None
    rank: int | None
    streamers: int | None


@dataclass(frozen=True, slots=True)
class StreamerDay:
    """A streamer on one of the bot's days; the average is over the time on the air."""

    day: NamedDay
    coverage: MeasuredShareLast
    watch_hours: WatchHours
    airtime_hours: AirtimeHours
    average_viewers: AverageViewersLive | None
    peak_viewers: PeakViewers


@dataclass(frozen=True, slots=True)
class GameOfStreamer:
    """A game that a streamer played over some days. `share` is that of the streamer's hours watched, `airtime_share`
    that of the hours on the air."""

    rank: Rank
    game_id: str
    game: GameName
    slug: str | None
    watch_hours: WatchHours
    share: Annotated[float, Column("Share", "ratio", "of the hours watched")] | None
    airtime_hours: AirtimeHours
    airtime_share: Annotated[float, Column("Share of time", "ratio", "of the hours streamed", is_wide=True)] | None
    average_viewers: AverageViewersLive | None
    peak_viewers: PeakViewers


class StreamsBy(StrEnum):
    """The order of a streamer's streams."""

    STARTED_AT = "started_at"
    LENGTH_HOURS = "length_hours"
    WATCH_HOURS = "watch_hours"
    AVERAGE_VIEWERS = "average_viewers"
    PEAK_VIEWERS = "peak_viewers"


@dataclass(frozen=True, slots=True)
class StreamOfStreamer:
    """A stream: its start, the last update that saw it, and its numbers on the requested days. `games`: most watched
    first. `is_best`: of several streams on these days, the one with the most hours watched."""

    stream_id: str
    started_at: Annotated[datetime, Column("Start", "time")]
    last_seen_at: datetime
    length_hours: Annotated[float, Column("Length", "hours", "until the last update that saw it")]
    watch_hours: WatchHours
    airtime_hours: Annotated[
        float, Column("Counted", "hours", "time around the updates that saw it, on these days", is_wide=True)
    ]
    average_viewers: AverageViewersLive | None
    peak_viewers: PeakViewers
    games: Annotated[str, Column("Games", "text", is_wide=True)]
    is_best: bool


@dataclass(frozen=True, slots=True)
class Record:
    """A streamer's best day ever in one respect: peak_viewers, average_viewers (of days with an hour on the air),
    watch_hours, airtime_hours."""

    record: str
    day: date
    value: float


@dataclass(frozen=True, slots=True)
class _Live:
    """A streamer at the newest poll. `is_live` is None where unknown."""

    is_live: bool | None = None
    viewers: int | None = None
    game: str | None = None
    game_slug: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class KnownDays:
    """The measured days of a streamer that a page needs, read once."""

    rows: Sequence[Any]

    def within(self, span: Span) -> list[StreamerDay]:
        """The measured days of a range, which has to be among those that were read."""
        return rows_of(StreamerDay, [row for row in self.rows if span.first <= row.day <= span.last])

    def trend(self, span: Span) -> Trend | None:
        """Whether the streamer grows or shrinks."""
        days = with_days_before(span)
        return trend([row for row in self.rows if days.first <= row.day <= days.last], span)


def known_days(tx: Transaction, streamer_id: str, span: Span, newest: Span) -> KnownDays:
    """The days of a range, those before it, and the `newest` ones, which may be far from them."""
    wanted = with_days_before(span)
    parts = [newest] if newest.first <= wanted.first and wanted.last <= newest.last else [wanted, newest]
    rows = {
        row.day: row
        for part in parts
        for row in tx.web.streamer_by_day(streamer_ids=[streamer_id], first=part.first, last=part.last)
    }
    return KnownDays([rows[day] for day in sorted(rows)])


def summary(
    tx: Transaction, streamer: Addressed, span: Span, poll: NewestPoll | None, known_days: KnownDays | None = None
) -> StreamerSummary:
    """A streamer over some days, and now; `known_days` are those of the range and before it. Raises NotFound."""
    known = tx.web.streamer(streamer_id=streamer.id)
    if known is None:
        raise NotFound("no streamer is at this address")
    live = _live(tx, streamer.id, poll)
    coverage, coverage_before = coverage_of(tx, span), coverage_of(tx, span.before)
    days = known_days.within(span) if known_days else by_day(tx, streamer.id, span)
    watch_hours = sum(day.watch_hours for day in days) if days else None
    airtime_hours = sum(day.airtime_hours for day in days) if days else None
    place = rank_of(tx, span, watch_hours)
    hours_before = None
    if can_be_compared(coverage, coverage_before):
        before = known_days.within(span.before) if known_days else by_day(tx, streamer.id, span.before)
        hours_before = sum(day.watch_hours for day in before) or None
    return StreamerSummary(
        streamer_id=streamer.id,
        streamer=known.streamer,
        login=known.login,
        slug=streamer.slug,
        first_seen_day=known.first_seen_day,
        last_seen_day=known.last_seen_day,
        last_seen_at=tx.web.last_seen_at(streamer_id=streamer.id, day=known.last_seen_day),
        is_live=live.is_live,
        viewers_now=live.viewers,
        game_now=live.game,
        game_now_slug=live.game_slug,
        live_since=live.since,
        first_day=span.first,
        last_day=span.last,
        days_measured=coverage.days,
        days_on_air=sum(1 for day in days if day.airtime_hours),
        watch_hours=watch_hours,
        watch_hours_before=hours_before,
        change=change_per_hour(watch_hours, coverage, hours_before, coverage_before),
        airtime_hours=airtime_hours,
        average_viewers=ratio(watch_hours, airtime_hours),
        peak_viewers=max((day.peak_viewers for day in days), default=None),
        rank=place.rank,
        streamers=place.of_all,
    )


def _live(tx: Transaction, streamer_id: str, poll: NewestPoll | None) -> _Live:
    if poll is None or poll.is_stale:
        return _Live()
    row = tx.read.streamer_now(day=poll.day, poll_id=poll.poll_id, streamer_id=streamer_id)
    if row:
        return _Live(True, row.viewer_count, row.game_name, row.game_slug, row.started_at)
    return _Live(is_live=False if poll.is_whole else None)


def name_of(tx: Transaction, streamer_id: str) -> str:
    """The name of a streamer with a page of their own."""
    return str(tx.web.streamer(streamer_id=streamer_id).streamer)


def by_day(tx: Transaction, streamer_id: str, span: Span) -> list[StreamerDay]:
    """A streamer on each measured day."""
    return rows_of(StreamerDay, tx.web.streamer_by_day(streamer_ids=[streamer_id], first=span.first, last=span.last))


def streams(
    tx: Transaction,
    streamer_id: str,
    span: Span,
    wanted: RowRange,
    sort: StreamsBy = StreamsBy.STARTED_AT,
    order: Order = Order.DESCENDING,
) -> TablePart[StreamOfStreamer]:
    """The streams of a streamer, by default the newest first."""
    days = [span.first + timedelta(days=number) for number in range(span.days)]
    direction = 1 if order is Order.DESCENDING else -1
    query = tx.web.streams_of_streamer
    found = fetch_part(query, wanted, streamer_id=streamer_id, days=days, sort=sort.value, direction=direction)
    rows = [
        StreamOfStreamer(
            stream_id=row.stream_id,
            started_at=row.started_at,
            last_seen_at=row.last_seen_at,
            # A stream can begin while its page is fetched, a moment after the start of the poll.
            length_hours=max(0.0, (row.last_seen_at - row.started_at) / timedelta(hours=1)),
            watch_hours=row.watch_hours,
            airtime_hours=row.airtime_hours,
            average_viewers=row.average_viewers,
            peak_viewers=row.peak_viewers,
            games=", ".join(map(shown_name, row.games)),
            is_best=row.is_best and found.total > 1,
        )
        for row in found.rows
    ]
    return TablePart(rows, found.total)


def best_stream(
    tx: Transaction, streamer_id: str, span: Span, shown: TablePart[StreamOfStreamer]
) -> StreamOfStreamer | None:
    """The best of a streamer's streams, of which some are shown already. None of a single one, or without any."""
    if shown.total > 1 and not any(stream.is_best for stream in shown.rows):
        shown = streams(tx, streamer_id, span, RowRange(1), StreamsBy.WATCH_HOURS)
    return next((stream for stream in shown.rows if stream.is_best), None)


def games(tx: Transaction, streamer_id: str, span: Span, wanted: RowRange) -> TablePart[GameOfStreamer]:
    """The games of a streamer, most watched first."""
    query = tx.read.games_of_streamer
    found = fetch_part(query, wanted, streamer_id=streamer_id, first=span.first, last=span.last)
    rows = [
        GameOfStreamer(
            rank=rank,
            game_id=row.game_id,
            game=row.game_name,
            slug=row.slug,
            watch_hours=row.watch_hours,
            share=ratio(row.watch_hours, row.watch_hours_of_all),
            airtime_hours=row.airtime_hours,
            airtime_share=ratio(row.airtime_hours, row.airtime_hours_of_all),
            average_viewers=ratio(row.watch_hours, row.airtime_hours),
            peak_viewers=int(row.peak_viewers),
        )
        for rank, row in enumerate(found.rows, wanted.offset + 1)
    ]
    return TablePart(rows, found.total)


def streamer_records(tx: Transaction, streamer_id: str) -> list[Record]:
    """A streamer's best days."""
    return rows_of(Record, tx.web.records_of_streamer(streamer_id=streamer_id))
