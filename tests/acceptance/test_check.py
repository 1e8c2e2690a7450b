"""`watchtime check`: each problem is found and has a fix, and does not hide the others."""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema
import psycopg2
import pytest

from bot.core.calendar import Calendar
from helperfunctions import migrations
from helperfunctions.clock import SystemClock, VirtualClock
from helperfunctions.database import Database
from sandbox.faults import Faults
from sandbox.server import TwitchSandbox
from sandbox.world import World
from sandbox.x.faults import XFault
from sandbox.x.server import XSandbox
from tests.acceptance.conftest import (
    CLIENT_SECRET,
    PROGRAM,
    Ran,
    Serve,
    Shell,
    nothing_runs_in,
    settings_for,
    x_settings_for,
)
from tests.conftest import database_url
from tests.factories import a_stream, rows, stage, write

CALENDAR = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
NAMES = ["settings", "data folder", "database", "schema", "Twitch", "X", "X app", "clock"]
NAMES += ["budget", "polls", "days", "outbox"]
NOT_SECRET = {"X_API_URL", "TWITCH_CLIENT_ID", "TWITCH_API_URL", "TWITCH_AUTH_URL"}
SCHEMA = {
    "type": "array",
    "minItems": len(NAMES),
    "items": {
        "type": "object",
        "properties": {
            "name": {"enum": NAMES},
            "verdict": {"enum": ["good", "warning", "bad", "skipped"]},
            "message": {"type": "string", "minLength": 3},
            "fix": {"type": ["string", "null"], "minLength": 3},
            "is_temporary": {"type": "boolean"},
        },
        "required": ["name", "verdict", "message", "fix", "is_temporary"],
        "additionalProperties": False,
    },
}

Settings = dict[str, str]


@dataclass(frozen=True)
class Checked:
    """The exit code and the findings."""

    code: int
    findings: list[dict[str, Any]]

    def __getitem__(self, name: str) -> dict[str, Any]:
        [finding] = [finding for finding in self.findings if finding["name"] == name]
        return finding

    def named(self, verdict: str) -> set[str]:
        return {finding["name"] for finding in self.findings if finding["verdict"] == verdict}


def check(shell: Shell, settings: Settings, *options: str) -> Checked:
    """The findings, in the documented shape and without a secret."""
    ran = shell.run("check", "--json", *options, **settings)
    holds_no_secret(ran, settings)
    assert ran.err == "", ran
    findings = json.loads(ran.out)
    jsonschema.validate(findings, SCHEMA)
    assert list(dict.fromkeys(finding["name"] for finding in findings)) == NAMES
    for finding in findings:
        assert (finding["fix"] is not None) == (finding["verdict"] in {"warning", "bad"}), finding
    return Checked(ran.code, findings)


def holds_no_secret(ran: Ran, settings: Settings) -> None:
    for name, value in settings.items():
        if name.startswith(("X_A", "TWITCH_")) and name not in {*NOT_SECRET, "X_ACCOUNT_OWNS_APP"}:
            assert value not in ran.out + ran.err, name
    assert "planted-" not in ran.out + ran.err


@pytest.fixture
def x() -> Iterator[XSandbox]:
    with XSandbox(SystemClock()) as sandbox:
        yield sandbox


@pytest.fixture
def polled(database: Database, url: str) -> Settings:
    """Settings for a database that has just got a poll."""
    now = SystemClock().now()
    stage(database, a_stream(), at=now - timedelta(minutes=1), day=CALENDAR.day_of(now).date)
    return {"DATABASE_URL": url}


@pytest.fixture
def good(polled: Settings, twitch: Settings, x: XSandbox) -> Settings:
    """Settings without a problem."""
    return polled | twitch | x_settings_for(x) | {"X_ACCOUNT_OWNS_APP": "false"}


