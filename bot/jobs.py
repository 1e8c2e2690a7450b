"""THE table of jobs: what the running bot does, when, and under which conditions.

A new job is one row of JOBS, a folder of its code in bot/ (named in the layers of pyproject.toml), and a folder of its
queries in sql/. From the row follow its verb on the command line, its turns in `watchtime run`, the watch over its
failures, and its lock, which a restore takes.

Imports nothing at run time, so that `watchtime --help` stays fast: triggers are described here as data, and
bot.runtime.schedule makes them triggers of the scheduler.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from datetime import date, time
    from zoneinfo import ZoneInfo

    from bot.chat.job import ChatJob
    from bot.collect.job import CollectJob
    from bot.collect.keep import KeptPolls
    from bot.collect.prune import Pruner
    from bot.core.calendar import Calendar
    from bot.core.ports import X
    from bot.daily.job import DailyJob
    from bot.daily.rollup import Rollup
    from bot.enrich.job import EnrichJob
    from bot.health.watch import Watch
    from bot.lake.job import LakeJob
    from bot.names.database_names import DatabaseNames
    from bot.outbox.send import Sender
    from bot.pictures.job import PictureJob
    from bot.post.plan import Planner
    from bot.reply.answer import Answerer
    from bot.reply.respond import Responder
    from bot.spend.ledger import Ledger
    from helperfunctions.clock import Clock
    from helperfunctions.database import Database
    from helperfunctions.settings import Settings

# The outbox is checked this often, in seconds.
SEND_EVERY_SECONDS: Final = 10
# Chat that waits is counted this often, in seconds.
COUNT_CHAT_EVERY_SECONDS: Final = 1
# The health of the bot is checked this often, in seconds.
WATCH_EVERY_SECONDS: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """The parts of a bot, built by bot.wiring.

    `collect_job` is None without credentials for Twitch; `x` and `responder` are None without credentials for X;
    `lake_job` is None without LAKE_URL; `watch` is None except in `watchtime run`.
    """

    settings: "Settings"
    clock: "Clock"
    calendar: "Calendar"
    database: "Database"
    revive_database: Callable[[], None]
    """Starts a database that is ours to start; does nothing for another."""
    names: "DatabaseNames"
    ledger: "Ledger"
    x: "X | None"
    x_credentials_hash: str
    rate_limits_left: Mapping[str, float]
    """The share that is left of each rate limit of Twitch and X, as of their last response."""
    kept_polls: "KeptPolls"
    collect_job: "CollectJob | None"
    rollup: "Rollup"
    daily_job: "DailyJob"
    pruner: "Pruner"
    planner: "Planner"
    answerer: "Answerer"
    responder: "Responder | None"
    sender: "Sender"
    enrich_job: "EnrichJob"
    lake_job: "LakeJob | None"
    picture_job: "PictureJob"
    watch: "Watch | None" = None
    chat_job: "ChatJob | None" = None
    """None with CHAT_SOURCE=off."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A trigger: at this interval in seconds, counted from a fixed instant."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Minutes:
    """A trigger: at these minutes of each hour (UTC), as crontab writes them: "10", "7,22,37,52", "*/30"."""

    crontab: str


@dataclass(frozen=True, slots=True)
class Daily:
    """A trigger: once a day, by the wall clock of a time zone."""

    at: "time"
    timezone: "ZoneInfo"


Trigger = Interval | Minutes | Daily


class AtStart(StrEnum):
    """The condition to run a job as soon as the bot leads: after a start, a loss of the database, or a suspend."""

    ALWAYS = "always"
    IF_POLL_IS_DUE = "if_poll_is_due"
    """Only if the last good poll is older than the interval between two polls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One row of the table."""

    name: str
    does: str
    """One sentence, for help texts."""
    due: "Callable[[Settings], tuple[Trigger, ...]]"
    """Returns the triggers under these settings; the job is due whenever one of them fires."""
    run: "Callable[[Bot], Callable[[], object] | None]"
    """The function that it runs; None if this bot lacks the part for it, because credentials are missing."""
    at_start: AtStart = AtStart.ALWAYS
    without_database: bool = False
    """True: it also runs while the database is unavailable."""
    never_delayed: bool = False
    """True: it runs at each turn, even after failures; other jobs back off."""
    skips_while_running: bool = False
    """True: a turn that is due while the job still runs is skipped; other jobs run once more afterwards."""
    verb: str | None = None
    """The verb of the command line that does it once, if one is written; otherwise `watchtime NAME` is made of this
    row."""
    report: Callable[[Any], str] = str
    """Returns the text that the verb of this job prints for a result."""


