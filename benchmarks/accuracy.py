"""Watch hours by three rules, compared with the sandbox's true hours: the error in total, and per streamer."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from statistics import fmean
from typing import Final

import numpy as np

from benchmarks import estimators
from benchmarks.estimators import Hours, Timetable
from benchmarks.harness import Bench, a_database, progress, show, verdict
from benchmarks.twitch_days import DAY, Seen, polls, store
from sandbox.truth import Truth
from sandbox.world import World

CHANNELS: Final = 20_000
SEEDS: Final = (1, 2)
INTERVALS: Final = (5, 15, 30, 60)
GATHER_MINUTES: Final = (0, 20)
MORE_THAN: Final = 50
MISSED: Final = (0.0, 0.1)
LEAST_AIRTIME_HOURS: Final = 1.0

OURS: Final = "ours"
BACK_TO_START: Final = "ours, back to started_at"
PLAIN: Final = "plain"
DEFAULT_INTERVAL: Final = 30
TARGETS: Final = {0.0: 0.02, 0.1: 0.03}
"""The largest permitted error of the total, with a poll every 30 minutes, by the share of polls missed."""


@dataclass(frozen=True, slots=True)
class Case:
    """One cell of the table."""

    gather_minutes: int
    every_minutes: int
    missed: float
    rule: str


@dataclass(frozen=True, slots=True)
class Error:
    """Errors as shares of the true hours: of the total, signed; per streamer, absolute: mean and 95th percentile."""

    total: float
    mean: float
    p95: float


Errors = dict[Case, Error]


def main(*, channels: int = CHANNELS, seeds: Sequence[int] = SEEDS, intervals: Sequence[int] = INTERVALS) -> None:
    """Measure and print."""
    found: dict[Case, list[Error]] = {}
    for gather_minutes, seed in product(GATHER_MINUTES, seeds):
        progress(f"accuracy: audiences that gather in {gather_minutes} minutes, seed {seed}")
        world = World(seed=seed, channels=channels, gather_minutes=gather_minutes)
        with a_database() as bench:
            for case, error in _measure(bench, world, intervals):
                found.setdefault(case, []).append(error)
    _show({case: _mean(errors) for case, errors in found.items()}, len(seeds))


def _measure(bench: Bench, world: World, intervals: Sequence[int]) -> Iterator[tuple[Case, Error]]:
    finest = min(intervals)
    truth = world.truth(DAY.starts_at, DAY.ends_at, MORE_THAN)
    staged = _stage(bench, world, finest)
    for every_minutes, missed in product(intervals, MISSED):
        timetable = Timetable(every_minutes, _taken(staged[:: every_minutes // finest], missed, world.seed))
        for rule, hours in _estimates(bench, world, timetable).items():
            yield Case(int(world.gather_minutes), every_minutes, missed, rule), _error(truth, hours)


def _stage(bench: Bench, world: World, every_minutes: int) -> list[Seen]:
    bench.run(f"select staging.make_partition('{DAY.date}')")
    staged = list(polls(world, every_minutes, world.streamers.count, MORE_THAN))
    with bench.connected() as connection:
        for seen in staged:
            store(connection, world, seen, every_minutes)
    bench.run("vacuum (analyze) staging.streams, staging.polls, staging.games")
    return staged


def _taken(due: Sequence[Seen], missed: float, seed: int) -> list[Seen]:
    """The polls that remain when a share of them, chosen at random, is missed."""
    chosen = random.Random(seed).sample(range(len(due)), round(len(due) * missed))
    return [poll for number, poll in enumerate(due) if number not in chosen]


def _estimates(bench: Bench, world: World, timetable: Timetable) -> dict[str, Hours]:
    return {
        OURS: estimators.ours(bench, timetable),
        BACK_TO_START: estimators.back_to_start(world, timetable),
        PLAIN: estimators.plain(world, timetable),
    }


def _error(truth: Truth, hours: Hours) -> Error:
    """The error over the streamers that were above the threshold for an hour or more, with equal weights."""
    judged = [one for one, airtime in truth.airtime.by_streamer.items() if airtime >= LEAST_AIRTIME_HOURS]
    true = np.array([truth.watch.by_streamer[one] for one in judged])
    estimated = np.array([hours.get(one, 0.0) for one in judged])
    off = np.abs(estimated / true - 1)
    total = sum(hours.values()) / truth.watch.total - 1
    return Error(total, float(off.mean()), float(np.percentile(off, 95)))


def _mean(errors: Sequence[Error]) -> Error:
    """The error over all seeds; of the total the greatest one, so that errors of two signs do not cancel out."""
    total = max((error.total for error in errors), key=abs)
    return Error(total, fmean(error.mean for error in errors), fmean(error.p95 for error in errors))


def _show(errors: Errors, days: int) -> None:
    show(
        "Watch hours compared with the truth",
        ("audience gathers in", "minutes", "missed", "rule", "total", "target", "streamer mean", "p95"),
        [_row(case, error) for case, error in errors.items()],
        (
            f"{days} days; total: of the day farthest off. Streamer: |estimate ÷ truth - 1| of each with more",
            f"than {MORE_THAN} viewers for {LEAST_AIRTIME_HOURS:g} hour or more, however large; 100 % when never seen.",
            "plain: each viewer seen is one interval of viewing.",
            *_verdicts(errors),
        ),
    )


def _row(case: Case, error: Error) -> list[str]:
    judged = case.rule == OURS and case.every_minutes == DEFAULT_INTERVAL
    limit = TARGETS[case.missed]
    return [
        f"{case.gather_minutes} min",
        str(case.every_minutes),
        f"{case.missed:.0%}",
        case.rule,
        f"{error.total:+.2%}",
        f"{limit:.0%}: {verdict(abs(error.total) <= limit)}" if judged else "",
        f"{error.mean:.2%}",
        f"{error.p95:.1%}",
    ]


def _verdicts(errors: Errors) -> Iterator[str]:
    """The verdict on counting back to started_at: yes only if it is better for both worlds, in all rows."""
    is_better = True
    for gather_minutes in GATHER_MINUTES:
        pairs = [
            (error, errors[Case(case.gather_minutes, case.every_minutes, case.missed, BACK_TO_START)])
            for case, error in errors.items()
            if case.rule == OURS and case.gather_minutes == gather_minutes
        ]
        totals = sum(abs(back.total) < abs(middle.total) for middle, back in pairs)
        means = sum(back.mean < middle.mean for middle, back in pairs)
        tails = sum(back.p95 < middle.p95 for middle, back in pairs)
        is_better = is_better and means == tails == len(pairs)
        yield (
            f"Back to started_at where audiences gather in {gather_minutes} min is better in {totals} of {len(pairs)} "
            f"totals, {means} means, {tails} p95s."
        )
    yield f"Counting back to started_at: {'take it' if is_better else 'leave it, the midpoint is as good or better'}."
