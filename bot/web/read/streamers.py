"""How a streamer did."""

from bot.core.read import measured
from bot.web.read.coverage import can_be_compared, change_per_hour, ratio
from bot.web.read.now import NewestPoll
from bot.web.read.ranges import Span
from bot.web.read.rows import GameOfStreamer, Part, Record, Rows, StreamerDay, StreamerSummary, counted
from helperfunctions.database import Transaction
from helperfunctions.errors import NotThere


def summary(tx: Transaction, streamer_id: str, slug: str, span: Span, poll: NewestPoll | None) -> StreamerSummary:
    """A streamer over some days, and now. Raises NotThere."""
    streamer = tx.web.streamer(streamer_id=streamer_id)
    if streamer is None:
        raise NotThere("no streamer goes by this address")
    name, login, first_seen_day, last_seen_day = streamer
    now, is_live = None, None
    if poll is not None and not poll.is_stale:
        now = tx.read.streamer_now(day=poll.day, poll_id=poll.poll_id, streamer_id=streamer_id)
        is_live = True if now else False if poll.is_whole else None
    covered, covered_before = (measured(tx, one.first, one.last) for one in (span, span.before))
    days = by_day(tx, streamer_id, span)
    watch_hours = sum(day.watch_hours for day in days) if days else None
    airtime_hours = sum(day.airtime_hours for day in days) if days else None
    hours_before = None
    if can_be_compared(covered, covered_before):
        hours_before = sum(day.watch_hours for day in by_day(tx, streamer_id, span.before)) or None
    return StreamerSummary(
        streamer_id=streamer_id,
        streamer=name,
        login=login,
        slug=slug,
        first_seen_day=first_seen_day,
        last_seen_day=last_seen_day,
        is_live=is_live,
        viewers_now=int(now.viewer_count) if now else None,
        game_now=now.game_name if now else None,
        game_now_slug=now.game_slug if now else None,
        live_since=now.started_at if now else None,
        first_day=span.first,
        last_day=span.last,
        days_measured=covered.days,
        days_on_air=sum(1 for day in days if day.airtime_hours),
        watch_hours=watch_hours,
        watch_hours_before=hours_before,
        change=change_per_hour(watch_hours, covered, hours_before, covered_before),
        airtime_hours=airtime_hours,
        average_viewers=ratio(watch_hours, airtime_hours),
        peak_viewers=max((day.peak_viewers for day in days), default=None),
    )


def by_day(tx: Transaction, streamer_id: str, span: Span) -> list[StreamerDay]:
    """A streamer on each measured day."""
    rows = tx.web.streamer_by_day(streamer_ids=[streamer_id], first=span.first, last=span.last)
    return [
        StreamerDay(day, coverage, watch_hours, airtime_hours, ratio(watch_hours, airtime_hours), int(peak))
        for _, day, _, coverage, watch_hours, airtime_hours, peak in rows
    ]


def games(tx: Transaction, streamer_id: str, span: Span, part: Part) -> Rows[GameOfStreamer]:
    """What a streamer played, the most watched first."""
    about = {"streamer_id": streamer_id, "first": span.first, "last": span.last}
    rows, total = counted(tx.read.games_of_streamer, about, part)
    found = [
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
        for rank, row in enumerate(rows, part.offset + 1)
    ]
    return Rows(found, total)


def records(tx: Transaction, streamer_id: str) -> list[Record]:
    """A streamer's best days."""
    return [Record(*row) for row in tx.web.records_of_streamer(streamer_id=streamer_id)]
