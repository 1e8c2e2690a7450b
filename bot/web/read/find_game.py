"""Games for somebody who looks for one to stream: large enough to be watched, and not one person's. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from statistics import median
from typing import Final, Protocol

from bot.web.read.languages import LanguageInGame
from bot.web.read.own_hours import OwnTimes
from bot.web.read.rankings import NOTABLE_CHANGE, GameGrowth, GameInRange

# Of all viewers of a game: from here on, one channel or three have most of them.
DOMINATED_BY_ONE: Final = 0.5
DOMINATED_BY_THREE: Final = 0.75
# How viewers are spread, by the share of the three largest channels: below each of these, in words.
_SPREAD: Final = ((1 / 3, "Widely spread"), (1 / 2, "Fairly spread"), (DOMINATED_BY_THREE, "Concentrated"))


class Size(StrEnum):
    """Games by their number of live channels on average."""

    SMALL = "small"
    MEDIUM = "medium"
    BIG = "big"
    ANY = "any"


class Sort(StrEnum):
    """The order of games."""

    FIT = "fit"
    SPREAD = "spread"
    GROWTH = "growth"
    HOURS = "hours"


# Live channels of a language on average: with fewer, nobody looks for it there.
MIN_CHANNELS_OF_LANGUAGE: Final = 1.0
# Live channels on average, from and below. Below five, a game is somebody's own.
BOUNDS: Final = {
    Size.SMALL: (5.0, 20.0),
    Size.MEDIUM: (20.0, 100.0),
    Size.BIG: (100.0, float("inf")),
    Size.ANY: (5.0, float("inf")),
}


# A channel has about as many viewers as the median one of these games, below these numbers.
_SIZE_FOR: Final = ((100, Size.SMALL), (300, Size.MEDIUM))


def size_for(own_viewers: int | None) -> Size:
    """The size of games that suits a channel: in a big game, a small channel is far down the list."""
    if own_viewers is None:
        return Size.MEDIUM
    return next((size for below, size in _SIZE_FOR if own_viewers < below), Size.BIG)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A game, a verdict on it in a sentence, and where a channel of the given size would be among its channels.
    `growth` is that of the days that can be compared; `spoken`: the part of the requested language."""

    game: GameInRange
    verdict: str
    place: str
    is_open: bool
    growth: GameGrowth | None = None
    spoken: LanguageInGame | None = None

    @property
    def score(self) -> float:
        """Viewers per channel, less for a game in which three channels have most viewers."""
        return (self.game.median_viewers or 0.0) * (1 - (self.game.top3_share or 0.0))

    @property
    def is_shrinking(self) -> bool:
        """True if it has lost a fifth of its hours watched, and is not steady without its largest channel."""
        return self.growth is not None and self.growth.change <= -NOTABLE_CHANGE and not self.growth.is_steady

    @property
    def viewers_of_others(self) -> float:
        """Average viewers of all channels but the three largest."""
        return self.game.average_viewers * (1 - (self.game.top3_share or 0.0))

    @property
    def other_channels(self) -> float:
        """Live channels on average, without the three largest."""
        return max(0.0, self.game.average_streams - 3)


def candidates(
    games: Iterable[GameInRange],
    size: Size,
    own_viewers: int | None = None,
    *,
    sort: Sort = Sort.FIT,
    growths: Mapping[str, GameGrowth] | None = None,
) -> list[Candidate]:
    """The games of a size whose spread is known, the best first. `growths` are those of the games, by id. Games of one
    channel or three come last, shrinking ones before them, and before those the ones whose growth is unknown: the first
    days of a game say little of the next."""
    found = [
        Candidate(
            game,
            verdict(game),
            _place(game, own_viewers),
            is_open(game),
            (growths or {}).get(game.game_id),
        )
        for game in _of_size(games, size)
    ]

    def place(one: Candidate) -> tuple[bool, bool, bool, float, int]:
        if sort is Sort.GROWTH:
            lasting = one.growth.lasting if one.growth else 0.0
            return not one.is_open, False, one.growth is None, -lasting, one.game.rank
        value = one.game.top3_share or 0.0 if sort is Sort.SPREAD else -one.score
        return not one.is_open, one.is_shrinking, one.growth is None, value, one.game.rank

    return sorted(found, key=place)


def by_own_hours(found: Iterable[Candidate], times: Mapping[str, OwnTimes]) -> list[Candidate]:
    """The games by what they offer within the hours of somebody: the fit of each, more or less by as much as its best
    hours there differ from all hours. First those with hours that are better in most weeks."""

    def place(one: Candidate) -> tuple[bool, bool, bool, bool, float, int]:
        own = times.get(one.game.game_id)
        change = 0.0 if own is None else own.times[0].change if own.best else min(0.0, own.times[0].change)
        is_lasting = own is not None and own.best is not None
        value = -one.score * (1 + change)
        return not one.is_open, one.is_shrinking, one.growth is None, not is_lasting, value, one.game.rank

    return sorted(found, key=place)


def in_language(found: Iterable[Candidate], spoken: Mapping[str, LanguageInGame]) -> list[Candidate]:
    """The games that have a channel of a language live on average, with the part of this language, which is by id."""
    return [
        replace(one, spoken=part)
        for one in found
        if (part := spoken.get(one.game.game_id)) is not None
        and part.of_streams * one.game.average_streams >= MIN_CHANNELS_OF_LANGUAGE
    ]


def usual_top3_share(games: Iterable[GameInRange], size: Size) -> float | None:
    """The share of the three largest channels in the middle game of a size. None without games."""
    shares = [game.top3_share or 0.0 for game in _of_size(games, size)]
    return median(shares) if shares else None


def _of_size(games: Iterable[GameInRange], size: Size) -> list[GameInRange]:
    least, below = BOUNDS[size]
    return [
        game
        for game in games
        if least <= game.average_streams < below and game.median_viewers is not None and game.top3_share is not None
    ]


class Spread(Protocol):
    """The spread of a game's viewers, as ratios."""

    @property
    def top_share(self) -> float | None: ...
    @property
    def top3_share(self) -> float | None: ...


def verdict(game: Spread) -> str:
    """What a newcomer should know about the spread of a game's viewers."""
    if game.top_share is not None and game.top_share >= DOMINATED_BY_ONE:
        return f"One channel has {game.top_share:.0%} of the viewers."
    if game.top3_share is not None and game.top3_share >= DOMINATED_BY_THREE:
        return f"Three channels have {game.top3_share:.0%} of the viewers."
    if game.top3_share is not None:
        words = next(words for below, words in _SPREAD if game.top3_share < below)
        return f"{words}: the three largest channels have {game.top3_share:.0%} of the viewers."
    return ""


def is_open(game: Spread) -> bool:
    """True if neither one channel nor three have most of a game's viewers."""
    return (game.top_share or 0) < DOMINATED_BY_ONE and (game.top3_share or 0) < DOMINATED_BY_THREE


def _place(game: GameInRange, own_viewers: int | None) -> str:
    if own_viewers is None or game.median_viewers is None:
        return ""
    if own_viewers >= (game.viewers_per_stream or 0):
        return "above its average channel"
    return "above its median channel" if own_viewers >= game.median_viewers else "below its median channel"
