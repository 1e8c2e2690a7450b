"""The pages and the API over HTTP: content, links and errors."""

import html
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg2
import pytest
import requests

from bot.core.names import DatabaseNames
from bot.daily.rollup import Rollup
from bot.web.read.search import search
from helperfunctions import reader
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.queries import Queries
from tests.acceptance.conftest import eventually
from tests.factories import DAY, DAY_START, HALF_HOUR, a_stream, rows, stage
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
    "/bot",
    "/search?q=gamee",
    "/api",
    "/nowhere",
)


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_complete_small_and_has_a_strict_policy(web: Web, path: str) -> None:
    answer = web.get(path)
    assert answer.status_code == (404 if path == "/nowhere" else 200)
    assert answer.text.rstrip().endswith("</html>")
    assert "<script>" not in answer.text
    assert "style=" not in answer.text
    assert not re.search(r"\son\w+=", answer.text.replace("onerror=alert(1)&gt;", ""))
    policy = answer.headers["content-security-policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert len(answer.content) < 200_000


def test_live_games_are_compared_with_the_same_hour_a_day_and_a_week_before(web: Web) -> None:
    games = web.json("/now/games")
    first = games["rows"][0]
    assert (first["rank"], first["game"], first["slug"], first["streams"]) == (1, "Chess", "chess", 2)
    hours = {"yesterday": NOW - timedelta(days=1), "last_week": NOW - timedelta(days=7)}
    for when, at in hours.items():
        found = web.json(f"/games/chess/hours?from={(at - timedelta(days=1)).date()}&to={at.date()}&limit=100")["rows"]
        [before] = [row for row in found if row["hour_at"] == f"{at:%Y-%m-%dT18:00:00}+00:00"]
        assert first[f"viewers_{when}"] == pytest.approx(before["average_viewers"])
        change = first[f"change_since_{when}"]
        assert change == pytest.approx(first["viewers"] / before["average_viewers"] - 1)
    assert games["total"] == 63


def test_summary_of_a_game_is_the_sum_of_its_days(web: Web) -> None:
    summary = web.json("/games/chess?days=7")
    days = web.json("/games/chess/days?days=7")["rows"]
    assert summary["days_measured"] == len(days) == 7
    assert summary["watch_hours"] == pytest.approx(sum(day["watch_hours"] for day in days))
    assert summary["average_viewers"] == pytest.approx(summary["watch_hours"] / (7 * 24))
    assert summary["viewers_per_stream"] == pytest.approx(summary["watch_hours"] / summary["airtime_hours"])
    assert summary["peak_viewers"] == max(day["peak_viewers"] for day in days)
    assert (summary["rank"], summary["first_day"], summary["last_day"]) == (1, "2026-11-15", "2026-11-21")
    streamers = web.json("/games/chess/streamers?days=7")
    assert [row["streamer"] for row in streamers["rows"]] == ["Ada", "Carol"]
    assert sum(row["watch_hours"] for row in streamers["rows"]) == pytest.approx(summary["watch_hours"])


@pytest.mark.parametrize("of", ["/games/chess", "/streamers/ada"])
def test_change_is_reported_only_against_days_that_were_measured_as_well(of: str, web: Web) -> None:
    before = web.json(f"{of}/days?from=2026-11-14&to=2026-11-17")["rows"]
    summary = web.json(f"{of}?days=4")
    assert summary["watch_hours_before"] == pytest.approx(sum(day["watch_hours"] for day in before))
    assert summary["change"] == pytest.approx(summary["watch_hours"] / summary["watch_hours_before"] - 1)
    # Of the seven days before the newest seven, two were measured.
    summary = web.json(f"{of}?days=7")
    assert (summary["days_measured"], summary["watch_hours_before"], summary["change"]) == (7, None, None)


def test_summary_of_a_streamer_is_the_sum_of_their_games(web: Web) -> None:
    summary = web.json("/streamers/carol")
    games = web.json("/streamers/carol/games")["rows"]
    assert {game["game"] for game in games} == {"Chess", "Go"}
    assert sum(game["watch_hours"] for game in games) == pytest.approx(summary["watch_hours"])
    assert sum(game["share"] for game in games) == pytest.approx(1)
    records = {row["record"]: row for row in web.json("/streamers/carol/records")["rows"]}
    days = web.json("/streamers/carol/days")["rows"]
    assert records["peak_viewers"]["value"] == max(day["peak_viewers"] for day in days)
    assert records["watch_hours"]["value"] == pytest.approx(max(day["watch_hours"] for day in days))


def test_hours_of_the_week_follow_the_clock_of_the_time_zone(web: Web) -> None:
    at_home = {(row["weekday"], row["hour"]): row for row in web.json("/games/go/week?limit=200")["rows"]}
    in_tokyo = {
        (row["weekday"], row["hour"]): row for row in web.json("/games/go/week?limit=200&tz=Asia/Tokyo")["rows"]
    }
    assert len(at_home) == len(in_tokyo)
    for (weekday, hour), row in at_home.items():
        ahead = 24 * (weekday - 1) + hour + 17
        there = in_tokyo[ahead // 24 % 7 + 1, ahead % 24]
        assert there["average_viewers"] == pytest.approx(row["average_viewers"])


@pytest.mark.parametrize(("zone", "minutes"), [("Asia/Kathmandu", 5 * 60 + 45), ("Asia/Kolkata", 5 * 60 + 30)])
def test_hour_that_overlaps_two_clock_hours_is_divided_between_them(web: Web, zone: str, minutes: int) -> None:
    """10:00 UTC is 15:45 in Kathmandu: a quarter of that hour lies in the hour of 15:00, the rest in the next."""
    in_utc, there = (
        {
            24 * (row["weekday"] - 1) + row["hour"]: (row["average_viewers"], row["average_streams"])
            for row in web.json(f"/games/chess/week?limit=200&tz={name}")["rows"]
        }
        for name in ("UTC", zone)
    )
    whole, after = divmod(minutes, 60)
    shares = {whole: 1 - after / 60, whole + 1: after / 60}
    expected = {}
    for hour in range(7 * 24):
        parts = [(in_utc[at], share) for ahead, share in shares.items() if (at := (hour - ahead) % (7 * 24)) in in_utc]
        if parts:
            total = sum(share for _, share in parts)
            expected[hour] = tuple(sum(of[place] * share for of, share in parts) / total for place in (0, 1))
    assert there.keys() == expected.keys()
    for hour, value in expected.items():
        assert there[hour] == pytest.approx(value, rel=0.02), hour


OWN_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cache-control": "no-cache",
}
FOREVER = "public, max-age=31536000, immutable"
HTML, JSON = "text/html; charset=utf-8", "application/json"


@pytest.mark.parametrize(
    ("path", "status", "own"),
    [
        ("/explore", 200, {"content-type": HTML, "vary": "accept-encoding", "etag": ...}),
        (
            "/api/v1/now/games?limit=1",
            200,
            {"content-type": JSON, "etag": ..., "x-total-count": ..., "link": ...},
        ),
        (
            "/api/v1/games/chess?format=csv",
            200,
            {
                "content-type": "text/csv; charset=utf-8",
                "content-disposition": 'attachment; filename="games-chess.csv"',
                "etag": ...,
            },
        ),
        ("/charts/now.json", 200, {"content-type": JSON, "vary": "accept-encoding", "etag": ...}),
        (
            "/static/style.css",
            200,
            {
                "content-type": "text/css; charset=utf-8",
                "vary": "accept-encoding",
                "etag": ...,
                "cache-control": FOREVER,
            },
        ),
        ("/healthz", 200, {"content-type": "text/plain; charset=utf-8", "etag": ...}),
        ("/nowhere", 404, {"content-type": HTML, "vary": "accept-encoding"}),
        ("/api/v1/games/nobody", 404, {"content-type": JSON}),
        ("/explore?days=0", 422, {"content-type": HTML, "vary": "accept-encoding"}),
        ("/games/CHESS", 308, {"location": "/games/chess"}),
    ],
    ids=["page", "JSON", "CSV", "chart", "file", "health", "not there", "not there of API", "refused", "redirect"],
)
def test_responses_have_exactly_these_headers(web: Web, path: str, status: int, own: dict[str, Any]) -> None:
    """Compared as a whole: one directive that is too wide would make the others useless."""
    answer = web.get(path)
    assert answer.status_code == status
    given = {name.lower(): value for name, value in answer.headers.items()}
    for name in ("date", "content-length", "content-encoding"):
        given.pop(name, None)
    expected = OWN_HEADERS | own
    assert given == {name: given.get(name) if value is ... else value for name, value in expected.items()}


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


def test_old_address_redirects_to_the_current_one(database: Database, url: str, serving: Callable[..., Any]) -> None:
    for number, name in enumerate(("Old Name", "New Name")):
        stage(database, a_stream(game_name=name), at=DAY_START + number * timedelta(minutes=30))
        DatabaseNames(database).refresh()
    with serving(url) as web:
        moved = web.get("/games/old-name?days=7")
        assert (moved.status_code, moved.headers["location"]) == (301, "/games/new-name?days=7")
        by_id = web.get("/games/id/chess")
        assert (by_id.status_code, by_id.headers["location"]) == (302, "/games/new-name")
        assert web.json("/games/old-name")["slug"] == "new-name"


def test_empty_and_stale_dashboards_report_it(database: Database, url: str, serving: Callable[..., Any]) -> None:
    with serving(url) as web:
        for path in ("/", "/explore", "/compare", "/bot", "/search?q=chess"):
            assert web.get(path).status_code == 200, path
        assert "Nothing is measured yet" in web.get("/").text
        assert "No day is rolled up yet" in web.get("/bot").text
        assert "are not checked here" in web.get("/bot").text
        assert web.get("/games/chess").status_code == 404
    stage(database, a_stream(), at=NOW - timedelta(days=1))
    DatabaseNames(database).refresh()
    with serving(url) as web:
        for path in ("/", "/games/chess", "/streamers/ada"):
            assert "This is old" in web.get(path).text, path
        assert web.json("/games/chess")["viewers_now"] is None
        healthy = {row["part"]: row["is_healthy"] for row in web.json("/bot/health")["rows"]}
        assert healthy == {"poll": False, "day": False, "summaries": True, "outbox": True}


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


def test_unavailable_database_is_reported_and_the_dashboard_recovers(
    database: Database, url: str, switch: Any, serving: Callable[..., Any]
) -> None:
    stage(database, a_stream())
    with serving(url) as web:
        assert web.get("/explore").status_code == 200
        switch.off()
        away = web.get("/bot?x=1")
        assert away.status_code == 503
        assert "The database is unavailable" in away.text
        assert away.headers["retry-after"]
        assert web.get("/api/v1/games?x=1").json() == {
            "detail": "The database is unavailable or busy. Try again in a minute."
        }
        switch.on()
        assert web.get("/bot?x=2").status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("/games/nobody", 404, "No game is at this address."),
        ("/streamers/<b>", 404, "No streamer is at this address."),
        ("/games/chess?days=0", 422, "days: "),
        ("/games/chess?from=2026-11-20&to=2026-11-01", 422, "A range ends on or after"),
        ("/games/chess?from=1", 422, "a date is written as 2026-11-21"),
        ("/games/chess?days=3&from=2026-11-01", 422, "not both"),
        ("/compare?games=a,b,c,d,e,f", 422, "At most 5"),
        ("/charts/none.json", 404, "There is no such chart."),
        ("/static/..%2fserve.py", 404, ""),
        ("/static/style.css.bak", 404, ""),
    ],
)
def test_errors_are_explained_in_a_sentence(web: Web, path: str, status: int, detail: str) -> None:
    answer = web.get(path)
    assert answer.status_code == status
    assert detail in answer.text.replace("&#39;", "'")
    assert "Traceback" not in answer.text


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


