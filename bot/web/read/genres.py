"""Genres, game modes and themes of games: hours over some days, and the games of each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from bot.web.read.column_types import (
    AirtimeHours,
    Column,
    MeasuredShareLast,
    NamedDay,
    Rank,
    ViewersPerStream,
    WatchHours,
)
from bot.web.read.coverage import ratio
from bot.web.read.errors import InvalidRequest, NotFound
from bot.web.read.games import HourOfWeek, of_week
from bot.web.read.ranges import Span
from bot.web.read.rankings import GameInRange
from bot.web.read.table import rows_of
from helperfunctions.database import Transaction

_UNKNOWN: Final = 0
# The ages of games by their names in the database, youngest first.
AGE_NAMES: Final[Mapping[str, str]] = {
    "under_30_days": "Under 30 days",
    "under_1_year": "30 days to 1 year",
    "under_5_years": "1 to 5 years",
    "older": "Over 5 years",
    "not_a_game": "Not a game",
    "unknown": "Unknown",
}
_WITHOUT_AGE: Final = frozenset({"not_a_game", "unknown"})


class Kind(StrEnum):
    """What games are classified by."""

    GENRE = "genre"
    MODE = "mode"
    THEME = "theme"


# Games of several genres count wholly in each of them, or in parts.
WholeHours = Annotated[
    float, Column("Hours watched", "short", "a game counts wholly in each of its genres: shares do not add up")
]
SplitHours = Annotated[
    float, Column("Split hours", "short", "a game of several genres counts in equal parts: adds up to all hours")
]
SplitShare = Annotated[float, Column("Share", "ratio", "of all hours watched, by split hours")]


@dataclass(frozen=True, slots=True)
class ClassInRange:
    """A genre, game mode or theme over some days. `share` is that of the split hours, which add up to all hours;
    `average_streams` is the number of channels that were live at a time."""

    rank: Rank
    name: Annotated[str, Column("Name", "name", link="slug", link_to="genres")]
    slug: str | None
    watch_hours: WholeHours
    watch_hours_split: SplitHours
    share: SplitShare | None
    airtime_hours: AirtimeHours
    average_streams: Annotated[float | None, Column("Avg live channels", "small")]
    viewers_per_stream: ViewersPerStream | None


@dataclass(frozen=True, slots=True)
class ClassOnDay:
    """A genre, game mode or theme on one of the bot's days."""

    day: NamedDay
    coverage: MeasuredShareLast
    watch_hours: WatchHours
    watch_hours_split: SplitHours
    airtime_hours: AirtimeHours
    games: Annotated[int, Column("Games", "number")]


@dataclass(frozen=True, slots=True)
class AgeInRange:
    """The games of an age, over some days: the age on the day on which they were watched. `share` is that of all hours
    watched; `share_up_to` that of the games of this age and of younger ones, of the hours of games with a date."""

    age: str
    name: Annotated[str, Column("Age", "text")]
    watch_hours: WatchHours
    share: Annotated[float | None, Column("Share", "ratio", "of all hours watched")]
    share_up_to: Annotated[
        float | None, Column("Up to this age", "ratio", "of the hours of games whose release date is known")
    ]
    airtime_hours: AirtimeHours
    viewers_per_stream: ViewersPerStream | None


@dataclass(frozen=True, slots=True)
class NamedClass:
    """A genre, game mode or theme, and its address."""

    kind: Kind
    class_id: int
    name: str
    slug: str


def classes_between(tx: Transaction, span: Span, kind: Kind) -> list[ClassInRange]:
    """The genres, game modes or themes of some days, most watched first, by split hours."""
    of_days = tx.web.hours_of_genre_days(first=span.first, last=span.last)
    return [
        ClassInRange(
            rank=rank,
            name=row.name,
            # A slug that is ours leads to the genre of that name.
            slug=row.slug if row.class_id > 0 or kind is Kind.GENRE else None,
            watch_hours=row.watch_hours,
            watch_hours_split=row.watch_hours_split,
            share=ratio(row.watch_hours_split, of_days.watch_hours),
            airtime_hours=row.airtime_hours,
            average_streams=ratio(row.airtime_hours, of_days.covered_hours),
            viewers_per_stream=ratio(row.watch_hours, row.airtime_hours),
        )
        for rank, row in enumerate(tx.web.classes_between(kind=kind.value, first=span.first, last=span.last), start=1)
    ]


