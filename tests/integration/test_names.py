"""The index of names in a real database: games and streamers are found by their keys."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.core.questions import SubjectKind
from bot.names import aliases
from bot.names.database_names import DatabaseNames
from helperfunctions.database import Database, Transaction
from helperfunctions.errors import WatchTimeError
from helperfunctions.text import name_key
from tests.factories import DAY, DAY_START, a_stream, rows, stage, write

MIGRATIONS = Path(__file__).parents[2] / "sql" / "migrations"


def watched(url: str, *, games: dict[str, float] | None = None, streamers: dict[str, float] | None = None) -> None:
    """Days that are rolled up: hours of the newest day by id; 40 days ago, all had a million hours."""
    for back, is_old in ((1, False), *((back, True) for back in range(31, 41))):
        day = DAY - timedelta(days=back)
        write(url, "insert into days values (%s, %s, %s, 48, 24, 1, 1, 1, %s)", day, day, day + timedelta(1), day)
        for table, column, hours in (
            ("daily_games", "game_id", games or {}),
            ("daily_streamers", "streamer_id", streamers or {}),
        ):
            for subject_id, value in hours.items():
                write(
                    url,
                    f"insert into {table} (day, {column}, watch_hours, airtime_hours, peak_viewers)"
                    " values (%s, %s, %s, 1, 1)",
                    day,
                    subject_id,
                    1e6 if is_old else value,
                )
    # 29 days without streams in between, so the old days are not among the newest 30
    write(
        url,
        "insert into days select day, day, day + interval '1 day', 48, 24, 1, 0, 0, day"
        " from generate_series(%s::date, %s::date, '1 day') as day",
        DAY - timedelta(days=30),
        DAY - timedelta(days=2),
    )


def found(index: DatabaseNames, *keys: str) -> dict[str, list[str]]:
    return {key: [subject.name for subject in subjects] for key, subjects in index.exact(keys).items()}


def test_a_game_and_a_streamer_are_found_after_the_poll_that_saw_them(database: Database) -> None:
    index = DatabaseNames(database)
    assert index.refresh() == 0
    assert found(index, "pokemongo", "ada") == {}
    stage(database, a_stream(streamer="ada", streamer_name="Ada", game="g", game_name="Pokémon GO"))
    index.refresh()
    assert found(index, "pokemongo", "ada", "nobody") == {"pokemongo": ["Pokémon GO"], "ada": ["Ada"]}


def test_a_streamer_is_found_by_the_shown_name_and_by_the_login(database: Database) -> None:
    stage(database, a_stream(streamer="handongsuk", streamer_name="한동숙"))
    index = DatabaseNames(database)
    index.refresh()
    assert found(index, name_key("한동숙"), "handongsuk") == {name_key("한동숙"): ["한동숙"], "handongsuk": ["한동숙"]}


def test_a_renamed_streamer_is_found_by_the_new_name_only(database: Database, url: str) -> None:
    stage(database, a_stream(streamer="ada", streamer_name="Ada", game="g", game_name="Old Game"))
    index = DatabaseNames(database)
    index.refresh()
    stage(database, a_stream(streamer="ada", streamer_name="Grace", game="g", game_name="New Game"))
    write(url, "update streamers set login = 'grace' where streamer_id = 'ada'")
    index.refresh()
    assert found(index, "ada", "grace", "oldgame", "newgame") == {"grace": ["Grace"], "newgame": ["New Game"]}


def test_a_new_login_is_noticed_although_the_shown_name_stays(database: Database, url: str) -> None:
    stage(database, a_stream(streamer="handongsuk", streamer_name="한동숙"))
    index = DatabaseNames(database)
    index.refresh()
    write(url, "update streamers set login = 'dongsuk'")
    stage(database, a_stream(streamer="bob"))
    index.refresh()
    assert found(index, "handongsuk", "dongsuk") == {"dongsuk": ["한동숙"]}


class Pausing:
    """A database whose first transaction ends only when a test lets it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._is_first = True
        self.has_read, self.may_end = threading.Event(), threading.Event()

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        is_first, self._is_first = self._is_first, False
        with self._database.transaction() as tx:
            yield tx
        if is_first:
            self.has_read.set()
            assert self.may_end.wait(60)


