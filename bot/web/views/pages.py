"""The pages and their charts. Only translates."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

import orjson
from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from bot.web.read import bot_status, games, streamers
from bot.web.read import compare as comparing
from bot.web.read import explore as exploring
from bot.web.read import now as at_present
from bot.web.read import search as searching
from bot.web.read.addresses import address_of, find
from bot.web.read.coverage import change, span_of
from bot.web.read.ranges import OFFERED, Span, Wanted
from bot.web.read.rankings import standings
from bot.web.read.rows import Kind, Part
from bot.web.site import Site
from bot.web.views import chart_specs, columns
from bot.web.views.charts import FIGURES, Asked, Measure
from bot.web.views.params import Names, Slug, WantedDays, WantedFilters, WantedPart, WantedTimezone, names_of
from bot.web.views.render import Renderer
from bot.web.views.svg_queue import Drawings
from helperfunctions.errors import NotThere

_ROWS: Final = 25
_POSTS: Final = 30


class Drawn(StrEnum):
    """How a chart is wanted: to be drawn in the page, or as a picture."""

    JSON = "json"
    SVG = "svg"


def router(site: Site, renderer: Renderer, openapi: Callable[[], dict[str, Any]]) -> APIRouter:
    """Every page under its path."""
    pages = APIRouter(include_in_schema=False)
    drawings = Drawings(site.draw_svg)

    def show(template: str, **facts: Any) -> HTMLResponse:
        return HTMLResponse(renderer.page(template, columns=columns, **facts))

    def days_facts(wanted: Wanted, span: Span) -> dict[str, Any]:
        first, last = site.calendar.day(span.first), site.calendar.day(span.last)
        return {"span": span, "wanted": wanted, "offered": OFFERED, "from_at": first.starts_at, "to_at": last.ends_at}

    @pages.get("/")
    def now() -> Response:
        with site.reads.transaction() as tx:
            poll = at_present.newest_poll(tx, site)
            return show(
                "now.html",
                poll=poll,
                before=at_present.viewers_before(tx, site, poll) if poll else (None, None),
                change=change,
                games=at_present.games_now(tx, site, poll, Part(_ROWS)),
                streamers=at_present.streamers_now(tx, poll, Part(_ROWS)),
                hours=at_present.viewers_by_hour(tx, poll),
            )

    @pages.get("/games")
    def all_games() -> Response:
        return RedirectResponse(renderer.url("/explore"), 308)

    @pages.get("/games/id/{game_id}")
    def game_by_id(game_id: Slug) -> Response:
        return by_id("game", game_id)

    @pages.get("/streamers/id/{streamer_id}")
    def streamer_by_id(streamer_id: Slug) -> Response:
        return by_id("streamer", streamer_id)

    def by_id(kind: Kind, id_: str) -> Response:
        with site.reads.transaction() as tx:
            slug = address_of(tx, kind, id_)
        return RedirectResponse(renderer.url(f"/{kind}s/{slug}"), 302)

    @pages.get("/games/{slug}")
    def game(slug: Slug, wanted: WantedDays) -> Response:
        with site.reading(wanted) as tx:
            game_id, current = find(tx, "game", slug)
            if current != slug:
                return RedirectResponse(renderer.url(f"/games/{current}", wanted.query), 301)
            span, poll = span_of(tx, site, wanted), at_present.newest_poll(tx, site)
            week = games.by_hour_of_week(tx, site, game_id, span, site.calendar.timezone)
            return show(
                "game.html",
                game=games.summary(tx, site, game_id, current, span, poll),
                poll=poll,
                last_day=games.last_day(tx, game_id, poll),
                days=games.by_day(tx, game_id, span),
                streamers=games.streamers(tx, game_id, span, Part(_ROWS)),
                live=at_present.streamers_now(tx, poll, Part(10), game_id=game_id),
                week=week,
                **days_facts(wanted, span),
            )

    @pages.get("/streamers/{slug}")
    def streamer(slug: Slug, wanted: WantedDays) -> Response:
        with site.reading(wanted) as tx:
            streamer_id, current = find(tx, "streamer", slug)
            if current != slug:
                return RedirectResponse(renderer.url(f"/streamers/{current}", wanted.query), 301)
            span, poll = span_of(tx, site, wanted), at_present.newest_poll(tx, site)
            return show(
                "streamer.html",
                streamer=streamers.summary(tx, streamer_id, current, span, poll),
                poll=poll,
                days=streamers.by_day(tx, streamer_id, span),
                games=streamers.games(tx, streamer_id, span, Part(_ROWS)),
                records={record.record: record for record in streamers.records(tx, streamer_id)},
                **days_facts(wanted, span),
            )

    @pages.get("/compare")
    def compare(
        wanted: WantedDays,
        game_slugs: Annotated[Names, Query(alias="games")] = "",
        streamer_slugs: Annotated[Names, Query(alias="streamers")] = "",
        add: Annotated[str, Query(max_length=200)] = "",
        measure: Literal["hours", "viewers"] = "hours",
    ) -> Response:
        kind: Kind = "streamer" if streamer_slugs and not game_slugs else "game"
        slugs = list(dict.fromkeys(names_of(streamer_slugs if kind == "streamer" else game_slugs)))
        not_found = ""
        if add:
            found = searching.search(site, add, kind=kind if slugs else None, how_many=1)
            if found:
                kind = found[0].kind
                named = ",".join([*slugs, found[0].slug] if found[0].slug not in slugs else slugs)
                query = {f"{kind}s": named, **wanted.query, "measure": measure}
                return RedirectResponse(renderer.url("/compare", query), 303)
            not_found = add
        with site.reading(wanted) as tx:
            span = span_of(tx, site, wanted)
            compared = comparing.compared(tx, kind, slugs, span)
        return show(
            "compare.html",
            kind=kind,
            compared=compared,
            slugs=[one.slug for one in compared],
            measure=measure,
            not_found=not_found,
            most=comparing.MOST,
            **days_facts(wanted, span),
        )

    @pages.get("/explore")
    def explore(
        wanted: WantedDays,
        filters: WantedFilters,
        part: WantedPart,
        sort: exploring.By = exploring.By.WATCH_HOURS,
        order: exploring.Order = exploring.Order.DESCENDING,
    ) -> Response:
        with site.reading(wanted) as tx:
            span = span_of(tx, site, wanted)
            of_all = standings(tx, site, span)
        named = asdict(filters) | wanted.query
        return show(
            "explore.html",
            games=exploring.explore(of_all, filters, sort, order, part),
            filters=filters,
            named={name: value for name, value in named.items() if value not in (None, "")},
            part=part,
            sort=sort.value,
            order=order.value,
            sortable=set(exploring.By),
            **days_facts(wanted, span),
        )

    @pages.get("/bot")
    def bot() -> Response:
        with site.reads.transaction() as tx:
            wanted = Wanted(90)
            span = span_of(tx, site, wanted)
            return show(
                "bot.html",
                posts=bot_status.posts(tx, Part(_POSTS)),
                due=bot_status.due(site),
                health=bot_status.health(tx, site),
                coverage=bot_status.coverage(tx, span, Part(span.days)),
                **days_facts(wanted, span),
            )

    @pages.get("/search")
    def search(q: Annotated[str, Query(max_length=200)] = "") -> Response:
        found = searching.search(site, q) if q.strip() else []
        exact = [one for one in found if one.likeness == 1]
        if len(exact) == 1:
            return RedirectResponse(renderer.url(f"/{exact[0].kind}s/{exact[0].slug}"), 303)
        return show("search.html", q=q, found=found)

    @pages.get("/api")
    def api() -> Response:
        return show("api.html", api=openapi())

    @pages.get("/charts/post.svg")
    def chart_of_post(post: Annotated[int, Query(ge=1, le=2**62)]) -> Response:
        with site.reads.transaction() as tx:
            spec = bot_status.chart_of_post(tx, post)
        return picture(spec, site.calendar.timezone)

    @pages.get("/charts/{what}.{form}")
    def chart(
        what: str,
        form: Drawn,
        wanted: WantedDays,
        timezone: WantedTimezone,
        filters: WantedFilters,
        slug: Annotated[str, Query(max_length=120)] = "",
        kind: Kind = "game",
        names: Names = "",
        measure: Measure = "viewers",
        theme: Literal["light", "dark"] = "light",
    ) -> Response:
        make = FIGURES.get(what)
        if make is None:
            raise NotThere("there is no such chart")
        zone = timezone or site.calendar.timezone
        asked = Asked(slug.replace("\0", ""), kind, names_of(names), wanted, measure, zone, filters)
        with site.reading(wanted) as tx:
            made = make(tx, site, asked)
        if form is Drawn.SVG:
            return picture(chart_specs.themed(dict(made.spec), theme), zone)
        return Response(orjson.dumps({"spec": made.spec, "says": made.alt_text}), media_type="application/json")

    def picture(spec: Mapping[str, Any], zone: ZoneInfo) -> Response:
        return Response(drawings.draw(spec, zone.key), media_type="image/svg+xml")

    @pages.get("/robots.txt")
    def robots() -> Response:
        return PlainTextResponse(
            f"User-agent: *\nDisallow: {site.root_path}/api/\nDisallow: {site.root_path}/charts/\n"
        )

    return pages
