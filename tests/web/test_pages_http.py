"""Responses of the dashboard over HTTP: headers, redirects, errors and limits."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
import requests

from bot.names.database_names import DatabaseNames
from helperfunctions.database import Database
from tests.factories import DAY_START, a_stream, stage
from tests.web.conftest import Web

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
FOR_EVERY_SITE = {"access-control-allow-origin": "*"}
HTML, JSON = "text/html; charset=utf-8", "application/json"


@pytest.mark.parametrize(
    ("path", "status", "own"),
    [
        ("/explore", 200, {"content-type": HTML, "vary": "accept-encoding", "etag": ...}),
        (
            "/api/v1/now/games?limit=1",
            200,
            {"content-type": JSON, "etag": ..., "x-total-count": ..., "link": ..., **FOR_EVERY_SITE},
        ),
        (
            "/api/v1/games/chess?format=csv",
            200,
            {
                "content-type": "text/csv; charset=utf-8",
                "content-disposition": 'attachment; filename="games-chess.csv"',
                "etag": ...,
                **FOR_EVERY_SITE,
            },
        ),
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
        ("/api/v1/games/nobody", 404, {"content-type": JSON, **FOR_EVERY_SITE}),
        ("/explore?days=0", 422, {"content-type": HTML, "vary": "accept-encoding"}),
        ("/games/CHESS", 308, {"location": "/games/chess"}),
    ],
    ids=["page", "JSON", "CSV", "file", "health", "not there", "not there of API", "refused", "redirect"],
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


def test_unavailable_database_is_reported_and_the_dashboard_recovers(
    database: Database, url: str, switch: Any, serving: Callable[..., Any]
) -> None:
    stage(database, a_stream())
    with serving(url) as web:
        assert web.get("/explore").status_code == 200
        switch.off()
        away = web.get("/days?x=1")
        assert away.status_code == 503
        assert "The database is unavailable" in away.text
        assert away.headers["retry-after"]
        assert web.get("/api/v1/games?x=1").json() == {
            "detail": "The database is unavailable or busy. Try again in a minute."
        }
        switch.on()
        assert web.get("/days?x=2").status_code == 200


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("/games/nobody", 404, "No game is at this address."),
        ("/streamers/<b>", 404, "No streamer is at this address."),
        ("/games/chess?days=0", 422, "days: "),
        ("/games/chess?from=2026-11-20&to=2026-11-01", 422, "A range ends on or after"),
        ("/games/chess?from=1", 422, "a date is written as 2026-11-21"),
        ("/games/chess?days=3&from=2026-11-01", 422, "not both"),
        ("/api/v1/compare?kind=game&names=a,b,c,d,e,f", 422, "At most 5"),
        ("/charts/post.svg?post=9", 404, "No chart goes with this post."),
        ("/static/..%2fserve.py", 404, ""),
        ("/static/style.css.bak", 404, ""),
    ],
)
def test_errors_are_explained_in_a_sentence(web: Web, path: str, status: int, detail: str) -> None:
    answer = web.get(path)
    assert answer.status_code == status
    assert detail in answer.text.replace("&#39;", "'")
    assert "Traceback" not in answer.text


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


def test_clients_of_an_unknown_proxy_share_one_limit_and_the_log_names_the_proxy_once(
    web_url: str, serving: Callable[..., Any], caplog: pytest.LogCaptureFixture
) -> None:
    with serving(web_url, requests_per_minute=3) as web:
        codes = [web.get("/bot", headers={"X-Forwarded-For": f"192.0.2.{one}"}).status_code for one in range(4)]
    assert codes == [200, 200, 200, 429]
    assert caplog.text.count("requests from 127.0.0.1 have X-Forwarded-For, which is ignored") == 1


def test_head_is_get_without_its_body_and_post_is_not_allowed(web: Web) -> None:
    head, get = requests.head(web.url + "/bot", timeout=30), web.get("/bot")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", get.headers["etag"])
    assert requests.post(web.url + "/bot", timeout=30).status_code == 405


def test_limit_and_offset_are_bounded(web: Web) -> None:
    for path in ("/games", "/now/streamers", "/games/chess/hours"):
        assert web.get(f"/api/v1{path}?limit=10000").status_code == 200
        for beyond in ("limit=10001", "limit=0", "offset=-1", "offset=1000001", "limit=many"):
            answer = web.get(f"/api/v1{path}?{beyond}")
            assert (answer.status_code, list(answer.json())) == (422, ["detail"]), beyond
