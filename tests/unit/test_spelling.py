"""One spelling for each question that can be asked of the dashboard."""

import re

import pytest

from bot.web.http import spelling
from bot.web.http.spelling import Known

KNOWN = [
    Known(re.compile("/compare"), ("days", "games", "name")),
    Known(re.compile("/explore"), ("days", "limit", "min_viewers", "name", "sort")),
]


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        (b"days=30", b"days=30"),
        (b"days=030", b"days=30"),
        (b"days=%33%30", b"days=30"),
        (b"days=+30", b"days=30"),
        (b"days=30.0", b"days=30"),
        (b"days=30&", b"days=30"),
        (b"&&days=30&&", b"days=30"),
        (b"days=7&days=30", b"days=30"),
        (b"x=1&days=30", b"days=30"),
        (b"days=30&x=2", b"days=30"),
        (b"days=30&DAYS=7", b"days=30"),
        (b"sort=rank&days=30", b"days=30&sort=rank"),
        (b"days=30&sort=rank", b"days=30&sort=rank"),
        (b"days=30&name=&min_viewers=", b"days=30"),
        (b"min_viewers=1", b"min_viewers=1.0"),
        (b"min_viewers=1e0", b"min_viewers=1.0"),
        (b"min_viewers=-0", b"min_viewers=0.0"),
        (b"min_viewers=1.00000000000000000001", b"min_viewers=1.0"),
        (b"name=A%20b", b"name=A+b"),
        (b"name=A+b", b"name=A+b"),
        (b"x", b""),
        (b"", b""),
    ],
)
def test_equivalent_queries_have_one_spelling(given: bytes, meant: bytes) -> None:
    assert spelling.query("/explore", given, KNOWN) == meant
    assert spelling.query("/explore", meant, KNOWN) == meant


def test_what_cannot_be_read_is_left_to_be_refused() -> None:
    for query in (b"days=often", b"days=", b"min_viewers=nan", b"limit=1e99", b"days=" + b"9" * 3_900):
        assert spelling.query("/explore", query, KNOWN) == query


def test_lists_of_addresses_are_in_small_letters_without_gaps() -> None:
    assert spelling.query("/compare", b"games=Chess,,go,,,CHESS,", KNOWN) == b"games=chess%2Cgo"


def test_an_address_without_parameters_has_no_query() -> None:
    assert spelling.query("/bot", b"days=30&x=1", KNOWN) == b""


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("/streamers/XQC", "/streamers/xqc"),
        ("/Games/Chess", "/games/chess"),
        ("/games/CHESS/", "/games/chess"),
        ("/games/ID", "/games/id"),
        ("/api/v1/games/CHESS/days", "/api/v1/games/chess/days"),
        ("/games/ПОКЕР", "/games/покер"),
        ("/games/id/AbC", "/games/id/AbC"),
        ("/explore/", "/explore"),
        ("/EXPLORE", "/EXPLORE"),
        ("/", "/"),
        ("//games/CHESS", "//games/CHESS"),
        ("/games//CHESS", "/games//CHESS"),
        ("/games/a/b/C", "/games/a/b/C"),
    ],
)
def test_paths_of_games_and_streamers_have_small_letters(given: str, meant: str) -> None:
    assert spelling.path(given) == meant
    assert spelling.path(meant) == meant
