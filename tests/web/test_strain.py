"""The dashboard under load and without its database."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.names.database_names import DatabaseNames
from bot.web.http import cache as caching
from bot.web.http.responses import prepare
from helperfunctions.database import Database
from helperfunctions.errors import SettingsError
from helperfunctions.queries import Queries
from tests.acceptance.conftest import eventually
from tests.factories import a_stream, rows, stage, write
from tests.web.conftest import NOW, Serve, Web, locked, served


def test_cached_responses_and_files_are_served_while_tables_are_locked(shown: Web, url: str) -> None:
    assert shown.get("/explore").status_code == 200
    with locked(url, "days", "addresses", "games"):
        for path in ("/healthz", "/static/style.css", "/explore", "/explore"):
            assert shown.get(path).status_code == 200, path
        # A request that waits for a lock is refused after a while.
        busy = shown.get("/explore?days=7")
        assert (busy.status_code, "The database is unavailable or busy" in busy.text) == (503, True)
    assert shown.get("/explore?days=7").status_code == 200


def test_long_ranges_wait_for_each_other_and_no_other_request_waits(shown: Web, url: str) -> None:
    """Two years are read at a time; other pages have their own connections, threads and turns."""
    # The list of names for suggestions, which a thread of its own reads now and then, is not among them.
    waiting_for_the_lock = """
        select count(*) from pg_stat_activity
        where
            datname = current_database() and application_name = 'watchtime web' and wait_event_type = 'Lock'
            and query like '%monthly_games%'
    """
    # Requests for the same days would wait for the first of them.
    years = [f"/api/v1/games?days={days}" for days in range(360, 380)]
    drawn = [f"/explore?days={days}" for days in range(340, 360)]
    is_over = threading.Event()

    def ask_until_it_is_over(path: str) -> set[int]:
        """A visitor who was refused asks again, so that there are always more than are allowed to read."""
        statuses = {shown.get(path).status_code}
        while not is_over.is_set():
            statuses.add(shown.get(path).status_code)
        return statuses

    def how_many_wait() -> int:
        [(waiting,)] = rows(url, waiting_for_the_lock)
        assert waiting <= 2
        return int(waiting)

    with ThreadPoolExecutor(40) as visitors:
        try:
            with locked(url, "daily_games"):
                long_ones = [visitors.submit(ask_until_it_is_over, path) for path in (*years, *drawn)]
                eventually(lambda: how_many_wait() == 2, "as many read as are allowed to")
                for path in ("/healthz", "/", "/api/v1/now/games", "/api/v1/now/streamers", "/api/v1/bot/posts"):
                    assert shown.get(path).status_code == 200, path
                    how_many_wait()
        finally:
            is_over.set()
        assert set().union(*(long_one.result() for long_one in long_ones)) <= {200, 503}
    assert shown.get(years[0]).status_code == 200


def test_slow_query_is_reported_as_slow_and_not_as_an_unavailable_database(
    shown: Web, url: str, serving: Serve
) -> None:
    with serving(f"{url}&options=-c%20statement_timeout%3D200ms") as web:
        assert web.get("/bot").status_code == 200
        with locked(url, "daily_games"):
            slow = web.get("/explore")
    assert (slow.status_code, "This took too long. Request fewer days" in slow.text) == (503, True)
    assert slow.headers["retry-after"]


def test_rate_limit_does_not_apply_to_static_files_that_exist(url: str, database: Database, serving: Serve) -> None:
    with serving(url, requests_per_minute=5) as web:
        assert {web.get("/static/style.css").status_code for _ in range(9)} == {200}
        assert [web.get(f"/static/{number}.css").status_code for number in range(7)] == [404] * 5 + [429] * 2


def test_slash_at_the_end_redirects_within_the_site(shown: Web, url: str, serving: Serve) -> None:
    """For any Host header."""
    with serving(url, root_path="/twitch") as below:
        for web, root in ((shown, ""), (below, "/twitch")):
            moved = web.get("/games/sch%C3%A4ch/?days=7", headers={"Host": "evil.example"})
            assert (moved.status_code, moved.headers["location"]) == (308, f"{root}/games/sch%C3%A4ch?days=7")
    assert shown.get("//evil.example/").status_code == 404
    assert "location" not in shown.get("//evil.example/").headers


def test_pictures_are_drawn_one_at_a_time_and_no_other_request_waits(
    database: Database, url: str, serving: Serve
) -> None:
    stage(database, a_stream(), at=NOW)
    DatabaseNames(database).refresh()
    write(
        url,
        "insert into posts (kind, day, text, chart, status, reason, created_at, next_try_at, expires_at)"
        " select 'games', date '2026-11-21' - number, 'text', '{}', 'skipped', 'no', now(), now(), now()"
        " from generate_series(1, 30) as number",
    )
    may_go_on, at_once, most = threading.Event(), [], []

    def draw(spec: Any, timezone: str) -> bytes:
        at_once.append(1)
        most.append(len(at_once))
        may_go_on.wait(60)
        at_once.pop()
        return b"<svg/>"

    with serving(url, draw_svg=draw) as web, ThreadPoolExecutor(30) as many:
        asked = [many.submit(web.get, f"/charts/post.svg?post={number}") for number in range(1, 31)]
        refused = 30 - caching.PICTURES_AT_ONCE
        eventually(lambda: sum(one.done() for one in asked) == refused, "the requests beyond the limit are refused")
        for path in ("/healthz", "/static/page.js", "/explore"):
            assert web.get(path).status_code == 200
        may_go_on.set()
        answers = [one.result() for one in asked]
    assert max(most) == 1
    assert Counter(answer.status_code for answer in answers) == {200: caching.PICTURES_AT_ONCE, 503: refused}
    assert all(answer.headers["retry-after"] for answer in answers if answer.status_code == 503)


def test_schema_of_another_version_is_reported(shown: Web, url: str) -> None:
    write(url, "alter table days rename to other_days")
    write(url, "insert into schema_migrations values ('20991231000000')")
    response = shown.get("/explore?days=90")
    assert (response.status_code, "of another version than this dashboard" in response.text) == (503, True)


def test_embedded_database_that_died_is_started_again(queries: Queries, url: str) -> None:
    """Even without a bot, and not again and again."""
    revived: list[int] = []
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    with served(nowhere, queries, NOW, revive=lambda: revived.append(1)) as web:
        for number in range(3):
            assert web.get(f"/explore?days={number + 1}").status_code == 503
        eventually(lambda: revived, "it is tried")
    assert revived == [1]


def test_root_path_that_is_the_path_of_a_page_is_refused(web_url: str, serving: Serve) -> None:
    with (
        pytest.raises(SettingsError, match="WEB_ROOT_PATH: a page of the dashboard is called /bot"),
        serving(web_url, root_path="/bot/x"),
    ):
        pass


def test_addresses_with_the_same_meaning_share_one_cached_response(shown: Web, url: str) -> None:
    """All of these are served from the cache while no table can be read."""
    assert shown.get("/explore?days=7&sort=rank").status_code == 200
    same = (
        "/explore?sort=rank&days=7",
        "/explore?days=07&sort=rank&x=1",
        "/explore?utm_source=x&days=7&days=7&sort=rank&",
        "/explore?days=7&sort=rank&name=&min_viewers=",
    )
    with locked(url, "days", "addresses", "games", "daily_games"):
        assert [shown.get(path).status_code for path in same] == [200] * len(same)


def test_address_in_upper_case_redirects_to_lower_case(shown: Web, serving: Serve, url: str) -> None:
    """On this site, with its query."""
    evil = {"Host": "evil.example"}
    for asked, led in (
        ("/games/CHESS?days=7&x=1", "/games/chess?days=7&x=1"),
        ("/Streamers/ADA/", "/streamers/ada"),
        ("/api/v1/streamers/ADA/days?format=csv", "/api/v1/streamers/ada/days?format=csv"),
        ("/games/%5C%5Cevil.example%2FA", "/games/%5C%5Cevil.example/a"),
        ("/games/%0D%0AX:A", "/games/%0D%0Ax%3Aa"),
    ):
        moved = shown.get(asked, headers=evil)
        assert (moved.status_code, moved.headers["location"]) == (308, led), asked
    assert shown.get("/games/chess").status_code == 200
    assert shown.get("/compare?games=CHESS").text == shown.get("/compare?games=chess").text
    with serving(url, root_path="/twitch") as below:
        assert below.get("/games/CHESS").headers["location"] == "/twitch/games/chess"


def test_large_text_responses_are_compressed() -> None:
    small, large = (prepare(200, [(b"content-type", b"text/css")], b"a" * size) for size in (100, 10_000))
    assert small.gzipped is None
    assert large.gzipped is not None
    assert len(large.gzipped) < 200
