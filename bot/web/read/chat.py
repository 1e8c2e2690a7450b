"""Chat in numbers: the followed channels now, and the minutes, hours, broadcasts, emotes and moments of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final

from bot.web.read.column_types import Column, Hour, NamedDay
from bot.web.read.compare import Compared
from bot.web.read.errors import NotFound
from bot.web.read.ranges import Span
from bot.web.read.table import rows_of
from helperfunctions.database import Transaction

MOST_HOURS: Final = 24 * 7
_BROADCASTS: Final = 11
_MOMENTS: Final = 50
_EMOTES: Final = 20
_MOMENTS_OF_DAY: Final = 10
_DAYS: Final = 400

Messages = Annotated[int, Column("Messages", "number", "each once, bots included; without those of a shared chat")]
Chatters = Annotated[int, Column("Chatters", "number", "different people; about")]
PerWatchHour = Annotated[
    float, Column("Per hour watched", "small", "messages for each hour watched, of minutes that were received whole")
]
Peak = Annotated[int, Column("Peak per minute", "number", "most messages of a minute that was received whole")]
_MinutesHeard = Annotated[int, Column("Minutes received", "number", "minutes whose messages were received whole")]
_Subs = Annotated[int, Column("Subs", "number", is_wide=True)]
_GiftedSubs = Annotated[int, Column("Gifted subs", "number", is_wide=True)]
_Bits = Annotated[int, Column("Bits", "number", is_wide=True)]


@dataclass(frozen=True, slots=True)
class ChatNow:
    """A followed channel. `state`: wanted, joining, joined, refused or parted. `messages_now`: of the minutes that are
    not closed. `messages_per_minute` and `chatters`: of the newest minute that was heard whole; None if it is old.
    `history`: messages of the closed minutes of the last half hour."""

    channel_id: str
    login: str
    streamer: str
    slug: str | None
    state: str
    reason: str
    is_pinned: bool
    messages_now: int
    closed_at: datetime | None
    messages_per_minute: int | None
    chatters: int | None
    viewers: int | None
    subscriber_share: float | None
    top_emote: str | None
    coverage: float | None
    history: Sequence[int | None]
    last_moment_at: datetime | None
    last_moment_times: float | None

    @property
    def per_1000_viewers(self) -> float | None:
        """Messages per minute and 1,000 viewers; None without both."""
        if self.messages_per_minute is None or not self.viewers:
            return None
        return round(1000 * self.messages_per_minute / self.viewers, 1)


@dataclass(frozen=True, slots=True)
class ChatChannel:
    """A followed channel. `expires_at` is None for one that the operator follows."""

    channel_id: str
    login: str
    streamer: str
    slug: str | None
    state: str
    reason: str
    is_pinned: bool
    expires_at: datetime | None
    last_live_at: datetime | None


@dataclass(frozen=True, slots=True)
class ChatMinute:
    """A minute of a channel. `is_covered`: it is closed and was heard whole; other numbers are lower bounds.
    `top_emotes`: names of the emotes used most, or ids of those without a known name, with spaces between them."""

    minute_at: Annotated[datetime, Column("Minute", "time")]
    messages: Messages
    mirrored_messages: Annotated[int, Column("From shared chat", "number", is_wide=True)]
    chatters: Annotated[int, Column("Chatters", "number", "different people, exact")]
    subscriber_messages: Annotated[int, Column("By subscribers", "number", is_wide=True)]
    first_time_messages: Annotated[
        int, Column("First ever", "number", "somebody's first in this channel", is_wide=True)
    ]
    bot_messages: Annotated[int, Column("By bots", "number", is_wide=True)]
    emote_only_messages: Annotated[int, Column("Emotes only", "number", is_wide=True)]
    command_messages: Annotated[int, Column("Commands", "number", is_wide=True)]
    bits: _Bits
    subs: Annotated[int, Column("Subs", "number")]
    gifted_subs: _GiftedSubs
    raid_viewers: Annotated[int, Column("Raid viewers", "number", is_wide=True)]
    removed_messages: Annotated[int, Column("Removed", "number", is_wide=True)]
    timeouts: Annotated[int, Column("Timeouts", "number", is_wide=True)]
    late_messages: Annotated[int, Column("Late", "number", "came too late to be counted", is_wide=True)]
    covered_seconds: Annotated[int, Column("Seconds received", "number", "of the 60 of the minute")]
    viewers: Annotated[int, Column("Viewers", "number")] | None
    game_id: str | None
    top_emotes: str
    is_closed: bool
    is_covered: bool


@dataclass(frozen=True, slots=True)
class ChatHour:
    """The chat of a channel in an hour."""

    hour_at: Hour
    messages: Messages
    chatters: Chatters
    peak_messages: Peak
    minutes: int
    covered_minutes: _MinutesHeard
    subs: _Subs
    gifted_subs: _GiftedSubs
    bits: _Bits
    messages_per_watch_hour: PerWatchHour | None


@dataclass(frozen=True, slots=True)
class ChatDay:
    """The chat of a channel on one of the bot's days. `chatters`: empty until they are counted, every ten minutes."""

    day: NamedDay
    messages: Messages
    chatters: Chatters | None
    peak_messages: Peak
    minutes: int
    covered_minutes: _MinutesHeard
    subs: _Subs
    gifted_subs: _GiftedSubs
    bits: _Bits
    messages_per_watch_hour: PerWatchHour | None


