"""Dependencies of the routes, as named types: FastAPI parses a parameter of such a type from the request.

They are `async` functions, which need no thread, and none reads the database: FastAPI calls all of them even when
another parameter is invalid, and a transaction of theirs would last until the response is made. A route opens its own.
"""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Annotated, Any, Final, Literal, cast
from zoneinfo import ZoneInfo, available_timezones

from fastapi import Depends, Path, Query, Request
from pydantic import AfterValidator, BeforeValidator

from bot.web.read import records
from bot.web.read.compare import MAX_COMPARED
from bot.web.read.errors import InvalidRequest
from bot.web.read.find_game import Size, Sort
from bot.web.read.game_list import Filters
from bot.web.read.genres import Kind
from bot.web.read.languages import NAMES
from bot.web.read.own_hours import Days as OwnDays
from bot.web.read.own_hours import OwnHours
from bot.web.read.ranges import MAX_DAYS, RequestedDays
from bot.web.read.table import MAX_ROWS, Order, RowRange
from bot.web.site import Site

# PostgreSQL cannot store a NUL, and a slash would end this part of an address.
_SLUG: Final = r"^[^\x00-\x1f\x7f/,]+$"
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


async def _site(request: Request) -> Site:
    return cast(Site, request.app.state.site)


SiteParts = Annotated[Site, Depends(_site)]


# Parameters of an address.


def _iso_date(value: Any) -> Any:
    """A number would be parsed as an instant otherwise."""
    if isinstance(value, str) and not _DATE.fullmatch(value):
        raise ValueError("a date is written as 2026-11-21")
    return value


Slug = Annotated[
    str, Path(min_length=1, max_length=120, pattern=_SLUG, description="address of a game or streamer: just-chatting")
]
Day = Annotated[date, BeforeValidator(_iso_date), Path(description="one of the bot's days, as 2026-11-21")]
_Date = Annotated[date | None, BeforeValidator(_iso_date)]


async def _days(
    days: Annotated[
        int | None, Query(ge=1, le=MAX_DAYS, description="number of days up to the newest; 30 by default")
    ] = None,
    first: Annotated[_Date, Query(alias="from", description="the first day, as 2026-11-21")] = None,
    last: Annotated[_Date, Query(alias="to", description="the last day; the newest by default")] = None,
) -> RequestedDays:
    return RequestedDays(days, first, last)


async def _rows(
    limit: Annotated[int, Query(ge=1, le=MAX_ROWS, description="maximum number of rows")] = RowRange().limit,
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="number of rows to skip")] = 0,
) -> RowRange:
    return RowRange(limit, offset)


# A field of a form that is left empty is sent all the same.
_Bound = Annotated[
    Annotated[float, Query(ge=0, le=1e9, allow_inf_nan=False)] | None, BeforeValidator(lambda value: value or None)
]


async def _filters(
    name: Annotated[str, Query(max_length=100, description="letters in the name")] = "",
    min_viewers: Annotated[_Bound, Query(description="minimum of average viewers")] = None,
    max_viewers: Annotated[_Bound, Query(description="maximum of average viewers")] = None,
    min_streams: Annotated[_Bound, Query(description="minimum of average live channels")] = None,
    max_streams: Annotated[_Bound, Query(description="maximum of average live channels")] = None,
    min_ratio: Annotated[_Bound, Query(description="minimum of viewers per channel")] = None,
    genre: Annotated[str, Query(max_length=100, description="slug of a genre, such as shooter; of IGDB")] = "",
) -> Filters:
    return Filters(name, min_viewers, max_viewers, min_streams, max_streams, min_ratio, genre.replace("\0", ""))


# Each call searches a folder of hundreds of files.
_timezones: Final = cache(available_timezones)


async def _timezone(
    timezone: Annotated[
        str | None,
        Query(alias="tz", max_length=64, description="a time zone such as Europe/Berlin; the bot's own by default"),
    ] = None,
) -> ZoneInfo | None:
    if timezone is None:
        return None
    if timezone not in _timezones():
        raise InvalidRequest(f"there is no time zone {timezone!r}; a valid one is Europe/Berlin")
    return ZoneInfo(timezone)


def _known_language(code: str | None) -> str | None:
    if code is not None and code not in NAMES:
        raise ValueError("not the code of a language on Twitch, such as en or pt")
    return code


Days = Annotated[RequestedDays, Depends(_days)]
Rows = Annotated[RowRange, Depends(_rows)]
GameFilters = Annotated[Filters, Depends(_filters)]
Timezone = Annotated[ZoneInfo | None, Depends(_timezone)]
Language = Annotated[
    str | None,
    BeforeValidator(lambda value: value or None),
    AfterValidator(_known_language),
    Query(description="a language by its code, such as en or pt"),
]
GameSize = Annotated[
    Size | None,
    BeforeValidator(lambda value: value or None),
    Query(description="size of the games by live channels; without it, one that suits your viewers"),
]
GameSort = Annotated[
    Sort | None,
    BeforeValidator(lambda value: value or None),
    Query(description="order of the games: fit, spread or growth; without it, one that suits your viewers"),
]
# A field of a form whose usual value is chosen is sent empty by a browser without scripts.
OrderOfRows = Annotated[
    Order, BeforeValidator(lambda value: value or Order.DESCENDING), Query(description="sort order")
]
Skipped = Annotated[int, Query(ge=0, le=1_000_000, description="number of rows to skip")]
OwnViewers = Annotated[
    int | None,
    BeforeValidator(lambda value: value or None),
    Query(ge=0, le=10_000_000, description="viewers of your channel"),
]


async def _own_hours(
    site: SiteParts,
    timezone: Timezone,
    on: Annotated[
        OwnDays | None, BeforeValidator(lambda value: value or None), Query(description="days on which you can stream")
    ] = None,
    start: Annotated[int, Query(ge=0, le=23, description="the hour from which you can stream")] = 18,
    end: Annotated[int, Query(ge=0, le=24, description="the hour up to which you can stream")] = 23,
) -> OwnHours | None:
    return OwnHours(on, start, end, timezone or site.calendar.timezone) if on else None


HoursToStream = Annotated[OwnHours | None, Depends(_own_hours)]
OneDay = Annotated[_Date, Query(description="only this day, as 2026-11-21")]
Within = Annotated[int, Query(ge=1, le=records.MAX_DAYS, description="number of days up to the newest")]
Comparison = Annotated[
    Literal["previous"] | None, Query(description="previous: with the period of the same length before this one")
]
GameSlug = Annotated[
    str | None,
    BeforeValidator(lambda value: value or None),
    Query(max_length=120, pattern=_SLUG, description="address of a game, such as just-chatting"),
]
GenreKind = Annotated[
    Kind | None, Query(description="genre, mode or theme; by default the first of these that has this slug")
]
Slugs = Annotated[str, Query(max_length=700, description="slugs with commas between them, at most five")]


def slugs_in(text: str, most: int | None = MAX_COMPARED) -> Sequence[str]:
    """The slugs of a list with commas, each once. Raises InvalidRequest for more than `most`."""
    slugs = list(dict.fromkeys(slug for slug in text.replace("\0", "").split(",") if slug.strip()))
    if most is not None and len(slugs) > most:
        raise InvalidRequest(f"at most {most} can be compared at once")
    return slugs
