"""A search that finds nothing leads somewhere."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from bot.names.database_names import DatabaseNames
from helperfunctions.database import Database
from tests.factories import a_stream, stage
from tests.web.conftest import NOW, Web


@pytest.fixture
def named(database: Database, url: str, serving: Callable[..., Any]) -> Any:
    """Three games with more than 49 viewers, of which two have several words."""
    for number, name in enumerate(("League of Legends", "Stardew Valley", "Rust")):
        stage(database, a_stream(900, streamer=f"s{number}", game=f"g{number}", game_name=name), at=NOW)
    DatabaseNames(database).refresh()
    with serving(url) as web:
        yield web


def near(web: Web, text: str) -> list[str]:
    page = web.get(f"/search?q={text}")
    assert page.status_code == 200
    section = page.text.partition('<h2 id="near">')[2].partition("</section>")[0]
    return re.findall(r'<a href="[^"]*"><bdi>([^<]*)', section)


def test_names_that_are_a_little_alike_and_those_with_one_word_of_it_are_shown(named: Web) -> None:
    texts = ("leage something else entirely", "rust or something like this", "dewdrop valley", "zzzzzz")
    assert {text: near(named, text) for text in texts} == {
        "leage something else entirely": ["League of Legends"],
        "rust or something like this": ["Rust"],
        "dewdrop valley": ["Stardew Valley"],
        "zzzzzz": [],
    }


def test_reason_and_lists_are_shown(named: Web) -> None:
    page = named.get("/search?q=zzzzzz").text
    [threshold] = re.findall(r"Counts channels with more than (\d+) viewers", named.get("/").text)
    assert f"Only channels with more than {threshold} viewers are measured; those at or below that are not." in page
    for path in ("/explore", "/streamers", "/"):
        assert f'<a class="button" href="{path}">' in page
    assert "Near names" not in page


def test_list_of_games_without_a_match_leads_to_all_games_and_to_the_search(two_days: Web) -> None:
    page = two_days.get("/explore?name=stardust").text
    assert '<a class="button" href="/explore">All games</a>' in page
    assert '<a class="button" href="/search?q=stardust">' in page
