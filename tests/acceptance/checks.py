"""Runs of `watchtime check`, with settings without a problem to start from."""

import json
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import jsonschema
import pytest

from bot.core.calendar import Calendar
from bot.health.health_facts import LEADER_LOCK
from helperfunctions.clock import SystemClock
from helperfunctions.database import AdvisoryLock, Database
from sandbox.x.server import XSandbox
from tests.acceptance.conftest import (
    Ran,
    Shell,
    x_settings_for,
)
from tests.factories import a_stream, stage

CALENDAR = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
NAMES = ["settings", "data folder", "database", "schema", "bot", "Twitch", "X", "clock"]
NAMES += ["budget", "polls", "days", "outbox", "X app"]
NOT_SECRET = {"X_API_URL", "TWITCH_CLIENT_ID", "TWITCH_API_URL", "TWITCH_AUTH_URL", "IGDB_API_URL"}
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
def leader(database: Database) -> Iterator[AdvisoryLock]:
    """The lock that a running bot holds."""
    lock = database.try_lock(LEADER_LOCK)
    assert lock is not None
    yield lock
    lock.release()


@pytest.fixture
def good(polled: Settings, twitch: Settings, x: XSandbox, leader: AdvisoryLock) -> Settings:
    """Settings without a problem, and a bot that runs."""
    return polled | twitch | x_settings_for(x) | {"X_ACCOUNT_OWNS_APP": "false"}


@pytest.fixture
def nobody() -> str:
    """An address on which no server listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{taken.getsockname()[1]}"
