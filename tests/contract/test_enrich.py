"""The job `enrich`, of a bot that is built from settings, against the simulated Twitch and IGDB and a real database:
the matches of games."""

import gzip
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.enrich.job import EnrichRun
from bot.jobs import Bot
from bot.lake.sources import opened
from bot.lake.work import whole_turn
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import TwitchUnavailable
from sandbox.faults import Faults
from sandbox.server import TwitchSandbox
from sandbox.world import World
from tests.contract.enriching import CHATTING, DOTA, LEAGUE, MATCHES, MakeBot, bots_with_genres, play
from tests.factories import rows, write


@pytest.fixture
def make_bot(
    sandbox: TwitchSandbox, url: str, clock: VirtualClock, tmp_path: Path, patience: tuple[float, float]
) -> Iterator[MakeBot]:
    with bots_with_genres(sandbox, url, clock, tmp_path, patience) as made:
        yield made


@pytest.fixture
def bot(make_bot: MakeBot) -> Bot:
    return make_bot()


@pytest.fixture
def external(world: World) -> str:
    """A game that IGDB knows, and Helix has no id for."""
    return next(id_ for number, (id_, igdb_id) in unknown_to_helix(world) if number % 3)


@pytest.fixture
def unknown(world: World) -> str:
    """A game that neither knows."""
    return next(id_ for number, (id_, igdb_id) in unknown_to_helix(world) if not number % 3)


def unknown_to_helix(world: World) -> Iterator[tuple[int, tuple[str, str]]]:
    games = enumerate(zip(world.games.ids, world.games.igdb_ids, strict=True))
    return ((number, game) for number, game in games if number > 10 and not game[1])


def test_games_are_matched_in_the_order_override_helix_external_none(
    bot: Bot, database: Database, clock: VirtualClock, url: str, external: str, unknown: str, sandbox: TwitchSandbox
) -> None:
    play(database, LEAGUE, DOTA, CHATTING, external, unknown, "deleted", at=clock.now())
    run = bot.enrich_job.run()
    assert run == EnrichRun(games=6, known=3)
    assert str(run) == "Looked up 6 games, of which IGDB knows 3, and summed up 0 days by genre."
    igdb_id = 2_000_000 + sandbox.world.games.ids.index(external)
    expected = [
        (LEAGUE, 115, "helix"),
        (DOTA, 2963, "override"),
        (CHATTING, None, "not_a_game"),
        (external, igdb_id, "external"),
        (unknown, None, "none"),
        ("deleted", None, "none"),
    ]
    assert rows(url, MATCHES) == sorted(expected)
    assert rows(url, "select name, slug from igdb_genres where genre_id = 36") == [("MOBA", "moba")]
    assert rows(url, "select genre_id from igdb_games_genres where igdb_id = 115 order by 1") == [(15,), (36,)]
    assert rows(url, "select count(first_release_date), count(checksum) from igdb_games") == [(3, 3)]


def test_a_game_is_looked_up_once_and_again_when_it_is_due(
    bot: Bot, database: Database, clock: VirtualClock, url: str, unknown: str, sandbox: TwitchSandbox
) -> None:
    """Known ones after 30 days, unknown ones after 1, 7 and 30."""
    play(database, LEAGUE, unknown, at=clock.now())
    bot.enrich_job.run()
    requests = sandbox.requests
    assert bot.enrich_job.run() == EnrichRun()
    assert sandbox.requests == requests
    looked_up = []
    for day in range(1, 70):
        clock.advance(24 * 3600)
        if bot.enrich_job.run().games:
            due = rows(url, f"select game_id from game_matches where checked_at = '{clock.now()}' order by game_id")
            looked_up.append((day, [game_id for (game_id,) in due]))
    of_unknown = [day for day, due in looked_up if due == [unknown]]
    of_known = [day for day, due in looked_up if due == [LEAGUE]]
    assert (of_unknown, of_known, len(looked_up)) == ([1, 8, 38, 68], [30, 60], 6)


