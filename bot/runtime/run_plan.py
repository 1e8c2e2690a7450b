"""The plan of a run: the jobs, and everything else that the runner needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.runtime.job_attempts import Attempts
from bot.runtime.schedule import Entry
from helperfunctions.clock import Counters, machine_counters


def _nothing(job: str, result: object, error: BaseException | None) -> None:
    pass


@dataclass(frozen=True, slots=True)
class RunPlan:
    """The jobs with their triggers and tasks, and everything that the runner needs for them.

    `tasks`: what each job runs, by its name; a job without a task is left out. `last_good_poll`: when the newest poll
    began that brought something, wherever it is stored; None if there is none. `resume_x` ends the pauses of X: called
    when the clock was set, because they were planned by a wrong clock. `after_attempt` is called after each
    attempt, in the thread of the job, with its name, its result, and its error.
    """

    entries: Sequence[Entry]
    tasks: Mapping[str, Callable[[], object]]
    attempts: Attempts
    poll_every: timedelta
    last_good_poll: Callable[[], datetime | None]
    resume_x: Callable[[], object]
    after_attempt: Callable[[str, object, BaseException | None], None] = _nothing
    counters: Callable[[], Counters] = field(default=machine_counters)
