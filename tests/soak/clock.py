"""One virtual clock for several processes: a number in a file that all of them map."""

import mmap
import struct
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_FORMAT: Final = struct.Struct("=q")


class SharedClock:
    """Stands still until a process that maps it moves it; who sleeps moves it. Survives every process that maps it.

    One process at a time does something while the others wait for it, so that no move is lost.
    """

    def __init__(self, file: Path) -> None:
        with file.open("r+b") as opened:
            self._mapped = mmap.mmap(opened.fileno(), _FORMAT.size)

    @classmethod
    def made(cls, file: Path, start: datetime) -> "SharedClock":
        """A new one, at an instant."""
        file.write_bytes(_FORMAT.pack((start - _EPOCH) // _MICROSECOND))
        return cls(file)

    def now(self) -> datetime:
        """The present instant, in UTC."""
        (microseconds,) = _FORMAT.unpack(self._mapped[: _FORMAT.size])
        return _EPOCH + timedelta(microseconds=microseconds)

    def sleep(self, seconds: float) -> None:
        """Let that many seconds pass."""
        self.move_to(self.now() + timedelta(seconds=max(0.0, seconds)))

    def move_to(self, instant: datetime) -> None:
        """Move forward to that instant; stay where it is if that has passed."""
        self._mapped[: _FORMAT.size] = _FORMAT.pack((max(self.now(), instant) - _EPOCH) // _MICROSECOND)
