"""The columns of the dashboard's tables: heading, meaning and format, attached to the fields of the row classes.

A field whose type carries a `Column` is a column of the table on the page. Every field is in the JSON and in the CSV.
"""

from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from functools import cache
from typing import Annotated, Any, Final, Literal, get_args, get_origin

Format = Literal[
    "name", "text", "number", "small", "short", "ratio", "change", "day", "weekday", "time", "hours", "language"
]
_LEFT_ALIGNED: Final = frozenset({"name", "text", "day", "weekday", "time", "language"})


@dataclass(frozen=True, slots=True)
class Column:
    """How a page shows a field: heading, format of the values, and the meaning, which is shown on hover and read out.

    `link` is the field with the slug that a value links to, below `link_to`. The columns of a table have the order of
    the fields; those with `is_last` follow the others. `is_wide`: left out on a phone. `field` is filled in by
    `columns_of`.
    """

    title: str
    format: Format
    meaning: str = ""
    link: str | None = None
    link_to: Literal["games", "streamers", "genres", "chat"] = "games"
    is_last: bool = False
    is_wide: bool = False
    field: str = ""

    @property
    def is_number(self) -> bool:
        """True if the values are aligned to the right."""
        return self.format not in _LEFT_ALIGNED

    @property
    def is_heading(self) -> bool:
        """True if the value is the name of its row."""
        return self.format == "language" or (self.format == "name" and self.link in ("slug", "login"))


Rank = Annotated[int, Column("#", "number", "rank")]
GameName = Annotated[str, Column("Game", "name", link="slug")]
StreamerName = Annotated[str, Column("Streamer", "name", link="slug", link_to="streamers")]
Viewers = Annotated[int, Column("Viewers", "number")]
WatchHours = Annotated[float, Column("Hours watched", "short", "average viewers × hours")]
AirtimeHours = Annotated[float, Column("Hours streamed", "small", is_wide=True)]
AverageViewers = Annotated[float, Column("Avg viewers", "number", "average viewers at any moment in the period")]
AverageViewersLive = Annotated[float, Column("Avg viewers", "number", "average viewers while live")]
PeakViewers = Annotated[int, Column("Peak viewers", "number", "highest single update", is_wide=True)]
AverageStreams = Annotated[
    float, Column("Avg live channels", "small", "average number of channels live at the same time")
]
ViewersPerStream = Annotated[
    float, Column("Viewers per channel", "small", "counts channels above the threshold of viewers only")
]
TopShare = Annotated[float, Column("Top channel", "ratio", "share of viewers of the largest channel", is_wide=True)]
Top3Share = Annotated[float, Column("Top 3 channels", "ratio", "share of viewers of the three largest", is_wide=True)]
MedianViewers = Annotated[
    float, Column("Viewers per channel, median", "number", "median viewers of a channel, without the three largest")
]
# The change of a game with fewer live channels on average is chance.
MIN_CHANNELS_OF_CHANGE: Final = 1
Change = Annotated[
    float,
    Column(
        "vs previous period",
        "change",
        "hours watched, compared with as many days before; grey for a game with less than one live channel on average",
    ),
]
MeasuredShare = Annotated[float, Column("Coverage", "ratio", "share of the day with data")]
MeasuredShareLast = Annotated[
    float, Column("Coverage", "ratio", "share of the day with data", is_last=True, is_wide=True)
]
NamedDay = Annotated[date, Column("Day", "day")]
Hour = Annotated[datetime, Column("Hour", "time")]


@cache
def columns_of(row: type) -> tuple[Column, ...]:
    """The columns of a table whose rows are dataclasses of the type `row`, in the order in which a page shows them."""
    found = [
        replace(column, field=field.name) for field in fields(row) if (column := _column_in(field.type)) is not None
    ]
    return tuple(sorted(found, key=lambda column: column.is_last))


@cache
def for_phone(
    columns: tuple[Column, ...], wanted: tuple[str, ...], most: int, sorted_by: str | None
) -> tuple[Column, ...]:
    """The columns with those marked as wide that a phone has no room for. It shows the name of the row, and of the
    others `most`: the fields that are `wanted`, or else the first that are not wide; the column by which the table is
    sorted takes the place of the last one."""
    names = [column.field for column in columns if column.is_heading or column.title == "#"]
    others = [
        column.field
        for column in columns
        if column.field not in names and (column.field in wanted if wanted else not column.is_wide)
    ][:most]
    if sorted_by is not None and sorted_by not in (*names, *others):
        others = [*others[: most - 1], sorted_by]
    return tuple(replace(column, is_wide=column.field not in (*names, *others)) for column in columns)


def _column_in(annotation: Any) -> Column | None:
    """The column that a type carries, also as in `WatchHours | None`."""
    if get_origin(annotation) is Annotated:
        return next((data for data in annotation.__metadata__ if isinstance(data, Column)), None)
    return next((column for inner in get_args(annotation) if (column := _column_in(inner)) is not None), None)
