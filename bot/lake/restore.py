"""Rebuild the daily tables of PostgreSQL from the curated layer, when the database lost them."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from bot.lake.layout import CURATED, curated, month_after
from bot.lake.store import Lake
from helperfunctions.database import Transaction
from helperfunctions.duck import Duck, quoted, read_parquet
from helperfunctions.errors import DayNotAvailable, ObjectMissing

log = logging.getLogger(__name__)

Advance = Callable[[str], None]
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
    """Replace the rows of days, both ends included, by those of the lake: each month in one transaction.

    Leaders, ranks and months are computed again by the next roll-up. Returns the restored days. Raises DayNotAvailable
    if the lake has none of them, and the errors of the store: then the month before is restored, and this one is not.
    """
    lake.ensure_format()
    done: list[date] = []
    with lake.duck() as (duck, folder):
        names = {name: _csv(lake, duck, folder, name, None) for name in _NAMES}
        for month in months_in(first, last):
            span = max(first, month), min(last, date.fromordinal(month_after(month).toordinal() - 1))
            files = {name: _csv(lake, duck, folder, name, span) for name in (*TABLES, _HOURS)}
            if files["days"] is not None:
                with lake.database.transaction() as tx:
                    done += _store(tx, names, files, span)
            advance(f"{month:%Y-%m}")
    if not done:
        raise DayNotAvailable(f"the lake has no day from {first} to {last}")
    return done


def _columns_of(name: str) -> list[str]:
    """The columns of a curated table that PostgreSQL stores."""
    if name in _NAMES:
        return list(_NAMES[name][0])
    return [column for column in CURATED[name].columns if column not in CURATED[name].generated]


def _csv(lake: Lake, duck: Duck, folder: Path, name: str, span: tuple[date, date] | None) -> Path | None:
    """The rows of a curated object as CSV for COPY; None if the lake has no such object."""
    partition = f"month={span[0]:%Y-%m}/" if span else ""
    parquet, csv = folder / "object.parquet", folder / f"{name}.csv"
    try:
        lake.store.get(f"{curated(name)}/{partition}{name}.parquet", parquet)
    except ObjectMissing:
        return None
    where = f"day between {quoted(span[0])} and {quoted(span[1])}" if span else "true"
    selected = ", ".join(f'cast("{column}" as varchar) as "{column}"' for column in _columns_of(name))
    duck.run(
        f"copy (select {selected} from {read_parquet([parquet])} where {where}) to {quoted(csv)} "
        "(format csv, header false, nullstr '\\N', force_quote *)"
    )
    return csv


def _store(
    tx: Transaction, names: Mapping[str, Path | None], files: Mapping[str, Path | None], span: tuple[date, date]
) -> list[date]:
    for name, (columns, create, insert) in _NAMES.items():
        file = names[name]
        if file is not None:
            create(tx.lake)
            _copy(tx, f"restored_{name}", columns, file)
            insert(tx.lake)
    given = {"first": span[0], "last": span[1]}
    tx.lake.delete_days(**given)
    for name in TABLES:
        _copy(tx, name, _columns_of(name), files[name])
    tx.lake.delete_hours(**given)
    _copy(tx, _HOURS, _columns_of(_HOURS), files[_HOURS])
    tx.lake.store_restored_genre_days(**given)
    return [row.day for row in tx.lake.restored_days(**given)]


def _copy(tx: Transaction, table: str, columns: Sequence[str], file: Path | None) -> None:
    if file is not None:
        with file.open("rb") as opened:
            tx.copy_csv(table, columns, opened)
