"""The bot of a soak: `python -m tests.soak.bot CLOCK_FILE SEED DRAW_EVERY`, with its settings in the environment.

What `watchtime run` does, its runner included, with one difference: not the machine's time wakes the jobs but a line on
the input, with an instant and the name of a job. Each is answered with a line of JSON. `DRAW_EVERY`: of so many charts
one is drawn, the others are replaced by the last one, for drawing takes a second of CPU.
"""

import json
import random
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from bot.core.polls import Poll
from bot.health.rules import Trouble
from bot.health.watch import Watch
from bot.runtime.attempts import Attempts
from bot.runtime.leader import Lead, Standing
from bot.runtime.runner import Runner
from bot.runtime.schedule import Job
from bot.runtime.work import Work
from bot.wiring import open_bot
from helperfunctions import log, settings
from helperfunctions.clock import Counters
from helperfunctions.drawing import draw_png
from helperfunctions.errors import WatchTimeError
from tests.soak.clock import SharedClock

# A time limit is lived through for real, so it is short. `slow` answers of the sandbox take longer.
TIMEOUT: Final = (2.0, 0.5)
# Of the virtual clock.
QUARTER: Final = 900


class SteppedRunner(Runner):
    """The runner of `watchtime run`, whose scheduler stands still: jobs have their turn when `turn` is called."""

    def __init__(self, work: Work, lead: Lead, clock: SharedClock, watch: Watch, pool: ThreadPoolExecutor) -> None:
        self._done: list[dict[str, Any]] = []
        self._woken: list[Job] = []
        self._pool = pool
        self._watch = watch
        recorded = {job: partial(self._recorded, job, do) for job, do in work.jobs.items()}
        began = clock.now()
        counters = partial(_counters, clock, began)
        super().__init__(replace(work, jobs=recorded, counters=counters), lead, clock, watch)
        self._scheduler.pause()

    def turn(self, job: Job) -> list[dict[str, Any]]:
        """What became of the job, and of those that were woken before it."""
        # What it keeps for a few seconds of the machine's would be hours old here.
        self._watch._seen = None
        self.look()
        while self._lead.standing is Standing.PREPARING:
            time.sleep(0.01)
            self.look()
        for one in sorted(self._woken, key=list(Job).index):
            self._in_thread(one)
        self._woken.clear()
        self._in_thread(job)
        done, self._done = self._done, []
        return done

    def _wake(self, job: Job) -> None:
        if job not in self._woken:
            self._woken.append(job)

    def _in_thread(self, job: Job) -> None:
        # As the scheduler does: where memory comes from depends on it.
        self._pool.submit(self._do, job).result()

    def _recorded(self, job: Job, do: Callable[[], object]) -> object:
        told: dict[str, Any] = {"job": job, "outcome": "failed unexpectedly"}
        self._done.append(told)
        try:
            result = do()
        except WatchTimeError as exc:
            told |= {"outcome": type(exc).__name__, "says": str(exc)}
            raise
        except Exception as exc:
            told["says"] = repr(exc)
            raise
        told |= {"outcome": "done"} | _shown(result)
        return result


def _counters(clock: SharedClock, began: datetime) -> Counters:
    """This clock is never set, and nothing sleeps."""
    return Counters(clock.now() - began, timedelta(0), knows_sleep=True)


def _shown(result: object) -> dict[str, Any]:
    if isinstance(result, Poll):
        poll = {"poll_id": result.poll_id, "started_at": result.started_at.isoformat(), "status": result.status}
        return {"poll": poll | {"streams": result.streams, "ended_because": result.ended_because}}
    if isinstance(result, list) and result and isinstance(result[0], Trouble):
        return {"troubles": [[trouble.part, trouble.says] for trouble in result]}
    return {}


class Drawing:
    """Draws the first of every so many charts."""

    def __init__(self, every: int) -> None:
        self._every = every
        self._asked = 0
        self._last = b""

    def __call__(self, spec: Mapping[str, Any]) -> bytes:
        """A picture."""
        if self._asked % self._every == 0 or not self._last:
            self._last = draw_png(spec)
        self._asked += 1
        return self._last


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main(clock_file: Path, seed: int, draw_every: int) -> None:
    """Live until the input ends."""
    log.set_up("INFO")
    clock = SharedClock(clock_file)
    loaded = settings.load().settings
    with (
        ThreadPoolExecutor(len(Job)) as pool,
        open_bot(
            loaded, clock=clock, random=random.Random(seed).random, database_may_be_away=True, x_timeout=TIMEOUT
        ) as opened,
    ):
        bot = replace(opened, draw=Drawing(draw_every))
        with bot.collector(timeout=TIMEOUT) as collector:
            attempts = Attempts(bot.run_record, clock)
            lead = bot.lead(collector, attempts=attempts)
            watch = bot.watch(lead, attempts)
            work = replace(bot.work(collector, watch, attempts), entries=bot.timetable(QUARTER, QUARTER))
            runner = SteppedRunner(work, lead, clock, watch, pool)
            _say("ready")
            for line in sys.stdin:
                at, _, job = line.strip().partition(" ")
                clock.move_to(datetime.fromisoformat(at))
                _say(json.dumps({"done": runner.turn(Job(job)), "standing": lead.standing}))
            runner.stop()
            lead.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
