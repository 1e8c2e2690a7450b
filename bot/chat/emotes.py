"""The names of emotes, by Twitch's public lists.

A message has the name of an emote in its text, and the tag `emotes` says where. The listener does not take it from
there: a tag with wrong places would carry words out of a message, and no pattern tells a word from a name.
"""

import json
import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from bot.chat.directory import OpenDirectory
from helperfunctions.clock import Clock
from helperfunctions.database import Database
from helperfunctions.errors import TwitchError

log = logging.getLogger(__name__)

# The owner of the emotes that everybody has.
_EVERYBODY: Final = ""
_FETCH_EVERY: Final = timedelta(days=1)
_TRY_AGAIN: Final = timedelta(minutes=10)
# Lists that are fetched in one run.
_MOST_LISTS: Final = 10
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CODE: Final = re.compile(r"[!-~]{1,64}")


@dataclass(slots=True)
class EmoteNames:
    """Fetches each list once a day: of everybody, and of each followed channel."""

    database: Database
    clock: Clock
    open_directory: OpenDirectory
    _not_before: datetime | None = field(default=None, init=False)

    def fetch(self) -> int:
        """Fetch the lists that are due. Returns how many; what Twitch does not give is fetched later."""
        now = self.clock.now()
        if self._not_before is not None and now < self._not_before:
            return 0
        with self.database.transaction() as tx:
            due = [row.owner_id for row in tx.chat.due_emote_lists(before=now - _FETCH_EVERY, limit=_MOST_LISTS)]
        if not due:
            return 0
        try:
            with self.open_directory() as directory:
                for owner_id in due:
                    items = (
                        directory.get_global_emotes() if owner_id == _EVERYBODY else directory.get_emotes_of(owner_id)
                    )
                    with self.database.transaction() as tx:
                        names = json.dumps(names_in(items))
                        tx.chat.store_emote_names(owner_id=owner_id, names=names)
                        tx.chat.store_emote_list(owner_id=owner_id, now=now)
        except TwitchError as exc:
            self._not_before = now + _TRY_AGAIN
            log.warning("names of emotes cannot be fetched; trying again later: %s", exc)
            return 0
        self._not_before = None
        return len(due)


def names_in(items: Sequence[Any]) -> list[dict[str, str]]:
    """The ids and names of emotes in Twitch's items, each id once; items that are none are left out."""
    found: dict[str, str] = {}
    for item in items:
        emote_id, code = (item.get("id"), item.get("name")) if isinstance(item, dict) else (None, None)
        if isinstance(emote_id, str) and isinstance(code, str) and _ID.fullmatch(emote_id) and _CODE.fullmatch(code):
            found[emote_id] = code
    return [{"emote_id": emote_id, "code": code} for emote_id, code in found.items()]
