"""Files on their way into the lake: made and verified, but not in the store yet.

A file is named after the key of its object and the number of the intent, so a newer intent never gets an older file.
"""

import json
import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from helperfunctions.object_store import sha256_of

_ABOUT: Final = ".json"


@dataclass(frozen=True, slots=True)
class Made:
    """A file for an object: its rows, and the digest of what it was made of, which is equal for equal rows."""

    file: Path
    rows: int
    content: str

    @property
    def sha256(self) -> str:
        """The SHA-256 of the file."""
        return sha256_of(self.file)


@dataclass(frozen=True, slots=True)
class Spool:
    """A folder of such files."""

    folder: Path

    def find(self, key: str, revision: int) -> Made | None:
        """The file for an intent; None if there is none."""
        file = self._file(key, revision)
        try:
            about = json.loads(file.with_name(file.name + _ABOUT).read_bytes())
            return Made(file, int(about["rows"]), str(about["content"])) if file.exists() else None
        except (FileNotFoundError, ValueError, KeyError):
            return None

    def keep(self, key: str, revision: int, draft: Path, rows: int, content: str) -> Made:
        """Move a finished file here. The draft is on the same disk."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self._file(key, revision)
        about = file.with_name(file.name + _ABOUT)
        about_draft = draft.with_name(draft.name + _ABOUT)
        about_draft.write_text(json.dumps({"rows": rows, "content": content}))
        about_draft.replace(about)
        with draft.open("rb") as opened:
            os.fsync(opened.fileno())
        draft.replace(file)
        return Made(file, rows, content)

    def drop(self, key: str, revision: int) -> None:
        """Delete the file for an intent."""
        self._remove(self._file(key, revision))

    def drop_others(self, wanted: Collection[tuple[str, int]]) -> int:
        """Delete the files for all other intents. Returns their number."""
        names = {self._file(*one).name for one in wanted}
        others = [file for file in self._files() if file.name not in names]
        for file in others:
            self._remove(file)
        return len(others)

    def _files(self) -> Iterator[Path]:
        if self.folder.is_dir():
            yield from (file for file in self.folder.iterdir() if file.suffix != _ABOUT)

    def _file(self, key: str, revision: int) -> Path:
        return self.folder / f"{quote(key, safe='')}@{revision}"

    def _remove(self, file: Path) -> None:
        file.unlink(missing_ok=True)
        file.with_name(file.name + _ABOUT).unlink(missing_ok=True)