def test_new_games_are_looked_up_first_and_then_those_that_have_been_due_the_longest(
    database: Database, clock: VirtualClock, url: str
) -> None:
    """Of new games, those of the newest day come first."""
    write(
        url,
        "insert into games (game_id, game_name, first_seen_day, last_seen_day) select id, id, day, day"
        " from (values ('old', date '2026-11-01'), ('new', '2026-11-21'), ('due', '2026-11-20'),"
        " ('due for long', '2026-11-02'), ('not due', '2026-11-21')) as known (id, day)",
    )
    write(
        url,
        "insert into game_matches (game_id, how, checked_at, next_check_at)"
        " select id, 'none', %s, %s + hours * interval '1 hour'"
        " from (values ('due', -1), ('due for long', -500), ('not due', 1)) as matched (id, hours)",
        *(clock.now() - timedelta(days=30), clock.now()),
    )
    with database.transaction() as tx:
        due = [row.game_id for row in tx.enrich.due_games(now=clock.now(), limit=9)]
    assert due == ["new", "old", "due for long", "due"]


def test_an_edition_without_genres_has_those_of_its_parent_and_that_is_stored(
    bot: Bot, database: Database, clock: VirtualClock, url: str, world: World, sandbox: TwitchSandbox
) -> None:
    number = next(n for n in range(17, 800, 17) if world.games.igdb_ids[n])
    igdb_id = int(world.games.igdb_ids[number])
    assert sandbox.igdb.catalogue.games[igdb_id]["genres"] == []
    play(database, world.games.ids[number], at=clock.now())
    assert bot.enrich_job.run().known == 1
    assert rows(url, f"select inherits_from, version_parent from igdb_games where igdb_id = {igdb_id}") == [(115, 115)]
    assert rows(url, f"select genre_id from igdb_games_genres where igdb_id = {igdb_id} order by 1") == [(15,), (36,)]
    assert rows(url, f"select theme_id from igdb_games_themes where igdb_id = {igdb_id} order by 1") == [(1,), (17,)]


def test_an_edition_of_a_port_of_an_edition_has_the_genres_of_the_game_itself(
    bot: Bot, database: Database, clock: VirtualClock, url: str, sandbox: TwitchSandbox
) -> None:
    """Each step up is another request; the fourth above is not looked up."""
    catalogue = sandbox.igdb.catalogue
    above = [igdb_id for igdb_id in catalogue.games if igdb_id not in (115, 2963)][:4]
    play(database, LEAGUE, DOTA, at=clock.now())
    for game, parent in ((115, above[0]), (above[0], above[1]), (above[1], above[2]), (2963, above[3])):
        catalogue.change(game, clock.now(), genres=[], version_parent=parent)
    catalogue.change(above[2], clock.now(), genres=[36])
    catalogue.change(above[3], clock.now(), genres=[], version_parent=115)
    assert bot.enrich_job.run().known == 2
    inherited = "select igdb_id, inherits_from from igdb_games where igdb_id in (115, 2963) order by igdb_id"
    assert rows(url, inherited) == [(115, above[2]), (2963, None)]


def test_more_games_than_a_batch_are_looked_up_in_several(
    bot: Bot, database: Database, clock: VirtualClock, url: str, world: World, sandbox: TwitchSandbox
) -> None:
    play(database, at=clock.now())
    write(
        url,
        "insert into games (game_id, game_name, first_seen_day, last_seen_day)"
        " select id, id, '2026-11-21', '2026-11-21' from unnest(%s) as known (id)",
        list(world.games.ids[1:621]),
    )
    assert bot.enrich_job.run().games == 620
    assert sandbox.igdb.requests["genres"] == 2
    assert rows(url, "select count(*) from game_matches where how = 'helix'")[0][0] > 500


@pytest.mark.parametrize("fault", ["too_many_requests", "server_error", "html", "truncated", "reset", "slow"])
def test_a_fault_of_twitch_or_igdb_changes_nothing(
    fault: str, bot: Bot, database: Database, clock: VirtualClock, url: str, external: str, faults: Faults
) -> None:
    play(database, LEAGUE, external, at=clock.now())
    faults.cue(fault, times=2)
    assert bot.enrich_job.run() == EnrichRun(games=2, known=2)
    assert faults.injected()[fault] == 2


def test_a_process_that_is_stopped_begins_no_further_batch_and_no_further_day(
    make_bot: MakeBot, database: Database, clock: VirtualClock, url: str
) -> None:
    play(database, LEAGUE, at=clock.now(), polls=48)
    assert make_bot(wait=lambda _: True).enrich_job.run() == EnrichRun()
    assert rows(url, MATCHES) == []
    running = make_bot()
    running.enrich_job.run()
    clock.advance(24 * 3600)
    running.rollup.daily()
    assert make_bot(wait=lambda _: True).enrich_job.run() == EnrichRun()


