"""The index of names: the keys under which games and streamers are found, kept up to date with the tables."""

import logging
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from bot.core.name_keys import LONGEST_KEY, game_keys
from bot.core.near_names import NearNames
from bot.core.questions import Subject, SubjectKind
from helperfunctions.database import CopyRows, Database, Transaction, Transactions
from helperfunctions.errors import WatchTimeError
from helperfunctions.text import name_key, one_line, slug

log = logging.getLogger(__name__)

CURSOR: Final = "names"
# So many games and streamers get their keys at a time: 100,000 took 80 MB, half of which was never given back.
BATCH: Final = 10_000
# Misspellings are looked for among all games and this many streamers; whom few watch is found by the exact name.
MOST_STREAMERS: Final = 20_000
# So many of one name have it with a number in their address.
MOST_OF_A_NAME: Final = 20
# Names of games that may be meant by one that no game has.
MOST_SUGGESTED: Final = 3
_LOGIN: Final = re.compile(r"[a-z0-9_]{1,60}")


class DatabaseNames:
    """The names of all games and streamers that were ever counted, and the short names of games.

    Every method raises DatabaseUnavailable or DatabaseError when the database does not play along.
    """

    def __init__(self, database: Transactions) -> None:
        self._database = database
        self._poll_id: int | None = None
        self._near: NearNames | None = None

    def refresh(self) -> int:
        """Key the names that came or changed with the polls stored since the last call; how many keys were written.

        In whichever order polls are stored: one that was kept on disk comes after newer ones. Nothing is done when no
        poll was stored. Of two at once, one waits for the other.
        """
        with self._database.transaction() as tx:
            poll_id, ended_at, is_begun, since, poll_ids = tx.names.polls_to_key(cursor=CURSOR)
        if poll_id != self._poll_id:
            self._poll_id, self._near = poll_id, None
        if is_begun and not poll_ids:
            return 0
        if not is_begun:
            since = date.min
        written = batch = self._key_names(since)
        while batch:
            batch = self._key_names(since)
            written += batch
        if poll_id is not None:
            with self._database.transaction() as tx:
                tx.names.mark_keyed(poll_ids=poll_ids)
                tx.names.move_cursor(name=CURSOR, x_id=str(poll_ids[-1] if poll_ids else poll_id), moved_at=ended_at)
        if written:
            # Somebody may have read the names meanwhile, without these.
            self._near = None
            log.debug("names keyed keys=%s", written)
        return written

    def _key_names(self, since: date) -> int:
        """Make the keys, and the addresses, of some of those seen since a day whose keys are missing or of another
        name; how many keys."""
        with self._database.transaction() as tx:
            tx.names.lock_names()
            games = list(_game_rows(tx.names.games_without_keys(since=since, how_many=BATCH)))
            streamers = list(_streamer_rows(tx.names.streamers_without_keys(since=since, how_many=BATCH)))
            rows = CopyRows()
            rows.add(games)
            rows.add(streamers)
            if not rows.file().getbuffer().nbytes:
                return 0
            tx.names.create_new_names()
            tx.copy(tx.names.text_of("copy_new_names"), rows)
            tx.names.forget_old_keys()
            self._give_addresses(tx, SubjectKind.GAME, {row[1]: slug(row[3]) or row[1] for row in games})
            self._give_addresses(tx, SubjectKind.STREAMER, {row[1]: _address(row[4]) or row[1] for row in streamers})
            return int(tx.names.keep_new_keys())

    @staticmethod
    def _give_addresses(tx: Transaction, kind: SubjectKind, wanted: Mapping[str, str]) -> None:
        """What stands for each in links from now on: its name, with a number behind it where another was first."""
        given: dict[str, str] = {}
        claimed: set[str] = set()
        waiting = dict(wanted)
        number = 1
        while waiting:
            asked = {id_: _numbered(base, number, id_) for id_, base in waiting.items()}
            taken = dict(tx.names.addresses(kind=kind.value, slugs=list(asked.values())))
            for id_, address in asked.items():
                if address not in claimed and taken.get(address, id_) == id_:
                    claimed.add(address)
                    given[id_] = address
                    del waiting[id_]
            number += 1
        if not given:
            return
        ids, slugs = list(given), list(given.values())
        tx.names.retire_addresses(kind=kind.value, ids=ids, slugs=slugs)
        tx.names.give_addresses(kind=kind.value, ids=ids, slugs=slugs)

    def exact(self, keys: Sequence[str]) -> Mapping[str, Sequence[Subject]]:
        """Who goes by these keys, the most watched of the last 30 days first; keys that nobody has are left out."""
        found: dict[str, list[Subject]] = {}
        wanted = [key for key in map(_storable, keys) if key]
        if not wanted:
            return found
        with self._database.transaction() as tx:
            for row in tx.names.named_exactly(keys=wanted):
                found.setdefault(row.key, []).append(_subject(row))
        return found

    def similar(self, key: str, how_many: int, kind: SubjectKind | None = None) -> Sequence[tuple[Subject, float]]:
        """Whose keys are most like this one, with the likeness from 0 to 1, the likest first; of equally like ones the
        more watched. Kept in memory from the first call on until `refresh` finds a newer poll."""
        return self._loaded().similar(key, how_many, kind)

    def with_prefix(self, key: str, how_many: int, kind: SubjectKind | None = None) -> Sequence[Subject]:
        """Whose keys begin with this one, of those who may be misspelled, the most watched first."""
        return self._loaded().with_prefix(key, how_many, kind)

    def with_similar_prefix(
        self, key: str, how_many: int, kind: SubjectKind | None = None
    ) -> Sequence[tuple[Subject, float]]:
        """Whose keys begin with something like this one, with that likeness; as `similar`."""
        return self._loaded().with_similar_prefix(key, how_many, kind)

    def load(self) -> None:
        """Read the names that may be misspelled, which the first call of `similar` does otherwise."""
        self._loaded()

    def are_empty(self) -> bool:
        """Whether no game and no streamer has a key yet."""
        with self._database.transaction() as tx:
            return not tx.names.is_any_named()

    def _loaded(self) -> NearNames:
        near = self._near = self._near or self._most_watched()
        return near

    def _most_watched(self) -> NearNames:
        with self._database.transaction() as tx:
            rows = tx.names.most_watched_names(how_many_streamers=MOST_STREAMERS)
            return NearNames((row.key, _subject(row)) for row in rows)


