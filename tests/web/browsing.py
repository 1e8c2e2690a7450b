"""Windows of a real browser, and the errors in them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect, sync_playwright

from tests.acceptance.conftest import PATIENCE_SECONDS
from tests.web.conftest import CHROMIUM, Web

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 360, "height": 740}


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
        """Open a page."""
        self.page.goto(self.web.url + path)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium, without a window."""
    expect.set_options(timeout=1000 * PATIENCE_SECONDS)
    # Turns off the requests to its vendor that it makes at every start.
    quiet = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=[*quiet, "--disable-sync"])
        yield browser
        browser.close()


def new_visit(browser: Browser, web: Web, **how: Any) -> Visit:
    """Open a window, by default of a desktop in Berlin with English."""
    context = browser.new_context(**{"viewport": DESK, "timezone_id": "Europe/Berlin", "locale": "en-GB", **how})
    context.set_default_timeout(1000 * PATIENCE_SECONDS)
    one = Visit(web, context.new_page(), context)
    context.on("request", lambda request: one.wrong.append(request.url) if is_elsewhere(request.url) else None)
    context.on("console", one.log)
    one.page.on("pageerror", lambda error: one.wrong.append(str(error)))
    one.page.on("dialog", lambda dialog: one.wrong.append(f"a script ran: {dialog.message}"))
    return one


@contextmanager
def visits(browser: Browser, web: Web, shared_window: Callable[[], Visit]) -> Iterator[Callable[..., Visit]]:
    """Opens windows: without options, the shared one. Fails at its end after an error in one of them, and after a
    request to another site."""
    own: list[Visit] = []
    shared: list[Visit] = []

    def opened(**how: Any) -> Visit:
        if how:
            own.append(new_visit(browser, web, **how))
            return own[-1]
        desk = shared_window()
        desk.page.mouse.move(0, 0)
        shared.append(desk)
        return desk

    yield opened
    for one in own:
        one.context.close()
    wrong = [error for one in (*own, *shared) for error in one.wrong]
    for one in shared:
        one.wrong.clear()
    assert wrong == []


def is_elsewhere(url: str) -> bool:
    """Whether a request goes to another site."""
    return urlsplit(url).hostname != "127.0.0.1" and not url.startswith("blob:")
