"""The sandbox as a program of its own: on the machine's clock, until somebody stops it."""

import signal
import threading
from collections.abc import Callable

from helperfunctions.clock import SystemClock
from sandbox.faults import Faults
from sandbox.server import TwitchSandbox
from sandbox.world import World
from sandbox.x.faults import XFaults
from sandbox.x.server import XSandbox


def serve(
    *,
    host: str,
    port: int,
    x_port: int,
    channels: int,
    seed: int,
    fault_rate: float,
    rate_limit: int,
    say: Callable[[str], object],
) -> None:
    """Serve a make-believe Twitch and X until SIGTERM or SIGINT; `say` gets the lines that tell how to use them.

    Raises OSError when a port is taken.
    """
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    world, clock = World(seed=seed, channels=channels), SystemClock()
    faults = Faults(Faults.everything(fault_rate), seed=seed)
    x_faults = XFaults(XFaults.everything(fault_rate), seed=seed)
    with (
        TwitchSandbox(world, clock, host=host, port=port, faults=faults, rate_limit=rate_limit) as twitch,
        XSandbox(clock, host=host, port=x_port, faults=x_faults) as x,
    ):
        say(f"A make-believe Twitch of {channels:,} channels, and an X; point the bot at them with:")
        say(f"  TWITCH_API_URL={twitch.api_url}")
        say(f"  TWITCH_AUTH_URL={twitch.auth_url}")
        say(f"  TWITCH_CLIENT_ID={twitch.client_id}")
        say(f"  TWITCH_CLIENT_SECRET={twitch.client_secret}")
        say(f"  X_API_URL={x.api_url}")
        say(f"  X_API_KEY={x.api_key}")
        say(f"  X_API_KEY_SECRET={x.api_key_secret}")
        say(f"  X_ACCESS_TOKEN={x.access_token}")
        say(f"  X_ACCESS_TOKEN_SECRET={x.access_token_secret}")
        say(f"What is posted shows at {x.url}. To ask the bot something:")
        say(f"""  curl {x.url}/sandbox/x/tag -d '{{"author": "ann", "text": "@{x.bot.username} Just Chatting"}}'""")
        say("Stop it with Ctrl-C.")
        stopping.wait()
