"""The composition root: settings in, working jobs out. The only place that makes the real clients.

A client's library is imported when the client is made: a verb that calls nobody starts in half the time, and the bot
does not carry the dashboard.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.collect.keep import KeptPolls
from bot.collect.poll import Collector
from bot.collect.prune import Pruner
from bot.core.calendar import Calendar
from bot.core.names import DatabaseNames
from bot.core.polls import Poll, PollStatus
from bot.core.ports import X
from bot.core.posts import DaySummaries, OutboxRow
from bot.core.watch_time import RolledUpDay
from bot.daily.rollup import Rollup
from bot.health import record
from bot.health.alert import Alerter
from bot.health.facts import gather
from bot.health.rules import Expected
from bot.health.totals import Totals
from bot.outbox.send import Sender
from bot.outbox.settle import Settler
from bot.post.plan import Planner
from bot.reply.answer import Answerer
from bot.reply.lookup import Lookup
from bot.reply.read import Reader
from bot.reply.respond import Responder
from bot.runtime.attempts import Attempts
from bot.runtime.leader import Lead, Standing
from bot.spend.account import known_account
from bot.spend.ledger import Ledger, call_again
from helperfunctions import embedded_postgres, migrations, reader
from helperfunctions.clock import Clock
from helperfunctions.database import Database, ReadPool, records
from helperfunctions.drawing import draw_png, draw_svg, javascript
from helperfunctions.errors import Busy, DatabaseError, SettingsError
from helperfunctions.queries import Queries
from helperfunctions.settings import Loaded, Settings
from helperfunctions.token_cache import TokenFile

if TYPE_CHECKING:
    from bot.health.doctor import Doctor
    from bot.health.watch import Watch
    from bot.runtime.schedule import Entry, Job
    from bot.runtime.work import Work
    from bot.web.site import Site
    from helperfunctions.twitch_api import TwitchApi
    from helperfunctions.x_api import XApi

log = logging.getLogger(__name__)

# How often the outbox is looked at.
SEND_EVERY_SECONDS = 10
# How often it is looked whether all is well.
WATCH_EVERY_SECONDS = 60
# How long a picture may take for which somebody waits.
_PICTURE_MAY_TAKE_SECONDS = 15
# How long what a person asked for may take to go out.
BY_HAND_WITHIN = timedelta(hours=6)


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The database that the settings name; without one, the embedded server, running for as long as the block."""
    with ExitStack() as stack:
        if settings.database_url is not None:
            url = settings.database_url.get_secret_value()
        else:
            url = stack.enter_context(embedded_postgres.running(_embedded(settings)))
        yield Database(url, Queries())


@contextmanager
def open_reading(settings: Settings) -> Iterator[ReadPool]:
    """The same database for the dashboard, which only reads: as the role of WEB_DATABASE_URL, on the embedded server as
    the role that is made here, else as the bot's own role in sessions that can only read."""
    with ExitStack() as stack:
        if settings.web_database_url is not None:
            url = settings.web_database_url.get_secret_value()
        elif settings.database_url is not None:
            url = settings.database_url.get_secret_value()
        else:
            own = stack.enter_context(embedded_postgres.running(_embedded(settings)))
            database = Database(own, Queries())
            prepare_schema(database, migrate=False)
            url = reader.of_embedded(database, own)
        pool = ReadPool(url, Queries())
        stack.callback(pool.close)
        migrations.check(pool)
        yield pool


def open_site(settings: Settings, reads: ReadPool, clock: Clock) -> "Site":
    """The dashboard over a database."""
    from bot.web.read.name_cache import SearchedNamesKept
    from bot.web.site import Site

    is_ours = settings.database_url is None and settings.web_database_url is None
    return Site(
        reads=reads,
        looks=reads.beside(),
        revive=partial(embedded_postgres.revive, _embedded(settings)) if is_ours else lambda: None,
        check_schema=lambda: migrations.check(reads),
        searched=SearchedNamesKept(lambda: DatabaseNames(reads), clock),
        clock=clock,
        calendar=Calendar(settings.timezone, settings.day_starts_at),
        poll_every=timedelta(minutes=settings.poll_every_minutes),
        post_at=settings.post_at,
        draw_svg=partial(draw_svg, timeout_seconds=_PICTURE_MAY_TAKE_SECONDS),
        javascript=javascript,
        root_path=settings.web_root_path,
        requests_per_minute=settings.web_requests_per_minute,
        trusted_proxies=settings.trusted_proxies,
    )


