"""What is wrong, and what is not yet, or not any more."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.core.calendar import Calendar
from bot.health.facts import Facts, LastDay, LastPoll, Latency
from bot.health.rules import LEAST_FREE_BYTES, Expected, judge, judge_disk
from bot.spend.allowance import Allowance
from bot.spend.month import month_of
from bot.spend.report import Pause, Spending

LOS_ANGELES = ZoneInfo("America/Los_Angeles")
CALENDAR = Calendar(LOS_ANGELES, time(8))
DAY = CALENDAR.day(date(2026, 11, 21))
# The day after, an hour and a minute past the time of the posts.
NOW = datetime(2026, 11, 22, 15, 1, tzinfo=LOS_ANGELES)
EXPECTED = Expected(CALENDAR, timedelta(minutes=30), time(14), since=NOW - timedelta(days=3))
KINDS = ("games", "streamers", "streamers_of_game")
ALLOWANCE = Allowance(Decimal(10), Decimal(0), Decimal(10), Decimal(0), Decimal(1))


def facts(**changes: Any) -> Facts:
    """All is well, unless told otherwise."""
    at = changes.get("at", NOW)
    well = Facts(
        at=at,
        polls={"complete": 48},
        last_poll=LastPoll(at, at, "complete", 300, 28_000, 2_000_000, 30, 0, None),
        last_good_poll_at=at - timedelta(minutes=29),
        last_day=LastDay(DAY.date, DAY.ends_at, 48, 1.0, 5e7, DAY.ends_at),
        days_due=[],
        posts={("games", "sent"): 1},
        summaries=[(kind, "sent", "") for kind in KINDS],
        waiting_since=None,
        mentions={},
        undecided_since=None,
        latency=Latency(0, None, None),
        spending=Spending(month_of(at), Decimal(10), [], Decimal(0), [], ALLOWANCE, Decimal(0)),
        database_bytes=1,
    )
    return replace(well, **changes)


def parts(found: Facts, expected: Expected = EXPECTED) -> list[str]:
    return [trouble.part for trouble in judge(found, expected)]


def test_when_all_is_well_nothing_is_wrong() -> None:
    assert judge(facts(), EXPECTED) == []


@pytest.mark.parametrize(("minutes", "wrong"), [(75, []), (76, ["poll"])])
def test_one_poll_may_fail(minutes: int, wrong: list[str]) -> None:
    assert parts(facts(last_good_poll_at=NOW - timedelta(minutes=minutes))) == wrong


def test_a_bot_that_was_just_started_has_missed_nothing_yet() -> None:
    just_now = replace(EXPECTED, since=NOW - timedelta(minutes=10))
    old = {"last_good_poll_at": NOW - timedelta(days=9), "days_due": [date(2026, 11, 12)], "summaries": []}
    assert parts(facts(**old), just_now) == []
    assert parts(facts(**old)) == ["poll", "day", "summaries"]
    assert parts(facts(last_good_poll_at=None)) == ["poll"]


@pytest.mark.parametrize(("minutes", "wrong"), [(60, []), (61, ["day"])])
def test_a_rollup_may_be_an_hour_late(minutes: int, wrong: list[str]) -> None:
    at = DAY.ends_at + timedelta(minutes=minutes)
    assert parts(facts(at=at, days_due=[DAY.date])) == wrong


@pytest.mark.parametrize(
    ("status", "wrong"),
    [
        ("sent", False),
        ("skipped", False),
        ("not_sent", False),
        ("dropped", False),
        ("due", True),
        ("sending", True),
        ("unknown", True),
        ("refused", True),
        ("expired", True),
    ],
)
def test_summaries_are_out_an_hour_after_their_time_or_there_is_a_reason(status: str, wrong: bool) -> None:
    summaries = [("games", status, "because"), ("streamers", "sent", "")]
    found = judge(facts(summaries=summaries), EXPECTED)
    assert [trouble.says for trouble in found] == ([f"games of 2026-11-21 is {status}: because"] if wrong else [])


@pytest.mark.parametrize(
    ("at", "wrong"),
    [
        (datetime(2026, 11, 22, 14, 59, tzinfo=LOS_ANGELES), False),
        (datetime(2026, 11, 22, 15, 1, tzinfo=LOS_ANGELES), True),
        (datetime(2026, 11, 22, 23, 59, tzinfo=LOS_ANGELES), True),
        # Nobody posts yesterday's summaries after midnight: that does not make it well.
        (datetime(2026, 11, 23, 0, 1, tzinfo=LOS_ANGELES), True),
        (datetime(2026, 11, 23, 13, 59, tzinfo=LOS_ANGELES), True),
        (datetime(2026, 11, 23, 14, 1, tzinfo=LOS_ANGELES), False),
    ],
)
def test_summaries_that_were_never_made_are_missed_until_the_next_are_due(at: datetime, wrong: bool) -> None:
    assert parts(facts(at=at, summaries=[])) == (["summaries"] if wrong else [])


@pytest.mark.parametrize("status", ["refused", "expired"])
@pytest.mark.parametrize(
    ("at", "wrong"),
    [
        (datetime(2026, 11, 22, 14, 59, tzinfo=LOS_ANGELES), []),
        (datetime(2026, 11, 22, 15, 1, tzinfo=LOS_ANGELES), ["summaries"]),
        (datetime(2026, 11, 23, 0, 1, tzinfo=LOS_ANGELES), ["summaries"]),
        (datetime(2026, 11, 23, 13, 59, tzinfo=LOS_ANGELES), ["summaries"]),
    ],
    ids=["an hour after their time", "later", "after midnight, when they expire", "before the next are due"],
)
def test_summaries_that_were_never_sent_stay_a_trouble_after_midnight(
    at: datetime, wrong: list[str], status: str
) -> None:
    summaries = [("games", status, "no answer"), ("streamers", "sent", "")]
    newest = LastDay(CALENDAR.day_of(at).date, at, 48, 1.0, 5e7, at)
    just_started = replace(EXPECTED, since=at - timedelta(minutes=5))
    assert parts(facts(at=at, summaries=summaries, last_day=newest)) == wrong
    assert parts(facts(at=at, summaries=summaries, last_day=newest), just_started) == wrong


def test_a_bot_that_was_started_after_midnight_did_not_miss_the_summaries_of_the_day_before() -> None:
    at = datetime(2026, 11, 23, 9, tzinfo=LOS_ANGELES)
    assert parts(facts(at=at, summaries=[]), replace(EXPECTED, since=at - timedelta(hours=8))) == []
    assert parts(facts(at=at, summaries=[]), replace(EXPECTED, since=at - timedelta(hours=20))) == ["summaries"]


@pytest.mark.parametrize("last_day", [None, LastDay(date(2026, 11, 20), DAY.starts_at, 48, 1.0, 5e7, DAY.starts_at)])
def test_of_a_day_that_is_not_rolled_up_no_summary_is_missed(last_day: LastDay | None) -> None:
    assert parts(facts(summaries=[], last_day=last_day)) == []


def test_what_waits_for_too_long_is_told() -> None:
    assert parts(facts(waiting_since=NOW - timedelta(minutes=31))) == ["outbox"]
    assert parts(facts(waiting_since=NOW - timedelta(minutes=29))) == []
    assert parts(facts(undecided_since=NOW - timedelta(minutes=16))) == ["mentions"]
    assert parts(facts(undecided_since=NOW - timedelta(minutes=14))) == []


def test_that_x_is_left_alone_is_told_with_the_reason() -> None:
    spending = replace(facts().spending, pauses=[Pause("credits", NOW + timedelta(hours=1), "no credits are left")])
    [trouble] = judge(facts(spending=spending), EXPECTED)
    assert trouble.says.endswith("no credits are left")


def test_little_room_on_disk_is_told() -> None:
    assert judge_disk(LEAST_FREE_BYTES) == []
    assert [trouble.says for trouble in judge_disk(150_000_000)] == ["only 150 MB are free where DATA_DIR is"]


@pytest.mark.parametrize(
    ("spent", "budget", "wrong"),
    [("1", "10", ["spending"]), ("0.999", "10", []), ("0", "0", []), ("0.01", "0", ["spending"])],
    ids=["a tenth", "less than a tenth", "nothing of nothing", "something of nothing"],
)
def test_a_tenth_of_the_months_budget_within_an_hour_is_reported(spent: str, budget: str, wrong: list[str]) -> None:
    spending = replace(facts().spending, budget_usd=Decimal(budget), answers_last_hour_usd=Decimal(spent))
    assert parts(facts(spending=spending)) == wrong


@pytest.mark.parametrize(
    ("last_hour", "today", "wrong"),
    [("0.18", "0.19", ["spending"]), ("0.17", "0.19", []), ("0.30", "0.05", []), ("0", "0.2", [])],
    ids=["nine tenths", "less", "most of it yesterday", "earlier today"],
)
def test_a_days_share_that_goes_within_an_hour_is_reported(last_hour: str, today: str, wrong: list[str]) -> None:
    """A day's share is a thirtieth of the month, so that nobody ever spends a tenth of the month in an hour."""
    allowance = Allowance(Decimal(10), Decimal(0), Decimal(6), Decimal(today), Decimal("0.2"))
    spending = replace(facts().spending, allowance=allowance, answers_last_hour_usd=Decimal(last_hour))
    assert parts(facts(spending=spending)) == wrong
