"""The composition root: builds the clients and the steps from the settings, and does nothing else.

A client's library is imported when the client is made: a verb without API calls starts in half the time, and the bot
does not carry the dashboard.
"""

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.chat import switch
from bot.collect.job import CollectJob
from bot.collect.keep import KeptPolls, store_kept
from bot.collect.poll import Collector
from bot.collect.prune import Pruner
from bot.collect.time_limits import limits_of_a_page
from bot.core.calendar import Calendar
from bot.core.ports import LiveStreams, X
from bot.daily.job import DailyJob
from bot.daily.rollup import Rollup
from bot.enrich import sources as enrich_sources
from bot.enrich.job import EnrichJob
from bot.health import heartbeat
from bot.health.alert import Alerter
from bot.health.health_facts import gather
from bot.health.problem import Expected
from bot.health.record import RunRecord, record_in
from bot.health.totals import Totals
from bot.jobs import Bot
from bot.lake import sources as lake_sources
from bot.names.database_names import DatabaseNames
from bot.outbox.send import Sender
from bot.outbox.settle import Settler
from bot.pictures import sources
from bot.pictures.job import PictureJob
from bot.post.plan import Planner
from bot.reply.answer import Answerer
from bot.reply.chat_answers import ChatAnswers
from bot.reply.genre_subjects import GenreSubjects
from bot.reply.inbox import Reader
from bot.reply.lookup import Lookup
from bot.reply.respond import Responder
from bot.spend.account import credentials_hash
from bot.spend.ledger import Ledger
from helperfunctions import embedded_postgres, migrations, reader
from helperfunctions.clock import Clock
from helperfunctions.database import Database, ReadPool
from helperfunctions.drawing import draw_png, draw_svg, svg_to_png
from helperfunctions.errors import DatabaseError
from helperfunctions.queries import Queries
from helperfunctions.settings import Loaded, Settings
from helperfunctions.token_cache import TokenFile

if TYPE_CHECKING:
    from bot.health.findings import Finding
    from bot.health.watch import Watch
    from bot.web.site import Site
    from helperfunctions.twitch_api import TwitchApi
    from helperfunctions.x_api import XApi

# Time limit of a chart that a visitor waits for.
_PICTURE_MAY_TAKE_SECONDS = 15


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
            migrations.ensure(database, upgrade=False)
            url = reader.of_embedded(database, own)
        pool = ReadPool(url, Queries())
        stack.callback(pool.close)
        migrations.check(pool)
        yield pool


def open_site(settings: Settings, reads: ReadPool, clock: Clock) -> "Site":
    """The dashboard over a database."""
    from bot.web.chat_choice import choice_of
    from bot.web.read.name_cache import NameCache
    from bot.web.read.pictures import Pictures
    from bot.web.site import Site

    is_ours = settings.database_url is None and settings.web_database_url is None
    return Site(
        database=reads,
        version_database=reads.second_pool(),
        revive=partial(embedded_postgres.revive, _embedded(settings)) if is_ours else lambda: None,
        check_schema=lambda: migrations.check(reads),
        name_cache=NameCache(lambda: DatabaseNames(reads), clock),
        clock=clock,
        calendar=Calendar(settings.timezone, settings.day_starts_at),
        poll_every=timedelta(minutes=settings.poll_every_minutes),
        post_at=settings.post_at,
        run_record=partial(record_in, settings.data_dir),
        draw_svg=partial(draw_svg, timeout_seconds=_PICTURE_MAY_TAKE_SECONDS),
        draw_card=partial(svg_to_png, timeout_seconds=_PICTURE_MAY_TAKE_SECONDS),
        root_path=settings.web_root_path,
        public_url=settings.web_public_url,
        title=settings.web_title,
        about_url=settings.web_about_url,
        account=settings.web_account,
        accent=settings.web_accent,
        requests_per_minute=settings.web_requests_per_minute,
        trusted_proxies=settings.trusted_proxies,
        has_genres=settings.igdb_enabled,
        pictures=Pictures(reads, clock, settings.no_pictures_of) if settings.web_pictures else None,
        chat=choice_of(settings, reads.writer(), clock) if settings.chat_source != "off" else None,
    )


def _embedded(settings: Settings) -> Path:
    return settings.data_dir / "postgres"


