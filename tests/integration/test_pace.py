"""No author can use up the budget of a month: reading and answering have a share per day."""

from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bot.spend.charge import Purpose
from bot.spend.metered import MeteredX
from bot.spend.report import spending
from helperfunctions.errors import OverBudget
from tests.factories import rows, write
from tests.integration.conftest import MakeOutside, Outside, at

# A month of 31 days at 10 USD: 0.06 a day are for summaries and 0.025 for looking up posts with an unknown outcome.
BEGIN = at("2026-12-01 00:00")
SHARE = (Decimal(10) - Decimal("0.025") - 31 * Decimal("0.06")) / 31


def read_all_that_can_be_paid(outside: Outside) -> Decimal:
    """Read the newest mentions page after page until the budget allows no other. Returns the cost."""
    before = outside.spent()
    x = MeteredX(outside.x, outside.ledger, Purpose.MENTIONS)
    token: str | None = None
    with suppress(OverBudget):
        for _ in range(100):
            token = x.mentions(outside.sandbox.bot.user_id, page_token=token).next_token
    return outside.spent() - before


def flood(outside: Outside, how_many: int = 500) -> None:
    for number in range(how_many):
        outside.sandbox.tag("stranger", f"@watchtimebot {number}")


def move(outside: Outside, instant: datetime) -> None:
    outside.clock.move_to(instant)


def charge(outside: Outside, usd: str, purpose: str, charged_at: datetime) -> None:
    write(
        outside.url,
        "insert into x_charges (charged_at, kind, purpose, units, usd, status) values (%s, 'post', %s, 1, %s, 'made')",
        *(charged_at, purpose, usd),
    )


def test_a_flood_of_mentions_costs_a_days_share_and_the_next_day_has_its_own(make_outside: MakeOutside) -> None:
    outside = make_outside(rate_limits=False)
    for day in range(3):
        move(outside, BEGIN + timedelta(days=day, hours=12))
        flood(outside)
        spent = read_all_that_can_be_paid(outside)
        # A smallest page with its authors, 0.075, exceeds the rest.
        assert SHARE - Decimal("0.075") < spent <= SHARE + Decimal("0.01"), day
        with pytest.raises(OverBudget, match=r"today's share .* wait until midnight UTC"):
            MeteredX(outside.x, outside.ledger, Purpose.MENTIONS).mentions(outside.sandbox.bot.user_id)


def test_the_unspent_share_of_quiet_days_is_spread_over_later_days(outside: Outside) -> None:
    move(outside, BEGIN)
    assert spending(outside.database, BEGIN, Decimal(10)).allowance.share_usd == SHARE
    half = BEGIN + timedelta(days=15)
    share = spending(outside.database, half, Decimal(10)).allowance.share_usd
    assert share == (Decimal("9.975") - 16 * Decimal("0.06")) / 16
    last = BEGIN + timedelta(days=30)
    assert spending(outside.database, last, Decimal(10)).allowance.share_usd == Decimal("9.915")


@pytest.mark.parametrize(
    ("purpose", "usd", "left_today"),
    [
        ("mentions", "0.1", SHARE - Decimal("0.1")),
        ("replies", "0.1", SHARE - Decimal("0.1")),
        ("summaries", "0.1", SHARE - Decimal("0.1") / 31),
        ("settling", "0.1", SHARE - Decimal("0.1") / 31),
        ("account", "0.1", SHARE - Decimal("0.1") / 31),
    ],
    ids=["mentions", "replies", "not summaries", "not the lookup of a post", "not our account"],
)
def test_reading_and_answering_mentions_use_up_a_days_share(
    outside: Outside, purpose: str, usd: str, left_today: Decimal
) -> None:
    charge(outside, usd, purpose, BEGIN + timedelta(minutes=1))
    allowance = spending(outside.database, BEGIN + timedelta(hours=1), Decimal(10)).allowance
    assert abs(allowance.left_today_usd - left_today) < Decimal("0.000001")
    tomorrow = spending(outside.database, BEGIN + timedelta(days=1), Decimal(10)).allowance
    assert tomorrow.spent_today_usd == 0


def test_a_spent_share_stops_neither_summaries_nor_lookups(outside: Outside) -> None:
    move(outside, BEGIN + timedelta(hours=12))
    charge(outside, "0.26", "mentions", BEGIN)
    outside.reply("answer")
    for kind in ("games", "streamers", "streamers_of_game"):
        outside.summary(kind, text=kind, chart="bars")
    outside.sender.send()
    assert [status for _, status in outside.posts()] == ["due", "sent", "sent", "sent"]
    assert MeteredX(outside.x, outside.ledger, Purpose.SETTLING).own_posts(outside.sandbox.bot.user_id).posts
    move(outside, BEGIN + timedelta(hours=24, minutes=1))
    outside.sender.send()
    assert outside.posts()[0] == ("answer", "sent")


def test_a_small_budget_still_reads_a_page_a_day(make_outside: MakeOutside) -> None:
    # 0.125 USD in addition to the summaries: a share of 0.004, while the smallest page costs up to 0.075.
    outside = make_outside(budget_usd="2.01")
    for day in range(2):
        move(outside, BEGIN + timedelta(days=day, hours=12))
        flood(outside, 10)
        assert read_all_that_can_be_paid(outside) == 5 * Decimal("0.005")


def test_reading_mentions_leaves_money_for_the_answers_that_wait(outside: Outside) -> None:
    move(outside, BEGIN + timedelta(hours=12))
    for number in range(20):
        outside.reply(f"answer {number}")
    flood(outside, 50)
    # 0.2 of the share of 0.26 are for the answers: too little is left for a page.
    assert read_all_that_can_be_paid(outside) == 0
    assert outside.sender.send() == 20


@pytest.mark.parametrize(
    ("now", "try_again"),
    [
        (BEGIN + timedelta(hours=12), BEGIN + timedelta(hours=12, minutes=10)),
        (BEGIN + timedelta(hours=23, minutes=55), BEGIN + timedelta(days=1)),
    ],
    ids=["the budget may be raised", "the share ends soon"],
)
def test_a_call_that_the_budget_does_not_allow_is_tried_again_within_ten_minutes(
    outside: Outside, now: datetime, try_again: datetime
) -> None:
    move(outside, now)
    charge(outside, str(SHARE), "replies", BEGIN)
    with pytest.raises(OverBudget) as refused:
        outside.ledger.reserve("reply", Purpose.REPLIES)
    assert refused.value.not_before == try_again


def test_the_report_shows_the_cost_of_answers_in_the_last_hour(outside: Outside) -> None:
    now = BEGIN + timedelta(days=3)
    charge(outside, "0.3", "mentions", now - timedelta(minutes=59))
    charge(outside, "0.2", "replies", now - timedelta(minutes=1))
    charge(outside, "5", "replies", now - timedelta(minutes=61))
    charge(outside, "5", "summaries", now - timedelta(minutes=1))
    assert spending(outside.database, now, Decimal(10)).answers_last_hour_usd == Decimal("0.5")
    write(outside.url, "update x_charges set status = 'not_made'")
    assert spending(outside.database, now, Decimal(10)).answers_last_hour_usd == 0
    assert rows(outside.url, "select count(*) from x_charges") == [(4,)]
