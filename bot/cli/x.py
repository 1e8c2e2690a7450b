"""The verbs about X: what is asked, said and paid. Only translates."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

from bot.core.posts import UNFINISHED, OutboxRow
from helperfunctions.clock import SystemClock
from helperfunctions.errors import SettingsError

if TYPE_CHECKING:
    from rich.table import Table

    from bot.jobs import Bot
    from bot.spend.report import Spending
    from helperfunctions.database import Database

outbox_app = typer.Typer(help="What waits to be sent to X, what failed and why.", no_args_is_help=False)
alias_app = typer.Typer(help="Short names of games, such as lol.", no_args_is_help=False)
price_app = typer.Typer(help="What X asks for each kind of call.", no_args_is_help=False)

# How long a post that a person revives may still be sent.
REVIVED_FOR = timedelta(hours=6)


@contextmanager
def _bot() -> "Iterator[Bot]":
    from bot.wiring import open_bot
    from helperfunctions import settings

    with open_bot(settings.load().settings, clock=SystemClock(), random=random.random) as bot:
        yield bot


@contextmanager
def _database() -> "Iterator[Database]":
    from bot.wiring import open_database
    from helperfunctions import settings

    with open_database(settings.load().settings) as database:
        yield database


@contextmanager
def _database_to_change() -> "Iterator[Database]":
    """The same, for a command that writes: not while a backup is put into the database."""
    with _database() as database, database.writing():
        yield database


def add_to(app: typer.Typer) -> None:
    """Put these verbs beside the others."""
    app.command()(ask)
    app.command()(reply)
    app.command()(spend)
    app.add_typer(outbox_app, name="outbox")
    app.add_typer(alias_app, name="alias")
    app.add_typer(price_app, name="price")


def ask(question: Annotated[str, typer.Argument(help="What somebody would write to the bot.")]) -> None:
    """Print exactly what the bot would answer, without X.

    A game or a streamer, and a time if you like: "Just Chatting", "how is xQc doing?", "lol last 7 days",
    "streamer:live now", "VALORANT 2026-11-20".
    """
    from bot.spend.account import stored_username

    # The index of names is brought up to date.
    with _bot() as bot, bot.database.writing():
        username = stored_username(bot.database, bot.x_credentials_hash)
        text = bot.answerer.spoken(question, username)
        if text is None:
            text = f"(no answer: {bot.answerer.why_silent(question, username)})"
    typer.echo(text)


def reply() -> None:
    """Read the mentions once, decide what is answered, and send the answers."""
    with _bot() as bot, bot.database.writing():
        if bot.responder is None:
            raise SettingsError(
                [
                    "X_API_KEY, X_API_KEY_SECRET, X_ACCESS_TOKEN and X_ACCESS_TOKEN_SECRET are not set: make an app at "
                    "https://console.x.com, give it read and write permission, and put all four into .env"
                ]
            )
        decided = bot.responder.respond()
        sent = bot.sender.send()
    typer.echo(f"{decided} mentions decided, {sent} posts sent.")


@outbox_app.callback(invoke_without_command=True)
def outbox(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Everything ever said, too.")] = False,
) -> None:
    """Show what waits, and what was not sent in the last week, with the reason."""
    if context.invoked_subcommand is not None:
        return
    from rich.table import Table

    from helperfunctions.database import records
    from helperfunctions.text import one_line

    with _database() as database, database.transaction() as tx:
        since = SystemClock().now() - timedelta(days=7)
        posts = records(OutboxRow, tx.outbox.listed(everything=everything, since=since))
    if not posts:
        typer.echo("Nothing waits, and nothing failed in the last week.")
        return
    table = Table("id", "what", "about", "status", "tries", "next try (UTC)", "why", "text", box=None)
    for post in posts:
        waits = post.status in UNFINISHED
        table.add_row(
            str(post.post_id),
            post.kind,
            post.about,
            post.status,
            str(post.attempts),
            f"{post.next_try_at:%m-%d %H:%M:%S}" if waits else "",
            post.why or post.x_id or "",
            one_line(post.text)[:60],
        )
    _print(table)


@outbox_app.command("send")
def outbox_send() -> None:
    """Send what is due."""
    with _bot() as bot, bot.database.writing():
        typer.echo(f"{bot.sender.send()} posts sent.")


@outbox_app.command("retry")
def outbox_retry(post_id: Annotated[int, typer.Argument(help="The id that `watchtime outbox` shows.")]) -> None:
    """Make a post due again that was refused, dropped, too late, or is waiting."""
    now = SystemClock().now()
    with _database_to_change() as database, database.transaction() as tx:
        changed = tx.outbox.retry(post_id=post_id, now=now, expires_at=now + REVIVED_FOR)
        status = tx.outbox.post_status(post_id=post_id)
    _tell_change(bool(changed), post_id, status, "is due again")


@outbox_app.command("drop")
def outbox_drop(post_id: Annotated[int, typer.Argument(help="The id that `watchtime outbox` shows.")]) -> None:
    """Never send a post that is waiting. What may be out already cannot be dropped."""
    with _database_to_change() as database, database.transaction() as tx:
        changed = tx.outbox.drop(post_id=post_id)
        status = tx.outbox.post_status(post_id=post_id)
    _tell_change(bool(changed), post_id, status, "is dropped")


def spend(
    resume: Annotated[
        bool,
        typer.Option(
            "--resume", help="Call X again, and send what waits: you have brought credits or mended the keys."
        ),
    ] = False,
) -> None:
    """Show what X has cost this month (UTC), by kind, and a forecast."""
    from bot.spend.ledger import resume_x
    from bot.spend.report import spending
    from bot.wiring import open_database
    from helperfunctions import settings

    loaded = settings.load().settings
    with open_database(loaded) as database:
        now = SystemClock().now()
        if resume:
            with database.writing():
                resume_x(database, now)
        month = spending(database, now, loaded.x_monthly_budget_usd, owns_app=loaded.x_account_owns_app)
    for line in spending_lines(month):
        typer.echo(line)


def spending_lines(month: "Spending") -> list[str]:
    """A month's spending, for people."""
    lines = [
        f"{row.purpose:<10} {row.kind:<15} {row.units:>7,} × = {row.usd:>8.3f} USD"
        + (f" ({row.unsettled_usd:.3f} not certain yet)" if row.unsettled_usd else "")
        for row in month.rows
    ]
    lines.append(
        f"{month.month.starts_at:%B %Y} (UTC): {month.total_usd:.3f} of {month.budget_usd:.2f} USD spent; "
        f"at this pace {month.forecast_usd:.2f} by its end"
    )
    lines.append(_today(month))
    lines += [f"X is not called until {pause.until:%F %H:%M} UTC: {pause.reason}" for pause in month.pauses]
    return lines


