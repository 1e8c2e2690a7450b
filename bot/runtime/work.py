"""What the runner runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.runtime.attempts import Attempts
from bot.runtime.schedule import Entry, Job
from helperfunctions.clock import Counters, machine_counters


@dataclass(frozen=True, slots=True)
class Work:
    """What is run, and what it depends on.

    `last_good_poll`: when the newest poll began that brought something, wherever it is kept; None if there is none.
    `forget_waits` is called when the clock was set: what waits does so by a clock that was wrong.
    """

    entries: Sequence[Entry]
    jobs: Mapping[Job, Callable[[], object]]
    attempts: Attempts
    poll_every: timedelta
    last_good_poll: Callable[[], datetime | None]
    forget_waits: Callable[[], object]
    counters: Callable[[], Counters] = field(default=machine_counters)
