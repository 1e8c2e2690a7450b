"""The verbs of who looks after the database: backup, restore, copy-to. Only translates."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot import moving
from bot.wiring import open_database
from helperfunctions import settings
from helperfunctions.clock import SystemClock
from helperfunctions.database import Database, without_password
from helperfunctions.errors import SettingsError
from helperfunctions.queries import Queries
from helperfunctions.screen import Screen, on_errors


def add_to(app: typer.Typer) -> None:
    """Put these verbs beside the others."""
    app.command()(backup)
    app.command()(restore)
    app.command("copy-to")(copy_to)


def backup(
    path: Annotated[
        str | None,
        typer.Argument(metavar="FILE", help="A new file, or - for the output; without it, a dated one here."),
    ] = None,
) -> None:
    """Write everything into one file, while the bot may go on working."""
    screen = Screen(on_errors())
    with open_database(settings.load().settings) as database:
        if path == "-":
            with screen.counting("backing up") as moved:
                moving.stream_backup(database, sys.stdout.buffer, moved)
            return
        file = Path(path or f"watchtime-{SystemClock().now():%Y-%m-%dT%H%M%SZ}.dump")
        with screen.counting("backing up") as moved:
            done = moving.write_backup(database, file, moved)
    typer.echo(f"{done.path}: {done.size / 1e6:,.1f} MB, schema {done.version}")


def restore(
    path: Annotated[str, typer.Argument(metavar="FILE", help="What `watchtime backup` has written; - for the input.")],
    replace: Annotated[bool, typer.Option("--replace", help="Drop what is in the database.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --replace: do not ask.")] = False,
) -> None:
    """Put a backup into the database: all of it, or nothing. The bot must not be running.

    The database must be empty, or is emptied by --replace. A backup of an older version is brought up to date.
    """
    loaded = settings.load().settings
    screen = Screen(on_errors())
    with open_database(loaded) as database:
        if replace and not yes:
            if path == "-" or not sys.stdin.isatty():
                raise typer.BadParameter("--replace drops what is in the database: say --yes as well")
            typer.confirm("Drop everything in the database, and put the backup in its place?", abort=True)
        if path == "-":
            with moving.as_file(sys.stdin.buffer, loaded.data_dir) as file, screen.counting("restoring") as moved:
                version = moving.restore_backup(database, file, moved, replace=replace)
        else:
            with screen.counting("restoring") as moved:
                version = moving.restore_backup(database, Path(path), moved, replace=replace)
    typer.echo(f"Restored; the backup had schema {version}.")


def copy_to(
    url: Annotated[
        str,
        typer.Argument(
            metavar="URL",
            envvar="COPY_TO_URL",
            help="An empty PostgreSQL database, as postgresql://…; better by the environment, if it holds a password.",
        ),
    ],
) -> None:
    """Copy everything to another database, such as from the embedded one to a server, and compare each table.

    The bot must not be running. The old database stays as it is.
    """
    if not url.startswith(("postgresql://", "postgres://")):
        raise SettingsError(["the URL should begin with postgresql://"])
    loaded = settings.load().settings
    screen = Screen(on_errors())
    with open_database(loaded) as source, screen.counting("copying") as moved:
        tables = moving.copy_to(source, Database(url, Queries()), loaded.data_dir, moved)
    rows = sum(tables.values())
    typer.echo(
        f"Copied {rows:,} rows in {len(tables)} tables to {without_password(url)}; each table is the same there."
    )
    typer.echo("Now put DATABASE_URL=… into .env, and start the bot.")
