"""Channels are found at Twitch by their names, and looked up by their ids from then on."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.chat.channels import Channels
from bot.chat.directory import Directory, LiveChannel, live_channels
from bot.chat.emotes import EmoteNames, names_in
from bot.chat.job import ChatJob
from bot.chat.rooms import MOST_ROOMS
from bot.core.calendar import Calendar
from helperfunctions.chat_key import hasher_of
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import SettingsError, TwitchUnavailable, UnknownChannel
from helperfunctions.twitch_api import TwitchApi
from sandbox.server import TwitchSandbox
from tests.factories import rows, write


@pytest.fixture
def job(
    database: Database,
    clock: VirtualClock,
    tmp_path: Path,
    sandbox: TwitchSandbox,
    connect: Callable[[TwitchSandbox], TwitchApi],
) -> ChatJob:
    twitch = connect(sandbox)
    calendar = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
    return ChatJob(database, clock, tmp_path, timedelta(days=35), lambda: nullcontext(twitch), calendar)


@pytest.fixture
def channels(job: ChatJob) -> Channels:
    return job.channels


def test_a_channel_is_followed_by_its_id(channels: Channels, sandbox: TwitchSandbox, url: str) -> None:
    streamers = sandbox.world.streamers
    assert channels.add(f"@{streamers.login(3).upper()}") == streamers.login(3)
    assert channels.add(f"https://www.twitch.tv/{streamers.login(3)}") == streamers.login(3)
    assert rows(url, "select channel_id, login, state from chat.channels") == [
        (streamers.id(3), streamers.login(3), "wanted")
    ]


@pytest.mark.parametrize(
    ("state", "after"),
    [("joined", "joined"), ("joining", "joining"), ("parted", "wanted"), ("refused", "wanted")],
    ids=["joined", "joining", "parted", "refused"],
)
def test_only_a_chat_that_is_not_joined_is_asked_for_again(
    state: str, after: str, channels: Channels, sandbox: TwitchSandbox, clock: VirtualClock, url: str
) -> None:
    """To join it again, the listener would leave it first, and miss messages meanwhile."""
    login = sandbox.world.streamers.login(3)
    channels.add(login)
    first = clock.now()
    write(url, "update chat.channels set state = %s, reason = %s", state, "msg_banned" if state == "refused" else "")
    clock.advance(60)
    channels.add(login)
    asked_at = first if after == state else clock.now()
    assert rows(url, "select state, reason, asked_at from chat.channels") == [(after, "", asked_at)]


def test_a_name_that_moved_to_another_channel_is_released(channels: Channels, sandbox: TwitchSandbox, url: str) -> None:
    login = sandbox.world.streamers.login(3)
    write(
        url,
        "insert into chat.channels (channel_id, login, state, asked_at, state_at) values ('1', %s, 'joined', %s, %s)",
        *(login, channels.clock.now(), channels.clock.now()),
    )
    channels.add(login)
    assert rows(url, "select channel_id, login from chat.channels order by length(channel_id)") == [
        ("1", "_1"),
        (sandbox.world.streamers.id(3), login),
    ]


def test_an_unknown_name_is_an_error(channels: Channels) -> None:
    with pytest.raises(UnknownChannel, match="no channel or user of the name nobody_at_all"):
        channels.add("nobody_at_all")


def test_no_more_channels_are_followed_than_twitch_allows(channels: Channels, sandbox: TwitchSandbox, url: str) -> None:
    now = channels.clock.now()
    for number in range(MOST_ROOMS):
        write(
            url,
            "insert into chat.channels (channel_id, login, state, asked_at, state_at)"
            " values (%s, %s, 'wanted', %s, %s)",
            *(f"x{number}", f"room{number}", now, now),
        )
    with pytest.raises(SettingsError, match="90 channels are followed already"):
        channels.add(sandbox.world.streamers.login(3))


def test_a_channel_that_opted_out_is_deleted_and_never_followed_again(
    channels: Channels, job: ChatJob, sandbox: TwitchSandbox, url: str
) -> None:
    login = next(sandbox.world.streamers.login(number) for number in live_numbers(sandbox))
    channels.add(login)
    assert job.look() == 1
    [(channel_id,)] = rows(url, "select channel_id from chat.channels")
    now = job.clock.now()
    sums = ", ".join(["1"] * 19)
    write(url, "insert into chat.emotes (emote_id) values ('25')")
    for other in (channel_id, "another"):
        write(url, f"insert into chat.hours values (%s, %s, {sums}, 1)", other, now)
        write(url, "insert into chat.hour_emote_counts values (%s, %s, '{1}', '{1}', '{1}')", other, now)
        write(url, f"insert into chat.daily_chats values (%s, %s, {sums}, 1)", now.date(), other)
        write(url, "insert into chat.daily_emote_counts values (%s, %s, '{1}', '{1}', '{1}')", other, now.date())
        write(url, "insert into chat.moments values (%s, %s, 1, 99, 3.5, 'hype', '{}')", other, now)
    channels.opt_out_channel(login)
    tables = ("minutes", "hours", "hour_emotes", "daily_chats", "daily_emotes", "broadcasts", "moments", "channels")
    for table in tables:
        assert rows(url, f"select * from chat.{table} where channel_id = '{channel_id}'") == [], table
    assert rows(url, "select channel_id from chat.hours") == [("another",)]
    with pytest.raises(UnknownChannel, match="opted out"):
        channels.add(login)


def test_only_a_hash_of_a_chatter_who_opted_out_is_stored(
    channels: Channels, job: ChatJob, sandbox: TwitchSandbox, url: str
) -> None:
    streamers = sandbox.world.streamers
    channels.opt_out_chatter(streamers.login(3))
    hashed = hasher_of(job.folder)(streamers.id(3))
    assert rows(url, "select kind, id from chat.opt_outs") == [("chatter", str(hashed))]


def live_numbers(sandbox: TwitchSandbox) -> list[int]:
    """Some streamers who are live now, by their numbers."""
    return [int(number) for number in sandbox._helix.listing().snapshot.streamers[:3]]


def test_viewers_of_live_channels_are_stored_by_the_minute(
    channels: Channels, job: ChatJob, sandbox: TwitchSandbox, clock: VirtualClock, url: str
) -> None:
    streamers = sandbox.world.streamers
    live = [streamers.login(number) for number in live_numbers(sandbox)]
    for login in live:
        channels.add(login)
    clock.advance(20)
    assert job.look() == 3
    stored = rows(url, "select minute_at, viewers > 0, game_id is not null, messages from chat.minutes")
    assert stored == [(clock.now().replace(second=0), True, True, 0)] * 3
    assert rows(url, "select distinct last_live_at, looked_at from chat.channels") == [(clock.now(), clock.now())]


def test_nothing_is_stored_of_a_channel_that_opts_out_while_twitch_is_asked(
    channels: Channels, job: ChatJob, sandbox: TwitchSandbox, url: str
) -> None:
    channels.add(sandbox.world.streamers.login(live_numbers(sandbox)[0]))
    write(url, "insert into chat.opt_outs select 'channel', channel_id, now() from chat.channels")
    assert job.look() == 1
    for table in ("minutes", "broadcasts"):
        assert rows(url, f"select from chat.{table}") == []


def emote_names(url: str) -> dict[str, str]:
    return dict(rows(url, "select emote_id, code from chat.emote_names"))


def test_names_of_emotes_are_those_of_twitchs_lists_fetched_once_a_day(
    channels: Channels, job: ChatJob, clock: VirtualClock, sandbox: TwitchSandbox, url: str
) -> None:
    live = sandbox.world.live_at(clock.now())
    number = int(live.streamers[0])
    streamers = sandbox.world.streamers
    channels.add(streamers.login(number))
    job.look()
    found = emote_names(url)
    assert {"25": "Kappa", "1": ":)"}.items() <= found.items()
    own = {code for emote_id, code in found.items() if streamers.id(number) in emote_id}
    assert len(own) == 2
    before = sandbox.requests
    clock.advance(23 * 3600)
    job.look()
    assert sandbox.requests == before + 1, "only the live streams"
    write(url, "delete from chat.emote_names")
    clock.advance(3600)
    job.look()
    assert emote_names(url) == found
    channels.opt_out_channel(streamers.login(number))
    assert own.isdisjoint(emote_names(url).values())
    assert "Kappa" in emote_names(url).values()


def test_while_twitch_gives_no_names_of_emotes_the_look_goes_on(
    channels: Channels, job: ChatJob, clock: VirtualClock, sandbox: TwitchSandbox, url: str
) -> None:
    number = int(sandbox.world.live_at(clock.now()).streamers[0])
    channels.add(sandbox.world.streamers.login(number))
    job._emotes = EmoteNames(channels.database, clock, no_directory)
    assert job.look() == 1
    assert emote_names(url) == {}


def no_directory() -> AbstractContextManager[Directory]:
    raise TwitchUnavailable("away")


def test_an_emote_without_an_id_or_a_name_is_left_out() -> None:
    items = [None, {"id": "1"}, {"id": "1", "name": "two words"}, {"id": "a b", "name": "x"}, {"id": 3, "name": "x"}]
    odd = [{"id": "2", "name": "x" * 65}, {"id": "4", "name": "<3"}, {"id": "5", "name": "Kappa"}]
    assert names_in([*items, *odd]) == [{"emote_id": "4", "code": "<3"}, {"emote_id": "5", "code": "Kappa"}]


def test_items_that_are_no_streams_are_left_out() -> None:
    items = [None, {}, {"user_id": "1"}, {"user_id": "2", "viewer_count": 7}, {"user_id": 3, "viewer_count": 7}]
    assert live_channels(items) == [LiveChannel("2", 7, "")]
