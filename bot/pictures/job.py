"""The job `pictures`: fetch the pictures that pages show most, and delete those that are too old.

A picture that cannot be fetched is counted and logged. No job fails because of it: pages have a monogram instead.
"""

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from bot.core.pictures import DELETED_AFTER
from bot.core.questions import SubjectKind
from bot.pictures.addresses import addresses_of
from bot.read.measurements import newest_poll
from helperfunctions.clock import Clock
from helperfunctions.database import Database
from helperfunctions.errors import PictureRefused, PictureUnavailable, TwitchError

log = logging.getLogger(__name__)

MOST_GAMES: Final = 200
MOST_STREAMERS: Final = 300
# Of the database. When three quarters are used, pictures that are not shown most are deleted.
MAX_STORED_BYTES: Final = 8_000_000
_CROWDED_BYTES: Final = MAX_STORED_BYTES * 3 // 4
# Some hours before a picture is deleted, so that an hour without Twitch is not seen on pages.
FETCHED_AGAIN_AFTER: Final = timedelta(hours=18)
# No download begins later in a run; the next run goes on.
RUN_MAY_TAKE: Final = timedelta(minutes=4)
# After this number of failures in a row the server is taken for unavailable.
_MOST_FAILURES: Final = 5
# Of so few ids, all can be unknown to Twitch: of games that were taken down, for example.
_ENOUGH_IDS: Final = 10
# The most ids in a request to Twitch.
_IDS_AT_ONCE: Final = 100


class Directory(Protocol):
    """Twitch's lists of games and users by id, 100 at a time. Raises TwitchError."""

    def get_games(self, ids: Sequence[str]) -> Sequence[Any]: ...

    def get_users(self, ids: Sequence[str]) -> Sequence[Any]: ...


class Picture(Protocol):
    """A picture and its media type."""

    @property
    def media_type(self) -> str: ...

    @property
    def content(self) -> bytes: ...


class PictureServer(Protocol):
    """The server with the pictures. Raises PictureRefused or PictureUnavailable."""

    def download(self, url: str) -> Picture: ...


@dataclass(frozen=True, slots=True)
class Sources:
    """Where pictures come from."""

    directory: Directory
    server: PictureServer


@dataclass(slots=True)
class PictureRun:
    """The result of one run. `refused`: the number of games and streamers without a picture, by the reason. `left`:
    pictures that are due and were left to the next run. `problem`: why it ended early."""

    stored: int = 0
    deleted: int = 0
    failed: int = 0
    left: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    problem: str = ""

    def __str__(self) -> str:
        reasons = ", ".join(f"{reason}: {times}" for reason, times in self.refused.most_common())
        text = f"Stored {self.stored} pictures, deleted {self.deleted}, refused {self.refused.total()}"
        text += f" ({reasons})" if reasons else ""
        text += f", {self.failed} failed" if self.failed else ""
        text += f", {self.left} left to the next run" if self.left else ""
        return f"{text}: {self.problem}" if self.problem else f"{text}."


@dataclass(frozen=True, slots=True)
class _Due:
    """A game or streamer whose picture is to be fetched."""

    kind: SubjectKind
    id: str


class _Enough(Exception):
    """The run ends early; the message has the reason."""


