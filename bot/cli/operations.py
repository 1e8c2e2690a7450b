"""The verbs that keep the data safe: backup, restore, and the move to another server. Only translates."""

import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.jobs import JOBS
from helperfunctions.clock import SystemClock
from helperfunctions.errors import BackupError
from helperfunctions.locks import COMMANDS_THAT_WRITE

if TYPE_CHECKING:
    from helperfunctions import backup as backups

# Every process that writes holds one of these locks: a bot that runs holds the first, commands share the last.
LOCKS = ("run", *(job.name for job in JOBS), COMMANDS_THAT_WRITE)
PIPE = Path("-")
TARGET_VARIABLE = "COPY_TO_URL"


def add_to(app: typer.Typer) -> None:
    """Put these verbs beside the others."""
    app.command()(backup)
    app.command()(restore)
    app.command("copy-to")(copy_to)


def backup(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="The new file, or a folder to put it in; - is standard output.", show_default="watchtime-TIME.dump"
        ),
    ] = None,
) -> None:
    """Write everything that the database has into a file, while the bot goes on.

    All of it is of one moment, and it was read again before it got its name. Ends with 65 when there is such a file.
    """
    from bot.wiring import open_database
    from helperfunctions import backup as backups
    from helperfunctions import settings
    from helperfunctions.screen import in_words, on_standard_error

    if file == PIPE and sys.stdout.isatty():
        raise typer.BadParameter("a backup is not for a terminal; send it into a file: watchtime backup - > FILE")
    name = backups.default_name(SystemClock().now())
    path = Path(name) if file is None else file / name if file.is_dir() else file
    screen = on_standard_error()
    with open_database(settings.load().settings) as database, screen.doing("Backing up") as progress:
        if file == PIPE:
            try:
                made = backups.stream(database, sys.stdout.buffer, progress)
            except BackupError:
                # What still waits to be written would be tried again at the end, and fail again.
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                raise
        else:
            made = backups.backup(database, path, progress)
    what = f"{in_words(made.size)}, {_in_words(made.contents)}"
    typer.echo(what if file == PIPE else f"{path}: {what}", err=file == PIPE)


def restore(
    file: Annotated[Path, typer.Argument(help="What `watchtime backup` has written; - is standard input.")],
    replace: Annotated[
        bool, typer.Option("--replace", help="Put it in the place of everything that the database has.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="With --replace: do not ask.")] = False,
) -> None:
    """Put a backup into the database, all of it or nothing, and bring its schema up to date. Stop the bot before.

    Ends with 65 for what is no whole backup or a database in use, with 75 while the bot is at work, with 78 for a
    backup that a newer version of the program has made.
    """
    from bot.wiring import open_database
    from helperfunctions import backup as backups
    from helperfunctions import reader, settings
    from helperfunctions.screen import on_standard_error

    loaded = settings.load().settings
    if file == PIPE and sys.stdin.isatty():
        raise typer.BadParameter("nothing comes from standard input: watchtime restore - < FILE")
    can_ask = file != PIPE and sys.stdin.isatty()
    if replace and not yes and not can_ask:
        raise typer.BadParameter("--replace deletes what the database has; where nobody can be asked, add --yes")
    with ExitStack() as stack:
        if file == PIPE:
            file = stack.enter_context(backups.spooled(sys.stdin.buffer, loaded.data_dir))
        found = backups.inspect(file)
        database = stack.enter_context(open_database(loaded))
        if replace and not yes:
            rows = backups.contents_of(database).rows
            if not typer.confirm(f"Delete the {rows:,} rows of this database, and put the backup in their place?"):
                typer.echo("Nothing was changed.")
                return
        with on_standard_error().doing("Restoring") as progress:
            restored = backups.restore(database, found, LOCKS, progress, replace=replace)
        if loaded.web_database_url is not None:
            # What it may read went with the tables that were there.
            reader.prepare(database, loaded.web_database_url.get_secret_value())
    typer.echo(f"Restored {_in_words(restored.contents)}.")
    if restored.migrated:
        typer.echo(f"Applied {', '.join(restored.migrated)}.")


def copy_to(
    context: typer.Context,
    url: Annotated[
        str | None,
        typer.Argument(
            envvar=TARGET_VARIABLE, help="The empty database, as postgresql://…, without its password.", metavar="URL"
        ),
    ] = None,
    url_file: Annotated[
        Path | None, typer.Option("--url-file", help="A file that has the address, password included.")
    ] = None,
) -> None:
    """Copy everything into the empty database of another server, and compare every table. Stop the bot before.

    A password does not belong on a command line, which every user of the machine can read: put the address into a file
    or into COPY_TO_URL. Ends with 65 when the other database is in use, with 75 while the bot is at work.
    """
    from bot.wiring import database_at, open_database
    from helperfunctions import backup as backups
    from helperfunctions import settings
    from helperfunctions.database import has_password, url_without_password
    from helperfunctions.screen import on_standard_error

    address = _target(url, url_file)
    source = context.get_parameter_source("url")
    if url_file is None and source is not None and source.name == "COMMANDLINE" and has_password(address):
        raise typer.BadParameter("a password is not for a command line: put the address into a file or COPY_TO_URL")
    target = database_at(address)
    with (
        open_database(settings.load().settings) as database,
        on_standard_error().doing("Copying") as progress,
    ):
        copied = backups.copy(database, target, LOCKS, progress)
    typer.echo(f"Copied {_in_words(copied)}; every table and sequence is equal there.")
    if url_file:
        where = f"DATABASE_URL_FILE={url_file.absolute()}"
    else:
        where = "this address" + (", with its password," if has_password(address) else "") + " as DATABASE_URL"
    typer.echo(f"Now put {where} into .env, and start the bot: {url_without_password(address)}")


def _target(url: str | None, url_file: Path | None) -> str:
    """The address to copy to, from where it is safe."""
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


def _in_words(contents: "backups.Contents") -> str:
    return f"{contents.rows:,} rows of {len(contents.tables)} tables"
