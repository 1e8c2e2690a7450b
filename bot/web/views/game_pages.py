"""The pages of games: one game, all games, and games to choose from."""

from dataclasses import asdict
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from bot.web.deps import (
    Comparison,
    Days,
    GameFilters,
    GameSize,
    HoursToStream,
    OwnViewers,
    Rows,
    SiteParts,
    Slug,
    Timezone,
)
from bot.web.read import find_game, game_list, games, genres, languages, now, own_hours
from bot.web.read.addresses import find, slug_of
from bot.web.read.coverage import span_of
from bot.web.read.errors import NotFound
from bot.web.read.find_game import verdict
from bot.web.read.previous import game_days_compared
from bot.web.read.rankings import game_ranking
from bot.web.read.shares import TOP, shares_by_day
from bot.web.read.table import RowRange
from bot.web.views import page_charts, week_part
from bot.web.views.page_charts import WeekMeasure
from bot.web.views.page_values import PagesOfSite, next_update, values_of_days

_ROWS: Final = 15
# More dots would be a cloud, and most of the work of the page.
_SPOTS: Final = 250
_RISING: Final = 4
_CANDIDATES: Final = 30

router = APIRouter(include_in_schema=False)


@router.get("/games")
def games_page(pages: PagesOfSite) -> Response:
    """A redirect to the page on which all games are."""
    return RedirectResponse(pages.url("/explore"), 308)


@router.get("/games/id/{game_id}")
def game_by_id(site: SiteParts, game_id: Slug, pages: PagesOfSite) -> Response:
    """A redirect to the page of the game with this id."""
    with site.database.transaction() as tx:
        slug = slug_of(tx, "game", game_id)
    return RedirectResponse(pages.url(f"/games/{slug}"), 302)


@router.get("/games/{slug}")
def game_page(
    site: SiteParts,
    slug: Slug,
    days: Days,
    pages: PagesOfSite,
    week: WeekMeasure = "per-channel",
    compare: Comparison = None,
) -> Response:
    """A game: now, the last 24 hours, some days, the best times to stream, and its streamers."""
    zone = site.calendar.timezone
    with site.read(days) as tx:
        game = find(tx, "game", slug)
        if game.slug != slug:
            return RedirectResponse(pages.url(f"/games/{game.slug}", days.query), 301)
        span, poll = span_of(tx, site, days), now.newest_poll(tx, site)
        values = {
            "game": games.summary(tx, site, game, span, poll),
            "last_day": (last_day := games.last_day(tx, game.id, poll)),
            "days": (by_day := games.by_day(tx, game.id, span)),
            "streamers": games.streamers(tx, game.id, span, RowRange(_ROWS)),
            "live": now.streamers_now(tx, poll, RowRange(10), game_id=game.id),
            "spoken": languages.languages_of_game(tx, game.id, span),
            "classes": genres.classes_of_game(tx, game.id),
        }
        by_hour = games.hours_for_chart(tx, site, game.id, span, by_day)
        days_before = games.by_day(tx, game.id, span.before) if compare else []
        hours_before = games.by_hour(tx, site, game.id, span.before) if compare and by_hour else []
        hours_of_week = games.by_hour_of_week(tx, site, game.id, span, zone)
    before = hours_before if by_hour else days_before
    charts: dict[str, Any] = {
        "next_at": next_update(site),
        "day_chart": page_charts.game_hours("Viewers, last 24 hours", last_day, zone),
        "viewers_chart": page_charts.game_history(by_hour or by_day, span, zone, before=before),
        "channels_chart": page_charts.game_history(by_hour or by_day, span, zone, is_channels=True, before=before),
    }
    return pages.show(
        "game.html",
        poll=poll,
        verdict=verdict,
        week=week_part.of_game(game.slug, hours_of_week, days, week, zone),
        week_measure=week,
        compare=compare,
        compared=game_days_compared(by_day, days_before, span) if compare else None,
        has_before=bool(days_before),
        **charts,
        **values,
        **values_of_days(days, span),
    )


@router.get("/games/{slug}/week")
def game_week(
    site: SiteParts,
    slug: Slug,
    days: Days,
    pages: PagesOfSite,
    timezone: Timezone,
    week: WeekMeasure = "per-channel",
) -> Response:
    """The part of a game's page with its best times to stream, in the time zone of a visitor."""
    zone = timezone or site.calendar.timezone
    with site.read(days) as tx:
        game = find(tx, "game", slug)
        span = span_of(tx, site, days)
        hours = games.by_hour_of_week(tx, site, game.id, span, zone)
    part = week_part.of_game(game.slug, hours, days, week, zone)
    if part is None:
        raise NotFound("no hourly data for these days")
    return pages.show("week.html", week=part)


@router.get("/explore")
def explore_page(
    site: SiteParts,
    days: Days,
    filters: GameFilters,
    rows: Rows,
    pages: PagesOfSite,
    sort: game_list.By = game_list.By.WATCH_HOURS,
    order: game_list.Order = game_list.Order.DESCENDING,
) -> Response:
    """All games over some days, filtered and sorted."""
    with site.read(days) as tx:
        span = span_of(tx, site, days)
        ranking = genres.of_genre(tx, filters.genre, game_ranking(tx, site, span))
        known_genres = genres.genre_names(tx)
        # Of all games: it would mislead next to a filtered table.
        is_start = filters == game_list.Filters() and not rows.offset
        voice = shares_by_day(tx, ranking[:TOP], span) if is_start else []
    parameters = asdict(filters) | days.query
    drawn = game_list.matching_games(
        ranking, filters, game_list.By.WATCH_HOURS, game_list.Order.DESCENDING, RowRange(_SPOTS)
    )
    return pages.show(
        "game_list.html",
        games=game_list.matching_games(ranking, filters, sort, order, rows),
        filters=filters,
        genres=known_genres,
        parameters={name: _plain(value) for name, value in parameters.items() if value not in (None, "")},
        rows=rows,
        sort=sort.value,
        order=order.value,
        sortable=set(game_list.By),
        chart=page_charts.games_between(drawn.rows, site),
        voice=page_charts.share_over_time(voice, span, site.calendar.timezone),
        rising=game_list.rising(ranking, _RISING) if filters == game_list.Filters() else [],
        **values_of_days(days, span),
    )


@router.get("/find")
def find_page(
    site: SiteParts,
    days: Days,
    pages: PagesOfSite,
    size: GameSize = None,
    viewers: OwnViewers = None,
    hours: HoursToStream = None,
) -> Response:
    """Games for somebody who looks for one to stream, with the best times within the hours in which they can."""
    shown_size = size or find_game.size_for(viewers)
    with site.read(days) as tx:
        span, poll = span_of(tx, site, days), now.newest_poll(tx, site)
        found = find_game.candidates(game_ranking(tx, site, span), shown_size, viewers)
        shown = found[:_CANDIDATES]
        times = own_hours.best_times(tx, site, [one.game for one in shown], span, hours) if hours else {}
    threshold = poll.more_than_viewers if poll else None
    return pages.show(
        "find.html",
        found=shown,
        total=len(found),
        size=shown_size.value,
        chosen_size=size.value if size else "",
        viewers=viewers,
        threshold=threshold,
        is_uncounted=viewers is not None and threshold is not None and viewers <= threshold,
        hours=hours,
        times=times,
        zone=(hours.timezone if hours else site.calendar.timezone).key,
        chart=page_charts.candidates(found, site) if len(found) > 2 else None,
        **values_of_days(days, span),
    )


def _plain(value: Any) -> Any:
    """A number of an address as people write it: 600 rather than 600.0."""
    return f"{value:.15g}" if isinstance(value, float) else value