def test_every_address_is_below_the_root_path(web_url: str, serving: Callable[..., Any]) -> None:
    with serving(web_url, root_path="/twitch") as web:
        for mounted in ("", "/twitch"):
            # Whether the proxy takes the path away or not; `web.url` ends with it.
            base = replace(web, url=web.url.removesuffix("/twitch") + mounted)
            page = base.get("/games/chess")
            assert page.status_code == 200
            links = re.findall(r'(?:href|src|action|data-[a-z]+)="(/[^"]*)"', page.text)
            assert links
            assert [link for link in links if not link.startswith("/twitch/")] == []
            assert base.get("/search?q=chess").headers["location"] == "/twitch/games/chess"
            assert base.json("/games?limit=2")["next"].startswith("/twitch/api/v1/games?")
            assert base.json("/openapi.json")["servers"] == [{"url": "/twitch"}]


def test_client_above_the_rate_limit_is_refused_and_others_are_not(web_url: str, serving: Callable[..., Any]) -> None:
    with serving(web_url, requests_per_minute=3, trusted_proxies=[ip_network("127.0.0.1")]) as web:
        codes = [web.get("/bot", headers={"X-Forwarded-For": f"{fake}, 192.0.2.1"}).status_code for fake in range(4)]
        assert codes == [200, 200, 200, 429]
        refused = web.get("/bot", headers={"X-Forwarded-For": "192.0.2.1"})
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert web.get("/bot", headers={"X-Forwarded-For": "192.0.2.2"}).status_code == 200
        assert web.get("/healthz", headers={"X-Forwarded-For": "192.0.2.1"}).status_code == 200


