"""The bot of a soak: `python -m tests.soak.bot CLOCK_FILE SEED DRAW_EVERY`, with its settings in the environment.

It runs the runner of `watchtime run` with one difference: a job has its turn when its name and an instant come in as a
line of the input. The response to each line is a line of JSON. `DRAW_EVERY`: one of this many charts is drawn, and the
others are copies of it, because drawing takes a second of CPU.
"""

import json
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from bot.core.polls import Poll
from bot.health.problem import Problem
from bot.jobs import JOBS
from bot.runtime.leader import Role
from bot.runtime.run import Run, prepare
from bot.runtime.runner import Runner
from bot.runtime.schedule import Entry
from bot.wiring import open_bot
from helperfunctions import atomic_file, log, settings
from helperfunctions.clock import Counters
from helperfunctions.drawing import draw_png
from helperfunctions.errors import WatchTimeError
from tests.soak.clock import SharedClock

# To connect and to read, in seconds. They pass on the machine's clock, so they are short; `slow` responses take longer.
TIMEOUT: Final = (2.0, 0.5)
# Of the virtual clock.
QUARTER: Final = timedelta(minutes=15)


class SteppedTurns:
    """Turns that are taken when `take` is called; no time starts one. A poll to catch up is never taken."""

    def __init__(self, pool: ThreadPoolExecutor) -> None:
        self._pool = pool
        self._added: list[str] = []

    def start(self, entries: Sequence[Entry], run: Callable[[str], None], catch_up: Callable[[], None]) -> None:
        """Store the function that runs a job."""
        self._order = [entry.job.name for entry in entries]
        self._run = run

    def add(self, job: str, at: datetime) -> None:
        """One more turn of a job, before the next one that is taken."""
        if job not in self._added:
            self._added.append(job)

    def add_catch_up(self, at: datetime) -> None:
        """Not here: the next poll is due within minutes of the virtual clock."""

    def take(self, job: str) -> None:
        """Run the turns that were added, in the order of the table, and then one of this job; each to its end."""
        added, self._added = sorted(self._added, key=self._order.index), []
        for one in [*added, job]:
            # In a thread, as the scheduler does: the use of memory depends on it.
            self._pool.submit(self._run, one).result()

    def stop(self) -> None:
        """Nothing to stop: no job runs between two turns."""


class SteppedBot:
    """The runner of `watchtime run`, whose jobs have their turns when `turn` is called; with a record of results."""

    def __init__(self, run: Run, clock: SharedClock, pool: ThreadPoolExecutor) -> None:
        self._done: list[dict[str, Any]] = []
        self._leadership = run.leadership
        recorded = {job: partial(self._recorded, job, do) for job, do in run.plan.tasks.items()}
        counters = partial(_counters, clock, clock.now())
        self._turns = SteppedTurns(pool)
        plan = replace(run.plan, tasks=recorded, counters=counters)
        self._runner = Runner(plan, run.leadership, clock, run.watch, self._turns)

    def turn(self, job: str) -> list[dict[str, Any]]:
        """The results of the job, and of those whose turns were added before it."""
        self._runner.refresh()
        while self._leadership.role is Role.PREPARING:
            time.sleep(0.01)
            self._runner.refresh()
        self._turns.take(job)
        done, self._done = self._done, []
        return done

    def stop(self) -> None:
        """End, and let another bot take over."""
        self._runner.stop()
        self._leadership.close()

    def _recorded(self, job: str, do: Callable[[], object]) -> object:
        record: dict[str, Any] = {"job": job, "outcome": "failed unexpectedly"}
        self._done.append(record)
        try:
            result = do()
        except WatchTimeError as exc:
            record |= {"outcome": type(exc).__name__, "message": str(exc)}
            raise
        except Exception as exc:
            record["message"] = repr(exc)
            raise
        record |= {"outcome": "done"} | _shown(result)
        return result


def _counters(clock: SharedClock, began: datetime) -> Counters:
    """Those of a clock that is never set, on a machine that is never suspended."""
    return Counters(clock.now() - began, timedelta(0), knows_sleep=True)


def _shown(result: object) -> dict[str, Any]:
    if isinstance(result, Poll):
        poll = {"poll_id": result.poll_id, "started_at": result.started_at.isoformat(), "status": result.status}
        return {"poll": poll | {"streams": result.streams, "ended_because": result.ended_because}}
    if isinstance(result, list) and result and isinstance(result[0], Problem):
        return {"problems": [problem.name for problem in result]}
    return {}


class Drawing:
    """Draws one of `every` charts, and returns the last one for the others: in `file`, which outlives a restart."""

    def __init__(self, every: int, file: Path) -> None:
        self._every = every
        self._file = file
        self._calls = 0

    def __call__(self, spec: Mapping[str, Any]) -> bytes:
        """The PNG of a chart."""
        self._calls += 1
        if self._calls % self._every == 0 or not self._file.exists():
            atomic_file.write(self._file, draw_png(spec))
        return self._file.read_bytes()


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(clock_file: Path, seed: int, draw_every: int) -> None:
    """Run until the input ends."""
    log.set_up("INFO")
    clock = SharedClock(clock_file)
    loaded = settings.load().settings
    with (
        ThreadPoolExecutor(len(JOBS)) as pool,
        open_bot(
            loaded,
            clock=clock,
            random=random.Random(seed).random,
            database_may_be_away=True,
            twitch_timeout=TIMEOUT,
            x_timeout=TIMEOUT,
            draw=Drawing(draw_every, clock_file.with_name("chart.png")),
        ) as bot,
    ):
        run = prepare(bot, shortest_interval=QUARTER)
        # Facts that are cached for a few seconds would be hours old on the virtual clock.
        run.watch.fresh_seconds = 0
        stepped = SteppedBot(run, clock, pool)
        _print("ready")
        for line in sys.stdin:
            at, _, job = line.strip().partition(" ")
            clock.move_to(datetime.fromisoformat(at))
            _print(json.dumps({"done": stepped.turn(job), "role": run.leadership.role}))
        stepped.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