def test_a_changed_release_date_sums_the_days_of_a_game_up_again(
    bot: Bot, database: Database, clock: VirtualClock, url: str
) -> None:
    play(database, LEAGUE, at=clock.now(), polls=48)
    clock.advance(24 * 3600)
    bot.rollup.daily()
    assert bot.enrich_job.run().days == 1
    [(age,)] = rows(url, "select age from daily_release_ages")
    write(url, "update igdb_games set first_release_date = date '1970-01-01'")
    write(url, "update game_matches set next_check_at = checked_at + interval '1 second'")
    clock.advance(60)
    assert bot.enrich_job.run() == EnrichRun(games=1, known=1, days=1)
    assert rows(url, "select age from daily_release_ages") == [(age,)]


def test_what_igdb_garbles_is_left_out_and_the_rest_is_stored(
    bot: Bot, database: Database, clock: VirtualClock, url: str, sandbox: TwitchSandbox
) -> None:
    play(database, LEAGUE, DOTA, at=clock.now())
    genres = sandbox.igdb.catalogue.dimensions["genres"]
    genres[:0] = [
        {"id": 2**40, "name": "Too large", "slug": "too-large"},
        {"id": 99, "name": "<b>\0=cmd()" + "x" * 10_000, "slug": "../.."},
        {"id": 36, "name": "MOBA", "slug": "moba"},
        {"id": 98, "name": "Unknown", "slug": "unknown"},
    ]
    sandbox.igdb.catalogue.change(115, clock.now(), game_type=2**31, first_release_date=10**17, genres=[36, 99, 2**40])
    assert bot.enrich_job.run() == EnrichRun(games=2, known=2)
    assert rows(url, "select genre_id from igdb_games_genres where igdb_id = 115 order by 1") == [(36,), (99,)]
    assert rows(url, "select slug from igdb_genres where genre_id in (98, 0) order by 1") == [
        ("unknown",),
        ("unknown-98",),
    ]
    assert rows(url, "select game_type, first_release_date from igdb_games where igdb_id = 115") == [(None, None)]


@pytest.mark.parametrize("dimension", ["genres", "game_modes", "themes"])
def test_an_answer_without_any_genre_is_a_failure(
    dimension: str, bot: Bot, database: Database, clock: VirtualClock, url: str, sandbox: TwitchSandbox
) -> None:
    """Every game of the batch would be without genres for a month."""
    play(database, LEAGUE, at=clock.now())
    known = sandbox.igdb.catalogue.dimensions.pop(dimension)
    sandbox.igdb.catalogue.dimensions[dimension] = []
    with pytest.raises(TwitchUnavailable, match=f"there are no {dimension.replace('_', ' ')} at all"):
        bot.enrich_job.run()
    assert rows(url, MATCHES) == []
    sandbox.igdb.catalogue.dimensions[dimension] = known
    assert bot.enrich_job.run() == EnrichRun(games=1, known=1)


def test_box_art_is_known_of_games_and_of_what_is_no_game(
    bot: Bot, database: Database, clock: VirtualClock, url: str
) -> None:
    play(database, LEAGUE, CHATTING, "deleted", at=clock.now())
    bot.enrich_job.run()
    found = dict(rows(url, "select game_id, box_art_url from game_matches"))
    assert set(found) == {LEAGUE, CHATTING, "deleted"}
    assert found["deleted"] is None
    for game_id in (LEAGUE, CHATTING):
        assert found[game_id].startswith("http")
        assert found[game_id].endswith("-{width}x{height}.jpg")


def test_with_raw_pages_what_igdb_answers_is_in_the_lake(
    make_bot: MakeBot, database: Database, clock: VirtualClock, tmp_path: Path
) -> None:
    bot = make_bot(lake_url=f"file://{tmp_path}/lake", lake_raw=True)
    play(database, LEAGUE, at=clock.now())
    bot.enrich_job.run()
    [recorded] = (tmp_path / "lake" / "pages").glob("games-*.jsonl.gz")
    with opened(bot.settings, database, clock) as lake:
        assert whole_turn(lake).errors == []
        [key] = lake.store.keys("raw/igdb-games/")
        assert (key, recorded.exists()) == (f"raw/igdb-games/day=2026-11-21/{recorded.name}", False)
        lake.store.get(key, tmp_path / "pages.gz")
    with gzip.open(tmp_path / "pages.gz") as pages:
        lines = [json.loads(line) for line in pages]
    assert [line["path"] for line in lines] == ["games", "genres", "game_modes", "themes"]
    assert [item["id"] for item in lines[0]["items"]] == [115]
