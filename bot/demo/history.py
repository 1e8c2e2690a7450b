"""The days before the demo's: what the make-believe Twitch would have shown, put through the production code from the
parser on, without the HTTP that takes most of a poll's time."""

import os
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from multiprocessing import get_context
from typing import Final

import orjson

from bot.collect.parse import parse_stream
from bot.collect.stage import StagedPoll
from bot.core.calendar import Day
from bot.core.polls import CrawlEnd, Poll, PollStatus, Stream
from bot.jobs import Bot
from helperfunctions.clock import VirtualClock
from helperfunctions.screen import Screen
from sandbox.stream_json import StreamJson
from sandbox.world import World

# Half as often as the demo itself, for half the time: a poll speaks for as long as its interval says.
EVERY: Final = timedelta(hours=1)
# What a crawl of that many pages takes.
_TAKES: Final = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class _Asked:
    """One poll to be made, in another process: everything that it takes."""

    seed: int
    channels: int
    poll_id: int
    day: date
    at: datetime
    more_than: int


def live_through_history(bot: Bot, clock: VirtualClock, world: World, days: int, until: date, screen: Screen) -> None:
    """Polls of `days` days before `until`, each day rolled up and its raw streams dropped. The clock ends where `until`
    starts."""
    first = until - timedelta(days=days)
    every_day = [bot.calendar.day(first + timedelta(days=number)) for number in range(days)]
    # While the database takes in one poll, others are made. Not forked: the sandbox's threads would be cut in two.
    with (
        screen.progress(days) as advance,
        ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool,
    ):
        coming = _begin(bot, pool, world, every_day[0])
        for number, day in enumerate(every_day):
            polls, coming = coming, _begin(bot, pool, world, every_day[number + 1]) if number + 1 < days else []
            for future in polls:
                staged, poll = future.result()
                with bot.database.transaction() as tx:
                    staged.store(tx, poll)
            clock.move_to(day.ends_at)
            bot.rollup.daily()
            with bot.database.transaction() as tx:
                # As the bot does a day later; here the days come faster.
                tx.collect.drop_partition(day=day.date)
            advance(f"{day.date:%a, %b} {day.date.day}")
    bot.names.refresh()


def _begin(bot: Bot, pool: ProcessPoolExecutor, world: World, day: Day) -> list[Future[tuple[StagedPoll, Poll]]]:
    """Have the polls of a day made, and make room for them."""
    moments = [day.starts_at + number * EVERY for number in range(day.length // EVERY)]
    with bot.database.transaction() as tx:
        tx.collect.make_partition(day=day.date)
        numbers = [tx.collect.next_poll_id() for _ in moments]
    return [
        pool.submit(_poll, _Asked(world.seed, world.channels, number, day.date, at, bot.settings.min_viewers))
        for number, at in zip(numbers, moments, strict=True)
    ]


def _poll(asked: _Asked) -> tuple[StagedPoll, Poll]:
    raw = orjson.loads(
        b"[" + b",".join(_writer(asked.seed, asked.channels).everything(asked.at, asked.more_than)) + b"]"
    )
    streams = [stream for stream in map(parse_stream, raw) if isinstance(stream, Stream)]
    staged = StagedPoll(asked.poll_id, asked.day, asked.more_than, interval_minutes=EVERY // timedelta(minutes=1))
    staged.add(streams)
    poll = Poll(
        poll_id=asked.poll_id,
        day=asked.day,
        started_at=asked.at,
        ended_at=asked.at + _TAKES,
        status=PollStatus.COMPLETE,
        ended_because=CrawlEnd.BELOW_THRESHOLD,
        pages=-(-len(streams) // 100),
        streams=len(streams),
        viewers=sum(stream.viewer_count for stream in streams),
        duplicates=0,
        set_aside=0,
        error=None,
    )
    return staged, poll


@cache
def _writer(seed: int, channels: int) -> StreamJson:
    return StreamJson(World(seed=seed, channels=channels))