def database_at(url: str) -> Database:
    """Another database than that of the settings."""
    return Database(url, Queries())


@contextmanager
def open_bot(
    settings: Settings,
    *,
    clock: Clock,
    random: Callable[[], float],
    migrate: bool = False,
    database_may_be_away: bool = False,
    twitch_timeout: tuple[float, float] | None = None,
    x_timeout: tuple[float, float] | None = None,
    wait: Callable[[timedelta], bool] | None = None,
    draw: Callable[[Any], bytes] = draw_png,
) -> Iterator[Bot]:
    """Build a bot on its database, whose schema is right; unless the database may be away, which needs a leader.

    `wait` lets time pass between two requests to Twitch, and returns whether the process is to end. Time-outs are those
    to connect and to read, in seconds; the clients' own where none are given.
    """
    rate_limits_left: dict[str, float] = {}
    with ExitStack() as stack:
        database = stack.enter_context(open_database(settings))
        x = stack.enter_context(open_x(settings, clock, x_timeout, rate_limits_left))
        twitch = None
        if settings.twitch_client_id is not None and settings.twitch_client_secret is not None:
            interval = timedelta(minutes=settings.poll_every_minutes)
            twitch = stack.enter_context(
                open_twitch(settings, clock, twitch_timeout, None, rate_limits_left, interval, wait)
            )
        if not database_may_be_away:
            migrations.ensure(database, upgrade=migrate)
        # Not the client that takes polls: that is another thread's.
        directory = partial(open_twitch, settings, clock, twitch_timeout, sources.ATTEMPTS, rate_limits_left, wait=wait)
        pictures = sources.job_of(settings, database, clock, directory if twitch else None, twitch_timeout, wait)
        recorded = partial(lake_sources.games_recorded, settings, clock)
        enrich = enrich_sources.job_of(settings, database, clock, twitch_timeout, wait, recorded)
        bot = _built(settings, clock, random, database, x, twitch, rate_limits_left, draw, pictures, enrich)
        yield replace(bot, chat_job=switch.job_of(settings, database, clock, directory if twitch else None))


def _built(
    settings: Settings,
    clock: Clock,
    random: Callable[[], float],
    database: Database,
    x: X | None,
    twitch: LiveStreams | None,
    rate_limits_left: Mapping[str, float],
    draw: Callable[[Any], bytes],
    pictures: PictureJob,
    enrich: EnrichJob,
) -> Bot:
    """The steps over their clients."""
    calendar = Calendar(settings.timezone, settings.day_starts_at)
    names = DatabaseNames(database)
    ledger = Ledger(database, clock, settings.x_monthly_budget_usd, settings.x_account_owns_app)
    account = credentials_hash(settings)
    observer, twitch = lake_sources.observed(settings, clock, twitch)
    kept_polls = KeptPolls(settings.data_dir / "polls", settings.kept_polls_mb * 1_000_000, clock, observer)
    rollup = Rollup(database, clock, calendar, partial(lake_sources.intend_of, settings, clock))
    answerer = _answerer(settings, clock, calendar, database, names)
    responder, settler = None, None
    if x is not None:
        mentions = Reader(x, database, clock, ledger, account)
        retention = timedelta(days=settings.mention_retention_days)
        responder = Responder(database, account, mentions, answerer, retention)
        lag = timedelta(seconds=settings.x_settle_after_seconds)
        settler = Settler(x, database, clock, ledger, account, lag)
    return Bot(
        settings=settings,
        clock=clock,
        calendar=calendar,
        database=database,
        revive_database=_revive(settings),
        names=names,
        ledger=ledger,
        x=x,
        x_credentials_hash=account,
        rate_limits_left=rate_limits_left,
        kept_polls=kept_polls,
        collect_job=_collect_job(settings, clock, calendar, database, names, kept_polls, twitch),
        rollup=rollup,
        daily_job=DailyJob(partial(store_kept, kept_polls, database), rollup),
        pruner=Pruner(database, clock, calendar, timedelta(hours=settings.staging_retention_hours)),
        planner=Planner(database, clock, random, calendar, settings.post_at),
        answerer=answerer,
        responder=responder,
        sender=Sender(x, database, clock, ledger, settler, draw),
        picture_job=pictures,
        enrich_job=enrich,
        lake_job=lake_sources.job_of(settings, database, clock),
    )