def _embedded(settings: Settings) -> Path:
    return settings.data_dir / "postgres"


def database_at(url: str) -> Database:
    """Another database than that of the settings."""
    return Database(url, Queries())


# A poll is due at the same second as the roll-up, which may store kept polls first.
WAIT_FOR_LOCK = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class Bot:
    """Everything that the verbs of the command line and the timetable call. `x` is None without credentials."""

    settings: Settings
    clock: Clock
    database: Database
    random: Callable[[], float]
    x: X | None
    ledger: Ledger
    names: DatabaseNames
    # what is left of each rate limit, as Twitch and X last said
    calls_left: dict[str, float]
    draw: Callable[[Any], bytes] = draw_png

    @property
    def calendar(self) -> Calendar:
        """The bot's days."""
        return Calendar(self.settings.timezone, self.settings.day_starts_at)

    @property
    def rollup(self) -> Rollup:
        """Staging -> the daily tables."""
        return Rollup(self.database, self.clock, self.calendar)

    @property
    def pruner(self) -> Pruner:
        """What staging no longer needs."""
        retention = timedelta(hours=self.settings.staging_retention_hours)
        return Pruner(self.database, self.clock, self.calendar, retention)

    @property
    def planner(self) -> Planner:
        """The daily tables -> the outbox."""
        return Planner(self.database, self.clock, self.random, self.calendar, self.settings.post_at)

    @property
    def answerer(self) -> Answerer:
        """The inbox -> the outbox."""
        # One poll may have failed.
        live_within = timedelta(minutes=2 * self.settings.poll_every_minutes + 5)
        lookup = Lookup(self.database, self.calendar, self.clock, live_within)
        return Answerer(
            database=self.database,
            clock=self.clock,
            calendar=self.calendar,
            names=self.names,
            lookup=lookup,
            most_per_day=self.settings.replies_per_day,
            gives_hint=self.settings.hint_when_not_understood,
        )

    @property
    def sender(self) -> Sender:
        """The outbox -> X."""
        settler = None
        if self.x is not None:
            lag = timedelta(seconds=self.settings.x_settle_after_seconds)
            settler = Settler(self.x, self.database, self.clock, self.ledger, self._credentials, lag)
        return Sender(self.x, self.database, self.clock, self.ledger, settler, self.draw)

    @property
    def responder(self) -> Responder:
        """X mentions -> the inbox -> the outbox. Raises SettingsError without credentials."""
        if self.x is None:
            raise SettingsError(
                [
                    "X_API_KEY, X_API_KEY_SECRET, X_ACCESS_TOKEN and X_ACCESS_TOKEN_SECRET are not set: make an app at "
                    "https://console.x.com, give it read and write permission, and put all four into .env"
                ]
            )
        reader = Reader(self.x, self.database, self.clock, self.ledger, self._credentials)
        retention = timedelta(days=self.settings.mention_retention_days)
        return Responder(self.database, self._credentials, reader, self.answerer, retention)

    @property
    def _credentials(self) -> str:
        return x_credentials_hash(self.settings)

    @property
    def username(self) -> str:
        """Our name on X as far as it is known here."""
        account = known_account(self.database, self._credentials)
        return account.username if account is not None else "watchtime"

    def summaries(self, named: date | None = None) -> DaySummaries:
        """The summaries of a day; of the newest finished one when none is named."""
        day = named or self.calendar.last_finished(self.clock.now()).date
        return self.planner.summaries(day)

    def post_now(self, named: date | None = None) -> list[OutboxRow]:
        """Plan and send the summaries of a day, by hand, at whatever time; how they stand then."""
        now = self.clock.now()
        day = named or self.calendar.last_finished(now).date
        self.planner.plan(day, expires_at=now + BY_HAND_WITHIN)
        self.sender.send()
        with self.database.transaction() as tx:
            return records(OutboxRow, tx.outbox.of_day(day=day))

    @property
    def kept_polls(self) -> KeptPolls:
        """Polls on disk that wait for the database."""
        return KeptPolls(self.settings.data_dir / "polls", self.settings.kept_polls_mb * 1_000_000, self.clock)

    @contextmanager
    def collector(
        self, timeout: tuple[float, float] | None = None, wait: Callable[[timedelta], bool] | None = None
    ) -> Iterator[Collector]:
        """Twitch -> staging; `wait` lets time pass and returns whether the process is to end. Raises SettingsError
        without credentials."""
        interval_minutes = self.settings.poll_every_minutes
        with open_twitch(
            self.settings,
            self.clock,
            timeout,
            calls_left=self.calls_left,
            interval_minutes=interval_minutes,
            wait=wait,
        ) as twitch:
            yield Collector(
                live=twitch,
                database=self.database,
                clock=self.clock,
                calendar=self.calendar,
                more_than_viewers=self.settings.min_viewers,
                interval_minutes=interval_minutes,
                kept=self.kept_polls,
            )

    def timetable(
        self, send_every_seconds: int = SEND_EVERY_SECONDS, watch_every_seconds: int = WATCH_EVERY_SECONDS
    ) -> "list[Entry]":
        """When each job is due."""
        from bot.runtime.schedule import timetable

        return timetable(
            poll_every_minutes=self.settings.poll_every_minutes,
            timezone=self.settings.timezone,
            day_starts_at=self.settings.day_starts_at,
            post_at=self.settings.post_at,
            reply_every_seconds=self.settings.mentions_every_seconds,
            send_every_seconds=send_every_seconds,
            watch_every_seconds=watch_every_seconds,
        )

    def watch(self, lead: Lead, attempts: Attempts | None = None) -> "Watch":
        """Whether all is well, for /healthz, /readyz, /metrics and the alert."""
        from bot.health.watch import Watch

        alerter = None
        if self.settings.alert_webhook_url is not None:
            from helperfunctions import webhook

            send = partial(webhook.send, self.settings.alert_webhook_url.get_secret_value())
            alerter = Alerter(send, self.settings.data_dir / "alert.json")
        interval = timedelta(minutes=self.settings.poll_every_minutes)
        return Watch(
            clock=self.clock,
            read=partial(gather, self.database, self.clock, self.calendar, self.settings, Totals()),
            expected=Expected(self.calendar, interval, self.settings.post_at, since=self.clock.now()),
            data_dir=self.settings.data_dir,
            leads=lambda: lead.standing is Standing.LEADING,
            kept_polls=lambda: len(self.kept_polls.waiting()),
            rate_limits=lambda: dict(self.calls_left),
            alerter=alerter,
            record=lambda: attempts.record if attempts is not None else record.RunRecord(),
            preparing_since=lambda: lead.since if lead.standing is Standing.PREPARING else None,
            why_without_database=lambda: lead.why_without_database,
        )

    @property
    def run_record(self) -> Path:
        """The file in which the running bot records how its jobs end."""
        return self.settings.data_dir / record.FILE_NAME

    def last_good_poll(self, attempts: Attempts) -> datetime | None:
        """When the newest poll began that brought something: in the database, kept on disk, or only recorded there."""
        known = [attempts.record.last_good_poll_at, self.kept_polls.newest_good()]
        with suppress(DatabaseError), self.database.transaction() as tx:
            known.append(tx.health.last_good_poll())
        return max((at for at in known if at is not None), default=None)

    def work(self, collector: Collector, watch: "Watch", attempts: Attempts) -> "Work":
        """The jobs, when each is due, and what they depend on."""
        from bot.runtime.work import Work

        return Work(
            entries=self.timetable(),
            jobs=self.jobs(collector, watch),
            attempts=attempts,
            poll_every=timedelta(minutes=self.settings.poll_every_minutes),
            last_good_poll=lambda: self.last_good_poll(attempts),
            forget_waits=self.call_again,
        )

    def collect(self, collector: Collector, wait_for_lock: timedelta = timedelta(0)) -> Poll:
        """Take a poll, and make the new names in it findable."""
        poll = collector.collect(wait_for_lock)
        try:
            self.names.refresh()
        except DatabaseError as exc:
            # The poll is in; the next one makes up for it.
            log.warning("new names cannot be found yet: %s", exc)
        return poll

    def _heartbeat(self) -> Callable[[], None]:
        """What sends a heartbeat; nothing without HEARTBEAT_URL."""
        if self.settings.heartbeat_url is None:
            return lambda: None
        from bot.health.heartbeat import Heartbeat
        from helperfunctions import heartbeat

        return Heartbeat(partial(heartbeat.request, self.settings.heartbeat_url.get_secret_value())).beat

    def jobs(self, collector: Collector, watch: "Watch") -> "Mapping[Job, Callable[[], object]]":
        """What the timetable wakes. Without credentials for X nobody asks us anything."""
        from bot.runtime.schedule import Job

        beat = self._heartbeat()
        # One for all attempts: it reports once which days it skips.
        rollup = self.rollup

        def collect() -> Poll:
            poll = self.collect(collector, WAIT_FOR_LOCK)
            if poll.status is not PollStatus.FAILED:
                beat()
            return poll

        def daily() -> list[RolledUpDay]:
            # A day is whole only with the polls that wait on disk.
            with suppress(Busy):
                collector.store_kept()
            return rollup.daily()

        jobs: dict[Job, Callable[[], object]] = {
            Job.COLLECT: collect,
            Job.DAILY: daily,
            Job.PRUNE: self.pruner.prune,
            Job.POST: self.planner.plan_if_due,
            Job.OUTBOX: self.sender.send,
            Job.WATCH: watch.look,
        }
        if self.x is not None:
            jobs[Job.REPLY] = self.responder.respond
        return jobs

    @contextmanager
    def door(self, watch: "Watch") -> Iterator[None]:
        """The pages of a watch, open for as long as the block if HEALTH_PORT is set."""
        if self.settings.health_port is None:
            yield
            return
        from helperfunctions import http_door

        with http_door.open_at(self.settings.health_host, self.settings.health_port, watch.pages()) as port:
            log.info("watch over me at http://%s:%d/readyz", self.settings.health_host, port)
            yield

    def call_again(self) -> None:
        """Call X at once: what made us wait no longer holds."""
        call_again(self.database, self.clock.now())

    def lead(
        self,
        collector: Collector,
        *,
        attempts: Attempts | None = None,
        has_new_credentials: bool = False,
        while_away: Callable[[], object] = lambda: None,
    ) -> Lead:
        """Which of several bots on this database does the jobs: for a bot whose database may be away."""

        def prepare() -> None:
            prepare_schema(self.database, migrate=True)
            if has_new_credentials:
                self.call_again()
            # Before anything is rolled up. Somebody who collects by hand just now stores them as well.
            with suppress(Busy):
                collector.store_kept()

        def revive() -> None:
            while_away()
            if self.settings.database_url is None:
                embedded_postgres.revive(_embedded(self.settings))

        return Lead(self.database, self.clock, prepare=prepare, revive=revive, losses=attempts)


