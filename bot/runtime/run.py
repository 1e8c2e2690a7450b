"""`watchtime run`: a built bot, its leader election, the watch over its health, and its runner."""

import logging
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.collect.keep import store_kept
from bot.health import record
from bot.health.watch import Watch
from bot.jobs import JOBS, Bot
from bot.runtime.chat_listener import chat_listener
from bot.runtime.credentials import CredentialReload
from bot.runtime.job_attempts import Attempts
from bot.runtime.leader import Leadership, Role
from bot.runtime.run_plan import RunPlan
from bot.runtime.runner import run_until_stopped
from bot.runtime.schedule import schedule
from bot.runtime.signals import Stop
from bot.spend.ledger import resume_x
from bot.wiring import open_bot, with_watch
from helperfunctions import migrations
from helperfunctions.clock import Clock
from helperfunctions.errors import Busy, DatabaseError
from helperfunctions.settings import Settings

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that a runner needs. Its jobs call the `watch` too."""

    plan: RunPlan
    leadership: Leadership
    watch: Watch


def run_once(settings: Settings, reload: CredentialReload, clock: Clock, stop: Stop) -> None:
    """Build a bot and run its jobs until stopped, for good or to be built again with newer credentials."""
    with open_bot(settings, clock=clock, random=random.random, database_may_be_away=True, wait=stop.wait) as bot:
        reload.begin()
        run = prepare(bot, has_new_credentials=reload.has_changed, while_away=reload.check)
        plan = replace(run.plan, after_attempt=reload.after_attempt)
        with health_endpoints(settings, run.watch), chat_listener(bot):
            run_until_stopped(plan, run.leadership, clock, run.watch, stop)


def prepare(
    bot: Bot,
    *,
    has_new_credentials: bool = False,
    while_away: Callable[[], object] = lambda: None,
    shortest_interval: timedelta = timedelta(0),
) -> Run:
    """The plan of a bot whose database may be away, its leader election, and the watch over it.

    `while_away` is called at each attempt to reach a database that is away. `shortest_interval`: see `schedule`.
    """
    attempts = Attempts(bot.settings.data_dir / record.FILE_NAME, bot.clock)
    if has_new_credentials:
        attempts.forget_waits()

    def revive() -> None:
        while_away()
        bot.revive_database()

    def prepare_database() -> None:
        nonlocal has_new_credentials
        _prepare_database(bot, has_new_credentials)
        # Pauses that X imposes on these credentials later outlast a new election.
        has_new_credentials = False

    leadership = Leadership(
        bot.database,
        bot.clock,
        prepare=prepare_database,
        revive=revive,
        losses=attempts,
    )
    bot, watch = with_watch(
        bot,
        leads=lambda: leadership.role is Role.LEADING,
        record=lambda: attempts.record,
        preparing_since=lambda: leadership.since if leadership.role is Role.PREPARING else None,
        why_without_database=lambda: leadership.why_without_database,
    )
    plan = RunPlan(
        entries=schedule(bot.settings, shortest_interval=shortest_interval),
        tasks=tasks_of(bot),
        attempts=attempts,
        poll_every=timedelta(minutes=bot.settings.poll_every_minutes),
        last_good_poll=partial(last_good_poll, bot, attempts),
        resume_x=partial(_resume_x, bot),
    )
    return Run(plan, leadership, watch)


def tasks_of(bot: Bot) -> Mapping[str, Callable[[], object]]:
    """The function of each job by its name, without the jobs for which this bot has no credentials."""
    return {job.name: task for job in JOBS if (task := job.run(bot)) is not None}


def last_good_poll(bot: Bot, attempts: Attempts) -> datetime | None:
    """The start of the newest poll that brought streams: in the database, on disk, or only in our own record."""
    known = [attempts.record.last_good_poll_at, bot.kept_polls.newest_good()]
    with suppress(DatabaseError), bot.database.transaction() as tx:
        known.append(tx.read.last_good_poll())
    return max((at for at in known if at is not None), default=None)


@contextmanager
def health_endpoints(settings: Settings, watch: Watch) -> Iterator[None]:
    """Serve the health endpoints for the duration of the block, if HEALTH_PORT is set."""
    if settings.health_port is None:
        yield
        return
    from helperfunctions import health_server

    with health_server.serve(settings.health_host, settings.health_port, watch.pages()) as port:
        log.info("health endpoints at http://%s:%d/readyz", settings.health_host, port)
        yield


def _prepare_database(bot: Bot, has_new_credentials: bool) -> None:
    """Prepare the database as a new leader, before any job: migrate the schema, and store the polls from the disk."""
    migrations.ensure(bot.database, upgrade=True)
    if has_new_credentials:
        _resume_x(bot)
    # A person who collects by hand at this moment stores them as well.
    with suppress(Busy):
        store_kept(bot.kept_polls, bot.database)


def _resume_x(bot: Bot) -> None:
    resume_x(bot.database, bot.clock.now())
