"""Our ledger equals the bill of a simulated X to the cent, and never exceeds the budget."""

import logging
import random
from contextlib import suppress
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from bot.spend.account import account_of
from bot.spend.charge import Purpose
from bot.spend.metered import MeteredX
from bot.spend.month import month_of
from bot.spend.report import spending
from helperfunctions.errors import OverBudget, XCredentialsWrong, XError, XOutOfCredits
from sandbox.x.faults import XFault
from tests.factories import rows, write
from tests.integration.conftest import CREDENTIALS, PNG, MakeOutside, Outside, at

THE_MONTH_HAS_LEFT = 10  # days, 21 November included


def test_every_kind_of_call_is_charged_by_the_price_list(outside: Outside) -> None:
    x = MeteredX(outside.x, outside.ledger, Purpose.SUMMARIES)
    media = x.upload_png(PNG)
    x.describe_media(media.media_id, "bars")
    x.create_post("chart", media_ids=[media.media_id])
    x.create_post("answer", reply_to=outside.sandbox.tag("ann", "@watchtimebot xQc"))
    x.mentions(outside.sandbox.bot.user_id)
    x.own_posts(outside.sandbox.bot.user_id)
    x.me()
    kinds = "select kind, units, usd, status from x_charges where usd > 0 order by charge_id"
    assert rows(outside.url, kinds) == [
        ("media_metadata", 1, Decimal("0.005"), "made"),
        ("post", 1, Decimal("0.015"), "made"),
        ("reply", 1, Decimal("0.010"), "made"),
        ("post_read", 1, Decimal("0.005"), "made"),
        ("post_read", 2, Decimal("0.010"), "made"),
        ("user_read", 1, Decimal("0.010"), "made"),
    ]
    assert outside.spent() == outside.sandbox.bill().total_usd


@pytest.mark.parametrize("owns_app", [True, False])
@pytest.mark.parametrize("vocabulary", ["old", "new"])
def test_a_post_is_charged_once_a_day_for_any_number_of_reads(
    make_outside: MakeOutside, owns_app: bool, vocabulary: str
) -> None:
    outside = make_outside(owns_app=owns_app, vocabulary=vocabulary)
    x = MeteredX(outside.x, outside.ledger, Purpose.MENTIONS)
    for number in range(7):
        outside.sandbox.tag(f"person{number % 3}", "@watchtimebot xQc")
        x.mentions(outside.sandbox.bot.user_id)
        outside.later(3600 * 2)  # midnight UTC is in the middle
    assert outside.spent() == outside.sandbox.bill().total_usd
    # 7 mentions, read 28 times in total; those of the first day are charged on both days.
    assert outside.sandbox.bill().units["owned_read" if owns_app else "post_read"] == 11


def test_a_read_without_content_leaves_no_charge(outside: Outside) -> None:
    x = MeteredX(outside.x, outside.ledger, Purpose.MENTIONS)
    for _ in range(5):
        x.mentions(outside.sandbox.bot.user_id)
    assert rows(outside.url, "select * from x_charges") == []


def test_a_lost_response_is_charged_when_its_content_is_read_again(outside: Outside) -> None:
    """X has charged for it; its content is known after the next read, which may be on the next day."""
    outside.sandbox.tag("ann", "@watchtimebot xQc")
    x = MeteredX(outside.x, outside.ledger, Purpose.MENTIONS)
    outside.sandbox.faults.cue(XFault.DROP_AFTER)
    with pytest.raises(XError):
        x.mentions(outside.sandbox.bot.user_id)
    outside.later(10 * 3600)
    outside.sandbox.tag("ann", "@watchtimebot Lirik")
    x.mentions(outside.sandbox.bot.user_id)
    assert outside.sandbox.bill().units == {"post_read": 3}
    assert outside.spent() == outside.sandbox.bill().total_usd


def test_accounts_in_a_lost_response_are_charged_on_its_day_too(make_outside: MakeOutside) -> None:
    """X gives no time for an account, so each that is read again may have been in the lost response."""
    outside = make_outside(vocabulary="new")
    outside.sandbox.tag("ann", "@watchtimebot xQc")
    x = MeteredX(outside.x, outside.ledger, Purpose.MENTIONS)
    outside.sandbox.faults.cue(XFault.DROP_AFTER)
    with pytest.raises(XError):
        x.mentions(outside.sandbox.bot.user_id)
    outside.later(10 * 3600)
    x.mentions(outside.sandbox.bot.user_id)
    assert outside.sandbox.bill().units == {"post_read": 2, "user_read": 2}
    assert outside.spent() == outside.sandbox.bill().total_usd


