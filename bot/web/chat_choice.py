"""How the dashboard asks the bot to follow a channel, under the settings."""

from bot.web.read.chat_requests import ChatRequests
from bot.web.site import ChatChoice
from helperfunctions import token_file
from helperfunctions.clock import Clock
from helperfunctions.database import Database
from helperfunctions.settings import Settings


def choice_of(settings: Settings, database: Database, clock: Clock) -> ChatChoice:
    """The choice of channels. Raises SettingsError when there is no token and none can be made."""
    given = settings.web_token.get_secret_value() if settings.web_token is not None else ""
    token = given or token_file.token_in(settings.data_dir / "web-token")
    return ChatChoice(ChatRequests(database, clock).ask, settings.chat_choice == "open", token)
