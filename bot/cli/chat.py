"""The verbs of chat: the listener, and the channels that are followed. Translates arguments and prints results."""

import logging
import signal
import threading
from typing import TYPE_CHECKING, Annotated, Final

import typer

from bot.cli.common import database_to_change, examples, opened_bot, opened_database, table_lines, terminal_width
from helperfunctions import log as logs
from helperfunctions.clock import SystemClock
from helperfunctions.errors import DatabaseError, SettingsError

if TYPE_CHECKING:
    from bot.chat.channels import Channels
    from bot.chat.job import ChatJob
    from bot.jobs import Bot

log = logging.getLogger(__name__)
# For the connection to the queue, and its first message.
_WAIT_SECONDS: Final = 5.0

chat_app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    help="Follow the chat of channels, in numbers.",
    epilog=examples("watchtime chat add xqc", "watchtime chat status"),
)

LoginArgument = Annotated[str, typer.Argument(metavar="channel", help="The name of a channel, or its address.")]


def add_to(app: typer.Typer) -> None:
    """Add these verbs to the command line."""
    app.command(epilog=examples("watchtime listen"))(listen)
    app.add_typer(chat_app, name="chat")


def listen(
    with_parent: Annotated[
        bool, typer.Option("--with-parent", help="Stop when standard input is closed, too.")
    ] = False,
) -> None:
    """Listen to the chat of the followed channels until stopped.

    `watchtime run` starts it. As a service of its own it goes on while the bot is upgraded, and takes over from the one
    that the bot has started. It needs no database: what it hears waits in DATA_DIR, without words and names, until the
    bot counts it. Ends with 75 when another service listens, and with 78 when Twitch rejects CHAT_LOGIN or CHAT_TOKEN.
    """
    from helperfunctions import settings

    loaded = settings.load().settings
    if loaded.chat_source == "off":
        raise SettingsError(["CHAT_SOURCE is off: set it to anonymous or account (docs/chat.md)"])
    from bot.chat import sources

    logs.set_up(logging.getLevelName(logging.getLogger().level), loaded.log_format)
    sources.listen(loaded, SystemClock(), with_parent=with_parent)


@chat_app.command(epilog=examples("watchtime chat add xqc"))
def add(channel: LoginArgument) -> None:
    """Follow the chat of a channel, or ask again for one that refused."""
    with opened_bot() as bot, bot.database.writing():
        login = _channels(bot).add(channel)
    typer.echo(f"Following {login}; `watchtime chat status` shows whether its chat is joined.")


@chat_app.command(epilog=examples("watchtime chat remove xqc"))
def remove(channel: LoginArgument) -> None:
    """Follow the chat of a channel no more. What was counted stays."""
    from bot.chat.channels import remove as remove_channel

    with database_to_change() as database:
        login = remove_channel(database, channel)
    typer.echo(f"No longer following {login}.")


@chat_app.command("list", epilog=examples("watchtime chat list"))
def list_channels() -> None:
    """List the followed channels, one per line."""
    with opened_database() as database, database.transaction() as tx:
        followed = list(tx.chat.followed(now=SystemClock().now()))
    for row in followed:
        typer.echo(row.login)
    if not followed:
        typer.echo("No channel is followed: `watchtime chat add NAME` follows one.")


@chat_app.command(epilog=examples("watchtime chat status"))
def status() -> None:
    """Show each followed channel with its last hour, and what waits to be counted."""
    from bot.chat import channels, sources
    from helperfunctions import settings

    loaded = settings.load().settings
    with opened_database() as database:
        rows = channels.status(database, SystemClock().now())
    if rows:
        header = ("channel", "messages", "covered", "late", "state")
        for line in table_lines(header, rows, terminal_width()):
            typer.echo(line)
    else:
        typer.echo("No channel is followed: `watchtime chat add NAME` follows one.")
    for line in channels.listener_status(sources.folder_of(loaded), loaded.chat_source):
        typer.echo(line)


@chat_app.command("opt-out", epilog=examples("watchtime chat opt-out xqc", "watchtime chat opt-out --user somebody"))
def opt_out(
    channel: Annotated[str | None, typer.Argument(metavar="channel", help="The name of a channel.")] = None,
    user: Annotated[str | None, typer.Option("--user", help="The name of a chatter, instead of a channel.")] = None,
) -> None:
    """Never follow a channel again, and delete what was counted of it; or count a chatter no more, for good."""
    if (channel is None) == (user is None):
        raise typer.BadParameter("name either a channel, or a chatter with --user")
    with opened_bot() as bot, bot.database.writing():
        if channel is not None:
            login = _channels(bot).opt_out_channel(channel)
            typer.echo(f"{login} is not followed any more, and what was counted is deleted.")
        elif user is not None:
            login = _channels(bot).opt_out_chatter(user)
            typer.echo(f"{login} is not counted any more. Their name is not stored.")


@chat_app.command(epilog=examples("watchtime chat forget"))
def forget() -> None:
    """Delete the key with which chatters were counted, and everything that waits. Stop `watchtime run` first.

    No number can be traced to a chatter afterwards. Chatters who opted out have to do so again, because they can no
    longer be recognised. The minutes stay: they are sums.
    """
    from bot.chat import channels, sources
    from helperfunctions import settings

    loaded = settings.load().settings
    with database_to_change() as database:
        opt_outs = channels.forget(database, sources.folder_of(loaded), sources.purge_of(loaded))
    typer.echo(f"The key and everything that waited are deleted, and {opt_outs} opt-outs of chatters.")


@chat_app.command(epilog=examples("watchtime chat count", "watchtime chat count --until-stopped"))
def count(
    until_stopped: Annotated[
        bool, typer.Option("--until-stopped", help="With AMQP_URL: go on until SIGTERM or Ctrl-C.")
    ] = False,
) -> None:
    """Count the chat that waits, once; the bot does it every second.

    With AMQP_URL several processes may count until they are stopped: RabbitMQ gives each part of the chat to one of
    them, and to another one when that ends.
    """
    with opened_bot() as bot, bot.database.writing():
        job = _job(bot)
        if until_stopped:
            _count_until_stopped(job)
            return
        counted = job.count()
        if job.open_counter is not None:
            # It was connecting.
            counted = job.count_queue(_WAIT_SECONDS)
        job.close()
    typer.echo(f"{counted.batches} batches, {counted.minutes} minutes stored, {counted.closed} of them closed.")


@chat_app.command(epilog=examples("watchtime chat look"))
def look() -> None:
    """Fetch which followed channels are live, and their viewers, once; the bot does it every minute."""
    with opened_bot() as bot, bot.database.writing():
        live = _job(bot).look()
    typer.echo(f"{live} of the followed channels are live.")


def _count_until_stopped(job: "ChatJob") -> None:
    if job.open_counter is None:
        raise SettingsError(["--until-stopped needs AMQP_URL (docs/chat.md)"])
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    pause = 1.0
    try:
        while not stopped.is_set():
            try:
                job.count_queue(1.0)
                pause = 1.0
            except DatabaseError as exc:
                log.warning("cannot count; trying again in_seconds=%.0f: %s", pause, exc)
                stopped.wait(pause)
                pause = min(2 * pause, 60.0)
    finally:
        job.close()


def _job(bot: "Bot") -> "ChatJob":
    if bot.chat_job is None:
        raise SettingsError(["CHAT_SOURCE is off: set it to anonymous or account (docs/chat.md)"])
    return bot.chat_job


def _channels(bot: "Bot") -> "Channels":
    return _job(bot).channels
