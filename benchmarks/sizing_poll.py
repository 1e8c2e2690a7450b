"""Two polls by the bot itself: `python -m benchmarks.sizing_poll PAGES`, with the settings of the environment.

Prints the cost of the second one as JSON: the first also stores every name. Until then it imports only what
`watchtime run` imports.
"""

import json
import random
import resource
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from bot.wiring import open_bot
from helperfunctions import settings
from helperfunctions.clock import VirtualClock


def main(pages: int) -> None:
    """Poll twice, half an hour apart, and print the cost of the second poll."""
    clock = VirtualClock(datetime(2026, 11, 22, 4, tzinfo=UTC))
    with open_bot(settings.load().settings, clock=clock, random=random.random, migrate=True) as bot:
        assert bot.collect_job is not None  # noqa: S101 - for the type checker
        wide = replace(bot.collect_job.collector, more_than_viewers=0, page_cap=pages)
        wide.collect()
        clock.move_to(clock.now() + timedelta(minutes=30))
        began, cpu = time.monotonic(), time.process_time()
        poll = wide.collect()
        print(
            json.dumps(
                {
                    "streams": poll.streams if poll else 0,
                    "seconds": time.monotonic() - began,
                    "cpu_seconds": time.process_time() - cpu,
                    # KiB on Linux; this process is new, so it is its own peak.
                    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6,
                }
            )
        )


if __name__ == "__main__":
    main(int(sys.argv[1]))
