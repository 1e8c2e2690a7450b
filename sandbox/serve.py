"""The sandbox as a program of its own: on the machine's clock, until it is stopped."""

import signal
import threading
from collections.abc import Callable
from typing import Final

from helperfunctions.clock import SystemClock
from sandbox.chat.faults import HARMLESS, ChatFaults
from sandbox.chat.rooms import Room
from sandbox.chat.server import ChatSandbox
from sandbox.faults import Faults
from sandbox.server import TwitchSandbox
from sandbox.world import World
from sandbox.x.faults import XFaults
from sandbox.x.server import XSandbox

# Channels that have a chat: the largest ones.
_ROOMS: Final = 1_000


def rooms_of(world: World) -> list[Room]:
    """The chats of the largest channels of a world, busier the larger they are."""
    streamers = world.streamers
    return [
        Room(streamers.login(number), streamers.id(number), per_minute=600 / (1 + number / 10))
        for number in range(min(_ROOMS, streamers.count))
    ]


def serve(
    *,
    host: str,
    port: int,
    x_port: int,
    chat_port: int,
    channels: int,
    seed: int,
    fault_rate: float,
    rate_limit: int,
    print_line: Callable[[str], object],
) -> None:
    """Serve a simulated Twitch and X until SIGTERM or SIGINT; `print_line` receives instructions for using them.

    Raises OSError when a port is taken.
    """
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    world, clock = World(seed=seed, channels=channels), SystemClock()
    faults = Faults(Faults.everything(fault_rate), seed=seed)
    x_faults = XFaults(XFaults.everything(fault_rate), seed=seed)
    # A fault of a connection at this rate of messages would end it all the time.
    chat_faults = ChatFaults({fault: fault_rate for fault in HARMLESS if "reconnect" not in fault}, seed=seed)
    with (
        ChatSandbox(rooms_of(world), clock, host=host, port=chat_port, seed=seed, faults=chat_faults) as chat,
        TwitchSandbox(
            world, clock, host=host, port=port, faults=faults, rate_limit=rate_limit, chat=chat.truth
        ) as twitch,
        XSandbox(clock, host=host, port=x_port, faults=x_faults) as x,
    ):
        print_line(f"A simulated Twitch of {channels:,} channels, and an X; point the bot at them with:")
        print_line(f"  TWITCH_API_URL={twitch.api_url}")
        print_line(f"  TWITCH_AUTH_URL={twitch.auth_url}")
        print_line(f"  IGDB_API_URL={twitch.igdb_url}")
        print_line(f"  TWITCH_CLIENT_ID={twitch.client_id}")
        print_line(f"  TWITCH_CLIENT_SECRET={twitch.client_secret}")
        print_line(f"  TWITCH_CHAT_URL={chat.url}")
        print_line(f"  X_API_URL={x.api_url}")
        print_line(f"  X_API_KEY={x.api_key}")
        print_line(f"  X_API_KEY_SECRET={x.api_key_secret}")
        print_line(f"  X_ACCESS_TOKEN={x.access_token}")
        print_line(f"  X_ACCESS_TOKEN_SECRET={x.access_token_secret}")
        print_line(f"Posts are shown at {x.url}. To ask the bot something:")
        print_line(
            f"""  curl {x.url}/sandbox/x/tag -d '{{"author": "ann", "text": "@{x.bot.username} Just Chatting"}}'"""
        )
        print_line("Stop it with Ctrl-C.")
        stopping.wait()
