"""The composition root: settings in, working jobs out. The only place that makes the real clients."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from bot.collect.poll import Collector
from bot.collect.prune import Pruner
from bot.daily.rollup import Rollup
from bot.days import Calendar
from bot.models import DaySummaries, NamedPost
from bot.outbox.send import Sender
from bot.outbox.settle import Settler
from bot.post.plan import Planner
from bot.reply.answer import Answerer
from bot.reply.lookup import Lookup
from bot.reply.names import DatabaseNames
from bot.reply.read import Reader
from bot.reply.respond import Responder
from bot.spend import Ledger
from bot.timetable import Entry, Job, timetable
from helperfunctions import embedded_postgres, migrations
from helperfunctions.chart_png import draw_png
from helperfunctions.clock import Clock
from helperfunctions.database import Database
from helperfunctions.errors import SettingsError
from helperfunctions.queries import Queries
from helperfunctions.settings import Settings
from helperfunctions.token_cache import TokenFile
from helperfunctions.twitch_api import TIMEOUT, TwitchApi
from helperfunctions.x_api import TIMEOUT as X_TIMEOUT
from helperfunctions.x_api import XApi

# How often the outbox is looked at.
SEND_EVERY_SECONDS = 10
# How long what a person asked for may take to go out.
BY_HAND_WITHIN = timedelta(hours=6)


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The database that the settings name; without one, the embedded server, running for as long as the block."""
    with ExitStack() as stack:
        if settings.database_url is not None:
            url = settings.database_url.get_secret_value()
        else:
            url = stack.enter_context(embedded_postgres.running(settings.data_dir / "postgres"))
        yield Database(url, Queries())


def database_at(url: str) -> Database:
    """Another database than that of the settings."""
    return Database(url, Queries())


@dataclass(frozen=True, slots=True)
class Bot:
    """Everything that the verbs of the command line and the timetable call. `x` is None without credentials."""

    settings: Settings
    clock: Clock
    database: Database
    random: Callable[[], float]
    x: XApi | None
    ledger: Ledger
    names: DatabaseNames

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
        return Sender(self.x, self.database, self.clock, self.ledger, settler, draw_png)

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
        return Responder(self.database, self.ledger, self._credentials, reader, self.answerer, retention)

    @property
    def _credentials(self) -> str:
        """A hash that tells which account we are, and nothing else."""
        secrets = self.settings.x_credentials() or ()
        return hashlib.sha256("\0".join((self.settings.x_api_url, *secrets)).encode()).hexdigest()[:32]

    @property
    def username(self) -> str:
        """Our name on X as far as it is known here."""
        account = self.ledger.known_account(self._credentials)
        return account.username if account is not None else "watchtime"

    def summaries(self, named: date | None = None) -> DaySummaries:
        """The summaries of a day; of the newest finished one when none is named."""
        day = named or self.calendar.last_finished(self.clock.now()).date
        return self.planner.summaries(day)

    def post_now(self, named: date | None = None) -> list[NamedPost]:
        """Plan and send the summaries of a day, by hand, at whatever time; how they stand then."""
        now = self.clock.now()
        day = named or self.calendar.last_finished(now).date
        self.planner.plan(day, expires_at=now + BY_HAND_WITHIN)
        self.sender.send()
        with self.database.transaction() as tx:
            return [NamedPost(*row) for row in tx.outbox.of_day(day=day)]

    @contextmanager
    def collector(self, timeout: tuple[float, float] = TIMEOUT) -> Iterator[Collector]:
        """Twitch -> staging. Raises SettingsError without credentials."""
        client_id, client_secret = self.settings.twitch_credentials()
        twitch = TwitchApi(
            api_url=self.settings.twitch_api_url,
            auth_url=self.settings.twitch_auth_url,
            client_id=client_id,
            client_secret=client_secret,
            clock=self.clock,
            timeout=timeout,
            tokens=TokenFile(self.settings.data_dir / "twitch-token.json"),
        )
        try:
            yield Collector(
                live=twitch,
                database=self.database,
                clock=self.clock,
                calendar=self.calendar,
                more_than_viewers=self.settings.min_viewers,
                interval_minutes=self.settings.poll_every_minutes,
            )
        finally:
            twitch.close()

    def timetable(self, send_every_seconds: int = SEND_EVERY_SECONDS) -> list[Entry]:
        """When each job is due."""
        return timetable(
            poll_every_minutes=self.settings.poll_every_minutes,
            timezone=self.settings.timezone,
            day_starts_at=self.settings.day_starts_at,
            post_at=self.settings.post_at,
            reply_every_seconds=self.settings.mentions_every_seconds,
            send_every_seconds=send_every_seconds,
        )

    def jobs(self, collector: Collector) -> Mapping[Job, Callable[[], object]]:
        """What the timetable wakes. Without credentials for X nobody asks us anything."""
        jobs: dict[Job, Callable[[], object]] = {
            Job.COLLECT: collector.collect,
            Job.DAILY: self.rollup.daily,
            Job.PRUNE: self.pruner.prune,
            Job.POST: self.planner.plan_if_due,
            Job.OUTBOX: self.sender.send,
        }
        if self.x is not None:
            jobs[Job.REPLY] = self.responder.respond
        return jobs


@contextmanager
def open_bot(
    settings: Settings,
    *,
    clock: Clock,
    random: Callable[[], float],
    migrate: bool = False,
    x_timeout: tuple[float, float] = X_TIMEOUT,
) -> Iterator[Bot]:
    """The bot on its database, whose schema is right.

    A new database gets its schema; an older one only when `migrate` is set. Raises SchemaMismatch otherwise.
    """
    with open_database(settings) as database, _open_x(settings, clock, x_timeout) as x:
        if migrate or not migrations.applied_versions(database):
            migrations.migrate(database)
        migrations.check(database)
        ledger = Ledger(database, clock, settings.x_monthly_budget_usd, settings.x_account_owns_app)
        yield Bot(settings, clock, database, random, x, ledger, DatabaseNames(database))


@contextmanager
def _open_x(settings: Settings, clock: Clock, timeout: tuple[float, float]) -> Iterator[XApi | None]:
    """Our account on X, if there are credentials."""
    credentials = settings.x_credentials()
    if credentials is None:
        yield None
        return
    key, key_secret, token, token_secret = credentials
    x = XApi(
        api_url=settings.x_api_url,
        api_key=key,
        api_key_secret=key_secret,
        access_token=token,
        access_token_secret=token_secret,
        clock=clock,
        timeout=timeout,
    )
    try:
        yield x
    finally:
        x.close()
