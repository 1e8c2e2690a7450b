"""The verbs of the data lake. Translates arguments and prints results."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.common import examples, table_lines, terminal_width
from helperfunctions.clock import SystemClock
from helperfunctions.errors import LakeError

if TYPE_CHECKING:
    from bot.lake.store import Lake
    from bot.lake.work import LakeRun

lake_app = typer.Typer(no_args_is_help=False, rich_markup_mode=None)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is not a date; write it as in 2026-11-21") from None


FromOption = Annotated[
    date | None, typer.Option("--from", parser=_day, metavar="YYYY-MM-DD", help="The first day. Default: the newest.")
]
ToOption = Annotated[
    date | None, typer.Option("--to", parser=_day, metavar="YYYY-MM-DD", help="The last day. Default: the first.")
]


def add_to(app: typer.Typer) -> None:
    """Add these verbs to the command line."""
    app.add_typer(lake_app, name="lake")


@contextmanager
def _opened(*, to_change: bool = True) -> "Iterator[Lake]":
    """The lake of the current settings, for as long as the block; to change it, with the lock of the job."""
    from bot.collect.replay import streams_again
    from bot.lake.sources import opened
    from bot.wiring import open_database
    from helperfunctions import migrations, settings

    loaded = settings.load().settings
    with ExitStack() as stack:
        database = stack.enter_context(open_database(loaded))
        migrations.ensure(database, upgrade=False)
        if to_change:
            stack.enter_context(database.writing())
            stack.enter_context(database.exclusive("lake"))
        yield stack.enter_context(opened(loaded, database, SystemClock(), streams_again))


def _finish(run: "LakeRun") -> None:
    """Print the result of a task, and end with the first of its errors."""
    typer.echo(str(run))
    if run.errors:
        raise run.errors[0]


@lake_app.callback(
    invoke_without_command=True,
    epilog=examples("watchtime lake", "LAKE_URL=file:///srv/lake watchtime lake", "watchtime lake status"),
)
def lake(context: typer.Context) -> None:
    """Do everything in the data lake that is due.

    It is what the job `lake` does after each poll, and needs LAKE_URL. The verbs below do parts of it.
    """
    if context.invoked_subcommand is not None:
        return
    from bot.lake.work import whole_turn

    with _opened() as lake:
        _finish(whole_turn(lake))


@lake_app.command(epilog=examples("watchtime lake transform   # then: watchtime lake load"))
def transform() -> None:
    """Make Parquet files of the polls and days that are due, in DATA_DIR. Needs no store."""
    from bot.lake import work

    with _opened() as lake:
        run = work.LakeRun()
        work.plan(lake)
        with _progress(len(work.due(lake, work.FROM_DATABASE))) as advance:
            work.transform(lake, run, advance)
    _finish(run)


@lake_app.command(epilog=examples("watchtime lake load"))
def load() -> None:
    """Put the files of `transform` into the lake, each once."""
    from bot.lake import work
    from bot.lake.layout import PAGES

    with _opened() as lake:
        run = work.LakeRun()
        with _progress(len(work.due(lake, (*work.FROM_DATABASE, *PAGES)))) as advance:
            work.load(lake, run, advance)
    _finish(run)


@lake_app.command(epilog=examples("watchtime lake seal"))
def seal() -> None:
    """Make one sorted object of each finished day, and delete those of its polls."""
    from bot.lake import work
    from bot.lake.layout import STREAMS

    with _opened() as lake:
        run = work.LakeRun()
        with _progress(len(work.due(lake, (STREAMS,)))) as advance:
            work.seal(lake, run, advance)
    _finish(run)


@lake_app.command(
    epilog=examples(
        "watchtime lake rollup --from 2026-11-21",
        "watchtime lake rollup --from 2026-11-01 --to 2026-11-30 --write",
        "watchtime lake rollup --from 2026-11-01 --to 2026-11-30 --engine sc://localhost:15002",
    )
)
def rollup(
    first: FromOption = None,
    last: ToOption = None,
    write: Annotated[bool, typer.Option("--write", help="Replace the days' rows in the curated layer.")] = False,
    engine: Annotated[
        str | None, typer.Option("--engine", metavar="ADDRESS", help="duckdb or sc://host:port. Default: LAKE_ENGINE.")
    ] = None,
) -> None:
    """Compute the hours of days from their sealed streams, and compare them with the database.

    Ends with 66 when the lake has no streams of these days any more, with 70 when the hours differ, and with 75 when
    the engine does not answer.
    """
    from bot.lake.rollup import roll_up

    with _opened(to_change=write) as lake:
        begin, end = _span(lake, first, last)
        lake = replace(lake, engine=engine or lake.engine)
        with _progress((end - begin).days + 1) as advance:
            done = roll_up(lake, begin, end, write=write, advance=advance)
    for day in done:
        compared = "not in the database" if day.in_database is None else "as in the database"
        typer.echo(
            f"Day {day.day}: {day.watch_hours:,.0f} hours watched, {day.airtime_hours:,.0f} hours on the air, "
            f"{day.polls} polls, {compared}"
        )


@lake_app.command(epilog=examples("watchtime lake verify", "watchtime lake verify --deep   # read every object"))
def verify(
    deep: Annotated[bool, typer.Option("--deep", help="Read every object, and count its rows.")] = False,
) -> None:
    """Compare the objects of the lake with the ledger in the database.

    Ends with 65 when an object is missing, damaged or an orphan; `watchtime lake repair` fixes that. Ends with 75 when
    there are faults and another process writes into the lake, which may be their reason.
    """
    from bot.lake.verify import confirmed
    from bot.lake.verify import verify as compare

    with _opened(to_change=False) as lake:
        with _progress(_objects(lake)) as advance:
            found = compare(lake, deep=deep, advance=advance)
        if found.findings:
            # Another process may have written meanwhile.
            with lake.database.exclusive("lake"):
                found = confirmed(lake, found, deep=deep)
    for finding in found.findings:
        typer.echo(str(finding))
    typer.echo(f"{found.objects:,} objects compared, {len(found.findings)} faults, {found.due} still due.")
    if found.findings:
        raise LakeError("the lake differs from the ledger: run `watchtime lake repair`")


@lake_app.command(epilog=examples("watchtime lake repair", "watchtime lake repair --deep"))
def repair(
    deep: Annotated[bool, typer.Option("--deep", help="Read every object first, as `verify --deep`.")] = False,
) -> None:
    """Put missing and damaged objects again, from PostgreSQL, the objects of polls or raw pages; delete orphans.

    Ends with 65 when something cannot be repaired, because nothing has its rows any more.
    """
    from bot.lake.verify import repair as fix
    from bot.lake.verify import verify as compare

    with _opened() as lake:
        with _progress(_objects(lake)) as advance:
            found = compare(lake, deep=deep, advance=advance)
        with _progress(len(found.findings)) as advance:
            repaired = fix(lake, found.findings, advance)
    for key in repaired.done:
        typer.echo(f"{key}: repaired")
    for key, reason in repaired.failed.items():
        typer.echo(f"{key}: not repaired: {reason}")
    typer.echo(f"{len(repaired.done)} objects repaired, {len(repaired.failed)} not.")
    if repaired.failed:
        raise LakeError("some objects cannot be repaired: see the lines above")


@lake_app.command(epilog=examples("watchtime lake prune"))
def prune() -> None:
    """Delete the streams of days that ended more than LAKE_STREAMS_HOURS ago."""
    from bot.lake.prune import prune as delete

    with _opened() as lake:
        typer.echo(f"{delete(lake)} objects deleted.")


@lake_app.command(epilog=examples("watchtime lake forget --streamer 71092938"))
def forget(
    streamer: Annotated[str, typer.Option("--streamer", metavar="ID", help="The id of the streamer on Twitch.")],
) -> None:
    """Take a streamer's rows out of every object, now and in future. The sums of games keep their hours."""
    from bot.lake import forget as forgetting

    with _opened() as lake:
        streamer = _id_of(lake, streamer)
        with _progress(_objects(lake)) as advance:
            rewritten = forgetting.forget(lake, streamer, advance)
    typer.echo(f"{rewritten} objects rewritten without streamer {streamer}.")


