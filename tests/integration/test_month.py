"""A month of the bot on X in steps of hours: its cost; our ledger equals the bill of X to the cent."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.spend.account import account_of
from bot.spend.report import spending
from helperfunctions.errors import XError
from sandbox.x.faults import XFault
from tests.integration.conftest import Inbox, MakeInbox, MakeOutside, at

MENTIONS_A_DAY = 100
# After each of the first three, X is not called for up to a day. A connection that is reset before the call was done
# looks like one dropped after it: the ledger then has the higher of two prices, which is above the bill.
NOT_HERE = (XFault.NO_CREDITS, XFault.USAGE_CAP, XFault.UNAUTHORIZED, XFault.RESET_BEFORE, XFault.SLOW)


def read_until_it_works(inbox: Inbox) -> None:
    """Read and answer mentions, with a retry every minute."""
    for _ in range(6):
        try:
            inbox.respond()
        except XError:
            inbox.outside.later(60)
            continue
        return


@pytest.mark.timeout(3_600)
def test_a_month_of_a_hundred_mentions_a_day_with_faults(make_inbox: MakeInbox, is_long: bool) -> None:
    """Three days over the end of a month; with `--long` the whole month."""
    days = 31 if is_long else 3
    begin = at("2026-12-01 00:00" if is_long else "2026-12-30 00:00")
    inbox = make_inbox(budget_usd="100", rate_limits=False, timeline_lag_seconds=30)
    outside = inbox.outside
    outside.clock.move_to(begin)
    faults = outside.sandbox.faults
    faults.set_rates(faults.everything(0.04, NOT_HERE))
    asked, thread = 0, ""
    for hour in range(0, days * 24, 2):
        while asked < MENTIONS_A_DAY * (hour + 2) / 24:
            # One in five is a question; the others only inherit our name in a thread. All of them have to be read.
            person = f"person{asked % MENTIONS_A_DAY}"
            if asked % 5 == 0:
                thread = inbox.tag("@watchtimebot help", author=person)
            else:
                inbox.tag("indeed", author=person, reply_to=thread)
            asked += 1
        if hour % 24 == 20:
            day = outside.clock.now().date()
            for kind in ("games", "streamers", "streamers_of_game"):
                outside.summary(kind, text=f"{kind} of {day}", day=day, chart=f"{kind} {day}")
        read_until_it_works(inbox)
        outside.sender.send()
        outside.later(600)
        outside.sender.send()
        outside.clock.move_to(begin + timedelta(hours=hour + 2))
    faults.clear()
    for _ in range(12):
        inbox.respond()
        outside.sender.send()
        outside.later(600)
    assert sum(faults.injected().values()) > 6 * days
    statuses = [status for _, status in outside.posts()]
    assert set(statuses) <= {"sent", "refused"}
    assert len(outside.sandbox.posts()) == statuses.count("sent")
    assert statuses.count("sent") > 0.9 * (asked / 5 + 3 * days)
    for month, next_month in (("2026-12-01 00:00", "2027-01-01 00:00"), ("2027-01-01 00:00", "2027-02-01 00:00")):
        bill = outside.sandbox.bill(since=at(month), before=at(next_month))
        assert spending(outside.database, at(month), Decimal(100)).total_usd == bill.total_usd > 0
    assert outside.spent() == outside.sandbox.bill().total_usd


def test_a_month_without_mentions_costs_less_than_two_and_a_half_dollars(make_outside: MakeOutside) -> None:
    outside = make_outside()
    outside.clock.move_to(at("2026-12-01 22:00"))
    for _ in range(31):
        account_of(outside.ledger, outside.x, "ours")
        day = outside.clock.now().date()
        for kind in ("games", "streamers", "streamers_of_game"):
            outside.summary(kind, text=f"{kind} of {day}", day=day, chart=f"{kind} {day}")
        assert outside.sender.send() == 3
        outside.later(86_400)
    bill = outside.sandbox.bill()
    assert len(outside.sandbox.posts()) == 93
    assert bill.total_usd == outside.spent()
    # 93 posts at 0.015, 93 descriptions at 0.005, and our account once a week.
    assert bill.total_usd == Decimal("1.860") + 5 * Decimal("0.010")
    assert bill.total_usd < Decimal("2.50")
