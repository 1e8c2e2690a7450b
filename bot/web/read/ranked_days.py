"""The finished days of a game or streamer, each with its rank on that day."""

from dataclasses import dataclass
from datetime import date, datetime

from bot.web.read.addresses import Kind
from bot.web.read.table import rows_of
from helperfunctions.database import Transaction


@dataclass(frozen=True, slots=True)
class RankedDay:
    """A game or streamer on a finished day. `rank`: by hours watched, among the `ranked` games of the day, or among all
    streamers; None for a streamer after the 50th, or on a day whose leaders are not stored yet. A game's average is
    over the measured time, a streamer's over the time live. `rolled_up_at`: when the figures were made. `coverage`: the
    measured part of the day."""

    day: date
    rolled_up_at: datetime
    coverage: float
    watch_hours: float
    average_viewers: float | None
    peak_viewers: int
    rank: int | None
    ranked: int | None


def ranked_days(tx: Transaction, kind: Kind, id_: str, limit: int) -> list[RankedDay]:
    """The newest days on which a game or streamer was live, newest first."""
    if kind == "game":
        return rows_of(RankedDay, tx.web.ranked_days_of_game(game_id=id_, limit=limit))
    return rows_of(RankedDay, tx.web.ranked_days_of_streamer(streamer_id=id_, limit=limit))
