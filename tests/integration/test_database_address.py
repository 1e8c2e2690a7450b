"""Addresses of databases, and the options of the sessions that they open."""

from datetime import timedelta

import psycopg2
import psycopg2.extensions
import pytest

from bot.health.findings import from_error
from helperfunctions.database import Database, ReadPool, Transactions, url_without_password, without_password
from helperfunctions.database.errors import translated
from helperfunctions.errors import (
    DatabaseError,
    DatabaseSettingsWrong,
    DatabaseUnavailable,
)
from helperfunctions.queries import Queries
from helperfunctions.settings import Settings
from tests.conftest import execute
from tests.factories import DAY_START, a_stream, stage
from tests.integration.sessions import SECRET


@pytest.mark.parametrize(
    "url_to_nowhere",
    [
        f"postgresql://bot:{SECRET}@127.0.0.1:1/watchtime",
        f"postgresql://bot:{SECRET}@no-such-host.invalid/watchtime",
        f"postgresql://bot:{SECRET}@/watchtime?host=/no/such/folder",
        f"postgresql://bot:100%{SECRET}@127.0.0.1:1/watchtime",
    ],
)
def test_an_unreachable_server_is_reported_without_the_password(queries: Queries, url_to_nowhere: str) -> None:
    database = Database(url_to_nowhere, queries)
    for what in (database.transaction(), database.exclusive("collect")):
        with pytest.raises(DatabaseError) as caught, what:
            pass
        assert SECRET not in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_database_that_does_not_exist_is_unavailable(server_url: str, queries: Queries) -> None:
    nowhere = server_url.replace("/postgres?", "/no_such_database?")
    with pytest.raises(DatabaseUnavailable, match="no_such_database"), Database(nowhere, queries).transaction():
        pass


@pytest.mark.parametrize(
    ("url_with_secret", "shown"),
    [
        (f"postgresql://bot:{SECRET}@db:5433/watchtime", "dbname=watchtime host=db password=*** port=5433 user=bot"),
        (f"host=db user=bot password={SECRET}", "host=db password=*** user=bot"),
        (f"postgresql://db/watchtime?password={SECRET}", "dbname=watchtime host=db password=***"),
        ("postgresql://bot@db/watchtime", "dbname=watchtime host=db user=bot"),
        (f"mysql://bot:{SECRET}@db/watchtime", "(not understood)"),
    ],
)
def test_an_address_is_shown_without_its_password(url_with_secret: str, shown: str) -> None:
    assert sorted(without_password(url_with_secret).split()) == sorted(shown.split())


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"postgres://b%40t:{SECRET}@db:5433/watch%2Ftime", "postgresql://b%40t@db:5433/watch%2Ftime"),
        (f"postgresql:///x?host=/run/pg%20sql&user=bot&password={SECRET}", "postgresql://bot@/x?host=/run/pg%20sql"),
        (f"postgresql://bot:{SECRET}@a:1,b:2/x?sslmode=require", None),
        ("postgresql://bot@[2001:db8::1]/x", "postgresql://bot@[2001:db8::1]/x"),
        (f"postgresql://bot:{SECRET}@db/x?options=-c%20work_mem%3D8MB%20-c%20jit%3Doff", None),
        ("postgresql://", "postgresql:///"),
    ],
    ids=["signs to escape", "a socket", "two servers", "IPv6", "options", "nothing at all"],
)
def test_an_address_without_its_password_is_a_valid_setting(url: str, shown: str | None) -> None:
    again = url_without_password(url)
    assert shown in (None, again)
    assert SECRET not in again
    password = {"password"}
    parts, parts_again = (psycopg2.extensions.parse_dsn(one) for one in (url, again))
    assert {name: parts[name] for name in parts.keys() - password} == parts_again
    assert Settings.model_validate({"data_dir": "/data", "database_url": again})


@pytest.mark.parametrize(
    ("old", "new", "advice"),
    [
        ("/postgres?", "/nowhere?", "create it, or fix the name of the database in DATABASE_URL"),
        ("//postgres:", "//nobody:", "create it, or fix the user in DATABASE_URL"),
    ],
    ids=["database", "role"],
)
def test_an_address_with_a_role_or_database_that_does_not_exist_is_for_a_person_to_fix(
    server_url: str, queries: Queries, old: str, new: str, advice: str
) -> None:
    assert old in server_url
    with pytest.raises(DatabaseSettingsWrong) as caught, Database(server_url.replace(old, new), queries).transaction():
        pass
    finding = from_error("database", caught.value)
    assert (caught.value.exit_code, finding.fix, finding.is_temporary) == (78, advice, False)
    assert finding.message.endswith("does not exist")


