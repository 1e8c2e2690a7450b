"""All streamers over a range of days, ranked by one of four measures."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from bot.read.measurements import Parts, parts_of
from bot.web.read.column_types import (
    AirtimeHours,
    AverageViewersLive,
    Change,
    PeakViewers,
    Rank,
    StreamerName,
    WatchHours,
)
from bot.web.read.coverage import can_be_compared, change_per_hour, coverage_of
from bot.web.read.ranges import Span
from bot.web.read.table import Order, RowRange, TablePart, fetch_part
from helperfunctions.database import Transaction

# By average, those count who were live for this share of the measured time, half an hour of a day, between these
# numbers of hours: a streamer who was there once with many viewers is not first.
_SHARE_LIVE: Final = 0.5 / 24
_LEAST_HOURS: Final = (1.0, 15.0)


class By(StrEnum):
    """The column that streamers are ranked by."""

    WATCH_HOURS = "watch_hours"
    AVERAGE_VIEWERS = "average_viewers"
    PEAK_VIEWERS = "peak_viewers"
    AIRTIME_HOURS = "airtime_hours"


@dataclass(frozen=True, slots=True)
class StreamerInRange:
    """A streamer over some days. `change` is that of the hours watched per measured hour against as many days before,
    as a ratio; None where those were measured for a much shorter or longer time."""

    rank: Rank
    streamer_id: str
    streamer: StreamerName
    slug: str | None
    watch_hours: WatchHours
    change: Change | None
    average_viewers: AverageViewersLive | None
    airtime_hours: AirtimeHours
    peak_viewers: PeakViewers


def least_hours(tx: Transaction, span: Span) -> float:
    """The hours that a streamer was live at least, to count in a ranking by average viewers."""
    least, most = _LEAST_HOURS
    return min(most, max(least, _SHARE_LIVE * coverage_of(tx, span).covered_hours))


def streamer_ranking(
    tx: Transaction,
    span: Span,
    by: By,
    wanted: RowRange,
    *,
    order: Order = Order.DESCENDING,
    language: str | None = None,
    game_id: str | None = None,
) -> TablePart[StreamerInRange]:
    """The streamers of some days, in one of both orders; with one game, only its figures; of one language, only the
    days on which they mostly spoke it. By average, only those with some hours live count: `least_hours`. Ranks are
    those from the highest down in both orders."""
    if game_id and language:
        # Months know the language of a streamer, and their games, but not the language of each game.
        parts: Parts = {"months": [], "days": [span.first + timedelta(days=number) for number in range(span.days)]}
    else:
        parts = parts_of(tx, span.first, span.last)
    is_up = order is Order.ASCENDING
    found = fetch_part(
        tx.web.streamer_totals,
        wanted,
        **parts,
        language=language,
        game_id=game_id,
        sort=by.value,
        direction=-1 if is_up else 1,
        least_hours=least_hours(tx, span),
    )
    coverage, coverage_before = coverage_of(tx, span), coverage_of(tx, span.before)
    before: dict[str, float] = {}
    if found.rows and language is None and can_be_compared(coverage, coverage_before):
        rows = tx.web.hours_of_streamers(
            streamer_ids=[row.streamer_id for row in found.rows],
            game_id=game_id,
            **parts_of(tx, span.before.first, span.before.last),
        )
        before = {row.streamer_id: row.watch_hours for row in rows}
    streamers = [
        StreamerInRange(
            rank=found.total + 1 - place if is_up else place,
            streamer_id=row.streamer_id,
            streamer=row.streamer,
            slug=row.slug,
            watch_hours=row.watch_hours,
            change=change_per_hour(row.watch_hours, coverage, before.get(row.streamer_id), coverage_before),
            average_viewers=row.average_viewers,
            airtime_hours=row.airtime_hours,
            peak_viewers=row.peak_viewers,
        )
        for place, row in enumerate(found.rows, wanted.offset + 1)
    ]
    return TablePart(streamers, found.total)
