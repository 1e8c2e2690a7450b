"""Addresses can be read, are never shared by two, and stay valid when a name changes."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from bot.names.database_names import DatabaseNames
from helperfunctions.database import Database
from helperfunctions.text import slug
from tests.factories import DAY_START, HALF_HOUR, a_stream, rows, stage, write

CURRENT = "select id, slug from addresses where kind = '{}' and is_current"


def addresses(url: str, kind: str = "game") -> Mapping[str, str]:
    return dict(rows(url, CURRENT.format(kind)))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Just Chatting", "just-chatting"),
        ("Pokémon: Let's Go, Éevee!", "pokemon-let-s-go-eevee"),
        ("원신", "원신"),
        ("Ведьмак 3", "ведьмак-3"),
        ("नमस्ते", "नमस्ते"),
        ("  --A__B--  ", "a-b"),
        ("<script>alert(1)</script>", "script-alert-1-script"),
        ("../../etc", "etc"),
        ("ＦＵＬＬ　ＷＩＤＴＨ", "full-width"),
        ("🙏🙏", ""),
        ("x" * 500, "x" * 80),
    ],
)
def test_address_of_a_name(name: str, expected: str) -> None:
    assert slug(name) == expected
    assert slug(expected) == expected


def test_every_subject_has_an_address_and_the_second_one_of_a_name_has_a_number(database: Database, url: str) -> None:
    stage(
        database,
        a_stream(streamer="ada"),
        a_stream(streamer="b", game="g1", game_name="Go!"),
        a_stream(streamer="c", game="g2", game_name="GO"),
        a_stream(streamer="d", game="g3", game_name="🙏"),
        a_stream(streamer="e", game="", game_name=""),
    )
    DatabaseNames(database).refresh()
    found = addresses(url)
    assert found["chess"] == "chess"
    assert {found["g1"], found["g2"]} == {"go", "go-2"}
    assert found["g3"] == "g3"
    assert "" not in found
    assert addresses(url, "streamer")["ada"] == "ada"


def test_a_renamed_streamer_keeps_the_old_address_and_no_other_gets_it(database: Database, url: str) -> None:
    index = DatabaseNames(database)

    def name_now(number: int, *names: str) -> None:
        streams = [a_stream(streamer=name, game=f"g{place}", game_name=name) for place, name in enumerate(names)]
        stage(database, *streams, at=DAY_START + number * HALF_HOUR)
        index.refresh()

    name_now(0, "Old Name")
    name_now(1, "New Name")
    assert addresses(url) == {"g0": "new-name"}
    name_now(2, "New Name", "Old Name")
    assert addresses(url) == {"g0": "new-name", "g1": "old-name-2"}
    name_now(3, "Old Name", "Old Name")
    assert addresses(url) == {"g0": "old-name", "g1": "old-name-2"}
    assert set(rows(url, "select slug, id from addresses where kind = 'game'")) == {
        ("old-name", "g0"),
        ("new-name", "g0"),
        ("old-name-2", "g1"),
    }


def test_thousands_of_one_name_get_addresses_also_from_several_sessions_at_once(database: Database, url: str) -> None:
    write(
        url,
        "insert into games (game_id, game_name, first_seen_day, last_seen_day)"
        " select 'g' || n, 'Same', '2026-11-21', '2026-11-21' from generate_series(1, 3000) as n",
    )
    stage(database, a_stream())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: DatabaseNames(database).refresh(), range(4)))
    found = addresses(url)
    assert len(found) == len(set(found.values())) == 3001


def test_subjects_older_than_the_first_addresses_get_one(database: Database, url: str) -> None:
    """The migration deletes the keys, and with them the record of which names were keyed."""
    stage(database, a_stream())
    DatabaseNames(database).refresh()
    for statement in ("delete from addresses", "delete from names", "delete from cursors where name = 'names'"):
        write(url, statement)
    DatabaseNames(database).refresh()
    assert addresses(url) == {"chess": "chess"}
    assert addresses(url, "streamer") == {"ada": "ada"}
