"""The newest known health of the bot, in memory: for the sign in the header of every page, and for the status page
while the database is unavailable."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final

from bot.health.causes import Cause, cause_of_error
from helperfunctions.errors import DatabaseError

if TYPE_CHECKING:
    from bot.web.read.bot_health import BotHealth

# Health is read from the database at most this often for the sign on pages.
_FRESH_SECONDS: Final = 5.0


class KnownHealth:
    """What was known last. Each assignment is one step, so that threads need no lock.

    `away_since`: when the database was first found to be unavailable, and `away_because` the most precise reason for
    it; None while it can be read. `last_away_at`: when it was last found to be unavailable. `last_good_at`: when it was
    last read.
    """

    def __init__(self) -> None:
        self.newest: BotHealth | None = None
        self.away_since: datetime | None = None
        self.away_because: DatabaseError | None = None
        self.last_away_at: datetime | None = None
        self.last_good_at: datetime | None = None
        self._read_at = float("-inf")

    def update(self, read: "Callable[[], BotHealth]", seconds: float) -> None:
        """Read the health again, unless it was read a few seconds before; `seconds` never go back."""
        if seconds - self._read_at >= _FRESH_SECONDS:
            self.store(read())
            self._read_at = seconds

    def store(self, found: "BotHealth") -> None:
        """Remember what was read from the database."""
        self.newest = found
        self.away_since = self.away_because = None

    def database_is_away(self, now: datetime, error: DatabaseError | None = None) -> datetime:
        """Remember that the database is unavailable, and return since when."""
        self._read_at = float("-inf")
        self.last_away_at = now
        # An embedded server that does not start says why; afterwards it does not answer.
        if self.away_because is None or (error is not None and cause_of_error(error) is not Cause.DATABASE):
            self.away_because = error or self.away_because
        if self.away_since is None:
            self.away_since = now
        return self.away_since

    @property
    def needs_attention(self) -> bool:
        """True if something is wrong, as far as is known."""
        return self.away_since is not None or (self.newest is not None and self.newest.needs_attention)

    @property
    def version(self) -> object:
        """A value that changes when a page has to show something else."""
        if self.newest is None:
            return None
        rows = tuple((row.part, row.state, row.message, row.reason) for row in self.newest.parts)
        return rows, self.newest.next_poll, self.newest.is_update_missing
