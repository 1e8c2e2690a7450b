"""Every query of sql/web and sql/read returns the recorded rows over the world of the recorded responses.

Pages request little of what a query can do; here the limits of each parameter are given: the first and the last instant
of a span, a part at the end of a table, a tie.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, date, datetime
from typing import Any

import pytest

from helperfunctions.database import ReadPool, Transaction
from helperfunctions.queries import Queries
from tests.integration.test_queries import sql_of
from tests.recorded import compare
from tests.web.recorded_addresses import FOLDER
from tests.web.recorded_chat import WRITING
from tests.web.recorded_parameters import PARAMETERS, UNSETTLED, Parameters
from tests.web.recording import steady


@pytest.fixture(scope="module")
def reads(recorded_url: str, queries: Queries) -> Iterator[ReadPool]:
    with closing(ReadPool(recorded_url, queries)) as pool:
        yield pool


def test_every_query_is_executed(queries: Queries) -> None:
    """A new query of the dashboard is added to the list above."""
    reading = {f"{step}.{name}" for step in ("web", "read") for name in sql_of(queries, step)} - WRITING
    assert set(PARAMETERS) == reading


@pytest.mark.parametrize("query", PARAMETERS)
def test_query_returns_the_recorded_rows(query: str, reads: ReadPool, request: pytest.FixtureRequest) -> None:
    compare(FOLDER / "queries" / f"{query}.txt", text_of(reads, query, PARAMETERS[query]), request)


@pytest.mark.parametrize("query", UNSETTLED)
def test_query_returns_the_recorded_rows_while_the_newest_polls_are_not_whole(
    query: str, unsettled_url: str, queries: Queries, request: pytest.FixtureRequest
) -> None:
    with closing(ReadPool(unsettled_url, queries)) as reads:
        text = text_of(reads, query, UNSETTLED[query])
    compare(FOLDER / "queries" / "unsettled" / f"{query}.txt", text, request)


def text_of(reads: ReadPool, query: str, parameters: Parameters) -> str:
    """The results of a query as text. `poll_id` is that of the newest poll with streams."""
    step, name = query.split(".")
    with reads.transaction() as tx:
        [(poll_id,)] = tx.run("select max(poll_id) from staging.polls where status <> 'failed'")
        lines = [line for given in parameters for line in executed(tx, step, name, {"poll_id": poll_id, **given})]
    return "\n".join([*lines, ""])


def executed(tx: Transaction, step: str, name: str, given: Mapping[str, Any]) -> Iterator[str]:
    """The parameters, and the result of the query as text: a line per row."""
    yield ", ".join(f"{key}={_text(value)}" for key, value in given.items() if key != "poll_id") or "no parameters"
    found = getattr(getattr(tx, step), name)(**given)
    if hasattr(found, "_asdict"):
        found = [found]
    if isinstance(found, Iterator) or (isinstance(found, list) and found and hasattr(found[0], "_asdict")):
        rows = list(found)
        if rows:
            yield "  " + " | ".join(rows[0]._fields)
        yield from ("  " + " | ".join(map(_text, row)) for row in rows)
        yield f"  {len(rows)} rows"
    else:
        yield f"  {_text(found)}"


def _text(value: Any) -> str:
    if isinstance(value, memoryview | bytes):
        return f"{len(bytes(value))} bytes"
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%F %T}"
    if isinstance(value, list) and len(value) > 3 and isinstance(value[0], date):
        return f"{value[0]}…{value[-1]}"
    if isinstance(value, list | dict):
        return json.dumps(value, default=str, ensure_ascii=False)
    return steady(str(value))
