"""`python -m tests.soak`: a year of the production code with the faults of a year, and its books at the end."""

import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from pathlib import Path
from signal import SIGINT, SIGTERM, signal
from typing import Annotated, Final

import psutil
import typer

from helperfunctions.screen import Screen
from sandbox.faults import Faults
from sandbox.server import TwitchSandbox
from sandbox.world import World as TwitchWorld
from sandbox.x.faults import XFaults
from sandbox.x.server import XSandbox
from tests.soak.books import Books
from tests.soak.clock import SharedClock
from tests.soak.diary import Diary
from tests.soak.life import Life
from tests.soak.limits import ROOT, Cage, Shipped, cage, memory_of
from tests.soak.plan import Plan
from tests.soak.world import BotProcess, Sampler, Server, World, a_disk, receiving_alerts

# Both changes of the clocks and a new year are in it; it begins when a day does.
BEGIN: Final = datetime(2026, 2, 20, 15, 59, 30, tzinfo=UTC)
# A world of 20,000 channels has this many streams with the viewers that `plan.SETTINGS` requires.
_STREAMS: Final = 7_000
_SLOW_SECONDS: Final = 0.7
_DISK_MEGABYTES: Final = 40_000


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a soak."""

    days: float = 365
    seed: int = 1
    streams: int = _STREAMS
    draw_every: int = 20
    kills: int | None = None
    begin: datetime = BEGIN
    keep: Path | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results of a soak."""

    report: list[str]
    wrong: list[str]


def soak(options: Options, screen: Screen) -> Outcome:
    """Run the soak and check its books."""
    began = time.monotonic()
    end = options.begin + timedelta(days=options.days)
    plan = Plan.drawn(options.seed, options.begin, end, options.kills)
    bot_limit, database_limit = Shipped.of("bot"), Shipped.of("db")
    with ExitStack() as stack:
        bot_cage = stack.enter_context(cage("watchtime-bot", bot_limit.memory))
        database_cage = stack.enter_context(cage("watchtime-db", database_limit.memory))
        world = stack.enter_context(_world(options, plan, bot_cage, database_cage, database_limit.options))
        if world.disk is None:
            plan.happenings = [one for one in plan.happenings if "disk" not in one.kind]
        sampler = Sampler(lambda: _memory(world))
        stack.callback(sampler.stop)
        with screen.progress(ceil(options.days)) as advance:
            diary = Life(plan, world, sampler, advance).live()
        world.bot.stop()
        books = Books(diary)
        books.close(world, (bot_limit.memory / 1e6, database_limit.memory / 1e6))
        for name, one in (("bot", bot_cage), ("database", database_cage)):
            if one is None:
                books.figures.append(f"no cgroup could be made for the {name}: its memory was measured, not limited")
            elif one.kills:
                books.wrong.append(f"the {name} was killed {one.kills} times for passing its memory limit")
        report = _report(options, diary, books, world, time.monotonic() - began)
    return Outcome(report, books.wrong)


