"""Accuracy of understanding thousands of mentions, among 10,000 or 100,000 streamers in a real database.

The figures: right; asked back, with and without the right name among those offered; wrong; silent about a question; and
answered without a question.
"""

import random
import tracemalloc
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from statistics import median
from typing import Final

from benchmarks.harness import Bench, a_database, progress, seconds_of, show, verdict
from benchmarks.mention_cases import some_cases
from benchmarks.mention_names import ALIASES, some_subjects
from benchmarks.mention_score import DAY, Case, Outcome, outcome, shown, written_by_hand
from bot.core.ports import Names
from bot.core.questions import Subject, SubjectKind, Understood
from bot.names.aliases import add_alias
from bot.names.database_names import DatabaseNames
from bot.reply.understand import understand
from helperfunctions.text import name_key

GAMES: Final = 1_500
STREAMERS: Final = 10_000
DEFAULT: Final = (STREAMERS, 10 * STREAMERS)
PER_CATEGORY: Final = 300
SEED: Final = 20261123
BY_HAND: Final = ("first", "second", "third")
# The promises, in percent of the mentions that ask, and of those that ask nothing.
LEAST_RIGHT: Final = 90.0
MOST_WRONG: Final = 1.0
MOST_NEEDLESS: Final = 2.0
MOST_MS: Final = 30.0
SEQUELS: Final = "unknown sequel"
_USERNAME: Final = "WatchTimeBot"
_ASKED: Final = (Outcome.RIGHT, Outcome.AMONG, Outcome.WITHOUT, Outcome.WRONG, Outcome.SILENT)


@dataclass(slots=True)
class Score:
    """Outcomes of the mentions of one category, and of all."""

    asking: Counter[Outcome] = field(default_factory=Counter)
    quiet: Counter[Outcome] = field(default_factory=Counter)

    def add(self, case: Case, what: Outcome) -> None:
        """Count one more outcome."""
        (self.asking if case.asks else self.quiet)[what] += 1

    def asked(self, what: Outcome) -> float:
        """An outcome in percent of the mentions that ask something."""
        return 100 * self.asking[what] / max(self.asking.total(), 1)

    @property
    def needless(self) -> float:
        """Percent of the mentions that ask nothing, but were answered."""
        return 100 * self.quiet[Outcome.NEEDLESS] / max(self.quiet.total(), 1)


def score(cases: Iterable[Case], names: Names) -> tuple[dict[str, Score], Score]:
    """Understand every mention and count the outcomes: by category, and all together."""
    by_category: dict[str, Score] = defaultdict(Score)
    whole = Score()
    for case in cases:
        what = outcome(case, shown(understood(case.text, names)))
        by_category[case.category].add(case, what)
        whole.add(case, what)
    return by_category, whole


def understood(text: str, names: Names) -> Understood:
    """The meaning of a mention, as the bot understands it."""
    return understand(f"@{_USERNAME} {text}", names, bot_username=_USERNAME, day=DAY, today=DAY)


def main(*, streamers: Sequence[int] = DEFAULT, per_category: int = PER_CATEGORY) -> None:
    """Measure and print, for each number of streamers."""
    for count in streamers:
        with a_database() as bench:
            _measure(bench, count, per_category)


def _measure(bench: Bench, count: int, per_category: int) -> None:
    subjects = some_subjects(count, GAMES, SEED)
    progress(f"{count:,} streamers and {GAMES:,} games: into the database")
    fill(bench, subjects)
    names = DatabaseNames(bench.database)
    names.refresh()
    tracemalloc.start()
    names.load()
    held = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    progress(f"{count:,} streamers: mentions")
    cases = some_cases(subjects, SEED, per_category)
    by_hand = [case for which in BY_HAND for case in written_by_hand(which)]
    by_category, whole = score([*cases, *by_hand], names)
    rows = [_row(category, one) for category, one in by_category.items()] + [_row("all", whole)]
    columns = ("mentions", "of", *(one.name.lower() for one in _ASKED), "needless")
    show(f"Mentions among {count:,} streamers and {GAMES:,} games, percent", columns, rows, _notes(whole, by_category))
    sample = random.Random(SEED).sample(cases, min(len(cases), 1_000))
    taken = sorted(1000 * seconds_of(partial(understood, case.text, names)) for case in sample)
    show(
        "Time to understand one mention, with its database queries",
        ("streamers", "median ms", "99th ms", "at most", "met", "names in memory, MB"),
        [
            [
                f"{count:,}",
                f"{median(taken):.1f}",
                f"{taken[99 * len(taken) // 100]:.1f}",
                f"{MOST_MS:g}",
                verdict(median(taken) <= MOST_MS),
                f"{held:.1f}",
            ]
        ],
    )


