"""The command line: one verb per job and per task of an operator. Translates arguments and prints results.

Each verb imports what it needs inside its function, so that `--help` does not load a database driver.
"""

import logging
import random
import sys
from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from bot import __version__
from bot.cli import chat, check, develop, jobs, lake, operations, web, x
from bot.cli.common import examples, opened_bot, table_lines, terminal_width
from bot.cli.extras import missing_extra
from bot.core.polls import CrawlEnd, PollStatus
from helperfunctions import environment, log
from helperfunctions.clock import SystemClock
from helperfunctions.errors import SettingsError, TwitchRefused, TwitchUnavailable, WatchTimeError

if TYPE_CHECKING:
    from bot.core.day_results import RolledUpDay
    from bot.core.posts import DaySummaries

# The one description of the exit codes: the help prints it, and the documentation has the same table.
EXIT_CODES: Final[Mapping[int, str]] = {
    0: "done",
    2: "wrong usage",
    65: "unusable backup, the target database is in use, or objects of the lake are missing or damaged",
    66: "no such day, or it is not measured yet",
    69: "Twitch or X rejected the request; repeating it does not help",
    70: "internal error",
    74: "the output cannot be written",
    75: "temporary: try again later (Twitch, X, AWS or the database is unavailable, the month's budget is spent, or "
    "another process is doing this job)",
    78: "fix the configuration",
}