def _answerer(
    settings: Settings, clock: Clock, calendar: Calendar, database: Database, names: DatabaseNames
) -> Answerer:
    # One poll may have failed.
    live_within = timedelta(minutes=2 * settings.poll_every_minutes + 5)
    return Answerer(
        database=database,
        clock=clock,
        calendar=calendar,
        names=names,
        lookup=Lookup(database, calendar, clock, live_within),
        genres=GenreSubjects(database),
        most_per_day=settings.replies_per_day,
        gives_hint=settings.hint_when_not_understood,
        chat=ChatAnswers(database, clock) if settings.chat_source != "off" else None,
    )


def _collect_job(
    settings: Settings,
    clock: Clock,
    calendar: Calendar,
    database: Database,
    names: DatabaseNames,
    kept_polls: KeptPolls,
    twitch: LiveStreams | None,
) -> CollectJob | None:
    if twitch is None:
        return None
    collector = Collector(
        live=twitch,
        database=database,
        clock=clock,
        calendar=calendar,
        more_than_viewers=settings.min_viewers,
        interval_minutes=settings.poll_every_minutes,
        kept=kept_polls,
        observer=kept_polls.observer,
    )
    return CollectJob(collector, names, heartbeat.of_settings(settings))


def _revive(settings: Settings) -> Callable[[], None]:
    """A function that starts the embedded server again; it does nothing for a database of DATABASE_URL."""
    if settings.database_url is not None:
        return lambda: None
    return partial(embedded_postgres.revive, _embedded(settings))


def with_watch(
    bot: Bot,
    *,
    leads: Callable[[], bool] = lambda: True,
    record: Callable[[], RunRecord] = RunRecord,
    preparing_since: Callable[[], datetime | None] = lambda: None,
    why_without_database: Callable[[], DatabaseError | None] = lambda: None,
) -> tuple[Bot, "Watch"]:
    """The same bot with the watch over its health, which answers /healthz, /readyz and /metrics and sends the alert."""
    from bot.health.watch import Watch

    settings, alerter = bot.settings, None
    if settings.alert_webhook_url is not None:
        from helperfunctions import webhook

        send = partial(webhook.send, settings.alert_webhook_url.get_secret_value())
        alerter = Alerter(send, settings.data_dir / "alert.json")
    interval = timedelta(minutes=settings.poll_every_minutes)
    watch = Watch(
        clock=bot.clock,
        read=partial(gather, bot.database, bot.clock, bot.calendar, settings, Totals()),
        expected=Expected(bot.calendar, interval, settings.post_at, since=bot.clock.now()),
        data_dir=settings.data_dir,
        leads=leads,
        kept_polls=lambda: len(bot.kept_polls.waiting()),
        rate_limits=lambda: dict(bot.rate_limits_left),
        alerter=alerter,
        record=record,
        preparing_since=preparing_since,
        why_without_database=why_without_database,
    )
    return replace(bot, watch=watch), watch


def examine(load: Callable[[], Loaded], clock: Clock, *, is_offline: bool = False) -> "Iterator[Finding]":
    """Run the checks of `watchtime check`. `load` reads the settings, or raises SettingsError."""
    from bot.health import doctor
    from bot.health.checks.session import Openers

    openers = Openers(load, open_database, partial(open_twitch, attempts=1), open_x, credentials_hash)
    return doctor.examine(openers, clock, is_offline=is_offline)


@contextmanager
def open_twitch(
    settings: Settings,
    clock: Clock,
    timeout: tuple[float, float] | None = None,
    attempts: int | None = None,
    calls_left: MutableMapping[str, float] | None = None,
    interval: timedelta | None = None,
    wait: Callable[[timedelta], bool] | None = None,
) -> "Iterator[TwitchApi]":
    """Twitch for our application, with the client's own limits where none are given.

    With an `interval` between two polls, the limits are tightened so that a poll ends before the next one begins.
    Raises SettingsError without credentials.
    """
    from helperfunctions.twitch_api import TwitchApi
    from helperfunctions.twitch_http import ATTEMPTS, TIMEOUT

    timeout, patience_seconds = timeout or TIMEOUT, None
    if interval is not None:
        timeout, patience_seconds = limits_of_a_page(timeout, interval.total_seconds())
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
