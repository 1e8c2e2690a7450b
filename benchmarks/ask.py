"""The time of a question in the database: years of daily rows, questions about a day, a week and a year."""

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial
from statistics import median
from typing import Final
from zoneinfo import ZoneInfo

from benchmarks.harness import Bench, a_database, progress, seconds_of, show, verdict
from bot.core.calendar import Calendar
from bot.core.questions import Question, Subject, SubjectKind, Window, WindowKind
from bot.daily.rollup import Rollup
from bot.reply.lookup import Lookup
from helperfunctions.clock import VirtualClock

CALENDAR: Final = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
LAST_DAY: Final = date(2026, 10, 20)
PAIRS: Final = 40_000
GAMES: Final = 2_000
STREAMERS: Final = 60_000
"""The number of streamers, and of pairs of streamer and game; a day has a part of them."""
GB_PER_YEAR: Final = 4.0
MOST_MS: Final = {"yesterday": 10.0, "a year": 300.0}

_DAY_OF_PAIRS: Final = """
    insert into daily_streamer_games (day, streamer_id, game_id, watch_hours, airtime_hours, peak_viewers)
    select day, streamer_id, game_id, 50000 / (1 + rank %% 997) * (1 + rank %% 7), 3, 100
    from (
        select distinct on (game_id, streamer_id) *
        from (
            select
                day,
                rank,
                -- every other streamer is there every day, the others come and go
                's' || ((rank * 31 + rank %% 2 * extract(doy from day)::int * 7) %% {streamers}) as streamer_id,
                -- a few games with thousands of streamers, and many with a handful
                'g' || floor({games} * power(((rank * 7919) %% {pairs}) / {pairs}.0, 4))::int as game_id
            from generate_series(1, {pairs}) as rank,
                generate_series(%s::date, %s::date, '1 day') as day
        ) as pairs
        order by game_id, streamer_id
    ) as a_day
    order by day, game_id, streamer_id
"""
_REST: Final = (
    """
    insert into daily_games (day, game_id, watch_hours, airtime_hours, peak_viewers)
    select day, game_id, sum(watch_hours), sum(airtime_hours), max(peak_viewers)
    from daily_streamer_games where day between %s and %s group by day, game_id
    """,
    """
    insert into daily_streamers (day, streamer_id, watch_hours, airtime_hours, peak_viewers)
    select day, streamer_id, sum(watch_hours), sum(airtime_hours), max(peak_viewers)
    from daily_streamer_games where day between %s and %s group by day, streamer_id
    """,
    """
    insert into days
    select day, day + time '16:00', day + time '16:00' + interval '1 day', 48, 24, 1, 1, 1, day
    from generate_series(%s::date, %s::date, '1 day') as day
    """,
)
_NAMES: Final = (
    "insert into games select 'g' || n, 'Game ' || n, '2020-01-01', '2026-01-01' from generate_series(0, {games}) as n",
    "insert into streamers select 's' || n, 'login' || n, 'Name ' || n, '2020-01-01', '2026-01-01'"
    " from generate_series(0, {streamers}) as n",
)