def test_a_post_that_was_read_before_a_response_was_lost_is_charged_once_for_that_day(outside: Outside) -> None:
    """Also when something else is read first on the next day."""
    outside.sandbox.tag("ann", "@watchtimebot xQc")
    outside.sandbox.tag(outside.sandbox.bot.username, "by hand")
    x = MeteredX(outside.x, outside.ledger, Purpose.MENTIONS)
    x.mentions(outside.sandbox.bot.user_id)
    outside.sandbox.faults.cue(XFault.DROP_AFTER)
    with pytest.raises(XError):
        x.mentions(outside.sandbox.bot.user_id)
    outside.later(10 * 3600)
    MeteredX(outside.x, outside.ledger, Purpose.SETTLING).own_posts(outside.sandbox.bot.user_id)
    x.mentions(outside.sandbox.bot.user_id)
    assert outside.sandbox.bill().units == {"post_read": 3}
    assert outside.spent() == outside.sandbox.bill().total_usd


def test_a_read_of_a_killed_process_is_charged_when_its_content_is_read_again(outside: Outside) -> None:
    outside.sandbox.tag("ann", "@watchtimebot xQc")
    outside.ledger.reserve_page(Purpose.MENTIONS, 100)
    outside.x.mentions(outside.sandbox.bot.user_id)
    outside.later(10 * 3600)
    MeteredX(outside.x, outside.ledger, Purpose.MENTIONS).mentions(outside.sandbox.bot.user_id)
    assert outside.spent() == outside.sandbox.bill().total_usd == Decimal("0.010")


def test_a_read_that_is_under_way_stays_reserved_while_mentions_are_read(outside: Outside) -> None:
    """The outbox reads our timeline in another thread: its read is not one of a killed process."""
    under_way = outside.ledger.reserve_page(Purpose.SETTLING, 5)
    MeteredX(outside.x, outside.ledger, Purpose.MENTIONS).mentions(outside.sandbox.bot.user_id)
    reserved = "select charge_id, purpose, usd from x_charges where status = 'reserved'"
    assert rows(outside.url, reserved) == [(under_way.charge_id, "settling", Decimal("0.025"))]
    assert rows(outside.url, "select purpose from x_uncertain_reads") == []


def test_our_account_is_fetched_once_a_week(outside: Outside) -> None:
    for _ in range(14):
        assert account_of(outside.ledger, outside.x, CREDENTIALS).username == "watchtimebot"
        outside.later(86_400)
    assert outside.sandbox.bill().units == {"user_read": 2}
    assert account_of(outside.ledger, outside.x, "others") == outside.x.me()


def test_a_price_can_be_changed(outside: Outside) -> None:
    with outside.database.transaction() as tx:
        assert tx.spend.set_price(kind="post", usd=Decimal("0.5")) == 1
        assert tx.spend.set_price(kind="nothing", usd=Decimal(1)) == 0
    MeteredX(outside.x, outside.ledger, Purpose.SUMMARIES).create_post("hello")
    assert outside.spent() == Decimal("0.5")


