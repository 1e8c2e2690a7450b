"""When a game is looked up again. Pure."""

from datetime import timedelta
from typing import Final

KNOWN_AGAIN_AFTER: Final = timedelta(days=30)
# A game that IGDB does not know may be entered soon after its release.
UNKNOWN_AGAIN_AFTER: Final = (timedelta(days=1), timedelta(days=7), timedelta(days=30))


def wait_after(how: str, before: str | None, waited: timedelta | None) -> timedelta:
    """The time until a game is looked up again. `before` and `waited`: the result and the wait of the time before."""
    if how != "none":
        return KNOWN_AGAIN_AFTER
    if before != "none" or waited is None:
        return UNKNOWN_AGAIN_AFTER[0]
    return next((wait for wait in UNKNOWN_AGAIN_AFTER if wait > waited), UNKNOWN_AGAIN_AFTER[-1])