def doctor(load: Callable[[], Loaded], clock: Clock, *, is_offline: bool = False) -> "Doctor":
    """The checks of `watchtime check`. `load` reads the settings, or raises SettingsError."""
    from bot.health.doctor import Doctor, Openers

    openers = Openers(open_database, partial(open_twitch, attempts=1), open_x, x_credentials_hash)
    return Doctor(load, clock, openers, is_offline=is_offline)


def prepare_schema(database: Database, *, migrate: bool) -> None:
    """See to it that the schema is right: a new database gets it; an older one is brought up to date if `migrate` is
    set. Raises SchemaMismatch otherwise."""
    if migrate or not migrations.applied_versions(database):
        with database.writing():
            migrations.migrate(database)
    migrations.check(database)


@contextmanager
def open_bot(
    settings: Settings,
    *,
    clock: Clock,
    random: Callable[[], float],
    migrate: bool = False,
    database_may_be_away: bool = False,
    x_timeout: tuple[float, float] | None = None,
) -> Iterator[Bot]:
    """The bot on its database, whose schema is right, unless the database may be away: then `Bot.lead` sees to it."""
    calls_left: dict[str, float] = {}
    with open_database(settings) as database, open_x(settings, clock, x_timeout, calls_left) as x:
        if not database_may_be_away:
            prepare_schema(database, migrate=migrate)
        ledger = Ledger(database, clock, settings.x_monthly_budget_usd, settings.x_account_owns_app)
        yield Bot(settings, clock, database, random, x, ledger, DatabaseNames(database), calls_left)


