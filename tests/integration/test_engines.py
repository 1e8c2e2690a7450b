"""Watch time is the same on every engine, to the last digit: one SQL text, whole tables compared."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import duckdb
import psycopg2
import pytest
import sqlglot

from helperfunctions.errors import EngineFailed, EngineUnavailable, SettingsError
from helperfunctions.spark import Spark, host_and_port
from tests.integration.watch_days import COLUMNS, SQL, Rows, days_with_everything, pairs_expected, query_of

Run = Callable[[Rows], list[tuple[Any, ...]]]


def by_postgres(url: str) -> Run:
    def run(rows: Rows) -> list[tuple[Any, ...]]:
        connection = psycopg2.connect(url)
        with connection.cursor() as cursor:
            for name in COLUMNS:
                cursor.execute(f"create temporary table {name} as {query_of(name, getattr(rows, name))}")
            cursor.execute(SQL)
            found = cursor.fetchall()
        connection.close()
        return found

    return run


def by_duckdb(rows: Rows) -> list[tuple[Any, ...]]:
    with duckdb.connect() as connection:
        for name in COLUMNS:
            connection.execute(f"create table {name} as {query_of(name, getattr(rows, name))}")
        return list(connection.execute(SQL).fetchall())


def by_spark(address: str) -> Run:
    def run(rows: Rows) -> list[tuple[Any, ...]]:
        with Spark(address, seconds=300) as spark:
            spark.views({name: query_of(name, getattr(rows, name)) for name in COLUMNS})
            return spark.rows(SQL)

    return run


def plain(rows: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Rows in order, instants without their zone, which is UTC."""
    return sorted(tuple(_plain(value) for value in row) for row in rows)


def _plain(value: Any) -> Any:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.long)])
def test_every_engine_has_the_same_pairs_as_the_definition_written_a_second_time(
    seed: int, empty_url: str, sail: str
) -> None:
    rows = days_with_everything(seed)
    expected = pairs_expected(rows)
    assert len(expected) > 500
    assert plain(by_duckdb(rows)) == expected
    assert plain(by_postgres(empty_url)(rows)) == expected
    assert plain(by_spark(sail)(rows)) == expected


def test_a_complete_day_is_covered_to_the_half_millisecond() -> None:
    """Polls at odd milliseconds: the midpoints between them are between two milliseconds."""
    rows = days_with_everything(1)
    day, starts, ends = rows.bounds[0]
    moments = [(number, starts + number * 1_800_000 + number % 2) for number in range(48)]
    polls = [(day, number, None, ms, "complete", 30) for number, ms in moments]
    streams = [(day, number, "ada", "t", "chess", "en", 1, None) for number, _ in moments]
    [(*_, viewers, airtime, peak, _, _)] = by_duckdb(Rows([(day, starts, ends)], polls, streams))
    assert (viewers, airtime, peak) == (2 * (ends - starts), 2 * (ends - starts), 1)


@pytest.mark.parametrize("dialect", ["postgres", "duckdb", "spark", "trino"])
def test_the_text_is_sql_of_every_dialect(dialect: str) -> None:
    [statement] = sqlglot.parse(SQL, read=dialect)
    assert statement is not None
    assert not list(statement.find_all(sqlglot.exp.Command))


def test_an_engine_that_is_not_there_is_reported_at_once() -> None:
    with pytest.raises(EngineUnavailable, match=r"no engine answers at sc://127\.0\.0\.1:9: "):
        Spark("sc://127.0.0.1:9", seconds=1)


def test_an_engine_that_takes_too_long_is_left_alone(sail: str) -> None:
    with Spark(sail, seconds=0.001) as spark, pytest.raises(EngineUnavailable, match=r"did not finish within 0\.001 s"):
        spark.rows("select count(*) from range(100000000) as a cross join range(10) as b")


def test_an_error_of_the_engine_is_one_line(sail: str) -> None:
    with Spark(sail, seconds=60) as spark, pytest.raises(EngineFailed) as caught:
        spark.rows("select * from no_such_table")
    assert str(caught.value).startswith(f"the engine at {sail} failed: ")
    assert "\n" not in str(caught.value)
    assert not isinstance(caught.value, EngineUnavailable)


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("sc://cluster.example:15003", ("cluster.example", 15003)),
        ("sc://cluster.example", ("cluster.example", 15002)),
        ("sc://[::1]:7/;use_ssl=true", ("::1", 7)),
    ],
    ids=["with a port", "without a port", "IPv6 with parameters"],
)
def test_address_of_an_engine(address: str, found: tuple[str, int]) -> None:
    assert host_and_port(address) == found


@pytest.mark.parametrize("address", ["spark://host:7077", "host:15002", "sc://", "sc://host:99999", "sc://host:x"])
def test_an_address_of_another_kind_is_refused(address: str) -> None:
    with pytest.raises(SettingsError, match="is not like sc://host:15002"):
        host_and_port(address)