def _today(month: "Spending") -> str:
    today, nothing = month.allowance, Decimal(0)
    return (
        f"today (UTC) mentions and answers cost {today.spent_today_usd:.3f} USD of their share of "
        f"{max(today.share_usd, nothing):.3f}; {max(today.left_today_usd, nothing):.3f} left"
    )


@alias_app.callback(invoke_without_command=True)
def alias(context: typer.Context) -> None:
    """Show the short names that are understood."""
    if context.invoked_subcommand is not None:
        return
    from bot.core import aliases

    with _database() as database:
        for short, game in aliases.aliases(database):
            typer.echo(f"{short:<16} {game}")


@alias_app.command("add")
def alias_add(
    short: Annotated[str, typer.Argument(help="What people write, such as lol.")],
    game: Annotated[str, typer.Argument(help="The game as Twitch writes it.")],
) -> None:
    """Have a short name understood as a game; warns when no game of that name was ever measured."""
    from bot.core import aliases
    from bot.core.names import DatabaseNames
    from helperfunctions.text import one_line

    if not one_line(short) or not one_line(game):
        raise typer.BadParameter("a short name and the name of a game are needed, such as: lol 'League of Legends'")
    with _database_to_change() as database:
        aliases.add_alias(database, short, game)
        known = DatabaseNames(database)
        known.refresh()
        near = aliases.similar_games(known, game)
    typer.echo(f"{short} now means {game}.")
    if near is not None:
        suggested = f"; did you mean {' or '.join(near)}?" if near else ""
        typer.echo(f"watchtime: no game named {game} has been measured yet{suggested}", err=True)


@alias_app.command("remove")
def alias_remove(short: Annotated[str, typer.Argument(help="What people write.")]) -> None:
    """Forget a short name."""
    from bot.core import aliases

    with _database_to_change() as database:
        gone = aliases.remove_alias(database, short)
    typer.echo(f"{short} is forgotten." if gone else f"{short} was no short name.")


@price_app.callback(invoke_without_command=True)
def price(context: typer.Context) -> None:
    """Show the price table that every call is charged by."""
    if context.invoked_subcommand is not None:
        return
    with _database() as database, database.transaction() as tx:
        for price_row in tx.spend.prices():
            typer.echo(f"{price_row.kind:<15} {price_row.usd:>8.4f} USD  {price_row.meaning}")


@price_app.command("set")
def price_set(
    kind: Annotated[str, typer.Argument(help="A kind that `watchtime price` shows.")],
    usd: Annotated[str, typer.Argument(help="USD for one, such as 0.015.")],
) -> None:
    """Change a price, when X has changed it."""
    try:
        amount = Decimal(usd)
    except InvalidOperation:
        raise typer.BadParameter(f"{usd} is no price; write USD such as 0.015") from None
    if not amount.is_finite() or amount < 0:
        raise typer.BadParameter(f"{usd} is no price; write USD such as 0.015")
    with _database_to_change() as database, database.transaction() as tx:
        if not tx.spend.set_price(kind=kind, usd=amount):
            raise typer.BadParameter(f"{kind} is no kind of call; `watchtime price` shows them")
    typer.echo(f"{kind} costs {amount} USD from now on.")


def _tell_change(changed: bool, post_id: int, status: str | None, what: str) -> None:
    if status is None:
        raise typer.BadParameter(f"there is no post {post_id}; `watchtime outbox` shows them")
    if not changed:
        raise typer.BadParameter(f"post {post_id} is {status}; nothing was changed")
    typer.echo(f"Post {post_id} {what}.")


def _print(table: "Table") -> None:
    from rich.console import Console

    console = Console()
    # In a pipe there is no width to keep to: one line per row, for grep.
    Console(width=console.width if console.is_terminal else 400).print(table, markup=False)