@contextmanager
def _world(
    options: Options, plan: Plan, bot_cage: Cage | None, database_cage: Cage | None, server_options: tuple[str, ...]
) -> Iterator[World]:
    with ExitStack() as stack:
        # A short path: the name of a socket has about a hundred characters at most.
        folder = options.keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="wts-")))
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)
        clock = SharedClock.made(folder / "clock", options.begin)
        disk = stack.enter_context(a_disk(folder, _DISK_MEGABYTES))
        server = Server((disk or folder) / "pg", server_options, database_cage)
        stack.callback(server.stop, SIGINT)
        twitch_world = TwitchWorld(seed=options.seed, channels=max(300, options.streams * 20_000 // _STREAMS))
        faults = Faults(seed=options.seed, slow_seconds=_SLOW_SECONDS)
        x_faults = XFaults(seed=options.seed, slow_seconds=_SLOW_SECONDS)
        twitch = stack.enter_context(
            TwitchSandbox(twitch_world, clock, faults=faults, seconds_per_request=0.2, rate_limit=0)
        )
        x = stack.enter_context(XSandbox(clock, faults=x_faults, seconds_per_request=0.2))
        bot = BotProcess(folder, {}, (str(folder / "clock"), str(options.seed), str(options.draw_every)), bot_cage)
        stack.callback(bot.stop)
        world = World(clock, twitch, x, server, bot, disk)
        webhook = stack.enter_context(receiving_alerts(clock, world.alerts))
        bot.environment = _environment(world, webhook)
        yield world
        for thread in world.locks:
            thread.join()


def _environment(world: World, webhook: str) -> dict[str, str]:
    twitch, x = world.twitch, world.x
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(world.bot.folder),
        "PYTHONPATH": str(ROOT),
        "DATA_DIR": str(world.bot.folder / "data"),
        "DATABASE_URL": world.server.url,
        "TWITCH_CLIENT_ID": twitch.client_id,
        "TWITCH_CLIENT_SECRET": twitch.client_secret,
        "TWITCH_API_URL": twitch.api_url,
        "TWITCH_AUTH_URL": twitch.auth_url,
        "X_API_URL": x.api_url,
        "X_API_KEY": x.api_key,
        "X_API_KEY_SECRET": x.api_key_secret,
        "X_ACCESS_TOKEN": x.access_token,
        "X_ACCESS_TOKEN_SECRET": x.access_token_secret,
        "ALERT_WEBHOOK_URL": webhook,
        "MENTIONS_EVERY_SECONDS": "900",
    }


def _memory(world: World) -> tuple[float, float]:
    process = world.bot.process
    bot = 0.0
    if process is not None and process.poll() is None:
        bot = memory_of(psutil.Process(process.pid))
    return bot, memory_of(*world.server.processes)


def _report(options: Options, diary: Diary, books: Books, world: World, took: float) -> list[str]:
    happened = Counter(str(one.kind) for one in diary.happened)
    struck = sum((*world.twitch.faults.injected().values(), *world.x.faults.injected().values()))
    return [
        f"{options.days:g} days from {options.begin:%F}, seed {options.seed}, polls of {options.streams:,} streams, "
        f"in {took / 60:.0f} minutes",
        f"requests: {world.twitch.requests:,} to Twitch, {world.x.requests:,} to X; {struck:,} of them were struck by "
        f"faults; starts of the bot: {world.bot.starts}",
        "what happened: " + ", ".join(f"{what} {times}" for what, times in happened.most_common()),
        "jobs: " + ", ".join(f"{job} {outcome} {times:,}" for (job, outcome), times in sorted(diary.outcomes.items())),
        *books.figures,
        *(["in order: everything"] if not books.wrong else [f"OUT OF ORDER: {line}" for line in books.wrong]),
    ]


def main(
    days: Annotated[float, typer.Option(min=1, help="Days to run.")] = 365,
    seed: Annotated[int, typer.Option(help="Another seed, other faults.")] = 1,
    streams: Annotated[int, typer.Option(min=100, max=40_000, help="Streams of a poll.")] = _STREAMS,
    draw_every: Annotated[int, typer.Option(min=1, help="Draw one of this many charts; the others are copies.")] = 20,
    kills: Annotated[int | None, typer.Option(min=0, help="Kills of the bot, instead of 250 a year.")] = None,
    begin: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="The date of the first day.")] = BEGIN,
    keep: Annotated[Path | None, typer.Option(help="A new folder for the database and the log.")] = None,
) -> None:
    """Run a year of polls, posts and faults on a virtual clock, and report everything that is wrong afterwards."""
    # Unmount and stop everything also on SIGTERM.
    signal(SIGTERM, lambda *_: sys.exit(128 + SIGTERM))
    at = datetime(begin.year, begin.month, begin.day, 15, 59, 30, tzinfo=UTC)
    outcome = soak(
        Options(days=days, seed=seed, streams=streams, draw_every=draw_every, kills=kills, begin=at, keep=keep),
        Screen(),
    )
    for line in outcome.report:
        typer.echo(line)
    sys.exit(1 if outcome.wrong else 0)


if __name__ == "__main__":
    typer.run(main)
