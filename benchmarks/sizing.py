"""Sizing: the cost of a poll, of the roll-up of a day and of a month, the disk space of a day, and all that for a day
and a year, for the default settings and for all of Twitch.

Measured at full width (all streams of a poll) but not at full length: some polls of a long day, and some days of a
month. The rest is extrapolated, and the table marks it.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

import psutil

from benchmarks import rollup
from benchmarks.crawl import sandbox
from benchmarks.harness import Bench, a_database, progress, show
from benchmarks.twitch_days import CALENDAR, DAY, MINUTES_IN_DAY
from bot.daily.rollup import Rollup
from helperfunctions.clock import VirtualClock
from sandbox.server import CLIENT_ID, CLIENT_SECRET

STREAMS_IN_PAGE: Final = 100
CHANNELS: Final = 120_000
DAYS_OF_MONTH: Final = 30
DAYS_IN_STAGING: Final = 3
"""The days with raw rows, which are deleted 24 hours after the end of their day: the current and up to two more."""

_HOURS: Final = """
    insert into hourly_games (hour_at, average_viewers, average_streams, peak_viewers, game_id)
    select date_trunc('hour', started_at, 'UTC'), sum(games.viewers), sum(games.streams), max(games.viewers), game_id
    from staging.games as games
    join staging.polls as polls using (poll_id)
    group by date_trunc('hour', started_at, 'UTC'), game_id
"""
# A copy of the day, `back` days earlier, with half of its streamers replaced, as on another day.
_DAY_BEFORE: Final = """
    insert into daily_streamer_games (day, streamer_id, game_id, watch_hours, airtime_hours, peak_viewers)
    select
        day - {back}, streamer_id || case when hashtext(streamer_id) % 2 = 0 then '' else '-{back}' end, game_id,
        watch_hours, airtime_hours, peak_viewers
    from daily_streamer_games where day = '{day}'
    order by game_id, streamer_id
"""
_DAILY_TABLES: Final = (
    "daily_games",
    "daily_streamers",
    "daily_streamer_games",
    "daily_streams",
    "daily_languages",
    "daily_game_languages",
    "days",
    "hourly_games",
)
_NAME_TABLES: Final = ("games", "streamers", "names", "addresses")


@dataclass(frozen=True, slots=True)
class Profile:
    """The streams of a poll, the interval, and the number of polls of a day and days of a month that are measured."""

    name: str
    every_minutes: int
    streams: int
    measured_every_minutes: int
    measured_days: int

    @property
    def polls(self) -> int:
        """Polls in a day."""
        return MINUTES_IN_DAY // self.every_minutes

    @property
    def longer(self) -> int:
        """The ratio of the polls of a day to those that are measured."""
        return self.measured_every_minutes // self.every_minutes


PROFILES: Final = (
    Profile("default", every_minutes=30, streams=7_000, measured_every_minutes=30, measured_days=20),
    Profile("all of Twitch", every_minutes=5, streams=100_000, measured_every_minutes=60, measured_days=3),
)


@dataclass(frozen=True, slots=True)
class Cost:
    """Elapsed seconds, and CPU seconds of the bot and of the database."""

    seconds: float
    bot_cpu: float
    database_cpu: float

    @property
    def cpu(self) -> float:
        """CPU seconds of the bot and the database together."""
        return self.bot_cpu + self.database_cpu


@dataclass(frozen=True, slots=True)
class Sizing:
    """The measurements of a profile; sizes in bytes."""

    profile: Profile
    poll: Cost
    peak_mb: float
    names: int
    named: int
    rows: int
    pairs: int
    staging: int
    rollup: Cost
    day: int
    month: Cost
    month_size: int

    @property
    def cpu_of_a_day(self) -> float:
        """CPU seconds of all polls and the roll-up."""
        return self.poll.cpu * self.profile.polls + self.rollup.cpu * self.profile.longer

    @property
    def month_seconds(self) -> float:
        """Seconds to sum up a whole month."""
        return self.month.seconds * DAYS_OF_MONTH / self.profile.measured_days

    @property
    def year(self) -> float:
        """Bytes of a year of rows that are never deleted, without names."""
        return 365 * self.day + 12 * self.month_size * DAYS_OF_MONTH / self.profile.measured_days


def main(*, profiles: Sequence[Profile] = PROFILES, channels: int = CHANNELS) -> None:
    """Measure and print."""
    _show([_measure(profile, channels) for profile in profiles])


def _measure(profile: Profile, channels: int) -> Sizing:
    progress(f"sizing: {profile.name}, two polls of {profile.streams:,} streams")
    with a_database() as bench, sandbox(channels) as addresses:
        poll, peak_mb = _polled(bench, addresses, profile)
        ((named,),) = bench.rows("select count(*) from streamers")
        names = _size(bench, *_NAME_TABLES)
    with a_database() as bench:
        size = rollup.Size(profile.measured_every_minutes, profile.streams, rounds=1, disk_gb=0)
        rows = rollup.load(bench, size)
        bench.run(_HOURS)
        done = _cost(bench, lambda: _roll_up(bench))
        staging = _size(bench, f"staging.streams_{DAY.date:%Y_%m_%d}", "staging.games")
        ((pairs,),) = bench.rows("select count(*) from daily_streamer_games")
        day = _size(bench, *_DAILY_TABLES)
        for back in range(1, profile.measured_days):
            progress(f"sizing: {profile.name}, a month, day {back + 1} of {profile.measured_days}")
            bench.run(_DAY_BEFORE.format(back=back, day=DAY.date))
        bench.run("vacuum (analyze) daily_streamer_games")
        month = _cost(bench, lambda: _sum_up_month(bench))
        month_size = _size(bench, "monthly_streamer_games")
    return Sizing(profile, poll, peak_mb, names, named, rows, pairs, staging, done, day, month, month_size)


def _polled(bench: Bench, addresses: Sequence[str], profile: Profile) -> tuple[Cost, float]:
    """The cost of the second of two polls (of the database: half of both), and the bot's peak memory in MB."""
    with tempfile.TemporaryDirectory(prefix="wt-") as folder:
        return _polled_in(folder, bench, addresses, profile)


