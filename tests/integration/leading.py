"""Helpers of the tests of the leader election and of the runner."""

from collections.abc import Callable

from bot.runtime.leader import Leadership


class Prepared:
    """Counts the calls of a leadership to prepare and to revive the database; `prepare` raises `error` if it is set."""

    def __init__(self) -> None:
        self.times = 0
        self.revived = 0
        self.error: Exception | None = None
        self.losses: list[str] = []

    def database_lost(self) -> None:
        self.losses.append("lost")

    def database_restarted(self) -> None:
        self.losses.append("restarted")

    def prepare(self) -> None:
        self.times += 1
        if self.error is not None:
            raise self.error

    def revive(self) -> None:
        self.revived += 1


Leads = Callable[[Prepared], Leadership]
