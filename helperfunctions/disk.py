"""The machine's disk: whether a folder can be written, and its free space."""

import os
import shutil
import tempfile
from pathlib import Path

# The smallest space that a file needs.
BLOCK_BYTES = 4096


def nearest_folder(path: Path) -> Path:
    """The path if it exists, else its nearest existing parent. Either may be a file."""
    return next(above for above in (path, *path.parents) if os.path.lexists(above))


def free_bytes_if_known(path: Path) -> int | None:
    """Free bytes on the disk of a path, which need not exist. None if the system does not report them."""
    try:
        return shutil.disk_usage(nearest_folder(path)).free
    except OSError:
        return None


def why_not_writable(folder: Path) -> str | None:
    """The system's error when a file cannot be written into a folder; None if it can. The file is removed again."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(BLOCK_BYTES))
            file.flush()
    except OSError as exc:
        return exc.strerror or type(exc).__name__
    return None
