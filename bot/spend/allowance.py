"""What may still be spent: in the month on anything, and today on answers.

Strangers decide how many mentions there are, and each costs when it is read. So that one of them cannot use up the
month for everybody else, reading and answering get an equal share a day of what the month has left for them; what a day
does not spend is spread over the days that come after it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Final

from bot.spend.month import day_of, month_of
from helperfunctions.database import Transaction

# X gives no smaller page.
FEWEST_PER_PAGE: Final = 5
SUMMARIES_PER_DAY: Final = 3


@dataclass(frozen=True, slots=True)
class Allowance:
    """Amounts in USD. Negative: more was spent than there was, such as after the budget was lowered."""

    # of the month's budget, for anything
    left_usd: Decimal
    # kept back of it for looking up what became of a post
    settling_usd: Decimal
    # of the month's budget for reading mentions and answering them: what remains beside the month's summaries
    answers_usd: Decimal
    # what answers have cost today, and what they may cost today in all
    spent_today_usd: Decimal
    share_usd: Decimal
    # USD for one unit of each kind of call
    prices: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def left_today_usd(self) -> Decimal:
        """What reading mentions and answering them may still cost today."""
        return min(self.share_usd - self.spent_today_usd, self.answers_usd)

    @property
    def is_paced(self) -> bool:
        """Whether answers are limited by today's share, rather than by what the month has left."""
        return self.left_today_usd < self.answers_usd


def allowance_of(tx: Transaction, now: datetime, budget_usd: Decimal, *, owns_app: bool) -> Allowance:
    """The allowance at `now`. The caller holds the lock of the ledger in this transaction."""
    month = month_of(now)
    price = {row.kind: Decimal(row.usd) for row in tx.spend.prices()}
    read = price["owned_read" if owns_app else "post_read"]
    spent, answers_today = map(
        Decimal,
        tx.spend.spent_in_month(since=month.starts_at, before=month.ends_at, today_since=day_of(now).starts_at),
    )
    left = budget_usd - spent
    settling = FEWEST_PER_PAGE * read
    days_left = month.days_left(now)
    summaries = SUMMARIES_PER_DAY * (price["post"] + price["media_metadata"]) * days_left
    answers = left - settling - summaries
    # A small budget must at least be able to pay one page of mentions, or it would never read any.
    smallest_page = FEWEST_PER_PAGE * (read + price["user_read"])
    share = max((answers + answers_today) / days_left, smallest_page)
    return Allowance(left, settling, answers, answers_today, share, price)
