"""What is to be said about a day: read its tables, draw its game, find the words, and put them into the outbox."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from bot.core.calendar import Calendar
from bot.core.polls import GameId
from bot.core.posts import Chart, DaySummaries, Summary, SummaryKind
from bot.core.watch_time import RolledUpDay, Watched
from bot.post import chart, choose, compose
from helperfunctions.clock import Clock
from helperfunctions.database import Database, Transaction
from helperfunctions.errors import DayNotAvailable
from helperfunctions.text import one_line

log = logging.getLogger(__name__)

TOP: Final = 5


@dataclass(frozen=True, slots=True)
class Planner:
    """Puts a day into words. `random` gives a number from 0 to below 1; it is asked once per day of the calendar.

    `post_at`: from when on a day is summed up, by the clocks of the calendar's time zone.
    """

    database: Database
    clock: Clock
    random: Callable[[], float]
    calendar: Calendar
    post_at: time

    def summaries(self, named: date) -> DaySummaries:
        """The three summaries of a day. Raises DayNotAvailable when it is not rolled up."""
        with self.database.transaction() as tx:
            return self._summaries(tx, named)

    def plan(self, named: date, *, expires_at: datetime) -> DaySummaries:
        """Put the summaries of a day into the outbox, all or none; what stands there already stays.

        Of a day that is not worth telling it is recorded why. Raises DayNotAvailable when it is not rolled up.
        """
        with self.database.transaction() as tx:
            said = self._summaries(tx, named)
            now = self.clock.now()
            kept = 0
            for summary in said.summaries or [Summary(kind, "") for kind in SummaryKind]:
                chart = summary.chart
                kept += tx.post.keep_post(
                    kind=summary.kind,
                    day=named,
                    text=summary.text,
                    chart=json.dumps(chart.spec) if chart else None,
                    alt_text=chart.alt_text if chart else None,
                    status="skipped" if said.skipped_because else "due",
                    reason=said.skipped_because,
                    created_at=now,
                    expires_at=expires_at,
                )
        if kept:
            log.info("planned day=%s posts=%d%s", named, kept, _skipped(said))
        return said

    def plan_if_due(self) -> DaySummaries | None:
        """Plan the newest finished day from `post_at` on, once; a late roll-up is waited for until midnight.

        What was planned, if anything. Older days are never told.
        """
        now = self.clock.now()
        local = now.astimezone(self.calendar.timezone)
        day = self.calendar.last_finished(now)
        if local.time() < self.post_at or day.ends_at.astimezone(self.calendar.timezone).date() != local.date():
            return None
        with self.database.transaction() as tx:
            if tx.post.has_posts(day=day.date):
                return None
            if tx.post.day(day=day.date) is None:
                log.info("the summaries of %s wait for its roll-up", day.date)
                return None
        midnight = datetime.combine(local.date() + timedelta(days=1), time(), self.calendar.timezone)
        return self.plan(day.date, expires_at=midnight.astimezone(UTC))

    def _summaries(self, tx: Transaction, named: date) -> DaySummaries:
        row = tx.post.day(day=named)
        if row is None:
            raise DayNotAvailable(f"the day {named} is not rolled up")
        day = RolledUpDay(*row)
        skipped_because = compose.reason_to_skip(day)
        if skipped_because:
            return DaySummaries(named, [], skipped_because)
        day_before = named - timedelta(days=1)
        row_before = tx.post.day(day=day_before)
        told = compose.tells_change(RolledUpDay(*row_before) if row_before is not None else None, day)
        which = {"day": named, "day_before": day_before, "how_many": TOP}
        streamers = _watched(tx.post.top_streamers(**which))
        summaries = [
            with_chart(
                compose.streamers_summary(day, streamers, tell_change=told),
                compose.STREAMERS_TITLE,
                *(day, streamers, told),
            )
        ]
        drawn = self._drawn_game(tx, named)
        if drawn is not None:
            game_id, game_name = drawn
            games = _watched(tx.post.top_games(**which))
            of_game = _watched(tx.post.top_streamers_of_game(**which, game_id=game_id))
            summaries = [
                with_chart(
                    compose.games_summary(day, games, tell_change=told), compose.GAMES_TITLE, *(day, games, told)
                ),
                *summaries,
                with_chart(
                    compose.streamers_of_game_summary(day, game_name, of_game, tell_change=told),
                    compose.STREAMERS_OF_GAME_TITLE,
                    *(day, of_game, told),
                    game_name=one_line(game_name) or compose.NO_NAME,
                ),
            ]
        return DaySummaries(named, summaries)

    def _drawn_game(self, tx: Transaction, named: date) -> tuple[GameId, str] | None:
        """The day's game: drawn the first time somebody asks, the same ever after. None if all streams had none."""
        if tx.post.drawn_game(day=named) is None:
            games = [(GameId(game_id), float(hours)) for game_id, hours in tx.post.drawable_games(day=named)]
            if not games:
                return None
            game_id = choose.draw_game(games, self.random())
            tx.post.keep_draw(day=named, game_id=game_id, drawn_at=self.clock.now())
            log.info("game drawn day=%s game_id=%s", named, game_id)
        # Read back: another process may have drawn at the same moment, and the first draw stays.
        game_id, game_name = tx.post.drawn_game(day=named)
        return GameId(game_id), str(game_name)


def with_chart(
    summary: Summary,
    title: str,
    day: RolledUpDay,
    ranked: Sequence[Watched],
    tell_change: bool,
    *,
    game_name: str = "",
) -> Summary:
    """The summary with its chart; without one if it cannot be composed, for the words are what matters."""
    try:
        return replace(summary, chart=_chart(title, day, ranked, tell_change, game_name))
    except Exception:
        log.warning("no chart day=%s kind=%s", day.date, summary.kind, exc_info=True)
        return summary


def _chart(title: str, day: RolledUpDay, ranked: Sequence[Watched], tell_change: bool, game_name: str) -> Chart:
    bars = [
        chart.Bar(
            name=entry.name or compose.NO_NAME,
            plain_name=entry.plain_name,
            value=entry.watch_hours,
            note=compose.change(rank, entry) if tell_change else "",
        )
        for rank, entry in enumerate(ranked, start=1)
    ]
    subtitle = f"Hours watched · {compose.written_date(day)} · {compose.measured(day)} measured"
    return chart.ranking(title, subtitle, "hours", bars, subject=game_name, plain_subject="the day's game")


def _watched(rows: Any) -> list[Watched]:
    return [
        Watched(str(name), float(hours), plain_name, hours_before, rank_before)
        for name, hours, plain_name, hours_before, rank_before in rows
    ]


def _skipped(said: DaySummaries) -> str:
    """For the log: nothing when the posts are to be sent, else why they are not."""
    return f" skipped: {said.skipped_because}" if said.skipped_because else ""
