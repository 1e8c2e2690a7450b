"""What other sites embed and read of one game or streamer: badges and feeds."""

from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import Response

from bot.web.deps import SiteParts, Slug
from bot.web.read import games, streamers
from bot.web.read.addresses import Kind, find
from bot.web.read.coverage import ratio, span_of
from bot.web.read.errors import NotFound
from bot.web.read.ranges import MAX_DAYS, RequestedDays, Span
from bot.web.read.ranked_days import ranked_days
from bot.web.read.rankings import game_ranking
from bot.web.read.streamer_rank import rank_of
from bot.web.site import Site
from bot.web.views import badges
from bot.web.views.badges import Badge, Figures, Measure
from bot.web.views.page_values import PagesOfSite
from bot.web.views.palette import palette
from helperfunctions.database import Transaction

_FEED_DAYS: Final = 14
_BADGE_DAYS: Final = 7
# Of badges and feeds: sites that show them ask again after an hour, and their figures change once a day.
_CACHED: Final = "public, max-age=3600"

router = APIRouter(include_in_schema=False)

BadgeDays = Annotated[int, Query(ge=1, le=MAX_DAYS, description="number of days up to the newest")]


@router.get("/games/{slug}/badge.svg")
def badge_of_game(
    site: SiteParts, pages: PagesOfSite, slug: Slug, measure: Measure = Measure.HOURS, days: BadgeDays = _BADGE_DAYS
) -> Response:
    """A figure of a game as a picture."""
    return _badge(site, pages, "game", slug, measure, days)


@router.get("/streamers/{slug}/badge.svg")
def badge_of_streamer(
    site: SiteParts, pages: PagesOfSite, slug: Slug, measure: Measure = Measure.HOURS, days: BadgeDays = _BADGE_DAYS
) -> Response:
    """A figure of a streamer as a picture."""
    return _badge(site, pages, "streamer", slug, measure, days)


@router.get("/games/{slug}/feed.atom")
def feed_of_game(site: SiteParts, pages: PagesOfSite, slug: Slug) -> Response:
    """The newest days of a game, as an Atom feed."""
    return _feed(site, pages, "game", slug)


@router.get("/streamers/{slug}/feed.atom")
def feed_of_streamer(site: SiteParts, pages: PagesOfSite, slug: Slug) -> Response:
    """The newest days of a streamer, as an Atom feed."""
    return _feed(site, pages, "streamer", slug)


def _badge(site: Site, pages: PagesOfSite, kind: Kind, slug: str, measure: Measure, days: int) -> Response:
    """An old address has a badge too: it may be in a page that nobody edits."""
    wanted = RequestedDays(days)
    try:
        with site.read(wanted) as tx:
            id_ = find(tx, kind, slug).id
            span = span_of(tx, site, wanted)
            figures = _of_game(tx, site, id_, span) if kind == "game" else _of_streamer(tx, id_, span)
    except NotFound:
        return _drawn(site, pages, badges.not_found(measure), 404)
    return _drawn(site, pages, badges.badge(figures, measure, days), 200)


def _drawn(site: Site, pages: PagesOfSite, badge: Badge, status: int) -> Response:
    svg = pages.render("badge.svg", badge=badge, accent=site.accent or palette("light")["accent"])
    headers = {"cache-control": _CACHED} if status == 200 and badge.has_value else None
    return Response(svg, status, headers, media_type="image/svg+xml")


def _of_game(tx: Transaction, site: Site, game_id: str, span: Span) -> Figures:
    ranking = game_ranking(tx, site, span)
    row = ranking.of(game_id)
    name, of = games.name_of(tx, game_id), f"{len(ranking):,} games"
    if row is None:
        return Figures(name, None, None, None, of)
    return Figures(name, row.watch_hours, row.average_viewers, row.rank, of)


def _of_streamer(tx: Transaction, streamer_id: str, span: Span) -> Figures:
    days = streamers.by_day(tx, streamer_id, span)
    watch_hours, airtime_hours = sum(day.watch_hours for day in days), sum(day.airtime_hours for day in days)
    place = rank_of(tx, span, watch_hours)
    return Figures(
        streamers.name_of(tx, streamer_id),
        watch_hours,
        ratio(watch_hours, airtime_hours),
        place.rank,
        f"{place.of_all:,} streamers" if place.of_all else "",
    )


def _feed(site: Site, pages: PagesOfSite, kind: Kind, slug: str) -> Response:
    with site.read(RequestedDays(_FEED_DAYS)) as tx:
        found = find(tx, kind, slug)
        name = games.name_of(tx, found.id) if kind == "game" else streamers.name_of(tx, found.id)
        days = ranked_days(tx, kind, found.id, _FEED_DAYS)
    feed = pages.render("subject_feed.xml", kind=kind, id=found.id, slug=found.slug, name=name, days=days)
    return Response(feed, headers={"cache-control": _CACHED}, media_type="application/atom+xml; charset=utf-8")
