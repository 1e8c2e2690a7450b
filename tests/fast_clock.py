"""A clock that runs faster than the machine's, for processes whose minutes a test waits for."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True)
class FastClock:
    """Runs `speed` times as fast as the machine, from `start` on, which was at `since` seconds of the machine."""

    start: datetime
    since: float
    speed: float

    def now(self) -> datetime:
        return self.start + timedelta(seconds=(time.time() - self.since) * self.speed)

    def sleep(self, seconds: float) -> None:
        time.sleep(self.real_seconds(seconds))

    def real_seconds(self, seconds: float) -> float:
        """Seconds of the machine."""
        return seconds / self.speed


def fast_clock(speed: float) -> FastClock:
    """A clock that shows the machine's time now, and then runs ahead of it."""
    return FastClock(datetime.now(UTC), time.time(), speed)
