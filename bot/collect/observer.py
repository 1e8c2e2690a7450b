"""What another step may do when a poll was taken, and in the transaction that stores it."""

from typing import Protocol

from bot.core.polls import Poll
from helperfunctions.database import Transaction


class PollObserver(Protocol):
    """Follows polls on their way into staging."""

    def taken(self, poll: Poll) -> None:
        """A poll was read to its end, and is stored next, or kept on disk. May not raise."""
        ...

    def stored(self, tx: Transaction, poll: Poll) -> None:
        """A poll is being stored in this transaction, perhaps long after it was taken. An error undoes all of it."""
        ...


class NoObserver:
    """Does nothing."""

    def taken(self, poll: Poll) -> None:
        """Do nothing."""

    def stored(self, tx: Transaction, poll: Poll) -> None:
        """Do nothing."""
