"""Tables of the dashboard: which rows are requested, and the rows of a query as typed records."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from operator import itemgetter
from typing import Any, Final, Generic, TypeVar

Row = TypeVar("Row", covariant=True)
Record = TypeVar("Record")

# The largest limit of one request.
MAX_ROWS: Final = 10_000


class Order(StrEnum):
    """Sort order."""

    ASCENDING = "asc"
    DESCENDING = "desc"


@dataclass(frozen=True, slots=True)
class RowRange:
    """The rows of a table that are requested: at most `limit`, after the first `offset`."""

    limit: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True)
class TablePart(Generic[Row]):
    """Some rows of a table, and the number of rows of the whole table."""

    rows: Sequence[Row]
    total: int


def rows_of(kind: type[Record], rows: Iterable[Any]) -> list[Record]:
    """Rows of a query as instances of `kind`, a dataclass: each field gets the column of its name.

    Columns without a field are left out. Raises KeyError when a field has no column.
    """
    rows = list(rows)
    if not rows:
        return []
    # Computed once for all rows, of which there may be ten thousand.
    place_of = {name: place for place, name in enumerate(rows[0]._fields)}
    places = [place_of[field.name] for field in fields(kind)]  # type: ignore[arg-type]
    if places == list(range(len(places))) and len(places) == len(place_of):
        return [kind(*row) for row in rows]
    values_of = itemgetter(*places) if len(places) > 1 else lambda row: (row[places[0]],)
    return [kind(*values_of(row)) for row in rows]


def fetch_part(query: Callable[..., Iterable[Any]], wanted: RowRange, **about: object) -> TablePart[Any]:
    """The requested rows of a query whose column `of_all` has the number of rows that it has without a limit."""
    rows = list(query(**about, limit=wanted.limit, offset=wanted.offset))
    # A part after the last row has no rows, so the total is read from the first row.
    counted = rows or list(query(**about, limit=1, offset=0))
    return TablePart(rows, counted[0].of_all if counted else 0)


def slice_of(rows: Sequence[Record], wanted: RowRange) -> TablePart[Record]:
    """The requested rows of a table that is in memory."""
    return TablePart(rows[wanted.offset : wanted.offset + wanted.limit], len(rows))