def test_names_stored_while_the_index_is_read_are_found_afterwards(database: Database) -> None:
    """The thread that read the older names does not put them in the place of the newer ones."""
    pausing = Pausing(database)
    index = DatabaseNames(pausing)
    reading = threading.Thread(target=index.load)
    reading.start()
    assert pausing.has_read.wait(60)
    stage(database, a_stream(streamer="ada", streamer_name="Ada"))
    assert index.refresh() > 0
    pausing.may_end.set()
    reading.join(60)
    assert [subject.name for subject in index.with_prefix("ad", 5)] == ["Ada"]


class RenamedMeanwhile:
    """A transaction during which a poll renames all games and streamers, after their names were read."""

    def __init__(self, tx: Transaction, url: str) -> None:
        self._tx, self._url = tx, url

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tx, name)

    def copy(self, *args: Any) -> None:
        write(self._url, "update games set game_name = 'New Game'")
        write(self._url, "update streamers set streamer_name = 'Grace', login = 'grace'")
        self._tx.copy(*args)


class Renaming:
    """A database of such transactions."""

    def __init__(self, database: Database, url: str) -> None:
        self._database, self._url = database, url

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        with self._database.transaction() as tx:
            yield RenamedMeanwhile(tx, self._url)


def test_names_changed_while_the_earlier_ones_are_keyed_are_found(database: Database, url: str) -> None:
    stage(database, a_stream(streamer="ada", streamer_name="Ada", game="g", game_name="Old Game"))
    DatabaseNames(Renaming(database, url)).refresh()
    assert found(DatabaseNames(database), "ada", "grace", "oldgame", "newgame") == {
        "grace": ["Grace"],
        "newgame": ["New Game"],
    }


def test_without_a_newer_poll_no_name_is_read(database: Database, url: str) -> None:
    stage(database, a_stream(streamer="ada"))
    index = DatabaseNames(database)
    assert index.refresh() > 0
    write(url, "delete from names")
    assert index.refresh() == 0
    assert DatabaseNames(database).refresh() == 0
    assert rows(url, "select count(*) from names") == [(0,)]


def test_a_newer_poll_writes_only_new_names(database: Database) -> None:
    stage(database, a_stream(streamer="ada"), a_stream(streamer="bob"))
    index = DatabaseNames(database)
    index.refresh()
    stage(database, a_stream(streamer="ada"), a_stream(streamer="cyd"))
    assert index.refresh() == 1


def test_names_of_a_poll_stored_after_a_newer_one_are_found(database: Database) -> None:
    """Such as names of a poll kept on disk, of that day or the one before; its number may be below all others."""
    index = DatabaseNames(database)
    for back in range(3):
        at, day = DAY_START - back * timedelta(days=1), DAY - timedelta(days=back)
        stage(database, a_stream(streamer=f"late{back}", game=f"game{back}"), at=at, day=day, poll_id=-back or None)
        assert index.refresh() == 2
        assert found(index, f"late{back}", f"game{back}") == {
            f"late{back}": [f"Late{back}"],
            f"game{back}": [f"Game{back}"],
        }
        assert index.refresh() == 0


def test_two_updates_at_once_write_the_same_keys(database: Database, url: str) -> None:
    stage(database, *(a_stream(streamer=f"s{number}") for number in range(500)))
    with ThreadPoolExecutor(4) as pool:
        written = list(pool.map(lambda _: DatabaseNames(database).refresh(), range(4)))
    assert sum(written) == 501
    assert rows(url, "select count(*) from names") == [(501,)]


def test_names_that_break_naive_code_are_keyed(database: Database) -> None:
    awkward = ["a\tb", "back\\slash", "line\nbreak", "\\N", "'; drop table names;--", "%s", "🎮", "x" * 5000, "NULL"]
    stage(database, *(a_stream(streamer=f"s{n}", game=f"g{n}", game_name=name) for n, name in enumerate(awkward)))
    index = DatabaseNames(database)
    index.refresh()
    assert found(index, "ab", "backslash", "n", "s", "🎮", "null") == {
        "ab": ["a\tb"],
        "backslash": ["back\\slash"],
        "n": ["\\N"],
        "s": ["%s"],
        "🎮": ["🎮"],
        "null": ["NULL"],
    }
    assert found(index, "\0", "\ud800", "", "x" * 5000) == {}
    assert index.refresh() == 0