def ages_between(tx: Transaction, span: Span) -> list[AgeInRange]:
    """The hours of some days by the age of the games, youngest first."""
    rows = list(tx.web.release_ages(first=span.first, last=span.last))
    of_all = sum(row.watch_hours for row in rows)
    dated = [row for row in rows if row.age not in _WITHOUT_AGE]
    of_dated = sum(row.watch_hours for row in dated)
    up_to = dict(zip((row.age for row in dated), accumulate(row.watch_hours for row in dated), strict=True))
    return [
        AgeInRange(
            age=row.age,
            name=AGE_NAMES[row.age],
            watch_hours=row.watch_hours,
            share=ratio(row.watch_hours, of_all),
            share_up_to=ratio(up_to[row.age], of_dated) if row.age in up_to else None,
            airtime_hours=row.airtime_hours,
            viewers_per_stream=ratio(row.watch_hours, row.airtime_hours),
        )
        for row in rows
    ]


def younger_shares(ages: Sequence[AgeInRange]) -> dict[str, float | None]:
    """The share of the hours of games of at most an age, by the age; without hours of games with a date, None. Pure."""
    known = {row.age: row.share_up_to for row in ages}
    share = None if all(value is None for value in known.values()) else 0.0
    shares: dict[str, float | None] = {}
    for age in AGE_NAMES:
        if age not in _WITHOUT_AGE:
            # An age without games adds nothing.
            share = known.get(age, share)
            shares[age] = share
    return shares


def by_hour_of_week(tx: Transaction, found: NamedClass, span: Span, timezone: ZoneInfo) -> list[HourOfWeek]:
    """A genre by the hour of the week, on the wall clock of a time zone, from Monday 0:00. Hours are stored of genres
    only: of a game mode or theme there are none."""
    if found.kind is not Kind.GENRE:
        return []
    return of_week(tx.web.genre_by_hour(genre_id=found.class_id, first=span.first, last=span.last), timezone)


def find_class(tx: Transaction, slug: str, kind: Kind | None = None) -> NamedClass:
    """The genre, game mode or theme of a slug. Raises NotFound."""
    row = tx.web.find_class(slug=slug, kind=kind and kind.value)
    if row is None:
        raise NotFound("no genre, game mode or theme is at this address")
    return NamedClass(Kind(row.kind), row.class_id, row.name, row.slug)


def by_day(tx: Transaction, found: NamedClass, span: Span) -> list[ClassOnDay]:
    """A genre, game mode or theme on each day that is summed up."""
    query = tx.web.class_by_day
    return rows_of(ClassOnDay, query(kind=found.kind.value, class_id=found.class_id, first=span.first, last=span.last))


def games_of(tx: Transaction, found: NamedClass, games: Iterable[GameInRange]) -> list[GameInRange]:
    """Those of some games that have a genre, game mode or theme, in their order."""
    if found.class_id == _UNKNOWN:
        ids = tx.web.games_without_class(kind=found.kind.value)
    else:
        ids = tx.web.games_of_class(kind=found.kind.value, class_id=found.class_id)
    wanted = frozenset(ids)
    return [game for game in games if game.game_id in wanted]


def of_genre(tx: Transaction, slug: str, games: Sequence[GameInRange]) -> Sequence[GameInRange]:
    """Those of some games that have the genre of a slug; without a slug, all. Raises InvalidRequest."""
    if not slug:
        return games
    try:
        return games_of(tx, find_class(tx, slug, Kind.GENRE), games)
    except NotFound:
        raise InvalidRequest(f"no genre is called {slug[:40]!r}; a valid one is shooter") from None


@dataclass(frozen=True, slots=True)
class ClassOfGame:
    """A genre, game mode or theme of a game."""

    kind: Kind
    name: str
    slug: str


def classes_of_game(tx: Transaction, game_id: str) -> list[ClassOfGame]:
    """The genres, game modes and themes of a game, in this order; empty if IGDB does not know it."""
    return [ClassOfGame(Kind(row.kind), row.name, row.slug) for row in tx.web.classes_of_game(game_id=game_id)]


def genre_names(tx: Transaction) -> list[tuple[str, str]]:
    """The slug and the name of every genre that some game has, by name."""
    return [(row.slug, row.name) for row in tx.web.genres()]
