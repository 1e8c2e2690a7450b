"""A poll on its way into staging: collected page by page, stored in one transaction."""

import io
import json
import shutil
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import IO, Any, Final, Self

from bot.collect.rank import CLOCKS_DIFFER, Rank
from bot.collect.tally import Tally
from bot.core.polls import CrawlEnd, GameId, Poll, PollStatus, SetAside, Stream, StreamerId, StreamId
from helperfunctions.database import NULL, CopyRows, Transaction, escape_for_copy

# Enough for a diagnosis; the poll has the count.
SAMPLE_OF_SET_ASIDE: Final = 20
# The format of the files that `save` writes. Those of format 1 can contain several streams of one streamer; those of
# format 2 have no languages.
FILE_FORMAT: Final = 3
# Columns in the COPY rows of streams and streamers.
_VIEWER_COUNT, _STARTED_AT, _STREAM_ID, _STREAMER_ID, _GAME_ID, _LANGUAGE = 2, 3, 4, 5, 6, 7
_NAMED_STREAMER_ID = 0


class NewerFormat(Exception):
    """A file of a newer version of this program, which that version can read."""


class StagedPoll:
    """The streams of one poll in the format of COPY, which takes a tenth of the memory of objects."""

    def __init__(self, poll_id: int, day: date, more_than_viewers: int, interval_minutes: int) -> None:
        self.poll_id = poll_id
        self.day = day
        self._more_than_viewers = more_than_viewers
        self._interval_minutes = interval_minutes
        self._streams = CopyRows()
        self._streamers = CopyRows()
        self._set_aside: list[SetAside] = []
        self._game_names: dict[GameId, str] = {}
        self._tally = Tally()

    def add(self, streams: Sequence[Stream]) -> None:
        """Add streams, each of which occurs once in a poll."""
        day, poll_id = self.day.isoformat(), str(self.poll_id)
        self._streams.add(
            [
                (
                    day,
                    poll_id,
                    str(stream.viewer_count),
                    stream.started_at.isoformat() if stream.started_at else None,
                    stream.stream_id,
                    stream.streamer_id,
                    stream.game_id,
                    stream.language,
                )
                for stream in streams
            ]
        )
        self._streamers.add([(stream.streamer_id, stream.login, stream.streamer_name) for stream in streams])
        for stream in streams:
            # A stream whose game has no name has its id in its place.
            if self._game_names.get(stream.game_id, stream.game_id) == stream.game_id:
                self._game_names[stream.game_id] = stream.game_name
            self._tally.add(stream.game_id, stream.language, stream.viewer_count)

    def started_at(self, stream_id: StreamId) -> datetime | None:
        """The start of a stream that was added; None if it is unknown."""
        return _instant(self._streams.find(_STREAM_ID, stream_id)[_STARTED_AT])

    def remove(self, stream_id: StreamId, streamer_id: StreamerId) -> int:
        """Remove a stream that was added; returns its viewers."""
        row = self._streams.remove(_STREAM_ID, stream_id)
        self._streamers.remove(_NAMED_STREAMER_ID, streamer_id)
        viewers = int(row[_VIEWER_COUNT])
        game_id = next(game_id for game_id in self._game_names if escape_for_copy(game_id) == row[_GAME_ID])
        if self._tally.remove(game_id, row[_LANGUAGE], viewers):
            del self._game_names[game_id]
        return viewers

    def add_set_aside(self, stream: SetAside) -> None:
        """Add a stream that could not be parsed."""
        if len(self._set_aside) < SAMPLE_OF_SET_ASIDE:
            self._set_aside.append(stream)

    def save(self, file: IO[bytes], poll: Poll) -> None:
        """Write the whole poll into a file that `load` reads."""
        header = {
            "format": FILE_FORMAT,
            "poll": asdict(poll),
            "more_than_viewers": self._more_than_viewers,
            "interval_minutes": self._interval_minutes,
            "set_aside": [asdict(stream) for stream in self._set_aside],
            "games": list(self._game_names.items()),
        }
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.writestr("poll.json", json.dumps(header, default=str))
            for name, rows in (("streams", self._streams), ("streamers", self._streamers)):
                with archive.open(name, "w") as member:
                    shutil.copyfileobj(rows.file(), member)

    @classmethod
    def load(cls, file: IO[bytes]) -> tuple[Self, Poll]:
        """Read a poll that `save` wrote. Raises ValueError if the file is torn or not one of ours, or NewerFormat."""
        # Read at once: so that an error of the disk is not taken for an error of the archive.
        content = io.BytesIO(file.read())
        try:
            with zipfile.ZipFile(content) as archive:
                header = json.loads(archive.read("poll.json"))
                if header["format"] > FILE_FORMAT:
                    raise NewerFormat(f"its format {header['format']} is of a newer version of this program")
                poll = _poll(header["poll"])
                staged = cls(poll.poll_id, poll.day, header["more_than_viewers"], header["interval_minutes"])
                staged._set_aside = [SetAside(**one) for one in header["set_aside"]]
                staged._game_names = {GameId(game_id): name for game_id, name, *_ in header["games"]}
                with archive.open("streams") as member:
                    staged._streams = CopyRows.from_file(
                        member if header["format"] >= 3 else _without_languages(member)
                    )
                with archive.open("streamers") as member:
                    staged._streamers = CopyRows.from_file(member)
                if header["format"] < 2:
                    poll = staged._keep_one_stream_per_streamer(poll)
                staged._count_rows()
        except (NewerFormat, MemoryError):
            raise
        # A torn archive fails in many ways: BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error, ...
        except Exception as exc:
            raise ValueError(f"it cannot be read: {exc}") from exc
        return staged, poll

    def _keep_one_stream_per_streamer(self, poll: Poll) -> Poll:
        """Remove the streams that a crawl of today would have left out. Returns the poll without them."""
        counted: dict[str, tuple[Rank, int, int]] = {}
        left_out: dict[int, int] = {}
        for place, row in enumerate(self._streams.split()):
            started_at = _instant(row[_STARTED_AT])
            if started_at is not None and started_at > poll.started_at + CLOCKS_DIFFER:
                started_at = None
            one = Rank.of(started_at, StreamId(row[_STREAM_ID])), place, int(row[_VIEWER_COUNT])
            other = counted.setdefault(row[_STREAMER_ID], one)
            if other is not one:
                _, duplicate, viewers = min(one, other)
                left_out[duplicate] = viewers
                counted[row[_STREAMER_ID]] = max(one, other)
        # A streamer's name may occur twice: one of them is stored.
        self._streams.leave_out(left_out)
        return replace(
            poll,
            streams=poll.streams - len(left_out),
            viewers=poll.viewers - sum(left_out.values()),
            duplicates=poll.duplicates + len(left_out),
        )

    def _count_rows(self) -> None:
        """Count the streams of a file, and leave out the games that have none."""
        ids = {escape_for_copy(game_id): game_id for game_id in self._game_names}
        for row in self._streams.split():
            self._tally.add(ids[row[_GAME_ID]], row[_LANGUAGE], int(row[_VIEWER_COUNT]))
        self._game_names = {totals.game_id: self._game_names[totals.game_id] for totals in self._tally.games()}

    @staticmethod
    def poll_in(file: IO[bytes]) -> Poll:
        """The poll in a file that `save` wrote, without its streams. Raises ValueError when it cannot be read."""
        try:
            with zipfile.ZipFile(file) as archive:
                return _poll(json.loads(archive.read("poll.json"))["poll"])
        except Exception as exc:
            raise ValueError(f"it cannot be read: {exc}") from exc

    def store_streams(self, tx: Transaction, command: str) -> int:
        """Store only the rows of the streams, by a COPY command. Returns their number."""
        return tx.copy(command, self._streams)

    def store(self, tx: Transaction, poll: Poll) -> None:
        """Store the whole poll."""
        tx.collect.insert_poll(
            poll_id=poll.poll_id,
            day=poll.day,
            started_at=poll.started_at,
            ended_at=poll.ended_at,
            status=poll.status,
            ended_because=poll.ended_because,
            interval_minutes=self._interval_minutes,
            more_than_viewers=self._more_than_viewers,
            pages=poll.pages,
            streams=poll.streams,
            viewers=poll.viewers,
            duplicates=poll.duplicates,
            set_aside=poll.set_aside,
            error=poll.error,
        )
        tx.copy(tx.collect.text_of("copy_streams"), self._streams)
        tx.copy(tx.collect.text_of("copy_games"), self._rows_of_poll(self._tally.games()))
        tx.copy(tx.collect.text_of("copy_languages"), self._rows_of_poll(self._tally.languages()))
        tx.copy(
            tx.collect.text_of("copy_set_aside"),
            self._rows_of_poll(
                (position, stream.reason, stream.raw) for position, stream in enumerate(self._set_aside, start=1)
            ),
        )
        self._store_names(tx, poll.started_at)
        if poll.status is not PollStatus.FAILED:
            self._sum_up_hours(tx, poll.started_at)

    def _store_names(self, tx: Transaction, started_at: datetime) -> None:
        poll = {"day": self.day, "started_at": started_at}
        is_late = tx.collect.has_later_poll(**poll)
        streamers_seen_later = tx.collect.streamers_seen_later(**poll) if is_late else []
        games_seen_later = tx.collect.games_seen_later(**poll) if is_late else []
        tx.collect.create_incoming_streamers()
        tx.copy(tx.collect.text_of("copy_incoming_streamers"), self._streamers)
        tx.collect.store_streamers(day=self.day, seen_later=streamers_seen_later)
        tx.collect.store_games(
            day=self.day,
            seen_later=games_seen_later,
            game_ids=list(self._game_names),
            game_names=list(self._game_names.values()),
        )

    def _sum_up_hours(self, tx: Transaction, started_at: datetime) -> None:
        """Sum up each hour that the poll changes, from all its polls: so their order does not matter."""
        for row in list(tx.collect.hours_to_sum_up(day=self.day, started_at=started_at)):
            hour_at = row.hour_at
            hour = {"day": self.day, "hour_at": hour_at}
            if tx.collect.hour_is_whole(**hour):
                tx.collect.delete_hour(hour_at=hour_at)
                tx.collect.sum_up_hour(**hour)
                tx.collect.delete_hourly_games(hour_at=hour_at)
                tx.collect.sum_up_hourly_games(**hour)

    def _rows_of_poll(self, rows: Iterable[Sequence[object]]) -> CopyRows:
        """Rows for COPY whose first column is the id of the poll."""
        copied = CopyRows()
        copied.add([(str(self.poll_id), *(None if value is None else str(value) for value in row)) for row in rows])
        return copied


def _without_languages(rows: IO[bytes]) -> IO[bytes]:
    """Rows of streams of an older file, with an empty language: a newline within a value is escaped there."""
    return io.BytesIO(rows.read().replace(b"\n", b"\t\n"))


def _instant(value: str) -> datetime | None:
    return None if value == NULL else datetime.fromisoformat(value)


def _poll(fields: Mapping[str, Any]) -> Poll:
    return Poll(
        **{
            **fields,
            "day": date.fromisoformat(fields["day"]),
            "started_at": datetime.fromisoformat(fields["started_at"]),
            "ended_at": datetime.fromisoformat(fields["ended_at"]),
            "status": PollStatus(fields["status"]),
            "ended_because": CrawlEnd(fields["ended_because"]),
        }
    )
