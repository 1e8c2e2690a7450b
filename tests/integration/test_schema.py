"""sql/schema.sql and the migrations say the same, and so does every PostgreSQL that we promise to work on."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.daily.rollup import Rollup
from bot.days import Calendar
from helperfunctions import migrations
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.queries import SQL_FOLDER, Queries
from helperfunctions.settings import Settings
from tests.factories import DAY, HALF_HOUR, a_stream, rows, stage
from tests.schema_dump import dump, postgres_programs

# 16 and 18 come with the embedded server's package, 15 with Debian, which puts it here.
SERVERS = {version: postgres_programs(version) for version in (16, 18)} | {
    version: path
    for version in (15, 17)
    if (path := Path(f"/usr/lib/postgresql/{version}/bin")).joinpath("postgres").exists()
}


def test_schema_sql_is_what_the_migrations_make(url: str) -> None:
    assert (SQL_FOLDER / "schema.sql").read_text() == dump(url), "run `make schema`"


@pytest.mark.parametrize("version", sorted(SERVERS))
def test_a_day_is_the_same_on_every_version_of_postgresql(version: int, queries: Queries, clock: VirtualClock) -> None:
    """Migrations, COPY, partitions and the roll-up, with nothing but what the oldest version has."""
    with _server(SERVERS[version]) as url:
        database = Database(url, queries)
        migrations.migrate(database)
        for number in range(48):
            stage(database, a_stream(1000), a_stream(500, streamer="bob"), at=clock.now() + number * HALF_HOUR)
        clock.advance(24 * 3600)
        settings = Settings()
        Rollup(database, clock, Calendar(settings.timezone, settings.day_starts_at)).daily()
        assert rows(url, "select current_setting('server_version_num')::int / 10000") == [(version,)]
        assert rows(url, "select day, streamer_id, watch_hours from daily_streamers order by streamer_id") == [
            (DAY, "ada", 24_000.0),
            (DAY, "bob", 12_000.0),
        ]


@contextmanager
def _server(programs: Path) -> Iterator[str]:
    """A server of one version on a socket of its own, gone with the block."""
    with tempfile.TemporaryDirectory(prefix="wt-") as folder:
        data = Path(folder) / "pg"
        data.mkdir()
        user = _unprivileged_user(data)
        _as(user, programs / "initdb", "-A", "trust", "-U", "postgres", "-E", "UTF8", "-N", "-D", data)
        _as(user, programs / "pg_ctl", "-w", "-D", data, "-l", data / "log", "-o", f"-h '' -k {data} -F", "start")
        try:
            yield f"postgresql://postgres@/postgres?host={data}"
        finally:
            _as(user, programs / "pg_ctl", "-w", "-D", data, "-m", "immediate", "stop")


def _unprivileged_user(data: Path) -> str | None:
    """PostgreSQL refuses to run as root; then it runs as the user that the embedded server uses as well."""
    if os.geteuid() != 0:
        return None
    data.parent.chmod(0o755)
    shutil.chown(data, "pgserver", "pgserver")
    return "pgserver"


def _as(user: str | None, *command: object) -> None:
    subprocess.run([str(part) for part in command], user=user, check=True, capture_output=True, cwd="/")
