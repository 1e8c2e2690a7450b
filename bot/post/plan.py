"""Plan the summaries of a day: read its tables, draw its game, and put texts and charts into the outbox."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from bot.core.calendar import Calendar, newest_posting
from bot.core.day_results import RankedEntry, RolledUpDay
from bot.core.polls import GameId
from bot.core.posts import DaySummaries, Summary, SummaryKind
from bot.core.wording import TOP
from bot.post import choose
from bot.post.compose import summary
from bot.post.first_day import Measured, why_before_first, why_missing
from bot.post.ranking import Ranking, is_comparable, reason_to_skip
from helperfunctions.clock import Clock
from helperfunctions.database import Database, Transaction, record, records
from helperfunctions.errors import DayNotAvailable

log = logging.getLogger(__name__)

# How long the summaries that a person asks for may take to be sent.
BY_HAND_WITHIN: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans the summaries of days.

    `random` returns a number from 0 to below 1 and is called once per day of the calendar. `post_at`: the wall-clock
    time, in the calendar's time zone, from which on a finished day is posted.
    """

    database: Database
    clock: Clock
    random: Callable[[], float]
    calendar: Calendar
    post_at: time

    def summaries(self, named: date | None = None) -> DaySummaries:
        """The summaries of a day, by default of the newest finished one.

        Raises DayNotAvailable when it is not rolled up.
        """
        with self.database.transaction() as tx:
            return self._summaries(tx, named or self._newest())

    def plan_now(self, named: date | None = None) -> DaySummaries:
        """Put the summaries of a day, by default of the newest finished one, into the outbox at any time of day.

        As `plan`; they expire BY_HAND_WITHIN from now.
        """
        return self.plan(named or self._newest(), expires_at=self.clock.now() + BY_HAND_WITHIN)

    def plan(self, named: date, *, expires_at: datetime) -> DaySummaries:
        """Put the summaries of a day into the outbox, all or none; those that are in it already stay as they are.

        If the day is not worth a summary, the reason is stored. Raises DayNotAvailable when it is not rolled up.
        """
        with self.database.transaction() as tx:
            planned = self._summaries(tx, named)
            now = self.clock.now()
            stored = 0
            for one in planned.summaries or [Summary(kind, "") for kind in SummaryKind]:
                stored += tx.post.store_post(
                    kind=one.kind,
                    day=named,
                    text=one.text,
                    chart=json.dumps(one.chart.spec) if one.chart else None,
                    alt_text=one.chart.alt_text if one.chart else None,
                    status="skipped" if planned.skipped_because else "due",
                    reason=planned.skipped_because,
                    created_at=now,
                    expires_at=expires_at,
                )
        if stored:
            reason = f" skipped: {planned.skipped_because}" if planned.skipped_because else ""
            log.info("planned day=%s posts=%d%s", named, stored, reason)
        return planned

    def plan_if_due(self) -> DaySummaries | None:
        """Plan the newest finished day once, from `post_at` on; its roll-up may come as late as midnight.

        Returns the planned summaries, None if nothing is due. Older days are never posted.
        """
        now = self.clock.now()
        posting = newest_posting(self.calendar, self.post_at, now)
        if now >= posting.ends_at:
            return None
        day = posting.day.date
        with self.database.transaction() as tx:
            if tx.post.has_posts(day=day):
                return None
            if tx.post.day(day=day) is None:
                measured = record(Measured, tx.post.measured())
                reason = why_before_first(day, measured, self.calendar, self.post_at)
                log.info("%s", reason or f"the summaries of {day} wait for its roll-up")
                return None
        return self.plan(day, expires_at=posting.ends_at)

    def _summaries(self, tx: Transaction, named: date) -> DaySummaries:
        day = _rolled_up(tx, named)
        if day is None:
            measured = record(Measured, tx.post.measured())
            raise DayNotAvailable(why_missing(named, measured, self.clock.now(), self.calendar, self.post_at))
        skipped_because = reason_to_skip(day)
        if skipped_because:
            return DaySummaries(named, [], skipped_because)
        return DaySummaries(named, [summary(ranking) for ranking in self._rankings(tx, day)])

    def _rankings(self, tx: Transaction, day: RolledUpDay) -> Sequence[Ranking]:
        """The rankings of a day in the order in which they are posted; if no stream has a game, streamers alone."""
        day_before = day.date - timedelta(days=1)
        days: dict[str, Any] = {"day": day.date, "day_before": day_before, "how_many": TOP}
        shows_change = is_comparable(_rolled_up(tx, day_before), day)

        def ranking(kind: SummaryKind, rows: Any, game_name: str = "") -> Ranking:
            return Ranking(kind, day, records(RankedEntry, rows), shows_change, game_name)

        streamers = ranking(SummaryKind.STREAMERS, tx.post.top_streamers(**days))
        drawn = self._drawn_game(tx, day.date)
        if drawn is None:
            return [streamers]
        game_id, game_name = drawn
        of_game = tx.post.top_streamers_of_game(**days, game_id=game_id)
        return [
            ranking(SummaryKind.GAMES, tx.post.top_games(**days)),
            streamers,
            ranking(SummaryKind.STREAMERS_OF_GAME, of_game, game_name),
        ]

    def _newest(self) -> date:
        return self.calendar.last_finished(self.clock.now()).date

    def _drawn_game(self, tx: Transaction, named: date) -> tuple[GameId, str] | None:
        """The id and name of the day's game, which is drawn once. None if no stream of the day has a game."""
        if tx.post.drawn_game(day=named) is None:
            games = [(GameId(row.game_id), float(row.watch_hours)) for row in tx.post.drawable_games(day=named)]
            if not games:
                return None
            game_id = choose.draw_game(games, self.random())
            tx.post.store_draw(day=named, game_id=game_id, drawn_at=self.clock.now())
            log.info("game drawn day=%s game_id=%s", named, game_id)
        # Read back: another process may have drawn at the same moment, and the first draw stays.
        drawn = tx.post.drawn_game(day=named)
        return GameId(drawn.game_id), str(drawn.game_name)


def _rolled_up(tx: Transaction, named: date) -> RolledUpDay | None:
    row = tx.post.day(day=named)
    return record(RolledUpDay, row) if row is not None else None