app = typer.Typer(
    name="watchtime",
    help="Measures Twitch watch time: polls live streams, rolls up each day, posts the top games and streamers.",
    epilog="\b\nExit codes:\n"
    + "\n".join(
        line for code, meaning in EXIT_CODES.items() for line in table_lines((f"  {code:>2}", meaning), [], width=78)
    ),
    no_args_is_help=True,
    add_completion=False,
    # Plain help: importing rich's help formatter takes longer than everything else that --help does.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is not a date; write it as in 2026-11-21") from None


DayOption = Annotated[
    date | None,
    typer.Option("--day", parser=_date, metavar="YYYY-MM-DD", help="The date on which the day starts."),
]


def _show_version(is_wanted: bool) -> None:
    if is_wanted:
        typer.echo(f"watchtime {__version__}")
        raise typer.Exit


def main() -> None:
    """The console script: every expected error is one line on standard error and an exit code."""
    environment.prepare_process()
    try:
        with environment.output_that_is_written():
            app(sys.argv[1:] or ["--help"], prog_name="watchtime")
    except SettingsError as exc:
        for problem in exc.problems:
            _complain(problem)
        sys.exit(exc.exit_code)
    except WatchTimeError as exc:
        logging.getLogger(__name__).debug("the error in full", exc_info=True)
        _complain(str(exc))
        sys.exit(exc.exit_code)
    except ModuleNotFoundError as exc:
        message = missing_extra(exc)
        if message is None:
            raise
        _complain(message)
        sys.exit(SettingsError.exit_code)


def _complain(problem: str) -> None:
    print(f"watchtime: {problem}", file=sys.stderr)  # noqa: T201


@app.callback()
def before_any(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every detail to standard error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Set up the log, for every verb."""
    log.set_up("DEBUG" if verbose else "INFO")


@app.command(epilog=examples("watchtime run", "LOG_FORMAT=json watchtime run"))
def run() -> None:
    """Run every job when it is due, until stopped.

    Ctrl-C or SIGTERM stops it; it then finishes the jobs that are running. At start it applies migrations, takes a
    poll if the last good one is older than one interval, and catches up on jobs that were due while it was down. A job
    that fails repeatedly is retried with growing pauses, up to an hour.

    While another bot runs on the same database, this one is on standby. While the database is unavailable, polls
    continue and are stored on disk. While a credential is refused, the credentials are read again every five minutes.
    """
    from bot.runtime.credentials import CredentialReload, run_reloading
    from bot.runtime.run import run_once
    from bot.runtime.signals import Stop
    from helperfunctions import settings

    loaded = settings.load().settings
    loaded.twitch_credentials()
    log.set_up(logging.getLevelName(logging.getLogger().level), loaded.log_format)
    clock, stop = SystemClock(), Stop()
    reload = CredentialReload(loaded, lambda: settings.load().settings, clock, stop)
    run_reloading(reload, partial(run_once, reload=reload, clock=clock, stop=stop), stop)


@app.command(epilog=examples("watchtime collect", "watchtime --verbose collect   # log each request"))
def collect() -> None:
    """Take one poll of Twitch and store it in staging.

    Ends with 75 when Twitch did not answer or another process is collecting, and with 78 when Twitch rejects the
    credentials.
    """
    from bot.wiring import open_bot
    from helperfunctions import settings

    loaded = settings.load().settings
    loaded.twitch_credentials()
    with (
        open_bot(loaded, clock=SystemClock(), random=random.random) as bot,
        bot.database.writing(),
    ):
        assert bot.collect_job is not None  # noqa: S101 - for the type checker: there are credentials
        poll = bot.collect_job.take_poll()
    typer.echo(
        f"Poll {poll.poll_id} of {poll.day}: {poll.status}, {poll.streams:,} streams with {poll.viewers:,} viewers "
        f"from {poll.pages:,} pages ({poll.duplicates:,} seen twice, {poll.set_aside:,} set aside)"
    )
    if poll.error:
        typer.echo(f"watchtime: {poll.error}", err=True)
    if poll.ended_because is CrawlEnd.TWITCH_REFUSED:
        raise typer.Exit(TwitchRefused.exit_code)
    if poll.status is PollStatus.FAILED:
        raise typer.Exit(TwitchUnavailable.exit_code)


@app.command(
    epilog=examples(
        "watchtime daily", "watchtime daily --day 2026-11-21   # once more, while its streams are in staging"
    )
)
def daily(day: DayOption = None) -> None:
    """Roll up every finished day that is not rolled up yet.

    With --day, roll up one day again; possible while its raw streams are in staging.
    """
    with opened_bot() as bot:
        done = [bot.rollup.redo(day)] if day else bot.rollup.daily()
    for rolled_up in done:
        typer.echo(_day_line(rolled_up))
    if not done:
        typer.echo("Nothing is due: every finished day with polls is rolled up.")


@app.command(
    epilog=examples(
        "watchtime post --dry-run --charts charts   # show the posts, and draw their charts into charts/",
        "watchtime post",
        "watchtime post --day 2026-11-21",
    )
)
def post(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the summaries and send nothing.")] = False,
    day: DayOption = None,
    charts: Annotated[
        Path | None,
        typer.Option("--charts", metavar="FOLDER", help="With --dry-run: draw the charts into this folder."),
    ] = None,
) -> None:
    """Post the summaries of the newest finished day, or of --day.

    A summary that was posted is not posted again. The first day that is measured is posted when it is over: on the
    day after the bot's start, or two days after a start in the evening (Pacific time).
    """
    from bot.core.posts import OutboxRow
    from helperfunctions.database import records

    with opened_bot() as bot:
        if dry_run:
            _show(bot.planner.summaries(day), charts)
            return
        with bot.database.writing():
            planned = bot.planner.plan_now(day)
            bot.sender.send()
        with bot.database.transaction() as tx:
            posts = records(OutboxRow, tx.outbox.of_day(day=planned.date))
        for row in posts:
            typer.echo(f"{row.kind}: {row.status}" + (f" – {row.why}" if row.why else f" {row.x_id or ''}"))


@app.command(epilog=examples("watchtime migrate", "WEB_DATABASE_URL_FILE=reading-url watchtime migrate"))
def migrate() -> None:
    """Bring the schema of the database up to date.

    It also creates the role of WEB_DATABASE_URL, if that is set, and gives it its rights. It may run next to the bot,
    and twice at once.
    """
    from bot.wiring import open_database
    from helperfunctions import migrations, reader, settings

    in_force = settings.load().settings
    with open_database(in_force) as database:
        with database.writing():
            applied = migrations.migrate(database)
        typer.echo(f"Applied {', '.join(applied)}." if applied else "The schema is up to date.")
        if in_force.web_database_url is not None:
            role = reader.prepare(database, in_force.web_database_url.get_secret_value())
            typer.echo(f"The role {role} may read what the dashboard shows.")


@app.command(epilog=examples("watchtime config", "watchtime config | grep X_", "POST_AT=15:00 watchtime config"))
def config() -> None:
    """Show every setting, its value and its origin. Secrets are not shown."""
    from helperfunctions import settings

    rows = [(shown.name, shown.value, shown.origin, shown.description) for shown in settings.show(settings.load())]
    for line in table_lines(("setting", "value", "from", "meaning"), rows, terminal_width()):
        typer.echo(line)


def _day_line(day: "RolledUpDay") -> str:
    return (
        f"Day {day.date}: {day.watch_hours:,.0f} hours watched, {day.airtime_hours:,.0f} hours on the air, "
        f"{day.polls} polls, {day.coverage:.1%} of the day covered"
    )


def _show(summaries: "DaySummaries", charts: Path | None) -> None:
    """Print the posts of a day, and draw their charts into a folder if one is given."""
    if summaries.skipped_because:
        typer.echo(f"Nothing would be posted: {summaries.skipped_because}.")
    typer.echo("\n\n".join(summary.text for summary in summaries.summaries))
    if charts is not None:
        _draw(summaries, charts)


def _draw(summaries: "DaySummaries", folder: Path) -> None:
    from helperfunctions.drawing import draw_png

    folder.mkdir(parents=True, exist_ok=True)
    for summary in summaries.summaries:
        if summary.chart is not None:
            path = folder / f"{summaries.date}-{summary.kind}.png"
            path.write_bytes(draw_png(summary.chart.spec))
            typer.echo(f"{path}: {summary.chart.alt_text}")


jobs.add_to(app)
x.add_to(app)
check.add_to(app)
operations.add_to(app)
lake.add_to(app)
web.add_to(app)
chat.add_to(app)
develop.add_to(app)
