"""The pages of games: one game, all games, and games to choose from."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from bot.web.deps import (
    Comparison,
    Days,
    GameFilters,
    GameSize,
    GameSort,
    HoursToStream,
    Language,
    OrderOfRows,
    OwnViewers,
    Rows,
    SiteParts,
    Skipped,
    Slug,
    Timezone,
)
from bot.web.read import bot_status, find_game, game_list, games, genres, languages, now
from bot.web.read.addresses import find, slug_of
from bot.web.read.coverage import newest_day, span_of
from bot.web.read.errors import NotFound
from bot.web.read.find_game import Size, Sort, is_open, verdict
from bot.web.read.own_hours import OwnTimes, own_times
from bot.web.read.previous import game_days_compared
from bot.web.read.rankings import game_ranking, growth
from bot.web.read.shares import TOP, shares_by_day
from bot.web.read.table import Order, RowRange
from bot.web.views import page_charts, week_part
from bot.web.views.page_charts import WeekMeasure
from bot.web.views.page_values import PagesOfSite, next_update, values_of_days

_ROWS: Final = 15
# More dots would be a cloud, and most of the work of the page.
_SPOTS: Final = 250
_GROWING: Final = 4
_POSTS: Final = 5
_CANDIDATES: Final = 30
# Games that are ordered by what they offer within somebody's hours.
_BY_HOURS: Final = 90

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
    hours: HoursToStream = None,
    week: WeekMeasure = "per-channel",
    compare: Comparison = None,
) -> Response:
    """A game: now, the last 24 hours, some days, the best times to stream, first those within the hours in which
    somebody can, and its streamers."""
    zone = site.calendar.timezone
    with site.read(days) as tx:
        game = find(tx, "game", slug)
        if game.slug != slug:
            return RedirectResponse(pages.url(f"/games/{game.slug}", days.query | (hours.query if hours else {})), 301)
        newest, poll = newest_day(tx, site), now.newest_poll(tx, site)
        span = days.up_to(newest)
        grown = growth(tx, site, span, ranking := game_ranking(tx, site, span))
        values: dict[str, Any] = {
            "game": games.summary(tx, site, game, span, poll, ranking),
            "growth_days": (grown.span.days if grown else None),
            "growth": (grown.games.growth_of(game.id) if grown else None),
            "last_day": (last_day := games.last_day(tx, game.id, poll)),
            "days": (by_day := games.by_day(tx, game.id, span)),
            "streamers": games.streamers(tx, game.id, span, RowRange(_ROWS)),
            "live": now.streamers_now(tx, poll, RowRange(10), game_id=game.id),
            "spoken": languages.languages_of_game(tx, game.id, span),
            "classes": genres.classes_of_game(tx, game.id),
            "posts": bot_status.posts_of_game(tx, game.id, newest, _POSTS),
        }
        by_hour = games.hours_for_chart(tx, site, game.id, span, by_day)
        days_before = games.by_day(tx, game.id, span.before) if compare else []
        hours_before = games.by_hour(tx, site, game.id, span.before) if compare and by_hour else []
        week_zone = hours.timezone if hours else zone
        best_times = week_part.of_game(tx, site, game, days, span, week, week_zone, hours)
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
        is_open=is_open,
        verdict=verdict,
        week=best_times,
        week_measure=week,
        own_query=hours.query if hours else {},
        compare=compare,
        compared=game_days_compared(by_day, days_before, span) if compare else None,
        has_before=bool(days_before),
        **charts,
        **values,
        **values_of_days(days, span),
    )


@router.get("/games/{slug}/live")
def live_page(
    site: SiteParts, slug: Slug, rows: Rows, pages: PagesOfSite, order: OrderOfRows = Order.DESCENDING
) -> Response:
    """All live channels of a game."""
    with site.database.transaction() as tx:
        game = find(tx, "game", slug)
        if game.slug != slug:
            return RedirectResponse(pages.url(f"/games/{game.slug}/live"), 301)
        poll = now.newest_poll(tx, site)
        live = now.streamers_now(tx, poll, rows, game_id=game.id, order=order)
        name = games.name_of(tx, game.id)
    return pages.show(
        "live.html",
        slug=game.slug,
        name=name,
        live=live,
        poll=poll,
        rows=rows,
        order=order.value,
        next_at=next_update(site),
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
        part = week_part.of_game(tx, site, game, days, span, week, zone)
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
    order: Order = Order.DESCENDING,
) -> Response:
    """All games over some days, filtered and sorted."""
    with site.read(days) as tx:
        span = span_of(tx, site, days)
        of_all = game_ranking(tx, site, span)
        ranking = genres.of_genre(tx, filters.genre, of_all)
        grown = growth(tx, site, span, of_all) if filters == game_list.Filters() else None
        known_genres = genres.genre_names(tx)
        # Of all games: it would mislead next to a filtered table.
        is_start = filters == game_list.Filters() and not rows.offset
        voice = shares_by_day(tx, ranking[:TOP], span) if is_start else []
    parameters = asdict(filters) | days.query
    drawn = game_list.matching_games(ranking, filters, game_list.By.WATCH_HOURS, Order.DESCENDING, RowRange(_SPOTS))
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
        growing=game_list.growing(grown.games, _GROWING, grown.games.growths()) if grown else [],
        growth=grown,
        **values_of_days(days, span),
    )


@router.get("/find")
def find_page(
    site: SiteParts,
    days: Days,
    pages: PagesOfSite,
    size: GameSize = None,
    viewers: OwnViewers = None,
    language: Language = None,
    sort: GameSort = None,
    hours: HoursToStream = None,
    offset: Skipped = 0,
) -> Response:
    """Games for somebody who looks for one to stream, with the best times within the hours in which they can."""
    shown_size = size or find_game.size_for(viewers)
    with site.read(days) as tx:
        span, poll = span_of(tx, site, days), now.newest_poll(tx, site)
        threshold = poll.more_than_viewers if poll else None
        is_uncounted = viewers is not None and threshold is not None and viewers <= threshold
        shown_sort = sort or (Sort.HOURS if hours else Sort.SPREAD if is_uncounted else Sort.FIT)
        ranking = game_ranking(tx, site, span)
        grown = growth(tx, site, span, ranking)
        of_all = list(ranking)
        growths = grown.games.growths() if grown else {}
        found = find_game.candidates(of_all, shown_size, viewers, sort=shown_sort, growths=growths)
        if language:
            ids = [one.game.game_id for one in found]
            found = find_game.in_language(found, languages.language_in_games(tx, language, ids, span))
        rows = RowRange(_CANDIDATES, offset)
        times: Mapping[str, OwnTimes] = {}
        if hours and shown_sort is Sort.HOURS:
            # The best times of all games would take long: those that fit best are ordered by theirs.
            times = own_times(tx, site, [one.game.game_id for one in found[:_BY_HOURS]], span, hours)
            found = [*find_game.by_own_hours(found[:_BY_HOURS], times), *found[_BY_HOURS:]]
        shown = found[offset : offset + _CANDIDATES]
        if hours and (rest := [one.game.game_id for one in shown if one.game.game_id not in times]):
            times = {**times, **own_times(tx, site, rest, span, hours)}
    return pages.show(
        "find.html",
        found=shown,
        total=len(found),
        rows=rows,
        size=shown_size.value,
        chosen_size=size.value if size else "",
        sort=shown_sort.value,
        chosen_sort=sort.value if sort else "",
        language=language or "",
        languages=sorted(languages.NAMES.items(), key=lambda item: item[1]),
        viewers=viewers,
        threshold=threshold,
        poll=poll,
        is_uncounted=is_uncounted,
        growth=grown,
        usual_shares={one.value: find_game.usual_top3_share(of_all, one) for one in (Size.SMALL, Size.MEDIUM)},
        hours=hours,
        times=times,
        zone=(hours.timezone if hours else site.calendar.timezone).key,
        chart=page_charts.candidates(found, site) if len(found) > 2 else None,
        **values_of_days(days, span),
    )


def _plain(value: Any) -> Any:
    """A number of an address as people write it: 600 rather than 600.0."""
    return f"{value:.15g}" if isinstance(value, float) else value
