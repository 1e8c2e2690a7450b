"""Rows that are copied into the database come back unchanged."""

from collections.abc import Sequence

import pytest

from helperfunctions.database import CopyRows, Database
from tests.factories import DAY, a_stream, rows, stage

NAMES = [
    "plain",
    "",
    "tab\tin\tit",
    "line\nbreak\r\nand\rreturn",
    "back\\slash \\t \\n \\\\",
    r"\N",
    r"\.",
    "'single' and \"double\" quotes",
    "comma, semicolon; %s %(x)s {} $1",
    "😀 👨‍👩‍👧‍👦 原神 שלום",
    "\x01\x1b\x7f\u0085\u2028",
    " spaces around ",
    "x" * 100_000,
]


def copied(
    database: Database, url: str, table_rows: Sequence[tuple[str, str]], at_once: int = 100
) -> list[tuple[str, str]]:
    """Names of streamers as they are read from the database after a COPY in batches of this size."""
    incoming = CopyRows()
    numbered = [(f"{number:03}", login, name) for number, (login, name) in enumerate(table_rows)]
    for start in range(0, len(numbered), at_once):
        incoming.add(numbered[start : start + at_once])
    with database.transaction() as tx:
        tx.collect.create_incoming_streamers()
        assert tx.copy(tx.collect.text_of("copy_incoming_streamers"), incoming) == len(table_rows)
        tx.collect.store_streamers(day=DAY, seen_later=[])
    return rows(url, "select login, streamer_name from streamers order by streamer_id")


@pytest.mark.parametrize("at_once", [1, 2, 100])
def test_any_name_is_unchanged_after_copy(database: Database, url: str, at_once: int) -> None:
    pairs = [(name, NAMES[-1 - number]) for number, name in enumerate(NAMES)]
    assert copied(database, url, pairs, at_once) == pairs


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_a_name_among_plain_ones_is_unchanged_after_copy(database: Database, url: str, name: str) -> None:
    """Plain rows are written together, by other code than rows that need escaping."""
    pairs = [("one", "two"), ("three", name), ("four", "five")]
    assert copied(database, url, pairs) == pairs


def test_a_missing_value_is_null_and_a_text_that_looks_like_null_is_not(database: Database, url: str) -> None:
    stage(database, a_stream(streamer=r"\N", started_at=None))
    assert rows(url, "select streamer_id, started_at from staging.streams") == [(r"\N", None)]


def test_a_copy_without_rows_stores_nothing(database: Database, url: str) -> None:
    assert copied(database, url, []) == []
