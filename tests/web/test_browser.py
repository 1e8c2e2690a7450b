"""The pages in a real browser: charts, mouse and keyboard, desktop and phone."""

import csv
import re
from collections.abc import Callable
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, expect

from tests.web.browsing import DESK, PHONE, Visit, new_visit
from tests.web.checks_of_pages import fits, remove_repeated, violations
from tests.web.conftest import EVIL_GAME, EVIL_STREAMER, NEEDS_CHROMIUM

pytestmark = NEEDS_CHROMIUM

PAGES = (
    "/",
    "/games/chess",
    "/streamers/ada",
    "/streamers/mallory",
    "/compare?games=chess,go,just-chatting&measure=viewers",
    "/explore",
    "/streamers",
    "/find?size=any&viewers=100",
    "/games/chess?on=sun&start=0&end=24",
    "/games/chess/live?order=asc",
    "/days",
    "/days/2026-11-21",
    "/records",
    "/records/recent",
    "/languages",
    "/languages/en",
    "/genres",
    "/compare",
    "/how-we-measure",
    "/bot",
    "/search?q=gamee",
    "/api",
    "/help",
    "/nowhere",
)


def test_every_page_fits_the_width_and_is_accessible(visit: Callable[..., Visit]) -> None:
    """axe finds obstacles for screen readers and keyboards, and low contrast: on a phone in light colours and on a
    desktop in dark ones."""
    window = visit(color_scheme="light", viewport=PHONE)
    for path in PAGES:
        window.open(path)
        for details in window.page.locator("main details:not(.custom)").all():
            details.evaluate("one => one.open = !one.querySelector('img')")
        fits(window.page, path, PHONE["width"], "rgb(246, 245, 250)")
        window.page.set_viewport_size({"width": DESK["width"], "height": DESK["height"]})
        window.page.emulate_media(color_scheme="dark")
        fits(window.page, path, DESK["width"], "rgb(15, 13, 21)")
        remove_repeated(window.page)
        window.page.evaluate(AXE_SCRIPT)
        assert violations(window.page) == [], path
        window.page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
        window.page.emulate_media(color_scheme="light")
        assert violations(window.page) == [], path


def test_large_text_and_a_small_screen_need_no_horizontal_scrolling(visit: Callable[..., Visit]) -> None:
    window = visit(viewport={"width": 320, "height": 740})
    for path in (
        "/",
        "/games/chess",
        "/streamers/ada",
        "/streamers/mallory",
        "/explore",
        "/find",
        "/days",
        "/days/2026-11-21",
        "/records",
        "/bot",
    ):
        window.open(path)
        assert window.page.evaluate("document.documentElement.scrollWidth") <= 320, path
        window.page.set_viewport_size({"width": 390, "height": 740})
        window.page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert window.page.evaluate("document.documentElement.scrollWidth") <= 390, path
        window.page.set_viewport_size({"width": 320, "height": 740})


def test_periods_are_in_one_row_on_a_phone(visit: Callable[..., Visit]) -> None:
    window = visit(viewport=PHONE)
    for path in ("/find", "/games/chess", "/streamers?days=7"):
        window.open(path)
        tops = "[...document.querySelectorAll('.period nav a')].map((link) => link.getBoundingClientRect().top)"
        assert len(set(window.page.evaluate(tops))) == 1, path


def test_own_hours_stay_in_their_time_zone(visit: Callable[..., Visit]) -> None:
    """The heat map of other visitors is loaded again in their own zone."""
    window = visit(timezone_id="Europe/Berlin")
    window.open("/games/chess?on=sun&start=0&end=24&tz=Asia/Tokyo")
    assert "Asia/Tokyo time" in window.page.locator(".week-of").inner_text()
    figure = window.page.locator("figure.week")
    figure.press("Home")
    assert "Mon" in figure.locator(".values-below").inner_text()


def test_menu_with_genres_and_chat_is_in_one_row_on_a_desk_and_on_a_tablet(
    browser: Browser, web_url: str, serving: Callable[..., Any]
) -> None:
    """Beside the search box, or below it."""
    with serving(web_url, more_settings={"chat_source": "anonymous"}, has_genres=True) as web:
        window = new_visit(browser, web)
        for width in (1440, 1280, 1160, 1100, 820):
            window.page.set_viewport_size({"width": width, "height": 740})
            window.open("/find")
            tops = "[...document.querySelectorAll('header nav a')].map((link) => link.getBoundingClientRect().top)"
            assert len(set(window.page.evaluate(tops))) == 1, width
            assert window.page.evaluate("document.querySelector('.brand span').offsetHeight") < 30, width
            table = window.page.locator(".scroll").first
            window.open("/")
            assert table.evaluate("one => one.scrollWidth - one.clientWidth") <= 0, width
        window.context.close()


