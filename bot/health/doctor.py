"""The doctor: one look at everything that the bot stands on; what is wrong, and how to mend it.

It mends nothing: no migration, no new database, no post. What it was told it keeps where the bot looks for it: Twitch's
token, and who we are on X, the asking of which stands on the ledger as every call does.
"""

import logging
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar, cast

from bot.core.calendar import Calendar, effect_of_change
from bot.core.posts import OutboxRow
from bot.health import record, rules
from bot.health.facts import Facts, gather
from bot.health.findings import (
    FINDING_OF,
    ROOM_FOR_DATABASE,
    ROOM_FOR_POLLS,
    Finding,
    Server,
    Verdict,
    is_running,
    judge_account,
    judge_budget,
    judge_clock,
    judge_days,
    judge_error,
    judge_jobs,
    judge_origins,
    judge_outbox,
    judge_owner,
    judge_poll,
    judge_restarts,
    judge_room,
    judge_schema,
    judge_server,
    judge_streams,
    token_owner,
)
from bot.health.record import RunRecord, without_expectations
from bot.health.rules import Expected, Trouble, late_days
from bot.spend.account import fetch_account
from bot.spend.ledger import Ledger
from bot.spend.report import spending
from helperfunctions import disk, embedded_postgres, migrations
from helperfunctions.clock import Clock
from helperfunctions.database import Database, records
from helperfunctions.errors import Busy, OverBudget, SettingsError, TwitchUnavailable, WatchTimeError
from helperfunctions.settings import DEFAULT, Loaded, Settings
from helperfunctions.x_models import XAccount

if TYPE_CHECKING:
    from helperfunctions.twitch_api import TwitchApi
    from helperfunctions.x_api import XApi

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

# How long one check may take. Within it the vendors' own limits come first, which tell more.
PATIENCE_SECONDS: Final = 35.0
# After a crash the embedded server may have much to repair.
EMBEDDED_PATIENCE_SECONDS: Final = embedded_postgres.START_TIMEOUT_SECONDS + PATIENCE_SECONDS
VENDOR_TIMEOUT: Final = (5.0, 10.0)
FAILED_LATELY: Final = timedelta(days=7)
LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


Timeout = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Openers:
    """Opens connections, each for the duration of a block: to the database, to Twitch with one attempt per request,
    and to X, which is None without credentials.
    """

    database: Callable[[Settings], AbstractContextManager[Database]]
    twitch: "Callable[[Settings, Clock, Timeout], AbstractContextManager[TwitchApi]]"
    x: "Callable[[Settings, Clock, Timeout], AbstractContextManager[XApi | None]]"
    credentials_hash: Callable[[Settings], str]


class _Skip(Exception):
    """A check cannot be made, with the reason."""


class _TooSlow(Exception):
    """A check did not come to an end."""


Outcome = Finding | Sequence[Finding]


