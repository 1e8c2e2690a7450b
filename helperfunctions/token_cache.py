"""Twitch's app token on disk, so that a restart does not request a new one.

An application may have 25 valid tokens; the next one invalidates the oldest without notice. A bot that requests a token
at every start could invalidate the token of another bot of the same application.
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
    """An app access token, and the instant (UTC) to renew it, some time before it expires."""

    value: str = field(repr=False)
    renew_at: datetime


class TokenCache(Protocol):
    """Stores a token between processes. `key` identifies the application that it belongs to."""

    def read(self, key: str) -> AppToken | None: ...

    def write(self, key: str, token: AppToken) -> None: ...


class TokenFile:
    """A file that only its owner can read. If it is damaged, it counts as empty and a new token is requested."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self, key: str) -> AppToken | None:
        """The token stored for an application, if there is one."""
        try:
            stored = json.loads(self._path.read_text())
            if stored["key"] != key:
                return None
            token = AppToken(value=stored["token"], renew_at=datetime.fromisoformat(stored["renew_at"]))
            is_usable = isinstance(token.value, str) and token.renew_at.tzinfo is not None
            return token if is_usable else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def write(self, key: str, token: AppToken) -> None:
        """Replace the stored token."""
        content = json.dumps({"key": key, "token": token.value, "renew_at": token.renew_at.isoformat()})
        try:
            atomic_file.write(self._path, content)
        except OSError as exc:
            log.warning(
                "the Twitch token cannot be stored for the next start path=%s reason=%s", self._path, exc.strerror
            )
