"""The job `enrich` in the course of time: days that are summed up by genre, and what IGDB changes later."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from time import monotonic, sleep

import pytest
from pydantic import SecretStr

from bot.enrich.genre_days import GenreDays
from bot.enrich.job import EnrichRun
from bot.jobs import Bot
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import DatabaseError, SumsDisagree, TwitchRefused, TwitchUnavailable
from helperfunctions.queries import Queries
from sandbox.server import TwitchSandbox
from tests.contract.enriching import CHATTING, DOTA, LEAGUE, MATCHES, MakeBot, bots_with_genres, hours, play
from tests.factories import DAY, a_stream, rows, stage, write


@pytest.fixture
def make_bot(
    sandbox: TwitchSandbox, url: str, clock: VirtualClock, tmp_path: Path, patience: tuple[float, float]
) -> Iterator[MakeBot]:
    with bots_with_genres(sandbox, url, clock, tmp_path, patience) as made:
        yield made


@pytest.fixture
def bot(make_bot: MakeBot) -> Bot:
    return make_bot()


def test_a_day_is_summed_up_whole_and_split_and_the_split_adds_up(
    bot: Bot, database: Database, clock: VirtualClock, url: str
) -> None:
    """League of Legends and Dota 2 have Strategy and MOBA in common, Dota 2 is real time strategy as well."""
    play(database, LEAGUE, DOTA, CHATTING, "deleted", at=clock.now(), polls=48)
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


def test_a_day_that_is_summed_up_again_changes_nothing_of_the_next_one(
    bot: Bot, database: Database, clock: VirtualClock, url: str
) -> None:
    """The next day begins with the hour at which this one ends."""
    play(database, LEAGUE, at=clock.now(), polls=48)
    stage(database, a_stream(game=LEAGUE), at=clock.now() + timedelta(days=1), day=DAY + timedelta(days=1), polls=48)
    clock.advance(2 * 24 * 3600)
    bot.rollup.daily()
    assert bot.enrich_job.run().days == 2
    per_hour = "select * from hourly_genres order by hour_at, genre_id"
    before = rows(url, per_hour)
    assert len({row[0] for row in before}) == 48
    clock.advance(60)
    bot.rollup.redo(DAY)
    assert bot.enrich_job.run().days == 1
    assert rows(url, per_hour) == before


def test_a_day_with_another_category_of_a_changed_game_is_summed_up_again(
    bot: Bot, database: Database, clock: VirtualClock, url: str, sandbox: TwitchSandbox
) -> None:
    """The category `old` is the same game on IGDB, is watched on the day, and is looked up itself only in a year."""
    play(database, "old", at=clock.now(), polls=48)
    clock.advance(24 * 3600)
    bot.rollup.daily()
    bot.enrich_job.run()
    write(
        url,
        "insert into games (game_id, game_name, first_seen_day, last_seen_day) values (%s, 'LoL', %s, %s)",
        *(LEAGUE, DAY, DAY),
    )
    bot.enrich_job.run()
    write(
        url,
        "update game_matches set igdb_id = 115, how = 'external', next_check_at = %s where game_id = 'old'",
        clock.now() + timedelta(days=365),
    )
    write(url, "delete from genre_days")
    assert bot.enrich_job.run() == EnrichRun(days=1)
    assert set(hours(url, "daily_genres", "genre_id")) == {15, 36}
    sandbox.igdb.catalogue.change(115, clock.now(), genres=[36])
    clock.advance(31 * 24 * 3600)
    assert bot.enrich_job.run() == EnrichRun(games=1, known=1, days=1)
    assert set(hours(url, "daily_genres", "genre_id")) == {36}


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
    with pytest.raises(TwitchUnavailable, match="IGDB does not answer POST /games, tried 4 times"):
        make_bot(igdb_api_url="http://127.0.0.1:1").enrich_job.run()
    assert rows(url, "select count(*) from daily_genres") == [(0,)]
    assert make_bot(igdb_api_url=address).enrich_job.run() == EnrichRun(games=1, known=1, days=1)


def test_while_igdb_refuses_days_are_summed_up_and_the_run_fails_at_its_end(
    bot: Bot, make_bot: MakeBot, database: Database, clock: VirtualClock, url: str
) -> None:
    """Otherwise nobody would learn that there are no genres of new games any more."""
    play(database, LEAGUE, at=clock.now(), polls=48)
    bot.enrich_job.run()
    clock.advance(24 * 3600)
    bot.rollup.daily()
    play(database, DOTA, at=clock.now())
    with pytest.raises(TwitchRefused):
        make_bot(twitch_client_secret=SecretStr("another")).enrich_job.run()
    assert rows(url, "select count(*) from genre_days") == [(1,)]


def test_a_known_game_that_igdb_does_not_find_is_forgotten_only_at_the_second_time(
    bot: Bot, database: Database, clock: VirtualClock, url: str, sandbox: TwitchSandbox
) -> None:
    """One empty answer of IGDB would take the genres of a batch of games, and change the sums of all their days."""
    play(database, LEAGUE, at=clock.now(), polls=48)
    clock.advance(24 * 3600)
    bot.rollup.daily()
    bot.enrich_job.run()
    games, external = sandbox.igdb.catalogue.games, sandbox.igdb.catalogue.external
    sandbox.igdb.catalogue.games, sandbox.igdb.catalogue.external = {}, []
    clock.advance(30 * 24 * 3600)
    assert bot.enrich_job.run() == EnrichRun(games=1, known=0)
    assert rows(url, MATCHES) == [(LEAGUE, 115, "helix")]
    sandbox.igdb.catalogue.games, sandbox.igdb.catalogue.external = games, external
    clock.advance(24 * 3600)
    assert bot.enrich_job.run() == EnrichRun(games=1, known=1)
    sandbox.igdb.catalogue.games, sandbox.igdb.catalogue.external = {}, []
    clock.advance(30 * 24 * 3600)
    bot.enrich_job.run()
    clock.advance(24 * 3600)
    assert bot.enrich_job.run() == EnrichRun(games=1, known=0, days=1)
    assert rows(url, MATCHES) == [(LEAGUE, None, "none")]
    assert set(hours(url, "daily_genres", "genre_id")) == {0}


def test_a_game_that_igdb_merged_into_another_is_that_one(
    bot: Bot, database: Database, clock: VirtualClock, url: str, sandbox: TwitchSandbox
) -> None:
    """Twitch still names the former id, IGDB's list of ids on Twitch the new one."""
    play(database, LEAGUE, at=clock.now(), polls=48)
    clock.advance(24 * 3600)
    bot.rollup.daily()
    bot.enrich_job.run()
    catalogue = sandbox.igdb.catalogue
    del catalogue.games[115]
    for row in catalogue.external:
        if row["game"] == 115:
            row["game"] = 1905
    clock.advance(30 * 24 * 3600)
    assert bot.enrich_job.run() == EnrichRun(games=1, known=1, days=1)
    assert rows(url, MATCHES) == [(LEAGUE, 1905, "external")]
    assert set(hours(url, "daily_genres", "genre_id")) == {5, 31}