def test_of_one_name_the_most_watched_of_the_newest_thirty_days_comes_first(database: Database, url: str) -> None:
    stage(database, a_stream(streamer="rust", streamer_name="RUST", game="g", game_name="Rust"))
    index = DatabaseNames(database)
    index.refresh()
    watched(url, games={"g": 50}, streamers={"rust": 70})
    streamer, game = index.exact(["rust"])["rust"]
    assert (streamer.kind, streamer.id, streamer.name, streamer.watch_hours) == ("streamer", "rust", "RUST", 70)
    assert (game.kind, game.id, game.name, game.watch_hours) == ("game", "g", "Rust", 50)


def test_a_short_name_is_a_key_of_its_game_like_others(database: Database, url: str) -> None:
    stage(database, a_stream(streamer="lol", streamer_name="LOL", game="21779", game_name="League of Legends"))
    index = DatabaseNames(database)
    index.refresh()
    watched(url, games={"21779": 900}, streamers={"lol": 3})
    assert found(index, "lol", "leagueoflegends") == {
        "lol": ["League of Legends", "LOL"],
        "leagueoflegends": ["League of Legends"],
    }


def test_a_short_name_can_be_added_changed_and_removed(database: Database) -> None:
    stage(database, a_stream(game="1", game_name="Chess"), a_stream(streamer="b", game="2", game_name="Go"))
    index = DatabaseNames(database)
    index.refresh()
    assert aliases.add_alias(database, "The Board", "chess") is None
    assert ("The Board", "chess") in aliases.aliases(database)
    assert found(index, "theboard") == {"theboard": ["Chess"]}
    assert aliases.add_alias(database, "the board!", "Go") == "chess"
    assert found(index, "theboard") == {"theboard": ["Go"]}
    assert aliases.remove_alias(database, "THEBOARD") == "Go"
    with pytest.raises(WatchTimeError, match="THEBOARD is not a short name"):
        aliases.remove_alias(database, "THEBOARD")
    assert found(index, "theboard") == {}


def test_similar_names_are_suggested_for_a_game_that_was_never_measured(database: Database) -> None:
    stage(database, a_stream(game="1", game_name="Chess"), a_stream(streamer="checs", game="2", game_name="Go"))
    index = DatabaseNames(database)
    assert aliases.similar_games(index, "Chess") == []
    index.refresh()
    # The name of a streamer is no game, and is not suggested for one.
    found_near = [aliases.similar_games(index, name) for name in (" CHESS ", "Ches", "checs", "Fortnite")]
    assert found_near == [None, ["Chess"], ["Chess"], []]
    # A short name is another name of a game that was measured.
    aliases.add_alias(database, "The Board", "Chess")
    assert aliases.similar_games(index, "the board") is None


@pytest.mark.parametrize(("alias", "game"), [("", "Chess"), ("  ", "Chess"), ("c", "\u202e")])
def test_an_empty_short_name_is_refused(database: Database, alias: str, game: str) -> None:
    with pytest.raises(WatchTimeError):
        aliases.add_alias(database, alias, game)


def test_short_names_of_the_migrations_have_the_keys_of_their_names(url: str) -> None:
    known = rows(url, "select alias_key, alias, game_key, game_name from game_aliases")
    assert len(known) >= 60
    assert [row for row in known if (row[0], row[2]) != (name_key(row[1]), name_key(row[3]))] == []
    assert [row for row in known if row[0] == row[2]] == []


def test_similar_names_have_their_similarity_the_greatest_first(database: Database, url: str) -> None:
    stage(
        database,
        a_stream(streamer="valorentina", game="v", game_name="VALORANT"),
        a_stream(streamer="bob", game="r", game_name="Rust"),
    )
    index = DatabaseNames(database)
    index.refresh()
    watched(url, streamers={"valorentina": 1, "bob": 1})
    near = [(subject.name, round(likeness, 3)) for subject, likeness in index.similar("valorent", 3)]
    assert near == [("VALORANT", 0.875), ("Valorentina", 0.842)]
    assert index.similar("qqqq", 3) == []


def test_a_streamer_with_two_similar_keys_is_found_once(database: Database) -> None:
    stage(database, a_stream(streamer="montana", streamer_name="Montana!"), a_stream(streamer="b", streamer_name="B"))
    stage(database, a_stream(streamer="montanna", streamer_name="Montan"))
    index = DatabaseNames(database)
    index.refresh()
    assert [subject.name for subject, _ in index.similar("montana", 5)] == ["Montana!", "Montan"]