@contextmanager
def open_twitch(
    settings: Settings,
    clock: Clock,
    timeout: tuple[float, float] | None = None,
    attempts: int | None = None,
    calls_left: MutableMapping[str, float] | None = None,
    interval_minutes: int | None = None,
    wait: Callable[[timedelta], bool] | None = None,
) -> "Iterator[TwitchApi]":
    """Twitch for our application, with the client's own limits where none are given; between polls that are so many
    minutes apart, each of which ends before the next. Raises SettingsError without credentials."""
    from helperfunctions.twitch_api import ATTEMPTS, TIMEOUT, TwitchApi

    timeout, patience_seconds = timeout or TIMEOUT, None
    if interval_minutes is not None:
        timeout, patience_seconds = limits_of_a_page(timeout, 60.0 * interval_minutes)
    client_id, client_secret = settings.twitch_credentials()
    twitch = TwitchApi(
        api_url=settings.twitch_api_url,
        auth_url=settings.twitch_auth_url,
        client_id=client_id,
        client_secret=client_secret,
        clock=clock,
        timeout=timeout,
        attempts=attempts or ATTEMPTS,
        patience_seconds=patience_seconds,
        wait=wait,
        tokens=TokenFile(settings.data_dir / "twitch-token.json"),
        calls_left=calls_left,
    )
    try:
        yield twitch
    finally:
        twitch.close()


