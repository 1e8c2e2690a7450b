"""Twitch's app token on disk, so that a restart does not ask for a new one.

An application may have 25 live tokens; one more silently ends the oldest. A bot that asks at every start can so end the
token of its own neighbour.
"""

import json
import logging
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from helperfunctions import atomic_file

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AppToken:
    """An app access token and the instant (UTC) from which a new one is asked for, some time before this one ends."""

    value: str = field(repr=False)
    renew_at: datetime


class TokenCache(Protocol):
    """Where a token outlives the process. `key` names the application that it belongs to."""

    def read(self, key: str) -> AppToken | None: ...

    def write(self, key: str, token: AppToken) -> None: ...


class TokenFile:
    """A file that only its owner can read. Whatever is wrong with it, the bot asks for a new token instead."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, key: str) -> AppToken | None:
        """The token kept for that application, if there is one."""
        try:
            kept = json.loads(self._path.read_text())
            if kept["key"] != key:
                return None
            token = AppToken(value=kept["token"], renew_at=datetime.fromisoformat(kept["renew_at"]))
            is_usable = isinstance(token.value, str) and token.renew_at.tzinfo is not None
            return token if is_usable else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, key: str, token: AppToken) -> None:
        """Keep a token in place of the one before."""
        content = json.dumps({"key": key, "token": token.value, "renew_at": token.renew_at.isoformat()})
        try:
            atomic_file.write(self._path, content)
        except OSError as exc:
            log.warning(
                "the Twitch token cannot be kept for the next start path=%s reason=%s", self._path, exc.strerror
            )
