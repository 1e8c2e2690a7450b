"""What people ask of the bot: the only thing that the dashboard writes, by one function of the database."""

import re
from datetime import datetime, timedelta
from typing import Final

from helperfunctions.clock import Clock
from helperfunctions.database import Database

_LOGIN: Final = re.compile(r"[a-z0-9_]{1,25}")
# A view of a channel is noted at most this often.
_VIEW_EVERY: Final = timedelta(hours=1)


class ChatRequests:
    """Asks the bot to follow a channel or to leave it, and notes which channels are viewed."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._viewed_at: dict[str, datetime] = {}

    def ask(self, login: str, kind: str, asker: str) -> str:
        """Ask. Returns "ok", or why nothing was written. Raises DatabaseError."""
        if not _LOGIN.fullmatch(login):
            # Before the database, whose texts cannot have every character.
            return "invalid"
        now = self._clock.now()
        if kind == "view" and now - self._viewed_at.get(login, datetime.min.replace(tzinfo=now.tzinfo)) < _VIEW_EVERY:
            return "ok"
        with self._database.transaction() as tx:
            tx.web.begin_writing()
            outcome = str(tx.web.ask_for_chat(login=login, kind=kind, asker=asker, at=now))
        if kind == "view":
            self._viewed_at[login] = now
        return outcome
