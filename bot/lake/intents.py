"""Intents of the lake: rows of its ledger, written in the transaction that stores what an object is made of."""

from datetime import date, datetime
from typing import Any

from bot.lake.layout import DIMENSIONS, MONTHLY
from helperfunctions.database import Transaction


def intend_poll(tx: Transaction, lake: str, poll: Any, now: datetime, *, has_raw: bool = False) -> None:
    """Intend the object of a poll that is being stored: a Poll, or a row with its columns."""
    tx.lake.intend_poll(
        lake=lake,
        day=poll.day,
        poll_id=poll.poll_id,
        started_at=poll.started_at,
        streams=poll.streams,
        has_raw=has_raw,
        now=now,
    )


def intend_day(tx: Transaction, lake: str, day: date, now: datetime) -> None:
    """Intend the objects of a day that is being rolled up."""
    tx.lake.intend_day(lake=lake, day=day, now=now, monthly=list(MONTHLY), dimensions=list(DIMENSIONS))
