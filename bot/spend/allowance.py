"""The amounts that may still be spent: this month on anything, and today on answers.

Strangers decide how many mentions there are, and X charges for each that is read. So that none of them can use up the
month for all others, reading and answering get an equal share per day of the amount that the month has left for them;
the unspent part of a share is spread over the following days.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from bot.spend.month import day_of, month_of
from helperfunctions.database import Transaction
from helperfunctions.x_models import FEWEST_RESULTS

SUMMARIES_PER_DAY: Final = 3


@dataclass(frozen=True, slots=True)
class Allowance:
    """Amounts in USD. A negative one was exceeded, such as after the budget was lowered."""

    left_usd: Decimal
    """The rest of the month's budget, for any call."""
    settling_usd: Decimal
    """The part of `left_usd` that is reserved for settling posts with an unknown outcome."""
    answers_usd: Decimal
    """The rest of the month's budget for mentions and answers: without the price of the month's summaries."""
    spent_today_usd: Decimal
    """The cost of reading and answering mentions today."""
    share_usd: Decimal
    """Today's limit for the cost of reading and answering mentions."""
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    """The price of one unit of each kind of call."""

    @property
    def left_today_usd(self) -> Decimal:
        """The amount that may still be spent today on reading and answering mentions."""
        return min(self.share_usd - self.spent_today_usd, self.answers_usd)

    @property
    def is_paced(self) -> bool:
        """True if today's share limits answers more than the rest of the month does."""
        return self.left_today_usd < self.answers_usd


def allowance_of(tx: Transaction, now: datetime, budget_usd: Decimal, *, owns_app: bool) -> Allowance:
    """The allowance at `now`. A caller that spends it has locked the ledger in this transaction."""
    month = month_of(now)
    price = {row.kind: Decimal(row.usd) for row in tx.spend.prices()}
    read = price["owned_read" if owns_app else "post_read"]
    spent = tx.spend.spent_in_month(since=month.starts_at, before=month.ends_at, today_since=day_of(now).starts_at)
    answers_today = Decimal(spent.answers_today_usd)
    left = budget_usd - Decimal(spent.usd)
    settling = FEWEST_RESULTS * read
    days_left = month.days_left(now)
    summaries = SUMMARIES_PER_DAY * (price["post"] + price["media_metadata"]) * days_left
    answers = left - settling - summaries
    # Even a small budget has to pay for one page of mentions, or none would ever be read.
    smallest_page = FEWEST_RESULTS * (read + price["user_read"])
    share = max((answers + answers_today) / days_left, smallest_page)
    return Allowance(left, settling, answers, answers_today, share, price)
