"""The pages of the dashboard: what they show, and where their links lead."""

import html
import re
from collections.abc import Callable
from contextlib import closing
from datetime import time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg2
import pytest

from bot.core.calendar import Calendar
from bot.names.database_names import DatabaseNames
from bot.web.read.search import search
from helperfunctions import reader
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.queries import Queries
from tests.acceptance.conftest import eventually
from tests.factories import DAY_START, a_stream, rows, stage
from tests.web.conftest import CALENDAR, EVIL_GAME, EVIL_STREAMER, NOW, Web

ROOT = Path(__file__).resolve().parents[2]
PAGES = (
    "/",
    "/games/chess",
    "/games/chess?days=7",
    "/games/game-3?from=2026-11-15&to=2026-11-16",
    "/streamers/ada",
    "/streamers/mallory?days=1",
    "/compare",
    "/compare?games=chess,go,just-chatting&measure=viewers",
    "/compare?streamers=ada,bob",
    "/explore",
    "/explore?sort=viewers_per_stream&order=asc&min_viewers=100",
    "/streamers",
    "/streamers?language=en&sort=peak_viewers&days=7",
    "/find?size=any&viewers=100",
    "/find?size=small",
    "/days",
    "/days/2026-11-21",
    "/how-we-measure",
    "/bot",
    "/search?q=gamee",
    "/api",
    "/help",
    "/nowhere",
)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_complete_small_and_has_a_strict_policy(web: Web, path: str) -> None:
    answer = web.get(path)
    assert answer.status_code == (404 if path == "/nowhere" else 200)
    assert answer.text.rstrip().endswith("</html>")
    assert "<script>" not in answer.text
    assert "style=" not in answer.text
    assert not re.search(r"\son\w+=", re.sub(r"&lt;img src=x onerror=\S*", "", answer.text))
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert len(answer.content) < 200_000


def test_games_are_sorted_filtered_and_counted(web: Web) -> None:
    games = web.json("/games?sort=viewers_per_stream&order=asc&limit=5")
    ratios = [row["viewers_per_stream"] for row in games["rows"]]
    assert ratios == sorted(ratios)
    assert games["total"] == 64
    names = [row["game"] for row in web.json("/games?name=GAME%201&sort=game&order=asc")["rows"]]
    assert names == ["Game 1", *(f"Game {number}" for number in range(10, 20))]
    few = web.json("/games?min_viewers=1000&max_streams=1.6")["rows"]
    assert [row["game"] for row in few] == ["Chess"]


def test_next_links_lead_through_the_whole_table(web: Web) -> None:
    seen, path = [], "/api/v1/games?limit=9&sort=rank&order=asc"
    while path:
        answer = web.get(path).json()
        seen += [row["rank"] for row in answer["rows"]]
        path = answer["next"]
    assert seen == list(range(1, 65))


def test_search_tolerates_misspellings(web: Web) -> None:
    for asked, expected in (
        ("just chating", "just-chatting"),
        ("JUSTCHATTING", "just-chatting"),
        ("adda", "ada"),
        ("just ch", "just-chatting"),
    ):
        assert web.json(f"/search?q={asked}")["rows"][0]["slug"] == expected, asked
    exact = web.get("/search?q=Chess")
    assert (exact.status_code, exact.headers["location"]) == (303, "/games/chess")
    assert web.json("/search?q=%00%ff")["rows"] == []


@pytest.mark.parametrize(
    "typed", ["leag", "leage", "legue", "leage of", "leage of leg", "leage of legends", "Leauge of Legends"], ids=str
)
def test_search_finds_a_name_while_it_is_typed_with_a_mistake(
    database: Database, url: str, serving: Callable[..., Any], typed: str
) -> None:
    crowd = [a_stream(100, streamer=name) for name in ("leaf", "lea", "league1", "lego", "legend", "adage", "sage")]
    stage(database, a_stream(5_000, streamer="ann", game="21779", game_name="League of Legends"), *crowd)
    DatabaseNames(database).refresh()
    with serving(url) as web:
        found = web.json(f"/search?q={typed}&kind=game")["rows"]
        assert found[0]["name"] == "League of Legends"
        assert "League of Legends" in [row["name"] for row in web.json(f"/search?q={typed}")["rows"]]


def test_new_name_is_found_after_an_hour_and_no_search_waits_for_the_refresh(
    database: Database, url: str, clock: VirtualClock, serving: Callable[..., Any]
) -> None:
    stage(database, a_stream(game="a", game_name="Old Name"))
    DatabaseNames(database).refresh()
    with serving(url, clock=clock) as web:
        assert [found.name for found in search(web.site, "Odl Name")] == ["Old Name"]
        stage(database, a_stream(game="b", game_name="Other Name"), at=DAY_START + timedelta(minutes=30))
        DatabaseNames(database).refresh()
        assert search(web.site, "Otehr Name") == []
        clock.advance(3_601)
        with closing(psycopg2.connect(url)) as slow, slow.cursor() as cursor:
            cursor.execute("lock table names")
            ((old, _),) = web.site.name_cache.names().similar("odlname", 5)
            assert old.name == "Old Name"
            eventually(lambda: rows(url, "select 1 from pg_locks where not granted"), "the new ones are being read")
        eventually(lambda: [found.name for found in search(web.site, "Otehr Name")] == ["Other Name"], "it is found")