@pytest.mark.parametrize(
    ("address", "advice"),
    [
        ("127.0.0.1:70000/x", "fix the port in DATABASE_URL"),
        ("127.0.0.1:1/x?sslmode=maybe", "fix the parameters of DATABASE_URL"),
        ("127.0.0.1:1/x?target_session_attrs=best", "fix the parameters of DATABASE_URL"),
        ("127.0.0.1:1/x?keepalives=often", "fix the parameters of DATABASE_URL"),
        ("127.0.0.1:1/x?service=nobody", "fix service in DATABASE_URL"),
    ],
    ids=["port", "TLS", "kind of server", "number", "service"],
)
def test_an_address_that_the_driver_rejects_is_for_a_person_to_fix(queries: Queries, address: str, advice: str) -> None:
    with pytest.raises(DatabaseSettingsWrong) as caught, Database(f"postgresql://{address}", queries).transaction():
        pass
    assert str(caught.value).endswith(f": {advice}")


@pytest.mark.parametrize("option", ["work_mem%3Dmuch", "memory%3D1"], ids=["value", "name"])
def test_a_setting_in_the_address_that_the_server_rejects_is_for_a_person_to_fix(
    server_url: str, queries: Queries, option: str
) -> None:
    url = f"{server_url}&options=-c%20{option}"
    with pytest.raises(DatabaseSettingsWrong, match="fix the parameters"), Database(url, queries).transaction():
        pass


def test_a_server_without_the_required_encryption_is_for_a_person_to_fix() -> None:
    message = 'connection to server at "db", port 5432 failed: server does not support SSL, but SSL was required'
    with pytest.raises(DatabaseSettingsWrong, match="sslmode in DATABASE_URL"), translated():
        raise psycopg2.OperationalError(message)


def test_instants_are_in_utc_with_any_time_zone_of_the_server(database: Database, url: str, queries: Queries) -> None:
    """With a zone that is half an hour off, hours would begin at other instants."""
    name = url.split("/")[3].split("?")[0]
    execute(url, f"alter database {name} set timezone to 'Asia/Kolkata'")
    stage(database, a_stream(), at=DAY_START)
    pool = ReadPool(url, queries)
    for reads in (database, pool):
        with reads.transaction() as tx:
            started_at = tx.read.last_good_poll()
        assert (started_at, started_at.utcoffset()) == (DAY_START, timedelta(0))
    pool.close()


LIMITS = {
    "hash_mem_multiplier": "1",
    "jit": "off",
    "max_parallel_maintenance_workers": "0",
    "max_parallel_workers_per_gather": "0",
    "work_mem": "4MB",
}


def settings_of(reads: Transactions, *names: str) -> dict[str, str]:
    """The values of some settings in a session."""
    with reads.transaction() as tx:
        return {name: tx.run(f"show {name}")[0][0] for name in names}


def test_a_session_limits_its_memory_with_any_settings_of_the_server(
    database: Database, url: str, queries: Queries
) -> None:
    """Sessions of jobs and of readers: two readers of a whole year once caused a small server to be killed."""
    name = url.split("/")[3].split("?")[0]
    for setting, value in (("jit", "on"), ("work_mem", "'64MB'"), ("max_parallel_workers_per_gather", "4")):
        execute(url, f"alter database {name} set {setting} = {value}")
    pool = ReadPool(url, queries)
    assert settings_of(database, *LIMITS) == LIMITS
    assert settings_of(pool, *LIMITS) == LIMITS
    pool.close()


def test_options_of_the_address_take_precedence_except_for_the_time_zone(url: str, queries: Queries) -> None:
    """More memory of a large server can be used; the beginnings of hours and days may not change."""
    mine = f"{url}&options=-c%20work_mem%3D32MB%20-c%20jit%3Don%20-c%20TimeZone%3DAsia/Kolkata"
    pool = ReadPool(mine, queries)
    for reads in (Database(mine, queries), pool):
        assert settings_of(reads, "work_mem", "jit", "hash_mem_multiplier", "timezone") == {
            "work_mem": "32MB",
            "jit": "on",
            "hash_mem_multiplier": "1",
            "timezone": "UTC",
        }
    pool.close()


def test_a_roll_up_limits_its_memory_with_any_options_of_the_address(url: str, queries: Queries) -> None:
    generous = Database(f"{url}&options=-c%20work_mem%3D512MB%20-c%20hash_mem_multiplier%3D8%20-c%20jit%3Don", queries)
    with generous.transaction() as tx:
        tx.daily.allow_memory()
        assert [tx.run(f"show {name}")[0][0] for name in sorted(LIMITS)] == ["1", "off", "0", "0", "16MB"]
    assert settings_of(generous, "work_mem") == {"work_mem": "512MB"}
