"""The other pages: live, a comparison, status, search, and what explains them. A route ends its transaction before it
renders the page."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from bot.web.deps import Days, SiteParts, Slugs, slugs_in
from bot.web.read import bot_health, bot_status, chat, compare, languages, now, search
from bot.web.read.addresses import Kind
from bot.web.read.coverage import change, newest_day, span_of
from bot.web.read.now import newest_poll
from bot.web.read.ranges import RequestedDays, Span
from bot.web.read.rankings import game_ranking
from bot.web.read.streamer_ranking import By, streamer_ranking
from bot.web.read.table import RowRange
from bot.web.site import Site
from bot.web.views import page_charts
from bot.web.views.charts.lines import spark
from bot.web.views.page_values import PagesOfSite, next_update, values_of_days
from bot.web.views.render import Pages
from helperfunctions.database import Transaction

_GAMES_NOW: Final = 12
_STREAMERS_NOW: Final = 12
_WRITTEN_DATE: Final = re.compile(r"\b[A-Z][a-z]{2} \d{1,2}, \d{4}\b|\b\d{4}-\d{2}-\d{2}\b")
_POSTS: Final = 30
_STATUS_DAYS: Final = 90

router = APIRouter(include_in_schema=False)


@router.get("/")
def now_page(site: SiteParts, pages: PagesOfSite) -> Response:
    """Twitch now: totals, games, streams, and the last 24 hours."""
    with site.database.transaction() as tx:
        poll = now.newest_poll(tx, site)
        values = {
            "poll": poll,
            "before": now.viewers_before(tx, site, poll),
            "games": (games_now := now.games_now(tx, site, poll, RowRange(_GAMES_NOW))),
            "streamers": now.streamers_now(tx, poll, RowRange(_STREAMERS_NOW)),
            "hours": (hours := now.viewers_by_hour(tx, poll)),
            "peak": now.peak_of_hours(tx, hours),
            "chart": page_charts.last_24_hours(tx, site, poll),
            "spoken": languages.languages_now(tx, poll),
            "latest_day": tx.web.days_rolled_up().last_day,
        }
        largest = now.games_now(tx, site, poll, RowRange(page_charts.MAX_SHARES)).rows
        by_hour = now.games_by_hour(tx, [game.game_id for game in games_now.rows], poll)
        site.known_health.store(state := bot_health.health(tx, site))
    today = site.clock.now().astimezone(site.calendar.timezone).date()
    return pages.show(
        "now.html",
        yesterday=today - timedelta(days=1),
        change=change,
        state=state,
        is_due=_is_due(site, state),
        next_at=next_update(site),
        tree=page_charts.shares(
            "Share of viewers",
            [(game.game, game.slug, game.viewers) for game in largest],
            poll.viewers if poll else 0,
            site,
        ),
        sparks={game_id: spark(viewers) for game_id, viewers in by_hour.items()},
        **values,
    )


@router.get("/compare")
def compare_page(
    site: SiteParts,
    days: Days,
    pages: PagesOfSite,
    game_slugs: Annotated[Slugs, Query(alias="games")] = "",
    streamer_slugs: Annotated[Slugs, Query(alias="streamers")] = "",
    add: Annotated[str, Query(max_length=200)] = "",
    measure: compare.Measure = "hours",
) -> Response:
    """Up to five games or streamers side by side; with `add`, a redirect to the page with one more."""
    kind: Kind = "streamer" if streamer_slugs and not game_slugs else "game"
    named = slugs_in(streamer_slugs if kind == "streamer" else game_slugs, most=None)
    slugs = named[: compare.MAX_COMPARED]
    # Before the transaction below: the search opens its own, and all connections could be busy with requests that wait
    # for a second one.
    found = search.search(site, add, kind=kind if slugs else None, limit=1) if add else []
    if found:
        query = {f"{found[0].kind}s": ",".join(dict.fromkeys([*slugs, found[0].slug])), "measure": measure}
        return RedirectResponse(pages.url("/compare", days.query | query), 303)
    with site.read(days) as tx:
        span = span_of(tx, site, days)
        known = compare.known_slugs(tx, kind, slugs)
        compared, by_day = compare.compared_with_days(tx, kind, known, span)
        starts = [] if compared else _starts(tx, site, span)
        has_room = 0 < len(compared) < compare.MAX_COMPARED
        newest = newest_day(tx, site)
        rivals = compare.rivals(tx, site, compared[0], [one.slug for one in compared]) if has_room else []
        chats = chat.compared(tx, compared, span) if site.chat and kind == "streamer" else []
    amounts = [(one, one.watch_hours if measure == "hours" else one.average_viewers) for one in compared]
    chart = page_charts.compared(by_day, measure, span, site.calendar.timezone) if by_day else None
    amounts.sort(key=lambda amount: -(amount[1] or 0))
    return pages.show(
        "compare.html",
        kind=kind,
        compared=compared,
        row=compare.ROW_OF[kind],
        slugs=[each.slug for each in compared],
        measure=measure,
        not_found=[name for name in (add, *slugs) if name and name not in known],
        is_mixed=bool(game_slugs and streamer_slugs),
        most=compare.MAX_COMPARED,
        has_more=len(named) > len(slugs),
        by_day=compare.by_day([each.slug for each in compared], by_day, measure),
        starts=starts,
        rivals=rivals[: compare.MAX_COMPARED],
        chats=chats,
        amounts=amounts,
        newest=newest,
        chart=chart,
        has_gaps=chart is not None and chart.has_gaps,
        **values_of_days(days, span),
    )


def _starts(tx: Transaction, site: Site, span: Span) -> list[tuple[str, str, list[str]]]:
    """What can be compared at first: the words of a link, its parameter, and the slugs of the most watched."""
    top = compare.MAX_COMPARED
    games = [game.slug for game in game_ranking(tx, site, span)[:top] if game.slug]
    ranked = streamer_ranking(tx, span, By.WATCH_HOURS, RowRange(top)).rows
    streamers = [streamer.slug for streamer in ranked if streamer.slug]
    found = [("Compare the top games", "games", games), ("Compare the top streamers", "streamers", streamers)]
    return [start for start in found if len(start[2]) > 1]


@router.get("/bot")
def bot_page(site: SiteParts, pages: PagesOfSite) -> Response:
    """The bot: its health, its next jobs, the coverage of its days, and its posts."""
    days = RequestedDays(_STATUS_DAYS)
    with site.database.transaction() as tx:
        span = span_of(tx, site, days)
        posts = bot_status.posts(tx, RowRange(_POSTS))
        site.known_health.store(state := bot_health.health(tx, site))
        coverage = bot_status.coverage(tx, span, RowRange(span.days))
        first_day = bot_status.first_day(tx)
    return pages.show(
        "bot.html",
        posts=posts,
        state=state,
        away_since=None,
        is_due=_is_due(site, state),
        due=bot_health.due(site, state),
        coverage=coverage,
        strip=page_charts.coverage(coverage.rows, first_day, span),
        **values_of_days(days, span),
    )


def _is_due(site: Site, state: bot_health.BotHealth) -> bool:
    """True if the next update should have begun."""
    return state.next_poll is not None and state.next_poll.at <= site.clock.now()


def bot_page_without_database(site: Site, pages: Pages) -> str:
    """The status page as far as it is known while the database is unavailable."""
    state = bot_health.health_without_database(site)
    since = next(part.since for part in state.parts if part.part == "database")
    return pages.render("bot.html", state=state, away_since=since, due=[], days=None)


def _day_in(text: str) -> date | None:
    """The date in a text, as posts and pages write it (Nov 21, 2026), or as 2026-11-21."""
    found = _WRITTEN_DATE.search(text)
    for form in ("%b %d, %Y", "%Y-%m-%d"):
        with suppress(ValueError):
            return datetime.strptime(found[0], form).replace(tzinfo=UTC).date() if found else None
    return None


@router.get("/search")
def search_page(site: SiteParts, pages: PagesOfSite, q: Annotated[str, Query(max_length=200)] = "") -> Response:
    """The results of a search; a redirect when exactly one name is the one searched for, or to the day of a date."""
    day = _day_in(q)
    if day is not None:
        with site.database.transaction() as tx:
            has_figures = bool(bot_status.coverage(tx, Span(day, day), RowRange(1)).rows)
        if has_figures:
            return RedirectResponse(pages.url(f"/days/{day}"), 303)
    if not q.strip():
        return pages.show("search.html", q="", found=[], near=[], live={}, poll=None)
    found = search.search(site, q)
    exact = [each for each in found if each.likeness == 1]
    if len(exact) == 1:
        return RedirectResponse(pages.url(f"/{exact[0].kind}s/{exact[0].slug}"), 303)
    near = [] if found else search.near_names(site, q)
    with site.database.transaction() as tx:
        poll = now.newest_poll(tx, site)
        live = search.live_among(tx, poll, found or near)
    return pages.show("search.html", q=q, found=found, near=near, live=live, poll=poll)


@router.get("/api")
def api_page(request: Request, pages: PagesOfSite) -> Response:
    """The documentation of the API."""
    return pages.show("api.html", api=request.app.openapi())


@router.get("/how-we-measure")
def measure_page(site: SiteParts, pages: PagesOfSite) -> Response:
    """The definitions of all figures, and their errors."""
    with site.database.transaction() as tx:
        poll = newest_poll(tx, site)
    minutes = poll.interval_minutes if poll else int(site.poll_every / timedelta(minutes=1))
    return pages.show("measure.html", poll=poll, minutes=minutes)


@router.get("/help")
def help_page(pages: PagesOfSite) -> Response:
    """The keyboard shortcuts."""
    return pages.show("help.html")
