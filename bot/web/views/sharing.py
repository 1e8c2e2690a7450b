"""What others show of the dashboard: pictures of posts and of links, feeds, the sitemap, and rules for robots."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import PlainTextResponse, RedirectResponse, Response

from bot.web.deps import Day, Days, SiteParts, Slug, Slugs, slugs_in
from bot.web.read import bot_status, compare, games, now, streamers
from bot.web.read.addresses import Kind, find
from bot.web.read.coverage import newest_day, span_of
from bot.web.read.errors import NotFound
from bot.web.read.ranges import MAX_DAYS, RequestedDays, Span
from bot.web.read.rankings import game_ranking
from bot.web.read.streamer_ranking import By, streamer_ranking
from bot.web.read.table import RowRange
from bot.web.views import cards
from bot.web.views.page_values import PagesOfSite
from bot.web.views.palette import accent_colours, palette
from bot.web.views.picture_queue import PictureQueue
from helperfunctions.text import shortened

_FEED_DAYS: Final = 14
_LISTED: Final = 2_000
# At the upper right of a card, next to the title of the site.
_LONGEST_ADDRESS: Final = 36
_MONTH: Final = RequestedDays(30)

router = APIRouter(include_in_schema=False)


async def _picture_queue(request: Request) -> PictureQueue:
    queue: PictureQueue = request.app.state.picture_queue
    return queue


Pictures = Annotated[PictureQueue, Depends(_picture_queue)]


@router.get("/charts/post.svg")
def chart_of_post(site: SiteParts, pictures: Pictures, post: Annotated[int, Query(ge=1, le=2**62)]) -> Response:
    """The chart of a post on X, as a picture."""
    # A picture can take a second: the transaction ends before it is drawn.
    with site.database.transaction() as tx:
        spec = bot_status.chart_of_post(tx, post)
    svg = pictures.draw(lambda: site.draw_svg(spec, site.calendar.timezone.key))
    return Response(svg, media_type="image/svg+xml")


@router.get("/cards/games/{slug}.png")
def card_of_game(site: SiteParts, pictures: Pictures, pages: PagesOfSite, slug: Slug) -> Response:
    """The picture of a link to a game."""
    with site.read(_MONTH) as tx:
        game, span = find(tx, "game", slug), span_of(tx, site, _MONTH)
        summary = games.summary(tx, site, game, span, now.newest_poll(tx, site))
        days = games.by_day(tx, game.id, span)
    return _card(site, pictures, pages, cards.of_game(summary, days))


@router.get("/cards/streamers/{slug}.png")
def card_of_streamer(site: SiteParts, pictures: Pictures, pages: PagesOfSite, slug: Slug) -> Response:
    """The picture of a link to a streamer."""
    with site.read(_MONTH) as tx:
        streamer, span = find(tx, "streamer", slug), span_of(tx, site, _MONTH)
        summary = streamers.summary(tx, streamer, span, now.newest_poll(tx, site))
        days = streamers.by_day(tx, streamer.id, span)
    return _card(site, pictures, pages, cards.of_streamer(summary, days))


@router.get("/cards/days/{day}.png")
def card_of_day(site: SiteParts, pictures: Pictures, pages: PagesOfSite, day: Day) -> Response:
    """The picture of a link to a day."""
    with site.database.transaction() as tx:
        measured = bot_status.coverage(tx, Span(day, day), RowRange(1)).rows
        if not measured:
            raise NotFound(f"there are no figures of {day}")
        ranking = game_ranking(tx, site, Span(day, day))
    return _card(site, pictures, pages, cards.of_day(measured[0], ranking[: cards.LISTED]))


@router.get("/cards/compare.png")
def card_of_comparison(
    site: SiteParts,
    pictures: Pictures,
    pages: PagesOfSite,
    days: Days,
    game_slugs: Annotated[Slugs, Query(alias="games")] = "",
    streamer_slugs: Annotated[Slugs, Query(alias="streamers")] = "",
    measure: compare.Measure = "hours",
) -> Response:
    """The picture of a link to a comparison."""
    kind: Kind = "streamer" if streamer_slugs and not game_slugs else "game"
    slugs = slugs_in(streamer_slugs if kind == "streamer" else game_slugs)
    with site.read(days) as tx:
        span = span_of(tx, site, days)
        compared, by_day = compare.compared_with_days(tx, kind, compare.known_slugs(tx, kind, slugs), span)
    if not compared:
        raise NotFound("nothing of this comparison is known")
    card = cards.of_comparison(compared, by_day, measure, span, site.calendar.timezone)
    return _card(site, pictures, pages, card)


def _card(site: SiteParts, pictures: PictureQueue, pages: PagesOfSite, card: cards.Card) -> Response:
    colours = {**palette("dark"), **(accent_colours(site.accent, "dark") if site.accent else {})}
    svg = pages.render("card.svg", card=card, title=site.title, address=_address(site), colours=colours)
    return Response(pictures.draw(lambda: site.draw_card(svg)), media_type="image/png")


def _address(site: SiteParts) -> str:
    """The address of the site as people write it; without one on the web, its account on X, if any."""
    if site.public_url:
        return shortened(site.public_url.partition("://")[2], _LONGEST_ADDRESS)
    return f"@{site.account} on X" if site.account else ""


@router.get("/feeds/days.xml")
def feed_of_days(site: SiteParts, pages: PagesOfSite) -> Response:
    """The newest days with their top games and streamers, as an Atom feed."""
    entries: list[dict[str, Any]] = []
    with site.read(RequestedDays(_FEED_DAYS)) as tx:
        first = bot_status.first_day(tx)
        last = newest_day(tx, site)
        days = bot_status.coverage(tx, Span(first, last), RowRange(_FEED_DAYS)).rows if first else []
        for day in days:
            span = Span(day.day, day.day)
            entries.append(
                {
                    "day": day,
                    "games": game_ranking(tx, site, span)[:5],
                    "streamers": streamer_ranking(tx, span, By.WATCH_HOURS, RowRange(5)).rows,
                }
            )
    return Response(pages.render("feed.xml", entries=entries), media_type="application/atom+xml; charset=utf-8")


@router.get("/sitemap.xml")
def sitemap(site: SiteParts, pages: PagesOfSite) -> Response:
    """The pages that search engines should know: only with WEB_PUBLIC_URL, because it has whole addresses."""
    if not site.public_url:
        raise NotFound("the sitemap needs WEB_PUBLIC_URL")
    with site.read(_MONTH) as tx:
        span = span_of(tx, site, _MONTH)
        first = bot_status.first_day(tx)
        days = bot_status.coverage(tx, Span(first, span.last), RowRange(MAX_DAYS)).rows if first else []
        paths = [
            "/",
            "/explore",
            "/streamers",
            "/find",
            "/compare",
            "/days",
            "/records",
            "/languages",
            "/how-we-measure",
            "/api",
            "/help",
        ]
        paths += ["/genres"] if site.has_genres else []
        paths += [f"/days/{day.day}" for day in days]
        paths += [f"/games/{game.slug}" for game in game_ranking(tx, site, span)[:_LISTED] if game.slug]
        ranked = streamer_ranking(tx, span, By.WATCH_HOURS, RowRange(_LISTED)).rows
        paths += [f"/streamers/{streamer.slug}" for streamer in ranked if streamer.slug]
    return Response(pages.render("sitemap.xml", paths=paths), media_type="application/xml")


@router.get("/manifest.webmanifest")
def manifest(site: SiteParts, pages: PagesOfSite) -> Response:
    """The description for browsers that install the dashboard as an application."""
    accent = site.accent or palette("light")["accent"]
    described = pages.render("manifest.json", name=site.title, accent=accent, page=palette("dark")["page"])
    return Response(described, media_type="application/manifest+json")


@router.get("/favicon.ico")
def favicon(pages: PagesOfSite) -> Response:
    """A redirect to the icon, for programs that do not read the page."""
    return RedirectResponse(pages.static("icon.svg"), 302)


@router.get("/robots.txt")
def robots(site: SiteParts) -> Response:
    """The rules for search engines."""
    parts = ("api/", "charts/", "games/*/feed.atom", "streamers/*/feed.atom")
    lines = ["User-agent: *", *(f"Disallow: {site.root_path}/{part}" for part in parts)]
    if site.pictures is not None:
        lines.append(f"Disallow: {site.root_path}/pictures/")
    if site.public_url:
        lines.append(f"Sitemap: {site.public_url}/sitemap.xml")
    return PlainTextResponse("\n".join(lines) + "\n")
