"""Checks of a page in a browser: its width, its colours, and what axe finds."""

from playwright.sync_api import Page


def fits_and_has_no_violation(page: Page, path: str, width: int, background: str) -> None:
    """Fail unless a page needs no horizontal scrolling, has that background, and axe finds nothing."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == background, path
    assert violations(page) == [], path


def violations(page: Page) -> object:
    """What axe, which was loaded, finds in a page. What it passed stays in the browser: megabytes.

    A selector for each element that axe looked at would take as long as all its rules.
    """
    return page.evaluate(
        "axe.run({resultTypes: ['violations'], selectors: false})"
        ".then(({violations}) => violations.map(one => [one.id, one.nodes[0].html]))"
    )