def _polled_in(folder: str, bench: Bench, addresses: Sequence[str], profile: Profile) -> tuple[Cost, float]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": ".",
        "DATA_DIR": folder,
        "DATABASE_URL": bench.url,
        "TWITCH_API_URL": addresses[0],
        "TWITCH_AUTH_URL": addresses[1],
        "TWITCH_CLIENT_ID": CLIENT_ID,
        "TWITCH_CLIENT_SECRET": CLIENT_SECRET,
    }
    command = [sys.executable, "-m", "benchmarks.sizing_poll", str(profile.streams // STREAMS_IN_PAGE)]
    result: dict[str, Any] = {}

    def poll() -> None:
        result.update(json.loads(subprocess.run(command, env=environment, capture_output=True, check=True).stdout))

    both = _cost(bench, poll)
    if result["streams"] != profile.streams:
        raise RuntimeError(f"the poll has {result['streams']:,} streams instead of {profile.streams:,}")
    return Cost(result["seconds"], result["cpu_seconds"], both.database_cpu / 2), result["peak_mb"]


def _roll_up(bench: Bench) -> None:
    Rollup(bench.database, VirtualClock(DAY.ends_at), CALENDAR).redo(DAY.date)


def _sum_up_month(bench: Bench) -> None:
    with bench.database.transaction() as tx:
        tx.daily.allow_memory()
        tx.daily.insert_monthly_streamer_games(month=DAY.date.replace(day=1))


def _cost(bench: Bench, do: Callable[[], None]) -> Cost:
    server, this = _server_of(bench), psutil.Process()
    began, own, database = monotonic(), _cpu_of(this), _cpu_of(server)
    do()
    return Cost(monotonic() - began, _cpu_of(this) - own, _cpu_of(server) - database)


def _server_of(bench: Bench) -> psutil.Process:
    """The database server's first process, whose children serve the sessions."""
    with bench.connected() as connection, connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        server = psutil.Process(cursor.fetchone()[0]).parent()
    assert server is not None  # noqa: S101 - it outlives its children
    return server


def _cpu_of(process: psutil.Process) -> float:
    """CPU seconds of a process, of its children that have ended, and of those that have not."""
    spent = process.cpu_times()
    total = spent.user + spent.system + spent.children_user + spent.children_system
    for child in process.children():
        try:
            spent = child.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += spent.user + spent.system
    return float(total)


def _size(bench: Bench, *tables: str) -> int:
    """Bytes on disk, indexes included."""
    return int(bench.rows(f"select {' + '.join(f'pg_total_relation_size({table!r})' for table in tables)}")[0][0])


def _show(measured: Sequence[Sizing]) -> None:
    rows: list[tuple[str, Callable[[Sizing], str]]] = [
        ("streams in a poll", lambda one: f"{one.profile.streams:,}"),
        ("polls a day", lambda one: f"{one.profile.polls}"),
        ("requests of Twitch a poll", lambda one: f"{one.profile.streams // STREAMS_IN_PAGE:,}"),
        ("a poll, without Twitch's rate limit, s", lambda one: f"{one.poll.seconds:.1f}"),
        ("CPU of a poll: bot + database, s", lambda one: f"{one.poll.bot_cpu:.1f} + {one.poll.database_cpu:.1f}"),
        ("bot's peak memory in a poll, MB", lambda one: f"{one.peak_mb:.0f}"),
        ("rows a day, millions", lambda one: _times(one.rows / 1e6, one.profile.longer, "{:.1f}")),
        ("pairs of streamer and game a day", lambda one: f"{one.pairs:,}"),
        ("sum of a day, s", lambda one: _times(one.rollup.seconds, one.profile.longer, "{:.0f}")),
        ("sum of a month, s", lambda one: f"≈ {one.month_seconds:.0f}"),
        ("CPU of a day, minutes", lambda one: f"≈ {one.cpu_of_a_day / 60:.1f}"),
        ("disk: raw rows of a day, MB", lambda one: _times(one.staging / 1e6, one.profile.longer, "{:.0f}")),
        ("disk: raw rows at most, GB", lambda one: f"≈ {DAYS_IN_STAGING * one.staging * one.profile.longer / 1e9:.1f}"),
        ("disk: for good, a day, MB", lambda one: f"{one.day / 1e6:.1f}"),
        ("disk: for good, a year, GB", lambda one: f"≈ {one.year / 1e9:.1f}"),
        ("disk: per 100,000 streamers ever seen, MB", lambda one: f"{one.names / one.named / 10:.0f}"),
    ]
    show(
        "What fits where",
        ("", *(one.profile.name for one in measured)),
        [[name, *(figure(one) for one in measured)] for name, figure in rows],
        (
            "≈: multiplied. All of Twitch: an hourly poll of a day and a tenth of a month were measured; the sums take",
            "time in proportion to their rows. CPU is of one core of this machine; seconds depend on what else runs.",
        ),
    )


def _times(measured: float, factor: int, form: str) -> str:
    """A figure, marked if it is extrapolated."""
    return ("≈ " if factor > 1 else "") + form.format(measured * factor)
