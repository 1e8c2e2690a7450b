"""Clocks, passed as arguments: the system clock, or one that a test or the demo moves by hand."""

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, Protocol

# A Date header has whole seconds, so it is half a second early on average.
_AVERAGE_TRUNCATION: Final = timedelta(seconds=0.5)


class Clock(Protocol):
    """A source of the present time."""

    def now(self) -> datetime:
        """The present instant, in UTC."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait for a number of seconds."""
        ...


class SystemClock:
    """The clock of the machine. No other code reads the present time."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class VirtualClock:
    """A clock that moves only by its methods, or when somebody sleeps. Safe to share between threads."""

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
        """Move forward to an instant; do nothing if it has passed."""
        with self._lock:
            self._now = max(self._now, instant.astimezone(UTC))

    def set_back(self, by: timedelta) -> None:
        """Show an earlier time, as after a correction by a person or a time server."""
        with self._lock:
            self._now -= by


class ShiftedClock:
    """A clock that showed `start` when it was made, and goes on as the machine does: that of another process."""

    def __init__(self, start: datetime) -> None:
        self._start = start.astimezone(UTC)
        self._began = time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._began)

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


@dataclass(frozen=True, slots=True)
class Wait:
    """A wait of a length that began at an instant.

    It is over as well when the clock shows a time before its beginning: the clock was set back since, and a wait that
    ended at a fixed instant would last for longer by as much.
    """

    since: datetime
    length: timedelta

    @property
    def ends_at(self) -> datetime:
        """The instant at which it ends unless the clock is set."""
        return self.since + self.length

    def is_over(self, now: datetime) -> bool:
        """True if it is over at `now`, the present time of the clock."""
        return not timedelta(0) <= now - self.since < self.length


@dataclass(frozen=True, slots=True)
class Counters:
    """The machine's counters of elapsed time, which cannot be set.

    `since_boot` includes the time while the machine was suspended if the system counts it (`knows_sleep`). `slept` is
    the time while it was suspended since boot, or zero if that is not known.
    """

    since_boot: timedelta
    slept: timedelta
    knows_sleep: bool


def machine_counters() -> Counters:
    """The counters of this machine."""
    awake = timedelta(seconds=time.monotonic())
    # Only Linux has this clock.
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    if boot is None:
        return Counters(awake, timedelta(0), knows_sleep=False)
    since_boot = timedelta(seconds=time.clock_gettime(boot))
    return Counters(since_boot, since_boot - awake, knows_sleep=True)


def ahead_of(date_header: str | None, now: datetime) -> timedelta | None:
    """The difference between `now` and the Date header of an answer that just arrived; None without a valid header."""
    try:
        server_time = parsedate_to_datetime(date_header or "")
    except ValueError:
        return None
    return now - (server_time if server_time.tzinfo else server_time.replace(tzinfo=UTC)) - _AVERAGE_TRUNCATION
