"""The bot of a soak: `python -m tests.soak.bot CLOCK_FILE SEED DRAW_EVERY`, with its settings in the environment.

What `watchtime run` does, with one difference: not the machine's time wakes the jobs but a line on the input, with an
instant and the name of a job. Each is answered with a line of JSON. `DRAW_EVERY`: of so many charts one is drawn, the
others are replaced by the last one, for drawing takes a second of CPU.
"""

import json
import logging
import random
import sys
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from bot.health.judge import Trouble
from bot.health.watch import Watch
from bot.models import Poll
from bot.runtime.leader import Lead, Standing
from bot.runtime.schedule import AT_START, WITHOUT_DATABASE, Job
from bot.wiring import open_bot
from helperfunctions import log, settings
from helperfunctions.drawing import draw_png
from helperfunctions.errors import WatchTimeError
from helperfunctions.log import run_of
from tests.soak.clock import SharedClock

# A time limit is lived through for real, so it is short. `slow` answers of the sandbox take longer.
TIMEOUT: Final = (2.0, 0.5)

_log = logging.getLogger(__name__)


@dataclass
class Turns:
    """Does jobs as `bot.runtime.runner` does: while it leads, or what can be done while the database is away."""

    jobs: Mapping[Job, Callable[[], object]]
    lead: Lead
    watch: Watch
    pool: ThreadPoolExecutor
    terms: int = 0

    def turn(self, job: Job | None) -> list[dict[str, Any]]:
        """What became of the job, and of those that were caught up with before it."""
        self.watch.loop_is_alive()
        # What it keeps for a few seconds of the machine's would be hours old here.
        self.watch._seen = None
        self.lead.look()
        done = []
        if self.lead.terms != self.terms:
            self.terms = self.lead.terms
            done = [self._done(one) for one in AT_START if one in self.jobs]
        if job is not None and job in self.jobs:
            done.append(self._done(job))
        return done

    def _done(self, job: Job) -> dict[str, Any]:
        standing = self.lead.standing
        if standing is not Standing.LEADING and not (standing is Standing.WITHOUT_DATABASE and job in WITHOUT_DATABASE):
            return {"job": job, "outcome": "not leading"}
        # In a thread, as there: where memory comes from depends on it.
        return self.pool.submit(self._run, job).result()

    def _run(self, job: Job) -> dict[str, Any]:
        result: object = None
        outcome, says = "done", ""
        try:
            with run_of(job):
                result = self.jobs[job]()
        except WatchTimeError as exc:
            outcome, says = type(exc).__name__, str(exc)
            _log.error("job=%s failed: %s", job, exc)
        except Exception as exc:
            outcome, says = "failed unexpectedly", repr(exc)
            _log.exception("job=%s failed unexpectedly", job)
        self.watch.job_done(job, outcome, 0.0)
        return {"job": job, "outcome": outcome, "says": says} | _shown(result)


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
            lead = bot.lead(collector)
            watch = bot.watch(lead)
            turns = Turns(bot.jobs(collector, watch), lead, watch, pool)
            _say("ready")
            for line in sys.stdin:
                at, _, job = line.strip().partition(" ")
                clock.move_to(datetime.fromisoformat(at))
                done = turns.turn(Job(job) if job else None)
                _say(json.dumps({"done": done, "standing": lead.standing}))
            lead.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
