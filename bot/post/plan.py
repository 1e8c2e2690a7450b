"""What is to be said about a day: read its tables, draw its game, find the words."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from bot.models import DaySummaries, GameId, RolledUpDay, Watched
from bot.post import choose, compose
from helperfunctions.clock import Clock
from helperfunctions.database import Database, Transaction
from helperfunctions.errors import DayNotAvailable

log = logging.getLogger(__name__)

TOP: Final = 5


@dataclass(frozen=True, slots=True)
class Planner:
    """Puts a day into words. `random` gives a number from 0 to below 1; it is asked once per day of the calendar."""

    database: Database
    clock: Clock
    random: Callable[[], float]

    def summaries(self, named: date) -> DaySummaries:
        """The three summaries of a day. Raises DayNotAvailable when it is not rolled up."""
        with self.database.transaction() as tx:
            row = tx.post.day(day=named)
            if row is None:
                raise DayNotAvailable(f"the day {named} is not rolled up")
            day = RolledUpDay(*row)
            skipped_because = compose.reason_to_skip(day)
            if skipped_because:
                return DaySummaries(named, [], skipped_because)
            streamers = _watched(tx.post.top_streamers(day=named, how_many=TOP))
            summaries = [compose.streamers_summary(day, streamers)]
            drawn = self._drawn_game(tx, named)
            if drawn is not None:
                game_id, game_name = drawn
                games = _watched(tx.post.top_games(day=named, how_many=TOP))
                streamers_of_game = _watched(tx.post.top_streamers_of_game(day=named, game_id=game_id, how_many=TOP))
                summaries = [
                    compose.games_summary(day, games),
                    *summaries,
                    compose.streamers_of_game_summary(day, game_name, streamers_of_game),
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


def _watched(rows: Any) -> list[Watched]:
    return [Watched(str(name), float(hours)) for name, hours in rows]
