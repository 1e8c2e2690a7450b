"""The pages in a real browser: charts, mouse and keyboard, desktop and phone."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.acceptance.conftest import PATIENCE_SECONDS
from tests.web.conftest import CHROMIUM, EVIL_GAME, EVIL_STREAMER, Web

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason="Chromium is not installed: apt-get install chromium")

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}
PAGES = (
    "/",
    "/games/chess",
    "/streamers/ada",
    "/compare?games=chess,go,just-chatting&measure=viewers",
    "/explore",
    "/bot",
    "/search?q=gamee",
    "/api",
    "/nowhere",
)
ALL_DRAWN = """() => [...document.querySelectorAll("[data-chart]")].every((figure) => figure.dataset.drawn === "yes")"""


@dataclass
class Visit:
    """A browser window, and the errors in it."""

    web: Web
    page: Page
    context: BrowserContext
    wrong: list[str] = field(default_factory=list)

    def log(self, message: ConsoleMessage) -> None:
        """Record a message of the console. The 404 of the page that does not exist is expected."""
        is_expected = message.location["url"].endswith("/nowhere")
        if message.type in ("error", "warning") and not is_expected:
            self.wrong.append(message.text)

    def open(self, path: str) -> None:
        """Open a page and wait for its charts."""
        self.page.goto(self.web.url + path)
        self.wait_for_charts()

    def wait_for_charts(self) -> None:
        """Scroll to each chart and wait until all are drawn."""
        for figure in self.page.locator("[data-chart]").all():
            figure.scroll_into_view_if_needed()
        self.page.wait_for_function(ALL_DRAWN)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, without a window."""
    expect.set_options(timeout=1000 * PATIENCE_SECONDS)
    # Turns off the requests to its vendor that it makes at every start.
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=[*quiet, "--disable-sync"])
        yield browser
        browser.close()


@pytest.fixture
def visit(browser: Browser, web: Web) -> Iterator[Callable[..., Visit]]:
    """Opens windows. The test fails after an error in one of them, and after a request to another site."""
    visits: list[Visit] = []

    def opened(**how: Any) -> Visit:
        context = browser.new_context(**{"viewport": DESK, "timezone_id": "Europe/Berlin", "locale": "en-GB", **how})
        context.set_default_timeout(1000 * PATIENCE_SECONDS)
        one = Visit(web, context.new_page(), context)
        visits.append(one)
        context.on("request", lambda request: one.wrong.append(request.url) if is_elsewhere(request.url) else None)
        context.on("console", one.log)
        one.page.on("pageerror", lambda error: one.wrong.append(str(error)))
        one.page.on("dialog", lambda dialog: one.wrong.append(f"a script ran: {dialog.message}"))
        return one

    def is_elsewhere(url: str) -> bool:
        return urlsplit(url).hostname != "127.0.0.1" and not url.startswith("blob:")

    yield opened
    for one in visits:
        one.context.close()
        assert one.wrong == []


def test_every_page_draws_its_charts_fits_the_width_and_is_accessible(visit: Callable[..., Visit]) -> None:
    """axe finds obstacles for screen readers and keyboards, and low contrast: on a phone in light colours and on a
    desktop in dark ones."""
    window = visit(color_scheme="light", viewport=PHONE)
    for path in PAGES:
        window.open(path)
        for details in window.page.locator("details").all():
            details.evaluate("one => one.open = !one.querySelector('img')")
        fits_and_has_no_violation(window.page, path, PHONE["width"], "rgb(255, 255, 255)")
        window.page.set_viewport_size({"width": DESK["width"], "height": DESK["height"]})
        window.page.emulate_media(color_scheme="dark")
        window.wait_for_charts()
        fits_and_has_no_violation(window.page, path, DESK["width"], "rgb(23, 26, 33)")
        window.page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
        window.page.emulate_media(color_scheme="light")


