"""Checks of a page in a browser: its width, its colours, and what axe finds."""

from typing import Final

from playwright.sync_api import Page

# The first dozen rows of a table or items of a list have what the others have.
_REPEATED: Final = "main :is(tbody tr, li):nth-child(n+13)"


def fits(page: Page, path: str, width: int, background: str) -> None:
    """Fail unless a page needs no horizontal scrolling, and has that background."""
    assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == background, path


def remove_repeated(page: Page) -> None:
    """Remove rows and items that repeat others, before axe looks at each of them."""
    page.evaluate(f"document.querySelectorAll('{_REPEATED}').forEach(row => row.remove())")


def violations(page: Page) -> object:
    """What axe, which was loaded, finds in a page. What it passed stays in the browser: megabytes.

    A selector for each element that axe looked at would take as long as all its rules.
    """
    return page.evaluate(
        "axe.run({resultTypes: ['violations'], selectors: false})"
        ".then(({violations}) => violations.map(one => [one.id, one.nodes[0].html]))"
    )
