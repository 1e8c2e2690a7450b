"""The sandbox's Twitch in a process of its own: `python -m benchmarks.sandbox_server CHANNELS`.

Its clock does not move from a busy hour, so that every crawl reads the very same list. Prints its two URLs on one
line; ends when its input ends, which also happens when its parent process dies.
"""

import sys
from datetime import timedelta

from benchmarks.twitch_days import DAY
from helperfunctions.clock import VirtualClock
from sandbox.server import TwitchSandbox
from sandbox.world import World


def main(channels: int) -> None:
    """Serve, without a rate limit, until the input ends."""
    clock = VirtualClock(DAY.starts_at + timedelta(hours=12))
    with TwitchSandbox(World(channels=channels), clock, rate_limit=0) as sandbox:
        print(sandbox.api_url, sandbox.auth_url, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main(int(sys.argv[1]))
