"""What happens in the days before the demo: a game comes out, and another one has its greatest day. Pure."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from bot.core.polls import GameId, Stream

# Days before the end of the history.
_CAME_OUT: Final = 5
_GREAT_DAY: Final = 3
_GREATER: Final = 2.5


@dataclass(frozen=True, slots=True)
class Events:
    """The events of a history that ends before `until`. The streamers of the new game stream the usual one before."""

    until: date
    new_game: GameId
    usual_game: GameId
    usual_name: str
    great_game: GameId

    def applied_to(self, stream: Stream, day: date) -> Stream:
        """A stream as it is on that day."""
        if stream.game_id == self.new_game and day < self.until - timedelta(days=_CAME_OUT):
            return replace(stream, game_id=self.usual_game, game_name=self.usual_name)
        if stream.game_id == self.great_game and day == self.until - timedelta(days=_GREAT_DAY):
            return replace(stream, viewer_count=round(stream.viewer_count * _GREATER))
        return stream
