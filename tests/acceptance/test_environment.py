"""The command line in unusual environments: other languages, other users, variables of other programs."""

import os
import re
import shutil
import stat
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.acceptance.conftest import ROOT, Shell

# A locale that is not installed, a time zone that does not exist, another database, options for another server, and a
# terminal without our characters and without a width.
ODD = {
    "LANG": "de_DE.UTF-8",
    "LC_ALL": "xx_YY.UTF-8",
    "LANGUAGE": "de",
    "TZ": "Nonsense/Zone",
    "TMPDIR": "/nowhere",
    "PYTHONIOENCODING": "latin-1",
    "COLUMNS": "wide",
    "TERM": "nothing",
    "PGHOST": "127.0.0.1",
    "PGHOSTADDR": "127.0.0.1",
    "PGPORT": "1",
    "PGUSER": "nobody",
    "PGDATABASE": "nothing",
    "PGSERVICE": "nowhere",
    "PGOPTIONS": "-c nonsense=1",
    "PGCLIENTENCODING": "LATIN1",
    "PGDATESTYLE": "German",
    "PGSSLMODE": "verify-full",
    "PGGSSENCMODE": "require",
    "PGCHANNELBINDING": "require",
    "PGTARGETSESSIONATTRS": "standby",
    "PGSERVER_POSTGRES_VERSION": "16",
}
WITHOUT_UMASK = ("/bin/sh", "-c", 'umask 000; exec "$@"', "sh", sys.executable, "-m", "bot")
NOBODY = 54_321
UNREACHABLE = "postgresql://somebody@127.0.0.1:1/watchtime"
CHART = '{"data": {"values": [{"hours": 1}]}, "mark": "bar", "encoding": {"x": {"field": "hours"}}, "title": "A day"}'


def test_an_odd_environment_and_an_odd_folder_change_nothing(shell: Shell) -> None:
    """With an embedded database, which programs of PostgreSQL create, start and read."""
    data = shell.folder / "it's_100%`x`\"é@#&;"
    odd = replace(shell, program=WITHOUT_UMASK)
    settings = {**ODD, "DATA_DIR": str(data), "PATH": "/usr/bin:/bin"}
    migrated = odd.run("migrate", **settings)
    assert (migrated.code, migrated.out.splitlines()[0].split()[0]) == (0, "Applied"), migrated
    asked = odd.run("ask", "help", **settings)
    assert asked.code == 0, asked
    # Characters that the terminal cannot show are escaped.
    assert "\\u201c" in asked.out
    saved = odd.run("backup", "saved.dump", **settings)
    assert saved.code == 0, saved
    log = (data / "postgres" / "log").read_text()
    assert re.search(r"^\d{4}-\d\d-\d\d \S+ UTC ", log), "the server writes English, in UTC"
    written = [data, *data.iterdir(), shell.folder / "saved.dump"]
    assert [path for path in written if path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH)] == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user that the machine does not know")
def test_a_user_without_a_name_and_a_home_gets_a_message_with_the_setting_to_set(shell: Shell, folder: Path) -> None:
    def run(**settings: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **settings}
        as_nobody = ["setpriv", "--reuid", str(NOBODY), "--clear-groups", sys.executable, "-m", "bot", "migrate"]
        return subprocess.run(as_nobody, cwd="/", env=environment, capture_output=True, text=True, check=False)

    without = run()
    assert (without.returncode, without.stderr) == (
        78,
        "watchtime: DATA_DIR is not set, and this user has no home folder: set DATA_DIR to a folder of theirs\n",
    )
    assert "DATA_DIR should be a path without ~" in run(DATA_DIR="~/data").stderr
    folder.chmod(0o755)
    own = folder / "own"
    own.mkdir()
    os.chown(own, NOBODY, NOBODY)
    # PostgreSQL needs a name of the user; only the error of initdb shows that.
    assert "could not look up effective user ID 54321" in run(DATA_DIR=str(own)).stderr
    not_theirs = run(HOME=str(shell.folder))
    assert "set DATA_DIR to a folder of this user" in not_theirs.stderr
    assert "Traceback" not in not_theirs.stderr


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become a user that the machine does not know")
def test_the_dashboard_needs_no_home_and_no_name_of_its_user(folder: Path) -> None:
    own = folder / "own"
    own.mkdir()
    folder.chmod(0o755)
    os.chown(own, NOBODY, NOBODY)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "DATABASE_URL": UNREACHABLE}

    def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        as_nobody = ["setpriv", "--reuid", str(NOBODY), "--clear-groups", sys.executable, *arguments]
        return subprocess.run(
            as_nobody,
            cwd="/",
            env=environment | settings,
            input=CHART,
            capture_output=True,
            text=True,
            check=False,
        )

    with_folder = run("-m", "bot", "web", DATA_DIR=str(own))
    assert (with_folder.returncode, with_folder.stderr.count("\n")) == (75, 1), with_folder.stderr
    without = run("-m", "bot", "web")
    assert (without.returncode, without.stderr.partition(",")[0]) == (78, "watchtime: DATA_DIR is not set")
    drawn = run("-m", "helperfunctions.drawing", "svg")
    assert (drawn.returncode, drawn.stdout[:4], "A day" in drawn.stdout) == (0, "<svg", True), drawn.stderr


@pytest.mark.parametrize(
    ("redirection", "code", "message"),
    [
        (">&-", 0, ""),
        (">/dev/full", 74, "watchtime: the output cannot be written: No space left on device\n"),
        ("| head -n 1 >/dev/null", 0, ""),
    ],
    ids=["closed", "full disk", "reader that goes"],
)
def test_a_closed_output_causes_no_traceback(redirection: str, code: int, message: str, shell: Shell) -> None:
    in_shell = ("/bin/bash", "-o", "pipefail", "-c", f'"$@" {redirection}', "bash", sys.executable, "-m", "bot")
    ran = replace(shell, program=in_shell).run("config")
    assert (ran.code, ran.err) == (code, message)


def test_an_invalid_proxy_ends_every_verb_that_needs_it(shell: Shell) -> None:
    settings = {"TWITCH_CLIENT_ID": "me", "TWITCH_CLIENT_SECRET": "mine", "ALL_PROXY": "socks5h://127.0.0.1:1"}
    for verb in ("collect", "run"):
        assert "PySocks is missing" in shell.run(verb, **settings).failed_with(78)


def test_git_ignores_backups_that_are_written_into_a_clone(tmp_path: Path) -> None:
    git = shutil.which("git")
    assert git
    subprocess.run([git, "init", "-q", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text((ROOT / ".gitignore").read_text())
    for name in ("watchtime-2026-11-21T160509Z.dump", ".watchtime-2026-11-21T160509Z.dump.x7.part", "watchtime.part"):
        (tmp_path / name).touch()
    found = subprocess.run(
        [git, "status", "--short", "-uall"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["??", ".gitignore"]
