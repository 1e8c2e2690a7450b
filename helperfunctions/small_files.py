"""Small files of our own in DATA_DIR, written whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path


def write_whole(path: Path, content: str, mode: int = 0o666) -> None:
    """Replace a file, or make it and its folder: a reader, and a process killed at any moment, finds the old content or
    the new one. `mode` is reduced by the umask, as for every new file. Raises OSError; the old file stays then."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            # After a power cut the rename may be there without what it renamed.
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
