"""Games between supply and demand: live channels, and viewers per channel."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil, floor, log10
from typing import Final

from bot.web.views.charts.scale import GridLine, TimeLabel, small, tick
from helperfunctions.text import shown_name

# Games that are drawn strongly, and named in the chart where their names overlap neither names nor dots.
NAMED_SPOTS: Final = 10
# The space of a character of a name and of a dot from its middle on, in percent of the width; and of a name above and
# below its line, and of a dot, in pixels.
_CHARACTER_WIDTH: Final = 0.8
_DOT_WIDTH: Final = 0.6
_ABOVE: Final = 11
_BELOW: Final = 4
_DOT_HEIGHT: Final = 6
# Where a name can be, from its dot: its end there, and the pixels to its line.
_PLACES: Final = (("start", 4), ("end", 4), ("middle", -11), ("middle", 20))
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
    """A spot as it is drawn: `x` in percent, `y` in pixels. `is_first`: one of the best; `label`: its name, if there is
    room for it, `label_down` pixels below the middle."""

    spot: Spot
    x: float
    y: float
    is_first: bool = False
    label: str = ""
    label_anchor: str = "start"
    label_down: int = 4


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
    dots = [
        SpotPlace(
            spot=game,
            x=round(100 * x.share(game.channels), 2),
            y=round(height * (1 - y.share(game.viewers_per_channel)), 1),
            is_first=number < NAMED_SPOTS,
        )
        for number, game in enumerate(games)
    ]
    places = [*_named(dots), *dots[NAMED_SPOTS:]]
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


def _named(dots: Sequence[SpotPlace]) -> list[SpotPlace]:
    """The first dots, with their names where they do not overlap those of better ones, or any dot."""
    found: list[SpotPlace] = []
    boxes: list[_Box] = [
        (dot.x - _DOT_WIDTH, dot.x + _DOT_WIDTH, dot.y - _DOT_HEIGHT, dot.y + _DOT_HEIGHT) for dot in dots
    ]
    for dot in dots[:NAMED_SPOTS]:
        name = shown_name(dot.spot.name)
        label = name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…"
        for anchor, down in _PLACES:
            place = replace(dot, label=label, label_anchor=anchor, label_down=down)
            box = _box(place)
            if box[0] >= 0 and box[1] <= 100 and not any(_overlap(box, other) for other in boxes):
                boxes.append(box)
                break
        else:
            place = dot
        found.append(place)
    return found


# Left, right, top and bottom, in percent of the width and in pixels.
_Box = tuple[float, float, float, float]


def _box(place: SpotPlace) -> _Box:
    """The space of the name of a spot."""
    width = len(place.label) * _CHARACTER_WIDTH
    gap = 0.0 if place.label_anchor == "middle" else _DOT_WIDTH + 0.1
    left = {"start": place.x + gap, "end": place.x - gap - width, "middle": place.x - width / 2}[place.label_anchor]
    line = place.y + place.label_down
    return left, left + width, line - _ABOVE, line + _BELOW


def _overlap(box: _Box, other: _Box) -> bool:
    return box[0] < other[1] and other[0] < box[1] and box[2] < other[3] and other[2] < box[3]


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
