"""A row of a query becomes a record by the names of its columns."""

from dataclasses import dataclass
from datetime import date

import pytest

from helperfunctions.database import Database, record, records


@dataclass(frozen=True)
class DueMonth:
    """The row of `due_months`."""

    month: date


@dataclass(frozen=True)
class Price:
    """The row of `prices`, with its fields in another order than the columns."""

    meaning: str
    usd: object
    kind: str


def test_rows_of_a_query_have_the_names_of_its_columns(database: Database) -> None:
    with database.transaction() as tx:
        rows = list(tx.spend.prices())
    assert rows[0].kind == rows[0][0]
    assert rows[0].meaning == rows[0][2]


def test_values_are_stored_in_the_fields_of_their_names_in_any_order(database: Database) -> None:
    with database.transaction() as tx:
        rows = list(tx.spend.prices())
    prices = records(Price, rows)
    assert [(price.kind, price.usd, price.meaning) for price in prices] == rows


def test_record_without_a_field_for_a_column_is_an_error(database: Database) -> None:
    with database.transaction() as tx, pytest.raises(TypeError, match="'kind'"):
        record(DueMonth, next(iter(tx.spend.prices())))
