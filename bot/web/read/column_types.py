"""The columns of the dashboard's tables: heading, meaning and format, attached to the fields of the row classes.

A field whose type carries a `Column` is a column of the table on the page. Every field is in the JSON and in the CSV.
"""

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Final, Literal, get_args, get_origin

Format = Literal["name", "text", "number", "small", "short", "ratio", "change", "day", "weekday", "time"]
_LEFT_ALIGNED: Final = frozenset({"name", "text", "day", "weekday", "time"})


@dataclass(frozen=True, slots=True)
class Column:
    """How a page shows a field: heading, format of the values, and the meaning, which is shown on hover and read out.

    `link` is the field with the slug that a value links to, below `link_to`. The columns of a table have the order of
    the fields; those with `is_last` follow the others. `field` is filled in by `columns_of`.
    """

    title: str
    format: Format
    meaning: str = ""
    link: str | None = None
    link_to: Literal["games", "streamers"] = "games"
    is_last: bool = False
    field: str = ""

    @property
    def is_number(self) -> bool:
        """True if the values are aligned to the right."""
        return self.format not in _LEFT_ALIGNED


Rank = Annotated[int, Column("#", "number", "rank")]
GameName = Annotated[str, Column("Game", "name", link="slug")]
StreamerName = Annotated[str, Column("Streamer", "name", link="slug", link_to="streamers")]
Viewers = Annotated[int, Column("Viewers", "number")]
WatchHours = Annotated[float, Column("Hours watched", "short", "viewers times hours")]
AirtimeHours = Annotated[float, Column("Airtime", "small", "hours on the air")]
AverageViewers = Annotated[float, Column("Avg viewers", "number", "on average over the time that was measured")]
AverageViewersLive = Annotated[float, Column("Avg viewers", "number", "on average while on the air")]
PeakViewers = Annotated[int, Column("Peak viewers", "number", "the most at one poll")]
AverageStreams = Annotated[float, Column("Avg streamers", "small", "how many streamed it at a time, on average")]
ViewersPerStream = Annotated[float, Column("Viewers per streamer", "small", "the more, the more room for a newcomer")]
Change = Annotated[float, Column("Change", "change", "of hours watched, against as many days before")]
MeasuredShare = Annotated[float, Column("Measured", "ratio", "the part of the day that was measured")]
MeasuredShareLast = Annotated[float, Column("Measured", "ratio", "the part of the day that was measured", is_last=True)]
NamedDay = Annotated[date, Column("Day", "day")]
Hour = Annotated[datetime, Column("Hour", "time")]


@cache
def columns_of(row: type) -> tuple[Column, ...]:
    """The columns of a table whose rows are dataclasses of the type `row`, in the order in which a page shows them."""
    found = [
        replace(column, field=field.name) for field in fields(row) if (column := _column_in(field.type)) is not None
    ]
    return tuple(sorted(found, key=lambda column: column.is_last))


def _column_in(annotation: Any) -> Column | None:
    """The column that a type carries, also as in `WatchHours | None`."""
    if get_origin(annotation) is Annotated:
        return next((data for data in annotation.__metadata__ if isinstance(data, Column)), None)
    return next((column for inner in get_args(annotation) if (column := _column_in(inner)) is not None), None)
