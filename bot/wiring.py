"""The composition root: settings in, working jobs out. The only place that makes the real clients."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, timedelta

from bot.collect.poll import Collector
from bot.collect.prune import Pruner
from bot.daily.rollup import Rollup
from bot.days import Calendar
from bot.models import DaySummaries
from bot.post.plan import Planner
from bot.timetable import Entry, Job, timetable
from helperfunctions import embedded_postgres, migrations
from helperfunctions.clock import Clock
from helperfunctions.database import Database
from helperfunctions.errors import DayNotAvailable
from helperfunctions.queries import Queries
from helperfunctions.settings import Settings
from helperfunctions.token_cache import TokenFile
from helperfunctions.twitch_api import TIMEOUT, TwitchApi


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The database that the settings name; without one, the embedded server, running for as long as the block."""
    with ExitStack() as stack:
        if settings.database_url is not None:
            url = settings.database_url.get_secret_value()
        else:
            url = stack.enter_context(embedded_postgres.running(settings.data_dir / "postgres"))
        yield Database(url, Queries())


@dataclass(frozen=True, slots=True)
class Bot:
    """Everything that the verbs of the command line and the timetable call."""

    settings: Settings
    clock: Clock
    database: Database
    random: Callable[[], float]

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

    def summaries(self, named: date | None = None) -> DaySummaries:
        """The summaries of a day; of the newest finished one when none is named."""
        day = named or self.calendar.last_finished(self.clock.now()).date
        return Planner(self.database, self.clock, self.random).summaries(day)

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

    def timetable(self) -> list[Entry]:
        """When each job is due."""
        return timetable(
            poll_every_minutes=self.settings.poll_every_minutes,
            timezone=self.settings.timezone,
            day_starts_at=self.settings.day_starts_at,
            post_at=self.settings.post_at,
        )

    def jobs(self, collector: Collector, say: Callable[[DaySummaries], object]) -> Mapping[Job, Callable[[], object]]:
        """What the timetable wakes; `say` gets the summaries when they are due."""
        return {
            Job.COLLECT: collector.collect,
            Job.DAILY: self.rollup.daily,
            Job.PRUNE: self.pruner.prune,
            Job.POST: lambda: say(self._summaries_if_any()),
        }

    def _summaries_if_any(self) -> DaySummaries:
        """What is due to be said; on the bot's first day there is no day before."""
        try:
            return self.summaries()
        except DayNotAvailable as exc:
            return DaySummaries(self.calendar.last_finished(self.clock.now()).date, [], str(exc))


@contextmanager
def open_bot(settings: Settings, *, clock: Clock, random: Callable[[], float], migrate: bool = False) -> Iterator[Bot]:
    """The bot on its database, whose schema is right.

    A new database gets its schema; an older one only when `migrate` is set. Raises SchemaMismatch otherwise.
    """
    with open_database(settings) as database:
        if migrate or not migrations.applied_versions(database):
            migrations.migrate(database)
        migrations.check(database)
        yield Bot(settings, clock, database, random)