def test_head_is_get_without_its_body_and_post_is_not_allowed(web: Web) -> None:
    head, get = requests.head(web.url + "/bot", timeout=30), web.get("/bot")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", get.headers["etag"])
    assert requests.post(web.url + "/bot", timeout=30).status_code == 405


def test_chart_is_a_specification_and_a_picture_in_both_themes(web: Web) -> None:
    chart = web.get("/charts/week.json?slug=chess").json()
    assert chart["spec"]["mark"]["type"] == "rect"
    assert chart["description"].startswith("Chess, hours of the week. Most viewers: ")
    light, dark = (web.get(f"/charts/week.svg?slug=chess&theme={theme}") for theme in ("light", "dark"))
    assert light.headers["content-type"] == "image/svg+xml"
    assert light.text.startswith("<svg")
    assert light.text != dark.text


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
            filled = path.replace("{slug}", "ada" if "/streamers/{slug}" in path else "chess")
            assert web.get(f"{filled}?kind=game&names=chess&q=chess").status_code == 200, path


def links_of(page: str) -> set[str]:
    """Everything on our own site that a page leads to, shows or loads."""
    found = re.findall(r'(?:href|src|srcset|data-chart)="([^"#]+)"', page)
    return {html.unescape(link) for link in found if not link.startswith("https:")}


