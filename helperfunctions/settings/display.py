"""Shows the settings without their secrets."""

from dataclasses import dataclass
from datetime import time
from typing import Any

from pydantic import SecretStr

from helperfunctions.database import without_password
from helperfunctions.hidden import without_userinfo
from helperfunctions.settings.model import Settings
from helperfunctions.settings.sources import Loaded


@dataclass(frozen=True, slots=True)
class Shown:
    """One setting, without secrets."""

    name: str
    value: str
    origin: str
    description: str


def show(loaded: Loaded) -> list[Shown]:
    """Every setting with its origin; values of secrets are replaced."""
    return [
        Shown(name.upper(), _shown_value(getattr(loaded.settings, name)), loaded.origins[name], field.description or "")
        for name, field in Settings.model_fields.items()
    ]


def _shown_value(value: Any) -> str:
    if value is None:
        return "(not set)"
    if isinstance(value, SecretStr):
        secret = value.get_secret_value()
        return without_password(secret) if secret.startswith("postgres") else "(set, not shown)"
    if isinstance(value, bool):
        return str(value).lower()
    return value.strftime("%H:%M") if isinstance(value, time) else without_userinfo(str(value))
