"""Make the days before the demo: streams of the simulated Twitch, by the production code from the parser on.

Without HTTP, which takes most of the time of a poll.
"""

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
from bot.core.polls import CrawlEnd, GameId, Poll, PollStatus, Stream
from bot.demo.events import Events
from bot.jobs import Bot
from helperfunctions.clock import VirtualClock
from helperfunctions.screen import Screen
from sandbox.stream_json import StreamJson
from sandbox.world import World

# The interval of polls: twice that of the demo itself, so that a day takes half the time.
EVERY: Final = timedelta(hours=1)
# How long a crawl of this size takes.
_TAKES: Final = timedelta(seconds=20)
# Numbers of games of a world, by their share of all viewing: two without a real name are new or have a great day.
_USUAL_GAME: Final = 1
_NEW_GAME: Final = 8
_GREAT_GAME: Final = 9


@dataclass(frozen=True, slots=True)
class _PollOrder:
    """The parameters of one poll, which another process makes."""

    seed: int
    channels: int
    poll_id: int
    day: date
    at: datetime
    more_than: int
    events: Events


def live_through_history(bot: Bot, clock: VirtualClock, world: World, days: int, until: date, screen: Screen) -> None:
    """Take polls on the `days` days before `until`, roll up each day, and drop its raw streams.

    Afterwards the clock is at the start of `until`. In these days a game comes out, and another one sets a record.
    """
    first = until - timedelta(days=days)
    every_day = [bot.calendar.day(first + timedelta(days=number)) for number in range(days)]
    # While the database stores one poll, processes make others. Spawned: a fork would break the sandbox's threads.
    with (
        screen.progress(days) as advance,
        ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool,
    ):
        games = world.games
        events = Events(
            until=until,
            new_game=GameId(games.ids[_NEW_GAME]),
            usual_game=GameId(games.ids[_USUAL_GAME]),
            usual_name=games.names[_USUAL_GAME],
            great_game=GameId(games.ids[_GREAT_GAME]),
        )
        coming = _begin(bot, pool, world, every_day[0], events)
        for number, day in enumerate(every_day):
            polls, coming = coming, _begin(bot, pool, world, every_day[number + 1], events) if number + 1 < days else []
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


def _begin(
    bot: Bot, pool: ProcessPoolExecutor, world: World, day: Day, events: Events
) -> list[Future[tuple[StagedPoll, Poll]]]:
    """Start making the polls of a day, and create its partition."""
    moments = [day.starts_at + number * EVERY for number in range(day.length // EVERY)]
    with bot.database.transaction() as tx:
        tx.collect.make_partition(day=day.date)
        numbers = [tx.collect.next_poll_id() for _ in moments]
    return [
        pool.submit(
            _poll, _PollOrder(world.seed, world.channels, number, day.date, at, bot.settings.min_viewers, events)
        )
        for number, at in zip(numbers, moments, strict=True)
    ]


def _poll(order: _PollOrder) -> tuple[StagedPoll, Poll]:
    raw = orjson.loads(
        b"[" + b",".join(_writer(order.seed, order.channels).everything(order.at, order.more_than)) + b"]"
    )
    streams = [
        order.events.applied_to(stream, order.day) for stream in map(parse_stream, raw) if isinstance(stream, Stream)
    ]
    staged = StagedPoll(order.poll_id, order.day, order.more_than, interval_minutes=EVERY // timedelta(minutes=1))
    staged.add(streams)
    poll = Poll(
        poll_id=order.poll_id,
        day=order.day,
        started_at=order.at,
        ended_at=order.at + _TAKES,
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