def test_every_link_of_every_page_works(web: Web) -> None:
    """Downloads of every table as JSON and CSV, charts, pictures, and the previous and next rows."""
    links = set[str]().union(*(links_of(web.get(path).text) for path in PAGES))
    assert {urlsplit(link).path.split("/")[1] for link in links} >= {"api", "charts", "games", "static", "streamers"}
    pictures = {link for link in links if ".svg?" in link and not link.startswith("/static")}
    for link in links - pictures:
        answer = web.get(link)
        assert answer.status_code in (200, 301, 302, 303, 308), link
        if "format=csv" in link:
            assert answer.headers["content-type"] == "text/csv; charset=utf-8", link
    # The same specifications as those that a browser draws; one of each.
    for link in {urlsplit(link).path: link for link in pictures}.values():
        assert web.get(link).text.startswith("<svg"), link


def test_limit_and_offset_are_bounded(web: Web) -> None:
    for path in ("/games", "/now/streamers", "/games/chess/hours"):
        assert web.get(f"/api/v1{path}?limit=10000").status_code == 200
        for beyond in ("limit=10001", "limit=0", "offset=-1", "offset=1000001", "limit=many"):
            answer = web.get(f"/api/v1{path}?{beyond}")
            assert (answer.status_code, list(answer.json())) == (422, ["detail"]), beyond


def test_next_jobs_are_listed_with_their_times(web: Web) -> None:
    """At 10:05 AM Pacific, with polls every hour."""
    assert [(row["what"], row["at"]) for row in web.json("/bot/due")["rows"]] == [
        ("poll", "2026-11-22T19:00:00+00:00"),
        ("day", "2026-11-23T16:00:00+00:00"),
        ("summaries", "2026-11-22T22:00:00+00:00"),
    ]