def _every_poll(settings: "Settings") -> tuple[Trigger, ...]:
    """In UTC, so that polls stay equally far apart when the clocks change."""
    minutes = settings.poll_every_minutes
    return (Minutes("0" if minutes == 60 else f"*/{minutes}"),)


def _summaries_are_due(settings: "Settings") -> Trigger:
    from bot.core.calendar import due_time

    return Daily(due_time(settings.day_starts_at, settings.post_at), settings.timezone)


def _deleted(days: "list[date]") -> str:
    return f"Deleted the raw streams of {', '.join(map(str, days))}." if days else "Nothing to delete."


# In the order in which jobs run that are due at the same moment. Each finds its work in the database, so the next turn
# makes up for one that was missed or failed.
JOBS: Final = (
    Job(
        name="collect",
        does="Take one poll of Twitch into staging.",
        due=_every_poll,
        run=lambda bot: bot.collect_job.run if bot.collect_job else None,
        at_start=AtStart.IF_POLL_IS_DUE,
        # A poll that is not taken is lost; without the database it is kept on disk.
        without_database=True,
        never_delayed=True,
        skips_while_running=True,
        verb="collect",
    ),
    Job(
        name="daily",
        does="Roll up every finished day that is not rolled up.",
        # As the day ends; the quarters of an hour are for a roll-up that failed.
        due=lambda settings: (Daily(settings.day_starts_at, settings.timezone), Minutes("7,22,37,52")),
        run=lambda bot: bot.daily_job.run,
        verb="daily",
    ),
    Job(
        name="prune",
        does="Delete the raw streams of days past STAGING_RETENTION_HOURS.",
        due=lambda settings: (Minutes("10"),),
        run=lambda bot: bot.pruner.prune,
        report=_deleted,
    ),
    Job(
        name="post",
        does="Plan the summaries of the newest finished day.",
        # The quarters of an hour are for a roll-up that was late.
        due=lambda settings: (_summaries_are_due(settings), Minutes("9,24,39,54")),
        run=lambda bot: bot.planner.plan_if_due,
        verb="post",
    ),
    Job(
        name="reply",
        does="Read the mentions and decide on answers.",
        due=lambda settings: (Interval(settings.mentions_every_seconds),),
        run=lambda bot: bot.responder.respond if bot.responder else None,
        verb="reply",
    ),
    Job(
        name="outbox",
        does="Send the posts that are due.",
        due=lambda settings: (Interval(SEND_EVERY_SECONDS),),
        run=lambda bot: bot.sender.send,
        verb="outbox send",
    ),
    Job(
        name="enrich",
        does="With IGDB_ENABLED: fetch genres of games, sum up days by genre.",
        # Some minutes after each poll, which may have brought new games.
        due=lambda settings: (Minutes("5,20,35,50"),),
        run=lambda bot: bot.enrich_job.run,
    ),
    Job(
        name="lake",
        does="With LAKE_URL: put what is due into the data lake, delete what expired.",
        # Some minutes after each poll and its genres.
        due=lambda settings: (Minutes("2,17,32,47"),),
        run=lambda bot: bot.lake_job.run if bot.lake_job else None,
        verb="lake",
    ),
    Job(
        name="pictures",
        does="Fetch pictures for the dashboard, and delete old ones.",
        # Some minutes after each poll, whose games and streamers are on the pages.
        due=lambda settings: (Minutes("13,43"),),
        run=lambda bot: bot.picture_job.run,
    ),
    Job(
        name="chat",
        does="With CHAT_SOURCE: count the chat that waits.",
        due=lambda settings: (Interval(COUNT_CHAT_EVERY_SECONDS),),
        run=lambda bot: bot.chat_job.count if bot.chat_job else None,
        skips_while_running=True,
        verb="chat count",
    ),
    Job(
        name="chat-live",
        does="With CHAT_SOURCE: fetch which followed channels are live, and their viewers.",
        due=lambda settings: (Minutes("*"),),
        run=lambda bot: bot.chat_job.look if bot.chat_job else None,
        verb="chat look",
    ),
    Job(
        name="watch",
        does="Check the health of the bot.",
        due=lambda settings: (Interval(WATCH_EVERY_SECONDS),),
        run=lambda bot: bot.watch.check if bot.watch else None,
        # It reports what fails.
        without_database=True,
        never_delayed=True,
        verb="check",
    ),
)
