"""`watchtime check`: each thing that can be wrong is found, told with how to mend it, and hides nothing else."""

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
            "says": {"type": "string", "minLength": 3},
            "mend": {"type": ["string", "null"], "minLength": 3},
            "for_now": {"type": "boolean"},
        },
        "required": ["name", "verdict", "says", "mend", "for_now"],
        "additionalProperties": False,
    },
}

Settings = dict[str, str]


@dataclass(frozen=True)
class Checked:
    """What the doctor said."""

    code: int
    findings: list[dict[str, Any]]

    def __getitem__(self, name: str) -> dict[str, Any]:
        [finding] = [finding for finding in self.findings if finding["name"] == name]
        return finding

    def named(self, verdict: str) -> set[str]:
        return {finding["name"] for finding in self.findings if finding["verdict"] == verdict}


def check(shell: Shell, settings: Settings, *options: str) -> Checked:
    """What the doctor says, in the shape that is promised, and without a secret."""
    ran = shell.run("check", "--json", *options, **settings)
    holds_no_secret(ran, settings)
    assert ran.err == "", ran
    findings = json.loads(ran.out)
    jsonschema.validate(findings, SCHEMA)
    assert list(dict.fromkeys(finding["name"] for finding in findings)) == NAMES
    for finding in findings:
        assert (finding["mend"] is not None) == (finding["verdict"] in {"warning", "bad"}), finding
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
    """Settings with which all is well."""
    return polled | twitch | x_settings_for(x) | {"X_ACCOUNT_OWNS_APP": "false"}