def test_search_works_with_the_keyboard_alone(visit: Callable[..., Visit]) -> None:
    window = visit()
    window.open("/")
    page = window.page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to content"
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


def test_escape_closes_the_suggestions(visit: Callable[..., Visit]) -> None:
    window = visit()
    window.open("/")
    page = window.page
    page.get_by_role("combobox").focus()
    page.keyboard.type("just chatt")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox")).to_have_attribute("aria-expanded", "false", timeout=5_000)
    expect(page.get_by_role("listbox")).to_be_hidden(timeout=5_000)


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


def test_arrows_mark_each_suggestion_in_turn_and_go_round(visit: Callable[..., Visit]) -> None:
    window = visit()
    window.open("/")
    page = window.page
    field = page.get_by_role("combobox")
    field.focus()
    page.keyboard.type("game 1")
    options = page.get_by_role("option")
    expect(options.first).to_be_visible()
    last = options.count() - 1
    assert last > 1

    def marked() -> list[int]:
        return [number for number, one in enumerate(options.all()) if one.get_attribute("aria-selected") == "true"]

    assert marked() == []
    for key, number in (
        ("ArrowUp", last),
        ("ArrowUp", last - 1),
        ("ArrowDown", last),
        ("ArrowDown", 0),
        ("ArrowDown", 1),
        ("ArrowUp", 0),
        ("ArrowUp", last),
    ):
        page.keyboard.press(key)
        assert marked() == [number]
        assert field.get_attribute("aria-activedescendant") == options.nth(number).get_attribute("id")


def test_misspelled_name_is_found_without_scripts(visit: Callable[..., Visit]) -> None:
    window = visit(java_script_enabled=False)
    window.page.goto(window.web.url)
    window.page.get_by_role("searchbox").fill("Just Chating")
    window.page.keyboard.press("Enter")
    found = window.page.get_by_role("link", name="Just Chatting")
    assert found.get_attribute("href") == "/games/just-chatting"


def test_range_is_changed_by_a_link_or_by_two_dates(visit: Callable[..., Visit]) -> None:
    window = visit()
    window.open("/games/chess")
    page = window.page
    page.get_by_role("navigation", name="Period").get_by_role("link", name="7 days").click()
    page.wait_for_url("**/games/chess?days=7#history")
    expect(page.get_by_text("7 of 7 days")).to_be_visible()
    page.get_by_text("Nov 15 to Nov 21, 2026").click()
    page.get_by_role("textbox", name="From").fill("2026-11-16")
    page.get_by_role("textbox", name="To").fill("2026-11-17")
    page.get_by_role("button", name="Apply").click()
    page.wait_for_url("**from=2026-11-16&to=2026-11-17#history")
    expect(page.get_by_text("2 of 2 days")).to_be_visible()


def test_games_are_added_to_and_removed_from_a_comparison(visit: Callable[..., Visit]) -> None:
    window = visit()
    window.open("/compare")
    page = window.page
    for typed, names in (("chess", "chess"), ("just chating", "chess,just-chatting")):
        page.get_by_label("Add a").fill(typed)
        page.get_by_role("button", name="Add").click()
        page.wait_for_url(re.compile("games=" + names.replace(",", "%2C")))
    label = page.locator("figure.chart").get_attribute("aria-label")
    assert label is not None
    assert re.search(r"Chess: \S+ to .*Just Chatting: \S+ to", label)
    page.get_by_role("link", name="Remove Chess").click()
    page.wait_for_url("**games=just-chatting&*")
    expect(page.get_by_role("row")).to_have_count(2)


def test_table_is_sorted_filtered_and_downloaded(visit: Callable[..., Visit]) -> None:
    window = visit()
    window.open("/explore")
    page = window.page
    page.get_by_role("link", name="Viewers per channel", exact=True).click()
    page.wait_for_url("**sort=viewers_per_stream*")
    page.get_by_label("Average viewers: min").fill("500")
    page.get_by_role("button", name="Filter").click()
    page.wait_for_url("**min_viewers=500*")
    shown = page.locator("tbody tr").count()
    with page.expect_download() as downloading:
        page.get_by_role("link", name="CSV").first.click()
    assert downloading.value.suggested_filename == "games.csv"
    rows = list(csv.DictReader(downloading.value.path().read_text("utf-8-sig").splitlines()))
    assert len(rows) == shown > 0
    ratios = [float(row["viewers_per_stream"]) for row in rows]
    assert ratios == sorted(ratios, reverse=True)


