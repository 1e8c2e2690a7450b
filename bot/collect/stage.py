"""A poll on its way into staging: written down as it comes, stored in one transaction."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Final

from bot.models import GameId, Poll, SetAside, Stream
from helperfunctions.database import CopyRows, Transaction

# Enough to see what is wrong; the poll has the count.
SAMPLE_OF_SET_ASIDE: Final = 20


class StagedPoll:
    """What one poll found, in the form that COPY takes: a tenth of the memory of the objects that it was made of."""

    def __init__(self, poll_id: int, day: date, more_than_viewers: int, interval_minutes: int) -> None:
        self.poll_id = poll_id
        self.day = day
        self._more_than_viewers = more_than_viewers
        self._interval_minutes = interval_minutes
        self._streams = CopyRows()
        self._streamers = CopyRows()
        self._set_aside: list[SetAside] = []
        self._game_names: dict[GameId, str] = {}
        self._game_viewers: defaultdict[GameId, int] = defaultdict(int)
        self._game_streams: defaultdict[GameId, int] = defaultdict(int)

    def keep(self, streams: Sequence[Stream]) -> None:
        """Write down streams, each of which comes once in a poll."""
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
                )
                for stream in streams
            ]
        )
        self._streamers.add([(stream.streamer_id, stream.login, stream.streamer_name) for stream in streams])
        for stream in streams:
            self._game_names.setdefault(stream.game_id, stream.game_name)
            self._game_viewers[stream.game_id] += stream.viewer_count
            self._game_streams[stream.game_id] += 1

    def put_aside(self, stream: SetAside) -> None:
        """Write down a stream that could not be understood."""
        if len(self._set_aside) < SAMPLE_OF_SET_ASIDE:
            self._set_aside.append(stream)

    def store(self, tx: Transaction, poll: Poll) -> None:
        """Store the poll, all of it."""
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
        tx.copy(tx.collect.text_of("copy_games"), self._games())
        tx.copy(tx.collect.text_of("copy_set_aside"), self._set_aside_rows())
        self._keep_names(tx)

    def _keep_names(self, tx: Transaction) -> None:
        tx.collect.create_incoming_streamers()
        tx.copy(tx.collect.text_of("copy_incoming_streamers"), self._streamers)
        tx.collect.keep_streamers(day=self.day)
        tx.collect.keep_games(day=self.day, game_ids=list(self._game_names), game_names=list(self._game_names.values()))

    def _games(self) -> CopyRows:
        rows = CopyRows()
        rows.add(
            [
                (str(self.poll_id), game_id, str(viewers), str(self._game_streams[game_id]))
                for game_id, viewers in self._game_viewers.items()
            ]
        )
        return rows

    def _set_aside_rows(self) -> CopyRows:
        rows = CopyRows()
        rows.add(
            [
                (str(self.poll_id), str(position), stream.reason, stream.raw)
                for position, stream in enumerate(self._set_aside, start=1)
            ]
        )
        return rows
