"""Rows of queries as typed records: each column goes into the field of its name, in any order."""

from collections.abc import Iterable
from typing import Any, TypeVar

Record = TypeVar("Record")


def record(kind: type[Record], row: Any) -> Record:
    """A row of a query as a `kind`, a dataclass with a field for each column.

    Raises TypeError when the row has a column that `kind` has no field for, or lacks one that it needs.
    """
    return kind(**row._asdict())


def records(kind: type[Record], rows: Iterable[Any]) -> list[Record]:
    """The rows of a query, in their order, each as a `kind`."""
    return [record(kind, row) for row in rows]
