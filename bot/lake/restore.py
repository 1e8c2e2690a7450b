"""Rebuild the daily tables of PostgreSQL from the curated layer, when the database lost them."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from bot.lake.layout import CURATED, curated, month_after
from bot.lake.store import Lake
from helperfunctions.database import Transaction
from helperfunctions.duck import Duck, quoted, quoted_name, read_parquet
from helperfunctions.errors import DayNotAvailable, LakeError, ObjectMissing

log = logging.getLogger(__name__)

Advance = Callable[[str], None]
Span = tuple[date, date]
# The tables of a day but for its hours, in an order in which no reference is broken.
TABLES: Final = (
    "days",
    "daily_games",
    "daily_streamers",
    "daily_streamer_games",
    "daily_streams",
    "daily_languages",
    "daily_game_languages",
    "daily_genres",
    "daily_game_modes",
    "daily_themes",
)
_HOURS: Final = "hourly_genres"
# What these refer to: the columns that are restored, and how. Present rows are newer, and stay.
_NAMES: Final[Mapping[str, tuple[Sequence[str], Callable[[Any], Any], Callable[[Any], Any]]]] = {
    "games": (
        ("game_id", "game_name", "first_seen_day", "last_seen_day"),
        lambda lake: lake.create_restored_games(),
        lambda lake: lake.insert_restored_games(),
    ),
    "streamers": (
        ("streamer_id", "login", "streamer_name", "first_seen_day", "last_seen_day"),
        lambda lake: lake.create_restored_streamers(),
        lambda lake: lake.insert_restored_streamers(),
    ),
    "genres": (
        ("genre_id", "name", "slug"),
        lambda lake: lake.create_restored_genres(),
        lambda lake: lake.insert_restored_genres(),
    ),
    "game_modes": (
        ("game_mode_id", "name", "slug"),
        lambda lake: lake.create_restored_game_modes(),
        lambda lake: lake.insert_restored_game_modes(),
    ),
    "themes": (
        ("theme_id", "name", "slug"),
        lambda lake: lake.create_restored_themes(),
        lambda lake: lake.insert_restored_themes(),
    ),
}


def months_in(first: date, last: date) -> list[date]:
    """The months of a span of days, each as its first day."""
    months = [first.replace(day=1)]
    while (following := month_after(months[-1])) <= last:
        months.append(following)
    return months


def restore(lake: Lake, first: date, last: date, advance: Advance = lambda _: None) -> list[date]:
    """Replace the rows of the days that the lake has, both ends included, by its own: each month in one transaction.

    Days that the lake does not have stay as they are. The lake may be that of a lost database. Leaders, ranks and
    months are computed again by the next roll-up. Returns the restored days. Raises DayNotAvailable if the lake has
    none of them, LakeError if it has a day but not all of its tables, and the errors of the store: then the month
    before is restored, and this one is not.
    """
    lake.ensure_format(create=False, of_any_database=True)
    done: list[date] = []
    with lake.duck() as (duck, folder):
        names: dict[str, Path] = {}
        for month in months_in(first, last):
            span = max(first, month), min(last, date.fromordinal(month_after(month).toordinal() - 1))
            if days := _days_of(lake, duck, folder, span):
                names = names or {name: _csv(lake, duck, folder, name, None) for name in _NAMES}
                files = {name: _csv(lake, duck, folder, name, span) for name in (*TABLES, _HOURS)}
                with lake.database.transaction() as tx:
                    _store(tx, names, files, days)
                done += days
            advance(f"{month:%Y-%m}")
    if not done:
        raise DayNotAvailable(f"the lake has no day from {first} to {last}")
    return done


def _days_of(lake: Lake, duck: Duck, folder: Path, span: Span) -> list[date]:
    """The days of a span within a month that the lake has."""
    parquet = folder / "days.parquet"
    try:
        lake.store.get(_key_of("days", span), parquet)
    except ObjectMissing:
        return []
    return [
        day for (day,) in duck.rows(f"select day from {read_parquet([parquet])} where {_within(span)} order by day")
    ]


def _columns_of(name: str) -> list[str]:
    """The columns of a curated table that PostgreSQL stores."""
    if name in _NAMES:
        return list(_NAMES[name][0])
    return [column for column in CURATED[name].columns if column not in CURATED[name].generated]


def _key_of(name: str, span: Span | None) -> str:
    partition = f"month={span[0]:%Y-%m}/" if span else ""
    return f"{curated(name)}/{partition}{name}.parquet"


def _within(span: Span | None) -> str:
    return f"day between {quoted(span[0])} and {quoted(span[1])}" if span else "true"


def _csv(lake: Lake, duck: Duck, folder: Path, name: str, span: Span | None) -> Path:
    """The rows of a curated object as CSV for COPY. Raises LakeError if the lake does not have it."""
    parquet, csv = folder / "object.parquet", folder / f"{name}.csv"
    try:
        lake.store.get(_key_of(name, span), parquet)
    except ObjectMissing as exc:
        raise LakeError(f"{exc}: no day can be restored from it; the days in the database are unchanged") from exc
    # An object that an older version wrote does not have the newest columns.
    known = duck.columns_of(parquet)
    selected = ", ".join(
        f"cast({quoted_name(column) if column in known else 'null'} as varchar) as {quoted_name(column)}"
        for column in _columns_of(name)
    )
    duck.run(
        f"copy (select {selected} from {read_parquet([parquet])} where {_within(span)}) to {quoted(csv)} "
        "(format csv, header false, nullstr '\\N', force_quote *)"
    )
    return csv


def _store(tx: Transaction, names: Mapping[str, Path], files: Mapping[str, Path], days: Sequence[date]) -> None:
    for name, (columns, create, insert) in _NAMES.items():
        create(tx.lake)
        _copy(tx, f"restored_{name}", columns, names[name])
        insert(tx.lake)
    # Before and after: a day may have had other bounds.
    tx.lake.delete_hours(days=days)
    tx.lake.delete_days(days=days)
    for name in TABLES:
        _copy(tx, name, _columns_of(name), files[name])
    tx.lake.delete_hours(days=days)
    _copy(tx, _HOURS, _columns_of(_HOURS), files[_HOURS])
    tx.lake.store_restored_genre_days(days=days)


def _copy(tx: Transaction, table: str, columns: Sequence[str], file: Path) -> None:
    with file.open("rb") as opened:
        tx.copy_csv(table, columns, opened)
