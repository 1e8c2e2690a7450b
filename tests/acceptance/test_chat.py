"""Chat by the command line: `watchtime run` starts the listener, and channels are followed by name."""

from pathlib import Path

import pytest

from helperfunctions.clock import SystemClock
from sandbox.chat.rooms import Room
from sandbox.chat.server import ChatSandbox
from tests.acceptance.conftest import Serve, Shell, eventually, nothing_runs_in, settings_for
from tests.factories import rows


def test_a_followed_channel_is_joined_and_counted_while_the_bot_runs(
    shell: Shell, folder: Path, serve: Serve, url: str
) -> None:
    twitch = serve()
    streamers = twitch.world.streamers
    room = Room(streamers.login(0), streamers.id(0))
    with ChatSandbox([room], SystemClock(), speaks=False) as chat:
        settings = settings_for(twitch) | {
            "DATABASE_URL": url,
            "DATA_DIR": str(folder / "data"),
            "CHAT_SOURCE": "anonymous",
            "TWITCH_CHAT_URL": chat.url,
        }
        bot = shell.start("run", **settings)
        eventually(lambda: rows(url, "select count(*) from staging.polls") == [(1,)], "the first poll")
        added = shell.run("chat", "add", room.login, **settings)
        assert added.code == 0, added
        eventually(lambda: chat.joined() == [room.login], "joined")
        chat.say(room.login, "hello", times=3)
        eventually(lambda: rows(url, "select sum(messages) from chat.minutes") == [(3,)], "counted")
        eventually(lambda: rows(url, "select state from chat.channels") == [("joined",)], "its state")
        status = shell.run("chat", "status", **settings)
        assert "A listener runs." in status.out
        assert room.login in shell.run("chat", "list", **settings).out
        assert "another process listens" in shell.run("listen", **settings).failed_with(75)
        assert shell.run("chat", "remove", room.login, **settings).code == 0
        eventually(lambda: chat.joined() == [], "left")
        bot.terminate()
        assert shell.end_of(bot).code == 0
        nothing_runs_in(folder)


@pytest.mark.parametrize(
    "arguments", [["listen"], ["chat", "add", "xqc"], ["chat", "count"], ["chat", "look"]], ids=" ".join
)
def test_with_chat_off_a_verb_that_needs_it_says_so(arguments: list[str], shell: Shell, url: str) -> None:
    ran = shell.run(*arguments, DATABASE_URL=url, TWITCH_CLIENT_ID="me", TWITCH_CLIENT_SECRET="planted")
    assert "CHAT_SOURCE is off" in ran.failed_with(78)


def test_an_account_needs_its_login_and_its_token(shell: Shell) -> None:
    ran = shell.run("listen", CHAT_SOURCE="account", CHAT_LOGIN="watchtimebot")
    assert "CHAT_SOURCE=account needs CHAT_LOGIN and CHAT_TOKEN" in ran.failed_with(78)
