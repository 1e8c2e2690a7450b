"""The spending of a month so far, for `watchtime spend` and for the health facts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.spend.allowance import Allowance, allowance_of
from bot.spend.month import Month, month_of
from helperfunctions.database import Database, Transaction, records


@dataclass(frozen=True, slots=True)
class Spent:
    """The cost of the calls of one kind for one purpose; `unsettled_usd` of it for calls with an unknown outcome."""

    purpose: str
    kind: str
    units: int
    usd: Decimal
    unsettled_usd: Decimal


@dataclass(frozen=True, slots=True)
class Pause:
    """A time until which X is not called, and since when. `cause`: "credits" or "credentials"."""

    cause: str
    until: datetime
    reason: str
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Spending:
    """A month's spending so far, in USD, and a forecast for the whole month.

    `answers_last_hour_usd`: the cost of reading and answering mentions in the last hour.
    """

    month: Month
    budget_usd: Decimal
    rows: Sequence[Spent]
    forecast_usd: Decimal
    pauses: Sequence[Pause]
    allowance: Allowance
    answers_last_hour_usd: Decimal

    @property
    def total_usd(self) -> Decimal:
        """The spending of all kinds of calls."""
        return sum((row.usd for row in self.rows), Decimal(0))


def spending(database: Database, now: datetime, budget_usd: Decimal, *, owns_app: bool = False) -> Spending:
    """The spending of the month of `now`; the forecast assumes the pace of the last seven days, or of those since the
    first charge."""
    with database.transaction() as tx:
        return spending_of(tx, now, budget_usd, owns_app=owns_app)


def spending_of(tx: Transaction, now: datetime, budget_usd: Decimal, *, owns_app: bool = False) -> Spending:
    """The spending of the month of `now`, read in an open transaction."""
    month = month_of(now)
    week_ago = now - timedelta(days=7)
    rows = records(Spent, tx.spend.month_by_kind(since=month.starts_at, before=month.ends_at))
    last_week = Decimal(tx.spend.spent(since=week_ago, before=now))
    first: Any = tx.spend.first_charge_at(since=week_ago, before=now)
    days = max((now - first) / timedelta(days=1), 1.0) if first else 1.0
    total = sum((row.usd for row in rows), Decimal(0))
    to_come = last_week / Decimal(days) * Decimal((month.ends_at - now) / timedelta(days=1))
    return Spending(
        month=month,
        budget_usd=budget_usd,
        rows=rows,
        forecast_usd=(total + to_come).quantize(Decimal("0.001")),
        pauses=records(Pause, tx.spend.pauses(now=now)),
        allowance=allowance_of(tx, now, budget_usd, owns_app=owns_app),
        answers_last_hour_usd=Decimal(tx.spend.spent_on_answers(since=now - timedelta(hours=1), before=now)),
    )
