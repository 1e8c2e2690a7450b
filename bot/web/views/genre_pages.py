"""The pages of genres, game modes and themes."""

from typing import Final

from fastapi import APIRouter
from fastapi.responses import Response

from bot.web.deps import Days, GenreKind, Rows, SiteParts, Slug, Timezone
from bot.web.read import genres
from bot.web.read.coverage import span_of
from bot.web.read.errors import NotFound
from bot.web.read.rankings import game_ranking
from bot.web.read.table import slice_of
from bot.web.views import page_charts, week_part
from bot.web.views.page_charts import WeekMeasure
from bot.web.views.page_values import PagesOfSite, values_of_days

KINDS: Final = (
    (genres.Kind.GENRE, "Genres"),
    (genres.Kind.MODE, "Game modes"),
    (genres.Kind.THEME, "Themes"),
)

router = APIRouter(include_in_schema=False)


@router.get("/genres")
def genres_page(site: SiteParts, days: Days, pages: PagesOfSite, kind: genres.Kind = genres.Kind.GENRE) -> Response:
    """All genres, game modes or themes over some days."""
    with site.read(days) as tx:
        span = span_of(tx, site, days)
        found = genres.classes_between(tx, span, kind)
        ages = genres.ages_between(tx, span)
    parts = [(row.name, row.slug, row.watch_hours_split) for row in found]
    return pages.show(
        "genres.html",
        classes=found,
        kind=kind,
        kinds=KINDS,
        tree=page_charts.genre_shares(parts, "" if kind is genres.Kind.GENRE else kind.value, site),
        ages=ages,
        younger=genres.younger_shares(ages),
        **values_of_days(days, span),
    )


@router.get("/genres/{slug}")
def genre_page(
    site: SiteParts,
    slug: Slug,
    days: Days,
    rows: Rows,
    pages: PagesOfSite,
    kind: GenreKind = None,
    week: WeekMeasure = "viewers",
) -> Response:
    """A genre, game mode or theme over some days: hours of each day, hours of the week, and its games."""
    zone = site.calendar.timezone
    with site.read(days) as tx:
        found = genres.find_class(tx, slug, kind)
        span = span_of(tx, site, days)
        by_day = genres.by_day(tx, found, span)
        hours = genres.by_hour_of_week(tx, found, span, zone)
        games = genres.games_of(tx, found, game_ranking(tx, site, span))
    return pages.show(
        "genre.html",
        genre=found,
        kind_name={"genre": "Genre", "mode": "Game mode", "theme": "Theme"}[found.kind],
        days=by_day,
        games=slice_of(games, rows),
        rows=rows,
        parameters={**days.query, **({"kind": kind.value} if kind else {})},
        chart=page_charts.genre_hours(by_day, span, zone),
        week=week_part.of_genre(found.slug, hours, days, week, zone),
        week_measure=week,
        **values_of_days(days, span),
    )


@router.get("/genres/{slug}/week")
def genre_week(
    site: SiteParts,
    slug: Slug,
    days: Days,
    pages: PagesOfSite,
    timezone: Timezone,
    week: WeekMeasure = "viewers",
) -> Response:
    """The part of a genre's page with its hours of the week, in the time zone of a visitor."""
    zone = timezone or site.calendar.timezone
    with site.read(days) as tx:
        found = genres.find_class(tx, slug, genres.Kind.GENRE)
        hours = genres.by_hour_of_week(tx, found, span_of(tx, site, days), zone)
    part = week_part.of_genre(found.slug, hours, days, week, zone)
    if part is None:
        raise NotFound("no hourly data for these days")
    return pages.show("week.html", week=part)
