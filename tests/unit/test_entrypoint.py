"""The entrypoint of the image is run: its commands, and the files that it puts into the volumes."""

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from helperfunctions import aws_secrets
from helperfunctions.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
ENTRYPOINT = ROOT / "entrypoint.sh"
# The user of the image (docker/Dockerfile).
OWN_USER = "10001:10001"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run_entrypoint(tmp_path: Path) -> Run:
    """Runs entrypoint.sh in a folder of its own, with a python3 that prints its process id and its arguments, but for
    `-c`, which is Python."""
    programs = tmp_path / "programs"
    programs.mkdir()
    stand_in = programs / "python3"
    stand_in.write_text(
        f'#!/bin/sh\n[ "$1" = -c ] && [ $# = 2 ] && exec {sys.executable} "$@"\necho "$$ $@" >"$PYTHON_RECORD"\n'
    )
    stand_in.chmod(0o755)

    def run(*words: str, under: Sequence[str] = (), **environment: str) -> subprocess.CompletedProcess[str]:
        record = tmp_path / "python-record"
        record.write_text("")
        with subprocess.Popen(
            [*under, str(ENTRYPOINT), *words],
            env={"PATH": f"{programs}:/usr/bin:/bin", "PYTHON_RECORD": str(record)} | environment,
            cwd=tmp_path,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            _, errors = process.communicate(timeout=60)
        pid, _, arguments = record.read_text().partition(" ")
        # A signal from Docker reaches the program only if the program has replaced the shell.
        assert pid in {str(process.pid), ""}
        return subprocess.CompletedProcess(arguments.split(), process.returncode, arguments, errors)

    return run


def test_the_entrypoint_replaces_itself_by_the_program_for_every_verb(run_entrypoint: Run, tmp_path: Path) -> None:
    run = run_entrypoint
    assert run("migrate").stdout == "-m bot migrate\n"
    assert run("ask", "how is xQc?").stdout == "-m bot ask how is xQc?\n"
    assert run("python3", "-m", "bot", "check").stdout == "-m bot check\n"
    assert run("sh", "-c", 'echo "$$ in a shell" >"$PYTHON_RECORD"').stdout == "in a shell\n"
    assert run("healthy").stdout == ""
    assert run("healthy", HEALTH_PORT="9464").stdout.endswith("http://127.0.0.1:9464/healthz\n")
    assert run("healthy", "8000").stdout.endswith("http://127.0.0.1:8000/healthz\n")
    assert run("run", TWITCH_CLIENT_ID="mine").stdout == "-m bot run\n"
    (tmp_path / ".env").write_text("TWITCH_CLIENT_ID=mine\n")
    assert run("run").stdout == "-m bot run\n"
    (tmp_path / ".env").write_text("TWITCH_CLIENT_ID=\nAWS_SECRET_NAME=mine\n")
    assert run("run").stdout == "-m bot run\n"
    (tmp_path / ".env").unlink()
    assert run("run", AWS_SECRET_NAME="mine").stdout == "-m bot run\n"


def test_a_project_with_the_default_name_causes_a_warning(run_entrypoint: Run, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TWITCH_CLIENT_ID=mine\n")
    assert "COMPOSE_PROJECT_NAME is not in .env" in run_entrypoint("run").stderr
    (tmp_path / ".env").write_text(
        "TWITCH_CLIENT_ID=mine\nCOMPOSE_PROJECT_NAME=watchtime\n"  # pragma: allowlist secret
    )  # pragma: allowlist secret
    assert run_entrypoint("run").stderr == ""


@dataclass(frozen=True)
class Volumes:
    """The volumes of the service `secrets`, as folders."""

    root: Path
    run: Run

    def start(self) -> subprocess.CompletedProcess[str]:
        """With the capabilities of the service `secrets` and no others."""
        return self.run("secrets", str(self.root), under=["setpriv", "--bounding-set=-all,+chown,+dac_override"])

    def files(self) -> dict[str, tuple[str, str]]:
        """Mode, owner and content of each file by its path."""
        found = {}
        for path in sorted(self.root.glob("*/*")):
            if path.parent.name != "config":
                state = path.stat()
                rights = f"{state.st_mode & 0o777:o} {state.st_uid}:{state.st_gid}"
                found[str(path.relative_to(self.root))] = (rights, path.read_text())
        return found


@pytest.fixture
def volumes(run_entrypoint: Run, tmp_path: Path) -> Volumes:
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("only root gives files to another user; make test-engine does the same in a container")
    root = tmp_path / "volumes"
    for name in ("secrets", "database", "passwords", "reading", "config"):
        (root / name).mkdir(parents=True)
    (root / "config" / ".env").write_text(
        "TWITCH_CLIENT_SECRET=planted\nTIMEZONE=Europe/Berlin\n"  # pragma: allowlist secret
        "WEB_ROOT_PATH=/twitch\nX_API_KEY=planted\n"  # pragma: allowlist secret
    )
    return Volumes(root, run_entrypoint)


OWN_TOKEN = "WEB_TOKEN=planted-own\n"  # pragma: allowlist secret
ONLY_OURS, FOR_ANOTHER_USER = f"400 {OWN_USER}", f"444 {OWN_USER}"


def test_each_volume_gets_the_files_of_its_reader_and_no_other_user_can_read_them(volumes: Volumes) -> None:
    assert volumes.start().returncode == 0
    files = volumes.files()
    assert {path: rights for path, (rights, _) in files.items()} == {
        "secrets/.env": ONLY_OURS,
        "database/database_url": ONLY_OURS,
        "database/database_password": FOR_ANOTHER_USER,
        "passwords/grafana_password": FOR_ANOTHER_USER,
        "reading/.env": ONLY_OURS,
        "reading/web_database_url": ONLY_OURS,
        "reading/web_token": ONLY_OURS,
    }
    assert files["secrets/.env"][1] == (volumes.root / "config" / ".env").read_text()
    assert files["reading/.env"][1] == "TIMEZONE=Europe/Berlin\nWEB_ROOT_PATH=/twitch\n"  # pragma: allowlist secret
    password = files["database/database_password"][1]
    assert files["database/database_url"][1] == f"postgresql://watchtime:{password}@db:5432/watchtime"
    secrets = {password, files["passwords/grafana_password"][1], files["reading/web_database_url"][1]}
    assert len(secrets) == 3
    assert all(re.search(r"[\w-]{43}", secret) for secret in secrets)


def test_the_dashboard_gets_every_setting_of_its_own(volumes: Volumes) -> None:
    """But for its address, which is Compose's, and for its database and its token, which have files of their own."""
    elsewhere = {"web_host", "web_port", "web_database_url", "web_trusted_proxies", "web_token"}
    own = sorted(
        f"{name.upper()}=x"
        for name in Settings.model_fields
        if (name.startswith("web_") and name not in elsewhere) or name in ("igdb_enabled", "chat_choice")
    )
    (volumes.root / "config" / ".env").write_text("".join(f"{line}\n" for line in own))
    assert volumes.start().returncode == 0
    assert sorted(volumes.files()["reading/.env"][1].split()) == own


def test_at_the_second_start_passwords_are_the_same_and_dot_env_is_copied_again(volumes: Volumes) -> None:
    volumes.start()
    before = volumes.files()
    (volumes.root / "config" / ".env").write_text("TWITCH_CLIENT_SECRET=changed\n")
    assert volumes.start().returncode == 0
    assert volumes.files() == before | {
        "secrets/.env": (ONLY_OURS, "TWITCH_CLIENT_SECRET=changed\n"),
        "reading/.env": (ONLY_OURS, "\n"),
    }
    (volumes.root / "config" / ".env").unlink()
    assert volumes.start().returncode == 0
    assert volumes.files()["secrets/.env"] == (ONLY_OURS, "")


def test_the_passwords_of_an_installation_of_0_1_0_are_reused(volumes: Volumes) -> None:
    """There they were in the volume of the bot, and every user could read them."""
    url = "postgresql://watchtime:old@db:5432/watchtime"  # pragma: allowlist secret
    for path, text in {
        "secrets/database_password": "old",  # pragma: allowlist secret
        "secrets/database_url": url,
        "secrets/.env": "old",
        "reading/web_database_url": "postgresql://watchtime_web:old@db:5432/watchtime",  # pragma: allowlist secret
        "reading/.env": "old",
        "passwords/grafana_password": "old",  # pragma: allowlist secret
    }.items():
        (volumes.root / path).write_text(text)
    assert volumes.start().returncode == 0
    files = volumes.files()
    assert files["database/database_password"] == (FOR_ANOTHER_USER, "old")
    assert files["database/database_url"] == (ONLY_OURS, url)
    reading_url = "postgresql://watchtime_web:old@db:5432/watchtime"  # pragma: allowlist secret
    assert files["reading/web_database_url"] == (ONLY_OURS, reading_url)
    assert files["passwords/grafana_password"][1] == "old"
    assert files["secrets/.env"][0] == files["reading/.env"][0] == ONLY_OURS
    # Version 0.1.0 still finds its files.
    assert files["secrets/database_url"][1] == url


@pytest.mark.parametrize(
    ("lines", "chat", "token"),
    [
        ("CHAT_SOURCE=account\nCHAT_TOKEN=planted\n", "CHAT_SOURCE=anonymous\n", None),
        ("CHAT_SOURCE=off\n", "", None),
        ("CHAT_SOURCE=anonymous\n" + OWN_TOKEN, "CHAT_SOURCE=anonymous\n", "planted-own"),
    ],
    ids=["as an account", "off", "with a token of the operator's"],
)
def test_the_dashboard_knows_that_chat_is_on_and_has_a_token(
    lines: str, chat: str, token: str | None, volumes: Volumes
) -> None:
    (volumes.root / "config" / ".env").write_text(lines)
    volumes.start()
    made = volumes.files()["reading/web_token"][1]
    volumes.start()
    files = volumes.files()
    assert files["reading/.env"][1].strip() == chat.strip()
    assert files["reading/web_token"][1] == made == (token or made)
    assert len(made) >= 11


def test_an_interrupted_start_does_not_block_the_next_one(volumes: Volumes) -> None:
    volumes.start()
    before = volumes.files()
    left = volumes.root / "secrets" / ".env.new"
    left.write_text("half")
    left.chmod(0o400)
    os.chown(left, 10001, 10001)
    assert volumes.start().returncode == 0
    assert volumes.files() == before


def test_a_password_that_cannot_be_created_replaces_no_other(volumes: Volumes, tmp_path: Path) -> None:
    """No database is better than one with an empty password."""
    (tmp_path / "programs" / "python3").write_text("#!/bin/sh\nexit 1\n")
    assert volumes.start().returncode == 1
    assert set(volumes.files()) == {"secrets/.env"}


def test_without_credentials_the_container_prints_the_fix_and_waits(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TWITCH_CLIENT_ID=\n")
    with subprocess.Popen(
        [str(ENTRYPOINT), "run"],
        env={"PATH": "/usr/bin:/bin"},
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as waiting:
        assert waiting.stderr is not None
        assert "Put TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET into .env" in waiting.stderr.readline()
        assert waiting.poll() is None
        os.killpg(waiting.pid, signal.SIGKILL)


def test_the_dashboard_gets_every_setting_of_dot_env_that_it_uses() -> None:
    """These are settings of days and pages; its address and its database are set by the service itself."""
    [pattern] = re.findall(r"grep -E '\^\(([^']+)\)='", ENTRYPOINT.read_text())
    ours = {name.upper() for name in Settings.model_fields if name.startswith("web_")}
    by_service = {"WEB_HOST", "WEB_PORT", "WEB_DATABASE_URL", "WEB_TRUSTED_PROXIES", "WEB_TOKEN"}
    wanted = {"TIMEZONE", "DAY_STARTS_AT", "POST_AT", "POLL_EVERY_MINUTES"} | (ours - by_service)
    assert {name for name in (*wanted, *by_service, "TWITCH_CLIENT_SECRET") if re.fullmatch(pattern, name)} == wanted


def test_the_entrypoint_waits_for_no_variable_that_the_program_does_not_read() -> None:
    """A container that is started without credentials ends, and is restarted again and again."""
    names = set(re.findall(r"\b(?:TWITCH|AWS)_[A-Z_]+\b", ENTRYPOINT.read_text()))
    assert {"TWITCH_CLIENT_ID", "AWS_SECRET_NAME"} <= names
    assert names <= {*aws_secrets.NAMES, *(name.upper() for name in Settings.model_fields)}
