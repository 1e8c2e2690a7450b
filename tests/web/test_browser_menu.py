"""The menu on a phone, and the number of ticked rows, in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.web.browsing import PHONE, Visit
from tests.web.conftest import NEEDS_CHROMIUM

pytestmark = NEEDS_CHROMIUM


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with scripts", "without scripts"])
def test_header_of_a_phone_is_one_row_with_a_menu(visit: Callable[..., Visit], has_scripts: bool) -> None:
    page = (window := visit(viewport=PHONE, java_script_enabled=has_scripts)).page
    window.open("/explore")
    tops = [page.locator(f"header {part}").bounding_box() for part in (".brand", ".menu", ".search")]
    middles = {round((box["y"] + box["height"] / 2) / 4) for box in tops if box is not None}
    assert len(middles) == 1, tops
    link = page.get_by_role("link", name="Records")
    expect(link).to_be_hidden()
    page.locator(".menu").press("Enter")
    expect(link).to_be_visible()
    page.keyboard.press("Escape")
    expect(link).to_be_hidden()
    page.locator(".menu").press("Enter")
    # The next stop of the keyboard is in the menu.
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{window.web.url}/")


def test_heading_over_ticked_rows_counts_them(visit: Callable[..., Visit]) -> None:
    page = (window := visit(viewport=PHONE)).page
    window.open("/explore")
    heading, boxes = page.locator("th.to-pick"), page.locator(".pick input")
    expect(heading).to_have_text("Compare")
    boxes.nth(0).check()
    expect(heading).to_have_text("1 picked")
    expect(page.locator(".pick-bar")).to_contain_text("1 picked: tick one to four more")
    boxes.nth(2).check()
    expect(heading).to_have_text("2 picked")
    assert heading.evaluate("one => parseFloat(getComputedStyle(one).fontSize)") > 10
    boxes.nth(0).uncheck()
    boxes.nth(2).uncheck()
    expect(heading).to_have_text("Compare")