def test_a_genre_that_is_renamed_keeps_its_hours(
    bot: Bot, database: Database, clock: VirtualClock, url: str, sandbox: TwitchSandbox
) -> None:
    play(database, LEAGUE, at=clock.now(), polls=48)
    clock.advance(24 * 3600)
    bot.rollup.daily()
    bot.enrich_job.run()
    before = hours(url, "daily_genres", "genre_id")
    [moba] = [item for item in sandbox.igdb.catalogue.dimensions["genres"] if item["id"] == 36]
    moba |= {"name": "Battle arena", "slug": "battle-arena"}
    clock.advance(30 * 24 * 3600)
    assert bot.enrich_job.run() == EnrichRun(games=1, known=1)
    assert rows(url, "select name, slug from igdb_genres where genre_id = 36") == [("Battle arena", "battle-arena")]
    assert hours(url, "daily_genres", "genre_id") == before


def test_a_day_that_is_rolled_up_again_by_a_clock_that_is_behind_is_summed_up_again(
    bot: Bot, make_bot: MakeBot, database: Database, clock: VirtualClock, url: str
) -> None:
    """As by a command on another machine, or while the day is being summed up."""
    play(database, LEAGUE, at=clock.now(), polls=48)
    clock.advance(24 * 3600)
    bot.rollup.daily()
    clock.advance(600)
    assert bot.enrich_job.run().days == 1
    write(url, "update days set rolled_up_at = rolled_up_at + interval '5 minutes'")
    assert bot.enrich_job.run().days == 1
    assert bot.enrich_job.run().days == 0


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