def test_answers_stop_while_the_summaries_of_the_month_can_still_be_paid(
    make_outside: MakeOutside, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    # 10 days of three summaries cost 0.60, and 0.025 are for the lookup of one: nothing is left for an answer.
    outside = make_outside(budget_usd="0.634")
    outside.reply("answer")
    outside.summary("games")
    outside.summary("streamers", text="other")
    for _ in range(5):
        outside.sender.send()
        outside.later(60)
    assert [status for _, status in outside.posts()] == ["due", "sent", "sent"]
    assert [record.message for record in caplog.records if "have stopped" in record.message] == [
        "replies have stopped: X_MONTHLY_BUDGET_USD (0.634) leaves 0.000 USD for replies: raise it, or wait for the "
        "next month"
    ]


def test_the_budget_is_never_passed(make_outside: MakeOutside) -> None:
    # 0.025 of it are for the lookup of a post.
    outside = make_outside(budget_usd="0.075")
    for number in range(6):
        outside.summary(text=f"day {number}", day=outside.clock.now().date() + timedelta(days=number))
    for _ in range(60):
        outside.sender.send()
        outside.later(1000)
    assert [status for _, status in outside.posts()].count("sent") == 3
    assert outside.sandbox.bill().total_usd == Decimal("0.045")
    with pytest.raises(OverBudget):
        MeteredX(outside.x, outside.ledger, Purpose.ACCOUNT).me()
    outside.clock.move_to(at("2026-12-01 00:00"))
    assert MeteredX(outside.x, outside.ledger, Purpose.ACCOUNT).me().username == "watchtimebot"


def test_a_page_is_no_larger_than_the_budget_allows(make_outside: MakeOutside) -> None:
    # 1.72 less the 0.625 that are for summaries leaves 1.095, a tenth of it today: seven posts and their authors, at
    # 0.015. The amount reserved for the authors is released.
    outside = make_outside(budget_usd="1.72")
    for number in range(20):
        outside.sandbox.tag("ann", f"@watchtimebot {number}")
    x = MeteredX(outside.x, outside.ledger, Purpose.MENTIONS)
    assert len(x.mentions(outside.sandbox.bot.user_id).posts) == 7
    with pytest.raises(OverBudget):
        x.mentions(outside.sandbox.bot.user_id)
    assert outside.sandbox.bill().total_usd == Decimal("0.035")


def test_a_page_of_posts_that_cost_nothing_is_as_large_as_asked_for(make_outside: MakeOutside) -> None:
    """X can make reading free; a budget that pays for no summary then does not matter."""
    outside = make_outside(budget_usd="0.01")
    for number in range(20):
        outside.sandbox.tag("ann", f"@watchtimebot {number}")
    x = MeteredX(outside.x, outside.ledger, Purpose.MENTIONS)
    with pytest.raises(OverBudget):
        x.mentions(outside.sandbox.bot.user_id)
    with outside.database.transaction() as tx:
        for kind in ("post_read", "user_read"):
            tx.spend.set_price(kind=kind, usd=Decimal(0))
    assert len(x.mentions(outside.sandbox.bot.user_id).posts) == 20
    assert outside.spent() == 0


def test_uncertain_charges_count_as_spent(make_outside: MakeOutside) -> None:
    outside = make_outside(budget_usd="0.055")
    account_of(outside.ledger, outside.x, CREDENTIALS)
    outside.summary()
    outside.summary("streamers", text="other")
    outside.sandbox.faults.cue(XFault.SERVER_ERROR)
    outside.sender.send()
    assert [status for _, status in outside.posts()] == ["unknown", "due"]
    outside.later(600)
    outside.sandbox.faults.cue(XFault.SERVER_ERROR)
    for _ in range(100):
        outside.sender.send()
        outside.later(300)
    assert len(outside.sandbox.posts()) == 1
    assert outside.spent() == outside.sandbox.bill().total_usd


@pytest.mark.parametrize(
    ("fault", "kind", "seconds"),
    [
        (XFault.NO_CREDITS, XOutOfCredits, 8 * 3600),
        (XFault.USAGE_CAP, XOutOfCredits, 8 * 3600),
        (XFault.UNAUTHORIZED, XCredentialsWrong, 900),
    ],
)
def test_an_error_about_credits_or_credentials_pauses_every_call(
    outside: Outside, fault: XFault, kind: type[XError], seconds: int
) -> None:
    outside.sandbox.faults.cue(fault)
    x = MeteredX(outside.x, outside.ledger, Purpose.MENTIONS)
    with pytest.raises(kind):
        x.mentions(outside.sandbox.bot.user_id)
    for purpose in Purpose:
        with pytest.raises(kind, match="X is not called until"):
            MeteredX(outside.x, outside.ledger, purpose).me()
    assert outside.sandbox.requests == 1
    outside.later(seconds - 1)
    with pytest.raises(kind):
        x.me()
    outside.later(1)
    assert x.me().username == "watchtimebot"


@pytest.mark.parametrize(
    ("fault", "pause_seconds"), [(XFault.NO_CREDITS, 24 * 3600), (XFault.UNAUTHORIZED, 900)], ids=["credits", "keys"]
)
def test_pauses_of_one_cause_that_follow_each_other_within_an_hour_began_with_the_first(
    outside: Outside, fault: XFault, pause_seconds: int
) -> None:
    def pause_after(seconds: float) -> datetime:
        """When the pause began, after another attempt that failed."""
        outside.later(seconds)
        outside.sandbox.faults.cue(fault)
        with pytest.raises(XError):
            MeteredX(outside.x, outside.ledger, Purpose.MENTIONS).me()
        ((since,),) = rows(outside.url, "select since from x_pauses")
        assert isinstance(since, datetime)
        return since

    # Without credits, a pause lasts until midnight (UTC).
    outside.clock.move_to(at("2026-11-22 00:00"))
    first = outside.clock.now()
    assert [pause_after(seconds) for seconds in (0, pause_seconds, pause_seconds)] == [first] * 3
    ((until,),) = rows(outside.url, "select until from x_pauses")
    outside.clock.move_to(until + timedelta(minutes=59))
    assert pause_after(0) == first
    ((until,),) = rows(outside.url, "select until from x_pauses")
    outside.clock.move_to(until + timedelta(hours=1))
    assert pause_after(0) == outside.clock.now()


def test_the_report_of_a_month_has_a_forecast(outside: Outside) -> None:
    x = MeteredX(outside.x, outside.ledger, Purpose.SUMMARIES)
    for day in range(4):
        x.create_post(f"day {day}")
        outside.later(86_400)
    write(outside.url, "update x_charges set charged_at = charged_at - interval '40 days' where charge_id = 1")
    month = spending(outside.database, outside.clock.now(), Decimal(10))
    assert [(row.purpose, row.kind, row.units, row.usd) for row in month.rows] == [
        ("summaries", "post", 3, Decimal("0.045"))
    ]
    # 0.045 in three days, and five days and eight hours to go.
    assert month.forecast_usd == Decimal("0.125")
    assert (month.month.starts_at, month.month.ends_at) == (at("2026-11-01 00:00"), at("2026-12-01 00:00"))


def test_the_forecast_of_the_first_hour_assumes_that_it_is_all_of_its_day(outside: Outside) -> None:
    MeteredX(outside.x, outside.ledger, Purpose.SUMMARIES).create_post("first")
    outside.later(1800)
    # 0.015 on this day, and as much on each of the 9.3 days to go.
    assert spending(outside.database, outside.clock.now(), Decimal(10)).forecast_usd == Decimal("0.155")


def test_months_have_their_own_lengths() -> None:
    assert month_of(at("2028-02-29 23:59")).ends_at == at("2028-03-01 00:00")
    assert month_of(at("2026-11-21 16:00")).days_left(at("2026-11-21 16:00")) == THE_MONTH_HAS_LEFT
    assert month_of(at("2026-12-31 16:00")).ends_at == at("2027-01-01 00:00")


@pytest.mark.parametrize("is_certain", [True, pytest.param(False, marks=pytest.mark.long)])
def test_the_ledger_agrees_with_the_bill_under_faults(
    make_outside: MakeOutside, is_certain: bool, is_long: bool
) -> None:
    """A reset before the call was done looks like a drop after it. For calls whose outcome cannot be read,
    such as the description of a picture, the ledger then has the higher price."""
    turns = 150 if is_long else 50
    outside = make_outside(timeout=(5.0, 0.2), timeline_lag_seconds=20, rate_limits=False)
    outside.sandbox.faults.slow_seconds = 0.4
    but = {XFault.NO_CREDITS, XFault.USAGE_CAP, XFault.UNAUTHORIZED, *([XFault.RESET_BEFORE] if is_certain else [])}
    outside.sandbox.faults.set_rates(outside.sandbox.faults.everything(0.04, but))
    x = MeteredX(outside.x, outside.ledger, Purpose.MENTIONS)
    draw = random.Random(5)
    answered = 0
    for turn in range(turns):
        if draw.random() < 0.5:
            outside.reply(f"answer {turn}")
            answered += 1
        if turn % 25 == 0:
            outside.summary(text=f"summary {turn}", day=outside.clock.now().date() + timedelta(days=turn), chart="bars")
        outside.sender.send()
        with suppress(XError):
            x.mentions(outside.sandbox.bot.user_id)
        outside.later(600)
    outside.sandbox.faults.clear()
    for _ in range(10):
        outside.sender.send()
        x.mentions(outside.sandbox.bot.user_id)
        outside.later(600)
    assert sum(outside.sandbox.faults.injected().values()) > turns / 5
    statuses = {status for _, status in outside.posts()}
    assert statuses <= {"sent", "refused"}
    assert len(outside.sandbox.posts()) == [status for _, status in outside.posts()].count("sent")
    assert len({post.text for post in outside.sandbox.posts()}) == len(outside.sandbox.posts())
    assert outside.spent() >= outside.sandbox.bill().total_usd
    if is_certain:
        assert outside.spent() == outside.sandbox.bill().total_usd
