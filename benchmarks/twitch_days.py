"""Polls of the sandbox's world, in the forms that the benchmarks need."""

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from bot.collect.tally import Tally
from bot.core.calendar import Calendar
from bot.core.polls import GameId, Stream, StreamerId, StreamId
from helperfunctions.database import NULL
from sandbox.world import Snapshot, World

CALENDAR: Final = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
DAY: Final = CALENDAR.day(datetime(2026, 11, 21, tzinfo=UTC).date())
MINUTES_IN_DAY: Final = 1_440

_INSERT_POLL: Final = """
    insert into staging.polls (
        poll_id, day, started_at, ended_at, interval_minutes, streams, viewers,
        status, ended_because, more_than_viewers, pages, duplicates, set_aside
    )
    values (%s, %s, %s, %s, %s, %s, %s, 'complete', 'below_threshold', 0, 0, 0, 0)
"""
_COPY_STREAMS: Final = """
    copy staging.streams (day, poll_id, viewer_count, started_at, stream_id, streamer_id, game_id, language) from stdin
"""
_COPY_GAMES: Final = """
    copy staging.games (poll_id, game_id, viewers, streams, top_viewers, top3_viewers, median_viewers) from stdin
"""
_COPY_LANGUAGES: Final = "copy staging.languages (poll_id, language, viewers, streams) from stdin"


def world_with(streams: int, seed: int = 1) -> World:
    """A simulated world with this many live streams at any time of day."""
    return World(seed=seed, channels=min(120_000, max(20_000, int(streams * 1.3))))


def most_watched(live: Snapshot, count: int) -> NDArray[np.intp]:
    """Rows of the most watched streams."""
    return np.argsort(-live.viewers, kind="stable")[:count]


def stream_objects(world: World, instant: datetime, count: int) -> list[Stream]:
    """The most watched streams of a minute, as the crawl returns them."""
    live = world.live_at(instant)
    rows = most_watched(live, count)
    columns = zip(live.streamers[rows].tolist(), rows.tolist(), strict=True)
    return [_stream_object(world, live, streamer, row) for streamer, row in columns]


def _stream_object(world: World, live: Snapshot, streamer: int, row: int) -> Stream:
    game = int(live.games[row])
    return Stream(
        stream_id=StreamId(str(live.stream_ids[row])),
        streamer_id=StreamerId(world.streamers.id(streamer)),
        login=world.streamers.login(streamer),
        streamer_name=world.streamers.display_name(streamer),
        game_id=GameId(world.games.ids[game]),
        game_name=world.games.names[game],
        viewer_count=int(live.viewers[row]),
        started_at=datetime.fromtimestamp(int(live.started_at[row]), UTC),
        language=world.streamers.language(streamer),
    )


@dataclass(frozen=True, slots=True)
class Seen:
    """The streams of one poll: its number, its time, and rows of the snapshot of that minute."""

    poll_id: int
    at: datetime
    live: Snapshot
    rows: NDArray[np.intp]

    @property
    def viewers(self) -> NDArray[np.int64]:
        """Viewers of each stream."""
        return self.live.viewers[self.rows]


def polls(world: World, every_minutes: int, wanted: int, more_than: int = -1) -> Iterator[Seen]:
    """The polls of DAY from its first minute on, each with the most watched streams, at most `wanted`."""
    for number in range(MINUTES_IN_DAY // every_minutes):
        at = DAY.starts_at + timedelta(minutes=every_minutes * number)
        live = world.live_at(at)
        rows = most_watched(live, wanted)
        yield Seen(number + 1, at, live, rows[live.viewers[rows] > more_than])


def store(connection: Any, world: World, seen: Seen, interval_minutes: int) -> int:
    """Stage a poll directly by COPY, without names; returns its number of streams."""
    count = len(seen.rows)
    poll = (seen.poll_id, DAY.date, seen.at, seen.at, interval_minutes, count, int(seen.viewers.sum()))
    languages = [world.streamers.language(number) for number in seen.live.streamers[seen.rows].tolist()]
    tally = Tally()
    games = seen.live.games[seen.rows].tolist()
    for game, language, viewers in zip(games, languages, seen.viewers.tolist(), strict=True):
        tally.add(world.games.ids[game], language, viewers)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_POLL, poll)
        cursor.copy_expert(_COPY_STREAMS, _file(_stream_lines(world, seen, languages)))
        cursor.copy_expert(_COPY_GAMES, _file(_lines(seen, tally.games())))
        cursor.copy_expert(_COPY_LANGUAGES, _file(_lines(seen, tally.languages())))
    return count


def _file(lines: Iterable[str]) -> io.StringIO:
    return io.StringIO("\n".join(lines))


def _stream_lines(world: World, seen: Seen, languages: Sequence[str]) -> Iterator[str]:
    live, rows = seen.live, seen.rows
    game_ids, prefix = world.games.ids, f"{DAY.date}\t{seen.poll_id}"
    columns = zip(
        seen.viewers.tolist(),
        np.datetime_as_string(live.started_at[rows].astype("datetime64[s]")).tolist(),
        live.stream_ids[rows].tolist(),
        world.streamers.ids(live.streamers[rows]),
        live.games[rows].tolist(),
        languages,
        strict=True,
    )
    for viewers, started_at, stream_id, streamer_id, game, language in columns:
        yield f"{prefix}\t{viewers}\t{started_at}Z\t{stream_id}\t{streamer_id}\t{game_ids[game]}\t{language}"


def _lines(seen: Seen, totals: Iterable[tuple[object, ...]]) -> Iterator[str]:
    for row in totals:
        yield "\t".join([str(seen.poll_id), *(NULL if value is None else str(value) for value in row)])
