"""The API: every table of the dashboard as JSON and CSV.

A route ends its transaction before it writes the response: writing ten thousand rows needs no connection.
"""

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel

from bot.web.deps import (
    Day,
    Days,
    GameFilters,
    GameSlug,
    Language,
    OneDay,
    SiteParts,
    Slug,
    Slugs,
    Timezone,
    Within,
    slugs_in,
)
from bot.web.http.errors import API
from bot.web.read import (
    bot_health,
    bot_status,
    compare,
    game_list,
    games,
    genres,
    languages,
    now,
    records,
    search,
    streamer_ranking,
    streamers,
)
from bot.web.read.addresses import Kind, find
from bot.web.read.coverage import newest_day, span_of
from bot.web.read.previous import (
    GameDayCompared,
    StreamerDayCompared,
    game_days_compared,
    streamer_days_compared,
)
from bot.web.read.ranges import Span
from bot.web.read.rankings import GameInRange, game_ranking
from bot.web.read.shares import TOP, GameShare, shares_by_day
from bot.web.read.streamer_schedule import HourLive, schedule
from bot.web.read.table import Order
from bot.web.views.table_response import RowResponse, Table, TableResponse


class Problem(BaseModel):
    """The problem with a request."""

    detail: str


RESPONSES: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The table", "content": {"text/csv": {"schema": {"type": "string"}}}},
    404: {"model": Problem, "description": "Nothing is at this address"},
    422: {"model": Problem, "description": "The parameters are not valid"},
    414: {"model": Problem, "description": "The address is too long"},
    429: {"model": Problem, "description": "Too many requests; try again after the seconds in Retry-After"},
    503: {"model": Problem, "description": "Temporarily unavailable; try again after the seconds in Retry-After"},
}
router = APIRouter(prefix=API, responses=RESPONSES)


@router.get("/now/games", response_model=Table[now.GameNow], tags=["now"])
def now_games(site: SiteParts, table: TableResponse) -> Response:
    """The games of the newest poll, most watched first."""
    with site.database.transaction() as tx:
        part = now.games_now(tx, site, now.newest_poll(tx, site), table.wanted)
    return table.of_part(part, now.GameNow)


@router.get("/now/streamers", response_model=Table[now.StreamNow], tags=["now"])
def now_streamers(site: SiteParts, table: TableResponse) -> Response:
    """The streams of the newest poll, most watched first."""
    with site.database.transaction() as tx:
        part = now.streamers_now(tx, now.newest_poll(tx, site), table.wanted)
    return table.of_part(part, now.StreamNow)


@router.get("/now/hours", response_model=Table[now.HourOfAll], tags=["now"])
def now_hours(site: SiteParts, table: TableResponse) -> Response:
    """Viewers of all Twitch over the newest 24 hours, by hour."""
    with site.database.transaction() as tx:
        hours = now.viewers_by_hour(tx, now.newest_poll(tx, site))
    return table.of_all(hours, now.HourOfAll)


@router.get("/now/languages", response_model=Table[languages.LanguageNow], tags=["now"])
def now_languages(site: SiteParts, table: TableResponse) -> Response:
    """The languages of the newest poll, most watched first."""
    with site.database.transaction() as tx:
        spoken = languages.languages_now(tx, now.newest_poll(tx, site))
    return table.of_all(spoken, languages.LanguageNow)


@router.get("/games", response_model=Table[GameInRange], tags=["games"])
def all_games(
    site: SiteParts,
    days: Days,
    filters: GameFilters,
    table: TableResponse,
    sort: game_list.By = game_list.By.WATCH_HOURS,
    order: Order = Order.DESCENDING,
) -> Response:
    """All games over some days: hours watched, viewers, and the number of streams."""
    with site.read(days) as tx:
        ranking = genres.of_genre(tx, filters.genre, game_ranking(tx, site, span_of(tx, site, days)))
    return table.of_part(game_list.matching_games(ranking, filters, sort, order, table.wanted), GameInRange)


@router.get("/shares", response_model=Table[GameShare], tags=["games"])
def shares(site: SiteParts, days: Days, table: TableResponse) -> Response:
    """The five most watched games of some days as shares of all hours watched, day by day."""
    with site.read(days) as tx:
        span = span_of(tx, site, days)
        by_day = shares_by_day(tx, game_ranking(tx, site, span)[:TOP], span)
    return table.of_all(by_day, GameShare)


