"""What can be asked for in an address: the parameters that pages, charts and the API share, and their bounds."""

import re
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo, available_timezones

from fastapi import Depends, Query
from fastapi import Path as InPath
from pydantic import BeforeValidator

from bot.web.read.explore import Filters
from bot.web.read.ranges import LONGEST, Wanted
from bot.web.read.rows import MOST_ROWS, Part
from helperfunctions.errors import CannotBeAsked

# PostgreSQL can hold no NUL, and a slash would end this part of an address.
_SLUG: Final = r"^[^\x00-\x1f\x7f/,]+$"
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _iso_date(value: Any) -> Any:
    """A number would be taken for an instant otherwise."""
    if isinstance(value, str) and not _DATE.fullmatch(value):
        raise ValueError("a date is written as 2026-11-21")
    return value


Slug = Annotated[
    str, InPath(min_length=1, max_length=120, pattern=_SLUG, description="address of a game or streamer: just-chatting")
]
_Date = Annotated[date | None, BeforeValidator(_iso_date)]


def _wanted(
    days: Annotated[int | None, Query(ge=1, le=LONGEST, description="so many days up to the newest; 30")] = None,
    first: Annotated[_Date, Query(alias="from", description="the first day, as 2026-11-21")] = None,
    last: Annotated[_Date, Query(alias="to", description="the last day; the newest")] = None,
) -> Wanted:
    return Wanted(days, first, last)


def _part(
    limit: Annotated[int, Query(ge=1, le=MOST_ROWS, description="so many rows at most")] = Part().limit,
    offset: Annotated[int, Query(ge=0, le=1_000_000, description="so many rows are left out first")] = 0,
) -> Part:
    return Part(limit, offset)


# A field of a form that is left empty is sent all the same.
_Least = Annotated[
    Annotated[float, Query(ge=0, le=1e9, allow_inf_nan=False)] | None, BeforeValidator(lambda told: told or None)
]


def _filters(
    name: Annotated[str, Query(max_length=100, description="letters in the name")] = "",
    min_viewers: Annotated[_Least, Query(description="at least so many viewers on average")] = None,
    max_viewers: Annotated[_Least, Query(description="at most so many viewers on average")] = None,
    min_streams: Annotated[_Least, Query(description="at least so many streamers at a time")] = None,
    max_streams: Annotated[_Least, Query(description="at most so many streamers at a time")] = None,
    min_ratio: Annotated[_Least, Query(description="at least so many viewers per streamer")] = None,
) -> Filters:
    return Filters(name, min_viewers, max_viewers, min_streams, max_streams, min_ratio)


# Looked for in a folder of hundreds of files.
_timezones: Final = cache(available_timezones)


def _timezone(
    timezone: Annotated[
        str | None, Query(alias="tz", max_length=64, description="a time zone as Europe/Berlin; the bot's own")
    ] = None,
) -> ZoneInfo | None:
    if timezone is None:
        return None
    if timezone not in _timezones():
        raise CannotBeAsked(f"there is no time zone {timezone}")
    return ZoneInfo(timezone)


WantedDays = Annotated[Wanted, Depends(_wanted)]
WantedPart = Annotated[Part, Depends(_part)]
WantedFilters = Annotated[Filters, Depends(_filters)]
WantedTimezone = Annotated[ZoneInfo | None, Depends(_timezone)]
Names = Annotated[str, Query(max_length=700, description="addresses with commas between them, at most five")]


def names_of(text: str) -> Sequence[str]:
    """The addresses in a list with commas."""
    return [name for name in text.replace("\0", "").split(",") if name.strip()]
