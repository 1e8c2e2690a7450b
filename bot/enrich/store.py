"""Store what was found on IGDB, and mark the days whose hours by genre it changes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from bot.enrich.match import Found
from bot.enrich.parse import IgdbGame
from bot.enrich.refresh import is_in_doubt, wait_after
from helperfunctions.database import Transaction

Classes = Mapping[str, frozenset[tuple[str, int]]]


def store(tx: Transaction, found: Found, due: Mapping[str, Any], now: datetime) -> list[str]:
    """Store the matches of some games. `due`: their rows of `due_games`, by id. Returns the games that changed."""
    _store_names(tx, found)
    # Another game may be the same one on IGDB: an old category and its successor.
    concerned = {match.game_id for match in found.matches}
    concerned |= set(tx.enrich.games_of_igdb(igdb_ids=[game.igdb_id for game in found.games]))
    before = _classes_of(tx, concerned)
    _store_games(tx, found.games, now)
    for match in found.matches:
        row = due[match.game_id]
        wait: timedelta = wait_after(match.how, row.how, row.waited)
        checked = {
            "game_id": match.game_id,
            "checked_at": now,
            "next_check_at": now + wait,
            "box_art_url": found.box_art.get(match.game_id),
        }
        if is_in_doubt(match.how, row.how, row.waited):
            tx.enrich.keep_match(**checked)
        else:
            tx.enrich.store_match(igdb_id=match.igdb_id, how=match.how, **checked)
    after = _classes_of(tx, concerned)
    changed = sorted(game_id for game_id in concerned if before.get(game_id) != after.get(game_id))
    if changed:
        tx.enrich.mark_days_outdated(game_ids=changed)
    return changed


def _store_names(tx: Transaction, found: Found) -> None:
    stores = {
        "genres": tx.enrich.store_genres,
        "game_modes": tx.enrich.store_game_modes,
        "themes": tx.enrich.store_themes,
    }
    for dimension, items in found.named.items():
        stores[dimension](
            ids=[one.id for one in items], names=[one.name for one in items], slugs=[one.slug for one in items]
        )


def _store_games(tx: Transaction, games: Sequence[IgdbGame], now: datetime) -> None:
    for game in games:
        tx.enrich.store_igdb_game(
            igdb_id=game.igdb_id,
            name=game.name,
            slug=game.slug,
            game_type=game.game_type,
            parent_game=game.parent_game,
            version_parent=game.version_parent,
            first_release_date=game.first_released_at.date() if game.first_released_at else None,
            checksum=game.checksum,
            updated_at=game.updated_at,
            fetched_at=now,
            inherits_from=game.inherits_from,
        )
    tx.enrich.delete_links(igdb_ids=[game.igdb_id for game in games])
    genres = [(game.igdb_id, class_id) for game in games for class_id in game.genres]
    modes = [(game.igdb_id, class_id) for game in games for class_id in game.game_modes]
    themes = [(game.igdb_id, class_id) for game in games for class_id in game.themes]
    tx.enrich.insert_genre_links(**_columns(genres))
    tx.enrich.insert_game_mode_links(**_columns(modes))
    tx.enrich.insert_theme_links(**_columns(themes))


def _columns(links: Sequence[tuple[int, int]]) -> dict[str, list[int]]:
    return {"igdb_ids": [igdb_id for igdb_id, _ in links], "class_ids": [class_id for _, class_id in links]}


def _classes_of(tx: Transaction, game_ids: Iterable[str]) -> Classes:
    found: defaultdict[str, set[tuple[str, int]]] = defaultdict(set)
    for row in tx.enrich.classes_of_games(game_ids=list(game_ids)):
        found[row.game_id].add((row.kind, row.class_id))
    return {game_id: frozenset(classes) for game_id, classes in found.items()}
