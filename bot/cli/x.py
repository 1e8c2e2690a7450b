"""The verbs about X: questions, posts and costs. Translates arguments and prints results."""

import shlex
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.common import database_to_change, examples, opened_bot, opened_database, table_lines, terminal_width
from bot.core.posts import UNFINISHED, OutboxRow
from helperfunctions.clock import SystemClock
from helperfunctions.errors import SettingsError

if TYPE_CHECKING:
    from bot.spend.report import Spending

outbox_app = typer.Typer(no_args_is_help=False, rich_markup_mode=None)
alias_app = typer.Typer(no_args_is_help=False, rich_markup_mode=None)
price_app = typer.Typer(no_args_is_help=False, rich_markup_mode=None)

# How long a post may still be sent that `outbox retry` has made due again.
REVIVED_FOR = timedelta(hours=6)
ASK_EXAMPLES = examples(
    'watchtime ask "Just Chatting"',
    'watchtime ask "how is xQc doing?"',
    'watchtime ask "lol last 7 days"',
    'watchtime ask "streamer:live now"',
    'watchtime ask "VALORANT 2026-11-20"',
)


def add_to(app: typer.Typer) -> None:
    """Add these verbs to the command line."""
    app.command(epilog=ASK_EXAMPLES)(ask)
    app.command(epilog=examples("watchtime reply", "X_MONTHLY_BUDGET_USD=2 watchtime reply"))(reply)
    app.command(epilog=examples("watchtime spend", "watchtime spend --resume   # after credits were bought"))(spend)
    app.add_typer(outbox_app, name="outbox")
    app.add_typer(alias_app, name="alias")
    app.add_typer(price_app, name="price")


def ask(
    question: Annotated[str, typer.Argument(help="The text of a mention, with or without the bot's name.")],
) -> None:
    """Print the bot's answer to a question, without X.

    A question names a game or a streamer, and optionally a time. If the bot would stay silent, the reason is printed.
    """
    from bot.spend.account import stored_username

    # Reading updates the index of names, which is a write.
    with opened_bot() as bot, bot.database.writing():
        username = stored_username(bot.database, bot.x_credentials_hash)
        text = bot.answerer.preview(question, username)
        if text is None:
            text = f"(no answer: {bot.answerer.why_silent(question, username)})"
    typer.echo(text)


def reply() -> None:
    """Read the new mentions once, decide on answers, and send them.

    Needs the four credentials for X, and costs what `watchtime price` lists, within X_MONTHLY_BUDGET_USD.
    """
    with opened_bot() as bot, bot.database.writing():
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


@outbox_app.callback(
    invoke_without_command=True,
    epilog=examples(
        "watchtime outbox", "watchtime outbox --all", "watchtime outbox retry 17", "watchtime outbox drop 17"
    ),
)
def outbox(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Show every post, the sent ones too.")] = False,
) -> None:
    """Show the posts that wait or were not sent, with the reason.

    Posts that were not sent are shown for a week.
    """
    if context.invoked_subcommand is not None:
        return
    from helperfunctions.database import records
    from helperfunctions.text import one_line

    with opened_database() as database, database.transaction() as tx:
        since = SystemClock().now() - timedelta(days=7)
        posts = records(OutboxRow, tx.outbox.listed(everything=everything, since=since))
    if not posts:
        typer.echo("Nothing waits, and nothing failed in the last week.")
        return
    header = ("id", "kind", "about", "status", "attempts", "next attempt (UTC)", "reason or id on X", "text")
    rows = [
        (
            str(post.post_id),
            post.kind,
            post.about,
            post.status,
            str(post.attempts),
            f"{post.next_try_at:%m-%d %H:%M:%S}" if post.status in UNFINISHED else "",
            one_line(post.why or post.x_id or ""),
            one_line(post.text)[:60],
        )
        for post in posts
    ]
    for line in table_lines(header, rows, terminal_width()):
        typer.echo(line)


@outbox_app.command("send", epilog=examples("watchtime outbox send"))
def outbox_send() -> None:
    """Send the posts that are due."""
    with opened_bot() as bot, bot.database.writing():
        typer.echo(f"{bot.sender.send()} posts sent.")


@outbox_app.command("retry", epilog=examples("watchtime outbox retry 17"))
def outbox_retry(post_id: Annotated[int, typer.Argument(help="The id that `watchtime outbox` shows.")]) -> None:
    """Make a post due again.

    Possible if it waits, or was refused, dropped or expired. Attempts to send it then end after six hours.
    """
    now = SystemClock().now()
    with database_to_change() as database, database.transaction() as tx:
        changed = tx.outbox.retry(post_id=post_id, now=now, expires_at=now + REVIVED_FOR)
        status = tx.outbox.post_status(post_id=post_id)
    _report_change(bool(changed), post_id, status, "is due again")


