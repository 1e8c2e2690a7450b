"""Genres, game modes and themes: the ranking, the page of one, and what the pages of games show of them."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import psycopg2
import pytest

from bot.daily.rollup import Rollup
from bot.enrich.genre_days import GenreDays
from bot.names.database_names import DatabaseNames
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.queries import Queries
from tests.conftest import clone
from tests.factories import DAY, DAY_START, a_stream, stage
from tests.web.conftest import CALENDAR, Web, served

NOW = DAY_START + timedelta(days=2, hours=1)
KNOWN = """
insert into igdb_genres (genre_id, name, slug) values
(4, 'Withdrawn', 'strategy'), (5, 'Shooter', 'shooter'), (15, 'Strategy <b>', 'strategy');
insert into igdb_game_modes (game_mode_id, name, slug) values (2, 'Multiplayer', 'multiplayer');
insert into igdb_themes (theme_id, name, slug) values (1, 'Action', 'action');
insert into igdb_games (igdb_id, name, slug, first_release_date, fetched_at)
select id, 'a game', 'a-game', released, '2026-11-21 12:00+00'
from (values (1, date '2026-11-11'), (2, date '2011-11-18')) as games (id, released);
insert into igdb_games_genres (igdb_id, genre_id) values (1, 5), (1, 15), (2, 15);
insert into igdb_games_game_modes (igdb_id, game_mode_id) values (1, 2);
insert into igdb_games_themes (igdb_id, theme_id) values (2, 1);
insert into game_matches (game_id, igdb_id, how, checked_at, next_check_at)
select game_id, igdb_id, how, '2026-11-21 12:00+00', '2026-12-21 12:00+00'
from (values ('both', 1, 'helix'), ('one', 2, 'external'), ('talk', null, 'not_a_game')) as k (game_id, igdb_id, how)
"""


@pytest.fixture(scope="module")
def genres(server_url: str, template: str, queries: Queries) -> Iterator[Web]:
    """A day: 400 viewers of a game of two genres, 100 of one of one, 300 talk, 50 of an unknown game, 50 without a
    game."""
    url = clone(server_url, template, "genres")
    database, clock = Database(url, queries), VirtualClock(NOW)
    sizes = {"both": 400, "one": 100, "talk": 300, "new": 50, "": 50}
    streams = [a_stream(size, streamer=f"s{size}{game}", game=game, game_name=game) for game, size in sizes.items()]
    stage(database, *streams, at=DAY_START, polls=48)
    Rollup(database, clock, CALENDAR).daily()
    DatabaseNames(database).refresh()
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute(KNOWN)
    assert GenreDays(database, clock).sum_up() == 1
    with served(url, queries, NOW, has_genres=True) as web:
        yield web


def hours(web: Web, path: str) -> dict[str, tuple[float, float, Any]]:
    """Whole hours, split hours and share by name."""
    rows = web.json(path)["rows"]
    return {
        row["name"]: (round(row["watch_hours"]), round(row["watch_hours_split"]), round(row["share"], 4))
        for row in rows
    }


def test_genres_are_ranked_by_split_hours_which_add_up(genres: Web) -> None:
    found = hours(genres, "/genres?days=1")
    assert list(found) == ["Not a game", "Strategy <b>", "Shooter", "Unknown"]
    assert found == {
        "Not a game": (7200, 7200, 0.3333),
        "Strategy <b>": (12000, 7200, 0.3333),
        "Shooter": (9600, 4800, 0.2222),
        "Unknown": (2400, 2400, 0.1111),
    }
    assert sum(split for _, split, _ in found.values()) == 900 * 24
    [shooter] = [row for row in genres.json("/genres")["rows"] if row["slug"] == "shooter"]
    assert (shooter["rank"], shooter["average_streams"], shooter["viewers_per_stream"]) == (3, 1.0, 400.0)


def test_game_modes_and_themes_are_ranked_too(genres: Web) -> None:
    assert hours(genres, "/genres?kind=mode") == {
        "Multiplayer": (9600, 9600, 0.4444),
        "Not a game": (7200, 7200, 0.3333),
        "Unknown": (4800, 4800, 0.2222),
    }
    assert list(hours(genres, "/genres?kind=theme")) == ["Unknown", "Not a game", "Action"]
    assert [row["slug"] for row in genres.json("/genres?kind=theme")["rows"]] == [None, None, "action"]
    assert genres.get("/api/v1/genres?kind=mood").status_code == 422
    assert genres.json("/genres?from=2020-01-01&to=2020-01-02")["rows"] == []


def test_games_and_days_of_a_genre_are_listed(genres: Web) -> None:
    def games(path: str) -> list[str]:
        return [row["game"] for row in genres.json(path)["rows"]]

    assert games("/genres/strategy/games") == ["both", "one"]
    assert games("/genres/unknown/games") == ["new"]
    assert games("/genres/not-a-game/games") == ["talk"]
    assert games("/genres/multiplayer/games?days=1") == ["both"]
    assert games("/genres/unknown/games?kind=theme") == ["both", "new"]
    [day] = genres.json("/genres/strategy/days")["rows"]
    assert (day["day"], round(day["watch_hours"]), round(day["watch_hours_split"]), day["games"]) == (
        f"{DAY}",
        12000,
        7200,
        2,
    )
    for path in ("/genres/nothing", "/api/v1/genres/nothing/games", "/api/v1/genres/shooter/days?kind=mode"):
        assert genres.get(path).status_code == 404
    csv = genres.get("/api/v1/genres?format=csv").text
    assert csv.lstrip("\ufeff").startswith("rank,name,slug,watch_hours,watch_hours_split,share")


def test_games_are_filtered_by_genre(genres: Web) -> None:
    assert [row["game"] for row in genres.json("/games?genre=strategy")["rows"]] == ["both", "one"]
    assert [row["game"] for row in genres.json("/games?genre=shooter&sort=game&order=asc")["rows"]] == ["both"]
    assert genres.json("/games?genre=")["total"] == 4
    assert genres.get("/api/v1/games?genre=nothing").status_code == 422
    page = genres.get("/explore?genre=shooter").text
    assert '<option value="shooter" selected>Shooter</option>' in page
    assert "1 game</span>" in page
    assert "Clear filters" in page


def test_the_genres_of_a_game_are_on_its_page(genres: Web) -> None:
    page = genres.get("/games/both").text
    chips = re.findall(r'<a class="chip" href="([^"]*)">([^<]*)</a>', page)
    assert chips == [
        ("/genres/shooter", "Shooter"),
        ("/genres/strategy", "Strategy &lt;b&gt;"),
        ("/genres/multiplayer?kind=mode", "Multiplayer"),
    ]
    assert 'class="chip" href' not in genres.get("/games/talk").text
    rows = genres.json("/games/one/genres")["rows"]
    assert rows == [
        {"kind": "genre", "name": "Strategy <b>", "slug": "strategy"},
        {"kind": "theme", "name": "Action", "slug": "action"},
    ]


def test_hours_are_ranked_by_the_age_of_the_games(genres: Web) -> None:
    rows = genres.json("/release-ages?days=1")["rows"]
    found = [(row["name"], round(row["watch_hours"]), round(row["share"], 4), row["share_up_to"]) for row in rows]
    assert found == [
        ("Under 30 days", 9600, 0.4444, 0.8),
        ("Over 5 years", 2400, 0.1111, 1.0),
        ("Not a game", 7200, 0.3333, None),
        ("Unknown", 2400, 0.1111, None),
    ]
    page = genres.get("/genres").text
    figures = dict(re.findall(r"<dt>(Younger than [^<]*)</dt><dd>([^<]*)</dd>", page))
    assert figures == {"Younger than 30 days": "80%", "Younger than 1 year": "80%", "Younger than 5 years": "80%"}
    assert genres.json("/release-ages?from=2020-01-01&to=2020-01-02")["rows"] == []
    assert "How old the games are" not in genres.get("/genres?from=2020-01-01&to=2020-01-02").text


def test_a_genre_has_its_hours_of_the_week_in_the_time_zone_of_the_visitor(genres: Web) -> None:
    rows = genres.json("/genres/strategy/week?limit=168")["rows"]
    assert [(row["weekday"], row["hour"]) for row in rows] == [
        *((6, hour) for hour in range(8, 24)),
        *((7, hour) for hour in range(8)),
    ]
    assert {(row["average_viewers"], row["average_streams"], row["hours"]) for row in rows} == {(500.0, 2.0, 1)}
    berlin = genres.json("/genres/strategy/week?tz=Europe/Berlin&limit=168")["rows"]
    assert [(row["weekday"], row["hour"]) for row in berlin][:2] == [(6, 17), (6, 18)]
    page = genres.get("/genres/strategy?days=7").text
    assert "When it is watched" in page
    assert "Most viewers:" in page
    assert 'data-fragment="/genres/strategy/week?days=7&amp;week=viewers"' in page
    part = genres.get("/genres/strategy/week?days=7&week=channels&tz=Europe/Berlin").text
    assert "Most live channels:" in part
    assert "(Europe/Berlin time)" in part


def test_a_game_mode_has_no_hours_of_the_week(genres: Web) -> None:
    assert "When it is watched" not in genres.get("/genres/multiplayer").text
    assert genres.get("/genres/multiplayer/week").status_code == 404
    assert genres.get("/api/v1/genres/multiplayer/week").status_code == 404


def test_genres_are_drawn_by_their_split_hours(genres: Web) -> None:
    page = genres.get("/genres").text
    areas = re.findall(r'<a href="(/genres/[^"]*)" tabindex="-1"><rect[^>]*><title>([^<]*)</title>', page)
    assert areas[:2] == [
        ("/genres/not-a-game", "Not a game: 33%, 7.20K split hours"),
        ("/genres/strategy", "Strategy &lt;b&gt;: 33%, 7.20K split hours"),
    ]
    assert "/genres/multiplayer?kind=mode" in genres.get("/genres?kind=mode").text


@pytest.mark.parametrize("path", ["/genres", "/genres?kind=theme&days=1", "/genres/strategy", "/genres/unknown?days=7"])
def test_pages_of_genres_are_complete_and_name_igdb(genres: Web, path: str) -> None:
    page = genres.get(path)
    assert (page.status_code, page.text.rstrip().endswith("</html>")) == (200, True)
    assert 'genres from <a href="https://www.igdb.com"' in page.text
    assert re.search(r'<a href="/genres"( aria-current="page")?>Genres</a>', page.text)
    assert "style=" not in page.text
    assert "Strategy <b>" not in page.text


def test_the_page_of_a_genre_has_its_hours_of_each_day(genres: Web) -> None:
    page = genres.get("/genres/strategy").text
    assert "Hours watched per day" in page
    assert "2 games</span>" in page
    assert "shares do not add up" in genres.get("/genres").text


def test_a_dashboard_without_genres_does_not_name_igdb(web: Web) -> None:
    for path in ("/", "/games/chess", "/explore", "/how-we-measure"):
        page = web.get(path).text
        assert "IGDB" not in page
        assert '"/genres"' not in page
    assert "Genres are switched off" in web.get("/genres").text
