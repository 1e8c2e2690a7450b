"""The pages of streamers: all of them, and each one."""

from datetime import date, timedelta
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from fastapi.responses import RedirectResponse, Response

from bot.web.deps import Comparison, Days, GameSlug, Language, OrderOfRows, Rows, SiteParts, Slug, Timezone
from bot.web.read import chat, games, now, search, streamer_ranking, streamers
from bot.web.read.addresses import find, slug_of
from bot.web.read.coverage import newest_day, span_of
from bot.web.read.errors import NotFound
from bot.web.read.languages import NAMES
from bot.web.read.previous import streamer_days_compared
from bot.web.read.ranges import Span
from bot.web.read.records import record_of, within
from bot.web.read.streamer_rank import rank_of
from bot.web.read.streamer_schedule import WEEKS, schedule
from bot.web.read.table import Order, RowRange
from bot.web.site import Site
from bot.web.views import page_charts, week_part
from bot.web.views.page_values import PagesOfSite, next_update, values_of_days
from helperfunctions.text import name_key

_ROWS: Final = 15
_MOST_ROWS: Final = 500
_RECORD_DAYS: Final = 30
_CALENDAR_WEEKS: Final = 26
# Viewers of a channel, as a multiple of the threshold: from here on, one that is not seen is not live.
_SURELY_SEEN: Final = 10

router = APIRouter(include_in_schema=False)


@router.get("/streamers")
def streamers_page(
    site: SiteParts,
    days: Days,
    rows: Rows,
    pages: PagesOfSite,
    language: Language = None,
    game: GameSlug = None,
    game_name: Annotated[str, Query(max_length=200)] = "",
    shown_game: GameSlug = None,
    sort: streamer_ranking.By = streamer_ranking.By.WATCH_HOURS,
    order: OrderOfRows = Order.DESCENDING,
) -> Response:
    """All streamers over some days, ranked; with the name of a game, a redirect to those with this game. `shown_game`:
    the game whose name the field of the form had."""
    query = {**days.query, **({"language": language} if language else {}), **({"game": game} if game else {})}
    sorting = {"sort": sort.value, **({"order": order.value} if order is Order.ASCENDING else {})}
    # Before the transaction below: the search opens its own.
    named = _game_named(site, game_name, shown_game) if game_name.strip() else None
    if named:
        return RedirectResponse(pages.url("/streamers", query | {"game": named} | sorting), 303)
    with site.read(days) as tx:
        span = span_of(tx, site, days)
        with_game = find(tx, "game", game) if game else None
        if with_game and with_game.slug != game:
            return RedirectResponse(pages.url("/streamers", query | {"game": with_game.slug} | sorting), 301)
        game_id = with_game.id if with_game else None
        found = streamer_ranking.streamer_ranking(tx, span, sort, rows, order=order, language=language, game_id=game_id)
        name = games.name_of(tx, game_id) if game_id else ""
        least_hours = streamer_ranking.least_hours(tx, span)
    return pages.show(
        "streamers.html",
        streamers=found,
        rows=rows,
        sort=sort.value,
        order=order.value,
        sorting=sorting,
        least_hours=least_hours,
        language=language or "",
        game=game,
        game_name=name,
        not_found=game_name.strip(),
        languages=sorted(NAMES.items(), key=lambda item: item[1]),
        parameters=query,
        sortable=set(streamer_ranking.By),
        **values_of_days(days, span),
    )


def _game_named(site: Site, name: str, shown: str | None) -> str | None:
    """The slug of the game of a name; of several with the same, the one that was `shown`."""
    if shown is not None:
        with site.database.transaction() as tx:
            game = find(tx, "game", shown)
            if name_key(games.name_of(tx, game.id)) == name_key(name):
                return game.slug
    named = search.search(site, name, kind="game", limit=1)
    return named[0].slug if named else None


@router.get("/streamers/id/{streamer_id}")
def streamer_by_id(site: SiteParts, streamer_id: Slug, pages: PagesOfSite) -> Response:
    """A redirect to the page of the streamer with this id."""
    with site.database.transaction() as tx:
        slug = slug_of(tx, "streamer", streamer_id)
    return RedirectResponse(pages.url(f"/streamers/{slug}"), 302)