def test_names_of_a_newer_poll_are_similar_after_a_refresh(database: Database) -> None:
    stage(database, a_stream(game="c", game_name="Chess"))
    index = DatabaseNames(database)
    index.refresh()
    assert index.similar("valorent", 1) == []
    stage(database, a_stream(game="v", game_name="VALORANT"))
    assert index.similar("valorent", 1) == []
    index.refresh()
    [(subject, _)] = index.similar("valorent", 1)
    assert (subject.kind, subject.name) == (SubjectKind.GAME, "VALORANT")


def test_a_streamer_not_watched_lately_is_found_by_the_exact_name_only(database: Database, url: str) -> None:
    stage(database, a_stream(streamer="montana"), a_stream(streamer="bob"), day=date(2026, 1, 1))
    index = DatabaseNames(database)
    index.refresh()
    watched(url, streamers={"bob": 1})
    assert index.similar("montanna", 1) == []
    assert found(index, "montana") == {"montana": ["Montana"]}


def test_an_older_database_gets_the_keys_that_came_later(database: Database, url: str) -> None:
    stage(
        database,
        a_stream(streamer="ada", game="f", game_name="Fall Guys: Ultimate Knockout"),
        a_stream(streamer="bob", streamer_name="𝓑𝓸𝓫", game="a", game_name="Arma™"),
    )
    index = DatabaseNames(database)
    index.refresh()
    # the keys of the older version
    write(url, "delete from names where kind = 'game' and key <> 'fallguysultimateknockout'")
    write(url, "insert into names (kind, id, key, name, login) values ('game', 'a', 'armaTM', 'Arma™', '')")
    write(url, "update names set key = 'BOB' where id = 'bob' and name = '𝓑𝓸𝓫' and key = 'bob'")
    migration = (MIGRATIONS / "20261126005000_name_keys.sql").read_text()
    write(url, migration.partition("-- migrate:up")[2].partition("-- migrate:down")[0])
    index = DatabaseNames(database)
    index.refresh()
    assert found(index, "fallguys", "arma", "bob", "armaTM", "BOB") == {
        "fallguys": ["Fall Guys: Ultimate Knockout"],
        "arma": ["Arma™"],
        "bob": ["𝓑𝓸𝓫"],
    }


def test_names_without_keys_at_the_time_of_the_migration_get_theirs(database: Database, url: str) -> None:
    """Of one that is new, and of one that was renamed; the others are not keyed again."""
    up, down = (MIGRATIONS / "20261126009100_names_to_key.sql").read_text().split("-- migrate:down")
    stage(database, a_stream(streamer="ada", game="c", game_name="Chess"), a_stream(streamer="cyd", game="r"))
    DatabaseNames(database).refresh()
    write(url, down)
    stage(database, a_stream(streamer="bob", game="n", game_name="New Game"))
    stage(database, a_stream(streamer="cyd", streamer_name="Sid", game="r", game_name="Rust"))
    write(url, up.partition("-- migrate:up")[2])
    assert rows(url, "select streamer_id from streamers where not are_names_keyed order by 1") == [("bob",), ("cyd",)]
    assert rows(url, "select game_id from games where not are_names_keyed order by 1") == [("n",), ("r",)]
    DatabaseNames(database).refresh()
    assert found(DatabaseNames(database), "ada", "bob", "sid", "chess", "newgame", "rust") == {
        "ada": ["Ada"],
        "bob": ["Bob"],
        "sid": ["Sid"],
        "chess": ["Chess"],
        "newgame": ["New Game"],
        "rust": ["Rust"],
    }


def test_a_game_is_found_by_the_part_before_the_colon_and_in_any_order_of_words(database: Database) -> None:
    stage(database, a_stream(game="w", game_name="The Witcher 3: Wild Hunt"))
    index = DatabaseNames(database)
    index.refresh()
    for key in ("thewitcher3wildhunt", "thewitcher3", "witcher3", "wildhunt", "~3 hunt the wild witcher"):
        assert found(index, key) == {key: ["The Witcher 3: Wild Hunt"]}
    # Keys of sorted words are not found by a prefix.
    assert index.with_prefix("~", 5) == []


def test_an_empty_index_is_reported_as_empty(database: Database) -> None:
    index = DatabaseNames(database)
    assert index.are_empty()
    stage(database, a_stream())
    index.refresh()
    assert not index.are_empty()
