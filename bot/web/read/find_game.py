"""Games for somebody who looks for one to stream: large enough to be watched, and not one person's. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from bot.web.read.rankings import GameInRange

# Of all viewers of a game: from here on, one channel or three have most of them.
DOMINATED_BY_ONE: Final = 0.5
DOMINATED_BY_THREE: Final = 0.75
# How viewers are spread, by the share of the three largest channels: below each of these, in words.
_SPREAD: Final = ((1 / 3, "Widely spread"), (1 / 2, "Fairly spread"), (DOMINATED_BY_THREE, "Concentrated"))
# A game that grew or shrank by more.
_NOTABLE_CHANGE: Final = 0.2


class Size(StrEnum):
    """Games by their number of live channels on average."""

    SMALL = "small"
    MEDIUM = "medium"
    BIG = "big"
    ANY = "any"


# Live channels on average, from and below. Below five, a game is somebody's own.
BOUNDS: Final = {
    Size.SMALL: (5.0, 20.0),
    Size.MEDIUM: (20.0, 100.0),
    Size.BIG: (100.0, float("inf")),
    Size.ANY: (5.0, float("inf")),
}


# A channel has about as many viewers as a typical one of these games, below these numbers.
_SIZE_FOR: Final = ((100, Size.SMALL), (300, Size.MEDIUM))


def size_for(own_viewers: int | None) -> Size:
    """The size of games that suits a channel: in a small game it is seen, in a big one it is far down the list."""
    if own_viewers is None:
        return Size.MEDIUM
    return next((size for below, size in _SIZE_FOR if own_viewers < below), Size.BIG)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A game, a verdict on it in a sentence, and where a channel of the given size would be among its channels."""

    game: GameInRange
    verdict: str
    place: str
    is_open: bool

    @property
    def score(self) -> float:
        """Viewers of a typical channel, less for a game in which three channels have most viewers."""
        return (self.game.median_viewers or 0.0) * (1 - (self.game.top3_share or 0.0))


def candidates(games: Iterable[GameInRange], size: Size, own_viewers: int | None = None) -> list[Candidate]:
    """The games of a size whose spread is known, the best first."""
    least, below = BOUNDS[size]
    found = [
        Candidate(game, verdict(game), _place(game, own_viewers), _is_open(game))
        for game in games
        if least <= game.average_streams < below and game.median_viewers is not None and game.top3_share is not None
    ]
    return sorted(found, key=lambda candidate: (-candidate.score, candidate.game.rank))


class Spread(Protocol):
    """The spread of a game's viewers, and its change, as ratios."""

    @property
    def top_share(self) -> float | None: ...
    @property
    def top3_share(self) -> float | None: ...
    @property
    def change(self) -> float | None: ...


def verdict(game: Spread) -> str:
    """What a newcomer should know about a game."""
    parts = []
    if game.top_share is not None and game.top_share >= DOMINATED_BY_ONE:
        parts.append(f"One channel has {game.top_share:.0%} of the viewers")
    elif game.top3_share is not None and game.top3_share >= DOMINATED_BY_THREE:
        parts.append(f"Three channels have {game.top3_share:.0%} of the viewers")
    elif game.top3_share is not None:
        words = next(words for below, words in _SPREAD if game.top3_share < below)
        parts.append(f"{words}: the three largest channels have {game.top3_share:.0%} of the viewers")
    if game.change is not None and abs(game.change) >= _NOTABLE_CHANGE:
        parts.append(f"{'growing' if game.change > 0 else 'shrinking'} ({game.change:+.0%})")
    return f"{', '.join(parts)}." if parts else ""


def _is_open(game: GameInRange) -> bool:
    return (game.top_share or 0) < DOMINATED_BY_ONE and (game.top3_share or 0) < DOMINATED_BY_THREE


def _place(game: GameInRange, own_viewers: int | None) -> str:
    if own_viewers is None or game.median_viewers is None:
        return ""
    if own_viewers >= (game.viewers_per_stream or 0):
        return "above its average channel"
    return "above its typical channel" if own_viewers >= game.median_viewers else "below its typical channel"
