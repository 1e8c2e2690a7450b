"""The clock is an argument: the real one, or one that a test or the demo moves by hand."""

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, Protocol

# A server tells whole seconds: half of one is what it leaves out on average.
_LEFT_OUT: Final = timedelta(seconds=0.5)


class Clock(Protocol):
    """What everything that needs the time asks for."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Let that many seconds pass."""
        ...


class SystemClock:
    """The machine's own clock: the only place in the project that asks for the present time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class VirtualClock:
    """A clock that stands still until somebody moves it; a sleeper moves it. Safe to share between threads."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a virtual clock starts at an instant with a time zone")
        self._now = start.astimezone(UTC)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def sleep(self, seconds: float) -> None:
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move forward by that many seconds; never backwards."""
        with self._lock:
            self._now += timedelta(seconds=max(0.0, seconds))

    def move_to(self, instant: datetime) -> None:
        """Move forward to that instant; stay where we are if it has passed."""
        with self._lock:
            self._now = max(self._now, instant.astimezone(UTC))


@dataclass(frozen=True, slots=True)
class Counters:
    """The machine's own counts of time, which nobody can set.

    `since_boot`: with the time for which it was suspended, where the system counts that (`knows_sleep`). `slept`: how
    long it was suspended since it was started; zero where that is not known.
    """

    since_boot: timedelta
    slept: timedelta
    knows_sleep: bool


def machine_counters() -> Counters:
    """Both counts, read one right after the other."""
    awake = timedelta(seconds=time.monotonic())
    # Linux alone has it.
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    if boot is None:
        return Counters(awake, timedelta(0), knows_sleep=False)
    since_boot = timedelta(seconds=time.clock_gettime(boot))
    return Counters(since_boot, since_boot - awake, knows_sleep=True)


def ahead_of(date_header: str | None, now: datetime) -> timedelta | None:
    """How far `now` is ahead of a server that has just answered with this Date header; None when it has none."""
    try:
        told = parsedate_to_datetime(date_header or "")
    except ValueError:
        return None
    return now - (told if told.tzinfo else told.replace(tzinfo=UTC)) - _LEFT_OUT
