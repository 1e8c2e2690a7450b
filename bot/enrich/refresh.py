"""When a game is looked up again. Pure."""

from datetime import timedelta
from typing import Final

KNOWN_AGAIN_AFTER: Final = timedelta(days=30)
# A game that IGDB does not know may be entered soon after its release.
UNKNOWN_AGAIN_AFTER: Final = (timedelta(days=1), timedelta(days=7), timedelta(days=30))


def is_in_doubt(how: str, before: str | None, waited: timedelta | None) -> bool:
    """True if a known game is suddenly not found: it stays known until it is not found for a second time, a day later.

    An answer without the game may be a fault of the server, and forgetting the game changes the sums of all its days.
    """
    was_known = before not in (None, "none", "not_a_game")
    return how == "none" and was_known and waited is not None and waited >= KNOWN_AGAIN_AFTER


def wait_after(how: str, before: str | None, waited: timedelta | None) -> timedelta:
    """The time until a game is looked up again. `before` and `waited`: the result and the wait of the time before."""
    if how != "none":
        return KNOWN_AGAIN_AFTER
    if before != "none" or waited is None:
        return UNKNOWN_AGAIN_AFTER[0]
    return next((wait for wait in UNKNOWN_AGAIN_AFTER if wait > waited), UNKNOWN_AGAIN_AFTER[-1])
