"""The views of the schema curated: documented, readable by the read-only role, and equal to the tables."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import psycopg2
import pytest

from bot.core.calendar import Calendar
from bot.daily.rollup import Rollup
from helperfunctions import migrations, reader
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.settings import Settings
from tests.conftest import clone, drop, execute
from tests.factories import DAY, DAY_START, a_stream, rows, stage, write
from tests.integration.test_reader import address_of

MIGRATION: Final = next(migrations.MIGRATIONS_FOLDER.glob("*_curated.sql")).read_text()
COLUMNS: Final = """
    select views.relname, columns.attname, format_type(columns.atttypid, columns.atttypmod),
        col_description(views.oid, columns.attnum)
    from pg_class as views
    inner join pg_attribute as columns on columns.attrelid = views.oid and columns.attnum > 0
    where views.relnamespace = 'curated'::regnamespace
    order by views.relname, columns.attnum
"""
# What one query of the read-only role may take: longer ones are ended, also those of the dashboard.
TIME_LIMIT: Final = "15s"
SMALL_YEAR: Final = Path(__file__).with_name("small_year.sql")
# The tables that grow for as long as the bot runs; the key of each view has an index.
GROWING: Final = ("daily_", "hourly_", "monthly_", "days", "hours", "polls", "streams_")


def views_of(url: str) -> list[str]:
    return [name for (name,) in rows(url, "select viewname from pg_views where schemaname = 'curated' order by 1")]


def test_every_view_and_every_column_has_a_comment(url: str) -> None:
    described = dict(
        rows(
            url,
            "select relname, obj_description(oid, 'pg_class') from pg_class"
            " where relnamespace = 'curated'::regnamespace",
        )
    )
    assert len(described) >= 20
    assert [name for name, comment in described.items() if not comment or not comment.endswith(".")] == []
    columns = rows(url, COLUMNS)
    assert [(view, name) for view, name, _, comment in columns if not comment or not comment.endswith(".")] == []


def test_a_column_name_has_one_type_and_no_type_is_nested(url: str) -> None:
    types: dict[str, set[str]] = {}
    for _, column, type_name, _ in rows(url, COLUMNS):
        types.setdefault(column, set()).add(type_name)
    assert {column: found for column, found in types.items() if len(found) > 1} == {}
    assert set.union(*types.values()) == {
        "date", "timestamp with time zone", "text", "integer", "bigint", "double precision"
    }  # fmt: skip


def test_the_read_only_role_reads_every_view_and_nothing_else_of_the_schema(database: Database, full_url: str) -> None:
    reading = address_of(full_url, "watchtime_analyst", "one")
    reader.prepare(database, reading)
    for view in views_of(full_url):
        rows(reading, f"select * from curated.{view}")
    rights = rows(
        full_url,
        "select table_schema, privilege_type from information_schema.role_table_grants"
        " where grantee = 'watchtime_analyst' group by 1, 2 order by 1",
    )
    assert rights == [("chat", "SELECT"), ("curated", "SELECT"), ("public", "SELECT"), ("staging", "SELECT")]
    for refused in ("create table curated.mine (a int)", "create view curated.mine as select 1"):
        with pytest.raises(Exception, match="permission denied for schema curated"):
            rows(reading, f"set transaction read write; {refused}")
    for private in ("mentions", "opt_outs", "x_charges", "staging.set_aside"):
        with pytest.raises(Exception, match="permission denied"):
            rows(reading, f"select 1 from {private}")


def test_a_role_that_an_older_version_made_reads_the_views(database: Database, url: str) -> None:
    reading = address_of(url, "watchtime_before", "one")
    up, down = MIGRATION.split("-- migrate:down")
    execute(url, down)
    reader.prepare(database, reading)
    with pytest.raises(Exception, match=r"does not exist"):
        rows(reading, "select * from curated.days")
    execute(url, up)
    assert rows(reading, "select count(*) from curated.days") == [(0,)]


def test_a_role_for_curated_alone_sees_no_other_table(url: str) -> None:
    """The statements of docs/data-lake.md for a role of one analyst."""
    for statement in (
        "create role watchtime_curated login",
        "grant usage on schema curated to watchtime_curated",
        "grant select on all tables in schema curated to watchtime_curated",
    ):
        execute(url, statement)
    reading = address_of(url, "watchtime_curated")
    for view in views_of(url):
        rows(reading, f"select * from curated.{view}")
    for table in ("days", "daily_games", "posts", "staging.polls"):
        with pytest.raises(Exception, match="permission denied"):
            rows(reading, f"select 1 from {table}")


@pytest.fixture
def measured(database: Database, url: str, clock: VirtualClock) -> str:
    """The address of a database with one day: chess of two genres, Just Chatting, and a stream without a game."""
    streams = (
        a_stream(300, streamer="ada", game="chess"),
        a_stream(100, streamer="bob", game="chess", language="de"),
        a_stream(200, streamer="cid", game="509658", game_name="Just Chatting"),
        a_stream(60, streamer="dan", game="", game_name=""),
    )
    stage(database, *streams, at=DAY_START, polls=24)
    write(
        url,
        "insert into igdb_genres values (5, 'Puzzle', 'puzzle'), (15, 'Strategy', 'strategy');"
        "insert into igdb_games (igdb_id, name, slug, first_release_date, fetched_at)"
        " values (7, 'Chess', 'chess', '1475-01-01', now());"
        "insert into igdb_games_genres values (7, 15), (7, 5);"
        "insert into game_matches values ('chess', 7, 'helix', now(), now() + interval '1 day'),"
        " ('509658', null, 'not_a_game', now(), now() + interval '1 day')",
    )
    clock.advance(24 * 3600)
    settings = Settings()
    Rollup(database, clock, Calendar(settings.timezone, settings.day_starts_at)).daily()
    return url


def test_figures_of_a_day_are_those_of_their_definitions(measured: str) -> None:
    """24 polls cover 11.75 hours between them, and half an hour after the last one."""
    assert rows(
        measured, "select day, day_hours, covered_hours, average_viewers, average_streams from curated.days"
    ) == [(DAY, 24.0, 12.0, 660.0, 4.0)]
    games = "select game_id, game_name, watch_hours, average_viewers, average_streams, viewers_per_channel"
    assert rows(measured, f"{games}, top_channel_share from curated.daily_games order by watch_hours desc") == [
        ("chess", "Chess", 4800.0, 400.0, 2.0, 200.0, 0.75),
        ("509658", "Just Chatting", 2400.0, 200.0, 1.0, 200.0, 1.0),
        ("", "", 720.0, 60.0, 1.0, 60.0, 1.0),
    ]
    assert rows(measured, "select sum(share_of_day) from curated.daily_games") == [(1.0,)]
    assert rows(measured, "select login, language, average_viewers from curated.daily_streamers order by 1") == [
        ("ada", "en", 300.0), ("bob", "de", 100.0), ("cid", "en", 200.0), ("dan", "en", 60.0),
    ]  # fmt: skip
    assert rows(measured, "select game_id, igdb_status, genres from curated.games order by 1") == [
        ("", "not looked up", None),
        ("509658", "not a game", None),
        ("chess", "matched", "Puzzle, Strategy"),
    ]
    assert rows(measured, "select game_id, genre_name, share from curated.games_genres order by 1, 2") == [
        ("", "Unknown", 1.0),
        ("509658", "Not a game", 1.0),
        ("chess", "Puzzle", 0.5),
        ("chess", "Strategy", 0.5),
    ]


ADD_UP: Final = ("daily_games", "daily_streamers", "daily_streamer_games", "daily_streams", "daily_languages",
                 "daily_game_languages")  # fmt: skip


@pytest.mark.parametrize("view", ADD_UP)
def test_hours_of_a_view_add_up_to_the_day(measured: str, view: str) -> None:
    sums = "sum(watch_hours), sum(airtime_hours)"
    assert rows(measured, f"select {sums} from curated.{view}") == rows(measured, f"select {sums} from curated.days")


def test_split_hours_by_share_add_up_to_the_day(measured: str) -> None:
    for view in ("games_genres", "games_game_modes", "games_themes"):
        [(split,)] = rows(
            measured,
            f"select sum(watch_hours * share) from curated.daily_games inner join curated.{view} using (game_id)",
        )
        assert split == 7920.0


@pytest.fixture(scope="module")
def small_year(server_url: str, template: str) -> Iterator[str]:
    """The address of a database with a year of few rows a day, and two days in staging."""
    url = clone(server_url, template, "curated_small_year")
    execute(url, SMALL_YEAR.read_text())
    execute(url, "analyze")
    yield url
    drop(server_url, "curated_small_year")


def explained(url: str, query: str) -> list[dict[str, Any]]:
    """The nodes of the plan with which a query of the read-only role runs within its limits."""
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            f"set local statement_timeout = '{TIME_LIMIT}'; explain (analyze, timing off, format json) {query}"
        )
        [[plans]] = cursor.fetchall()
    top = plans[0]["Plan"]
    connection.close()

    def below(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
        yield node
        for other in node.get("Plans", ()):
            yield from below(other)

    return list(below(top))


KEYS: Final = {
    "day": "= date '2026-11-21'",
    "month": "= date '2026-11-01'",
    "hour_at": "= timestamptz '2026-11-21 16:00Z'",
}


def test_one_day_of_a_view_is_read_by_its_key(database: Database, small_year: str, queries: Any) -> None:
    """No view reads a table that grows from end to end for one day, one month, or one hour."""
    reading = address_of(small_year, "watchtime_curious", "one")
    reader.prepare(Database(small_year, queries), reading)
    columns: dict[str, set[str]] = {}
    for view, column, _, _ in rows(small_year, COLUMNS):
        columns.setdefault(view, set()).add(column)
    keyed = {view: key for view, names in columns.items() for key in KEYS if key in names}
    assert len(keyed) >= 15
    scans = {
        view: found
        for view, key in keyed.items()
        if (
            found := {
                node["Relation Name"]
                for node in explained(reading, f"select * from curated.{view} where {key} {KEYS[key]}")
                if node["Node Type"] == "Seq Scan" and node["Relation Name"].startswith(GROWING)
            }
        )
    }
    # Of the raw streams, the one partition of the day; the key of the months of pairs begins with the game.
    assert scans == {"streams": {"streams_2026_11_21"}, "monthly_streamer_games": {"monthly_streamer_games"}}


def test_every_view_is_read_whole_within_the_limits_of_the_role(small_year: str, queries: Any) -> None:
    """`count(one_row)` makes every column, where `count(*)` would leave out joins."""
    reading = address_of(small_year, "watchtime_curious", "one")
    reader.prepare(Database(small_year, queries), reading)
    for view in views_of(small_year):
        nodes = explained(reading, f"select count(one_row) from curated.{view} as one_row")
        assert nodes[0]["Actual Rows"] == 1
        # A hash of the large side of a join would go to disk: the small side is hashed, in one batch.
        assert {node.get("Hash Batches", 1) for node in nodes} == {1}, view
