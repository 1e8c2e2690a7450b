"""The Twitch token is stored on disk, only its owner can read it, and problems with its file stop nothing."""

import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from helperfunctions.token_cache import AppToken, TokenFile

TOKEN = AppToken("abc123", datetime(2026, 12, 1, 12, 30, tzinfo=UTC))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "twitch-token.json"


def test_a_token_outlives_the_process(path: Path) -> None:
    TokenFile(path).write("our key", TOKEN)
    assert TokenFile(path).read("our key") == TOKEN


def test_only_the_owner_can_read_the_file(path: Path) -> None:
    before = os.umask(0)
    try:
        TokenFile(path).write("our key", TOKEN)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_new_token_replaces_the_old_one_and_leaves_no_other_file(path: Path) -> None:
    cache = TokenFile(path)
    cache.write("our key", TOKEN)
    newer = AppToken("def456", datetime(2027, 1, 1, tzinfo=UTC))
    cache.write("our key", newer)
    assert cache.read("our key") == newer
    assert list(path.parent.iterdir()) == [path]


def test_a_token_of_another_application_is_ignored(path: Path) -> None:
    TokenFile(path).write("our key", TOKEN)
    assert TokenFile(path).read("another key") is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no json",
        b"null",
        b"[]",
        b'"text"',
        b"\xff\xfe\x00",
        b"{}",
        json.dumps({"key": "our key"}).encode(),
        json.dumps({"key": "our key", "token": "abc", "renew_at": "soon"}).encode(),
        json.dumps({"key": "our key", "token": "abc", "renew_at": None}).encode(),
        json.dumps({"key": "our key", "token": None, "renew_at": "2026-12-01T12:30:00+00:00"}).encode(),
        # without a time zone it could not be compared with the clock
        json.dumps({"key": "our key", "token": "abc", "renew_at": "2026-12-01T12:30:00"}).encode(),
    ],
)
def test_an_unreadable_file_is_treated_as_no_token(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assert TokenFile(path).read("our key") is None


def test_an_unreadable_file_is_replaced(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("no json")
    TokenFile(path).write("our key", TOKEN)
    assert TokenFile(path).read("our key") == TOKEN


def test_without_a_file_there_is_no_token(path: Path) -> None:
    assert TokenFile(path).read("our key") is None


def test_a_folder_that_cannot_be_created_is_logged_once_and_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A file is in the place of the folder, so even root cannot write there."""
    (tmp_path / "data").write_text("a file")
    cache = TokenFile(tmp_path / "data" / "twitch-token.json")
    cache.write("our key", TOKEN)
    assert cache.read("our key") is None
    [warning] = caplog.messages
    assert str(tmp_path / "data") in warning
    assert TOKEN.value not in warning


def test_a_token_is_not_in_its_representation() -> None:
    assert TOKEN.value not in repr(TOKEN)
    assert TOKEN.value not in f"{TOKEN}"
