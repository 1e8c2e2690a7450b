"""Items of IGDB and of Get Games, and the time until a game is looked up again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.enrich import parse
from bot.enrich.overrides import NOT_A_GAME, OVERRIDES
from bot.enrich.parse import IgdbGame, Named
from bot.enrich.refresh import wait_after

DAY = timedelta(days=1)


def test_a_game_is_read_with_everything_that_igdb_leaves_out() -> None:
    items: list[dict[str, Any]] = [
        {
            "id": 1,
            "name": "One\0",
            "slug": "one",
            "genres": [5, {"id": 12, "name": "x"}, 5, "7", None, True, -3, 2**40],
            "game_type": 3,
            "version_parent": 2,
            "first_release_date": 1_240_531_200,
            "updated_at": 10**30,
            "checksum": 7,
        },
        {"id": 2, "name": "Two"},
        {"id": 2**70, "name": "too large"},
        {"id": 3},
        {"name": "no id"},
    ]
    assert parse.games(items) == {
        1: IgdbGame(
            igdb_id=1,
            name="One",
            slug="one",
            genres=(5, 12),
            game_type=3,
            version_parent=2,
            first_released_at=datetime(2009, 4, 24, tzinfo=UTC),
        ),
        2: IgdbGame(igdb_id=2, name="Two", slug=""),
    }


def test_a_genre_without_a_name_or_with_an_impossible_id_is_left_out() -> None:
    items = [
        {"id": 5, "name": "Shooter", "slug": "shooter"},
        {"id": 6, "name": "\ud800\0", "slug": "x"},
        {"id": 2**31, "name": "Too large", "slug": "too-large"},
        {"id": -1, "name": "Ours", "slug": "ours"},
        {"id": 5, "name": "The same again", "slug": "again"},
    ]
    assert parse.named(items) == [Named(5, "Shooter", "shooter")]


def test_every_genre_has_a_slug_of_its_own_that_can_be_part_of_an_address() -> None:
    items = [
        {"id": 1, "name": "Shooter", "slug": "shooter"},
        {"id": 2, "name": "Shooter", "slug": "shooter"},
        {"id": 3, "name": "Real Time", "slug": "../real?time"},
        {"id": 4, "name": "!!!"},
        {"id": 5, "name": "Unknown", "slug": "unknown"},
        {"id": 6, "name": "x" * 1000, "slug": "x" * 1000},
    ]
    assert [one.slug for one in parse.named(items)] == [
        *("shooter", "shooter-2", "real-time", "4", "unknown-5", "x" * 80)
    ]
    assert len(parse.named(items)[-1].name) == parse.LONGEST_NAME


def test_numbers_and_texts_that_the_database_refuses_are_left_out() -> None:
    game = parse.games([{"id": 1, "name": "a\ud800b", "slug": "\udfff", "game_type": 2**31, "genres": [2**31]}])[1]
    assert (game.name, game.slug, game.game_type, game.genres) == ("ab", "", None, ())


def test_genres_are_inherited_from_the_next_game_above_that_has_some() -> None:
    root = IgdbGame(1, "Root", "root", genres=(5,), game_modes=(2,), themes=(1,))
    port = IgdbGame(2, "Port", "port", parent_game=1, themes=(17,))
    edition = IgdbGame(3, "Edition", "edition", version_parent=2, parent_game=99)
    own = IgdbGame(4, "Own", "own", genres=(8,), parent_game=1)
    known = {game.igdb_id: game for game in (root, port, edition, own)}
    assert parse.missing_parents({3: edition, 4: own}) == [2]
    found = {
        game.igdb_id: (game.genres, game.game_modes, game.themes, game.inherits_from)
        for game in parse.with_inherited(known)
    }
    assert found == {
        1: ((5,), (2,), (1,), None),
        2: ((5,), (2,), (17,), 1),
        3: ((5,), (2,), (1,), 1),
        4: ((8,), (), (), None),
    }


@pytest.mark.parametrize(
    ("game_modes", "themes", "all_of_it"),
    [
        ((), (), ((2,), (1,))),
        ((3,), (), ((3,), (1,))),
        ((), (17,), ((2,), (17,))),
        ((3, 5), (17,), ((3, 5), (17,))),
    ],
    ids=["neither", "game modes", "themes", "both"],
)
def test_edition_without_genres_keeps_the_game_modes_and_themes_of_its_own(
    game_modes: tuple[int, ...], themes: tuple[int, ...], all_of_it: tuple[tuple[int, ...], tuple[int, ...]]
) -> None:
    root = IgdbGame(1, "Root", "root", genres=(5,), game_modes=(2,), themes=(1,))
    edition = IgdbGame(2, "Edition", "edition", version_parent=1, game_modes=game_modes, themes=themes)
    found = parse.with_inherited({1: root, 2: edition})[1]
    assert (found.genres, (found.game_modes, found.themes)) == ((5,), all_of_it)


def test_games_that_are_each_others_parent_have_no_genres() -> None:
    one, other = IgdbGame(1, "a", "a", parent_game=2), IgdbGame(2, "b", "b", parent_game=1)
    assert parse.with_inherited({1: one, 2: other}) == [one, other]


def test_ids_of_get_games_are_read_where_twitch_knows_them() -> None:
    items = [{"id": "1", "igdb_id": "115"}, {"id": "2", "igdb_id": ""}, {"id": "3", "igdb_id": "x"}, {"id": "4"}, None]
    items += [{"id": "5", "igdb_id": "9" * 5000}, {"id": "6", "igdb_id": "9" * 19}]
    assert parse.helix_ids(items) == {"1": 115}


def test_duplicate_external_games_count_once_the_oldest_first() -> None:
    items: list[dict[str, Any]] = [{"uid": "1", "game": 9}, {"uid": "1", "game": 4}, {"uid": "1", "game": 9}]
    items += [{"uid": 2, "game": 3}, {"uid": "5"}]
    assert parse.external_ids(items) == {"1": [4, 9]}


@pytest.mark.parametrize(
    ("how", "before", "waited", "wait"),
    [
        ("helix", None, None, 30),
        ("not_a_game", "none", DAY, 30),
        ("none", None, None, 1),
        ("none", "helix", 30 * DAY, 1),
        ("none", "none", DAY, 7),
        ("none", "none", 7 * DAY, 30),
        ("none", "none", 30 * DAY, 30),
    ],
)
def test_the_wait_until_a_game_is_looked_up_again(
    how: str, before: str | None, waited: timedelta | None, wait: int
) -> None:
    assert wait_after(how, before, waited) == wait * DAY


def test_reviewed_table_has_ids_of_twitch_and_no_category_twice() -> None:
    assert all(game_id.isdecimal() for game_id in (*NOT_A_GAME, *OVERRIDES))
    assert not NOT_A_GAME.keys() & OVERRIDES.keys()
    assert NOT_A_GAME["509658"] == "Just Chatting"
