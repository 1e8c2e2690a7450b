"""Whether chat is on. With CHAT_SOURCE=off nothing of chat is imported, so that the bot stays small."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from helperfunctions.clock import Clock
from helperfunctions.database import Database
from helperfunctions.settings import Settings

if TYPE_CHECKING:
    from bot.chat.job import ChatJob


def job_of(
    settings: Settings, database: Database, clock: Clock, open_directory: Callable[[], Any] | None
) -> "ChatJob | None":
    """The jobs of chat under these settings; None with CHAT_SOURCE=off."""
    if settings.chat_source == "off":
        return None
    from bot.chat import sources

    return sources.job_of(settings, database, clock, open_directory)