@lake_app.command(
    epilog=examples("watchtime lake restore --from 2026-11-01 --to 2026-11-30   # after the database was lost")
)
def restore(first: FromOption = None, last: ToOption = None) -> None:
    """Replace days of the database's daily tables by those of the lake.

    Ends with 66 when the lake has none of these days.
    """
    from bot.lake import restore as restoring

    if first is None:
        raise typer.BadParameter("name the first day: --from 2026-11-01")
    with _opened() as lake:
        begin, end = _span(lake, first, last)
        with _progress(len(restoring.months_in(begin, end))) as advance:
            done = restoring.restore(lake, begin, end, advance)
    typer.echo(f"{len(done)} days restored, from {done[0]} to {done[-1]}.")


@lake_app.command(epilog=examples("watchtime lake check"))
def check() -> None:
    """Check that the lake can be written safely, is not public, and keeps streams no longer than allowed.

    Writes and deletes a small object. Ends with 78 when there is a problem.
    """
    from bot.lake.check import Level
    from bot.lake.check import check as examine

    with _opened() as lake:
        findings = list(examine(lake))
    for line in table_lines(("", ""), [(found.level, found.message) for found in findings], terminal_width())[1:]:
        typer.echo(line)
    if any(found.level is Level.PROBLEM for found in findings):
        raise typer.Exit(78)