@dataclass(frozen=True, slots=True)
class ComparedChat:
    """The chat of one of the compared streamers over some days. `days`: those on which their chat was heard."""

    id: str
    name: Annotated[str, Column("Streamer", "name", link="slug", link_to="streamers")]
    slug: str
    days: Annotated[int, Column("Days", "number", "days on which the chat was received", is_wide=True)]
    messages: Messages
    chatters_per_day: Annotated[float, Column("Chatters a day", "number", "different people; about")]
    peak_messages: Annotated[
        int, Column("Peak per minute", "number", "most messages of a minute that was received whole", is_wide=True)
    ]
    messages_per_watch_hour: PerWatchHour | None
    messages_per_1000_viewers: (
        Annotated[
            float,
            Column("Per 1,000 viewers", "small", "messages per minute, of minutes that were received whole"),
        ]
        | None
    )
    coverage: Annotated[float, Column("Received", "ratio", "part of the minutes that was received whole")] | None


@dataclass(frozen=True, slots=True)
class ChatBroadcast:
    """The chat of a broadcast. `coverage`: the part of its minutes that was heard whole. `chatters`: empty until
    they are counted, every ten minutes."""

    stream_id: str
    started_at: Annotated[datetime, Column("Started", "time")]
    last_seen_at: datetime
    messages: Messages
    chatters: Chatters | None
    peak_messages: Peak
    minutes: int
    covered_minutes: int
    coverage: Annotated[float, Column("Received", "ratio", "part of its minutes that was received whole")] | None
    watch_hours: Annotated[
        float, Column("Hours watched", "short", "in the minutes that were received whole", is_wide=True)
    ]
    messages_per_watch_hour: PerWatchHour | None
    subs: _Subs
    gifted_subs: _GiftedSubs
    bits: _Bits
    raid_viewers: Annotated[int, Column("Raid viewers", "number", is_wide=True)]


@dataclass(frozen=True, slots=True)
class ChatEmote:
    """An emote of Twitch, and how often it was used. `code`: its name, or its id if that is not known."""

    emote_id: str
    code: Annotated[str, Column("Emote", "text")]
    uses: Annotated[int, Column("Uses", "number")]
    messages: Annotated[int, Column("Messages", "number", "messages with it")]


@dataclass(frozen=True, slots=True)
class ChatMoment:
    """A hype moment. `kind`: hype, or raid or subs if such a notice came shortly before."""

    starts_at: Annotated[datetime, Column("Began", "time")]
    minutes: Annotated[int, Column("Minutes", "number")]
    peak_messages: Peak
    times_usual: Annotated[float, Column("Times the usual", "small")]
    kind: Annotated[str, Column("Kind", "text")]
    top_emotes: str