def fits_and_has_no_violation(page: Page, path: str, width: int, background: str) -> None:
    """Fail unless a page needs no horizontal scrolling, has that background, and axe finds nothing serious."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == background, path
    found = Axe().run(page).response["violations"]
    serious = [(one["id"], one["nodes"][0]["html"]) for one in found if one["impact"] in ("serious", "critical")]
    assert serious == [], path


def test_search_works_with_the_keyboard_alone(visit: Callable[..., Visit]) -> None:
    window = visit()
    window.open("/")
    page = window.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.get_by_role("combobox").focus()
    page.keyboard.type("just chatt")
    expect(page.get_by_role("option").first).to_contain_text("Just Chatting")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    page.wait_for_url("**/games/just-chatting")
    expect(page.get_by_role("heading", level=1)).to_have_text("Just Chatting")


def test_marked_suggestion_stays_marked_when_the_list_changes(visit: Callable[..., Visit]) -> None:
    window = visit()
    window.open("/")
    page = window.page
    page.get_by_role("combobox").focus()
    page.keyboard.type("game 1")
    wanted = page.get_by_role("option").filter(has_text="Game 19")
    expect(wanted).to_be_visible()
    while wanted.get_attribute("aria-selected") != "true":
        page.keyboard.press("ArrowDown")
    page.keyboard.type("9")
    # It is the first of the new suggestions, and was not the first of the old ones.
    expect(page.get_by_role("option").first).to_contain_text("Game 19")
    expect(wanted).to_have_attribute("aria-selected", "true")


def test_misspelled_name_is_found_without_scripts(visit: Callable[..., Visit]) -> None:
    window = visit(java_script_enabled=False)
    window.page.goto(window.web.url)
    window.page.get_by_role("searchbox").fill("Just Chating")
    window.page.get_by_role("button", name="Search").click()
    found = window.page.get_by_role("link", name="Just Chatting")
    assert found.get_attribute("href") == "/games/just-chatting"


def test_range_is_changed_by_a_link_or_by_two_dates(visit: Callable[..., Visit]) -> None:
    window = visit()
    window.open("/games/chess")
    page = window.page
    page.get_by_role("navigation", name="Range").get_by_role("link", name="7 days").click()
    page.wait_for_url("**/games/chess?days=7")
    expect(page.get_by_text("7 of 7 days")).to_be_visible()
    page.get_by_role("textbox", name="From").fill("2026-11-16")
    page.get_by_role("textbox", name="to").fill("2026-11-17")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**from=2026-11-16&to=2026-11-17")
    expect(page.get_by_text("2 of 2 days")).to_be_visible()
    window.wait_for_charts()


def test_games_are_added_to_and_removed_from_a_comparison(visit: Callable[..., Visit]) -> None:
    window = visit()
    window.open("/compare")
    page = window.page
    for typed, names in (("chess", "chess"), ("just chating", "chess,just-chatting")):
        page.get_by_label("Add a").fill(typed)
        page.get_by_role("button", name="Add").click()
        page.wait_for_url(re.compile("games=" + names.replace(",", "%2C")))
    window.wait_for_charts()
    label = page.locator(".drawing").get_attribute("aria-label")
    assert label is not None
    assert "Chess: from" in label
    assert "Just Chatting: from" in label
    page.get_by_role("link", name="Remove Chess").click()
    page.wait_for_url("**games=just-chatting&*")
    expect(page.get_by_role("row")).to_have_count(2)


def test_table_is_sorted_filtered_and_downloaded(visit: Callable[..., Visit]) -> None:
    window = visit()
    window.open("/explore")
    page = window.page
    page.get_by_role("link", name="Viewers per streamer").click()
    page.wait_for_url("**sort=viewers_per_stream*")
    page.get_by_label("Viewers from").fill("500")
    page.get_by_role("button", name="Filter").click()
    page.wait_for_url("**min_viewers=500*")
    shown = page.locator("tbody tr").count()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="CSV").first.click()
    lines = downloading.value.path().read_text().splitlines()
    assert downloading.value.suggested_filename == "games.csv"
    assert len(lines) == shown + 1 > 1
    ratios = [float(line.split(",")[-1]) for line in lines[1:]]
    assert ratios == sorted(ratios, reverse=True)


# Where the canvas has the colour of a point, from its upper left.
A_POINT = """
canvas => {
  const { width, height } = canvas;
  const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
  for (let at = 0; at < data.length; at += 4) {
    const [red, , blue, opacity] = data.slice(at, at + 4);
    if (opacity > 150 && blue > red + 80) {
      const scale = canvas.clientWidth / width;
      return { x: ((at / 4) % width) * scale, y: Math.floor(at / 4 / width) * scale };
    }
  }
}
"""


def test_point_of_the_scatter_chart_links_to_its_game(visit: Callable[..., Visit]) -> None:
    """The highest one is the most watched."""
    window = visit()
    window.open("/explore")
    canvas = window.page.locator("canvas")
    canvas.scroll_into_view_if_needed()
    point = canvas.evaluate(A_POINT)
    canvas.click(position={"x": point["x"], "y": point["y"] + 2})
    window.page.wait_for_url("**/games/chess")


def test_names_that_are_scripts_are_shown_and_not_run(visit: Callable[..., Visit]) -> None:
    """The window fails the test on a dialog, an error or a request to another site."""
    window = visit()
    window.open("/streamers/mallory")
    expect(window.page.get_by_role("heading", level=1)).to_have_text(EVIL_STREAMER)
    expect(window.page.get_by_role("rowheader", name=EVIL_GAME)).to_be_visible()
    window.open("/compare?streamers=mallory,formula")
    window.open("/bot")
    window.page.get_by_role("searchbox").or_(window.page.get_by_role("combobox")).first.fill("script")
    expect(window.page.get_by_role("option").first).to_contain_text(EVIL_STREAMER)
    assert window.page.locator("img[src=x]").count() == 0


def test_times_are_in_the_visitors_zone_and_days_in_the_bots(visit: Callable[..., Visit]) -> None:
    for zone, hour in (("Australia/Adelaide", "04:30"), ("Europe/Berlin", "19:00")):
        window = visit(timezone_id=zone)
        window.open("/")
        expect(window.page.locator("main time").first).to_contain_text(hour)
        expect(window.page.locator("footer")).to_contain_text("08:00 to 08:00 in America/Los Angeles")
        expect(window.page.locator("footer")).to_contain_text(f"yours ({zone})")


def test_chart_is_a_still_picture_without_scripts(visit: Callable[..., Visit]) -> None:
    window = visit(java_script_enabled=False, color_scheme="dark")
    window.page.goto(window.web.url + "/games/chess")
    picture = window.page.locator("figure img").first
    picture.scroll_into_view_if_needed()
    expect(picture).to_be_visible()
    assert "theme=dark" in str(picture.evaluate("image => image.currentSrc"))
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 0