@dataclass(frozen=True, slots=True)
class PictureJob:
    """Fetches pictures one after the other, so that only one is in memory.

    `open_sources` opens the clients for a run; None: no pictures are wanted, and those that are stored are deleted.
    `without_logins`: streamers who do not want their picture shown. `is_stopping` returns whether the process is to
    end. `poll_every`: the interval between two polls.
    """

    database: Database
    clock: Clock
    poll_every: timedelta
    open_sources: Callable[[], AbstractContextManager[Sources]] | None = None
    without_logins: Collection[str] = ()
    is_stopping: Callable[[], bool] = lambda: False

    def run(self) -> PictureRun:
        """Run the job once. Raises Busy when another process does, and DatabaseError."""
        run = PictureRun()
        with self.database.exclusive("pictures"):
            due = self._prepare(run)
            if due and self.open_sources is not None:
                try:
                    with self.open_sources() as sources:
                        self._fetch(sources, due, run)
                except (TwitchError, _Enough) as exc:
                    run.problem = str(exc)
        run.left = max(0, len(due) - run.stored - run.refused.total())
        if due or run.deleted:
            log.log(logging.WARNING if run.problem else logging.INFO, "pictures: %s", run)
        return run

    def _prepare(self, run: PictureRun) -> list[_Due]:
        """Delete pictures that may not be stored any longer, and return those that are due."""
        now = self.clock.now()
        without = list(self.without_logins)
        with self.database.transaction() as tx:
            if self.open_sources is None:
                run.deleted = tx.pictures.delete_all()
                return []
            run.deleted = tx.pictures.forget_old(fetched_before=now - DELETED_AFTER, now=now)
            run.deleted += tx.pictures.delete_old(fetched_before=now - DELETED_AFTER, now=now)
            run.deleted += tx.pictures.delete_of_streamers(logins=without) if without else 0
            poll = newest_poll(tx, whole_since=now - 2 * self.poll_every)
            poll_id, day = (poll.poll_id, poll.day) if poll else (None, None)
            since = now - FETCHED_AGAIN_AFTER
            games = list(tx.pictures.games_shown_most(poll_id=poll_id, most=MOST_GAMES, tried_after=since))
            streamers = list(
                tx.pictures.streamers_shown_most(
                    poll_id=poll_id, day=day, most=MOST_STREAMERS, tried_after=since, without_logins=without
                )
            )
            if tx.pictures.stored_bytes() > _CROWDED_BYTES:
                run.deleted += tx.pictures.delete_others(
                    game_ids=[row.id for row in games], streamer_ids=[row.id for row in streamers]
                )
        return [
            _Due(kind, row.id)
            for kind, rows in ((SubjectKind.GAME, games), (SubjectKind.STREAMER, streamers))
            for row in rows
            if row.is_due
        ]

    def _fetch(self, sources: Sources, due: Sequence[_Due], run: PictureRun) -> None:
        """Fetch the pictures of some games and streamers. Raises TwitchError, or _Enough when the run has to end."""
        ends_at = self.clock.now() + RUN_MAY_TAKE
        failures = 0
        for kind in SubjectKind:
            wanted = [one.id for one in due if one.kind is kind]
            for first in range(0, len(wanted), _IDS_AT_ONCE):
                ids = wanted[first : first + _IDS_AT_ONCE]
                ask = sources.directory.get_games if kind is SubjectKind.GAME else sources.directory.get_users
                addresses = addresses_of(kind, ask(ids))
                if not addresses and len(ids) >= _ENOUGH_IDS:
                    raise _Enough(f"Twitch knows none of {len(ids)} ids, which cannot be")
                for id_ in ids:
                    self._refuse_to_go_on(ends_at)
                    try:
                        self._fetch_one(sources.server, _Due(kind, id_), addresses.get(id_), run)
                        failures = 0
                    except PictureUnavailable as exc:
                        run.failed += 1
                        failures += 1
                        if failures >= _MOST_FAILURES:
                            raise _Enough(f"the server with the pictures does not answer: {exc}") from exc

    def _refuse_to_go_on(self, ends_at: datetime) -> None:
        if self.is_stopping():
            raise _Enough("the bot is stopping")
        if self.clock.now() >= ends_at:
            raise _Enough("it took too long")

    def _fetch_one(self, server: PictureServer, due: _Due, address: str | None, run: PictureRun) -> None:
        """Fetch and store one picture, or why there is no new one. Raises PictureUnavailable."""
        try:
            if address is None:
                raise PictureRefused("unknown to Twitch")
            picture = server.download(address)
        except PictureRefused as exc:
            self._store(due, None, str(exc))
            run.refused[str(exc)] += 1
        else:
            self._store(due, picture, None)
            run.stored += 1

    def _store(self, due: _Due, picture: Picture | None, refused: str | None) -> None:
        now = self.clock.now()
        with self.database.transaction() as tx:
            if picture is not None and tx.pictures.stored_bytes() + len(picture.content) > MAX_STORED_BYTES:
                raise _Enough("the place for pictures is full")
            tx.pictures.store(
                kind=due.kind.value,
                id=due.id,
                tried_at=now,
                fetched_at=now if picture else None,
                media_type=picture.media_type if picture else None,
                digest=hashlib.sha256(picture.content).hexdigest()[:16] if picture else None,
                content=picture.content if picture else None,
                refused=refused,
            )
