"""The keys and addresses of games and streamers, brought up to date with the polls that are stored."""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from bot.core.name_keys import LONGEST_KEY, game_keys
from bot.core.questions import SubjectKind
from helperfunctions.database import CopyRows, Transaction, Transactions
from helperfunctions.text import name_key, slug

log = logging.getLogger(__name__)

CURSOR: Final = "names"
# Games and streamers that get their keys at a time: 100,000 took 80 MB, half of which was never returned to the system.
BATCH: Final = 10_000
# Up to this many subjects of one name have it with a counter in their address, later ones with their id.
MOST_OF_A_NAME: Final = 20
_LOGIN: Final = re.compile(r"[a-z0-9_]{1,60}")


@dataclass(frozen=True, slots=True)
class KeyUpdate:
    """The result of an update: the newest stored poll (None: there is none), and the number of keys written."""

    newest_poll_id: int | None
    keys: int


class _NameKey(NamedTuple):
    """A row of `names`, as COPY takes it: one of the keys of a game or streamer. `login` is empty for a game."""

    kind: str
    id: str
    key: str
    name: str
    login: str


def update_keys(database: Transactions) -> KeyUpdate:
    """Write the keys of names that are new or changed in the polls stored since the last update.

    The polls can be stored in any order: one that was kept on disk comes after newer ones. Of two updates at once, one
    waits for the other.
    """
    with database.transaction() as tx:
        polls = tx.names.polls_to_key(cursor=CURSOR)
    if polls.is_begun and not polls.poll_ids:
        return KeyUpdate(polls.poll_id, 0)
    if not polls.is_begun:
        # Also when a migration has deleted keys, and the cursor with them.
        with database.transaction() as tx:
            tx.names.find_games_without_keys()
            tx.names.find_streamers_without_keys()
    written = batch = _write_keys(database)
    while batch:
        batch = _write_keys(database)
        written += batch
    if polls.poll_id is not None:
        last_id = polls.poll_ids[-1] if polls.poll_ids else polls.poll_id
        with database.transaction() as tx:
            tx.names.mark_keyed(poll_ids=polls.poll_ids)
            tx.names.move_cursor(name=CURSOR, x_id=str(last_id), moved_at=polls.ended_at)
    if written:
        log.debug("names keyed keys=%s", written)
    return KeyUpdate(polls.poll_id, written)


def _write_keys(database: Transactions) -> int:
    """Write keys and addresses for up to BATCH games and BATCH streamers that are new or renamed.

    Returns the number of keys.
    """
    with database.transaction() as tx:
        tx.names.lock_names()
        new_games = list(tx.names.games_without_keys(how_many=BATCH))
        new_streamers = list(tx.names.streamers_without_keys(how_many=BATCH))
        if not new_games and not new_streamers:
            return 0
        games, streamers = list(_game_keys(new_games)), list(_streamer_keys(new_streamers))
        rows = CopyRows()
        rows.add(games)
        rows.add(streamers)
        tx.names.create_new_names()
        tx.copy(tx.names.text_of("copy_new_names"), rows)
        tx.names.delete_old_keys()
        _assign_addresses(tx, SubjectKind.GAME, {key.id: slug(key.name) or key.id for key in games})
        _assign_addresses(tx, SubjectKind.STREAMER, {key.id: _address(key.login) or key.id for key in streamers})
        _mark_keyed(tx, new_games, new_streamers)
        return int(tx.names.store_new_keys())


def _mark_keyed(tx: Transaction, games: Sequence[Any], streamers: Sequence[Any]) -> None:
    tx.names.mark_games_keyed(ids=[game.game_id for game in games], names=[game.game_name for game in games])
    tx.names.mark_streamers_keyed(
        ids=[streamer.streamer_id for streamer in streamers],
        names=[streamer.streamer_name for streamer in streamers],
        logins=[streamer.login for streamer in streamers],
    )


def _game_keys(games: Iterable[Any]) -> Iterator[_NameKey]:
    for game in games:
        for key in game_keys(game.game_name):
            yield _NameKey(SubjectKind.GAME.value, game.game_id, key, game.game_name, "")


def _streamer_keys(streamers: Iterable[Any]) -> Iterator[_NameKey]:
    for streamer in streamers:
        name, login = streamer.streamer_name, streamer.login
        for key in {_key(name), _key(login)} if name.lower() != login else (_key(login),):
            yield _NameKey(SubjectKind.STREAMER.value, streamer.streamer_id, key, name, login)


def _key(name: str) -> str:
    return name_key(name)[:LONGEST_KEY]


def _address(login: str) -> str:
    # As in Twitch's own addresses; any other login is made fit for an address.
    return login if _LOGIN.fullmatch(login) else slug(login)


def _assign_addresses(tx: Transaction, kind: SubjectKind, wanted: Mapping[str, str]) -> None:
    """Store the address of each id, which links contain: the wanted one, with a number where another id has it."""
    assigned: dict[str, str] = {}
    claimed: set[str] = set()
    waiting = dict(wanted)
    number = 1
    while waiting:
        candidates = {id_: _numbered(base, number, id_) for id_, base in waiting.items()}
        owners = {row.slug: row.id for row in tx.names.addresses(kind=kind.value, slugs=list(candidates.values()))}
        for id_, address in candidates.items():
            if address not in claimed and owners.get(address, id_) == id_:
                claimed.add(address)
                assigned[id_] = address
                del waiting[id_]
        number += 1
    if not assigned:
        return
    ids, slugs = list(assigned), list(assigned.values())
    tx.names.retire_addresses(kind=kind.value, ids=ids, slugs=slugs)
    tx.names.assign_addresses(kind=kind.value, ids=ids, slugs=slugs)


def _numbered(base: str, number: int, id_: str) -> str:
    if number == 1:
        return base
    # After MOST_OF_A_NAME namesakes the id is added, so that one round is usually enough.
    return f"{base}-{number}" if number <= MOST_OF_A_NAME else f"{base}-{id_}-{number}"
