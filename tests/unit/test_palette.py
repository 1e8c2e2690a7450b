"""The colours of the dashboard differ and can be read, under every colour blindness and in both themes."""

from itertools import combinations
from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt
from typing import Final

import pytest

from bot.web.views.palette import Theme, accent_colours, channels, contrast, linear, palette, readable_accent

Triple = tuple[float, float, float]
THEMES: Final[tuple[Theme, ...]] = ("light", "dark")
SERIES: Final = [f"s{number}" for number in range(5)]
# For linear RGB, at full severity. Source: Machado, Oliveira and Fernandes, A Physiologically-based Model for
# Simulation of Color Vision Deficiency (2009), table 1.
BLINDNESS: Final[dict[str, tuple[Triple, Triple, Triple]]] = {
    "usual sight": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
MIN_DIFFERENCE: Final = 20


def seen(colour: str, sight: str) -> Triple:
    """The colour as somebody with that sight sees it, in CIELAB under D65."""
    given = [linear(channel) for channel in channels(colour)]
    red, green, blue = (
        min(1.0, max(0.0, sum(factor * part for factor, part in zip(row, given, strict=True))))
        for row in BLINDNESS[sight]
    )
    x = (0.4124564 * red + 0.3575761 * green + 0.1804375 * blue) / 0.95047
    y = 0.2126729 * red + 0.7151522 * green + 0.0721750 * blue
    z = (0.0193339 * red + 0.1191920 * green + 0.9503041 * blue) / 1.08883
    fx, fy, fz = (value ** (1 / 3) if value > 216 / 24389 else (24389 / 27 * value + 16) / 116 for value in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def difference(one: Triple, other: Triple) -> float:
    """CIEDE2000. Source: Sharma, Wu and Dalal, The CIEDE2000 Color-Difference Formula (2005)."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    mean_chroma = (hypot(a1, b1) + hypot(a2, b2)) / 2
    g = 0.5 * (1 - sqrt(mean_chroma**7 / (mean_chroma**7 + 25**7)))
    a1, a2 = a1 * (1 + g), a2 * (1 + g)
    c1, c2 = hypot(a1, b1), hypot(a2, b2)
    h1, h2 = degrees(atan2(b1, a1)) % 360, degrees(atan2(b2, a2)) % 360
    turn = 0.0 if c1 * c2 == 0 else (h2 - h1 + 180) % 360 - 180
    dl, dc, dh = l2 - l1, c2 - c1, 2 * sqrt(c1 * c2) * sin(radians(turn / 2))
    mean_l, mean_c = (l1 + l2) / 2, (c1 + c2) / 2
    mean_h = h1 + h2 if c1 * c2 == 0 else (h1 + turn / 2) % 360
    t = (
        1
        - 0.17 * cos(radians(mean_h - 30))
        + 0.24 * cos(radians(2 * mean_h))
        + 0.32 * cos(radians(3 * mean_h + 6))
        - 0.20 * cos(radians(4 * mean_h - 63))
    )
    sl = 1 + 0.015 * (mean_l - 50) ** 2 / sqrt(20 + (mean_l - 50) ** 2)
    sc, sh = 1 + 0.045 * mean_c, 1 + 0.015 * mean_c * t
    rotation = -sin(radians(60 * exp(-(((mean_h - 275) / 25) ** 2)))) * 2 * sqrt(mean_c**7 / (mean_c**7 + 25**7))
    lightness, chroma, hue = dl / sl, dc / sc, dh / sh
    return sqrt(lightness**2 + chroma**2 + hue**2 + rotation * chroma * hue)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((50, 2.49, -0.001), (50, -2.49, 0.0011), 7.2195),
        ((60.2574, -34.0099, 36.2677), (60.4626, -34.1751, 39.4387), 1.2644),
        ((2.0776, 0.0795, -1.135), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_difference_is_that_of_the_published_examples(one: Triple, other: Triple, expected: float) -> None:
    assert difference(one, other) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("sight", BLINDNESS)
@pytest.mark.parametrize("theme", THEMES)
def test_five_series_differ_under_every_colour_blindness(theme: Theme, sight: str) -> None:
    colours = palette(theme)
    differences = {
        (one, other): difference(seen(colours[one], sight), seen(colours[other], sight))
        for one, other in combinations(SERIES, 2)
    }
    assert {pair: round(value, 1) for pair, value in differences.items() if value < MIN_DIFFERENCE} == {}


@pytest.mark.parametrize("theme", THEMES)
def test_series_and_texts_have_enough_contrast_to_their_grounds(theme: Theme) -> None:
    """WCAG 2.2: 3 for lines, 4.5 for text."""
    colours = palette(theme)
    low = {name: contrast(colours[name], colours["card"]) for name in SERIES}
    assert {name: value for name, value in low.items() if value < 3} == {}
    texts = {
        (text, ground): contrast(colours[text], colours[ground])
        for text in ("ink", "soft", "accent", "up", "down")
        for ground in ("card", "page", "tint")
    }
    assert {pair: round(value, 2) for pair, value in texts.items() if value < 4.5} == {}


def test_both_themes_have_the_same_variables() -> None:
    assert list(palette("light")) == list(palette("dark"))
    assert (palette("light")["card"], palette("dark")["card"]) == ("#ffffff", "#181522")


@pytest.mark.parametrize("accent", ["#0b6b3f", "#000000", "#5b2bd6", "#a14418"])
def test_accent_colour_can_be_read_in_both_themes(accent: str) -> None:
    assert readable_accent(accent) == accent
    for theme in THEMES:
        colours = accent_colours(accent, theme)
        for ground in (palette(theme)["card"], palette(theme)["page"], colours["tint"]):
            assert contrast(colours["accent"], ground) >= 4.5
    assert accent_colours(accent, "light")["accent"] == accent


@pytest.mark.parametrize("accent", ["#ffee00", "#ffffff", "#ff7700"])
def test_accent_colour_that_is_too_light_has_a_darker_shade(accent: str) -> None:
    shade = readable_accent(accent)
    assert shade != accent
    assert readable_accent(shade) == shade
