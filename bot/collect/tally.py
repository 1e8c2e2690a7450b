"""Totals of one poll by game and by language, and how the viewers of a game are spread over its channels."""

from array import array
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from typing import Final, NamedTuple, TypeAlias

from bot.core.polls import GameId

# The largest channels of a game, without which the median of the others is taken: they hide how small those are.
LARGEST: Final = 3

# A game or a language -> the viewers of each of its streams, in four bytes each.
Counts: TypeAlias = "defaultdict[str, array[int]]"


class GameTotals(NamedTuple):
    """A row of `staging.games`: viewers of all channels, of the largest, of the three largest; median of the others."""

    game_id: GameId
    viewers: int
    streams: int
    top_viewers: int
    top3_viewers: int
    median_viewers: float | None


class LanguageTotals(NamedTuple):
    """A row of `staging.languages`."""

    language: str
    viewers: int
    streams: int


_NONE: Final = partial(array, "i")


@dataclass(slots=True)
class Tally:
    """The viewers of each stream, by game and by language."""

    _by_game: Counts = field(default_factory=lambda: defaultdict(_NONE))
    _by_language: Counts = field(default_factory=lambda: defaultdict(_NONE))

    def add(self, game_id: str, language: str, viewers: int) -> None:
        """Count a stream."""
        self._by_game[game_id].append(viewers)
        self._by_language[language].append(viewers)

    def remove(self, game_id: str, language: str, viewers: int) -> bool:
        """No longer count a stream that was added. Returns whether its game has no other."""
        _remove(self._by_language, language, viewers)
        return _remove(self._by_game, game_id, viewers)

    def games(self) -> Iterator[GameTotals]:
        """The totals of each game."""
        for game_id, viewers in self._by_game.items():
            by_size = sorted(viewers, reverse=True)
            others = by_size[LARGEST:]
            yield GameTotals(
                game_id=GameId(game_id),
                viewers=sum(by_size),
                streams=len(by_size),
                top_viewers=by_size[0],
                top3_viewers=sum(by_size[:LARGEST]),
                median_viewers=median(others) if others else None,
            )

    def languages(self) -> Iterator[LanguageTotals]:
        """The totals of each language."""
        for language, viewers in self._by_language.items():
            yield LanguageTotals(language, sum(viewers), len(viewers))


def _remove(counts: Counts, key: str, viewers: int) -> bool:
    counts[key].remove(viewers)
    if counts[key]:
        return False
    del counts[key]
    return True