def test_empty_and_stale_dashboards_report_it(database: Database, url: str, serving: Callable[..., Any]) -> None:
    with serving(url) as web:
        for path in ("/", "/explore", "/compare", "/bot", "/search?q=chess"):
            assert web.get(path).status_code == 200, path
        assert "No data yet. Start" in web.get("/").text
        assert "No full day yet" in web.get("/bot").text
        assert "are not checked here" in web.get("/bot").text
        assert web.get("/games/chess").status_code == 404
    stage(database, a_stream(), at=NOW - timedelta(days=1))
    DatabaseNames(database).refresh()
    with serving(url) as web:
        for path in ("/", "/games/chess", "/streamers/ada"):
            assert "Data is out of date" in web.get(path).text, path
        assert web.json("/games/chess")["viewers_now"] is None
        healthy = {row["part"]: row["is_healthy"] for row in web.json("/bot/health")["rows"]}
        assert {part for part, is_healthy in healthy.items() if not is_healthy} == {"bot", "poll", "day"}


def test_change_of_the_data_appears_on_the_page(database: Database, url: str, serving: Callable[..., Any]) -> None:
    stage(database, a_stream(111), at=NOW - timedelta(minutes=10))
    DatabaseNames(database).refresh()
    with serving(url) as web:
        before = web.get("/")
        assert web.get("/", headers={"If-None-Match": before.headers["etag"]}).status_code == 304
        stage(database, a_stream(222), at=NOW)
        # The version is checked every two seconds.
        conditional = {"If-None-Match": before.headers["etag"]}
        eventually(lambda: web.get("/", headers=conditional).status_code == 200, "the change is on the page")
        assert "222" in web.get("/").text


def test_names_and_posts_are_escaped_on_every_page(web: Web) -> None:
    of_mallory = ("/streamers/mallory", "/compare?streamers=mallory", "/search?q=script")
    for path in ("/", "/explore?name=img", "/bot", *of_mallory):
        page = web.get(path)
        assert page.status_code == 200, path
        text = page.text
        assert EVIL_STREAMER not in text, path
        assert EVIL_GAME not in text, path
        assert "<script>alert" not in text, path
    assert "&lt;script&gt;alert(1)" in web.get("/streamers/mallory").text
    assert "{{ 7*7 }}" in web.get("/bot").text
    assert 'href="https://x.com/i/status/17"' in web.get("/bot").text


def test_comparison_shows_what_is_known_and_names_what_is_not(web: Web) -> None:
    page = web.get("/compare?games=chess,gone-game,go&streamers=ada")
    assert page.status_code == 200
    assert "No game matches “<bdi>gone-game</bdi>”" in page.text
    assert "the streamers of this address are left out" in page.text
    assert [row["name"] for row in web.json("/compare?kind=game&names=chess,go")["rows"]] == ["Chess", "Go"]
    assert web.get("/api/v1/compare?kind=game&names=chess,gone-game").status_code == 404


def test_comparison_of_more_than_five_has_the_first_five_and_says_so(web: Web) -> None:
    page = web.get("/compare?games=chess&games=go&games=game-1&games=game-2&games=game-3&games=game-4").text
    assert page.count('aria-label="Remove ') == 5
    assert "Up to 5 can be compared: these are the first 5." in page
    assert "these are the first" not in web.get("/compare?games=chess&games=go").text


def test_page_past_the_end_of_a_table_leads_back(web: Web) -> None:
    page = web.get("/explore?offset=5000&min_viewers=60").text
    assert "No games match" in page
    (back,) = re.findall(r'rel="prev" href="([^"]+)"', page)
    assert "min_viewers=60&" in html.unescape(back)
    assert "offset=14" in back


def test_chart_of_a_post_is_drawn(web: Web, web_url: str) -> None:
    [post] = [row for row in web.json("/bot/posts")["rows"] if row["has_chart"]]
    assert web.get(f"/charts/post.svg?post={post['post_id']}").text.startswith("<svg")
    assert web.get("/charts/post.svg?post=999").status_code == 404


def test_csv_has_every_row_and_runs_no_formula(web: Web) -> None:
    answer = web.get("/api/v1/games?format=csv&limit=10000")
    assert answer.headers["content-disposition"] == 'attachment; filename="games.csv"'
    assert answer.content.startswith(b"\xef\xbb\xbfrank,")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0].startswith("rank,rank_before,game_id,game,slug,watch_hours,")
    assert len(lines) == 65
    assert ",'=1+1," in web.get("/api/v1/now/streamers?format=csv").text


