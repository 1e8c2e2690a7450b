"""The migrations create the schema of sql/schema.sql, on every supported version of PostgreSQL."""

import pytest

from bot.core.calendar import Calendar
from bot.daily.rollup import Rollup
from helperfunctions import migrations, reader
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.queries import SQL_FOLDER, Queries
from helperfunctions.settings import Settings
from tests.factories import DAY, a_stream, rows, stage
from tests.schema_dump import dump
from tests.servers import VERSIONS, logs_in_with_password, server_of


def test_schema_sql_is_the_schema_that_the_migrations_create(url: str) -> None:
    assert (SQL_FOLDER / "schema.sql").read_text() == dump(url), "run `make schema`"


@pytest.mark.parametrize("version", VERSIONS)
def test_a_day_is_the_same_on_every_version_of_postgresql(version: int, queries: Queries, clock: VirtualClock) -> None:
    """Migrations, COPY, partitions and the roll-up use only features of the oldest version."""
    with server_of(version) as url:
        database = Database(url, queries)
        migrations.migrate(database)
        stage(database, a_stream(1000), a_stream(500, streamer="bob"), at=clock.now(), polls=48)
        clock.advance(24 * 3600)
        settings = Settings()
        Rollup(database, clock, Calendar(settings.timezone, settings.day_starts_at)).daily()
        assert rows(url, "select current_setting('server_version_num')::int / 10000") == [(version,)]
        assert rows(url, "select day, streamer_id, watch_hours from daily_streamers order by streamer_id") == [
            (DAY, "ada", 24_000.0),
            (DAY, "bob", 12_000.0),
        ]
        # Our verifier of a password is valid on each version.
        logs_in_with_password("watchtime_web", url)
        reading = url.replace("postgres@", "watchtime_web:%E2%85%A8%20pass@", 1)
        reader.prepare(database, reading)
        assert rows(reading, "select count(*) from days") == [(1,)]
