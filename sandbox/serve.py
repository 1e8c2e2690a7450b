"""The sandbox as a program of its own: on the machine's clock, until somebody stops it."""

import signal
import threading
from collections.abc import Callable

from helperfunctions.clock import SystemClock
from sandbox.faults import Faults
from sandbox.server import TwitchSandbox
from sandbox.world import World


def serve(
    *, host: str, port: int, channels: int, seed: int, fault_rate: float, rate_limit: int, say: Callable[[str], object]
) -> None:
    """Serve a make-believe Twitch until SIGTERM or SIGINT; `say` gets the lines that tell how to use it."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    world = World(seed=seed, channels=channels)
    faults = Faults(seed=seed)
    faults.set_rates(Faults.everything(fault_rate))
    with TwitchSandbox(world, SystemClock(), host=host, port=port, faults=faults, rate_limit=rate_limit) as sandbox:
        say(f"A make-believe Twitch of {channels:,} channels; point the bot at it with:")
        say(f"  TWITCH_API_URL={sandbox.api_url}")
        say(f"  TWITCH_AUTH_URL={sandbox.auth_url}")
        say(f"  TWITCH_CLIENT_ID={sandbox.client_id}")
        say(f"  TWITCH_CLIENT_SECRET={sandbox.client_secret}")
        say("Stop it with Ctrl-C.")
        stopping.wait()
