"""What of each table a page shows, and how it is headed."""

from dataclasses import dataclass
from typing import Final, Literal

Form = Literal["name", "text", "number", "small", "short", "ratio", "change", "day", "time"]


@dataclass(frozen=True, slots=True)
class Column:
    """A field of a row: its heading, what that means (shown on hover and read out), how its values are written, and
    the field with the address that it links to."""

    field: str
    title: str
    form: Form
    meaning: str = ""
    link: str | None = None
    link_to: Literal["games", "streamers"] = "games"

    @property
    def is_number(self) -> bool:
        """Whether it is set to the right."""
        return self.form not in ("name", "text", "day", "time")


RANK: Final = Column("rank", "#", "number", "rank")
GAME: Final = Column("game", "Game", "name", link="slug")
STREAMER: Final = Column("streamer", "Streamer", "name", link="slug", link_to="streamers")
WATCH_HOURS: Final = Column("watch_hours", "Hours watched", "short", "viewers times hours")
AIRTIME: Final = Column("airtime_hours", "Airtime", "small", "hours on the air")
AVERAGE: Final = Column("average_viewers", "Avg viewers", "number", "on average over the time that was measured")
ON_AIR_AVERAGE: Final = Column("average_viewers", "Avg viewers", "number", "on average while on the air")
PEAK: Final = Column("peak_viewers", "Peak viewers", "number", "the most at one poll")
STREAMS: Final = Column("average_streams", "Avg streamers", "small", "how many streamed it at a time, on average")
PER_STREAM: Final = Column(
    "viewers_per_stream", "Viewers per streamer", "small", "the more, the more room for a newcomer"
)
CHANGE: Final = Column("change", "Change", "change", "of hours watched, against as many days before")
COVERAGE: Final = Column("coverage", "Measured", "ratio", "the part of the day that was measured")
DAY: Final = Column("day", "Day", "day")

GAMES_NOW: Final = (
    RANK,
    GAME,
    Column("viewers", "Viewers", "number"),
    Column("streams", "Streamers", "number", "streams with more viewers than the bot's threshold"),
    Column("viewers_per_stream", "Per streamer", "small", "viewers per streamer"),
    Column("change_since_yesterday", "Since yesterday", "change", "against the same hour of yesterday"),
    Column("change_since_last_week", "Since last week", "change", "against the same hour a week ago"),
)
STREAMERS_NOW: Final = (
    RANK,
    STREAMER,
    Column("viewers", "Viewers", "number"),
    Column("game", "Game", "name", link="game_slug"),
    Column("started_at", "Live since", "time"),
)
HOURS: Final = (
    Column("hour_at", "Hour", "time"),
    AVERAGE,
    PEAK,
    STREAMS,
)
EXPLORE: Final = (RANK, GAME, WATCH_HOURS, CHANGE, AVERAGE, PEAK, STREAMS, PER_STREAM)
GAME_DAYS: Final = (DAY, WATCH_HOURS, AVERAGE, PEAK, STREAMS, PER_STREAM, COVERAGE)
STREAMERS_OF_GAME: Final = (RANK, STREAMER, WATCH_HOURS, AIRTIME, ON_AIR_AVERAGE, PEAK)
WEEK: Final = (
    Column("weekday_name", "Day", "text"),
    Column("hour", "Hour", "number"),
    AVERAGE,
    STREAMS,
    PER_STREAM,
)
STREAMER_DAYS: Final = (DAY, WATCH_HOURS, AIRTIME, ON_AIR_AVERAGE, PEAK, COVERAGE)
GAMES_OF_STREAMER: Final = (
    RANK,
    GAME,
    WATCH_HOURS,
    Column("share", "Share", "ratio", "of the streamer's hours watched"),
    AIRTIME,
    Column("airtime_share", "Of airtime", "ratio", "of the streamer's hours on the air"),
    ON_AIR_AVERAGE,
    PEAK,
)
COMPARED_GAMES: Final = (Column("name", "Game", "name", link="slug"), WATCH_HOURS, AIRTIME, AVERAGE, PEAK)
COMPARED_STREAMERS: Final = (
    Column("name", "Streamer", "name", link="slug", link_to="streamers"),
    WATCH_HOURS,
    AIRTIME,
    ON_AIR_AVERAGE,
    PEAK,
)
COVERAGES: Final = (
    DAY,
    Column("polls", "Polls", "number"),
    Column("covered_hours", "Hours measured", "small"),
    COVERAGE,
    WATCH_HOURS,
    AIRTIME,
    Column("rolled_up_at", "Rolled up", "time"),
)