@pytest.fixture
def nobody() -> str:
    """An address on which no server listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{taken.getsockname()[1]}"


def test_without_a_problem_each_line_is_good(shell: Shell, good: Settings) -> None:
    ran = shell.run("check", **good)
    holds_no_secret(ran, good)
    assert (ran.code, ran.err) == (0, ""), ran
    lines = ran.out.splitlines()
    assert [line[2:13].strip() for line in lines] == NAMES, ran.out
    assert {line[0] for line in lines} == {"✓"}, ran.out
    by_name = dict(zip(NAMES, lines, strict=True))
    assert "a page of 100 streams; 799 of 800 points" in by_name["Twitch"]
    assert "account @watchtimebot may post (read-write)" in by_name["X"]
    assert "UTF8" in by_name["database"]
    assert migrations.versions_in()[-1] in by_name["schema"]
    assert "the database and Twitch and X" in by_name["clock"]
    assert "0.010 of 10.00 USD spent" in by_name["budget"]


def test_the_json_has_the_same_findings(shell: Shell, good: Settings) -> None:
    checked = check(shell, good)
    assert checked.code == 0
    assert checked.named("good") == set(NAMES)


def test_the_account_is_read_and_charged_once_a_day(shell: Shell, good: Settings, x: XSandbox) -> None:
    for _ in range(2):
        check(shell, good)
    assert x.bill().total_usd == Decimal("0.010")
    charges = "select purpose, kind, units, usd, status from x_charges"
    assert rows(good["DATABASE_URL"], charges) == [("account", "user_read", 1, Decimal("0.010000"), "made")]
    assert rows(good["DATABASE_URL"], "select username from x_accounts") == [("watchtimebot",)]


def test_offline_neither_twitch_nor_x_is_called(shell: Shell, good: Settings, x: XSandbox, nobody: str) -> None:
    checked = check(shell, good | {"TWITCH_AUTH_URL": f"http://{nobody}"}, "--offline")
    assert checked.code == 0
    assert checked.named("skipped") == {"Twitch", "X"}
    assert "--offline" in checked["X"]["message"]
    assert checked["clock"]["message"].endswith("of the database")
    assert x.requests == 0


def test_without_settings_it_lists_those_that_are_missing_and_creates_nothing(shell: Shell) -> None:
    checked = check(shell, {})
    assert checked.code == 78
    assert checked.named("bad") == {"Twitch"}
    assert "https://dev.twitch.tv/console/apps" in checked["Twitch"]["fix"]
    assert "will be created" in checked["database"]["message"]
    assert "at the first start" in checked["database"]["message"]
    assert "only written to the log" in checked["X"]["message"]
    assert list(shell.folder.iterdir()) == []


def test_an_embedded_database_is_checked_and_left_as_it_was(shell: Shell, folder: Path) -> None:
    assert shell.run("migrate").code == 0
    checked = check(shell, {}, "--offline")
    assert checked["database"]["verdict"] == "good"
    assert checked["database"]["message"].startswith("embedded PostgreSQL ")
    assert checked["schema"]["verdict"] == "good"
    assert checked["polls"]["message"] == "none yet"
    nothing_runs_in(folder)


def test_every_problem_of_the_settings_is_listed_and_the_other_checks_are_skipped(shell: Shell, good: Settings) -> None:
    (shell.folder / ".env").write_text("MIN_VIEWRS=50\n")
    checked = check(shell, good | {"POST_AT": "noonish", "X_MONTHLY_BUDGET_USD": "-1"})
    assert checked.code == 78
    problems = [finding["message"] for finding in checked.findings if finding["name"] == "settings"]
    assert len(problems) == 3
    for name in ("MIN_VIEWRS", "POST_AT", "X_MONTHLY_BUDGET_USD"):
        assert any(problem.startswith(name) for problem in problems)
    assert checked.named("skipped") == set(NAMES) - {"settings"}


def test_a_broken_secret_in_the_settings_is_not_shown(shell: Shell) -> None:
    checked = check(shell, {"DATABASE_URL": "mysql://somebody:planted-password@db.example/watch"})
    assert checked.code == 78
    assert "DATABASE_URL should begin with postgresql://" in checked["settings"]["message"]


def test_a_wrong_twitch_secret(shell: Shell, good: Settings) -> None:
    checked = check(shell, good | {"TWITCH_CLIENT_SECRET": f"{CLIENT_SECRET}-but-wrong"})
    assert checked.code == 78
    assert checked.named("bad") == {"Twitch"}
    assert "403" in checked["Twitch"]["message"]
    assert checked["Twitch"]["fix"] == "copy both again from https://dev.twitch.tv/console/apps"


def test_a_twitch_that_is_away(shell: Shell, good: Settings, nobody: str) -> None:
    checked = check(shell, good | {"TWITCH_API_URL": f"http://{nobody}", "TWITCH_AUTH_URL": f"http://{nobody}"})
    assert checked.code == 75
    assert checked.named("bad") == {"Twitch"}
    assert "tried 1 times" in checked["Twitch"]["message"]
    assert checked["X"]["verdict"] == "good"


def test_a_twitch_that_fails_or_limits_us(shell: Shell, good: Settings, serve: Serve) -> None:
    for fault in ("server_error", "too_many_requests", "html"):
        checked = check(shell, good | settings_for(serve(faults=Faults({fault: 1}))))
        assert checked.code == 75, fault
        assert checked.named("bad") == {"Twitch"}


@pytest.mark.parametrize("name", ["X_API_KEY", "X_ACCESS_TOKEN_SECRET"])
def test_wrong_keys_of_x(name: str, shell: Shell, good: Settings, x: XSandbox) -> None:
    wrong = good | {name: "planted-but-wrong"}
    checked = check(shell, wrong)
    assert checked.code == 78
    # The credentials are wrong for every call, so X is not called.
    assert checked.named("bad") == {"X", "budget"}
    assert "401" in checked["X"]["message"]
    assert "https://console.x.com" in checked["X"]["fix"]
    assert "X is not called until" in check(shell, wrong)["X"]["message"]
    assert x.requests == 1
    assert rows(good["DATABASE_URL"], "select count(*) from x_charges") == [(0,)]
    shell.run("spend", "--resume", **good)
    assert check(shell, good).code == 0


def test_an_access_token_that_may_only_read(shell: Shell, good: Settings) -> None:
    with XSandbox(SystemClock(), can_write=False) as x:
        checked = check(shell, good | x_settings_for(x))
    assert checked.code == 78
    assert checked.named("bad") == {"X"}
    assert checked["X"]["message"] == "account @watchtimebot may only read"
    assert "create a new access token" in checked["X"]["fix"]


@pytest.mark.parametrize(
    ("fault", "message", "bad"),
    [
        (XFault.NO_CREDITS, "402", {"X", "budget"}),
        (XFault.USAGE_CAP, "429", {"X", "budget"}),
        (XFault.TOO_MANY_REQUESTS, "429", {"X"}),
        (XFault.SERVER_ERROR, "503", {"X"}),
        (XFault.RESET_BEFORE, "did not answer", {"X"}),
        (XFault.UNREADABLE, "not JSON", {"X"}),
    ],
)
def test_an_x_that_refuses_or_fails(
    fault: XFault, message: str, bad: set[str], shell: Shell, good: Settings, x: XSandbox
) -> None:
    x.faults.cue(fault)
    checked = check(shell, good)
    assert checked.code == 75
    assert checked.named("bad") == bad
    assert message in checked["X"]["message"]


def test_an_x_that_is_away(shell: Shell, good: Settings, nobody: str) -> None:
    checked = check(shell, good | {"X_API_URL": f"http://{nobody}"})
    assert checked.code == 75
    assert checked.named("bad") == {"X"}
    assert "cannot be reached" in checked["X"]["message"]


def test_ownership_of_the_app_is_read_from_the_settings(shell: Shell, good: Settings) -> None:
    unsaid = {name: value for name, value in good.items() if name != "X_ACCOUNT_OWNS_APP"}
    checked = check(shell, unsaid)
    assert checked.code == 0
    assert checked.named("warning") == {"X app"}
    assert "X does not report whether @watchtimebot owns the app" in checked["X app"]["message"]
    assert "X_ACCOUNT_OWNS_APP=true" in checked["X app"]["fix"]
    owner = check(shell, good | {"X_ACCOUNT_OWNS_APP": "true"})
    assert owner["X app"]["verdict"] == "good"
    assert "at a fifth" in owner["X app"]["message"]


def test_a_database_that_is_away_hides_nothing_else(shell: Shell, good: Settings, nobody: str, x: XSandbox) -> None:
    checked = check(shell, good | {"DATABASE_URL": f"postgresql://somebody:planted-password@{nobody}/watch"})
    assert checked.code == 75
    assert checked.named("bad") == {"database"}
    assert "DATABASE_URL" in checked["database"]["fix"]
    assert checked.named("skipped") == {"schema", "X", "budget", "polls", "days", "outbox"}
    # X is not called when the charge cannot be recorded.
    assert x.requests == 0


def test_a_schema_that_is_older_is_not_migrated(shell: Shell, good: Settings) -> None:
    write(good["DATABASE_URL"], f"delete from schema_migrations where version = '{migrations.versions_in()[-1]}'")
    checked = check(shell, good)
    assert checked.code == 78
    assert checked.named("bad") == {"schema"}
    assert "it lacks 1 migrations" in checked["schema"]["message"]
    assert "watchtime migrate" in checked["schema"]["fix"]
    assert checked.named("skipped") == {"X", "budget", "polls", "days", "outbox"}
    left = rows(good["DATABASE_URL"], "select count(*) from schema_migrations")
    assert left == [(len(migrations.versions_in()) - 1,)]


def test_a_schema_that_is_newer(shell: Shell, good: Settings) -> None:
    write(good["DATABASE_URL"], "insert into schema_migrations (version) values ('29990101000000')")
    checked = check(shell, good)
    assert checked.code == 78
    assert checked.named("bad") == {"schema"}
    assert "29990101000000 is newer than this program's" in checked["schema"]["message"]
    assert "newer version of the program" in checked["schema"]["fix"]


def test_a_database_without_a_schema_gets_none(shell: Shell, good: Settings, empty_url: str) -> None:
    checked = check(shell, good | {"DATABASE_URL": empty_url})
    assert checked.code == 0
    assert checked["database"]["verdict"] == "good"
    assert "at the first start" in checked["schema"]["message"]
    assert rows(empty_url, "select count(*) from pg_tables where schemaname = 'public'") == [(0,)]


def as_role(url: str, *attributes: str) -> str:
    """The address of the same database for a new role with these attributes."""
    role = f"role_of_{url.split('@/')[1].split('?')[0]}"
    write(url, f"create role {role} login")
    for attribute in attributes:
        write(url, attribute.replace("ROLE", role))
    return url.replace("//postgres@", f"//{role}@")


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        (
            ["grant postgres to ROLE", "alter role ROLE set default_transaction_read_only = on"],
            "its transactions are read-only",
        ),
        (
            [
                "grant usage on schema staging to ROLE",
                "grant select on all tables in schema public, staging to ROLE",
            ],
            "the bot's role may not write to its tables",
        ),
        (
            [
                "grant usage, create on schema staging to ROLE",
                "grant select, insert, update, delete on all tables in schema public, staging to ROLE",
            ],
            "the bot's role may not create tables",
        ),
    ],
)
def test_a_role_without_write_access(attributes: list[str], message: str, shell: Shell, good: Settings) -> None:
    checked = check(shell, good | {"DATABASE_URL": as_role(good["DATABASE_URL"], *attributes)})
    assert checked.code == 78
    assert checked.named("bad") == {"database"}
    assert message in checked["database"]["message"]
    assert checked["Twitch"]["verdict"] == "good"
    assert checked["polls"]["verdict"] == "good"


def test_a_role_with_few_connections(shell: Shell, good: Settings) -> None:
    narrow = as_role(good["DATABASE_URL"], "grant postgres to ROLE", "alter role ROLE connection limit 5")
    checked = check(shell, good | {"DATABASE_URL": narrow})
    assert checked.code == 0
    assert checked.named("warning") == {"database"}
    assert "4 connections are free, 8 may be needed" in checked["database"]["message"]


def test_a_database_with_an_encoding_that_cannot_store_names(
    shell: Shell, good: Settings, server_url: str, empty_url: str
) -> None:
    name = f"latin_{empty_url.split('@/')[1].split('?')[0]}"
    execute_outside(server_url, f"create database {name} encoding 'LATIN1' template template0 locale 'C'")
    checked = check(shell, good | {"DATABASE_URL": database_url(server_url, name)})
    assert checked.code == 78
    assert checked.named("bad") == {"database"}
    assert "LATIN1 cannot store" in checked["database"]["message"]
    assert "ENCODING 'UTF8'" in checked["database"]["fix"]


def execute_outside(url: str, statement: str) -> None:
    """Execute a statement that cannot run inside a transaction."""
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder in which not even root can write")
def test_a_data_folder_that_cannot_be_written(shell: Shell, good: Settings) -> None:
    checked = check(shell, good | {"DATA_DIR": "/proc/watchtime"})
    assert checked.code == 78
    assert checked.named("bad") == {"data folder"}
    assert checked["data folder"]["message"].startswith("cannot write to /proc: ")


def test_a_data_folder_that_is_a_file(shell: Shell, good: Settings, folder: Path) -> None:
    (folder / "file").write_text("")
    checked = check(shell, good | {"DATA_DIR": str(folder / "file")})
    assert checked.named("bad") == {"data folder"}
    assert "Not a directory" in checked["data folder"]["message"]


def mounting(folder: Path, megabytes: int) -> tuple[str, ...]:
    """The prefix of a command that sees a small disk in a folder."""
    unshare = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
    mount = f'mount -t tmpfs -o size={megabytes}m small "{folder}" && exec "$@"'
    return (*unshare, "sh", "-c", mount, "sh")


def can_mount(folder: Path) -> bool:
    if shutil.which("unshare") is None:
        return False
    return subprocess.run([*mounting(folder, 1), "true"], capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize(("megabytes", "verdict", "code"), [(100, "bad", 78), (500, "warning", 0), (2_000, "good", 0)])
def test_a_disk_that_is_nearly_full(
    megabytes: int, verdict: str, code: int, shell: Shell, good: Settings, folder: Path
) -> None:
    disk = folder / "disk"
    disk.mkdir()
    if not can_mount(disk):
        pytest.skip("this user may not mount")
    shell.program = (*mounting(disk, megabytes), *PROGRAM)
    embedded = {name: value for name, value in good.items() if name != "DATABASE_URL"}
    checked = check(shell, embedded | {"DATA_DIR": str(disk)})
    assert checked.code == code
    assert checked["data folder"]["verdict"] == verdict
    assert "MB free" in checked["data folder"]["message"] or megabytes > 1_000


@pytest.mark.parametrize(("seconds", "verdict", "code"), [(600, "bad", 78), (60, "warning", 0), (-600, "bad", 78)])
def test_a_clock_that_differs_from_twitchs(
    seconds: int, verdict: str, code: int, shell: Shell, good: Settings, small_world: World
) -> None:
    theirs = VirtualClock(SystemClock().now() - timedelta(seconds=seconds))
    with TwitchSandbox(small_world, theirs, client_secret=CLIENT_SECRET) as twitch:
        checked = check(shell, good | settings_for(twitch))
    assert checked.code == code
    assert checked["clock"]["verdict"] == verdict
    assert f"{'ahead of' if seconds > 0 else 'behind'} that of Twitch" in checked["clock"]["message"]
    assert "NTP" in checked["clock"]["fix"]


def test_a_clock_that_differs_from_xs_is_found_even_when_x_refuses_the_keys(shell: Shell, good: Settings) -> None:
    with XSandbox(VirtualClock(SystemClock().now() + timedelta(minutes=10))) as x:
        checked = check(shell, good | x_settings_for(x) | {"X_API_KEY": "planted-but-wrong"})
    assert checked.code == 78
    assert checked.named("bad") == {"X", "clock", "budget"}
    assert "10 min behind that of X" in checked["clock"]["message"]


def test_a_budget_that_is_spent(shell: Shell, good: Settings, x: XSandbox) -> None:
    checked = check(shell, good | {"X_MONTHLY_BUDGET_USD": "0"})
    assert checked.code == 75
    assert checked.named("bad") == {"budget"}
    assert "nothing is posted any more" in checked["budget"]["message"]
    assert "X_MONTHLY_BUDGET_USD" in checked["budget"]["fix"]
    assert "the account was not read" in checked["X"]["message"]
    assert x.requests == 0


def test_a_bot_that_does_not_run(shell: Shell, good: Settings, database: Database) -> None:
    """Polls, roll-ups and posts are late."""
    url, now = good["DATABASE_URL"], SystemClock().now()
    write(url, "delete from staging.polls")
    day = CALENDAR.day(CALENDAR.day_of(now).date - timedelta(days=3))
    stage(database, a_stream(), at=day.starts_at, day=day.date)
    write(
        url,
        "insert into posts (kind, day, text, status, created_at, next_try_at, expires_at) "
        "values ('games', '2026-11-20', 'planted-words', 'due', %s, %s, %s)",
        *(now - timedelta(hours=2),) * 2,
        now + timedelta(hours=2),
    )
    checked = check(shell, good)
    assert checked.code == 0
    assert checked.named("warning") == {"polls", "days", "outbox"}
    assert "is `watchtime run` running?" in checked["polls"]["fix"]
    assert f"not yet: {day.date}" in checked["days"]["message"]
    assert "a post has been due since" in checked["outbox"]["message"]


def test_a_post_that_x_refused(shell: Shell, good: Settings) -> None:
    now = SystemClock().now()
    write(
        good["DATABASE_URL"],
        "insert into posts (kind, day, text, status, reason, created_at, next_try_at, expires_at) "
        "values ('games', '2026-11-20', 'planted-words', 'refused', 'X answered 403', %s, %s, %s)",
        *(now,) * 3,
    )
    checked = check(shell, good)
    assert checked.named("warning") == {"outbox"}
    assert "0 posts wait, 1 failed" in checked["outbox"]["message"]
    assert "outbox retry ID" in checked["outbox"]["fix"]


def test_a_problem_is_followed_by_its_fix(shell: Shell, good: Settings, folder: Path) -> None:
    (folder / "file").write_text("")
    ran = shell.run("check", "--offline", **good, DATA_DIR=str(folder / "file"))
    assert ran.code == 78
    _, bad, arrow, good_again, *_ = ran.out.splitlines()
    assert bad.startswith("✗ data folder  cannot write to ")
    assert arrow == "  → give this user write access, or set DATA_DIR to another folder"
    assert good_again.startswith("✓ database")


def test_an_address_other_than_twitchs_is_named_in_the_fix(shell: Shell, twitch: dict[str, str]) -> None:
    ran = shell.run("check", **twitch | {"TWITCH_API_URL": f"{twitch['TWITCH_API_URL']}/nowhere"})
    assert "→ check TWITCH_API_URL and TWITCH_AUTH_URL, which are not Twitch's own" in ran.out
