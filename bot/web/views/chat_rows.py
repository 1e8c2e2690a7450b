"""The rows of the live page as a script gets them: the texts that the page shows, by the login of the channel."""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.web.read.chat import ChatNow
from bot.web.views.charts.lines import spark
from bot.web.views.render import number, percent, small

STATES: Mapping[str, str] = {
    "wanted": "asked",
    "joining": "joining",
    "joined": "live",
    "parted": "offline",
    "refused": "refused",
}
_REASONS: Mapping[str, str] = {
    "no_answer": "Twitch has no chat of this name",
    "renamed": "the name belongs to another channel now",
    "too_many": "too many channels",
    "msg_banned": "the bot's account is banned there",
    "msg_channel_suspended": "the channel is suspended",
    "msg_channel_blocked": "the channel is blocked",
    "msg_room_not_found": "Twitch has no chat of this name",
    "tos_ban": "the channel is closed by Twitch",
    "msg_concurrent_channel_limit_reached": "Twitch allows no more channels",
}


def state_of(state: str, reason: str) -> str:
    """The state of a channel in words."""
    word = STATES.get(state, state)
    return f"{word}: {_REASONS.get(reason, reason)}" if reason else word


def in_steady_order(channels: Iterable[ChatNow]) -> list[ChatNow]:
    """The channels in an order that changes seldom, so that a row stays where somebody is about to tap it: those that
    are live by their viewers, which change with each update, and the others by their names."""
    return sorted(channels, key=lambda one: (one.state != "joined", -(one.viewers or 0), one.login))


def row_of(one: ChatNow) -> dict[str, Any]:
    """The texts of a row, by the field that shows each."""
    return {
        "state": state_of(one.state, one.reason),
        "is_live": one.state == "joined",
        "now": number(one.messages_now),
        "per_minute": number(one.messages_per_minute),
        "chatters": number(one.chatters),
        "viewers": number(one.viewers),
        "per_1000": small(one.per_1000_viewers),
        "subscribers": percent(one.subscriber_share),
        "emote": one.top_emote or "–",
        "coverage": percent(one.coverage),
        "spark": spark(one.history) if one.history else "",
        "moment": f"{one.last_moment_times:.1f}×" if one.last_moment_times is not None else "–",
        "moment_at": f"{one.last_moment_at:%Y-%m-%dT%H:%M:%SZ}" if one.last_moment_at is not None else "",
    }
