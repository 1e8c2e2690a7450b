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
    """A clock that only moves when a process that maps it moves it; a sleep moves it. It survives every process.

    One process at a time does something while the others wait for it, so that no move is lost.
    """

    def __init__(self, file: Path) -> None:
        with file.open("r+b") as opened:
            self._mapped = mmap.mmap(opened.fileno(), _FORMAT.size)

    @classmethod
    def made(cls, file: Path, start: datetime) -> "SharedClock":
        """Create a clock at an instant."""
        file.write_bytes(_FORMAT.pack((start - _EPOCH) // _MICROSECOND))
        return cls(file)

    def now(self) -> datetime:
        """The current instant, in UTC."""
        (microseconds,) = _FORMAT.unpack(self._mapped[: _FORMAT.size])
        return _EPOCH + timedelta(microseconds=microseconds)

    def sleep(self, seconds: float) -> None:
        """Advance by this many seconds."""
        self.move_to(self.now() + timedelta(seconds=max(0.0, seconds)))

    def move_to(self, instant: datetime) -> None:
        """Move forward to that instant; stay where it is if that has passed."""
        self._mapped[: _FORMAT.size] = _FORMAT.pack((max(self.now(), instant) - _EPOCH) // _MICROSECOND)