def test_dot_of_a_game_links_to_it(visit: Callable[..., Visit]) -> None:
    window = visit()
    window.open("/explore")
    window.page.locator("a:has(circle.named)").filter(has_text="Chess").click()
    window.page.wait_for_url("**/games/chess")


def test_values_of_a_chart_are_read_with_the_mouse_and_with_the_arrow_keys(visit: Callable[..., Visit]) -> None:
    window = visit()
    window.open("/games/chess")
    page = window.page
    chart = page.locator("figure[data-points]").first
    values = chart.locator(".values")
    box = chart.bounding_box()
    assert box is not None
    for share in (0.1, 0.5, 0.9):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        expect(values).to_contain_text(re.compile(r"Nov 2[12], \d\d:00"))
    page.mouse.move(0, 0)
    expect(values).to_be_hidden()
    chart.focus()
    page.keyboard.press("End")
    expect(values).to_contain_text("Sun, Nov 22, 19:00")
    expect(chart.get_by_role("status")).to_contain_text("viewers")
    page.keyboard.press("ArrowLeft")
    expect(values).to_have_text("Sun, Nov 22, 18:00no data")
    for key, edge in (("ArrowLeft", "End"), ("ArrowRight", "Home")):
        page.keyboard.press(edge)
        first = values.inner_text()
        page.keyboard.press("Escape")
        expect(values).to_be_hidden()
        page.keyboard.press(key)
        assert values.inner_text() == first
    week = page.locator("figure.week")
    week.focus()
    page.keyboard.press("Home")
    below = week.locator(".values-below")
    expect(below).to_contain_text("Mon 00:00")
    box, grid = below.bounding_box(), week.locator(".week-grid").bounding_box()
    assert box is not None
    assert grid is not None
    assert box["y"] >= grid["y"] + grid["height"] - 1, "the values hide other cells"


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
        expect(window.page.locator("footer")).to_contain_text("08:00 to 08:00 Pacific time")
        expect(window.page.locator("footer")).to_contain_text(f"your time zone ({zone})")


def test_charts_are_there_without_scripts_and_in_print(visit: Callable[..., Visit]) -> None:
    window = visit(java_script_enabled=False)
    for medium in ("screen", "print"):
        window.page.emulate_media(media=medium)
        window.open("/games/chess")
        charts = window.page.locator("figure .plot")
        assert charts.count() == 4
        for number in range(charts.count()):
            expect(charts.nth(number)).to_be_visible()


def test_words_are_english_and_the_clock_is_the_visitors(visit: Callable[..., Visit]) -> None:
    for locale, hour in (("de-DE", "19:00"), ("en-US", "7:00 PM"), ("ar-EG", "7:00 PM")):
        window = visit(locale=locale)
        window.open("/bot")
        expect(window.page.locator("main time").first).to_contain_text(re.compile("^(Sat|Sun|Mon), Nov 2"))
        window.open("/")
        expect(window.page.locator("main time").first).to_have_text(hour)


def test_theme_is_chosen_without_scripts_and_stays(visit: Callable[..., Visit]) -> None:
    window = visit(java_script_enabled=False, color_scheme="light")
    window.open("/explore?sort=rank&order=asc")
    for name, background in (("Dark", "rgb(15, 13, 21)"), ("System", "rgb(246, 245, 250)")):
        window.page.get_by_role("button", name=name).click()
        expect(window.page.locator("body")).to_have_css("background-color", background)
        expect(window.page.get_by_role("button", name=f"{name} (chosen)")).to_be_visible()
        assert window.page.url.endswith("/explore?sort=rank&order=asc")


def test_question_mark_shows_the_keyboard_shortcuts_and_so_does_a_link(visit: Callable[..., Visit]) -> None:
    window = visit()
    window.open("/explore")
    page = window.page
    shortcuts = page.get_by_role("dialog", name="Keyboard shortcuts")
    page.get_by_role("combobox").focus()
    page.keyboard.type("?")
    expect(shortcuts).to_be_hidden()
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("?")
    expect(shortcuts).to_contain_text("Search games and streamers")
    page.evaluate(AXE_SCRIPT)
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(shortcuts).to_be_hidden()
    page.get_by_role("link", name="Keyboard shortcuts").click()
    shortcuts.get_by_role("button", name="Close").click()
    expect(shortcuts).to_be_hidden()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"


def test_keyboard_shortcuts_are_a_page_without_scripts(visit: Callable[..., Visit]) -> None:
    window = visit(java_script_enabled=False)
    window.open("/")
    window.page.get_by_role("link", name="Keyboard shortcuts").click()
    expect(window.page.get_by_role("heading", level=1)).to_have_text("Keyboard shortcuts")
    expect(window.page.locator("main")).to_contain_text("Search games and streamers")