@pytest.fixture
def nobody() -> str:
    """An address at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{taken.getsockname()[1]}"


def test_when_all_is_well_each_line_says_so(shell: Shell, good: Settings) -> None:
    ran = shell.run("check", **good)
    holds_no_secret(ran, good)
    assert (ran.code, ran.err) == (0, ""), ran
    lines = ran.out.splitlines()
    assert [line[2:13].strip() for line in lines] == NAMES, ran.out
    assert {line[0] for line in lines} == {"✓"}, ran.out
    told = dict(zip(NAMES, lines, strict=True))
    assert "a page of 100 streams; 799 of 800 points" in told["Twitch"]
    assert "we are @watchtimebot, and may write (read-write)" in told["X"]
    assert "UTF8" in told["database"]
    assert migrations.versions_in()[-1] in told["schema"]
    assert "the database and Twitch and X" in told["clock"]
    assert "0.010 of 10.00 USD spent" in told["budget"]


def test_as_json_it_says_the_same(shell: Shell, good: Settings) -> None:
    checked = check(shell, good)
    assert checked.code == 0
    assert checked.named("good") == set(NAMES)


def test_who_we_are_is_charged_once_a_day_and_remembered(shell: Shell, good: Settings, x: XSandbox) -> None:
    for _ in range(2):
        check(shell, good)
    assert x.bill().total_usd == Decimal("0.010")
    charges = "select purpose, kind, units, usd, status from x_charges"
    assert rows(good["DATABASE_URL"], charges) == [("account", "user_read", 1, Decimal("0.010000"), "made")]
    assert rows(good["DATABASE_URL"], "select username from x_accounts") == [("watchtimebot",)]


def test_offline_neither_twitch_nor_x_is_asked(shell: Shell, good: Settings, x: XSandbox, nobody: str) -> None:
    checked = check(shell, good | {"TWITCH_AUTH_URL": f"http://{nobody}"}, "--offline")
    assert checked.code == 0
    assert checked.named("skipped") == {"Twitch", "X"}
    assert "--offline" in checked["X"]["says"]
    assert checked["clock"]["says"].endswith("of the database")
    assert x.requests == 0


def test_without_settings_it_says_what_is_missing_and_makes_nothing(shell: Shell) -> None:
    checked = check(shell, {})
    assert checked.code == 78
    assert checked.named("bad") == {"Twitch"}
    assert "https://dev.twitch.tv/console/apps" in checked["Twitch"]["mend"]
    assert "will be made" in checked["database"]["says"]
    assert "at first start" in checked["database"]["says"]
    assert "only written to the log" in checked["X"]["says"]
    assert list(shell.folder.iterdir()) == []


def test_an_embedded_database_is_looked_at_and_left_as_it_was(shell: Shell, folder: Path) -> None:
    assert shell.run("migrate").code == 0
    checked = check(shell, {}, "--offline")
    assert checked["database"]["verdict"] == "good"
    assert checked["database"]["says"].startswith("embedded PostgreSQL ")
    assert checked["schema"]["verdict"] == "good"
    assert checked["polls"]["says"] == "none yet"
    nothing_runs_in(folder)


def test_every_problem_of_the_settings_is_told_and_the_rest_waits(shell: Shell, good: Settings) -> None:
    (shell.folder / ".env").write_text("MIN_VIEWRS=50\n")
    checked = check(shell, good | {"POST_AT": "noonish", "X_MONTHLY_BUDGET_USD": "-1"})
    assert checked.code == 78
    problems = [finding["says"] for finding in checked.findings if finding["name"] == "settings"]
    assert len(problems) == 3
    for name in ("MIN_VIEWRS", "POST_AT", "X_MONTHLY_BUDGET_USD"):
        assert any(problem.startswith(name) for problem in problems)
    assert checked.named("skipped") == set(NAMES) - {"settings"}


def test_a_broken_secret_in_the_settings_is_not_shown(shell: Shell) -> None:
    checked = check(shell, {"DATABASE_URL": "mysql://somebody:planted-password@db.example/watch"})
    assert checked.code == 78
    assert "DATABASE_URL should begin with postgresql://" in checked["settings"]["says"]


def test_a_wrong_twitch_secret(shell: Shell, good: Settings) -> None:
    checked = check(shell, good | {"TWITCH_CLIENT_SECRET": f"{CLIENT_SECRET}-but-wrong"})
    assert checked.code == 78
    assert checked.named("bad") == {"Twitch"}
    assert "403" in checked["Twitch"]["says"]
    assert checked["Twitch"]["mend"] == "copy both anew from https://dev.twitch.tv/console/apps"


def test_a_twitch_that_is_away(shell: Shell, good: Settings, nobody: str) -> None:
    checked = check(shell, good | {"TWITCH_API_URL": f"http://{nobody}", "TWITCH_AUTH_URL": f"http://{nobody}"})
    assert checked.code == 75
    assert checked.named("bad") == {"Twitch"}
    assert "tried 1 times" in checked["Twitch"]["says"]
    assert checked["X"]["verdict"] == "good"


def test_a_twitch_that_is_down_or_has_enough_of_us(shell: Shell, good: Settings, serve: Serve) -> None:
    for fault in ("server_error", "too_many_requests", "html"):
        checked = check(shell, good | settings_for(serve(faults=Faults({fault: 1}))))
        assert checked.code == 75, fault
        assert checked.named("bad") == {"Twitch"}


@pytest.mark.parametrize("name", ["X_API_KEY", "X_ACCESS_TOKEN_SECRET"])
def test_wrong_keys_of_x(name: str, shell: Shell, good: Settings, x: XSandbox) -> None:
    wrong = good | {name: "planted-but-wrong"}
    checked = check(shell, wrong)
    assert checked.code == 78
    # It is what X says to everybody, so nobody calls it for a while.
    assert checked.named("bad") == {"X", "budget"}
    assert "401" in checked["X"]["says"]
    assert "https://console.x.com" in checked["X"]["mend"]
    assert "X is not called until" in check(shell, wrong)["X"]["says"]
    assert x.requests == 1
    assert rows(good["DATABASE_URL"], "select count(*) from x_charges") == [(0,)]
    shell.run("spend", "--resume", **good)
    assert check(shell, good).code == 0


def test_an_access_token_that_may_only_read(shell: Shell, good: Settings) -> None:
    with XSandbox(SystemClock(), can_write=False) as x:
        checked = check(shell, good | x_settings_for(x))
    assert checked.code == 78
    assert checked.named("bad") == {"X"}
    assert checked["X"]["says"] == "we are @watchtimebot, and may only read"
    assert "make the access token anew" in checked["X"]["mend"]


@pytest.mark.parametrize(
    ("fault", "says", "bad"),
    [
        (XFault.NO_CREDITS, "402", {"X", "budget"}),
        (XFault.USAGE_CAP, "429", {"X", "budget"}),
        (XFault.TOO_MANY_REQUESTS, "429", {"X"}),
        (XFault.SERVER_ERROR, "503", {"X"}),
        (XFault.RESET_BEFORE, "did not answer", {"X"}),
        (XFault.UNREADABLE, "no JSON", {"X"}),
    ],
)
def test_an_x_that_does_not_want_to(
    fault: XFault, says: str, bad: set[str], shell: Shell, good: Settings, x: XSandbox
) -> None:
    x.faults.cue(fault)
    checked = check(shell, good)
    assert checked.code == 75
    assert checked.named("bad") == bad
    assert says in checked["X"]["says"]


def test_an_x_that_is_away(shell: Shell, good: Settings, nobody: str) -> None:
    checked = check(shell, good | {"X_API_URL": f"http://{nobody}"})
    assert checked.code == 75
    assert checked.named("bad") == {"X"}
    assert "cannot be reached" in checked["X"]["says"]


def test_whether_the_account_owns_the_app_is_for_a_person_to_say(shell: Shell, good: Settings) -> None:
    unsaid = {name: value for name, value in good.items() if name != "X_ACCOUNT_OWNS_APP"}
    checked = check(shell, unsaid)
    assert checked.code == 0
    assert checked.named("warning") == {"X app"}
    assert "nobody has said whether @watchtimebot owns the app, and X does not tell" in checked["X app"]["says"]
    assert "X_ACCOUNT_OWNS_APP=true" in checked["X app"]["mend"]
    owner = check(shell, good | {"X_ACCOUNT_OWNS_APP": "true"})
    assert owner["X app"]["verdict"] == "good"
    assert "at a fifth" in owner["X app"]["says"]


def test_a_database_that_is_away_hides_nothing_else(shell: Shell, good: Settings, nobody: str, x: XSandbox) -> None:
    checked = check(shell, good | {"DATABASE_URL": f"postgresql://somebody:planted-password@{nobody}/watch"})
    assert checked.code == 75
    assert checked.named("bad") == {"database"}
    assert "DATABASE_URL" in checked["database"]["mend"]
    assert checked.named("skipped") == {"schema", "X", "budget", "polls", "days", "outbox"}
    # Nothing is asked of X that cannot be written down.
    assert x.requests == 0


def test_a_schema_that_is_older_is_not_migrated(shell: Shell, good: Settings) -> None:
    write(good["DATABASE_URL"], f"delete from schema_migrations where version = '{migrations.versions_in()[-1]}'")
    checked = check(shell, good)
    assert checked.code == 78
    assert checked.named("bad") == {"schema"}
    assert "it lacks 1 migrations" in checked["schema"]["says"]
    assert "watchtime migrate" in checked["schema"]["mend"]
    assert checked.named("skipped") == {"X", "budget", "polls", "days", "outbox"}
    left = rows(good["DATABASE_URL"], "select count(*) from schema_migrations")
    assert left == [(len(migrations.versions_in()) - 1,)]


def test_a_schema_that_is_newer(shell: Shell, good: Settings) -> None:
    write(good["DATABASE_URL"], "insert into schema_migrations (version) values ('29990101000000')")
    checked = check(shell, good)
    assert checked.code == 78
    assert checked.named("bad") == {"schema"}
    assert "29990101000000 is newer than this program's" in checked["schema"]["says"]
    assert "newer version of the program" in checked["schema"]["mend"]


def test_a_database_without_a_schema_gets_none(shell: Shell, good: Settings, empty_url: str) -> None:
    checked = check(shell, good | {"DATABASE_URL": empty_url})
    assert checked.code == 0
    assert checked["database"]["verdict"] == "good"
    assert "at first start" in checked["schema"]["says"]
    assert rows(empty_url, "select count(*) from pg_tables where schemaname = 'public'") == [(0,)]


def as_role(url: str, *attributes: str) -> str:
    """The same database for a new role that can log in, and what else it is or has."""
    role = f"role_of_{url.split('@/')[1].split('?')[0]}"
    write(url, f"create role {role} login")
    for attribute in attributes:
        write(url, attribute.replace("ROLE", role))
    return url.replace("//postgres@", f"//{role}@")


@pytest.mark.parametrize(
    ("attributes", "says"),
    [
        (["grant postgres to ROLE", "alter role ROLE set default_transaction_read_only = on"], "it lets us only read"),
        (
            [
                "grant usage on schema staging to ROLE",
                "grant select on all tables in schema public, staging to ROLE",
            ],
            "we may not write its tables",
        ),
        (
            [
                "grant usage, create on schema staging to ROLE",
                "grant select, insert, update, delete on all tables in schema public, staging to ROLE",
            ],
            "we may not make tables",
        ),
    ],
)
def test_a_role_that_may_not_write(attributes: list[str], says: str, shell: Shell, good: Settings) -> None:
    checked = check(shell, good | {"DATABASE_URL": as_role(good["DATABASE_URL"], *attributes)})
    assert checked.code == 78
    assert checked.named("bad") == {"database"}
    assert says in checked["database"]["says"]
    assert checked["Twitch"]["verdict"] == "good"
    assert checked["polls"]["verdict"] == "good"


def test_a_role_with_few_connections(shell: Shell, good: Settings) -> None:
    narrow = as_role(good["DATABASE_URL"], "grant postgres to ROLE", "alter role ROLE connection limit 5")
    checked = check(shell, good | {"DATABASE_URL": narrow})
    assert checked.code == 0
    assert checked.named("warning") == {"database"}
    assert "4 connections are free, 8 may be needed" in checked["database"]["says"]


def test_a_database_with_no_room_for_names(shell: Shell, good: Settings, server_url: str, empty_url: str) -> None:
    name = f"latin_{empty_url.split('@/')[1].split('?')[0]}"
    execute_outside(server_url, f"create database {name} encoding 'LATIN1' template template0 locale 'C'")
    checked = check(shell, good | {"DATABASE_URL": database_url(server_url, name)})
    assert checked.code == 78
    assert checked.named("bad") == {"database"}
    assert "LATIN1 has no room" in checked["database"]["says"]
    assert "ENCODING 'UTF8'" in checked["database"]["mend"]


def execute_outside(url: str, statement: str) -> None:
    """What cannot be done inside a transaction."""
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
    assert checked["data folder"]["says"].startswith("nothing can be written into /proc: ")


def test_a_data_folder_that_is_a_file(shell: Shell, good: Settings, folder: Path) -> None:
    (folder / "file").write_text("")
    checked = check(shell, good | {"DATA_DIR": str(folder / "file")})
    assert checked.named("bad") == {"data folder"}
    assert "Not a directory" in checked["data folder"]["says"]


def mounting(folder: Path, megabytes: int) -> tuple[str, ...]:
    """What stands before a command that is to see a small disk in a folder."""
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
    assert "MB free" in checked["data folder"]["says"] or megabytes > 1_000


@pytest.mark.parametrize(("seconds", "verdict", "code"), [(600, "bad", 78), (60, "warning", 0), (-600, "bad", 78)])
def test_a_clock_that_is_not_twitchs(
    seconds: int, verdict: str, code: int, shell: Shell, good: Settings, small_world: World
) -> None:
    theirs = VirtualClock(SystemClock().now() - timedelta(seconds=seconds))
    with TwitchSandbox(small_world, theirs, client_secret=CLIENT_SECRET) as twitch:
        checked = check(shell, good | settings_for(twitch))
    assert checked.code == code
    assert checked["clock"]["verdict"] == verdict
    assert f"{'ahead of' if seconds > 0 else 'behind'} that of Twitch" in checked["clock"]["says"]
    assert "NTP" in checked["clock"]["mend"]


def test_a_clock_that_is_not_xs_even_when_x_refuses_us(shell: Shell, good: Settings) -> None:
    with XSandbox(VirtualClock(SystemClock().now() + timedelta(minutes=10))) as x:
        checked = check(shell, good | x_settings_for(x) | {"X_API_KEY": "planted-but-wrong"})
    assert checked.code == 78
    assert checked.named("bad") == {"X", "clock", "budget"}
    assert "ours is 10 min behind that of X" in checked["clock"]["says"]


def test_a_budget_that_is_spent(shell: Shell, good: Settings, x: XSandbox) -> None:
    checked = check(shell, good | {"X_MONTHLY_BUDGET_USD": "0"})
    assert checked.code == 75
    assert checked.named("bad") == {"budget"}
    assert "nothing is posted any more" in checked["budget"]["says"]
    assert "X_MONTHLY_BUDGET_USD" in checked["budget"]["mend"]
    assert "not asked who we are" in checked["X"]["says"]
    assert x.requests == 0


def test_a_bot_that_does_not_run(shell: Shell, good: Settings, database: Database) -> None:
    """Nobody polls, nobody rolls up, nobody sends."""
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
    assert "is `watchtime run` running?" in checked["polls"]["mend"]
    assert f"not yet: {day.date}" in checked["days"]["says"]
    assert "a post has been due since" in checked["outbox"]["says"]


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
    assert "0 posts wait, 1 failed" in checked["outbox"]["says"]
    assert "outbox retry ID" in checked["outbox"]["mend"]


def test_what_is_wrong_is_followed_by_how_to_mend_it(shell: Shell, good: Settings, folder: Path) -> None:
    (folder / "file").write_text("")
    ran = shell.run("check", "--offline", **good, DATA_DIR=str(folder / "file"))
    assert ran.code == 78
    _, bad, arrow, good_again, *_ = ran.out.splitlines()
    assert bad.startswith("✗ data folder  nothing can be written into ")
    assert arrow == "  → let this user write there, or point DATA_DIR elsewhere"
    assert good_again.startswith("✓ database")


def test_an_address_that_is_not_twitchs_is_what_to_look_at(shell: Shell, twitch: dict[str, str]) -> None:
    ran = shell.run("check", **twitch | {"TWITCH_API_URL": f"{twitch['TWITCH_API_URL']}/nowhere"})
    assert "→ look at TWITCH_API_URL and TWITCH_AUTH_URL, which are not Twitch's own" in ran.out
