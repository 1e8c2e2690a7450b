"""The words for a change of hours watched, the same on every page: growing, steady, shrinking. Pure."""

from typing import Final

# A smaller change of hours watched, as a ratio, is none.
STEADY: Final = 0.05


def is_steady(change: float) -> bool:
    """True if a change, as a ratio, is so small that it is none."""
    return abs(change) < STEADY


def growth_word(change: float) -> str:
    """The word for a change, as a ratio."""
    if is_steady(change):
        return "steady"
    return "growing" if change > 0 else "shrinking"
