"""The settings of chat: part of `Settings`."""

import re
from collections.abc import Set
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, Field, SecretStr


def _chat_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_one = parts.scheme in ("irc", "ircs") and parts.hostname and parts.port != 0 and parts.path in ("", "/")
    except ValueError:
        is_one = False
    if not is_one or parts.username or parts.query or parts.fragment or " " in url:
        raise ValueError("should be an address such as ircs://irc.chat.twitch.tv:6697")
    return url.rstrip("/")


def _amqp_address(url: SecretStr) -> SecretStr:
    text = url.get_secret_value()
    try:
        parts = urlsplit(text)
        is_one = parts.scheme in ("amqp", "amqps") and parts.hostname and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one or parts.query or parts.fragment or re.search(r"[\s\x00-\x1f\x7f]", text):
        raise ValueError("should be an address such as amqp://USER:PASSWORD@HOST:5672/VIRTUAL_HOST")
    return url


def _login(login: str) -> str:
    login = login.lower()
    if login and not re.fullmatch(r"[a-z0-9_]{1,25}", login):
        raise ValueError("should be the login of an account on Twitch, as in twitch.tv/LOGIN")
    return login


def _token(token: SecretStr) -> SecretStr:
    bare = token.get_secret_value().removeprefix("oauth:")
    if not re.fullmatch(r"[^\s\x00-\x1f\x7f]{1,400}", bare):
        raise ValueError("should be an access token, without spaces")
    return SecretStr(bare)


def _web_token(token: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[^\s\x00-\x1f\x7f]{8,200}", token.get_secret_value()):
        raise ValueError("should be 8 to 200 characters without spaces: openssl rand -hex 24 makes one")
    return token


class ChatSettings(BaseModel):
    """The settings of chat."""

    chat_source: Literal["off", "anonymous", "account"] = Field(
        default="off",
        description="how the bot reads Twitch's chat: off; anonymous, which Twitch does not document; or account",
    )
    chat_login: Annotated[str, AfterValidator(_login)] = Field(
        default="", description="with CHAT_SOURCE=account: the login of the account that reads chat"
    )
    chat_token: Annotated[SecretStr, AfterValidator(_token)] | None = Field(
        default=None, description="with CHAT_SOURCE=account: an access token of that account with the scope chat:read"
    )
    twitch_chat_url: Annotated[str, AfterValidator(_chat_address)] = Field(
        default="ircs://irc.chat.twitch.tv:6697", description="address of Twitch's chat; irc:// is without TLS"
    )
    chat_channels_max: int = Field(
        default=90, ge=1, le=90, description="number of channels whose chat is followed, at most"
    )
    chat_choice: Literal["token", "open"] = Field(
        default="token",
        description="who may choose channels on the dashboard: token, those who have WEB_TOKEN; open: visitors too",
    )
    web_token: Annotated[SecretStr, AfterValidator(_web_token)] | None = Field(
        default=None,
        description="who has it may choose channels on the dashboard; by default one is made in DATA_DIR/web-token",
    )
    chat_moment_alerts: bool = Field(
        default=False, description="true: a message to ALERT_WEBHOOK_URL for each hype moment in a followed chat"
    )
    kept_chat_mb: int = Field(
        default=256,
        ge=1,
        le=1_000_000,
        description="megabytes in DATA_DIR for chat that waits to be counted, while the database is unavailable",
    )
    amqp_url: Annotated[SecretStr, AfterValidator(_amqp_address)] | None = Field(
        default=None,
        description="address of RabbitMQ, through which chat reaches those who count it; without it, by a file",
    )
    chat_retention_days: int = Field(
        default=35, ge=1, le=3650, description="days after which the minutes of chat are deleted"
    )


def chat_contradictions(source: str | None, login: str | None, given: Set[str]) -> list[str]:
    """Problems of settings that belong together, as texts. `given`: the fields that have a value."""
    problems = []
    if source == "account" and not (login and "chat_token" in given):
        problems.append(
            "CHAT_SOURCE=account needs CHAT_LOGIN and CHAT_TOKEN: both belong to the account that reads chat"
        )
    if "amqp_url" in given and "database_url" not in given:
        problems.append("AMQP_URL needs DATABASE_URL: listeners share the channels in a database that each can reach")
    return problems
