"""The command line: one verb per job, each the function that the timetable calls. Only translates.

Each verb imports what it needs: nobody who asks for help waits for a database driver.
"""

import logging
import random
import sys
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bot import __version__
from bot.cli import check, develop, jobs, operations, web, x
from bot.core.polls import CrawlEnd, PollStatus
from bot.core.posts import DaySummaries, OutboxRow
from bot.core.watch_time import RolledUpDay
from helperfunctions import environment, log
from helperfunctions.clock import SystemClock
from helperfunctions.errors import SettingsError, TwitchRefused, TwitchUnavailable, WatchTimeError

app = typer.Typer(
    name="watchtime",
    help="Knows how much Twitch is watched: polls it, adds up each day, and says what was watched most.",
    epilog="Exit codes: 0 done, 2 wrong usage, 65 no usable backup, or a database in use, 66 no such day, 69 Twitch or "
    "X refuses the request, 70 internal error, 74 the output cannot be written, 75 try again later (Twitch, X, AWS or "
    "the database is away, the month's budget is spent, or another process is doing this job), 78 fix the "
    "configuration.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

DayOption = Annotated[
    datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], help="The date on which the day starts.")
]


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"watchtime {__version__}")
        raise typer.Exit


def main() -> None:
    """The console script: every expected error is one line on standard error and an exit code."""
    environment.prepare_process()
    try:
        with environment.output_that_is_written():
            app(prog_name="watchtime")
    except SettingsError as exc:
        for problem in exc.problems:
            print(f"watchtime: {problem}", file=sys.stderr)  # noqa: T201
        sys.exit(exc.exit_code)
    except WatchTimeError as exc:
        logging.getLogger(__name__).debug("the error in full", exc_info=True)
        print(f"watchtime: {exc}", file=sys.stderr)  # noqa: T201
        sys.exit(exc.exit_code)


@app.callback()
def before_any(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every detail to standard error.")] = False,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Set up the log, for every verb."""
    log.set_up("DEBUG" if verbose else "INFO")


@app.command()
def run() -> None:
    """Do every job when it is due, until stopped (Ctrl-C or SIGTERM); then finish what is going on.

    At start it applies migrations, takes a poll if the last good one is older than an interval, and catches up on
    what was due while it was down. A job that fails again and again waits for longer each time, up to an hour. While
    another bot runs on the same database it stands by. While the database is away it goes on polling, and keeps the
    polls on disk. While a credential is refused it looks for a newer one where they come from.
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


@app.command()
def collect() -> None:
    """Take one poll of Twitch into staging.

    Ends with 75 when Twitch did not answer or another collector is at work, with 78 when Twitch refuses the
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
        assert bot.poll_turn is not None  # noqa: S101 - for the type checker: there are credentials
        poll = bot.poll_turn.take_poll()
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


@app.command()
def daily(day: DayOption = None) -> None:
    """Roll up every finished day that is not done; with --day, one day again while its streams are in staging."""
    from bot.wiring import open_bot
    from helperfunctions import settings

    with open_bot(settings.load().settings, clock=SystemClock(), random=random.random) as bot:
        done = [bot.rollup.redo(day.date())] if day else bot.rollup.daily()
    for one in done:
        typer.echo(_day_line(one))
    if not done:
        typer.echo("Nothing is due: every finished day with polls is rolled up.")


@app.command()
def post(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the summaries and send nothing.")] = False,
    day: DayOption = None,
    charts: Annotated[
        Path | None, typer.Option("--charts", help="With --dry-run: draw the charts into this folder.")
    ] = None,
) -> None:
    """Post the summaries of a day to X, by default of the newest finished one. What was posted is not posted again."""
    from bot.wiring import open_bot
    from helperfunctions import settings
    from helperfunctions.database import records

    with open_bot(settings.load().settings, clock=SystemClock(), random=random.random) as bot:
        named = day.date() if day else None
        if dry_run:
            _show(bot.planner.summaries(named), charts)
            return
        with bot.database.writing():
            planned = bot.planner.plan_now(named)
            bot.sender.send()
        with bot.database.transaction() as tx:
            posts = records(OutboxRow, tx.outbox.of_day(day=planned.date))
        for row in posts:
            typer.echo(f"{row.kind}: {row.status}" + (f" – {row.why}" if row.why else f" {row.x_id or ''}"))


@app.command()
def migrate() -> None:
    """Bring the database's schema up to date, and the role of WEB_DATABASE_URL if it is set. Two at once is fine."""
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


@app.command()
def config() -> None:
    """Show every setting, its value and where it came from; never a secret."""
    from rich.console import Console
    from rich.table import Table

    from helperfunctions import settings

    table = Table("setting", "value", "from", "meaning", box=None)
    for shown in settings.show(settings.load()):
        table.add_row(shown.name, shown.value, shown.origin, shown.description)
    console = Console()
    # In a pipe there is no width to keep to: one line per setting, for grep.
    Console(width=console.width if console.is_terminal else 400).print(table)


def _day_line(day: RolledUpDay) -> str:
    return (
        f"Day {day.date}: {day.watch_hours:,.0f} hours watched, {day.airtime_hours:,.0f} hours on the air, "
        f"{day.polls} polls, {day.coverage:.1%} of the day covered"
    )


def _show(summaries: DaySummaries, charts: Path | None) -> None:
    """What would be posted: the words, and the charts as files."""
    from helperfunctions.drawing import draw_png

    if summaries.skipped_because:
        typer.echo(f"Nothing would be posted: {summaries.skipped_because}.")
    typer.echo("\n\n".join(summary.text for summary in summaries.summaries))
    for summary in summaries.summaries if charts is not None else ():
        assert charts is not None  # noqa: S101 - for the type checker
        charts.mkdir(parents=True, exist_ok=True)
        path = charts / f"{summaries.date}-{summary.kind}.png"
        if summary.chart is not None:
            path.write_bytes(draw_png(summary.chart.spec))
            typer.echo(f"{path}: {summary.chart.alt_text}")


jobs.add_to(app)
x.add_to(app)
check.add_to(app)
operations.add_to(app)
web.add_to(app)
develop.add_to(app)
