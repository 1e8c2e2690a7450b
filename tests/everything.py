"""A database with rows in every table, and the whole content of a database, to compare two of them."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import psycopg2
from psycopg2 import sql

from bot.core.calendar import Calendar
from bot.daily.rollup import Rollup
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.settings import Settings
from tests.factories import a_stream, rows, stage, write

# Text that is difficult for programs that handle rows as text.
AWKWARD = "tab\t line\n return\r back\\slash \\N \\. 'quote' \"\" % {} 原神 🙏 é"
# Rows that no job of a new bot writes, or only with X.
CHAT_SUMS = "7, 1, 2, 1, 1, 0, 0, 100, 1, 0, 50, 1, 0, 1, 60, 59, 5, 5900, 6"
BY_HAND = (
    "insert into cursors (name, x_id, moved_at) values ('mentions', '17', '2026-11-21 12:00:00.123456+00')",
    "insert into mentions (mention_id, author_id, text, posted_at, seen_at, first_version, is_repost, is_explicit,"
    " is_to_us, status, question, decided_at) values"
    " ('18', '5', %(awkward)s, '2026-11-21 12:00+00', '2026-11-21 12:01+00', '18', false, true, true,"
    " 'answered', 'ada', '2026-11-21 12:01+00')",
    "insert into mention_gaps (before_x_id, after_x_id) values ('15', '11')",
    "insert into opt_outs (author_id, mention_id, since) values ('6', '16', '2026-11-20 12:00+00')",
    "insert into posts (kind, mention_id, text, chart, status, created_at, next_try_at, expires_at) values"
    """ ('reply', '18', %(awkward)s, '{"b": [1, 2.50, null], "a": "ä"}', 'due', '2026-11-21 12:01+00',"""
    " '2026-11-21 12:01+00', '2026-11-22 12:01+00')",
    "insert into x_accounts (credentials_hash, user_id, username, fetched_at)"
    " values ('a hash', '9', 'watchtimebot', '2026-11-21 11:00+00')",
    "insert into x_charges (charged_at, kind, purpose, units, usd, status, post_id)"
    " select '2026-11-21 12:02+00', kind, 'replies', 1, usd, 'reserved', (select min(post_id) from posts)"
    " from x_prices order by kind limit 1",
    "insert into x_uncertain_reads (purpose, lost_at) values ('mentions', '2026-11-21 12:03+00')",
    "insert into x_pauses (cause, until, reason) values ('credits', '2026-12-01 00:00+00', 'none left')",
    "insert into x_reads (day, kind, resource_id) values ('2026-11-21', 'post', '18')",
    "insert into draws (day, game_id, drawn_at) select min(day), min(game_id), '2026-11-22 22:00+00' from daily_games",
    "insert into months (month, summed_up_at) values ('2026-10-01', '2026-11-01 20:00+00') on conflict do nothing",
    "insert into monthly_streamer_games (month, game_id, streamer_id, watch_hours, airtime_hours, peak_viewers)"
    " values ('2026-10-01', 'chess', 'ada', 0.1::float8 + 0.2::float8, 1, 3)",
    "insert into monthly_streamers (month, streamer_id, watch_hours, airtime_hours, peak_viewers, language)"
    " values ('2026-10-01', 'ada', 0.1::float8 + 0.2::float8, 1, 3, 'en')",
    "insert into monthly_games (month, game_id, watch_hours, airtime_hours, peak_viewers)"
    " values ('2026-10-01', 'chess', 0.1::float8 + 0.2::float8, 1, 3)",
    "insert into staging.set_aside (poll_id, position, reason, raw) select min(poll_id), 1, 'no id', %(awkward)s"
    " from staging.polls",
    "insert into names (kind, id, key, name, login) values ('game', 'awkward', 'awkward', %(awkward)s, '')",
    "insert into addresses (kind, slug, id, is_current) values ('game', 'ä-原神', 'awkward', true)",
    "insert into game_aliases (alias_key, alias, game_key, game_name) values ('mine', 'mine', 'chess', 'Chess')",
    "insert into igdb_games (igdb_id, name, slug, fetched_at) values (115, %(awkward)s, 'one', '2026-11-21 12:00+00')",
    "insert into igdb_games_genres (igdb_id, genre_id) values (115, 0)",
    "insert into igdb_games_game_modes (igdb_id, game_mode_id) values (115, 0)",
    "insert into igdb_games_themes (igdb_id, theme_id) values (115, 0)",
    "insert into game_matches (game_id, igdb_id, how, checked_at, next_check_at)"
    " values ('chess', 115, 'helix', '2026-11-21 12:00+00', '2026-12-21 12:00+00')",
    "insert into daily_genres (day, genre_id, watch_hours, watch_hours_split, airtime_hours, games)"
    " values ('2026-11-21', 0, 3, 0.1::float8 + 0.2::float8, 1, 1)",
    "insert into daily_game_modes (day, game_mode_id, watch_hours, watch_hours_split, airtime_hours, games)"
    " values ('2026-11-21', 0, 3, 0.1::float8 + 0.2::float8, 1, 1)",
    "insert into daily_themes (day, theme_id, watch_hours, watch_hours_split, airtime_hours, games)"
    " values ('2026-11-21', 0, 3, 0.1::float8 + 0.2::float8, 1, 1)",
    "insert into hourly_genres (hour_at, genre_id, average_viewers, average_viewers_split, average_streams)"
    " values ('2026-11-21 17:00+00', 0, 3, 0.1::float8 + 0.2::float8, 1)",
    "insert into daily_release_ages (day, age, watch_hours, airtime_hours, games)"
    " values ('2026-11-21', 'older', 0.1::float8 + 0.2::float8, 1, 1)",
    "insert into genre_days (day, summed_up_at) select min(day), '2026-11-22 17:00+00' from days",
    "insert into lake_objects (lake, dataset, partition, piece, key, day, poll_id, rows, due_at) values"
    " ('file:///lake', 'landing/streams', 'day=2026-11-21', 'one', 'one', '2026-11-21', 1, 3, '2026-11-21 12:00+00')",
    "insert into lake_forgotten (streamer_id, since) values ('eve', '2026-11-21 12:00+00')",
    "update x_prices set usd = 0.017",
    "insert into pictures (kind, id, tried_at, refused) values ('game', 'chess', '2026-11-21 12:00+00', 'none')",
    "insert into chat.channels (channel_id, login, state, asked_at, state_at)"
    " values ('11', 'ada', 'joined', '2026-11-21 12:00+00', '2026-11-21 12:01+00')",
    "select chat.make_partition('2026-11-21')",
    "insert into chat.emotes (emote_id) values ('25'), ('1902')",
    "insert into chat.minute_counts (minute_at, channel_id, messages, chatters, emote_1, emote_2, uses_1, uses_2,"
    " viewers) values ('2026-11-21 12:00+00', '11', 7, 3, 1, 2, 4, 2, 100)",
    f"insert into chat.hours values ('11', '2026-11-21 12:00+00', {CHAT_SUMS}, 3, '\\x789c')",
    "insert into chat.hour_emote_counts values ('11', '2026-11-21 12:00+00', '{1}', '{4}', '{2}')",
    "insert into chat.broadcasts values"
    f" ('b1', '11', '2026-11-21 12:00+00', '2026-11-21 12:01+00', '2026-11-21 13:00+00', {CHAT_SUMS}, 3, true)",
    f"insert into chat.daily_chats values ('2026-11-20', '11', {CHAT_SUMS}, 3)",
    "insert into chat.daily_emote_counts values ('11', '2026-11-20', '{1}', '{4}', '{2}')",
    "insert into chat.moments values ('11', '2026-11-21 12:10+00', 2, 99, 6.5, 'raid', '{25}')",
    "insert into chat.requests values ('ada', 'follow', 'owner', '2026-11-21 12:00+00', true, 'no')",
    "insert into chat.emote_names values ('25', 'Kappa', '')",
    "insert into chat.emote_lists values ('', '2026-11-21 12:00+00')",
    "insert into chat.choice values (true, true, false, 90)",
    "insert into chat.cursors (journal_id, seq, closed_until, moved_at)"
    " values ('0a1b', 12, '2026-11-21 12:00+00', '2026-11-21 12:01+00')",
    "insert into chat.nodes (name, kind, seen_at) values ('journal', 'listener', '2026-11-21 12:00+00')",
    "insert into chat.opt_outs (kind, id, since) values ('chatter', '123', '2026-11-21 12:00+00')",
    # A number that was taken and never used: the next one depends on the sequence alone.
    "select nextval('posts_post_id_seq'), nextval('staging.polls_poll_id_seq')",
)


def fill(database: Database, url: str, clock: VirtualClock) -> None:
    """Put rows into every table: a day that is rolled up, one that is not, and all other rows directly."""
    bob = a_stream(500, streamer="bob", streamer_name=AWKWARD)
    stage(database, a_stream(1003), bob, at=clock.now(), polls=48)
    clock.advance(24 * 3600)
    settings = Settings()
    Rollup(database, clock, Calendar(settings.timezone, settings.day_starts_at)).daily()
    stage(database, a_stream(77, started_at=None), at=clock.now(), day=date(2026, 11, 22))
    for statement in BY_HAND:
        write_named(url, statement)


def write_named(url: str, statement: str) -> None:
    if "%(awkward)s" in statement:
        write(url, statement.replace("%(awkward)s", "%s", 1), AWKWARD)
    else:
        write(url, statement)


def tables_of(url: str) -> list[str]:
    """Names of all tables in the catalog, partitions included; without the cache of pictures, which no backup has."""
    listed = rows(
        url,
        "select schemaname, tablename from pg_tables"
        " where schemaname in ('public', 'staging', 'chat') and tablename <> 'pictures' order by 1, 2",
    )
    return [f"{schema}.{table}" for schema, table in listed]


def everything_in(url: str) -> dict[str, Any]:
    """Sorted rows of every table and the state of every sequence. Two databases are equal if these are (`==`)."""
    connection = psycopg2.connect(url)
    connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
    found: dict[str, Any] = {}
    with connection, connection.cursor() as cursor:
        cursor.execute("set time zone 'UTC'")
        for table in tables_of(url):
            name = sql.Identifier(*table.split("."))
            cursor.execute(sql.SQL("select * from {}").format(name))
            found[table] = sorted(map(_text_of, cursor.fetchall()))
        cursor.execute(
            "select schemaname, sequencename from pg_sequences where schemaname in ('public', 'staging', 'chat')"
        )
        for schema, sequence in cursor.fetchall():
            cursor.execute(sql.SQL("select last_value, is_called from {}").format(sql.Identifier(schema, sequence)))
            found[f"{schema}.{sequence}"] = cursor.fetchone()
    connection.close()
    return found


def _text_of(row: Sequence[Any]) -> str:
    return repr([bytes(value) if isinstance(value, memoryview) else value for value in row])


def destroy(url: str) -> None:
    """Delete everything, as in an accident."""
    write(url, "drop schema staging cascade")
    write(url, "drop schema chat cascade")
    for table in tables_of(url):
        write(url, f"drop table {table} cascade")
    write(url, "drop table pictures")
