"""The theme that a visitor chooses, the accent colour, and the account on X."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.web.app import make_app
from bot.web.site import Site
from helperfunctions.errors import SettingsError
from tests.web.conftest import Web

Serve = Callable[..., Any]


@pytest.fixture
def own(web_url: str, serving: Serve) -> Any:
    """A dashboard below a path, with an accent colour and an account."""
    settings = {"accent": "#0b6b3f", "account": "watchtime", "root_path": "/twitch"}
    with serving(web_url, public_url="https://watchtime.example.org/twitch", **settings) as web:
        yield web


def test_style_of_a_theme_depends_on_the_cookie_and_pages_do_not(web: Web) -> None:
    styles = {theme: web.get("/theme.css", cookies={"theme": theme}) for theme in ("light", "dark", "other")}
    assert ":root { color-scheme: light; --page: #f6f5fa;" in styles["light"].text
    assert "@media screen { :root { color-scheme: dark; --page: #0f0d15;" in styles["dark"].text
    assert ":root" not in styles["other"].text
    assert styles["other"].text == web.get("/theme.css").text
    for style in styles.values():
        assert (style.headers["cache-control"], style.headers["vary"].split(", ")[0]) == ("private, no-cache", "cookie")
        assert style.headers["content-type"] == "text/css; charset=utf-8"
    pages = {web.get("/explore", cookies={"theme": theme}).text for theme in ("light", "dark")}
    assert len(pages) == 1
    assert '<link rel="stylesheet" href="/theme.css">' in pages.pop()


@pytest.mark.parametrize("theme", ["light", "dark", "system", "<script>"])
def test_theme_is_stored_in_a_cookie_or_forgotten(own: Web, theme: str) -> None:
    answer = own.get("/theme", params={"set": theme})
    is_one = theme in ("light", "dark")
    assert answer.headers["set-cookie"] == (
        f"theme={theme}; Path=/twitch; Max-Age=31536000; SameSite=Lax; HttpOnly"
        if is_one
        else "theme=; Path=/twitch; Max-Age=0; SameSite=Lax; HttpOnly"
    )
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("referer", "leads_to"),
    [
        ("http://127.0.0.1/twitch/games/chess?days=7&week=viewers", "/twitch/games/chess?days=7&week=viewers"),
        ("http://127.0.0.1:8000/twitch/search?q=a%20b", "/twitch/search?q=a%20b"),
        ("https://watchtime.example.org/twitch/explore", "/twitch/explore"),
        ("https://evil.example/twitch/explore", "/twitch/"),
        ("http://127.0.0.1//evil.example/", "/twitch/"),
        ("http://127.0.0.1/twitch/\\evil.example", "/twitch/%5Cevil.example"),
        ("http://127.0.0.1/elsewhere", "/twitch/"),
        ("http://127.0.0.1/twitch/theme?set=dark", "/twitch/"),
        ("http://127.0.0.1/twitch/\u00e9", "/twitch/%C3%A9"),
        ("http://[", "/twitch/"),
        ("", "/twitch/"),
    ],
)
def test_choice_leads_back_to_its_page_and_never_to_another_site(own: Web, referer: str, leads_to: str) -> None:
    answer = own.get("/theme?set=dark", headers={"referer": referer.encode("latin-1")})
    assert (answer.status_code, answer.headers["location"]) == (303, leads_to)


@pytest.mark.parametrize("path", ["//evil.example/a", "/\\evil.example", "///evil.example"])
def test_page_with_two_slashes_at_the_root_leads_to_no_other_site(web: Web, path: str) -> None:
    answer = web.get("/theme?set=dark", headers={"referer": f"http://127.0.0.1{path}"})
    assert answer.headers["location"][1] not in "/\\"


def test_accent_colour_and_account_are_those_of_the_settings(own: Web) -> None:
    system = own.get("/theme.css").text
    assert ":root { --accent: #0b6b3f; --tint: #e7f0ec; }" in system
    assert "@media (prefers-color-scheme: dark) { :root { --accent: #" in system
    assert "--accent: #0b6b3f;" in own.get("/theme.css", cookies={"theme": "light"}).text
    manifest = own.get("/manifest.webmanifest").json()
    assert (manifest["theme_color"], manifest["background_color"]) == ("#0b6b3f", "#0f0d15")
    page = own.get("/").text
    assert '<a href="https://x.com/watchtime" rel="noopener">Posts by @watchtime</a>' in page
    assert '<meta name="twitter:site" content="@watchtime">' in page


def test_icon_has_the_accent_colour_and_an_address_of_its_own(own: Web, web: Web) -> None:
    """A browser keeps it forever, and may know the same host with another colour."""
    links = [re.search(r'<link rel="icon" href="([^"]+)"', site.get("/").text) for site in (own, web)]
    ours, usual = (link[1] for link in links if link is not None)
    assert ours.removeprefix("/twitch") != usual
    [icon] = own.get("/manifest.webmanifest").json()["icons"]
    assert (icon["src"], own.get("/favicon.ico").headers["location"]) == (ours, ours)
    icons = own.get(ours.removeprefix("/twitch")).text, web.get(usual).text
    assert [("#0b6b3f" in text, "#5b2bd6" in text) for text in icons] == [(True, False), (False, True)]


def test_without_an_account_no_page_names_one(web: Web) -> None:
    page = web.get("/").text
    assert ("Posts by" in page, "twitter:site" in page) == (False, False)


def test_accent_colour_that_cannot_be_read_stops_the_start_with_a_better_one(web: Web) -> None:
    site: Site = web.site
    with pytest.raises(SettingsError, match="WEB_ACCENT: #ffee00 is too light to be read on white") as refused:
        make_app(replace(site, accent="#ffee00"))
    better = str(refused.value).rsplit(" ", 1)[1]
    make_app(replace(site, accent=better))
