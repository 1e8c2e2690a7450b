"""The colours of the two themes, read from style.css, and the contrast between colours. Pure, except for that file."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, Literal

Theme = Literal["light", "dark"]

_STYLE: Final = Path(__file__).parent / "static" / "style.css"
_BLOCK: Final = re.compile(r":root \{(.*?)\}", re.DOTALL)
_VARIABLE: Final = re.compile(r"--([a-z0-9]+): (#[0-9a-f]{3,6});")
# WCAG 2.2, criterion 1.4.3: the least contrast of text to its ground.
MIN_CONTRAST: Final = 4.5
# The share of the accent colour in the ground of chips and of the chosen page.
_TINT: Final[Mapping[Theme, float]] = {"light": 0.1, "dark": 0.2}
_STEPS: Final = 50


@cache
def palette(theme: Theme) -> Mapping[str, str]:
    """The colours of a theme as `#rrggbb`, by the names of their variables without dashes."""
    light, dark = (dict(_VARIABLE.findall(block)) for block in _BLOCK.findall(_STYLE.read_text()))
    return {name: _long(value) for name, value in (light if theme == "light" else dark).items()}


def channels(colour: str) -> tuple[float, float, float]:
    """Red, green and blue of `#rrggbb`, each from 0 to 1, with the gamma of sRGB."""
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def linear(channel: float) -> float:
    """The intensity of a channel. Source: IEC 61966-2-1, sRGB."""
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, from 1 to 21. Source: WCAG 2.2, contrast ratio."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def accent_colours(accent: str, theme: Theme) -> Mapping[str, str]:
    """The variables of a theme with another accent colour: `accent`, lightened in the dark theme until it can be read,
    and `tint`, the ground of chips. In the light theme the accent is used as it is: see `readable_accent`."""
    shade = accent
    if theme == "dark":
        shade = next(one for one in _towards(accent, "#ffffff") if _is_readable(one, theme))
    return {"accent": shade, "tint": _tint(shade, theme)}


def readable_accent(accent: str) -> str:
    """The accent colour itself if it can be read on every ground of the light theme, otherwise a darker shade of it."""
    return next(one for one in _towards(accent, "#000000") if _is_readable(one, "light"))


def _is_readable(accent: str, theme: Theme) -> bool:
    grounds = (palette(theme)["card"], palette(theme)["page"], _tint(accent, theme))
    return min(contrast(accent, ground) for ground in grounds) >= MIN_CONTRAST


def _tint(accent: str, theme: Theme) -> str:
    return _mixed(palette(theme)["card"], accent, _TINT[theme])


def _towards(colour: str, end: str) -> list[str]:
    return [_mixed(colour, end, step / _STEPS) for step in range(_STEPS + 1)]


def _mixed(colour: str, other: str, share: float) -> str:
    """A colour with a share of another one, from 0 to 1."""
    parts = zip(channels(colour), channels(other), strict=True)
    return "#" + "".join(f"{round(255 * (one + (two - one) * share)):02x}" for one, two in parts)


def _luminance(colour: str) -> float:
    red, green, blue = map(linear, channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _long(colour: str) -> str:
    """#fff as #ffffff."""
    return colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])
