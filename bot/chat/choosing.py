"""What people ask for on the dashboard: channels to follow, to leave, and that are viewed.

The dashboard only writes that somebody asked (the function chat.ask of the database). Names are looked up here.
"""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from bot.chat.channels import KEPT_AFTER_VIEW, Channels, remove
from helperfunctions.errors import SettingsError, TwitchError, TwitchRefused, UnknownChannel

log = logging.getLogger(__name__)

# The name under which people ask who have WEB_TOKEN.
OWNER: Final = "owner"
_TRY_AGAIN: Final = timedelta(seconds=30)
# The limit per visitor is of a day; a request that was not done is shown for as long.
_REQUESTS_KEPT: Final = timedelta(days=2)


@dataclass(slots=True)
class Choosing:
    """Answers what people asked for. `is_open`: visitors may ask too."""

    channels: Channels
    is_open: bool
    _not_before: datetime | None = field(default=None, init=False)
    _is_allowed: bool = field(default=False, init=False)

    def answer(self) -> int:
        """Answer what is open, and leave channels whose time is over. Returns how many requests were answered."""
        database, now = self.channels.database, self.channels.clock.now()
        with database.transaction() as tx:
            if not self._is_allowed:
                tx.chat.allow(is_on=True, is_open=self.is_open, most_channels=self.channels.most)
            requests = list(tx.chat.open_requests())
            for row in list(tx.chat.expire(now=now)):
                log.info("a channel that nobody has viewed for a week is followed no more login=%s", row.login)
            tx.chat.forget_requests(before=now - _REQUESTS_KEPT)
        self._is_allowed = True
        if not requests or (self._not_before is not None and now < self._not_before):
            return 0
        self._not_before = None
        try:
            for request in requests:
                reason = self._why_not(request)
                with database.transaction() as tx:
                    tx.chat.answer_request(
                        login=request.login, kind=request.kind, asked_at=request.asked_at, answer=reason
                    )
        except TwitchError as exc:
            self._not_before = now + _TRY_AGAIN
            log.warning("names of channels cannot be looked up; trying again: %s", exc)
        return len(requests)

    def _why_not(self, request: Any) -> str:
        """Do what is asked; empty, or why it is not done. Raises TwitchError when Twitch cannot be asked."""
        try:
            match request.kind:
                case "follow":
                    self.channels.add(request.login, by_visitor=request.asked_by != OWNER, is_public=True)
                case "leave":
                    remove(self.channels.database, request.login)
                case "view":
                    with self.channels.database.transaction() as tx:
                        tx.chat.viewed(
                            login=request.login,
                            viewed_at=request.asked_at,
                            expires_at=request.asked_at + KEPT_AFTER_VIEW,
                        )
        except (UnknownChannel, SettingsError) as exc:
            return str(exc)
        except TwitchError as exc:
            # A refusal is of this request; whatever else fails would fail for the other requests too.
            if exc.can_retry or isinstance(exc, TwitchRefused):
                raise
            log.warning("a request for a channel is not done login=%s: %s", request.login, exc)
            return "Twitch refuses this name"
        return ""