@dataclass(frozen=True, slots=True)
class MomentOfDay:
    """A hype moment in the chat of a followed channel."""

    channel_id: str
    login: str
    streamer: Annotated[str, Column("Channel", "name", link="login", link_to="chat")]
    starts_at: Annotated[datetime, Column("Began", "time")]
    minutes: Annotated[int, Column("Minutes", "number")]
    peak_messages: Peak
    times_usual: Annotated[float, Column("Times the usual", "small")]
    kind: Annotated[str, Column("Kind", "text")]


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A channel that somebody asked for: it waits, or `answer` says why it is not followed."""

    login: str
    asked_at: datetime
    answer: str


def channels_now(tx: Transaction, now: datetime) -> list[ChatNow]:
    """The followed channels, most messages first."""
    return rows_of(ChatNow, tx.web.chat_now(now=now))


def requests(tx: Transaction, now: datetime) -> list[ChatRequest]:
    """What was asked for within a day and is not followed."""
    return rows_of(ChatRequest, tx.web.chat_requests(now=now))


def channel(tx: Transaction, login: str) -> ChatChannel:
    """A followed channel by its login. Raises NotFound."""
    found = rows_of(ChatChannel, [row] if (row := tx.web.chat_channel(login=login.lower())) else [])
    if not found:
        raise NotFound("the chat of no channel of this name is followed")
    return found[0]


def minutes(tx: Transaction, channel_id: str, since: datetime) -> list[ChatMinute]:
    """The minutes of a channel since an instant, also those that are not closed."""
    return rows_of(ChatMinute, tx.web.chat_minutes(channel_id=channel_id, since=since))


def hours(tx: Transaction, channel_id: str, since: datetime) -> list[ChatHour]:
    """The hours of a channel."""
    return rows_of(ChatHour, tx.web.chat_hours(channel_id=channel_id, since=since))


def days(tx: Transaction, channel_id: str) -> list[ChatDay]:
    """The days of a channel, newest first."""
    return rows_of(ChatDay, tx.web.chat_days(channel_id=channel_id, limit=_DAYS))


def compared(tx: Transaction, streamers: Sequence[Compared], span: Span) -> list[ComparedChat]:
    """The chat of compared streamers over some days, in their order; without those whose chat was not heard."""
    ids = [one.id for one in streamers]
    found = {row.channel_id: row for row in tx.web.chat_compared(channel_ids=ids, first=span.first, last=span.last)}
    return [
        ComparedChat(
            id=one.id,
            name=one.name,
            slug=one.slug,
            days=row.days,
            messages=row.messages,
            chatters_per_day=row.chatters_per_day,
            peak_messages=row.peak_messages,
            messages_per_watch_hour=row.messages_per_watch_hour,
            messages_per_1000_viewers=row.messages_per_1000_viewers,
            coverage=row.coverage,
        )
        for one in streamers
        if (row := found.get(one.id)) is not None
    ]


def broadcasts(tx: Transaction, channel_id: str) -> list[ChatBroadcast]:
    """The newest broadcasts of a channel, newest first: the present or last one, and ten before it."""
    return rows_of(ChatBroadcast, tx.web.chat_broadcasts(channel_id=channel_id, limit=_BROADCASTS))


def emotes(tx: Transaction, channel_id: str, since: datetime) -> list[ChatEmote]:
    """The emotes of a channel that were used most since an instant."""
    hour = since.replace(minute=0, second=0, microsecond=0)
    return rows_of(ChatEmote, tx.web.chat_emotes(channel_id=channel_id, since=hour, limit=_EMOTES))


def moments(tx: Transaction, channel_id: str, since: datetime) -> list[ChatMoment]:
    """The hype moments of a channel since an instant, newest first."""
    return rows_of(ChatMoment, tx.web.chat_moments(channel_id=channel_id, since=since, limit=_MOMENTS))


def every_minute(found: Sequence[ChatMinute], since: datetime, until: datetime) -> list[ChatMinute | None]:
    """The closed minutes in their places between two instants; None for one that is missing."""
    known = {one.minute_at: one for one in found if one.is_closed}
    first = since.replace(second=0, microsecond=0)
    return [known.get(first + timedelta(minutes=n)) for n in range((until - first) // timedelta(minutes=1))]


def moments_between(tx: Transaction, starts_at: datetime, ends_at: datetime) -> list[MomentOfDay]:
    """The hype moments that were farthest above the usual of their channels."""
    rows = tx.web.chat_moments_between(starts_at=starts_at, ends_at=ends_at, limit=_MOMENTS_OF_DAY)
    return rows_of(MomentOfDay, rows)


def followed_login(tx: Transaction, streamer_id: str) -> str | None:
    """The login of a streamer whose chat is followed; None for another."""
    login: str | None = tx.web.chat_login(channel_id=streamer_id)
    return login
