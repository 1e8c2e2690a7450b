"""Atomic writes: a file is written under a temporary name, synced to the disk, and then renamed."""

import glob
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, Final

# The mode of a file that only its owner can read.
PRIVATE: Final = 0o600
DRAFT_SUFFIX: Final = ".part"
# An older draft was left by a process that was killed: no write takes this long.
_OLD_DRAFT_SECONDS: Final = 3600.0


@contextmanager
def replacing(path: Path, *, mode: int = PRIVATE) -> Iterator[IO[bytes]]:
    """Open a draft that replaces `path` when the block ends without an error.

    Yields a binary file; its `name` is the draft's, for a block that reads it again. Until the block ends, and after an
    error, `path` is unchanged. File and folder are synced, so that the content survives a power cut. Raises OSError.
    """
    draft: Any = tempfile.NamedTemporaryFile(  # noqa: SIM115 - it is renamed, not deleted
        dir=path.parent, prefix=f".{path.name}.", suffix=DRAFT_SUFFIX, delete=False
    )
    try:
        with draft:
            yield draft
            draft.flush()
            os.fchmod(draft.fileno(), mode)
            os.fsync(draft.fileno())
        Path(draft.name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(draft.name).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def write(path: Path, content: str | bytes, *, mode: int = PRIVATE) -> None:
    """Replace the content of a file, and create its folder if needed. Raises OSError.

    Drafts of the same file that killed processes left behind are removed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path, mode=mode) as file:
        file.write(content.encode() if isinstance(content, str) else content)
    newest = path.stat().st_mtime
    for draft in path.parent.glob(f".{glob.escape(path.name)}.*{DRAFT_SUFFIX}"):
        with suppress(OSError):
            if newest - draft.stat().st_mtime > _OLD_DRAFT_SECONDS:
                draft.unlink()


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut. A file system that cannot sync a folder is no reason to fail."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
