"""What is in the lake: datasets, their columns, and the keys of their objects."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from helperfunctions.duck import INSTANT

# The version of keys and columns. Columns are only added, at the end; a change of meaning is a new folder.
FORMAT: Final = 1
ABOUT_KEY: Final = "_lake.json"
LANDING: Final = "landing/streams"
RAW: Final = "raw/helix-streams"
RAW_GAMES: Final = "raw/igdb-games"
# What was received, one line of JSON a page. IGDB allows keeping it.
PAGES: Final = (RAW, RAW_GAMES)
STREAMS: Final = "processed/streams"
POLLS: Final = "processed/polls"
# CSV files of each poll; those of the newest are replaced at each poll.
EXPORT_NEWEST: Final = "exports/newest"
EXPORTS: Final = ("exports/streams", "exports/games", "exports/cleaning", EXPORT_NEWEST)
# The datasets that have rows of single streams, and are deleted after LAKE_STREAMS_HOURS.
SHORT_LIVED: Final = (RAW, LANDING, STREAMS, EXPORTS[0])
_KEY: Final = re.compile(r"(raw|landing|processed|curated|exports)/.+")

Columns = Mapping[str, str]
Scope = Literal["month", "all"]

STREAM_COLUMNS: Final[Columns] = {
    "poll_id": "BIGINT",
    "viewer_count": "INTEGER",
    "started_at": INSTANT,
    "started_ms": "BIGINT",
    "stream_id": "VARCHAR",
    "streamer_id": "VARCHAR",
    "game_id": "VARCHAR",
    "language": "VARCHAR",
}
POLL_COLUMNS: Final[Columns] = {
    "poll_id": "BIGINT",
    "started_at": INSTANT,
    "started_ms": "BIGINT",
    "ended_at": INSTANT,
    "status": "VARCHAR",
    "ended_because": "VARCHAR",
    "interval_minutes": "INTEGER",
    "interval_ms": "BIGINT",
    "more_than_viewers": "INTEGER",
    "pages": "INTEGER",
    "streams": "INTEGER",
    "viewers": "BIGINT",
    "duplicates": "INTEGER",
    "set_aside": "INTEGER",
    "day_starts_ms": "BIGINT",
    "day_ends_ms": "BIGINT",
    "coverage": "DOUBLE",
}
_HOURS: Final[Columns] = {"watch_hours": "DOUBLE", "airtime_hours": "DOUBLE"}
_VIEWERS: Final[Columns] = {**_HOURS, "average_viewers": "DOUBLE", "peak_viewers": "BIGINT"}
_SPLIT: Final[Columns] = {
    "watch_hours": "DOUBLE",
    "watch_hours_split": "DOUBLE",
    "airtime_hours": "DOUBLE",
    "games": "INTEGER",
}
_NAMED: Final[Columns] = {"name": "VARCHAR", "slug": "VARCHAR"}
_SEEN: Final[Columns] = {"first_seen_day": "DATE", "last_seen_day": "DATE"}


@dataclass(frozen=True, slots=True)
class Table:
    """A curated table: one object a month, or one in all. `generated`: columns that PostgreSQL computes from others."""

    columns: Columns
    scope: Scope = "month"
    generated: tuple[str, ...] = ()


CURATED: Final[Mapping[str, Table]] = {
    "days": Table(
        {
            "day": "DATE",
            "starts_at": INSTANT,
            "starts_ms": "BIGINT",
            "ends_at": INSTANT,
            "ends_ms": "BIGINT",
            "polls": "INTEGER",
            "covered_hours": "DOUBLE",
            "coverage": "DOUBLE",
            **_HOURS,
            "rolled_up_at": INSTANT,
        },
        generated=("starts_ms", "ends_ms"),
    ),
    "daily_games": Table(
        {
            "day": "DATE",
            "game_id": "VARCHAR",
            **_VIEWERS,
            "top_watch_hours": "DOUBLE",
            "top3_watch_hours": "DOUBLE",
            "median_viewers": "FLOAT",
        },
        generated=("average_viewers",),
    ),
    "daily_streamers": Table(
        {"day": "DATE", "streamer_id": "VARCHAR", **_VIEWERS, "language": "VARCHAR"}, generated=("average_viewers",)
    ),
    "daily_streamer_games": Table(
        {"day": "DATE", "streamer_id": "VARCHAR", "game_id": "VARCHAR", **_VIEWERS}, generated=("average_viewers",)
    ),
    "daily_streams": Table(
        {
            "day": "DATE",
            "started_at": INSTANT,
            "last_seen_at": INSTANT,
            **_HOURS,
            "peak_viewers": "INTEGER",
            "streamer_id": "VARCHAR",
            "stream_id": "VARCHAR",
            "language": "VARCHAR",
            "game_ids": "VARCHAR",
        }
    ),
    "daily_languages": Table({"day": "DATE", "language": "VARCHAR", **_HOURS, "peak_viewers": "BIGINT"}),
    "daily_game_languages": Table({"day": "DATE", "game_id": "VARCHAR", "language": "VARCHAR", **_HOURS}),
    "daily_genres": Table({"day": "DATE", "genre_id": "INTEGER", **_SPLIT}),
    "daily_game_modes": Table({"day": "DATE", "game_mode_id": "INTEGER", **_SPLIT}),
    "daily_themes": Table({"day": "DATE", "theme_id": "INTEGER", **_SPLIT}),
    "hourly_genres": Table(
        {
            "day": "DATE",
            "hour_at": INSTANT,
            "hour_ms": "BIGINT",
            "genre_id": "INTEGER",
            "average_viewers": "DOUBLE",
            "average_viewers_split": "DOUBLE",
            "average_streams": "DOUBLE",
        },
        generated=("day", "hour_ms"),
    ),
    "games": Table(
        {
            "game_id": "VARCHAR",
            "game_name": "VARCHAR",
            **_SEEN,
            "igdb_id": "BIGINT",
            "matched_how": "VARCHAR",
            "igdb_name": "VARCHAR",
            "first_release_date": "DATE",
        },
        "all",
    ),
    "streamers": Table({"streamer_id": "VARCHAR", "login": "VARCHAR", "streamer_name": "VARCHAR", **_SEEN}, "all"),
    "genres": Table({"genre_id": "INTEGER", **_NAMED}, "all"),
    "game_modes": Table({"game_mode_id": "INTEGER", **_NAMED}, "all"),
    "themes": Table({"theme_id": "INTEGER", **_NAMED}, "all"),
    "game_classes": Table({"game_id": "VARCHAR", "kind": "VARCHAR", "class_id": "INTEGER", "parts": "BIGINT"}, "all"),
}
MONTHLY: Final = tuple(name for name, table in CURATED.items() if table.scope == "month")
DIMENSIONS: Final = tuple(name for name, table in CURATED.items() if table.scope == "all")
# Those that change when days are summed up by genre, some minutes after the roll-up.
BY_GENRE: Final = ("daily_genres", "daily_game_modes", "daily_themes", "hourly_genres")


def curated(name: str) -> str:
    """The dataset of a curated table."""
    return f"curated/{name}"


def table_of(dataset: str) -> str:
    """The name of the curated table of a dataset."""
    return dataset.removeprefix("curated/")


def is_of_lake(key: str) -> bool:
    """True if a key is one that this program gives to objects."""
    return key == ABOUT_KEY or _KEY.fullmatch(key) is not None


def month_after(first: date) -> date:
    """The first day of the month after the one that begins on `first`."""
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