def test_a_day_stays_on_pages_until_it_is_summed_up_again(
    bot: Bot, database: Database, clock: VirtualClock, url: str
) -> None:
    """Otherwise shares would be of the few days that are summed up already."""
    play(database, LEAGUE, at=clock.now(), polls=48)
    clock.advance(24 * 3600)
    bot.rollup.daily()
    bot.enrich_job.run()
    with database.transaction() as tx:
        before = tx.web.hours_of_genre_days(first=DAY, last=DAY)
        tx.enrich.mark_days_outdated(game_ids=[DOTA])
        assert list(tx.enrich.due_days(limit=9)) == []
        tx.enrich.mark_days_outdated(game_ids=[LEAGUE])
        assert [row.day for row in tx.enrich.due_days(limit=9)] == [DAY]
        assert tx.web.hours_of_genre_days(first=DAY, last=DAY) == before
    assert bot.enrich_job.run() == EnrichRun(days=1)


def test_an_hour_belongs_to_the_day_in_which_it_ends(
    make_bot: MakeBot, database: Database, clock: VirtualClock, url: str
) -> None:
    """A day can begin at half past: when the day before is over, the second half of that hour is not measured yet."""
    bot = make_bot(day_starts_at=time(8, 30))
    for number, viewers in enumerate((1000, 3000)):
        starts_at = datetime(2026, 11, 21 + number, 16, 30, tzinfo=UTC)
        clock.move_to(starts_at)
        day = DAY + timedelta(days=number)
        stage(database, a_stream(viewers, game=LEAGUE), at=starts_at, day=day, polls=48)
        clock.move_to(starts_at + timedelta(days=1, minutes=1))
        bot.rollup.daily()
        bot.enrich_job.run()
    of_genre = rows(url, "select hour_at, average_viewers::int from hourly_genres where genre_id = 36 order by 1")
    of_game = rows(url, "select hour_at, average_viewers::int from hourly_games order by 1")
    assert of_genre == of_game[:-1]
    assert (datetime(2026, 11, 22, 16, tzinfo=UTC), 2000) in of_genre


def test_a_day_that_fails_does_not_keep_the_others_from_being_summed_up(
    bot: Bot, database: Database, clock: VirtualClock, url: str
) -> None:
    """The newest day is tried first at every run."""
    for number in range(2):
        at = clock.now()
        stage(database, a_stream(game=LEAGUE), at=at, day=DAY + timedelta(days=number), polls=48)
        clock.advance(24 * 3600)
    bot.rollup.daily()
    write(url, "alter table daily_genres add constraint refused check (day <= '2026-11-21')")
    with pytest.raises(DatabaseError, match="refused"):
        bot.enrich_job.run()
    assert rows(url, "select day from genre_days") == [(DAY,)]


def test_a_day_is_summed_up_by_one_process_at_a_time(
    bot: Bot, database: Database, clock: VirtualClock, url: str, queries: Queries
) -> None:
    """A process that loses its connection loses its lock on the job, and another one may begin."""
    play(database, LEAGUE, at=clock.now(), polls=48)
    clock.advance(24 * 3600)
    bot.rollup.daily()
    write(url, "insert into game_matches values ('x', null, 'none', now(), now() + interval '1 day')")
    with ThreadPoolExecutor(1) as pool:
        with database.transaction() as tx:
            tx.enrich.lock_day(day=DAY)
            other = pool.submit(GenreDays(Database(url, queries), clock).sum_up)
            waits = "select count(*) from pg_locks where not granted"
            until = monotonic() + 30
            while not (waiting := tx.run(waits)[0][0]) and not other.done() and monotonic() < until:
                sleep(0.05)
        assert waiting == 1
        assert other.result() == 1
