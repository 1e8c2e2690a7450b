"""The posts of the bot, and the coverage of its days. Its health is in bot_health.py."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from bot.web.read.column_types import AirtimeHours, Column, MeasuredShare, NamedDay, WatchHours
from bot.web.read.errors import NotFound
from bot.web.read.ranges import Span
from bot.web.read.table import RowRange, TablePart, rows_of
from helperfunctions.database import Transaction


@dataclass(frozen=True, slots=True)
class PostRow:
    """A post of the bot, published or waiting. `kind`: games, streamers, streamers_of_game or reply."""

    post_id: int
    kind: str
    day: date | None
    status: str
    created_at: datetime
    sent_at: datetime | None
    x_id: str | None
    text: str
    alt_text: str | None
    reason: str | None
    has_chart: bool


@dataclass(frozen=True, slots=True)
class PostOfGame:
    """A published summary that names a game: that of a day's most watched games, with the place of the game in it, or
    that of the game's streamers, without a place."""

    kind: str
    day: date
    sent_at: datetime
    x_id: str | None
    place: int | None


@dataclass(frozen=True, slots=True)
class DayCoverage:
    """The coverage of one of the bot's days."""

    day: NamedDay
    starts_at: datetime
    ends_at: datetime
    polls: Annotated[int, Column("Updates", "number")]
    covered_hours: Annotated[float, Column("Hours with data", "small")]
    coverage: MeasuredShare
    watch_hours: WatchHours
    airtime_hours: AirtimeHours
    rolled_up_at: Annotated[datetime, Column("Processed", "time", is_wide=True)]


def posts(tx: Transaction, wanted: RowRange, status: str | None = None) -> TablePart[PostRow]:
    """The posts and replies, published or waiting, newest first."""
    rows = tx.web.posts(status=status, limit=wanted.limit, offset=wanted.offset)
    return TablePart(rows_of(PostRow, rows), tx.web.count_posts(status=status))


def summaries_of_day(tx: Transaction, day: date) -> list[PostRow]:
    """The three summaries of a day, as far as there are any."""
    return rows_of(PostRow, tx.web.summaries_of_day(day=day))


def posts_of_game(tx: Transaction, game_id: str, newest: date, limit: int) -> list[PostOfGame]:
    """The newest summaries that name a game, of the 180 days up to the newest."""
    return rows_of(PostOfGame, tx.web.posts_of_game(game_id=game_id, newest=newest, limit=limit))


def chart_of_post(tx: Transaction, post_id: int) -> dict[str, object]:
    """The Vega-Lite specification of a post's chart. Raises NotFound."""
    chart = tx.web.chart_of_post(post_id=post_id)
    if chart is None:
        raise NotFound("no chart goes with this post")
    return dict(chart)


def coverage(tx: Transaction, span: Span, wanted: RowRange) -> TablePart[DayCoverage]:
    """The coverage of each day, newest first."""
    rows = tx.web.coverage(first=span.first, last=span.last, limit=wanted.limit, offset=wanted.offset)
    return TablePart(rows_of(DayCoverage, rows), tx.web.count_days(first=span.first, last=span.last))


def first_day(tx: Transaction) -> date | None:
    """The first day that is rolled up; None before it is."""
    first: date | None = tx.web.days_rolled_up().first_day
    return first
