"""What the routes of pages share: the renderer, and the values of several templates."""

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Depends, Request

from bot.web.read.now import NewestPoll
from bot.web.read.ranges import OFFERED, RequestedDays, Span
from bot.web.views.render import Pages


async def _pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


PagesOfSite = Annotated[Pages, Depends(_pages)]


def next_update(poll: NewestPoll | None) -> datetime | None:
    """When new figures are due; None if the bot has stopped."""
    return poll.started_at + timedelta(minutes=poll.interval_minutes) if poll and not poll.is_stale else None


def values_of_days(days: RequestedDays, span: Span) -> dict[str, Any]:
    """The values of a template that shows a choice of days."""
    return {"span": span, "wanted": days, "offered": OFFERED}
