"""The Twitch token on disk: only for its owner, and never in the way."""

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


def test_a_new_token_takes_the_place_of_the_old_and_leaves_nothing_beside_it(path: Path) -> None:
    cache = TokenFile(path)
    cache.write("our key", TOKEN)
    newer = AppToken("def456", datetime(2027, 1, 1, tzinfo=UTC))
    cache.write("our key", newer)
    assert cache.read("our key") == newer
    assert list(path.parent.iterdir()) == [path]


def test_a_token_of_another_application_is_not_ours(path: Path) -> None:
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
def test_a_file_that_is_not_understood_is_no_token(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assert TokenFile(path).read("our key") is None


def test_a_file_that_is_not_understood_is_replaced(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("no json")
    TokenFile(path).write("our key", TOKEN)
    assert TokenFile(path).read("our key") == TOKEN


def test_without_a_file_there_is_no_token(path: Path) -> None:
    assert TokenFile(path).read("our key") is None


def test_a_folder_that_cannot_be_made_is_said_once_and_does_no_harm(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A file stands where the folder should be: nobody can write there, root included."""
    (tmp_path / "data").write_text("a file")
    cache = TokenFile(tmp_path / "data" / "twitch-token.json")
    cache.write("our key", TOKEN)
    assert cache.read("our key") is None
    [warning] = caplog.messages
    assert str(tmp_path / "data") in warning
    assert TOKEN.value not in warning


def test_a_token_is_not_in_what_a_log_would_show_of_it() -> None:
    assert TOKEN.value not in repr(TOKEN)
    assert TOKEN.value not in f"{TOKEN}"
