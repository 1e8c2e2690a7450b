"""Files are written completely or not at all."""

import os
from pathlib import Path

import pytest

from helperfunctions import atomic_file


def test_a_file_is_created_with_its_folder_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "new" / "file"
    atomic_file.write(path, "content")
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("content", 0o600)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o644, 0o640], ids=oct)
def test_a_file_gets_the_requested_mode(mode: int, tmp_path: Path) -> None:
    atomic_file.write(tmp_path / "file", b"content", mode=mode)
    assert (tmp_path / "file").stat().st_mode & 0o777 == mode


def test_the_file_is_unchanged_until_the_end_of_the_block(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with atomic_file.replacing(path) as file:
        file.write(b"new")
        file.flush()
        assert (path.read_text(), Path(file.name).read_text()) == ("old", "new")
    assert path.read_text() == "new"


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt], ids=["error", "interrupt"])
def test_after_an_error_the_file_is_unchanged_and_no_draft_is_left(error: type[BaseException], tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")

    def fail() -> None:
        with atomic_file.replacing(path) as file:
            file.write(b"half")
            raise error

    with pytest.raises(error):
        fail()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_old_drafts_of_the_same_file_are_removed_and_no_others(tmp_path: Path) -> None:
    killed = tmp_path / ".file.x1.part"
    still_written = tmp_path / ".file.x2.part"
    of_another_file = tmp_path / ".other.x3.part"
    for draft in (killed, still_written, of_another_file):
        draft.write_text("half")
    for draft in (killed, of_another_file):
        os.utime(draft, (1, 1))
    atomic_file.write(tmp_path / "file", "whole")
    assert sorted(tmp_path.iterdir()) == sorted([tmp_path / "file", still_written, of_another_file])