@lake_app.command(epilog=examples("watchtime lake status"))
def status() -> None:
    """Show what is in the lake, what is due, and what went wrong, from the ledger alone."""
    with _opened(to_change=False) as lake:
        with lake.database.transaction() as tx:
            found = list(tx.lake.totals(lake=lake.url))
        typer.echo(f"The lake at {lake.url}")
    rows = []
    for one in found:
        numbers = (f"{number:,}" for number in (one.objects, one.stored_rows, one.stored_bytes))
        rows.append((one.dataset, one.status, *numbers, one.problem or ""))
    for line in table_lines(("dataset", "status", "objects", "rows", "bytes", "problem"), rows, terminal_width()):
        typer.echo(line)


def _id_of(lake: "Lake", streamer: str) -> str:
    """The id of a streamer, checked. A login is no id: nothing would be forgotten."""
    streamer = streamer.strip()
    with lake.database.transaction() as tx:
        found = {row.streamer_id for row in tx.lake.streamers_called(name=streamer)}
    if found and streamer not in found:
        raise typer.BadParameter(f"{streamer} is a login, whose id is {sorted(found)[0]}: name the id")
    if not streamer:
        raise typer.BadParameter("name the id of a streamer: --streamer 71092938")
    return streamer


def _objects(lake: "Lake") -> int:
    with lake.database.transaction() as tx:
        return sum(int(row.objects) for row in tx.lake.totals(lake=lake.url))


def _span(lake: "Lake", first: date | None, last: date | None) -> tuple[date, date]:
    """The days from --from to --to. Raises DayNotAvailable if none is named and none is rolled up."""
    from helperfunctions.errors import DayNotAvailable

    if first is None:
        with lake.database.transaction() as tx:
            first = tx.lake.newest_rolled_up_day()
        if first is None:
            raise DayNotAvailable("no day is rolled up yet")
    last = last or first
    if last < first:
        raise typer.BadParameter(f"--to {last} is before --from {first}")
    return first, last


@contextmanager
def _progress(total: int) -> Iterator[Callable[[str], None]]:
    """A progress bar on standard error; nothing in a pipe."""
    from helperfunctions.screen import on_standard_error

    with on_standard_error().progress(total) as advance:
        yield advance
