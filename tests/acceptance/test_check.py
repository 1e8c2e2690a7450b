"""`watchtime check` reports each problem with its fix, and one problem does not hide another."""

import os
import shutil
import subprocess
from datetime import timedelta
from pathlib import Path

import pytest

from helperfunctions import migrations
from helperfunctions.clock import SystemClock
from helperfunctions.database import AdvisoryLock, Database
from sandbox.x.server import XSandbox
from tests.acceptance.checks import (
    CALENDAR,
    NAMES,
    Settings,
    check,
    good,
    holds_no_secret,
    leader,
    nobody,
    polled,
    x,
)
from tests.acceptance.conftest import (
    PROGRAM,
    Shell,
)
from tests.factories import a_stream, stage, write

__all__ = ["good", "leader", "nobody", "polled", "x"]


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


def test_every_problem_of_the_settings_is_listed_and_the_other_checks_are_skipped(shell: Shell, good: Settings) -> None:
    (shell.folder / ".env").write_text("MIN_VIEWRS=50\n")
    checked = check(shell, good | {"POST_AT": "noonish", "X_MONTHLY_BUDGET_USD": "-1"})
    assert checked.code == 78
    problems = [finding["message"] for finding in checked.findings if finding["name"] == "settings"]
    assert len(problems) == 3
    for name in ("MIN_VIEWRS", "POST_AT", "X_MONTHLY_BUDGET_USD"):
        assert any(problem.startswith(name) for problem in problems)
    assert checked.named("skipped") == set(NAMES) - {"settings"}


def test_a_misspelled_name_in_the_environment_is_a_warning(shell: Shell, good: Settings) -> None:
    checked = check(shell, good | {"MIN_VIEWRES": "50"})
    warnings = [finding["message"] for finding in checked.findings if finding["verdict"] == "warning"]
    assert "MIN_VIEWRES in the environment is not a setting; did you mean MIN_VIEWERS?" in warnings


def test_a_broken_secret_in_the_settings_is_not_shown(shell: Shell) -> None:
    checked = check(shell, {"DATABASE_URL": "mysql://somebody:planted-password@db.example/watch"})
    assert checked.code == 78
    assert "DATABASE_URL should begin with postgresql://" in checked["settings"]["message"]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a folder in which not even root can write")
def test_a_data_folder_without_write_access_is_reported(shell: Shell, good: Settings) -> None:
    checked = check(shell, good | {"DATA_DIR": "/proc/watchtime"})
    assert checked.code == 78
    assert checked.named("bad") == {"data folder"}
    assert checked["data folder"]["message"].startswith("cannot write to /proc: ")


def test_a_data_folder_that_is_a_file_is_reported(shell: Shell, good: Settings, folder: Path) -> None:
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
def test_a_nearly_full_disk_is_reported(
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


def test_a_bot_that_does_not_run_is_reported(
    shell: Shell, good: Settings, database: Database, leader: AdvisoryLock
) -> None:
    """Polls, roll-ups and posts are late."""
    leader.release()
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
    assert checked.code == 78
    assert checked.named("bad") == {"bot"}
    assert checked.named("warning") == {"polls", "days", "outbox"}
    for name in ("bot", "polls"):
        assert checked[name]["fix"].startswith("start it with `watchtime run`"), name
    assert f"not yet: {day.date}" in checked["days"]["message"]
    assert "a post has been due since" in checked["outbox"]["message"]


def test_a_problem_is_followed_by_its_fix(shell: Shell, good: Settings, folder: Path) -> None:
    (folder / "file").write_text("")
    ran = shell.run("check", "--offline", **good, DATA_DIR=str(folder / "file"))
    assert ran.code == 78
    _, bad, arrow, good_again, *_ = ran.out.splitlines()
    assert bad.startswith("✗ data folder  cannot write to ")
    assert arrow == "  → give this user write access, or set DATA_DIR to another folder"
    assert good_again.startswith("✓ database")