@router.get("/games/{slug}", response_model=games.GameSummary, tags=["games"])
def one_game(site: SiteParts, slug: Slug, days: Days, row: RowResponse) -> Response:
    """A game over some days, and now."""
    with site.read(days) as tx:
        game = find(tx, "game", slug)
        summary = games.summary(tx, site, game, span_of(tx, site, days), now.newest_poll(tx, site))
    return row.of(summary)


@router.get("/games/{slug}/days", response_model=Table[games.GameDay], tags=["games"])
def days_of_game(site: SiteParts, slug: Slug, days: Days, table: TableResponse) -> Response:
    """A game on each measured day."""
    with site.read(days) as tx:
        measured = games.by_day(tx, find(tx, "game", slug).id, span_of(tx, site, days))
    return table.of_all(measured, games.GameDay)


@router.get("/games/{slug}/days/compared", response_model=Table[GameDayCompared], tags=["games"])
def compared_days_of_game(site: SiteParts, slug: Slug, days: Days, table: TableResponse) -> Response:
    """A game on each day, next to the same day of the previous period of the same length."""
    with site.read(days) as tx:
        game, span = find(tx, "game", slug), span_of(tx, site, days)
        rows = game_days_compared(games.by_day(tx, game.id, span), games.by_day(tx, game.id, span.before), span)
    return table.of_all(rows, GameDayCompared)


@router.get("/games/{slug}/hours", response_model=Table[games.GameHour], tags=["games"])
def hours_of_game(site: SiteParts, slug: Slug, days: Days, table: TableResponse) -> Response:
    """A game in each measured hour of some days; without a range, over the newest 24 hours."""
    with site.read(days) as tx:
        game = find(tx, "game", slug)
        if days.query:
            hours = games.by_hour(tx, site, game.id, span_of(tx, site, days))
        else:
            hours = games.last_day(tx, game.id, now.newest_poll(tx, site))
    return table.of_all(hours, games.GameHour)


@router.get("/games/{slug}/week", response_model=Table[games.HourOfWeek], tags=["games"])
def week_of_game(site: SiteParts, slug: Slug, days: Days, timezone: Timezone, table: TableResponse) -> Response:
    """A game by hour of the week, on the wall clock of a time zone: the best times to stream."""
    zone = timezone or site.calendar.timezone
    with site.read(days) as tx:
        hours = games.by_hour_of_week(tx, site, find(tx, "game", slug).id, span_of(tx, site, days), zone)
    return table.of_all(hours, games.HourOfWeek)


@router.get("/games/{slug}/streamers", response_model=Table[games.StreamerOfGame], tags=["games"])
def streamers_of_game(site: SiteParts, slug: Slug, days: Days, table: TableResponse) -> Response:
    """The streamers of a game, most watched first."""
    with site.read(days) as tx:
        part = games.streamers(tx, find(tx, "game", slug).id, span_of(tx, site, days), table.wanted)
    return table.of_part(part, games.StreamerOfGame)


@router.get("/games/{slug}/languages", response_model=Table[languages.LanguageOfGame], tags=["games"])
def languages_of_game(site: SiteParts, slug: Slug, days: Days, table: TableResponse) -> Response:
    """The languages of a game over some days, most watched first."""
    with site.read(days) as tx:
        spoken = languages.languages_of_game(tx, find(tx, "game", slug).id, span_of(tx, site, days))
    return table.of_all(spoken, languages.LanguageOfGame)


@router.get("/games/{slug}/now", response_model=Table[now.StreamNow], tags=["games"])
def live_with_game(site: SiteParts, slug: Slug, table: TableResponse) -> Response:
    """The streams of a game at the newest poll, most watched first."""
    with site.database.transaction() as tx:
        game = find(tx, "game", slug)
        part = now.streamers_now(tx, now.newest_poll(tx, site), table.wanted, game_id=game.id)
    return table.of_part(part, now.StreamNow)


@router.get("/days/{day}/languages", response_model=Table[languages.LanguageOfDay], tags=["days"])
def languages_of_day(site: SiteParts, day: Day, table: TableResponse) -> Response:
    """The languages of a day, most watched first."""
    with site.database.transaction() as tx:
        spoken = languages.languages_of_day(tx, day)
    return table.of_all(spoken, languages.LanguageOfDay)


