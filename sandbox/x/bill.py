"""The prices of X: docs.x.com/x-api/getting-started/pricing, as of 2026-04-20.

A post is charged when it is created. A read object is charged once per UTC day. Failed requests are free.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

PRICES_USD: Final = {
    "post": Decimal("0.015"),
    "post_with_link": Decimal("0.200"),
    "reply": Decimal("0.010"),
    "media_metadata": Decimal("0.005"),
    "post_read": Decimal("0.005"),
    "owned_read": Decimal("0.001"),
    "user_read": Decimal("0.010"),
}
"""USD by kind; a `reply` answers a person who mentioned us, an `owned_read` is a read by the owner of the app."""


@dataclass(frozen=True, slots=True)
class Bill:
    """The charges: units and USD by kind."""

    units: dict[str, int]

    @property
    def by_kind(self) -> dict[str, Decimal]:
        """USD by kind."""
        return {kind: PRICES_USD[kind] * units for kind, units in self.units.items()}

    @property
    def total_usd(self) -> Decimal:
        """USD in total."""
        return sum(self.by_kind.values(), Decimal(0))


class Till:
    """Records the charges."""

    def __init__(self, credits_usd: Decimal | None) -> None:
        self._credits_usd = credits_usd
        self._charges: list[tuple[datetime, str]] = []
        self._read: set[tuple[date, str, str]] = set()
        self._spent_usd = Decimal(0)

    def charge(self, kind: str, at: datetime) -> None:
        """Charge a write."""
        self._charges.append((at, kind))
        self._spent_usd += PRICES_USD[kind]

    def charge_reads(self, kind: str, ids: Iterable[str], at: datetime) -> None:
        """Charge the objects of a read that were not read before on this UTC day."""
        day = at.astimezone(UTC).date()
        for resource_id in ids:
            if (day, kind, resource_id) not in self._read:
                self._read.add((day, kind, resource_id))
                self.charge(kind, at)

    def add_credits(self, usd: Decimal) -> None:
        """Add prepaid credits."""
        if self._credits_usd is not None:
            self._credits_usd += usd

    @property
    def is_empty(self) -> bool:
        """True if the prepaid credits are used up."""
        return self._credits_usd is not None and self._spent_usd >= self._credits_usd

    def bill(self, since: datetime | None, before: datetime | None) -> Bill:
        """The charges of a time span, by default of all time."""
        within = (
            kind for at, kind in self._charges if (since is None or at >= since) and (before is None or at < before)
        )
        return Bill(dict(Counter(within)))