def test_read_only_role_can_read_every_page_and_table(
    web_url: str, queries: Queries, serving: Callable[..., Any]
) -> None:
    """The tests of the role show that it can do nothing else."""
    with serving(reader.of_embedded(Database(web_url, queries), web_url)) as web:
        for path in PAGES:
            assert web.get(path).status_code == (404 if path == "/nowhere" else 200), path
        for path in web.json("/openapi.json")["paths"]:
            slugs = {"/streamers/{slug}": "ada", "/languages/{slug}": "en"}
            filled = path.replace("{slug}", next((slug for part, slug in slugs.items() if part in path), "chess"))
            filled = filled.replace("{day}", "2026-11-21")
            # No genre is known here.
            kind, status = ("genre", 404 if "{slug}" in path else 200) if "/v1/genres" in path else ("game", 200)
            assert web.get(f"{filled}?kind={kind}&names=chess&q=chess").status_code == status, path


def links_of(page: str) -> set[str]:
    """Everything on our own site that a page leads to, shows or loads."""
    found = re.findall(r'(?:href|src|data-fragment)="([^"#]+)', page)
    return {html.unescape(link) for link in found if not link.startswith("https:")}


def shape_of(link: str) -> tuple[str, ...]:
    """The path of a link without the names in it, and the names of its parameters."""
    parts = urlsplit(link)
    path = re.sub(r"^(/api/v1)?/(games|streamers|languages)/[^/]+", r"\1/\2/name", parts.path)
    return (path, *sorted(parse_qs(parts.query)))


def test_every_link_of_every_page_works(web: Web, is_long: bool) -> None:
    """Downloads of every table as JSON and CSV, pictures of posts, and the previous and next rows.

    Of links that differ only in their values one is followed, with `--long` all.
    """
    links = set[str]().union(*(links_of(web.get(path).text) for path in PAGES))
    assert {urlsplit(link).path.split("/")[1] for link in links} >= {"api", "charts", "games", "static", "streamers"}
    followed = links if is_long else set({shape_of(link): link for link in links}.values())
    for link in followed:
        answer = web.get(link)
        assert answer.status_code in (200, 301, 302, 303, 308), link
        if "format=csv" in link:
            assert answer.headers["content-type"] == "text/csv; charset=utf-8", link


def test_next_jobs_are_listed_with_their_times(web: Web) -> None:
    """At 10:05 AM Pacific, with polls every hour."""
    assert [(row["what"], row["at"]) for row in web.json("/bot/due")["rows"]] == [
        ("poll", "2026-11-22T19:00:00+00:00"),
        ("day", "2026-11-23T16:00:00+00:00"),
        ("summaries", "2026-11-22T22:00:00+00:00"),
    ]


def test_next_summaries_wait_for_the_end_of_a_day_that_ends_after_the_posting_hour(
    web_url: str, serving: Callable[..., Any]
) -> None:
    with serving(web_url, calendar=Calendar(CALENDAR.timezone, time(16)), post_at=time(14)) as web:
        due = {row["what"]: row["at"] for row in web.json("/bot/due")["rows"]}
    assert due["day"] == due["summaries"] == "2026-11-23T00:00:00+00:00"


def test_examples_of_the_documents_work(web: Web) -> None:
    """The names of the small world replace those of the demo."""
    text = "".join((ROOT / path).read_text() for path in ("docs/dashboard.md",))
    examples = re.findall(r"^\$ curl -s '?http://127\.0\.0\.1:8000([^'\s]+)", text, re.MULTILINE)
    assert len(examples) >= 7
    for path in examples:
        here = path.replace("amberanchor", "ada").replace("silentknight368", "bob")
        assert web.get(here).status_code == 200, path


def test_results_of_a_search_have_a_login_hours_and_what_is_live(web: Web) -> None:
    """Names alone may be equal."""
    for path, kind in (("/search?q=formul", "streamer"), ("/search?q=just+chat", "game")):
        [found] = [row for row in web.json(path)["rows"] if row["slug"] in ("formula", "just-chatting")]
        of_month = web.json(f"/{kind}s/{found['slug']}?days=30")
        assert found["id"] == of_month[f"{kind}_id"]
        assert found["watch_hours"] == pytest.approx(of_month["watch_hours"])
        page = web.get(path).text
        assert f"{found['watch_hours'] / 1000:.3g}K hours watched in 30 days</small>" in page
        assert f"LIVE</span> {of_month['viewers_now']:,} viewers" in page
    assert "<bdi>formula</bdi> · " in web.get("/search?q=formul").text
    page = web.get("/search?q=mallor").text
    assert f"viewers · <bdi>{html.escape(EVIL_GAME, quote=True).replace('&quot;', '&#34;')}</bdi>" in page


def test_search_of_a_bot_that_stopped_shows_nothing_as_live(web_url: str, serving: Callable[..., Any]) -> None:
    with serving(web_url, NOW + timedelta(days=2)) as stopped:
        assert "LIVE" not in stopped.get("/search?q=just+chat").text
