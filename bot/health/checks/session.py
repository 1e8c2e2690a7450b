"""One run of the checks: what the earlier ones opened or found, for those that come later."""

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.core.calendar import Calendar
from bot.health import rules
from bot.health.common_causes import with_common_cause
from bot.health.findings import FINDING_OF
from bot.health.health_facts import Facts, gather
from bot.health.problem import Expected, Problem
from bot.health.record import RunRecord, record_in
from bot.health.rules import expected_since
from helperfunctions.clock import Clock
from helperfunctions.database import Database
from helperfunctions.settings import Loaded, Settings
from helperfunctions.x_models import XAccount

if TYPE_CHECKING:
    from helperfunctions.twitch_api import TwitchApi
    from helperfunctions.x_api import XApi

Timeout = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Openers:
    """Functions that load the settings or open a connection, each for the duration of a block.

    `load` raises SettingsError. Twitch gets one attempt per request. `x` yields None without credentials.
    """

    load: Callable[[], Loaded]
    database: Callable[[Settings], AbstractContextManager[Database]]
    twitch: "Callable[[Settings, Clock, Timeout], AbstractContextManager[TwitchApi]]"
    x: "Callable[[Settings, Clock, Timeout], AbstractContextManager[XApi | None]]"
    credentials_hash: Callable[[Settings], str]


class Skipped(Exception):
    """A check cannot be made, for the reason in the message."""


@dataclass(slots=True)
class Session:
    """State that checks share. A property raises Skipped while an earlier check has not provided its value.

    `clock_ahead_of` has by how much our clock is ahead of each server's.
    """

    openers: Openers
    clock: Clock
    is_offline: bool
    stack: ExitStack
    loaded: Loaded | None = None
    opened: Database | None = None
    may_write: bool = False
    has_our_schema: bool = False
    account: XAccount | None = None
    clock_ahead_of: dict[str, timedelta] = field(default_factory=dict)
    _facts: Facts | None = None

    @property
    def settings(self) -> Settings:
        """The settings."""
        if self.loaded is None:
            raise Skipped("the settings have to be fixed first")
        return self.loaded.settings

    @property
    def database(self) -> Database:
        """The database; its schema is not checked."""
        _ = self.settings
        if self.opened is None:
            raise Skipped("no database is available")
        return self.opened

    @property
    def our_database(self) -> Database:
        """The database, with the schema of this program."""
        database = self.database
        if not self.has_our_schema:
            raise Skipped("the database does not have the schema of this program")
        return database

    @property
    def calendar(self) -> Calendar:
        """The days of the bot."""
        return Calendar(self.settings.timezone, self.settings.day_starts_at)

    @property
    def run_record(self) -> RunRecord:
        """The record of the running bot; an empty one without settings."""
        if self.loaded is None:
            return RunRecord()
        return record_in(self.settings.data_dir)

    @property
    def facts(self) -> Facts:
        """The facts that the rules judge; read once."""
        if self._facts is None:
            self._facts = gather(self.our_database, self.clock, self.calendar, self.settings)
        return self._facts

    def forget_facts(self) -> None:
        """Read the facts again when they are needed next: a check has changed them."""
        self._facts = None

    @property
    def expected(self) -> Expected:
        """The due times of work for the bot that runs; without one, of all work."""
        interval = timedelta(minutes=self.settings.poll_every_minutes)
        since = expected_since(self.run_record, self.clock.now())
        return Expected(self.calendar, interval, self.settings.post_at, since)

    def bot_problems(self) -> list[Problem]:
        """Whether a bot runs, by its lock in the database, or by its record while there is no database."""
        return rules.judge_bot(
            self.run_record, self.facts.work if self.has_our_schema else None, self.expected, self.clock.now()
        )

    def problems(self, finding: str) -> list[Problem]:
        """The problems of the parts that a finding presents."""
        found = rules.judge(self.facts, self.expected)
        return [problem for problem in found if FINDING_OF[problem.part] == finding]

    def network_problem(self) -> Problem | None:
        """The problem of the network, by the record of the bot and, with a database, by the facts in it."""
        run, now = self.run_record, self.clock.now()
        judged = rules.judge(self.facts, self.expected) if self.has_our_schema else []
        problems = [*self.bot_problems(), *judged, *rules.judge_record(run, now)]
        found = with_common_cause(problems, rules.last_failures(run))
        return next((problem for problem in found if problem.part == "network"), None)

    def skip_if_offline(self) -> None:
        """Raise Skipped with `--offline`."""
        if self.is_offline:
            raise Skipped("skipped because of --offline")

    def skip_without_x(self) -> None:
        """Raise Skipped without credentials for X."""
        if self.settings.x_credentials() is None:
            raise Skipped("X_API_KEY and the other three keys are not set: posts are only written to the log")
