"""What others show of the dashboard: cards of links, feeds, the sitemap, and what programs and other sites may read."""

import html
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree

import pytest

from helperfunctions.drawing import MAGIC
from tests.web.conftest import EVIL_STREAMER, Web

Serve = Callable[..., Any]
BASE = "https://watchtime.example.org/twitch"
ATOM = {"atom": "http://www.w3.org/2005/Atom"}


@pytest.fixture
def public(web_url: str, serving: Serve) -> Any:
    """The dashboard with an address on the web, a name and a page about its people."""
    settings = {"public_url": BASE, "title": "<My> Stats", "root_path": "/twitch"}
    with serving(web_url, about_url="https://example.org/about", **settings) as web:
        yield web


def meta(page: str, name: str) -> list[str]:
    return re.findall(rf'<meta (?:property|name)="{name}" content="([^"]*)">', page)


@pytest.mark.parametrize(
    ("path", "card"),
    [
        ("/games/chess?days=7", "/cards/games/chess.png"),
        ("/streamers/ada", "/cards/streamers/ada.png"),
        ("/days/2026-11-21", "/cards/days/2026-11-21.png"),
        ("/compare?games=chess%2Cgo&measure=viewers", "/cards/compare.png?games=chess%2Cgo&measure=viewers"),
        ("/compare?days=7&streamers=ada&measure=hours", "/cards/compare.png?days=7&streamers=ada&measure=hours"),
    ],
)
def test_link_to_a_page_has_a_card_with_a_picture(public: Web, path: str, card: str) -> None:
    page = public.get(path).text
    assert [html.unescape(address) for address in meta(page, "og:image")] == [BASE + card]
    # A comparison is its query.
    address = path if path.startswith("/compare") else path.partition("?")[0]
    assert f'<link rel="canonical" href="{html.escape(BASE + address)}">' in page
    assert meta(page, "twitter:card") == ["summary_large_image"]
    assert meta(page, "og:title")[0] in page.split("<title>")[1]
    picture = public.get(card)
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/png")
    assert picture.content.startswith(MAGIC)
    assert [int.from_bytes(picture.content[start : start + 4], "big") for start in (16, 20)] == [1200, 630]


def test_without_an_address_on_the_web_there_is_no_canonical_address_and_no_sitemap(web: Web) -> None:
    page = web.get("/games/chess").text
    assert "canonical" not in page
    assert meta(page, "og:image") == []
    assert meta(page, "twitter:card") == ["summary"]
    assert web.get("/sitemap.xml").status_code == 404
    assert "Sitemap" not in web.get("/robots.txt").text


def test_name_and_page_of_its_people_are_shown_and_escaped(public: Web) -> None:
    page = public.get("/").text
    assert "&lt;My&gt; Stats</title>" in page
    assert "<My>" not in page
    assert 'href="https://example.org/about"' in page
    manifest = public.get("/manifest.webmanifest").json()
    assert (manifest["name"], manifest["start_url"]) == ("<My> Stats", "/twitch/")


def test_picture_of_a_name_that_is_markup_is_drawn(public: Web) -> None:
    assert public.get("/cards/streamers/mallory.png").content.startswith(MAGIC)
    assert public.get("/cards/streamers/nobody.png").status_code == 404
    assert public.get("/cards/days/2020-01-01.png").status_code == 404
    assert public.get("/cards/compare.png?games=chess,mallory&streamers=x").content.startswith(MAGIC)
    assert public.get("/cards/compare.png?streamers=mallory,nobody").content.startswith(MAGIC)
    assert public.get("/cards/compare.png?games=nothing").status_code == 404
    assert public.get("/cards/compare.png").status_code == 404


@pytest.mark.parametrize("has_address", [True, False], ids=["with WEB_PUBLIC_URL", "without"])
def test_comparison_is_shared_and_saved_with_its_dates(public: Web, web: Web, has_address: bool) -> None:
    """Tomorrow, `the last 7 days` will be others."""
    page = (public if has_address else web).get("/compare?games=chess,go&days=7").text
    [shared] = re.findall(r'class="share" type="button" data-address="([^"]*)"', page)
    query = "games=chess%2Cgo&measure=hours&from=2026-11-15&to=2026-11-21"
    assert html.unescape(shared) == (BASE if has_address else "") + f"/compare?{query}"
    [picture] = re.findall(r'href="([^"]*)" download="[^"]*">Save picture', page)
    assert html.unescape(picture) == ("/twitch" if has_address else "") + f"/cards/compare.png?{query}"
    assert web.get(f"/cards/compare.png?{query}").headers["content-type"] == "image/png"


def test_comparison_of_nothing_has_no_card(public: Web) -> None:
    page = public.get("/compare?games=nothing").text
    assert meta(page, "og:image") == []
    assert f'<link rel="canonical" href="{BASE}/compare">' in page


def test_feed_has_the_newest_days_with_their_top_lists(public: Web) -> None:
    answer = public.get("/feeds/days.xml")
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    entries = ElementTree.fromstring(answer.content).findall("atom:entry", ATOM)  # noqa: S314 - our own answer
    assert len(entries) == 9
    assert entries[0].findtext("atom:title", "", ATOM) == "Most watched on Twitch, Nov 21, 2026"
    content = entries[0].findtext("atom:content", "", ATOM)
    assert ("1. Chess (" in content, "1. Ada (" in content) == (True, True)
    link = entries[0].find("atom:link", ATOM)
    assert link is not None
    assert link.get("href") == f"{BASE}/days/2026-11-21"
    assert len({entry.findtext("atom:id", "", ATOM) for entry in entries}) == 9
    assert EVIL_STREAMER not in answer.text


def test_sitemap_lists_pages_of_games_streamers_and_days(public: Web) -> None:
    tree = ElementTree.fromstring(public.get("/sitemap.xml").content)  # noqa: S314 - our own answer
    addresses = [one.text or "" for one in tree.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]
    assert {f"{BASE}/", f"{BASE}/games/chess", f"{BASE}/streamers/ada", f"{BASE}/days/2026-11-21"} <= set(addresses)
    assert f"Sitemap: {BASE}/sitemap.xml" in public.get("/robots.txt").text
    for address in addresses[:20]:
        assert public.get(address.removeprefix(BASE)).status_code == 200, address


def test_other_sites_may_read_the_api_and_nothing_else(web: Web) -> None:
    assert web.get("/api/v1/games").headers["access-control-allow-origin"] == "*"
    assert web.get("/api/v1/nowhere").headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in web.get("/").headers
    assert web.get("/favicon.ico").headers["location"].startswith("/static/icon.svg")


@pytest.mark.parametrize(
    ("words", "leads_to"),
    [
        ("Most watched games on Twitch · Sat, Nov 21, 2026", "/days/2026-11-21"),
        ("2026-11-20", "/days/2026-11-20"),
        ("Foo 99, 2026", None),
        ("2026-13-45", None),
    ],
)
def test_search_for_the_words_of_a_post_leads_to_its_day(web: Web, words: str, leads_to: str | None) -> None:
    assert web.get("/search", params={"q": words}).headers.get("location") == leads_to
