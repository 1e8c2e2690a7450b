"""What the routes of pages share: the renderer, and the values of several templates."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import Depends, Request

from bot.web.read.ranges import OFFERED, RequestedDays, Span
from bot.web.site import Site
from bot.web.views.render import Pages


async def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


PagesOfSite = Annotated[Pages, Depends(_pages)]


def next_update(site: Site) -> datetime | None:
    """When open pages are loaded again for new figures, also if these are overdue; None before the first."""
    found = site.known_health.newest
    return found.reload_at if found is not None else None


def values_of_days(days: RequestedDays, span: Span) -> dict[str, Any]:
    """The values of a template that shows a choice of days."""
    return {"span": span, "wanted": days, "offered": OFFERED}
