"""All addresses with the same meaning have one spelling."""

import re

import pytest

from bot.web.http import spelling
from bot.web.http.spelling import Route

ROUTES = [
    Route(re.compile("/compare"), ("days", "games", "name")),
    Route(re.compile("/explore"), ("days", "limit", "min_viewers", "name", "sort")),
]


@pytest.mark.parametrize(
    ("given", "canonical"),
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
def test_equivalent_queries_have_one_spelling(given: bytes, canonical: bytes) -> None:
    assert spelling.query("/explore", given, ROUTES) == canonical
    assert spelling.query("/explore", canonical, ROUTES) == canonical


def test_invalid_values_are_left_for_the_error_message() -> None:
    for query in (b"days=often", b"days=", b"min_viewers=nan", b"limit=1e99", b"days=" + b"9" * 3_900):
        assert spelling.query("/explore", query, ROUTES) == query


def test_lists_of_slugs_are_in_lower_case_without_empty_or_repeated_ones() -> None:
    assert spelling.query("/compare", b"games=Chess,,go,,,CHESS,", ROUTES) == b"games=chess%2Cgo"


def test_a_list_that_a_form_sends_one_by_one_is_one_list() -> None:
    query = b"games=Chess&days=7&games=go&games=chess&days=30"
    assert spelling.query("/compare", query, ROUTES) == b"days=30&games=chess%2Cgo"


def test_address_without_parameters_has_no_query() -> None:
    assert spelling.query("/bot", b"days=30&x=1", ROUTES) == b""


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("/streamers/XQC", "/streamers/xqc"),
        ("/Games/Chess", "/games/chess"),
        ("/games/CHESS/", "/games/chess"),
        ("/games/ID", "/games/id"),
        ("/api/v1/games/CHESS/days", "/api/v1/games/chess/days"),
        ("/games/ПОКЕР", "/games/покер"),
        ("/games/id/AbC", "/games/id/AbC"),
        ("/explore/", "/explore"),
        ("/EXPLORE", "/explore"),
        ("/Games", "/games"),
        ("/API/v1/Now/Games", "/api/v1/now/games"),
        ("/Charts/Post.SVG", "/charts/post.svg"),
        ("/GAMES/ID/AbC", "/games/id/AbC"),
        ("/Streamers/@XQC", "/streamers/xqc"),
        ("/Games/CHESS/Badge.SVG", "/games/chess/badge.svg"),
        ("/streamers/@XQC/feed.atom", "/streamers/xqc/feed.atom"),
        ("/streamers/@", "/streamers/@"),
        ("/", "/"),
        ("//games/CHESS", "//games/CHESS"),
        ("/games//CHESS", "/games//CHESS"),
        ("/games/a/b/C", "/games/a/b/C"),
    ],
)
def test_paths_are_in_lower_case(given: str, canonical: str) -> None:
    assert spelling.path(given) == canonical
    assert spelling.path(canonical) == canonical