# Created again when all rows are stored, which is several times faster; the indexes are the same.
WITHOUT_INDEXES: Final = (
    "drop index daily_streamer_games_streamer_idx",
    "alter table daily_streamer_games drop constraint daily_streamer_games_pkey",
)
WITH_INDEXES: Final = (
    "set maintenance_work_mem = '512MB'",
    "alter table daily_streamer_games add primary key (day, game_id, streamer_id)",
    "create index daily_streamer_games_streamer_idx on daily_streamer_games (streamer_id, day)",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its name in the table."""

    about: str
    span: str
    question: Question


def main(*, full: bool = False, years: Sequence[int] = (1,), pairs: int = PAIRS, rounds: int = 40) -> None:
    """Measure and print; with `full` five years as well. Sizes that do not fit on the disk are reported as left out."""
    rows: list[list[str]] = []
    for count in [*years, *([5] if full else [])]:
        free_gb = shutil.disk_usage(tempfile.gettempdir()).free / 1e9
        if free_gb < GB_PER_YEAR * count * pairs / PAIRS:
            progress(f"ask: left out {count} years, which take {GB_PER_YEAR * count:.0f} GB; {free_gb:.0f} GB are free")
            continue
        with a_database() as bench:
            fill(bench, 365 * count, pairs)
            rows += _measured(bench, count, rounds)
    show(
        f"A question, in the database ({pairs:,} pairs of streamer and game a day)",
        ("daily rows of", "about", "span", "median ms", "99th ms", "at most", "met"),
        rows,
        ("from the question to its facts, connection included; each repeated with warm caches",),
    )


def fill(bench: Bench, days: int, pairs: int, last: date = LAST_DAY) -> None:
    """Fill the daily tables for a number of days up to `last`, one day at a time; the roll-up sums up the months."""
    names = (insert.format(games=GAMES, streamers=streamers_of(pairs)) for insert in _NAMES)
    bench.run(*names, *WITHOUT_INDEXES)
    first = last - timedelta(days=days - 1)
    what = f"{days:,} days of {pairs:,} pairs"
    statement = _DAY_OF_PAIRS.format(pairs=pairs, games=GAMES, streamers=streamers_of(pairs))
    at = first
    while at <= last:
        # One day at a time, as in production: the rows of a day are stored together.
        with bench.connected() as connection, connection.cursor() as cursor:
            cursor.execute(statement, (at, at))
        if at.day == 1:
            progress(f"{what}: {at:%Y-%m}")
        at += timedelta(days=1)
    progress(f"{what}: indexes")
    bench.run(*WITH_INDEXES)
    progress(f"{what}: sums")
    at = first
    while at <= last:
        until = min(at + timedelta(days=29), last)
        with bench.connected() as connection, connection.cursor() as cursor:
            cursor.execute("set local work_mem = '256MB'")
            for rest in _REST:
                cursor.execute(rest, (at, until))
        at = until + timedelta(days=1)
    bench.run("vacuum (analyze)")
    sum_up_months(bench, last)


def streamers_of(pairs: int) -> int:
    """The number of streamers on a day with this many pairs of streamer and game."""
    return STREAMERS * pairs // PAIRS


def sum_up_months(bench: Bench, last: date) -> None:
    """Sum up the finished months by the production roll-up."""
    Rollup(bench.database, VirtualClock(_after(last)), CALENDAR).daily()
    bench.run("vacuum (analyze) monthly_streamer_games, months")


def _after(last: date) -> datetime:
    return CALENDAR.day(last).ends_at + timedelta(hours=6)


def questions(bench: Bench) -> list[Asked]:
    """Questions about the most watched game, an average one, the most watched streamer, and an average one."""
    subjects = {
        "most watched game": Subject(SubjectKind.GAME, _ranked(bench, "daily_games", "game_id", 0), "a game"),
        "a game in the middle": Subject(SubjectKind.GAME, _ranked(bench, "daily_games", "game_id", 300), "a game"),
        "most watched streamer": Subject(
            SubjectKind.STREAMER, _ranked(bench, "daily_streamers", "streamer_id", 0), "somebody"
        ),
        "a streamer in the middle": Subject(
            SubjectKind.STREAMER, _ranked(bench, "daily_streamers", "streamer_id", 5_000), "somebody"
        ),
    }
    spans = {"yesterday": 1, "7 days": 7, "a year": 365}
    return [
        Asked(about, span, Question(subject, Window(WindowKind.DAYS, LAST_DAY - timedelta(days=count - 1), LAST_DAY)))
        for span, count in spans.items()
        for about, subject in subjects.items()
    ]


def _ranked(bench: Bench, table: str, column: str, place: int) -> str:
    ((found,),) = bench.rows(
        f"select {column} from (select {column}, sum(watch_hours) as hours from {table}"
        f" where day > date '{LAST_DAY}' - 30 group by {column}) as ranked order by hours desc"
        f" offset least({place}, (select count(distinct {column}) - 1 from {table} where day = '{LAST_DAY}')) limit 1"
    )
    return str(found)


def _measured(bench: Bench, years: int, rounds: int) -> list[list[str]]:
    lookup = Lookup(bench.database, CALENDAR, VirtualClock(_after(LAST_DAY)))
    rows = []
    for asked in questions(bench):
        taken = _milliseconds(partial(lookup.facts, asked.question), rounds)
        most = MOST_MS.get(asked.span) if asked.span != "a year" or asked.about == "most watched game" else None
        met = verdict(median(taken) <= most) if most else ""
        bound = f"{most:g}" if most else ""
        rows.append([f"{years} y", asked.about, asked.span, f"{median(taken):.1f}", f"{_worst(taken):.1f}", bound, met])
    return rows


def _milliseconds(ask: Callable[[], object], rounds: int) -> list[float]:
    for _ in range(3):
        ask()
    return [1000 * seconds_of(ask) for _ in range(rounds)]


def _worst(taken: Sequence[float]) -> float:
    """The 99th percentile."""
    return sorted(taken)[min(len(taken) - 1, round(0.99 * len(taken)))]