@outbox_app.command("drop", epilog=examples("watchtime outbox drop 17"))
def outbox_drop(post_id: Annotated[int, typer.Argument(help="The id that `watchtime outbox` shows.")]) -> None:
    """Drop a waiting post, so that it is never sent.

    A post that may be on X already cannot be dropped.
    """
    with database_to_change() as database, database.transaction() as tx:
        changed = tx.outbox.drop(post_id=post_id)
        status = tx.outbox.post_status(post_id=post_id)
    _report_change(bool(changed), post_id, status, "is dropped")


def spend(
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Call X again at once, and send the posts that wait: after you bought credits or fixed the keys.",
        ),
    ] = False,
) -> None:
    """Show the cost of X in this month (UTC), with a forecast.

    The cost is listed by kind of call, with today's share of the budget for mentions and answers.
    """
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
    if resume:
        typer.echo("X is called again from now on, and waiting posts are due at once.")


def spending_lines(month: "Spending") -> list[str]:
    """A month's spending as lines of text."""
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
    lines += [
        f"X is not called until {pause.until:%F %H:%M} UTC, then it is retried: {pause.reason}"
        for pause in month.pauses
    ]
    return lines


def _today(month: "Spending") -> str:
    today, nothing = month.allowance, Decimal(0)
    return (
        f"today (UTC) mentions and answers cost {today.spent_today_usd:.3f} USD of their share of "
        f"{max(today.share_usd, nothing):.3f}; {max(today.left_today_usd, nothing):.3f} left"
    )


@alias_app.callback(
    invoke_without_command=True,
    epilog=examples("watchtime alias", 'watchtime alias add lol "League of Legends"', "watchtime alias remove lol"),
)
def alias(context: typer.Context) -> None:
    """Show the short names of games, such as lol."""
    if context.invoked_subcommand is not None:
        return
    from bot.names import aliases

    with opened_database() as database:
        for short, game in aliases.aliases(database):
            typer.echo(f"{short:<16} {game}")


@alias_app.command("add", epilog=examples('watchtime alias add lol "League of Legends"'))
def alias_add(
    short: Annotated[str, typer.Argument(help="The short name, such as lol.")],
    game: Annotated[str, typer.Argument(help="The name of the game on Twitch.")],
) -> None:
    """Add a short name for a game. Warns when no game of that name was measured yet."""
    from bot.names import aliases
    from bot.names.database_names import DatabaseNames
    from helperfunctions.text import one_line

    if not one_line(short) or not one_line(game):
        raise typer.BadParameter("a short name and the name of a game are needed, such as: lol 'League of Legends'")
    with database_to_change() as database:
        before = aliases.add_alias(database, short, game)
        known = DatabaseNames(database)
        known.refresh()
        near = aliases.similar_games(known, game)
    replaced = f"; before, it meant {before}" if before not in (None, game) else ""
    typer.echo(f"{short} now means {game}{replaced}.")
    if near is not None:
        suggested = f"; did you mean {' or '.join(near)}?" if near else ""
        typer.echo(f"watchtime: no game named {game} has been measured yet{suggested}", err=True)


@alias_app.command("remove", epilog=examples("watchtime alias remove lol"))
def alias_remove(short: Annotated[str, typer.Argument(help="The short name, such as lol.")]) -> None:
    """Remove a short name."""
    from bot.names import aliases

    with database_to_change() as database:
        game = aliases.remove_alias(database, short)
    typer.echo(f"{short} no longer means {game}. Undo with: {shlex.join(['watchtime', 'alias', 'add', short, game])}")


@price_app.callback(invoke_without_command=True, epilog=examples("watchtime price", "watchtime price set reply 0.010"))
def price(context: typer.Context) -> None:
    """Show the price of each kind of call to X.

    The bot counts its spending by these prices.
    """
    if context.invoked_subcommand is not None:
        return
    with opened_database() as database, database.transaction() as tx:
        for price_row in tx.spend.prices():
            typer.echo(f"{price_row.kind:<15} {price_row.usd:>8.4f} USD  {price_row.meaning}")


@price_app.command("set", epilog=examples("watchtime price set reply 0.010"))
def price_set(
    kind: Annotated[str, typer.Argument(help="A kind of call that `watchtime price` shows.")],
    usd: Annotated[str, typer.Argument(help="USD for one call, such as 0.015.")],
) -> None:
    """Set the price of a kind of call, after X has changed it."""
    try:
        amount = Decimal(usd)
    except InvalidOperation:
        raise typer.BadParameter(f"{usd} is not a price; write USD such as 0.015") from None
    if not amount.is_finite() or amount < 0:
        raise typer.BadParameter(f"{usd} is not a price; write USD such as 0.015")
    with database_to_change() as database, database.transaction() as tx:
        if not tx.spend.set_price(kind=kind, usd=amount):
            raise typer.BadParameter(f"{kind} is not a kind of call; `watchtime price` shows them")
    typer.echo(f"{kind} costs {amount} USD from now on.")


def _report_change(changed: bool, post_id: int, status: str | None, what: str) -> None:
    if status is None:
        raise typer.BadParameter(f"there is no post {post_id}; `watchtime outbox` shows them")
    if not changed:
        raise typer.BadParameter(f"post {post_id} is {status}; nothing was changed")
    typer.echo(f"Post {post_id} {what}.")
