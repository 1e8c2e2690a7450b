"""Games between supply and demand: live channels, and viewers per channel."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, log10
from typing import Final

from bot.web.views.charts.scale import GridLine, TimeLabel, small, tick
from helperfunctions.text import shown_name

# Games that are named in the chart, where their names do not overlap.
NAMED_SPOTS: Final = 10
# The space of a name, in percent of the width and in pixels.
_CHARACTER_WIDTH: Final = 1.1
_NAME_HEIGHT: Final = 16
_LONGEST_NAME: Final = 22
# The steps of a scale up to a ratio of both ends; a longer one has powers of ten.
_STEPS: Final = (
    (2.2, (1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.7, 1.8, 1.9, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8, 9)),
    (5, (1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9)),
    (12, (1, 2, 3, 5, 7)),
    (200, (1, 2, 5)),
)
# A scale is longer than its values by this factor at both ends.
_MARGIN: Final = 1.15
# Smaller games would be a cloud without meaning: one channel that is live now and then.
MIN_CHANNELS: Final = 1


@dataclass(frozen=True, slots=True)
class Spot:
    """A game: its name and address, the live channels on average, and the viewers per channel."""

    name: str
    address: str
    channels: float
    viewers_per_channel: float


@dataclass(frozen=True, slots=True)
class SpotPlace:
    """A spot as it is drawn: `x` in percent, `y` in pixels; `label` is empty for all but the best."""

    spot: Spot
    x: float
    y: float
    label: str
    label_anchor: str


@dataclass(frozen=True, slots=True)
class SpotPlot:
    """Games by live channels and viewers per channel, both on logarithmic scales."""

    description: str
    height: int
    spots: Sequence[SpotPlace]
    grid: Sequence[GridLine]
    labels: Sequence[TimeLabel]
    usual: GridLine | None


def spots(title: str, games: Sequence[Spot], *, height: int = 340) -> SpotPlot:
    """Games with at least one live channel on average, by channels and viewers per channel. The first are named."""
    games = [game for game in games if game.channels >= MIN_CHANNELS and game.viewers_per_channel > 0]
    x = _Logarithmic.of([game.channels for game in games])
    y = _Logarithmic.of([game.viewers_per_channel for game in games])
    places: list[SpotPlace] = []
    named: list[SpotPlace] = []
    for game in games:
        share = x.share(game.channels)
        place = SpotPlace(
            spot=game,
            x=round(100 * share, 2),
            y=round(height * (1 - y.share(game.viewers_per_channel)), 1),
            label="",
            label_anchor="end" if share > 0.75 else "start",
        )
        if len(named) < NAMED_SPOTS:
            name = shown_name(game.name)
            if not any(_overlap(place, name, other) for other in named):
                place = replace(place, label=name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…")
                named.append(place)
        places.append(place)
    by_ratio = sorted(game.viewers_per_channel for game in games)
    usual = by_ratio[len(by_ratio) // 2] if by_ratio else None
    text = ", ".join(shown_name(game.name) for game in games[:3])
    return SpotPlot(
        description=f"{title}. {len(games)} games, the first: {text}." if games else f"{title}. No games.",
        height=height,
        spots=places,
        grid=[GridLine(round(height * (1 - share), 1), tick(value)) for share, value in y.ticks()],
        labels=[TimeLabel(round(100 * share, 2), tick(value)) for share, value in x.ticks()],
        usual=None if usual is None else GridLine(round(height * (1 - y.share(usual)), 1), small(usual)),
    )


def _overlap(place: SpotPlace, name: str, other: SpotPlace) -> bool:
    """True if a name at one place would overlap the name at another."""
    (left, right), (others_left, others_right) = _extent(place, name), _extent(other, other.label)
    return abs(place.y - other.y) < _NAME_HEIGHT and left < others_right and others_left < right


def _extent(place: SpotPlace, name: str) -> tuple[float, float]:
    """The left and the right end of a name, in percent of the width."""
    width = (min(len(name), _LONGEST_NAME) + 2) * _CHARACTER_WIDTH
    return (place.x - width, place.x) if place.label_anchor == "end" else (place.x, place.x + width)


@dataclass(frozen=True, slots=True)
class _Logarithmic:
    """A logarithmic scale."""

    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "_Logarithmic":
        # All values may be the same; a scale needs two different ends.
        return cls(min(values, default=1.0) / _MARGIN, max(values, default=10.0) * _MARGIN)

    def share(self, value: float) -> float:
        return log10(value / self.low) / log10(self.high / self.low)

    def ticks(self) -> list[tuple[float, float]]:
        """Shares and values of the labels: many steps of a short scale, the powers of ten of a long one."""
        powers = range(floor(log10(self.low)), ceil(log10(self.high)) + 1)
        factors = next((factors for up_to, factors in _STEPS if self.high / self.low <= up_to), (1,))
        values = [factor * 10.0**power for power in powers for factor in factors]
        return [(self.share(value), value) for value in values if self.low * 0.999 <= value <= self.high * 1.001]