def _subject(row: Any) -> Subject:
    return Subject(SubjectKind(row.kind), row.id, row.name, row.watch_hours, row.main_id)


def _storable(key: str) -> str:
    """Without what PostgreSQL cannot hold; such a key is nobody's."""
    return key.replace("\0", "").encode(errors="replace").decode()


def _key(name: str) -> str:
    return name_key(name)[:LONGEST_KEY]


def _address(login: str) -> str:
    # As Twitch itself writes it in an address; anything else is made fit for one.
    return login if _LOGIN.fullmatch(login) else slug(login)


def _numbered(base: str, number: int, id_: str) -> str:
    if number == 1:
        return base
    # Who comes so late to a name has his id told, rather than being counted on for ever.
    return f"{base}-{number}" if number <= MOST_OF_A_NAME else f"{base}-{id_}-{number}"


def _game_rows(games: Iterable[tuple[str, str]]) -> Iterable[tuple[str, ...]]:
    for game_id, name in games:
        for key in game_keys(name):
            yield SubjectKind.GAME.value, game_id, key, name, ""


def _streamer_rows(streamers: Iterable[tuple[str, str, str]]) -> Iterable[tuple[str, ...]]:
    for streamer_id, name, login in streamers:
        for key in {_key(name), _key(login)} if name.lower() != login else (_key(login),):
            yield SubjectKind.STREAMER.value, streamer_id, key, name, login


def aliases(database: Database) -> list[tuple[str, str]]:
    """The short names of games: what people write, and the game as Twitch writes it; by game."""
    with database.transaction() as tx:
        return [(alias, game_name) for alias, game_name in tx.names.aliases()]


def add_alias(database: Database, alias: str, game_name: str) -> None:
    """Have a short name mean a game, whatever it meant before. The game need not have been seen yet.

    Raises WatchTimeError when one of the two has nothing in it.
    """
    alias, game_name = one_line(alias), one_line(game_name)
    if not alias or not game_name:
        raise WatchTimeError("a short name and the name of a game are needed, such as: lol 'League of Legends'")
    with database.transaction() as tx:
        tx.names.add_alias(alias_key=name_key(alias), alias=alias, game_key=name_key(game_name), game_name=game_name)


def near_games(known: DatabaseNames, game_name: str) -> list[str] | None:
    """None when a game of this name was measured; else the names of games most like it, the likest first."""
    key = name_key(one_line(game_name))
    if any(subject.kind is SubjectKind.GAME for subject in known.exact([key]).get(key, ())):
        return None
    return [subject.name for subject, _ in known.similar(key, MOST_SUGGESTED, SubjectKind.GAME)]


def remove_alias(database: Database, alias: str) -> bool:
    """Forget a short name; whether there was one."""
    with database.transaction() as tx:
        return bool(tx.names.remove_alias(alias_key=name_key(alias)))
