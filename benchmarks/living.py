"""A bot that lives a day on a virtual clock: `python -m benchmarks.living ADDRESS AUTH_ADDRESS CRAWL_PAGES POLLS`.

For who watches its memory from outside: each stage is announced on the output, and begins when a line comes in. The
database is that of the settings (DATABASE_URL, or embedded in DATA_DIR); X is not called, the charts are drawn.
"""

import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from pydantic import SecretStr

from benchmarks.twitch_days import DAY
from bot.demo import moments
from bot.models import Poll
from bot.runtime.schedule import Job
from bot.wiring import open_bot
from helperfunctions import settings
from helperfunctions.clock import VirtualClock
from helperfunctions.drawing import draw_png
from sandbox.server import CLIENT_ID, CLIENT_SECRET

IDLE_SECONDS = 2.0
QUARTER = 900


def main(api_url: str, auth_url: str, pages: int, polls: int) -> None:
    """Idle, crawl so many pages, live a day of so many polls, draw its charts, be idle again."""
    loaded = settings.load().settings.model_copy(
        update={
            "twitch_api_url": api_url,
            "twitch_auth_url": auth_url,
            "twitch_client_id": CLIENT_ID,
            "twitch_client_secret": SecretStr(CLIENT_SECRET),
        }
    )
    clock = VirtualClock(DAY.starts_at - timedelta(seconds=1))
    with open_bot(loaded, clock=clock, random=random.random, migrate=True) as bot, bot.collector() as collector:
        jobs = bot.jobs(collector, bot.watch(bot.lead(collector)))
        with stage("idle, just started"):
            time.sleep(IDLE_SECONDS)
        with stage(f"a crawl of {pages:,} pages"):
            _tell(replace(collector, more_than_viewers=0, page_cap=pages).collect())
        taken = 0
        with stage(f"a day of {polls} polls"):
            for due in moments(bot.timetable(QUARTER, QUARTER), clock.now(), DAY.ends_at + timedelta(hours=7)):
                if due.job not in jobs or (due.job is Job.COLLECT and taken == polls):
                    continue
                clock.move_to(due.at)
                done = jobs[due.job]()
                if isinstance(done, Poll):
                    taken += 1
                    _tell(done)
        with stage("drawing the three charts"):
            for summary in bot.summaries(DAY.date).summaries:
                assert summary.chart is not None  # noqa: S101 - a day of real size has charts
                draw_png(summary.chart.spec)
        with stage("idle, after all that"):
            time.sleep(IDLE_SECONDS)


def _tell(poll: Poll) -> None:
    print(f"poll of {poll.started_at:%d %H:%M}: {poll.pages:,} pages, {poll.streams:,} streams", file=sys.stderr)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Wait until whoever watches is ready, and tell when it is over."""
    print(f"begins {name}", flush=True)
    sys.stdin.readline()
    yield
    print(f"ends {name}", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
