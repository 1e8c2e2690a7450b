"""The job `enrich`, of a bot that is built from settings, against the simulated Twitch and IGDB and a real database."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.enrich.job import EnrichRun
from bot.jobs import Bot
from bot.wiring import open_bot
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import SumsDisagree
from helperfunctions.settings import Settings
from sandbox.faults import Faults
from sandbox.server import TwitchSandbox
from sandbox.world import World
from tests.contract.conftest import CLIENT_ID, CLIENT_SECRET
from tests.factories import DAY, a_stream, rows, stage, write

LEAGUE, DOTA, CHATTING = "21779", "29595", "509658"
MATCHES = "select game_id, igdb_id, how from game_matches order by game_id"
MakeBot = Callable[..., Bot]


@pytest.fixture
def make_bot(
    sandbox: TwitchSandbox, url: str, clock: VirtualClock, tmp_path: Path, patience: tuple[float, float]
) -> Iterator[MakeBot]:
    """Builds a bot with genres, or with other settings."""
    with ExitStack() as stack:

        def made(wait: Callable[[timedelta], bool] | None = None, **changes: Any) -> Bot:
            settings: dict[str, Any] = {
                "database_url": SecretStr(url),
                "data_dir": tmp_path,
                "twitch_client_id": CLIENT_ID,
                "twitch_client_secret": SecretStr(CLIENT_SECRET),
                "twitch_api_url": sandbox.api_url,
                "twitch_auth_url": sandbox.auth_url,
                "igdb_api_url": sandbox.igdb_url,
                "igdb_enabled": True,
            }
            opened = open_bot(
                Settings(**settings | changes),
                clock=clock,
                random=lambda: 0.5,
                twitch_timeout=patience,
                wait=wait,
            )
            return stack.enter_context(opened)

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


def play(database: Database, *game_ids: str, at: Any, polls: int = 1) -> None:
    """Polls with a stream of each game: of 1,000 viewers the first, of 900 the next."""
    streams = [a_stream(1000 - 100 * n, streamer=f"s{n}", game=game) for n, game in enumerate(game_ids)]
    stage(database, *streams, at=at, polls=polls)


def hours(url: str, table: str, column: str) -> dict[int, tuple[float, float]]:
    """Whole and split hours of the day by class."""
    found = rows(url, f"select {column}, round(watch_hours), round(watch_hours_split::numeric, 3) from {table}")
    return {class_id: (float(whole), float(split)) for class_id, whole, split in found}


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


def test_a_day_is_summed_up_whole_and_split_and_the_split_adds_up(
    bot: Bot, database: Database, clock: VirtualClock, url: str, unknown: str
) -> None:
    """League of Legends and Dota 2 have Strategy and MOBA in common, Dota 2 is real time strategy as well."""
    play(database, LEAGUE, DOTA, CHATTING, unknown, at=clock.now(), polls=48)
    stage(
        database, a_stream(100, streamer="x", game="", game_name=""), at=clock.now() + timedelta(hours=23, minutes=45)
    )
    clock.advance(24 * 3600)
    bot.rollup.daily()
    assert bot.enrich_job.run().days == 1
    [(total, covered)] = rows(url, "select watch_hours, covered_hours from days")
    assert total == pytest.approx(3400 * (covered - 0.375) + 100 * 0.375, rel=0.02)
    league, dota, chatting, not_known = (
        value for (value,) in rows(url, "select watch_hours from daily_games where game_id <> '' order by 1 desc")
    )
    nothing = rows(url, "select watch_hours from daily_games where game_id = ''")[0][0]
    by_genre = hours(url, "daily_genres", "genre_id")
    assert by_genre == {
        11: (round(dota), round(dota / 3, 3)),
        15: (round(league + dota), round(league / 2 + dota / 3, 3)),
        36: (round(league + dota), round(league / 2 + dota / 3, 3)),
        -1: (round(chatting), round(chatting, 3)),
        0: (round(not_known + nothing), round(not_known + nothing, 3)),
    }
    assert sum(split for _, split in by_genre.values()) == pytest.approx(total, abs=0.01)
    assert hours(url, "daily_game_modes", "game_mode_id")[2] == (round(league + dota), round(league + dota, 3))
    assert set(hours(url, "daily_themes", "theme_id")) == {-1, 0, 1, 17}
    assert rows(url, "select games from daily_genres where genre_id in (15, 0) order by genre_id") == [(2,), (2,)]
    by_hour = "select sum(average_viewers_split), sum(average_viewers) from hourly_genres where genre_id = 36"
    [(split, whole)] = rows(url, by_hour)
    assert (split, whole) == (pytest.approx(24 * (500 + 300), rel=0.02), pytest.approx(24 * 1900, rel=0.02))


def test_a_day_that_is_rolled_up_again_is_summed_up_again(
    bot: Bot, database: Database, clock: VirtualClock, url: str
) -> None:
    play(database, LEAGUE, at=clock.now(), polls=48)
    clock.advance(24 * 3600)
    bot.rollup.daily()
    bot.enrich_job.run()
    before = hours(url, "daily_genres", "genre_id")
    assert bot.enrich_job.run().days == 0
    write(url, "update staging.games set viewers = viewers * 2")
    write(url, "update staging.streams set viewer_count = viewer_count * 2")
    write(url, "update staging.languages set viewers = viewers * 2")
    write(url, "update staging.polls set viewers = viewers * 2")
    clock.advance(60)
    bot.rollup.redo(DAY)
    assert bot.enrich_job.run().days == 1
    assert hours(url, "daily_genres", "genre_id") == {
        genre: (2 * whole, 2 * split) for genre, (whole, split) in before.items()
    }


def test_days_before_a_change_of_a_games_genres_are_summed_up_again(
    bot: Bot, database: Database, clock: VirtualClock, url: str, sandbox: TwitchSandbox
) -> None:
    """A genre that was withdrawn stays among the genres, without hours."""
    play(database, LEAGUE, CHATTING, at=clock.now(), polls=48)
    clock.advance(24 * 3600)
    bot.rollup.daily()
    bot.enrich_job.run()
    sandbox.igdb.catalogue.change(115, clock.now(), genres=[36])
    clock.advance(29 * 24 * 3600)
    assert bot.enrich_job.run() == EnrichRun()
    clock.advance(25 * 3600)
    assert bot.enrich_job.run() == EnrichRun(games=2, known=1, days=1)
    assert set(hours(url, "daily_genres", "genre_id")) == {-1, 36}
    assert rows(url, "select count(*) from igdb_genres where genre_id = 15") == [(1,)]
    clock.advance(31 * 24 * 3600)
    assert bot.enrich_job.run() == EnrichRun(games=2, known=1, days=0)


def test_days_from_before_the_first_match_are_summed_up_too(
    bot: Bot, make_bot: MakeBot, database: Database, clock: VirtualClock, url: str, sandbox: TwitchSandbox
) -> None:
    """Not before: every hour would be one of an unknown genre."""
    play(database, LEAGUE, at=clock.now(), polls=48)
    clock.advance(24 * 3600)
    bot.rollup.daily()
    switched_off = make_bot(igdb_enabled=False).enrich_job.run()
    assert str(switched_off).endswith(
        "summed up 0 days by genre; IGDB_ENABLED or the credentials for Twitch are not set"
    )
    assert sandbox.requests == 0
    address = sandbox.igdb_url
    away = make_bot(igdb_api_url="http://127.0.0.1:1").enrich_job.run()
    assert (away.games, away.days) == (0, 0)
    assert "IGDB does not answer POST /games, tried 4 times" in away.problem
    assert rows(url, "select count(*) from daily_genres") == [(0,)]
    assert make_bot(igdb_api_url=address).enrich_job.run() == EnrichRun(games=1, known=1, days=1)


@pytest.mark.parametrize("fault", ["too_many_requests", "server_error", "html", "truncated", "reset", "slow"])
def test_a_fault_of_twitch_or_igdb_changes_nothing(
    fault: str, bot: Bot, database: Database, clock: VirtualClock, url: str, external: str, faults: Faults
) -> None:
    play(database, LEAGUE, external, at=clock.now())
    faults.cue(fault, times=2)
    assert bot.enrich_job.run() == EnrichRun(games=2, known=2)
    assert faults.injected()[fault] == 2


def test_a_process_that_is_stopped_begins_no_further_batch(
    make_bot: MakeBot, database: Database, clock: VirtualClock, url: str
) -> None:
    play(database, LEAGUE, at=clock.now())
    assert make_bot(wait=lambda _: True).enrich_job.run() == EnrichRun()
    assert rows(url, MATCHES) == []


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


def test_a_day_whose_parts_do_not_add_up_is_not_stored(
    bot: Bot, database: Database, clock: VirtualClock, url: str
) -> None:
    play(database, LEAGUE, at=clock.now(), polls=48)
    clock.advance(24 * 3600)
    bot.rollup.daily()
    write(
        url,
        "create function one_more() returns trigger language plpgsql as $$ begin"
        " new.watch_hours_split := new.watch_hours_split * (1 + 3e-9); return new; end $$",
    )
    write(url, "create trigger one_more before insert on daily_themes for each row execute function one_more()")
    with pytest.raises(SumsDisagree, match="hours watched of theme"):
        bot.enrich_job.run()
    assert rows(url, "select count(*) from daily_genres") == [(0,)]
    assert rows(url, "select count(*) from genre_days") == [(0,)]
    write(url, "drop trigger one_more on daily_themes")
    assert bot.enrich_job.run().days == 1