@router.get("/streamers", response_model=Table[streamer_ranking.StreamerInRange], tags=["streamers"])
def all_streamers(
    site: SiteParts,
    days: Days,
    table: TableResponse,
    language: Language = None,
    game: GameSlug = None,
    sort: streamer_ranking.By = streamer_ranking.By.WATCH_HOURS,
    order: Order = Order.DESCENDING,
) -> Response:
    """All streamers over some days, or those with one game, ranked by one of four measures, highest first unless
    requested otherwise; by average viewers, those with half an hour live for each measured day, at least one hour and
    at most 15."""
    with site.read(days) as tx:
        span = span_of(tx, site, days)
        game_id = find(tx, "game", game).id if game else None
        part = streamer_ranking.streamer_ranking(
            tx, span, sort, table.wanted, order=order, language=language, game_id=game_id
        )
    return table.of_part(part, streamer_ranking.StreamerInRange)


@router.get("/streamers/{slug}/streams", response_model=Table[streamers.StreamOfStreamer], tags=["streamers"])
def streams_of_streamer(site: SiteParts, slug: Slug, days: Days, table: TableResponse) -> Response:
    """The streams of a streamer, newest first."""
    with site.read(days) as tx:
        part = streamers.streams(tx, find(tx, "streamer", slug).id, span_of(tx, site, days), table.wanted)
    return table.of_part(part, streamers.StreamOfStreamer)


@router.get("/streamers/{slug}", response_model=streamers.StreamerSummary, tags=["streamers"])
def one_streamer(site: SiteParts, slug: Slug, days: Days, row: RowResponse) -> Response:
    """A streamer over some days, and now."""
    with site.read(days) as tx:
        streamer = find(tx, "streamer", slug)
        summary = streamers.summary(tx, streamer, span_of(tx, site, days), now.newest_poll(tx, site))
    return row.of(summary)


@router.get("/streamers/{slug}/days", response_model=Table[streamers.StreamerDay], tags=["streamers"])
def days_of_streamer(site: SiteParts, slug: Slug, days: Days, table: TableResponse) -> Response:
    """A streamer on each measured day."""
    with site.read(days) as tx:
        measured = streamers.by_day(tx, find(tx, "streamer", slug).id, span_of(tx, site, days))
    return table.of_all(measured, streamers.StreamerDay)


@router.get("/streamers/{slug}/days/compared", response_model=Table[StreamerDayCompared], tags=["streamers"])
def compared_days_of_streamer(site: SiteParts, slug: Slug, days: Days, table: TableResponse) -> Response:
    """A streamer on each day, next to the same day of the previous period of the same length."""
    with site.read(days) as tx:
        streamer, span = find(tx, "streamer", slug), span_of(tx, site, days)
        before = streamers.by_day(tx, streamer.id, span.before)
        rows = streamer_days_compared(streamers.by_day(tx, streamer.id, span), before, span)
    return table.of_all(rows, StreamerDayCompared)


@router.get("/streamers/{slug}/games", response_model=Table[streamers.GameOfStreamer], tags=["streamers"])
def games_of_streamer(site: SiteParts, slug: Slug, days: Days, table: TableResponse) -> Response:
    """The games of a streamer, most watched first, and the share of each."""
    with site.read(days) as tx:
        part = streamers.games(tx, find(tx, "streamer", slug).id, span_of(tx, site, days), table.wanted)
    return table.of_part(part, streamers.GameOfStreamer)


@router.get("/streamers/{slug}/week", response_model=Table[HourLive], tags=["streamers"])
def week_of_streamer(site: SiteParts, slug: Slug, timezone: Timezone, table: TableResponse) -> Response:
    """The share of each hour of the week in which a streamer was live over the last eight weeks, on the wall clock of a
    time zone. Streams are stored since this version was installed."""
    zone = timezone or site.calendar.timezone
    with site.database.transaction() as tx:
        week = schedule(tx, site, find(tx, "streamer", slug).id, zone)
    return table.of_all(week.hours, HourLive)


@router.get("/streamers/{slug}/records", response_model=Table[streamers.Record], tags=["streamers"])
def records_of_streamer(site: SiteParts, slug: Slug, table: TableResponse) -> Response:
    """A streamer's best days ever."""
    with site.database.transaction() as tx:
        records = streamers.streamer_records(tx, find(tx, "streamer", slug).id)
    return table.of_all(records, streamers.Record)


@router.get("/records", response_model=Table[records.BestDay], tags=["records"])
def best_days(
    site: SiteParts, kind: Kind, table: TableResponse, measure: records.Measure = records.Measure.PEAK_VIEWERS
) -> Response:
    """The 50 games or streamers with the best day of all: the highest peak, or the most hours watched in a day."""
    with site.database.transaction() as tx:
        part = records.best_days(tx, kind, measure, table.wanted)
    return table.of_part(part, records.BestDay)


