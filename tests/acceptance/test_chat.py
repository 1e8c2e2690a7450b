"""Chat by the command line: `watchtime run` starts the listener, and channels are followed by name."""

from datetime import timedelta
from pathlib import Path

import pytest

from helperfunctions.clock import SystemClock, VirtualClock
from sandbox.chat.rooms import Room
from sandbox.chat.server import ChatSandbox
from sandbox.server import TwitchSandbox
from tests.acceptance.conftest import Serve, Shell, eventually, nothing_runs_in, settings_for
from tests.factories import rows


def a_live_room(twitch: TwitchSandbox) -> Room:
    """The chat of a channel that is live now, and for an hour: one that is not live is left within a minute."""
    world = twitch.world
    later = TwitchSandbox(world, VirtualClock(SystemClock().now() + timedelta(hours=1)))
    live = [{int(number) for number in one._helix.listing().snapshot.streamers} for one in (twitch, later)]
    number = min(live[0] & live[1])
    return Room(world.streamers.login(number), world.streamers.id(number))


def test_a_followed_channel_is_joined_and_counted_while_the_bot_runs(
    shell: Shell, folder: Path, serve: Serve, url: str
) -> None:
    twitch = serve()
    room = a_live_room(twitch)
    with ChatSandbox([room], SystemClock(), speaks=False) as chat:
        settings = settings_for(twitch) | {
            "DATABASE_URL": url,
            "DATA_DIR": str(folder / "data"),
            "CHAT_SOURCE": "anonymous",
            "TWITCH_CHAT_URL": chat.url,
        }
        bot = shell.start("run", **settings)
        eventually(lambda: rows(url, "select count(*) > 0 from staging.polls") == [(True,)], "the first poll")
        added = shell.run("chat", "add", room.login, **settings)
        assert added.code == 0, added
        eventually(lambda: chat.joined() == [room.login], "joined")

        def is_counted() -> bool:
            # Again and again: a connection that is lost on a busy machine loses what was said.
            chat.say(room.login, "hello")
            return rows(url, "select coalesce(sum(messages), 0) > 3 from chat.minutes") == [(True,)]

        eventually(is_counted, "counted")
        eventually(lambda: rows(url, "select state from chat.channels") == [("joined",)], "its state")
        # A look at the live streams leaves it joined. The bot may be looking at the same moment.
        look = "1 of the followed channels are live"
        eventually(lambda: look in shell.run("chat", "look", **settings).out, "looked")
        status = shell.run("chat", "status", **settings)
        assert "A listener runs." in status.out
        assert room.login in shell.run("chat", "list", **settings).out
        # A service of its own takes over from the bot's listener, at which the bot ends it.
        service = shell.start("listen", **settings)
        eventually(lambda: "ended for one that is a service" in shell.output_of(bot, "err"), "taken over")
        eventually(lambda: chat.joined() == [room.login], "joined by the service")
        assert "another process listens" in shell.run("listen", **settings).failed_with(75)
        assert shell.run("chat", "remove", room.login, **settings).code == 0
        eventually(lambda: chat.joined() == [], "left")
        service.terminate()
        assert shell.end_of(service).code == 0
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
