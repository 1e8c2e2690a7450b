"""Mentions that were paid for are stored, and reading goes on from where it ended."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.reply.inbox import Reader
from bot.spend.ledger import Ledger
from helperfunctions.database import Database
from helperfunctions.errors import OverBudget, XError
from tests.factories import DAY_START, rows
from tests.integration.conftest import CREDENTIALS, MakeOutside, Outside

MakeReader = Callable[..., "Reading"]


class Reading:
    """Mentions on a simulated X, and our reader of them after its first start."""

    def __init__(self, outside: Outside) -> None:
        self.outside = outside
        self.reader = Reader(outside.x, outside.database, outside.clock, outside.ledger, CREDENTIALS)
        self.reader.read()

    def tag(self, how_many: int = 1, author: str = "ann") -> list[str]:
        """Post this many mentions, one per second."""
        tagged = []
        for number in range(how_many):
            tagged.append(self.outside.sandbox.tag(author, f"@watchtimebot {number}"))
            self.outside.later(1)
        return tagged

    def stored(self) -> set[str]:
        return {mention_id for (mention_id,) in rows(self.outside.url, "select mention_id from mentions")}

    def gaps(self) -> list[tuple[str, str | None]]:
        return list(rows(self.outside.url, "select before_x_id, after_x_id from mention_gaps order by 1"))

    def paid_for(self) -> int:
        """Number of posts that X has charged for."""
        return self.outside.sandbox.bill().units.get("post_read", 0)


@pytest.fixture
def make_reading(make_outside: MakeOutside) -> MakeReader:
    return lambda **options: Reading(make_outside(**({"budget_usd": "1000", "rate_limits": False} | options)))


def test_pages_that_were_paid_for_are_stored_when_the_budget_ends(make_reading: MakeReader) -> None:
    reading = make_reading()
    reading.outside.ledger.budget_usd = Decimal("20.02")  # a share of 1.94: a page of 100, and one of 96
    tagged = reading.tag(450)
    with pytest.raises(OverBudget):
        reading.reader.read()
    stored = reading.stored()
    assert 100 < len(stored) == reading.paid_for() < 450
    assert stored == set(tagged[-len(stored) :]), "the newest first"
    with pytest.raises(OverBudget):
        reading.reader.read()
    assert reading.stored() == stored
    newest = reading.tag(3, author="bob")
    reading.outside.ledger.budget_usd = Decimal(1000)
    assert reading.reader.read() == 450 - len(stored) + 3
    assert reading.stored() == {*tagged, *newest}
    assert reading.paid_for() == 453
    assert reading.gaps() == []
    assert reading.reader.read() == 0


def test_new_question_does_not_wait_behind_an_unread_flood(make_reading: MakeReader) -> None:
    reading = make_reading()
    reading.outside.ledger.budget_usd = Decimal("3")
    reading.tag(300, author="stranger")
    with suppress(OverBudget):
        reading.reader.read()
    reading.outside.later(6 * 3600)
    (asked,) = reading.tag(author="bob")
    with suppress(OverBudget):
        reading.reader.read()
    reading.outside.later(3 * 3600)  # past midnight in UTC: the next day's share
    with suppress(OverBudget):
        reading.reader.read()
    assert asked in reading.stored()
    assert len(reading.stored()) < 300
    assert reading.outside.spent() == reading.outside.sandbox.bill().total_usd


@pytest.mark.parametrize("seed", range(3))
def test_after_lost_responses_no_mention_is_lost_or_paid_twice(make_reading: MakeReader, seed: int) -> None:
    reading = make_reading()
    faults, draw = reading.outside.sandbox.faults, random.Random(seed)
    faults.set_rates({"drop_after": 0.3, "server_error": 0.2, "too_many_requests": 0.1, "unreadable": 0.1})
    faults.random = draw
    tagged: list[str] = []
    for _ in range(12):
        tagged += reading.tag(draw.randint(0, 60))
        with suppress(XError):
            reading.reader.read()
    faults.clear()
    reading.reader.read()
    assert reading.stored() == set(tagged)
    assert reading.paid_for() == len(tagged), "the same day nothing is charged twice"
    assert reading.gaps() == []


class Killed(BaseException):
    """The simulated end of the process."""


class KilledAfter:
    """A database whose process is killed before its n-th transaction commits."""

    def __init__(self, database: Database, transactions: int) -> None:
        self._database, self._left = database, transactions

    def __getattr__(self, name: str) -> object:
        return getattr(self._database, name)

    def transaction(self) -> object:
        self._left -= 1
        if self._left < 0:
            raise Killed
        return self._database.transaction()


def test_a_kill_at_any_point_loses_no_mention(make_reading: MakeReader) -> None:
    reading = make_reading()
    outside, tagged = reading.outside, []
    for transactions in range(20):
        tagged += reading.tag(30)
        dying = KilledAfter(outside.database, transactions)
        ledger = Ledger(dying, outside.clock, Decimal(1000), owns_app=False)  # type: ignore[arg-type]
        with suppress(Killed):
            Reader(outside.x, dying, outside.clock, ledger, CREDENTIALS).read()  # type: ignore[arg-type]
    reading.reader.read()
    assert reading.stored() == set(tagged)
    assert reading.gaps() == []
    assert outside.spent() == outside.sandbox.bill().total_usd


def test_a_backlog_of_more_than_a_day_is_never_paid_for(make_reading: MakeReader) -> None:
    """The bot was away for three days, in which the account was mentioned all the time."""
    reading = make_reading()
    reading.tag(2)
    reading.reader.read()
    for _ in range(72):
        reading.tag(5)
        reading.outside.later(3595)
    before = reading.paid_for()
    reading.reader.read()
    assert reading.paid_for() - before == 24 * 5
    oldest = rows(
        reading.outside.url, "select min(posted_at) from mentions where seen_at = (select max(seen_at) from mentions)"
    )
    assert oldest[0][0] >= reading.outside.clock.now() - timedelta(days=1)


def test_gap_that_is_too_old_to_be_answered_is_deleted(make_reading: MakeReader) -> None:
    reading = make_reading()
    reading.outside.ledger.budget_usd = Decimal("3")
    reading.tag(300)
    with suppress(OverBudget):
        reading.reader.read()
    assert len(reading.gaps()) == 1
    reading.outside.later(86_400)
    before = reading.paid_for()
    reading.outside.ledger.budget_usd = Decimal(1000)
    assert reading.reader.read() == 0
    assert (reading.gaps(), reading.paid_for()) == ([], before)


def test_gap_younger_than_a_day_is_not_deleted(make_reading: MakeReader) -> None:
    reading = make_reading()
    reading.outside.ledger.budget_usd = Decimal("3")
    tagged = reading.tag(300)
    with suppress(OverBudget):
        reading.reader.read()
    reading.outside.later(86_400 - 330)
    reading.outside.ledger.budget_usd = Decimal(1000)
    reading.reader.read()
    assert reading.stored() == set(tagged)


def test_two_interrupted_readings_leave_two_gaps_and_both_are_closed(make_reading: MakeReader) -> None:
    reading = make_reading()
    reading.outside.ledger.budget_usd = Decimal("3")
    tagged = []
    for _ in range(2):
        tagged += reading.tag(200)
        with suppress(OverBudget):
            reading.reader.read()
        reading.outside.clock.move_to(DAY_START + timedelta(hours=9))  # past midnight in UTC
    tagged += reading.tag(200)
    with suppress(OverBudget):
        reading.reader.read()
    assert len(reading.gaps()) >= 2
    reading.outside.ledger.budget_usd = Decimal(1000)
    reading.reader.read()
    assert reading.stored() == set(tagged)
    assert reading.gaps() == []


def test_newest_part_of_a_flood_beyond_the_reach_of_x_is_read(make_reading: MakeReader) -> None:
    """X returns the newest 800 mentions."""
    reading = make_reading()
    tagged = reading.tag(900)
    assert reading.reader.read() == 800
    assert reading.stored() == set(tagged[100:])
    assert reading.gaps() == []
