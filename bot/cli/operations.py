"""The verbs for the data: backup, restore, and the copy to another server. Translates arguments and prints results."""

import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.common import examples, is_terminal
from bot.jobs import JOBS
from helperfunctions.clock import SystemClock
from helperfunctions.errors import BackupError
from helperfunctions.locks import COMMANDS_THAT_WRITE

if TYPE_CHECKING:
    from helperfunctions import backup as backups

# The advisory locks of everything that writes: a running bot holds the first all the time, commands share the last.
LOCKS = ("run", *(job.name for job in JOBS), COMMANDS_THAT_WRITE)
PIPE = Path("-")
TARGET_VARIABLE = "COPY_TO_URL"


def add_to(app: typer.Typer) -> None:
    """Add these verbs to the command line."""
    app.command(
        epilog=examples(
            "watchtime backup", "watchtime backup /var/backups/watchtime/", "watchtime backup - > watchtime.dump"
        )
    )(backup)
    app.command(
        epilog=examples(
            "watchtime restore watchtime-2026-11-21T160509Z.dump",
            "watchtime restore watchtime.dump --replace",
            "watchtime restore - --replace --yes < watchtime.dump",
        )
    )(restore)
    app.command("copy-to", epilog=examples("watchtime copy-to --url-file server-url"))(copy_to)


def backup(
    target: Annotated[
        str | None,
        typer.Argument(
            metavar="file",
            help="The new file, or the folder for it; - is standard output. Default: watchtime-TIME.dump, here.",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Write the whole database into a new file. The bot may keep running.

    The backup is consistent, of one moment, and is verified before it gets its name. Ends with 65 when the file exists
    already.
    """
    from bot.wiring import open_database
    from helperfunctions import backup as backups
    from helperfunctions import settings
    from helperfunctions.screen import in_words, on_standard_error

    file = Path(target) if target else Path()
    if file == PIPE and is_terminal(sys.stdout):
        raise typer.BadParameter(
            "standard output is a terminal; redirect the backup into a file: watchtime backup - > FILE"
        )
    if target and target.endswith("/") and not file.is_dir():
        raise typer.BadParameter(f"there is no folder {file}: create it with `mkdir -p {file}`")
    path = file / backups.default_name(SystemClock().now()) if file.is_dir() else file
    screen = on_standard_error()
    with open_database(settings.load().settings) as database, screen.doing("Backing up") as progress:
        if file == PIPE:
            try:
                made = backups.stream(database, sys.stdout.buffer, progress)
            except BackupError:
                # Python flushes standard output again when it exits, which would fail again.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                raise
        else:
            made = backups.backup(database, path, progress)
    what = f"{in_words(made.size)}, {_summary(made.contents)}"
    typer.echo(what if file == PIPE else f"{path}: {what}", err=file == PIPE)


def restore(
    file: Annotated[Path, typer.Argument(help="A backup of `watchtime backup`; - is standard input.")],
    replace: Annotated[bool, typer.Option("--replace", help="Delete the data that the database has now.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --replace: do not ask for confirmation.")] = False,
) -> None:
    """Restore a backup into the database, in one transaction.

    Stop the bot first. The schema of an older version is brought up to date.

    Ends with 65 when the backup is damaged or the database has data already, with 75 while the bot is running, and with
    78 when the backup was made by a newer version of the program.
    """
    from bot.wiring import open_database
    from helperfunctions import backup as backups
    from helperfunctions import reader, settings
    from helperfunctions.screen import on_standard_error

    loaded = settings.load().settings
    if file == PIPE and is_terminal(sys.stdin):
        raise typer.BadParameter(
            "standard input is a terminal; redirect the backup from a file: watchtime restore - < FILE"
        )
    can_ask = file != PIPE and is_terminal(sys.stdin)
    if replace and not yes and not can_ask:
        raise typer.BadParameter(
            "--replace deletes the data that the database has; without a terminal to confirm this, add --yes"
        )
    with ExitStack() as stack:
        if file == PIPE:
            file = stack.enter_context(backups.spooled(sys.stdin.buffer, loaded.data_dir))
        found = backups.inspect(file)
        database = stack.enter_context(open_database(loaded))
        if replace and not yes:
            rows = backups.contents_of(database).rows
            if not typer.confirm(f"Delete the {rows:,} rows of this database and replace them with the backup?"):
                typer.echo("Nothing was changed.")
                return
        with on_standard_error().doing("Restoring") as progress:
            restored = backups.restore(database, found, LOCKS, progress, replace=replace)
        # The rights of the dashboard's role were deleted together with the old tables.
        if loaded.web_database_url is not None:
            reader.prepare(database, loaded.web_database_url.get_secret_value())
        elif loaded.database_url is None:
            reader.prepare_embedded(database)
    typer.echo(f"Restored {_summary(restored.contents)}.")
    if restored.migrated:
        typer.echo(f"Applied {', '.join(restored.migrated)}.")


def copy_to(
    context: typer.Context,
    url: Annotated[
        str | None,
        typer.Argument(
            envvar=TARGET_VARIABLE, help="The empty database, as postgresql://…, without a password.", metavar="URL"
        ),
    ] = None,
    url_file: Annotated[
        Path | None,
        typer.Option("--url-file", metavar="FILE", help="A file that contains the address, with its password."),
    ] = None,
) -> None:
    """Copy all data to an empty database on another server.

    Stop the bot first. Every table is compared after the copy.

    Do not put a password on the command line, which every user of the machine can read: put the address into a file or
    into COPY_TO_URL. Ends with 65 when the other database has data already, and with 75 while the bot is running.
    """
    from bot.wiring import database_at, open_database
    from helperfunctions import backup as backups
    from helperfunctions import settings
    from helperfunctions.database import has_password, url_without_password
    from helperfunctions.screen import on_standard_error

    address = _target(url, url_file)
    source = context.get_parameter_source("url")
    if url_file is None and source is not None and source.name == "COMMANDLINE" and has_password(address):
        raise typer.BadParameter(
            "do not put a password on the command line: put the address into a file (--url-file) or COPY_TO_URL"
        )
    target = database_at(address)
    with (
        open_database(settings.load().settings) as database,
        on_standard_error().doing("Copying") as progress,
    ):
        copied = backups.copy(database, target, LOCKS, progress)
    typer.echo(f"Copied {_summary(copied)}; every table and sequence is equal there.")
    if url_file:
        where = f"DATABASE_URL_FILE={url_file.absolute()}"
    else:
        where = "this address" + (", with its password," if has_password(address) else "") + " as DATABASE_URL"
    typer.echo(f"Now put {where} into .env, and start the bot: {url_without_password(address)}")


def _target(url: str | None, url_file: Path | None) -> str:
    """The address of the target, from a file, the environment or the command line."""
    from helperfunctions.database import is_understood
    from helperfunctions.settings import stripped

    if url_file is not None:
        try:
            address = stripped(url_file.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as exc:
            raise typer.BadParameter(f"{url_file} cannot be read") from exc
    elif url is not None:
        address = stripped(url)
    else:
        raise typer.BadParameter("name the database: a URL without its password, --url-file, or COPY_TO_URL")
    if not address.startswith(("postgres://", "postgresql://")) or not is_understood(address):
        raise typer.BadParameter("the address should be a URL that begins with postgresql://")
    return address


def _summary(contents: "backups.Contents") -> str:
    return f"{contents.rows:,} rows of {len(contents.tables)} tables"