def _row(category: str, one: Score) -> list[str]:
    total = one.asking.total() + one.quiet.total()
    shares = [f"{one.asked(what):.1f}" if one.asking else "" for what in _ASKED]
    return [category, f"{total:,}", *shares, f"{one.needless:.1f}" if one.quiet else ""]


def _notes(whole: Score, by_category: dict[str, Score]) -> tuple[str, ...]:
    right, wrong = whole.asked(Outcome.RIGHT), whole.asked(Outcome.WRONG)
    sequels = by_category[SEQUELS].asking[Outcome.WRONG]
    return (
        f"right at least {LEAST_RIGHT:g} %: {verdict(right >= LEAST_RIGHT)} ({right:.2f})",
        f"wrong at most {MOST_WRONG:g} %: {verdict(wrong <= MOST_WRONG)} ({wrong:.2f})",
        f"needlessly answered at most {MOST_NEEDLESS:g} %: "
        f"{verdict(whole.needless <= MOST_NEEDLESS)} ({whole.needless:.2f})",
        f"no sequel answered with another game's numbers: {verdict(not sequels)} ({sequels})",
        "among: asked back, the right name among those offered; without: asked back without it",
    )


def fill(bench: Bench, subjects: Sequence[Subject]) -> None:
    """Fill the tables: games and streamers with the hours of a day, and short names."""
    with bench.connected() as connection, connection.cursor() as cursor:
        cursor.execute("insert into days select %s, %s, %s::date + 1, 48, 24, 1, 1, 1, %s", (DAY, DAY, DAY, DAY))
        cursor.execute("delete from game_aliases")
        for kind, table, key in (
            (SubjectKind.GAME, "games", "game_id"),
            (SubjectKind.STREAMER, "streamers", "streamer_id"),
        ):
            of_kind = [subject for subject in subjects if subject.kind is kind]
            ids = [subject.id for subject in of_kind]
            names = [subject.name for subject in of_kind]
            # A name in another script has a separate login, which no mention contains here.
            logins = [name.lower() if name.isascii() else f"login{place}" for place, name in enumerate(names)]
            more = (", login", ", login") if kind is SubjectKind.STREAMER else ("", "")
            cursor.execute(
                f"insert into {table} ({key}, {key.removesuffix('_id')}_name{more[0]}, first_seen_day, last_seen_day)"
                f" select id, name{more[1]}, %s, %s from unnest(%s, %s, %s) as named (id, name, login)",
                (DAY, DAY, ids, names, logins),
            )
            cursor.execute(
                f"insert into daily_{table} (day, {key}, watch_hours, airtime_hours, peak_viewers)"
                " select %s, id, hours, 1, 1 from unnest(%s, %s) as watched (id, hours)",
                (DAY, ids, [subject.watch_hours for subject in of_kind]),
            )
        cursor.execute(
            "insert into staging.polls (poll_id, day, started_at, ended_at, status, ended_because, pages, streams,"
            " viewers, duplicates, set_aside, more_than_viewers, interval_minutes)"
            " values (1, %s, now(), now(), 'complete', 'below_threshold', 1, 1, 1, 0, 0, 50, 30)",
            (DAY,),
        )
    by_key = {name_key(subject.name) for subject in subjects if subject.kind is SubjectKind.GAME}
    for alias, game in ALIASES.items():
        if name_key(game) in by_key:
            add_alias(bench.database, alias, game)
    bench.run("analyze")
