"""What a visitor sees in a browser: hours of their zone and clock, taps on a phone, a menu that knows their choice."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.web.browsing import PHONE, Visit
from tests.web.conftest import NEEDS_CHROMIUM

pytestmark = NEEDS_CHROMIUM


def test_best_times_are_in_the_visitors_zone(visit: Callable[..., Visit]) -> None:
    window = visit(timezone_id="Asia/Tokyo")
    window.open("/games/chess")
    expect(window.page.locator(".week-of")).to_contain_text("Asia/Tokyo time")
    window.page.locator(".week-of summary").click()
    expect(window.page.locator(".week-of caption")).to_contain_text("Asia/Tokyo time")


def test_best_times_of_another_zone_are_not_shown_while_a_script_can_change_them(visit: Callable[..., Visit]) -> None:
    window = visit(timezone_id="Asia/Tokyo")
    part = window.page.locator(".week-of")
    window.page.route("**/week?*", lambda route: None)
    window.open("/games/chess")
    # The times of the page come first; the answer of the server is held back.
    expect(window.page.locator("footer .times")).to_contain_text("your time zone")
    assert part.evaluate("one => getComputedStyle(one).visibility") == "hidden"
    window.page.unroute("**/week?*")
    window.open("/games/chess")
    expect(part).to_contain_text("Asia/Tokyo time")
    expect(part).to_have_css("visibility", "visible")
    unscripted = visit(java_script_enabled=False)
    unscripted.open("/games/chess")
    expect(unscripted.page.locator(".week-of")).to_have_css("visibility", "visible")
    expect(unscripted.page.locator(".week-of")).to_contain_text("America/Los Angeles time")


def test_hours_of_the_week_have_the_clock_of_the_visitor(visit: Callable[..., Visit]) -> None:
    for locale, hour in (("en-US", "11 PM"), ("de-DE", "23:00")):
        window = visit(locale=locale)
        window.open("/games/chess")
        week = window.page.locator(".week-of.own figure.week")
        week.focus()
        window.page.keyboard.press("End")
        expect(week.locator(".values-below")).to_contain_text(f"Sun {hour}")
        window.open("/find?on=sun")
        expect(window.page.locator("select[name=end]")).to_contain_text(hour)


def test_values_of_a_tapped_cell_and_a_tapped_dot_stay_on_a_phone(visit: Callable[..., Visit]) -> None:
    window = visit(viewport=PHONE, has_touch=True, is_mobile=True)
    page = window.page
    window.open("/games/chess")
    page.locator(".week-of.own .plot rect").nth(20).tap()
    expect(page.locator(".week .values-below")).to_contain_text("Mon 20:00")
    window.open("/explore")
    dot = page.locator("figure.spots a").last
    dot.tap()
    expect(page.locator("figure.spots .values-below")).to_contain_text("Tap again to open")
    assert page.url.endswith("/explore")
    dot.tap()
    expect(page).to_have_url(re.compile("/games/"))


def test_suggestions_stay_on_the_page_of_a_phone(visit: Callable[..., Visit]) -> None:
    window = visit(viewport=PHONE)
    window.open("/")
    window.page.locator("#q").fill("game")
    expect(window.page.get_by_role("option").first).to_be_visible()
    assert window.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_suggestions_say_that_nothing_is_found(visit: Callable[..., Visit]) -> None:
    """Only streamers can be added to streamers."""
    window = visit(viewport=PHONE)
    window.open("/compare?streamers=ada")
    window.page.locator("#add").fill("chess")
    option = window.page.get_by_role("option")
    expect(option).to_have_text("No streamer of this name. Only streamers can be added here.")
    window.page.keyboard.press("ArrowDown")
    window.page.keyboard.press("Enter")
    expect(window.page.get_by_text("No streamer matches “chess”.")).to_be_visible()


def test_hidden_columns_of_a_table_are_shown_on_a_phone_on_request(visit: Callable[..., Visit]) -> None:
    window = visit(viewport=PHONE)
    window.open("/days/2026-11-21")
    table = window.page.locator("section:has(#streamers)")
    expect(table.get_by_role("columnheader", name="Hours streamed")).to_be_hidden()
    table.get_by_label("All columns").check()
    expect(table.get_by_role("columnheader", name="Hours streamed")).to_be_visible()
    assert window.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_ranks_of_a_table_that_a_phone_leaves_out_are_shown_on_request(visit: Callable[..., Visit]) -> None:
    window = visit(viewport=PHONE)
    window.open("/streamers")
    headings = window.page.get_by_role("columnheader")
    expect(headings).to_have_text(["Streamer", "Hours watched ↓", "Avg viewers", "Peak viewers", "Compare"])
    window.page.get_by_label("All columns").check()
    expect(headings.first).to_have_text("#")
    expect(window.page.get_by_role("columnheader", name="Hours streamed")).to_be_visible()


def test_an_address_that_may_not_be_copied_is_shown_to_be_copied_by_hand(visit: Callable[..., Visit]) -> None:
    window = visit(permissions=[])
    window.open("/games/chess")
    window.page.get_by_role("button", name="Share").click()
    shown = window.page.get_by_role("textbox", name="The address to share")
    expect(shown).to_have_value(re.compile("/games/chess$"))
    expect(shown).to_be_focused()


def test_menu_leads_back_to_the_chosen_games(visit: Callable[..., Visit]) -> None:
    window = visit(timezone_id="Europe/Berlin")
    window.open("/find")
    window.page.get_by_label("Viewers of my channel").fill("80")
    window.page.get_by_label("I can stream").select_option("weekdays")
    window.page.get_by_role("button", name="Show games").click()
    expect(window.page).to_have_url(re.compile(r"viewers=80&on=weekdays&start=18&end=23&tz=Europe%2FBerlin#games"))
    window.open("/games/chess")
    window.page.get_by_role("link", name="Find a game").click()
    expect(window.page).to_have_url(re.compile("/find\\?viewers=80&on=weekdays"))


def test_summary_of_a_table_says_what_a_click_does(visit: Callable[..., Visit]) -> None:
    window = visit()
    window.open("/games/chess")
    summary = window.page.locator("#history summary").last
    expect(summary).to_have_text("Show data table", use_inner_text=True)
    summary.click()
    expect(summary).to_have_text("Hide data table", use_inner_text=True)
