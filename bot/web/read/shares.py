"""Share of voice: the part of all hours watched that went to the most watched games, day by day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from bot.web.read.ranges import Span
from bot.web.read.rankings import GameInRange
from helperfunctions.database import Transaction

# A chart has five colours.
TOP: Final = 5


@dataclass(frozen=True, slots=True)
class GameShare:
    """One of the most watched games of a range on one of its days. `of_all`: the hours watched of all Twitch on that
    day, streams without a game included; `share` is the part of them."""

    day: date
    game_id: str
    game: str
    slug: str | None
    watch_hours: float
    of_all: float
    share: float


def shares_by_day(tx: Transaction, games: Sequence[GameInRange], span: Span) -> list[GameShare]:
    """These games on each day with data, in their order."""
    by_id = {game.game_id: game for game in games}
    rows = tx.web.shares_by_day(game_ids=list(by_id), first=span.first, last=span.last)
    return [
        GameShare(
            day=row.day,
            game_id=row.game_id,
            game=by_id[row.game_id].game,
            slug=by_id[row.game_id].slug,
            watch_hours=row.watch_hours,
            of_all=row.of_all,
            share=row.watch_hours / row.of_all,
        )
        for row in rows
    ]