class Doctor:
    """Makes the checks one after the other. What one learns, a later one may need: it is kept here.

    `load` gives the settings, or raises SettingsError. `is_offline` leaves Twitch and X out.
    """

    def __init__(self, load: Callable[[], Loaded], clock: Clock, openers: Openers, *, is_offline: bool = False) -> None:
        self._load = load
        self._openers = openers
        self._clock = clock
        self._is_offline = is_offline
        self._loaded: Loaded | None = None
        self._database: Database | None = None
        self._may_write = False
        self._has_our_schema = False
        self._account: XAccount | None = None
        self._facts: Facts | None = None
        self._ahead_of: dict[str, timedelta] = {}
        self._stack = ExitStack()

    def findings(self) -> Iterator[Finding]:
        """Every finding, as soon as it is there."""
        checks: dict[str, Callable[[], Outcome]] = {
            "settings": self._check_settings,
            "data folder": self._check_folder,
            "database": self._check_database,
            "schema": self._check_schema,
            "Twitch": self._check_twitch,
            "X": self._check_x,
            "X app": self._check_x_app,
            "clock": self._check_clock,
            "budget": self._check_budget,
            "polls": self._check_polls,
            "days": self._check_days,
            "outbox": self._check_outbox,
            "jobs": self._check_jobs,
            "database restarts": self._check_restarts,
        }
        with self._stack:
            for name, check in checks.items():
                patience = EMBEDDED_PATIENCE_SECONDS if name == "database" else PATIENCE_SECONDS
                yield from outcome(name, check, patience)

    def _check_settings(self) -> Outcome:
        try:
            self._loaded = self._load()
        except SettingsError as exc:
            mend = "mend it in .env or in the environment"
            return [Finding("settings", Verdict.BAD, problem, mend) for problem in exc.problems]
        return judge_origins(self._loaded.origins)

    def _check_folder(self) -> Outcome:
        settings = self._settings
        there = disk.nearest_folder(settings.data_dir)
        room = ROOM_FOR_POLLS if settings.database_url is not None else ROOM_FOR_DATABASE
        if (why := disk.why_not_writable(there)) is not None:
            mend = "let this user write there, or point DATA_DIR elsewhere"
            return Finding("data folder", Verdict.BAD, f"nothing can be written into {there}: {why}", mend)
        return judge_room(settings.data_dir, disk.free_bytes_if_known(there), room, is_there=there == settings.data_dir)

    def _check_database(self) -> Outcome:
        settings = self._settings
        where = "PostgreSQL"
        if settings.database_url is None:
            folder = settings.data_dir / "postgres"
            if not (folder / embedded_postgres.MADE_MARK).exists():
                raise _Skip(f"there is none yet: an embedded one will be made in {folder} at first start")
            where = "embedded PostgreSQL"
        database = self._stack.enter_context(self._openers.database(settings))
        with database.transaction() as tx:
            server = Server(*tx.database.server())
            told: datetime = tx.database.server_clock()
        self._ahead_of["the database"] = self._clock.now() - told
        self._database = database
        self._may_write = server.may_write and not server.is_read_only
        return judge_server(where, server)

    def _check_schema(self) -> Outcome:
        applied, needed = migrations.applied_versions(self._a_database), migrations.versions_in()
        if not applied:
            raise _Skip("there is none yet: it will be made at first start")
        finding = judge_schema(applied, needed)
        self._has_our_schema = finding.verdict is Verdict.GOOD
        return finding

    def _check_twitch(self) -> Outcome:
        settings = self._settings
        settings.twitch_credentials()
        self._skip_if_offline()
        # Once: whoever asks a doctor wants to know how it is now.
        with self._openers.twitch(settings, self._clock, VENDOR_TIMEOUT) as twitch:
            try:
                page = twitch.get_streams()
            except TwitchUnavailable as exc:
                if _asks_twitch_itself(settings):
                    raise
                advice = "look at TWITCH_API_URL and TWITCH_AUTH_URL, which are not Twitch's own, and at the network"
                return replace(judge_error("Twitch", exc), mend=advice)
            finally:
                told = twitch.told
                if told is not None and told.clock_ahead is not None:
                    self._ahead_of["Twitch"] = told.clock_ahead
        return judge_streams(len(page.items), told)

    def _check_x(self) -> Outcome:
        settings = self._settings
        self._skip_without_x()
        self._skip_if_offline()
        if not (self._may_write and self._has_our_schema):
            raise _Skip(
                "its answer costs money, and the database has to be fit to write that down (`watchtime migrate`)"
            )
        ledger = Ledger(self._a_database, self._clock, settings.x_monthly_budget_usd, settings.x_account_owns_app)
        with self._openers.x(settings, self._clock, VENDOR_TIMEOUT) as x:
            assert x is not None  # noqa: S101 - for the type checker
            try:
                with self._a_database.writing():
                    self._account = fetch_account(ledger, x, self._openers.credentials_hash(settings))
            except Busy as exc:
                raise _Skip(f"not asked who we are, for the answer is written down: {exc}") from exc
            except OverBudget as exc:
                raise _Skip(f"not asked who we are, for that costs money: {exc}") from exc
            finally:
                if x.clock_ahead is not None:
                    self._ahead_of["X"] = x.clock_ahead
        return judge_account(self._account, token_owner(settings))

    def _check_x_app(self) -> Outcome:
        settings = self._settings
        self._skip_without_x()
        assert self._loaded is not None  # noqa: S101 - for the type checker
        is_said = self._loaded.origins["x_account_owns_app"] != DEFAULT
        return judge_owner(self._account, owns_app=settings.x_account_owns_app, is_said=is_said)

    def _check_clock(self) -> Outcome:
        if not self._ahead_of:
            raise _Skip("nobody told the time to compare ours with")
        return judge_clock(self._ahead_of)

    def _check_budget(self) -> Outcome:
        settings = self._settings
        self._skip_without_x()
        month = spending(
            self._our_schema, self._clock.now(), settings.x_monthly_budget_usd, owns_app=settings.x_account_owns_app
        )
        return judge_budget(month, self._troubles("budget"))

    def _check_polls(self) -> Outcome:
        with self._our_schema.transaction() as tx:
            last = tx.read.last_poll()
            newest = (last.ended_at, last.status, last.error) if last else None
        now = self._clock.now()
        if newest is None and not is_running(self._record(), now):
            raise _Skip("none yet")
        return judge_poll(newest, now=now, late=self._troubles("polls"))

    def _check_days(self) -> Outcome:
        facts = self._gathered()
        newest, expected = facts.last_day, self._expected()
        late = late_days(facts, expected)
        if newest is None:
            return judge_days(None, late)
        return judge_days(newest.date, late, effect_of_change(expected.calendar, newest.date, newest.ends_at))

    def _check_outbox(self) -> Outcome:
        with self._our_schema.transaction() as tx:
            since = self._clock.now() - FAILED_LATELY
            posts = records(OutboxRow, tx.outbox.listed(everything=False, since=since))
        return judge_outbox(posts, self._troubles("outbox"))

    def _check_jobs(self) -> Outcome:
        now = self._clock.now()
        run = self._record()
        if run.written_at is None:
            # No bot has run with this DATA_DIR: there is nothing to say of its jobs, nor of what it lost.
            return []
        is_overdue_known = is_running(run, now)
        judged = run if is_overdue_known else without_expectations(run)
        return judge_jobs(run, rules.judge_jobs(judged, now), now)

    def _check_restarts(self) -> Outcome:
        now = self._clock.now()
        run = self._record()
        if run.written_at is None:
            return []
        return judge_restarts(rules.judge_losses(run, now), len(rules.recent_losses(run, now)))

    def _record(self) -> RunRecord:
        """What the running bot recorded; nothing while the settings do not say where."""
        if self._loaded is None:
            return RunRecord()
        return record.read(self._settings.data_dir / record.FILE_NAME)

    def _gathered(self) -> Facts:
        """How things stand; gathered once, for what the rules find in it."""
        if self._facts is None:
            calendar = Calendar(self._settings.timezone, self._settings.day_starts_at)
            self._facts = gather(self._our_schema, self._clock, calendar, self._settings)
        return self._facts

    def _expected(self) -> Expected:
        """As the bot that runs expects it; without one, everything that was ever due."""
        settings, run = self._settings, self._record()
        since = run.began_at if run.began_at and is_running(run, self._clock.now()) else LONG_AGO
        return Expected(
            Calendar(settings.timezone, settings.day_starts_at),
            timedelta(minutes=settings.poll_every_minutes),
            settings.post_at,
            since,
        )

    def _troubles(self, finding: str) -> list[Trouble]:
        """What the rules say of the parts that a finding presents."""
        found = rules.judge(self._gathered(), self._expected())
        return [trouble for trouble in found if FINDING_OF[trouble.part] == finding]

    @property
    def _settings(self) -> Settings:
        if self._loaded is None:
            raise _Skip("the settings have to be mended first")
        return self._loaded.settings

    @property
    def _a_database(self) -> Database:
        _ = self._settings
        if self._database is None:
            raise _Skip("there is no database to ask")
        return self._database

    @property
    def _our_schema(self) -> Database:
        database = self._a_database
        if not self._has_our_schema:
            raise _Skip("the database has not the schema of this program")
        return database

    def _skip_if_offline(self) -> None:
        if self._is_offline:
            raise _Skip("left out by --offline")

    def _skip_without_x(self) -> None:
        if self._settings.x_credentials() is None:
            raise _Skip("X_API_KEY and the three beside it are not set: posts are only written to the log")


