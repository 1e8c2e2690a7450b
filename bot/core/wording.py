"""Rules of wording that the summaries and the answers share. Pure."""

from typing import Final

from helperfunctions.text import plain, shortened

# Games or streamers that a post lists.
TOP: Final = 5
# A longer name is cut even where there is room: a list reads better when its lines do not wrap.
WIDEST_NAME: Final = 40
NO_NAME: Final = "(no name)"
# Below this share of the time measured, a post states how much was measured.
LOW_COVERAGE: Final = 0.9


def display_name(name: str, width: int) -> str:
    """A name as a post shows it: nothing in it becomes a link, a mention or a tag, and it is at most `width` wide."""
    return shortened(plain(name) or NO_NAME, width)
