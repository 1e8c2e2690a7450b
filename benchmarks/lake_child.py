"""A piece of work of the lake in a process of its own, whose CPU seconds and peak of memory are printed as JSON."""

import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from types import SimpleNamespace
from typing import Any, Final

from benchmarks.harness import peak_memory_mb
from bot.collect.replay import streams_again
from bot.lake.intents import intend_poll
from bot.lake.layout import LANDING
from bot.lake.rollup import roll_up
from bot.lake.sources import opened_by_order
from bot.lake.store import Lake
from bot.lake.verify import repair, verify
from bot.lake.work import LakeRun, load, seal, transform
from helperfunctions.clock import ShiftedClock

Given = Mapping[str, Any]


def put_polls(lake: Lake, given: Given) -> dict[str, float]:
    """Put polls that are in staging into the lake; the first, with which everything is opened, is not counted."""
    cpu: list[float] = []
    for poll_id, started_at, streams in given["polls"]:
        poll = SimpleNamespace(
            day=date.fromisoformat(given["day"]),
            poll_id=poll_id,
            started_at=datetime.fromisoformat(started_at),
            streams=streams,
        )
        began = time.process_time()
        with lake.database.transaction() as tx:
            intend_poll(tx, lake.url, poll, lake.clock.now())
        run = LakeRun()
        transform(lake, run)
        load(lake, run)
        _expect(run, put=1)
        cpu.append(time.process_time() - began)
    sizes = [found.size for found in lake.store.objects(f"{LANDING}/")]
    return {"cpu": sum(cpu[1:]) / len(cpu[1:]), "bytes": max(sizes)}


def seal_days(lake: Lake, given: Given) -> dict[str, float]:
    """Seal the days whose polls are in the lake."""
    run = LakeRun()
    seal(lake, run)
    _expect(run, sealed=given["days"])
    return {}


def roll_up_days(lake: Lake, given: Given) -> dict[str, float]:
    """Compute the curated tables of sealed days, and write them."""
    done = roll_up(lake, date.fromisoformat(given["first"]), date.fromisoformat(given["last"]), write=True)
    return {"hours": sum(day.watch_hours for day in done)}


def rebuild_polls(lake: Lake, given: Given) -> dict[str, float]:
    """Make the objects of polls again from raw pages, with the code that reads Twitch."""
    repaired = repair(lake, verify(lake).findings)
    # Pages that are another name of a file come into the ledger as well.
    rebuilt = [key for key in repaired.done if key.startswith(f"{LANDING}/")]
    if repaired.failed or len(rebuilt) != given["expected"]:
        raise SystemExit(f"{len(rebuilt)} rebuilt, {repaired.failed}")
    return {}


def _expect(run: LakeRun, **numbers: int) -> None:
    if run.errors or any(getattr(run, name) != number for name, number in numbers.items()):
        raise SystemExit(f"not as expected: {run} {run.errors}")


WORK: Final[Mapping[str, Callable[[Lake, Given], dict[str, float]]]] = {
    "polls": put_polls,
    "seal": seal_days,
    "rollup": roll_up_days,
    "rebuild": rebuild_polls,
}


def main() -> None:
    """Do the work that is named on standard input, and print what it took."""
    given: Given = json.load(sys.stdin)
    with opened_by_order(given["order"], ShiftedClock(datetime.fromisoformat(given["order"]["now"]))) as lake:
        began, cpu = time.perf_counter(), time.process_time()
        done = WORK[given["work"]](replace(lake, replay=streams_again), given)
        took = {"cpu": time.process_time() - cpu, "seconds": time.perf_counter() - began, "peak_mb": peak_memory_mb()}
    print(json.dumps(took | done))


if __name__ == "__main__":
    main()
