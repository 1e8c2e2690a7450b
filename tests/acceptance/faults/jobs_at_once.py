"""A bot with something to do for each of its six jobs, and each of them stopped in its middle."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Self

from bot.core.calendar import Day
from tests.acceptance.conftest import eventually
from tests.acceptance.faults.conftest import CALENDAR, Held, Life, live_through, waiting
from tests.factories import rows, write


@dataclass
class JobsAtOnce:
    """Work for all six jobs, and locks that stop each of them in its middle.

    COLLECT stores a poll, DAILY rolls the day before yesterday up again, PRUNE drops the day before that, POST draws
    yesterday's game, REPLY stores an opt-out, and OUTBOX stores that an answer was sent.
    """

    life: Life
    held: Held
    row: Held
    pruned: Day
    redone: Day
    posted: Day

    @classmethod
    @contextmanager
    def made(cls, life: Life) -> Iterator[Self]:
        """Put the work into the database and take the locks."""
        posted = CALENDAR.last_finished(life.clock.now())
        redone = CALENDAR.last_finished(posted.starts_at)
        pruned = CALENDAR.last_finished(redone.starts_at)
        for day in (pruned, redone, posted):
            live_through(life.database, day)
        live_through(life.database, redone, rolled_up=False)
        life.ask("ann")
        _put_answer_into_outbox(life, life.asked[0])
        life.ask("ben", "stop")
        with Held(life.url) as held, Held(life.url) as row:
            held.take("lock table days, draws, opt_outs, staging.polls, staging.set_aside in exclusive mode")
            life.x.gate.delay("POST", "/2/tweets")
            yield cls(life, held, row, pruned, redone, posted)

    def are_in_the_middle(self) -> None:
        """Wait until each job is in that state."""
        eventually(lambda: waiting(self.life.url) == 5, "five jobs are in their middle")
        eventually(lambda: self.life.x.gate.waiting, "the answer is on its way")
        self.row.take("select from posts where status = 'sending' for update")
        self.life.x.gate.open()
        eventually(lambda: waiting(self.life.url) == 6, "the sixth is in its middle")

    def let_go(self) -> None:
        """Release all locks."""
        self.held.let_go()
        self.row.let_go()

    def nothing_is_done(self) -> bool:
        """True if no result of any job is in the database."""
        return not any(is_so() for is_so in self.done().values())

    def done(self) -> dict[str, Callable[[], bool]]:
        """For each job, a check that its result is there."""
        url = self.life.url
        return {
            "collect": lambda: any(status == "complete" for _, status in self.life.polls()),
            "daily": lambda: rows(url, f"select polls from days where day = '{self.redone.date}'") == [(2,)],
            "prune": lambda: rows(url, f"select to_regclass('{_partition(self.pruned)}')") == [(None,)],
            "post": lambda: rows(url, f"select count(*) from posts where day = '{self.posted.date}'") == [(3,)],
            "reply": lambda: rows(url, "select status from mentions") == [("answered",)] * 2,
            "outbox": lambda: self.life.is_answered() and len(self.life.x.posts()) == 5,
        }

    def are_all_done(self) -> None:
        """Wait until each job is in that state."""
        for job, is_done in self.done().items():
            eventually(is_done, f"{job} is done")


def _partition(day: Day) -> str:
    return f"staging.streams_{day.date:%Y_%m_%d}"


def _put_answer_into_outbox(life: Life, mention_id: str) -> None:
    """Store an answered mention, its answer in the outbox, and the cursor after it."""
    now = life.clock.now()
    write(
        life.url,
        "insert into mentions (mention_id, author_id, text, posted_at, seen_at, first_version, is_repost, is_explicit,"
        " is_to_us, status, question, decided_at) values (%s, '1', 'Chess', %s, %s, '1', false, true, false,"
        " 'answered', 'chess', %s)",
        *(mention_id, now, now, now),
    )
    write(
        life.url,
        "insert into posts (kind, mention_id, text, status, created_at, next_try_at, expires_at)"
        " values ('reply', %s, 'Chess - 24K hours watched', 'due', %s, %s, %s)",
        *(mention_id, now, now, now + timedelta(days=1)),
    )
    write(life.url, "insert into cursors (name, x_id, moved_at) values ('mentions', %s, %s)", mention_id, now)