@router.get("/streamers/{slug}")
def streamer_page(
    site: SiteParts,
    slug: Slug,
    days: Days,
    pages: PagesOfSite,
    compare: Comparison = None,
    streams: Annotated[Literal["all"] | None, Query(description="all: all streams of the period")] = None,
    sort: streamers.StreamsBy = streamers.StreamsBy.STARTED_AT,
    order: Order = Order.DESCENDING,
) -> Response:
    """A streamer: now, some days, a calendar, the usual schedule, their games, streams and records."""
    zone = site.calendar.timezone
    shown_rows = RowRange(_MOST_ROWS if streams else _ROWS)
    is_sorted = (sort, order) != (streamers.StreamsBy.STARTED_AT, Order.DESCENDING)
    with site.read(days) as tx:
        streamer = find(tx, "streamer", slug)
        if streamer.slug != slug:
            return RedirectResponse(pages.url(f"/streamers/{streamer.slug}", days.query), 301)
        newest, poll = newest_day(tx, site), now.newest_poll(tx, site)
        span = days.up_to(newest)
        known = streamers.known_days(tx, streamer.id, span, _last_weeks(newest, date.min))
        summary = streamers.summary(tx, streamer, span, poll, known)
        last_weeks = _last_weeks(newest, summary.first_seen_day)
        on_newest = known.within(Span(newest, newest))
        hours_of_newest = on_newest[0].watch_hours if on_newest else None
        values: dict[str, Any] = {
            "streamer": summary,
            "newest": newest,
            "hours_of_newest": hours_of_newest,
            "rank_of_newest": rank_of(tx, Span(newest, newest), hours_of_newest).rank,
            "record": record_of(tx, "streamer", streamer.id, within(newest, _RECORD_DAYS)),
            "days": (by_day := known.within(span)),
            "games": streamers.games(tx, streamer.id, span, RowRange(_ROWS)),
            "streams": (listed := streamers.streams(tx, streamer.id, span, shown_rows, sort, order)),
            "best_stream": streamers.best_stream(tx, streamer.id, span, listed),
            "records": {record.record: record for record in streamers.streamer_records(tx, streamer.id)},
            "compared": None,
            "trend": known.trend(span),
            "calendar_days": (in_calendar := known.within(last_weeks)),
            "schedule": (week := schedule(tx, site, streamer.id, zone, newest)),
        }
        before = known.within(span.before) if compare else []
        values["chat_login"] = chat.followed_login(tx, streamer.id) if site.chat else None
        values["chat_days"] = chat.days(tx, streamer.id)[:_ROWS] if site.chat else []
    if compare:
        values["compared"] = streamer_days_compared(by_day, before, span)
    charts: dict[str, Any] = {
        "next_at": next_update(site),
        "viewers_chart": page_charts.streamer_viewers(by_day, span, zone, before),
        "watched_chart": page_charts.streamer_hours(by_day, span, zone),
        "streamed_chart": page_charts.streamer_hours(by_day, span, zone, is_streamed=True),
        "calendar": page_charts.streamer_calendar(in_calendar, last_weeks),
    }
    return pages.show(
        "streamer.html",
        poll=poll,
        week=week_part.of_streamer(streamer.slug, week, zone),
        schedule_weeks=WEEKS,
        shows_all_streams=streams == "all",
        sort=sort.value,
        order=order.value,
        sorting={
            **({"streams": streams} if streams else {}),
            **({"sort": sort.value, "order": order.value} if is_sorted else {}),
        },
        sortable=set(streamers.StreamsBy),
        is_surely_seen=poll is not None and (summary.average_viewers or 0) > _SURELY_SEEN * poll.more_than_viewers,
        compare=compare,
        has_before=any(day.airtime_hours for day in before),
        calendar_span=last_weeks,
        **charts,
        **values,
        **values_of_days(days, span),
    )


def _last_weeks(newest: date, first_seen: date) -> Span:
    """The weeks of the calendar, from a Monday, or from the first day of a streamer, to the newest day."""
    monday = newest - timedelta(days=newest.weekday())
    return Span(min(newest, max(monday - timedelta(weeks=_CALENDAR_WEEKS - 1), first_seen)), newest)


@router.get("/streamers/{slug}/week")
def streamer_week(site: SiteParts, slug: Slug, pages: PagesOfSite, timezone: Timezone) -> Response:
    """The part of a streamer's page with the usual schedule, in the time zone of a visitor."""
    zone = timezone or site.calendar.timezone
    with site.database.transaction() as tx:
        streamer = find(tx, "streamer", slug)
        week = schedule(tx, site, streamer.id, zone)
    part = week_part.of_streamer(streamer.slug, week, zone)
    if part is None:
        raise NotFound("too few streams for a schedule")
    return pages.show("week.html", week=part)
