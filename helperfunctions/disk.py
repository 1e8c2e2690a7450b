"""The machine's disk: whether a folder can be written, and how much room is left."""

import os
import shutil
import tempfile
from pathlib import Path

# The least that a file takes.
BLOCK_BYTES = 4096


def nearest_folder(path: Path) -> Path:
    """What is there of a path: itself, or the nearest thing above it, be it a folder or not."""
    return next(above for above in (path, *path.parents) if os.path.lexists(above))


def free_bytes_if_known(path: Path) -> int | None:
    """Bytes that are left for us where a path is, or will be. None: the system does not say, which is no full disk."""
    try:
        return shutil.disk_usage(nearest_folder(path)).free
    except OSError:
        return None


def why_not_writable(folder: Path) -> str | None:
    """Why nothing can be written into a folder, in the system's words; None when a file could, which is gone again."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(BLOCK_BYTES))
            file.flush()
    except OSError as exc:
        return exc.strerror or type(exc).__name__
    return None
