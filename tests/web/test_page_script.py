"""The script of the pages: what arrives late, fails, or would disturb somebody who uses the page."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, Route, expect

from tests.web.browsing import Visit, new_visit
from tests.web.conftest import NEEDS_CHROMIUM, NOW, Web

pytestmark = NEEDS_CHROMIUM


@pytest.fixture
def window(browser: Browser, web: Web) -> Iterator[Visit]:
    """A window of its own; the test fails after an error in it."""
    one = new_visit(browser, web)
    yield one
    one.context.close()
    assert one.wrong == []


def test_answer_to_an_earlier_text_does_not_replace_the_suggestions_of_a_later_one(window: Visit) -> None:
    """The answer to the first letters comes last."""
    window.open("/")
    page = window.page
    held: list[Route] = []
    page.route("**/api/v1/search?q=game+1&*", lambda route: held.append(route))
    page.get_by_role("combobox").focus()
    with page.expect_request("**/api/v1/search?q=game+1&*"):
        page.keyboard.type("game 1")
    page.keyboard.type("9")
    options = page.get_by_role("option")
    expect(options.first).to_contain_text("Game 19")
    shown = options.all_inner_texts()
    with page.expect_response("**/api/v1/search?q=game+1&*"):
        held[0].continue_()
    # What the script does with the answer is done before this.
    page.evaluate("new Promise((done) => setTimeout(done, 50))")
    assert options.all_inner_texts() == shown


def test_suggestions_that_fail_are_closed_and_short_texts_have_none(window: Visit) -> None:
    window.open("/")
    page = window.page
    page.get_by_role("combobox").focus()
    page.keyboard.type("go")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Backspace")
    expect(page.get_by_role("option")).to_have_count(0)
    page.keyboard.type("o")
    expect(page.get_by_role("option").first).to_be_visible()
    page.route("**/api/v1/search?*", lambda route: route.abort())
    with page.expect_event("requestfailed"):
        page.keyboard.type(" 1")
    expect(page.get_by_role("option")).to_have_count(0)
    expect(page.get_by_role("combobox")).to_have_attribute("aria-expanded", "false")
    window.wrong.clear()


def test_page_is_replaced_when_new_figures_are_due_unless_it_is_used(window: Visit) -> None:
    """Time passes on the clock of the browser. What is folded out stays so."""
    page = window.page
    page.clock.install(time=NOW + timedelta(minutes=1))
    window.open("/")
    main = page.locator("main")
    due = main.get_attribute("data-next")
    assert due == "2026-11-22T19:00:00Z"
    later = "2026-11-22T22:00:00Z"

    def answer(route: Route) -> None:
        text = route.fetch().text().replace(due, later).replace("<h1", "<h1 class='new'")
        route.fulfill(body=text, content_type="text/html; charset=utf-8")

    page.route(window.web.url + "/", answer)
    details = page.locator("main details").first
    details.evaluate("one => { one.open = true; }")
    link = page.locator("main a").first
    link.focus()
    # Until a minute after the figures are due: the page is used, and is asked for later.
    page.clock.run_for("01:57:00")
    assert main.get_attribute("data-next") == due
    assert link.evaluate("one => document.activeElement === one")
    page.evaluate("document.activeElement.blur()")
    page.clock.run_for("02:30")
    expect(main).to_have_attribute("data-next", later)
    assert page.locator("main details").first.evaluate("one => one.open")
    # Focus on the content as a whole, as after the link that skips the menu, is no use of it.
    page.evaluate("document.querySelector('main').focus()")
    assert page.evaluate("document.activeElement.id") == "content"


@pytest.mark.parametrize(
    ("path", "kind", "names"),
    [
        ("/days/2026-11-21", "Top streamers", "ada,carol"),
        ("/explore", "All games", "just-chatting,go"),
        ("/", "Top games now", "chess,just-chatting"),
        ("/games/chess", "Top streamers", "ada,carol"),
    ],
    ids=["a day", "all games", "now", "a game"],
)
def test_two_names_of_a_list_are_compared_with_three_clicks(window: Visit, path: str, kind: str, names: str) -> None:
    window.open(path)
    page = window.page
    form = page.locator("form.picks", has=page.get_by_role("table", name=kind))
    expect(form.get_by_role("button", name="Compare")).to_be_hidden()
    for name in names.split(","):
        form.locator(f".pick:has([value={name}])").click()
    form.get_by_role("button", name="Compare").click()
    expect(page.locator(".chosen li")).to_have_count(2)
    assert page.locator(".chosen a").count() == 2
    assert names.replace(",", "&") in page.url.replace("games=", "").replace("streamers=", "")


def test_no_more_than_five_can_be_ticked(window: Visit) -> None:
    window.open("/explore")
    boxes = window.page.locator("form.picks .pick input")
    for place in range(5):
        boxes.nth(place).check()
    expect(boxes.nth(5)).to_be_disabled()
    boxes.nth(0).uncheck()
    expect(boxes.nth(5)).to_be_enabled()
