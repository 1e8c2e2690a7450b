"""A bot that runs for a day on a virtual clock: `python -m benchmarks.living CRAWL_PAGES POLLS MINUTES`.

For a process that measures its memory from outside: each stage is announced on the output and begins after a line of
input. Twitch and the database are those of the settings (DATABASE_URL, or embedded in DATA_DIR); X is not called, the
charts are drawn. Between two turns of a job are at least MINUTES. It imports only what `watchtime run` imports, and
runs jobs in threads of a pool as well.
"""

import random
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

# Imported as `watchtime run` does before it opens the bot.
import bot.runtime.credentials
import bot.runtime.run  # noqa: F401
from bot.core.calendar import Calendar
from bot.core.polls import Poll
from bot.jobs import JOBS
from bot.runtime.run import tasks_of
from bot.runtime.schedule import moments, schedule
from bot.spend.account import stored_username
from bot.wiring import open_bot, with_watch
from helperfunctions import settings
from helperfunctions.clock import VirtualClock
from helperfunctions.drawing import draw_png

DATE: Final = date(2026, 11, 21)
IDLE_SECONDS = 2.0
# One known name each, a misspelled one, and a text that only resembles a question.
QUESTIONS: Final = ("Just Chatting", "leage of legends", "lol last 7 days", "nice weather today", "streamer: nobody")


def main(pages: int, polls: int, minutes: int) -> None:
    """Idle, crawl this many pages, run a day of this many polls, draw its charts, answer, idle again."""
    loaded = settings.load().settings
    day = Calendar(loaded.timezone, loaded.day_starts_at).day(DATE)
    clock = VirtualClock(day.starts_at - timedelta(seconds=1))
    with (
        ThreadPoolExecutor(len(JOBS)) as pool,
        open_bot(loaded, clock=clock, random=random.random, migrate=True) as bot,
    ):
        assert bot.collect_job is not None  # noqa: S101 - for the type checker
        tasks = tasks_of(with_watch(bot)[0])
        with stage("idle, just started"):
            time.sleep(IDLE_SECONDS)
        with stage(f"a crawl of {pages:,} pages"):
            _log_poll(
                pool.submit(replace(bot.collect_job.collector, more_than_viewers=0, page_cap=pages).collect).result()
            )
        taken = 0
        with stage(f"a day of {polls} polls"):
            entries = schedule(bot.settings, shortest_interval=timedelta(minutes=minutes))
            for due in moments(entries, clock.now(), day.ends_at + timedelta(hours=7)):
                name = due.job.name
                if name not in tasks or (name == "collect" and taken == polls):
                    continue
                clock.move_to(due.at)
                done = pool.submit(tasks[name]).result()
                if isinstance(done, Poll):
                    taken += 1
                    _log_poll(done)
        with stage("drawing the three charts"):
            for summary in bot.planner.summaries(DATE).summaries:
                assert summary.chart is not None  # noqa: S101 - a day of real size has charts
                draw_png(summary.chart.spec)
        with stage(f"answering {len(QUESTIONS)} questions"):
            username = stored_username(bot.database, bot.x_credentials_hash)
            for question in QUESTIONS:
                bot.answerer.preview(question, username)
        with stage("idle, after all that"):
            time.sleep(IDLE_SECONDS)


def _log_poll(poll: Poll) -> None:
    print(f"poll of {poll.started_at:%d %H:%M}: {poll.pages:,} pages, {poll.streams:,} streams", file=sys.stderr)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Report the beginning and the end of a stage, and wait each time until the measuring process is ready."""
    print(f"begins {name}", flush=True)
    sys.stdin.readline()
    yield
    print(f"ends {name}", flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
