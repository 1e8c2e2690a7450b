"""Times in other spellings: short weekdays, holidays, comparisons, fractions, and the words of more languages."""

from datetime import date

import pytest

from tests.unit.test_time_expressions import last, times_shown

KNOWN = {
    "on sat": "2026-11-21",
    "last thurs": "2026-11-19",
    "tues": "2026-11-17",
    "since fri": "2026-11-20..2026-11-22",
    "mon-wed": "2026-11-16..2026-11-18",
    "mon to fri": "2026-11-16..2026-11-20",
    "week of nov 9": "2026-11-09..2026-11-15",
    "w/c 9 nov": "2026-11-09..2026-11-15",
    "on the 20th": "2026-11-20",
    "on the 31st": "2026-10-31",
    "11-20-2026": "2026-11-20",
    "20-nov-2026": "2026-11-20",
    "nov-20": "2026-11-20",
    "a month ago": "2026-10-23",
    "3 years ago": "2023-11-23",
    "last twenty-one days": last(21),
    "past twenty one days": last(21),
    "last hundred days": last(100),
    "a dozen days": last(12),
    "earlier today": "today",
    "earlier this month": "2026-11-01..2026-11-22",
    "los últimos quince días": last(15),
    "dia 20 de novembro": "2026-11-20",
    "zeszły tydzień": last(7),
    "forrige uke": last(7),
    "siste 7 dager": last(7),
    "viime viikolla": last(7),
    "minulý týden": last(7),
    "múlt héten": last(7),
    "tegnap": "2026-11-22",
    "săptămâna trecută": last(7),
    "7 zile": last(7),
    "την περασμένη εβδομάδα": last(7),
    "χθες": "2026-11-22",
    "7 ημέρες": last(7),
    "เมื่อวาน": "2026-11-22",
    "אתמול": "2026-11-22",
    "دیروز": "2026-11-22",
    "امبارح": "2026-11-22",
    "в прошлом месяце": last(30),
    "минулого тижня": last(7),
}


@pytest.mark.parametrize(("text", "expected"), KNOWN.items(), ids=KNOWN)
def test_another_spelling_of_a_time_is_understood(text: str, expected: str) -> None:
    assert times_shown(text) == [expected]
    assert times_shown(f"xqc {text}") == [expected]


NOT_KNOWN = (
    "on christmas day 2025",
    "xmas",
    "halloween",
    "on thanksgiving",
    "new year's eve",
    "black friday",
    "Weihnachten",
    "summer 2025",
    "in the winter",
    "this time last year",
    "first half of 2026",
    "3rd quarter",
    "q3",
    "second half",
    "1.5 days",
    "last 2.5 weeks",
    "last 10k days",
    "half a week",
    "half a year",
    "in '24",
    "nov '26",
    "2024 vs 2025",
    "november vs october",
    "yesterday or today",
    "ayer y hoy",
    "gestern und heute",
    "last week vs this week",
    "until yesterday",
    "before november",
    "up to nov 5",
    "after nov 10",
    "till monday",
    "hasta ayer",
    "bis gestern",
    "до вчера",
    "later today",
)


@pytest.mark.parametrize("text", NOT_KNOWN, ids=NOT_KNOWN)
def test_holiday_season_fraction_comparison_or_one_sided_time_is_not_replaced(text: str) -> None:
    assert set(times_shown(f"xqc {text}")) == {"not known"}


NO_TIME = (
    "sat with chat",
    "the sun is up",
    "merry christmas",
    "happy halloween",
    "feliz navidad",
    "the 20th century",
)


@pytest.mark.parametrize("text", NO_TIME, ids=NO_TIME)
def test_words_that_are_no_time_are_not_read_as_one(text: str) -> None:
    assert times_shown(text) == []


@pytest.mark.parametrize(
    ("text", "today", "expected"),
    [
        ("on the 2nd", date(2026, 12, 3), "2026-12-02"),
        ("on the 15th", date(2026, 12, 3), "2026-11-15"),
        ("on the 31st", date(2026, 12, 3), "2026-10-31"),
        ("on the 15th", date(2026, 3, 3), "2026-02-15"),
        ("on the 30th", date(2027, 1, 3), "2026-12-30"),
    ],
    ids=["this month", "a previous month of 30 days", "a month without that day", "February", "a previous year"],
)
def test_a_day_without_its_month_is_the_newest_that_is_not_in_the_future(text: str, today: date, expected: str) -> None:
    assert times_shown(text, today) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("monday to wednesday", "2026-11-23..2026-11-25"),
        ("between monday and friday", "2026-11-16..2026-11-20"),
        ("mon-fri", "2026-11-16..2026-11-20"),
        ("nov 24 to nov 20", "not known"),
    ],
    ids=["this week", "the previous week", "the previous week, shortened", "dates in the wrong order"],
)
def test_a_range_of_weekdays_is_the_newest_that_is_over(text: str, expected: str) -> None:
    thursday = date(2026, 11, 26)
    assert times_shown(text, thursday) == [expected]
