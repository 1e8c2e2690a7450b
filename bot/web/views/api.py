"""The tables as JSON and CSV. Only translates."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated, Any, Final, Generic, Literal, TypeVar
from urllib.parse import urlencode

import orjson
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from bot.web.read import bot_status, games, streamers
from bot.web.read import compare as comparing
from bot.web.read import explore as exploring
from bot.web.read import now as at_present
from bot.web.read import search as searching
from bot.web.read.addresses import find
from bot.web.read.coverage import span_of
from bot.web.read.rankings import standings
from bot.web.read.rows import (
    Compared,
    ComparedDay,
    DayCoverage,
    Due,
    Found,
    GameDay,
    GameHour,
    GameInRange,
    GameNow,
    GameOfStreamer,
    GameSummary,
    Health,
    HourOfAll,
    HourOfWeek,
    Kind,
    PostRow,
    Record,
    Rows,
    StreamerDay,
    StreamerOfGame,
    StreamerSummary,
    StreamNow,
)
from bot.web.site import Site
from bot.web.views import spreadsheet
from bot.web.views.params import Names, Slug, WantedDays, WantedFilters, WantedPart, WantedTimezone, names_of

T = TypeVar("T")


class Table(BaseModel, Generic[T]):
    """A part of a table: `total` rows in all; `next` is where the next part is, if there is one."""

    rows: list[T]
    total: int
    limit: int
    offset: int
    next: str | None


class Problem(BaseModel):
    """What is wrong with what was asked."""

    detail: str


class Format(StrEnum):
    """How the answer is written."""

    JSON = "json"
    CSV = "csv"


WantedFormat = Annotated[Format, Query(alias="format", description="json, or csv for a spreadsheet")]
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "The table", "content": {"text/csv": {"schema": {"type": "string"}}}},
    404: {"model": Problem, "description": "Nothing is there"},
    422: {"model": Problem, "description": "This cannot be asked for"},
    414: {"model": Problem, "description": "The address is too long"},
    429: {"model": Problem, "description": "Too often; Retry-After says when"},
    503: {"model": Problem, "description": "Not just now; Retry-After says when"},
}


class TableAsked:
    """Which part of a table is asked for, and how it is to be written."""

    def __init__(self, request: Request, part: WantedPart, form: WantedFormat = Format.JSON) -> None:
        self._request = request
        self.part = part
        self._form = form

    def answer(self, found: Rows[Any], row: type) -> Response:
        """That part, which was looked up."""
        path = self._request.url.path
        limit, offset = self.part.limit, self.part.offset
        behind = offset + len(found.rows)
        following = None
        if found.rows and behind < found.total:
            query = {**self._request.query_params, "limit": limit, "offset": behind}
            following = f"{self._request.app.state.root_path}{path}?{urlencode(query)}"
        if self._form is Format.CSV:
            answer = _csv(found.rows, row, path)
        else:
            answer = _json(
                {"rows": found.rows, "total": found.total, "limit": limit, "offset": offset, "next": following}
            )
        # A table for a spreadsheet has no room for what is not a row.
        answer.headers["x-total-count"] = str(found.total)
        if following:
            answer.headers["link"] = f'<{following}>; rel="next"'
        return answer

    def answer_from(self, rows: Sequence[Any], row: type) -> Response:
        """That part of all rows."""
        cut = rows[self.part.offset : self.part.offset + self.part.limit]
        return self.answer(Rows(cut, len(rows)), row)


WantedTable = Annotated[TableAsked, Depends()]


def router(site: Site) -> APIRouter:
    """Every table under its path."""
    api = APIRouter(responses=_ANSWERS)

    def one(found: object, form: Format, request: Request) -> Response:
        return _csv([found], type(found), request.url.path) if form is Format.CSV else _json(found)

    @api.get("/now/games", response_model=Table[GameNow], tags=["now"])
    def now_games(asked: WantedTable) -> Response:
        """The games of the newest poll, the most watched first."""
        with site.reads.transaction() as tx:
            found = at_present.games_now(tx, site, at_present.newest_poll(tx, site), asked.part)
        return asked.answer(found, GameNow)

    @api.get("/now/streamers", response_model=Table[StreamNow], tags=["now"])
    def now_streamers(asked: WantedTable) -> Response:
        """Who was live at the newest poll, the most watched first."""
        with site.reads.transaction() as tx:
            found = at_present.streamers_now(tx, at_present.newest_poll(tx, site), asked.part)
        return asked.answer(found, StreamNow)

    @api.get("/now/hours", response_model=Table[HourOfAll], tags=["now"])
    def now_hours(asked: WantedTable) -> Response:
        """How many watched Twitch over the newest 24 hours, by the hour."""
        with site.reads.transaction() as tx:
            rows = at_present.viewers_by_hour(tx, at_present.newest_poll(tx, site))
        return asked.answer_from(rows, HourOfAll)

    @api.get("/games", response_model=Table[GameInRange], tags=["games"])
    def all_games(
        wanted: WantedDays,
        filters: WantedFilters,
        asked: WantedTable,
        sort: exploring.By = exploring.By.WATCH_HOURS,
        order: exploring.Order = exploring.Order.DESCENDING,
    ) -> Response:
        """All games over some days: how much is watched, and by how many it is streamed."""
        with site.reading(wanted) as tx:
            of_all = standings(tx, site, span_of(tx, site, wanted))
        return asked.answer(exploring.explore(of_all, filters, sort, order, asked.part), GameInRange)

    @api.get("/games/{slug}", response_model=GameSummary, tags=["games"])
    def one_game(request: Request, slug: Slug, wanted: WantedDays, form: WantedFormat = Format.JSON) -> Response:
        """A game over some days, and now."""
        with site.reading(wanted) as tx:
            game_id, current = find(tx, "game", slug)
            span, poll = span_of(tx, site, wanted), at_present.newest_poll(tx, site)
            found = games.summary(tx, site, game_id, current, span, poll)
        return one(found, form, request)

    @api.get("/games/{slug}/days", response_model=Table[GameDay], tags=["games"])
    def days_of_game(slug: Slug, wanted: WantedDays, asked: WantedTable) -> Response:
        """A game on each measured day."""
        with site.reading(wanted) as tx:
            game_id, _ = find(tx, "game", slug)
            rows = games.by_day(tx, game_id, span_of(tx, site, wanted))
        return asked.answer_from(rows, GameDay)

    @api.get("/games/{slug}/hours", response_model=Table[GameHour], tags=["games"])
    def hours_of_game(slug: Slug, wanted: WantedDays, asked: WantedTable) -> Response:
        """A game in each measured hour of some days; without a range, over the newest 24 hours."""
        with site.reading(wanted) as tx:
            game_id, _ = find(tx, "game", slug)
            if wanted.query:
                rows = games.by_hour(tx, site, game_id, span_of(tx, site, wanted))
            else:
                rows = games.last_day(tx, game_id, at_present.newest_poll(tx, site))
        return asked.answer_from(rows, GameHour)

    @api.get("/games/{slug}/week", response_model=Table[HourOfWeek], tags=["games"])
    def week_of_game(slug: Slug, wanted: WantedDays, timezone: WantedTimezone, asked: WantedTable) -> Response:
        """A game by the hour of the week, on the wall clock of a time zone: the best hours."""
        with site.reading(wanted) as tx:
            game_id, _ = find(tx, "game", slug)
            span, zone = span_of(tx, site, wanted), timezone or site.calendar.timezone
            rows = games.by_hour_of_week(tx, site, game_id, span, zone)
        return asked.answer_from(rows, HourOfWeek)

    @api.get("/games/{slug}/streamers", response_model=Table[StreamerOfGame], tags=["games"])
    def streamers_of_game(slug: Slug, wanted: WantedDays, asked: WantedTable) -> Response:
        """Who was watched most with a game."""
        with site.reading(wanted) as tx:
            game_id, _ = find(tx, "game", slug)
            found = games.streamers(tx, game_id, span_of(tx, site, wanted), asked.part)
        return asked.answer(found, StreamerOfGame)

    @api.get("/games/{slug}/now", response_model=Table[StreamNow], tags=["games"])
    def live_with_game(slug: Slug, asked: WantedTable) -> Response:
        """Who is live with a game, at the newest poll."""
        with site.reads.transaction() as tx:
            game_id, _ = find(tx, "game", slug)
            found = at_present.streamers_now(tx, at_present.newest_poll(tx, site), asked.part, game_id=game_id)
        return asked.answer(found, StreamNow)

    @api.get("/streamers/{slug}", response_model=StreamerSummary, tags=["streamers"])
    def one_streamer(request: Request, slug: Slug, wanted: WantedDays, form: WantedFormat = Format.JSON) -> Response:
        """A streamer over some days, and now."""
        with site.reading(wanted) as tx:
            streamer_id, current = find(tx, "streamer", slug)
            span, poll = span_of(tx, site, wanted), at_present.newest_poll(tx, site)
            found = streamers.summary(tx, streamer_id, current, span, poll)
        return one(found, form, request)

    @api.get("/streamers/{slug}/days", response_model=Table[StreamerDay], tags=["streamers"])
    def days_of_streamer(slug: Slug, wanted: WantedDays, asked: WantedTable) -> Response:
        """A streamer on each measured day."""
        with site.reading(wanted) as tx:
            streamer_id, _ = find(tx, "streamer", slug)
            rows = streamers.by_day(tx, streamer_id, span_of(tx, site, wanted))
        return asked.answer_from(rows, StreamerDay)

    @api.get("/streamers/{slug}/games", response_model=Table[GameOfStreamer], tags=["streamers"])
    def games_of_streamer(slug: Slug, wanted: WantedDays, asked: WantedTable) -> Response:
        """What a streamer played, and the share of each game."""
        with site.reading(wanted) as tx:
            streamer_id, _ = find(tx, "streamer", slug)
            found = streamers.games(tx, streamer_id, span_of(tx, site, wanted), asked.part)
        return asked.answer(found, GameOfStreamer)

    @api.get("/streamers/{slug}/records", response_model=Table[Record], tags=["streamers"])
    def records_of_streamer(slug: Slug, asked: WantedTable) -> Response:
        """A streamer's best days ever."""
        with site.reads.transaction() as tx:
            streamer_id, _ = find(tx, "streamer", slug)
            rows = streamers.records(tx, streamer_id)
        return asked.answer_from(rows, Record)

    @api.get("/compare", response_model=Table[Compared], tags=["compare"])
    def compared(kind: Kind, names: Names, wanted: WantedDays, asked: WantedTable) -> Response:
        """Up to five games or streamers beside each other."""
        with site.reading(wanted) as tx:
            rows = comparing.compared(tx, kind, names_of(names), span_of(tx, site, wanted))
        return asked.answer_from(rows, Compared)

    @api.get("/compare/days", response_model=Table[ComparedDay], tags=["compare"])
    def compared_days(kind: Kind, names: Names, wanted: WantedDays, asked: WantedTable) -> Response:
        """Up to five games or streamers, day by day."""
        with site.reading(wanted) as tx:
            rows = comparing.compared_days(tx, kind, names_of(names), span_of(tx, site, wanted))
        return asked.answer_from(rows, ComparedDay)

    @api.get("/bot/posts", response_model=Table[PostRow], tags=["bot"])
    def posts(
        asked: WantedTable,
        status: Literal["due", "sending", "unknown", "sent", "refused", "expired", "skipped", "not_sent", "dropped"]
        | None = None,
    ) -> Response:
        """What was posted and answered, and what is to be, the newest first."""
        with site.reads.transaction() as tx:
            found = bot_status.posts(tx, asked.part, status)
        return asked.answer(found, PostRow)

    @api.get("/bot/days", response_model=Table[DayCoverage], tags=["bot"])
    def coverage(wanted: WantedDays, asked: WantedTable) -> Response:
        """How well each day was measured, the newest first."""
        with site.reading(wanted) as tx:
            found = bot_status.coverage(tx, span_of(tx, site, wanted), asked.part)
        return asked.answer(found, DayCoverage)

    @api.get("/bot/due", response_model=Table[Due], tags=["bot"])
    def due(asked: WantedTable) -> Response:
        """What the bot does next."""
        return asked.answer_from(bot_status.due(site), Due)

    @api.get("/bot/health", response_model=Table[Health], tags=["bot"])
    def health(asked: WantedTable) -> Response:
        """Whether the parts of the bot that the dashboard can read have a problem. Mentions, spending and the disk are
        checked by `/readyz` of the bot and by `watchtime check`."""
        with site.reads.transaction() as tx:
            rows = bot_status.health(tx, site)
        return asked.answer_from(rows, Health)

    @api.get("/search", response_model=Table[Found], tags=["search"])
    def search(
        q: Annotated[str, Query(max_length=200, description="a name, or what is like it")],
        asked: WantedTable,
        kind: Kind | None = None,
    ) -> Response:
        """Games and streamers of that name, or one like it, the likest first."""
        return asked.answer_from(searching.search(site, q, kind=kind), Found)

    return api


def _json(told: object) -> Response:
    return Response(orjson.dumps(told), media_type="application/json")


def _csv(rows: Sequence[Any], row: type, path: str) -> Response:
    filename = "-".join(part for part in path.split("/")[3:] if part.isascii() and part.replace("-", "").isalnum())
    headers = {"content-disposition": f'attachment; filename="{filename or "table"}.csv"'}
    return Response(spreadsheet.csv_of(rows, row), media_type="text/csv; charset=utf-8", headers=headers)