def limits_of_a_page(timeout: tuple[float, float], interval_seconds: float) -> tuple[tuple[float, float], float]:
    """The time-outs of a request, and how long a page may take with all attempts, so that a poll ends before the next.

    A poll begins no page after half its interval. The last may take a quarter for its attempts, and the last of them a
    fifth: a request ends within twice the sum of its time-outs.
    """
    scale = min(1.0, interval_seconds / 10 / sum(timeout))
    return (timeout[0] * scale, timeout[1] * scale), interval_seconds / 4


def x_credentials_hash(settings: Settings) -> str:
    """A hash that tells which account on X we are, and nothing else."""
    secrets = settings.x_credentials() or ()
    return hashlib.sha256("\0".join((settings.x_api_url, *secrets)).encode()).hexdigest()[:32]


@contextmanager
def open_x(
    settings: Settings,
    clock: Clock,
    timeout: tuple[float, float] | None = None,
    calls_left: MutableMapping[str, float] | None = None,
) -> "Iterator[XApi | None]":
    """Our account on X, if there are credentials; with the client's own time limits where none are given."""
    credentials = settings.x_credentials()
    if credentials is None:
        yield None
        return
    from helperfunctions.x_api import TIMEOUT, XApi

    key, key_secret, token, token_secret = credentials
    x = XApi(
        api_url=settings.x_api_url,
        api_key=key,
        api_key_secret=key_secret,
        access_token=token,
        access_token_secret=token_secret,
        clock=clock,
        timeout=timeout or TIMEOUT,
        calls_left=calls_left,
    )
    try:
        yield x
    finally:
        x.close()