def test_comparison_has_the_values_of_the_single_pages(web: Web) -> None:
    for kind, names in (("game", ["go", "chess"]), ("streamer", ["bob", "ada"])):
        rows = web.json(f"/compare?kind={kind}&names={','.join(names)}&days=7")["rows"]
        days = web.json(f"/compare/days?kind={kind}&names={','.join(names)}&days=7")["rows"]
        assert [row["slug"] for row in rows] == names
        for row in rows:
            alone = web.json(f"/{kind}s/{row['slug']}?days=7")
            for field in ("watch_hours", "airtime_hours", "average_viewers", "peak_viewers"):
                assert row[field] == pytest.approx(alone[field]), (kind, field)
            own = [day["watch_hours"] for day in days if day["slug"] == row["slug"]]
            assert sum(own) == pytest.approx(alone["watch_hours"])


def test_rank_is_shown_with_the_rank_before(database: Database, url: str, serving: Callable[..., Any]) -> None:
    for day, viewers in enumerate((300, 50)):
        for number in range(48):
            at = DAY_START + timedelta(days=day) + number * HALF_HOUR
            go = a_stream(viewers, streamer="bob", game="go")
            stage(database, a_stream(100), go, at=at, day=DAY + timedelta(days=day))
    Rollup(database, VirtualClock(DAY_START + timedelta(days=3)), CALENDAR).daily()
    DatabaseNames(database).refresh()
    with serving(url) as web:
        rows = web.json("/games?days=1")["rows"]
        assert [(row["game"], row["rank"], row["rank_before"]) for row in rows] == [("Chess", 1, 2), ("Go", 2, 1)]
        for row in rows:
            summary = web.json(f"/games/{row['slug']}?days=1")
            assert (summary["rank"], summary["rank_before"], summary["games"]) == (row["rank"], row["rank_before"], 2)
        assert "of 2, #2 before" in web.get("/games/chess?days=1").text


def test_hours_of_all_twitch_are_those_of_the_newest_day(web: Web) -> None:
    rows = web.json("/now/hours")["rows"]
    newest = web.json("/now/streamers?limit=10000")["rows"]
    assert rows[-1]["hour_at"] == "2026-11-22T18:00:00+00:00"
    assert rows[-1]["average_viewers"] == sum(row["viewers"] for row in newest)
    assert [row["viewers"] for row in newest] == sorted((row["viewers"] for row in newest), reverse=True)
    assert len(rows) == 12


def test_records_are_the_best_days_and_averages_need_an_hour_live(
    database: Database, url: str, serving: Callable[..., Any]
) -> None:
    def polls(first: int, how_many: int, viewers: int, days: int) -> None:
        at = DAY_START + timedelta(days=days)
        for number in range(48):
            seen = [a_stream(viewers)] if first <= number < first + how_many else []
            other = a_stream(60, streamer="bob", game="go")
            stage(database, other, *seen, at=at + number * HALF_HOUR, day=DAY + timedelta(days=days))

    polls(10, 1, 9_000, 0)
    polls(10, 20, 1_000, 1)
    polls(10, 4, 2_000, 2)
    Rollup(database, VirtualClock(DAY_START + timedelta(days=4)), CALENDAR).daily()
    DatabaseNames(database).refresh()
    with serving(url) as web:
        records = {row["record"]: (row["day"], row["value"]) for row in web.json("/streamers/ada/records")["rows"]}
    assert records == {
        "peak_viewers": ("2026-11-21", 9_000),
        "average_viewers": ("2026-11-23", 2_000),
        "watch_hours": ("2026-11-22", 10_000),
        "airtime_hours": ("2026-11-22", 10),
    }


def test_examples_of_the_documents_work(web: Web) -> None:
    """The names of the small world replace those of the demo."""
    text = "".join((ROOT / path).read_text() for path in ("docs/dashboard.md",))
    examples = re.findall(r"^\$ curl -s '?http://127\.0\.0\.1:8000([^'\s]+)", text, re.MULTILINE)
    assert len(examples) >= 7
    for path in examples:
        here = path.replace("amberanchor", "ada").replace("silentknight368", "bob")
        assert web.get(here).status_code == 200, path
