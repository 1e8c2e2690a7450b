"""What the containers may do, as far as their files say it."""

import os
import re
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from helperfunctions.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
# Of a machine with 1 GB: what is left is the system's.
MOST_MEMORY_MB = 832


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_locked_down(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["pids_limit"] <= 100
    assert service["mem_limit"].endswith("m")
    assert service["logging"]["options"] == {"max-size": "10m", "max-file": "3"}
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), "reachable from this machine alone"
    assert "privileged" not in service


def test_what_runs_all_day_fits_into_a_gigabyte_and_comes_back() -> None:
    lasting = [
        service for service in SERVICES.values() if service["restart"] == "unless-stopped" and "profiles" not in service
    ]
    assert sum(int(service["mem_limit"].removesuffix("m")) for service in lasting) <= MOST_MEMORY_MB
    assert [name for name, service in SERVICES.items() if service in lasting] == ["db", "bot", "web"]


def test_the_database_has_no_way_out() -> None:
    assert SERVICES["db"]["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"] == {"internal": True}


def test_the_dashboard_sees_none_of_the_bots_secrets() -> None:
    assert SERVICES["web"]["volumes"] == ["reading:/run/reading:ro"]
    assert SERVICES["web"]["environment"] == {
        "WEB_TRUSTED_PROXIES": "${WEB_TRUSTED_PROXIES:-10.0.0.0/8,172.16.0.0/12,192.168.0.0/16}",
        "WEB_DATABASE_URL_FILE": "/run/reading/web_database_url",
        "WEB_HOST": "0.0.0.0",
    }
    assert "monitoring" not in SERVICES["web"]["networks"]


def test_who_watches_sees_neither_the_database_nor_our_secrets() -> None:
    for name in ("prometheus", "grafana"):
        assert SERVICES[name]["profiles"] == ["monitoring"]
        assert SERVICES[name]["networks"] == ["monitoring"]
        assert not [
            volume for volume in SERVICES[name]["volumes"] if volume.split(":")[0] in {"secrets", "bot", "data"}
        ]


def test_what_lasts_of_ours_has_a_health_check() -> None:
    assert "HEALTHCHECK" in (ROOT / "docker" / "Dockerfile").read_text()
    ours = {name: service for name, service in SERVICES.items() if service["image"] == "twitch-watch-time"}
    assert [name for name, service in ours.items() if service.get("healthcheck") != {"disable": True}] == ["bot", "web"]
    assert ours["web"]["healthcheck"]["test"][-1] == ours["web"]["ports"][0].split(":")[-1]
    assert ours["bot"]["environment"]["HEALTH_PORT"] == "9464"


def test_no_secret_stands_in_an_environment() -> None:
    for name, service in SERVICES.items():
        assert "env_file" not in service, name
        for key, value in service.get("environment", {}).items():
            assert key.endswith("_FILE") or "PASSWORD" not in key, name
            assert key not in {"DATABASE_URL", "TWITCH_CLIENT_SECRET"}, name
            assert "://" not in str(value), name


def test_the_dashboard_is_told_every_setting_of_dot_env_that_it_uses() -> None:
    """What says how days and pages are; where it listens and what it reads is said by the service itself."""
    [told] = re.findall(r"grep -sE '\^\(([^']+)\)='", (ROOT / "entrypoint.sh").read_text())
    ours = {name.upper() for name in Settings.model_fields if name.startswith("web_")}
    by_service = {"WEB_HOST", "WEB_PORT", "WEB_DATABASE_URL", "WEB_TRUSTED_PROXIES"}
    wanted = {"TIMEZONE", "DAY_STARTS_AT", "POST_AT", "POLL_EVERY_MINUTES"} | (ours - by_service)
    assert {name for name in (*wanted, *by_service, "TWITCH_CLIENT_SECRET") if re.fullmatch(told, name)} == wanted


def test_the_image_is_given_nothing_but_the_program() -> None:
    allowed = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    assert allowed[0] == "*"
    named = {line.removeprefix("!") for line in allowed if line.startswith("!")}
    copied = {
        word
        for line in (ROOT / "docker" / "Dockerfile").read_text().splitlines()
        if line.startswith("COPY ") and "--from" not in line
        for word in line.split()[1:-1]
    }
    assert copied == named
    assert "USER 10001:10001" in (ROOT / "docker" / "Dockerfile").read_text()


def test_the_entrypoint_ends_in_exec_and_hands_every_verb_on(tmp_path: Path) -> None:
    """With a python3 that says what it is asked for."""
    stand_in = tmp_path / "python3"
    stand_in.write_text('#!/bin/sh\necho "$@"\n')
    stand_in.chmod(0o755)

    def ran(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(ROOT / "entrypoint.sh"), *words],
            env={"PATH": f"{tmp_path}:/usr/bin:/bin"} | environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=20,
            check=False,
        )

    assert ran("migrate").stdout == "-m bot migrate\n"
    assert ran("ask", "how is xQc?").stdout == "-m bot ask how is xQc?\n"
    assert ran("healthy").stdout == ""
    assert ran("healthy", HEALTH_PORT="9464").stdout.endswith("http://127.0.0.1:9464/healthz\n")
    assert ran("healthy", "8000").stdout.endswith("http://127.0.0.1:8000/healthz\n")
    assert ran("run", TWITCH_CLIENT_ID="mine").stdout == "-m bot run\n"
    (tmp_path / ".env").write_text("TWITCH_CLIENT_ID=mine\n")
    assert ran("run").stdout == "-m bot run\n"
    (tmp_path / ".env").write_text("TWITCH_CLIENT_ID=\nAWS_SECRET_NAME=mine\n")
    assert ran("run").stdout == "-m bot run\n"
    (tmp_path / ".env").unlink()
    assert ran("run", AWS_SECRET_NAME="mine").stdout == "-m bot run\n"


def test_without_credentials_the_container_says_what_to_do_and_waits(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("TWITCH_CLIENT_ID=\n")
    with subprocess.Popen(
        [str(ROOT / "entrypoint.sh"), "run"],
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
