"""Raw pages of IGDB: what a run of the job `enrich` received, one line of JSON for each list."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from bot.lake.layout import RAW_GAMES
from bot.lake.raw import SUFFIX, Record
from bot.lake.store import Lake
from helperfunctions.clock import Clock

if TYPE_CHECKING:
    from helperfunctions.igdb_api import Dimension

_PREFIX: Final = "games-"
_STAMP: Final = "%Y%m%dT%H%M%SZ"


class Igdb(Protocol):
    """IGDB, 500 ids at a time."""

    def all_of(self, dimension: "Dimension") -> Sequence[Any]: ...

    def games(self, igdb_ids: Sequence[int]) -> Sequence[Any]: ...

    def games_on_twitch(self, game_ids: Sequence[str]) -> Sequence[Any]: ...


class GamesRecorder:
    """IGDB, whose items are recorded."""

    def __init__(self, igdb: Igdb, record: Record) -> None:
        self._igdb = igdb
        self._record = record

    def all_of(self, dimension: "Dimension") -> Sequence[Any]:
        """As of Igdb."""
        return self._recorded(dimension, self._igdb.all_of(dimension))

    def games(self, igdb_ids: Sequence[int]) -> Sequence[Any]:
        """As of Igdb."""
        return self._recorded("games", self._igdb.games(igdb_ids))

    def games_on_twitch(self, game_ids: Sequence[str]) -> Sequence[Any]:
        """As of Igdb."""
        return self._recorded("external_games", self._igdb.games_on_twitch(game_ids))

    def _recorded(self, path: str, items: Sequence[Any]) -> Sequence[Any]:
        self._record.add({"path": path, "items": items})
        return items


@contextmanager
def recorded(folder: Path, clock: Clock, igdb: Igdb) -> Iterator[Igdb]:
    """IGDB for one run, at whose end the record gets its name, also after an error."""
    record = Record(folder / ".games.part")
    started_at = clock.now()
    try:
        yield GamesRecorder(igdb, record)
    finally:
        record.finish(folder / f"{_PREFIX}{started_at:{_STAMP}}{SUFFIX}")


def intend(lake: Lake) -> None:
    """Intend the objects of the records that are waiting."""
    pieces = [file.name.removesuffix(SUFFIX) for file in sorted(lake.pages.glob(f"{_PREFIX}*{SUFFIX}"))]
    with lake.database.transaction() as tx:
        for piece in pieces:
            started_at = datetime.strptime(piece.removeprefix(_PREFIX), _STAMP).replace(tzinfo=UTC)
            day = lake.calendar.day_of(started_at).date
            tx.lake.intend_pages(
                lake=lake.url, dataset=RAW_GAMES, day=day, piece=piece, suffix=SUFFIX, now=lake.clock.now()
            )