def _asks_twitch_itself(settings: Settings) -> bool:
    """Whether no other address was given for Twitch."""
    names = ("twitch_api_url", "twitch_auth_url")
    return all(getattr(settings, name) == Settings.model_fields[name].default for name in names)


def outcome(name: str, check: Callable[[], Outcome], patience_seconds: float) -> Sequence[Finding]:
    """What a check came to, whatever became of it: an error is a finding too, and so is that it takes too long."""
    try:
        found = _within(patience_seconds, check)
    except _Skip as exc:
        return [Finding(name, Verdict.SKIPPED, str(exc))]
    except _TooSlow:
        says = f"no answer within {patience_seconds:.0f} s"
        return [Finding(name, Verdict.BAD, says, "try again; if it stays so, look at the network", for_now=True)]
    except WatchTimeError as exc:
        return [judge_error(name, exc)]
    except Exception as exc:
        # Its words may hold anything, a password too.
        log.debug("the check of %s failed", name, exc_info=True)
        says = f"the check itself failed: {type(exc).__name__}"
        return [Finding(name, Verdict.BAD, says, "`watchtime --verbose check` tells more; please report it")]
    return [found] if isinstance(found, Finding) else found


def _within(seconds: float, call: Callable[[], Answer]) -> Answer:
    """The call's answer, or its error. One that never ends is left behind; it ends with the process."""
    ended: queue.SimpleQueue[tuple[Answer | None, Exception | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            ended.put((call(), None))
        except Exception as exc:
            ended.put((None, exc))

    threading.Thread(target=run, name="check", daemon=True).start()
    try:
        answer, error = ended.get(timeout=seconds)
    except queue.Empty:
        raise _TooSlow from None
    if error is not None:
        raise error
    return cast(Answer, answer)
