"""The job `reply`: fetch new mentions, then decide those in the inbox. Each part runs even if the other fails."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.reply.answer import Answerer
from bot.reply.inbox import Reader
from bot.spend.account import stored_account
from helperfunctions.database import Database
from helperfunctions.errors import OverBudget, XError

log = logging.getLogger(__name__)

# So that a stop of the process never waits for a flood of mentions.
MOST_PER_TURN: Final = 200


@dataclass(frozen=True, slots=True)
class Responder:
    """X mentions -> the inbox -> the outbox. `credentials` is a hash of those that the reader's X uses."""

    database: Database
    credentials: str
    reader: Reader
    answerer: Answerer
    retention: timedelta

    def respond(self) -> int:
        """Fetch new mentions and decide up to MOST_PER_TURN; returns the number that was decided.

        Raises Busy when another process does this, and XError when the mentions cannot be fetched; those in the inbox
        are decided nevertheless.
        """
        with self.database.exclusive("reply"):
            failed: XError | None = None
            try:
                self.reader.read()
            except OverBudget as exc:
                # Not an error: the ledger has logged it, and the next day or month has a budget of its own.
                log.debug("mentions are not read: %s", exc)
            except XError as exc:
                failed = exc
            decided = self._decide()
            self.answerer.delete_texts(self.retention)
        if failed is not None:
            raise failed
        return decided

    def _decide(self) -> int:
        account = stored_account(self.database, self.credentials)
        if account is None:
            return 0
        self.answerer.names.refresh()
        decided = 0
        while decided < MOST_PER_TURN and self.answerer.answer_next(account):
            decided += 1
        return decided