@router.get("/records/recent", response_model=Table[records.RecordSet], tags=["records"])
def recent_records(
    site: SiteParts,
    table: TableResponse,
    kind: Kind | None = None,
    measure: records.Measure | None = None,
    within: Within = records.MAX_DAYS,
    day: OneDay = None,
) -> Response:
    """Records that games and streamers set recently, or on one day, the newest day first and on a day the largest:
    more than on any of at least seven earlier days. Of several by the same measure, the last. Only the 50 leading
    games and streamers of a day are considered."""
    with site.database.transaction() as tx:
        span = Span(day, day) if day else records.within(newest_day(tx, site), within)
        part = records.records_set(tx, span, table.wanted, kind=kind, measure=measure)
    return table.of_part(part, records.RecordSet)


@router.get("/newcomers", response_model=Table[records.Newcomer], tags=["records"])
def newcomers(site: SiteParts, kind: Kind, table: TableResponse, within: Within = records.MAX_DAYS) -> Response:
    """Games or streamers first seen within some days, by hours watched since then."""
    with site.database.transaction(cost=1) as tx:
        part = records.newcomers(tx, kind, records.within(newest_day(tx, site), within), table.wanted)
    return table.of_part(part, records.Newcomer)


@router.get("/compare", response_model=Table[compare.Compared], tags=["compare"])
def compared(site: SiteParts, kind: Kind, names: Slugs, days: Days, table: TableResponse) -> Response:
    """Up to five games or streamers side by side."""
    slugs = slugs_in(names)
    with site.read(days) as tx:
        rows = compare.compared(tx, kind, slugs, span_of(tx, site, days))
    return table.of_all(rows, compare.Compared)


@router.get("/compare/days", response_model=Table[compare.ComparedDay], tags=["compare"])
def compared_days(site: SiteParts, kind: Kind, names: Slugs, days: Days, table: TableResponse) -> Response:
    """Up to five games or streamers, day by day."""
    slugs = slugs_in(names)
    with site.read(days) as tx:
        rows = compare.compared_days(tx, kind, slugs, span_of(tx, site, days))
    return table.of_all(rows, compare.ComparedDay)


@router.get("/bot/posts", response_model=Table[bot_status.PostRow], tags=["bot"])
def posts(
    site: SiteParts,
    table: TableResponse,
    status: Literal["due", "sending", "unknown", "sent", "refused", "expired", "skipped", "not_sent", "dropped"]
    | None = None,
) -> Response:
    """The posts and replies, published or waiting, newest first."""
    with site.database.transaction() as tx:
        part = bot_status.posts(tx, table.wanted, status)
    return table.of_part(part, bot_status.PostRow)


@router.get("/bot/days", response_model=Table[bot_status.DayCoverage], tags=["bot"])
def coverage(site: SiteParts, days: Days, table: TableResponse) -> Response:
    """The coverage of each day, newest first."""
    with site.read(days) as tx:
        part = bot_status.coverage(tx, span_of(tx, site, days), table.wanted)
    return table.of_part(part, bot_status.DayCoverage)


@router.get("/bot/due", response_model=Table[bot_health.Due], tags=["bot"])
def due(site: SiteParts, table: TableResponse) -> Response:
    """The next jobs of the bot."""
    with site.database.transaction() as tx:
        state = bot_health.health(tx, site)
    return table.of_all(bot_health.due(site, state), bot_health.Due)


@router.get("/bot/health", response_model=Table[bot_health.Health], tags=["bot"])
def health(site: SiteParts, table: TableResponse) -> Response:
    """The parts of the bot that the dashboard can read, with their problems. Mentions, spending and the disk are
    checked by `/readyz` of the bot and by `watchtime check`."""
    with site.database.transaction() as tx:
        state = bot_health.health(tx, site)
    return table.of_all(state.parts, bot_health.Health)


@router.get("/search", response_model=Table[search.Found], tags=["search"], name="search")
def search_names(
    site: SiteParts,
    q: Annotated[str, Query(max_length=200, description="a name, or a similar one")],
    table: TableResponse,
    kind: Kind | None = None,
) -> Response:
    """Games and streamers of this name or a similar one, the most similar first."""
    return table.of_all(search.search(site, q, kind=kind), search.Found)
