"""Badges and feeds of games and streamers, and the snippets that embed them."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest

from bot.names.database_names import DatabaseNames
from helperfunctions.database import Database
from tests.factories import DAY_START, a_stream, stage
from tests.web.conftest import EVIL_STREAMER, Web

Serve = Callable[..., Any]
BASE = "https://watchtime.example.org/twitch"
ATOM = {"atom": "http://www.w3.org/2005/Atom"}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def public(web_url: str, serving: Serve) -> Any:
    """The dashboard with an address on the web."""
    with serving(web_url, public_url=BASE, root_path="/twitch", title="<My> Stats") as web:
        yield web


def badge(web: Web, path: str) -> ElementTree.Element:
    answer = web.get(path)
    assert answer.headers["content-type"] == "image/svg+xml", answer.text
    return ElementTree.fromstring(answer.content)  # noqa: S314 - our own answer


def texts(svg: ElementTree.Element) -> list[str | None]:
    return [one.text for one in svg.iter(f"{SVG}text")]


@pytest.mark.parametrize(
    ("query", "label", "value"),
    [
        ("", "Twitch watch time", r"\d+K hours in 7 days"),
        ("?days=3", "Twitch watch time", r"\d+K hours in 3 days"),
        ("?measure=viewers", "Twitch viewers", r"1\.\dK on average in 7 days"),
        ("?measure=rank&days=1", "Twitch rank", r"#1 of 6\d (games|streamers) in 1 day"),
    ],
)
@pytest.mark.parametrize("path", ["/games/chess", "/streamers/ada"])
def test_badge_shows_the_figure_that_is_asked_for(web: Web, path: str, query: str, label: str, value: str) -> None:
    svg = badge(web, f"{path}/badge.svg{query}")
    shown = texts(svg)
    assert shown[0] == label
    assert re.fullmatch(value, shown[1] or ""), shown
    title = svg.findtext(f"{SVG}title")
    assert title == f"{'Chess' if 'games' in path else 'Ada'}, {label}: {shown[1]}"
    assert (svg.get("role"), svg.get("aria-label")) == ("img", title)


def test_badge_has_the_figures_of_the_page(web: Web) -> None:
    for path in ("/games/chess", "/streamers/ada"):
        hours = web.json(f"{path}?days=7")["watch_hours"]
        assert texts(badge(web, f"{path}/badge.svg"))[1] == f"{hours / 1000:.0f}K hours in 7 days"
    by_rank = {row["slug"]: row["rank"] for row in web.json("/streamers?days=7&limit=100")["rows"]}
    assert texts(badge(web, "/streamers/s7/badge.svg?measure=rank"))[1] == f"#{by_rank['s7']} of 65 streamers in 7 days"


@pytest.mark.parametrize("path", ["/games/chess/badge.svg", "/streamers/ada/feed.atom"])
def test_other_sites_may_embed_badges_and_feeds(web: Web, path: str) -> None:
    headers = web.get(path).headers
    assert headers["access-control-allow-origin"] == "*"
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["cache-control"] == "public, max-age=3600"
    assert web.get(path, headers={"if-none-match": headers["etag"]}).status_code == 304
    assert "cross-origin-resource-policy" not in web.get(path.rpartition("/")[0]).headers


def test_badge_of_an_unknown_name_says_so_and_is_asked_for_again(web: Web) -> None:
    answer = web.get("/games/nobody/badge.svg")
    assert (answer.status_code, answer.headers["cache-control"]) == (404, "no-cache")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert texts(ElementTree.fromstring(answer.content)) == ["Twitch watch time", "not found"]  # noqa: S314
    assert web.get("/games/chess/badge.svg?measure=money").status_code == 422
    assert web.get("/games/nobody/feed.atom").status_code == 404


def test_name_that_is_markup_is_text_in_badge_and_feed(web: Web) -> None:
    title = badge(web, "/streamers/mallory/badge.svg").findtext(f"{SVG}title")
    assert title is not None
    assert title.startswith(f"{EVIL_STREAMER}, ")
    feed = ElementTree.fromstring(web.get("/streamers/mallory/feed.atom").content)  # noqa: S314 - our own answer
    assert feed.findtext("atom:title", "", ATOM) == f"{EVIL_STREAMER} on Twitch, by day"


def test_badge_of_an_old_address_stays(database: Database, url: str, serving: Serve) -> None:
    for number, name in enumerate(("Old Name", "New Name")):
        stage(database, a_stream(game_name=name), at=DAY_START + number * timedelta(minutes=30))
        DatabaseNames(database).refresh()
    with serving(url) as web:
        title = badge(web, "/games/old-name/badge.svg").findtext(f"{SVG}title")
        cached = web.get("/games/old-name/badge.svg").headers["cache-control"]
    assert title == "New Name, Twitch watch time: no data in 7 days"
    assert cached == "no-cache", "it has a figure after the next roll-up"


@pytest.mark.parametrize("path", ["/games/chess", "/streamers/ada"])
def test_feed_has_an_entry_for_each_finished_day(public: Web, path: str) -> None:
    answer = public.get(f"{path}/feed.atom")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(answer.content)  # noqa: S314 - our own answer
    entries = feed.findall("atom:entry", ATOM)
    days = {row["day"]: row for row in public.json(f"{path}/days?days=9")["rows"]}
    ids = [entry.findtext("atom:id", "", ATOM) for entry in entries]
    by_id = f"{BASE}{path.rpartition('/')[0]}/id/{path.rpartition('/')[2]}"
    assert ids == [f"{by_id}/{day}" for day in sorted(days, reverse=True)]
    assert feed.findtext("atom:id", "", ATOM) == by_id
    processed = {row["day"]: row["rolled_up_at"][:19] for row in public.json("/bot/days?days=9")["rows"]}
    assert [entry.findtext("atom:updated", "", ATOM)[:19] for entry in entries] == [
        processed[day] for day in sorted(days, reverse=True)
    ]
    first = days["2026-11-21"]
    ranked = public.json(f"{path.rpartition('/')[0]}?days=1&limit=100")
    rank = next(row["rank"] for row in ranked["rows"] if row["slug"] == path.rpartition("/")[2])
    assert entries[0].findtext("atom:content", "", ATOM).splitlines() == [
        f"Hours watched: {first['watch_hours']:,.0f}",
        f"Average viewers: {first['average_viewers']:,.0f}" + (" while live" if "streamers" in path else ""),
        f"Peak viewers: {first['peak_viewers']:,}",
        f"Rank: #{rank}" + (f" of {ranked['total']} games" if "games" in path else ""),
        "Data coverage: 100%",
    ]
    links = {link.get("rel"): link.get("href") for link in feed.findall("atom:link", ATOM)}
    assert links == {"alternate": BASE + path, "self": f"{BASE}{path}/feed.atom"}
    link = entries[0].find("atom:link", ATOM)
    assert link is not None
    assert link.get("href") == f"{BASE}{path}?from=2026-11-21&to=2026-11-21"


@pytest.mark.parametrize("kind", ["games", "streamers"])
def test_rank_of_a_day_is_that_of_the_ranking(web: Web, kind: str) -> None:
    """That of a streamer is known among the 50 leaders of the day."""
    for row in web.json(f"/{kind}?days=1&limit=100&offset=30")["rows"][::15]:
        newest = web.get(f"/{kind}/{row['slug']}/feed.atom").text.partition("</entry>")[0]
        assert (f"Rank: #{row['rank']}" in newest) == (kind == "games" or row["rank"] <= 50)


def test_feed_of_a_game_without_a_finished_day_is_empty(shown: Web) -> None:
    feed = ElementTree.fromstring(shown.get("/games/chess/feed.atom").content)  # noqa: S314 - our own answer
    assert feed.findall("atom:entry", ATOM) == []
    assert feed.findtext("atom:updated", "", ATOM) == "2026-01-01T00:00:00Z"


def test_page_links_its_feed_and_has_snippets_of_its_badge(public: Web, web: Web) -> None:
    page = public.get("/streamers/ada").text
    assert (
        '<link rel="alternate" type="application/atom+xml" title="Ada" href="/twitch/streamers/ada/feed.atom">' in page
    )
    address = f"{BASE}/streamers/ada"
    assert f"[![Hours watched on Twitch in 7 days]({address}/badge.svg)]({address})" in page
    assert (
        f"&lt;a href=&#34;{address}&#34;&gt;&lt;img src=&#34;{address}/badge.svg&#34; alt=&#34;Hours watched on Twitch"
        " in 7 days&#34; height=&#34;20&#34;&gt;&lt;/a&gt;"
    ) in page
    assert '<img src="/twitch/streamers/ada/badge.svg" alt=' in page
    assert "(https://dashboard.example/games/chess/badge.svg)" in web.get("/games/chess").text
