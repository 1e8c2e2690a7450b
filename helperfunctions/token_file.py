"""A token in a file of its own, which is made at the first start."""

import secrets
from pathlib import Path
from typing import Final

from helperfunctions import atomic_file
from helperfunctions.errors import SettingsError

_BYTES: Final = 24


def token_in(path: Path) -> str:
    """The token in a file that only we can read; a new one if there is no file. Raises SettingsError."""
    try:
        if path.exists():
            return path.read_text().strip()
        path.parent.mkdir(parents=True, exist_ok=True)
        token = secrets.token_hex(_BYTES)
        atomic_file.write(path, f"{token}\n".encode())
    except OSError as exc:
        raise SettingsError([f"WEB_TOKEN is not set, and {path} cannot be used: {exc.strerror}"]) from exc
    return token
