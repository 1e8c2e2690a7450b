"""The dates of a requested range of days, and the cost of reading it."""

from datetime import date, timedelta
from typing import Any

import pytest

from bot.web.read.errors import InvalidRequest
from bot.web.read.ranges import MAX_DAYS, RequestedDays, Span, is_long

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("wanted", "cost"),
    [
        pytest.param(RequestedDays(), 1, id="usual"),
        pytest.param(RequestedDays(days=1), 1, id="a day"),
        pytest.param(RequestedDays(days=31), 1, id="a month"),
        pytest.param(RequestedDays(days=32), 2, id="more than a month"),
        pytest.param(RequestedDays(days=92), 2, id="a quarter"),
        pytest.param(RequestedDays(days=93), 3, id="more than a quarter"),
        pytest.param(RequestedDays(days=365), 3, id="a year"),
        pytest.param(RequestedDays(days=367), 6, id="more than a year"),
        pytest.param(RequestedDays(days=10**30), 6, id="more than there can be"),
        pytest.param(RequestedDays(first=date(2026, 1, 1), last=date(2026, 1, 31)), 1, id="from and to, a month"),
        pytest.param(RequestedDays(first=date(2026, 1, 1), last=date(2026, 12, 31)), 3, id="from and to, a year"),
        pytest.param(RequestedDays(first=date(2020, 1, 1)), 6, id="from long ago up to now"),
        pytest.param(RequestedDays(first=date(2026, 11, 1)), 1, id="from lately up to now"),
        pytest.param(RequestedDays(last=date(2020, 1, 1)), 1, id="the usual up to a date"),
    ],
)
def test_more_days_cost_more(wanted: RequestedDays, cost: int) -> None:
    assert wanted.cost(TODAY) == cost


@pytest.mark.parametrize(
    ("query", "long"),
    [
        pytest.param(b"", False, id="nothing"),
        pytest.param(b"days=31&sort=game", False, id="a month"),
        pytest.param(b"days=32", True, id="more than a month"),
        pytest.param(b"days=%33%36%35", True, id="a year, encoded"),
        pytest.param(b"from=2026-01-01", True, id="from a date"),
        pytest.param(b"to=2026-01-01", True, id="up to a date"),
        pytest.param(b"days=x", True, id="no number"),
        pytest.param(b"days=" + b"1" * 5000, True, id="a number without end"),
        pytest.param(b"name=days%3D365", False, id="a name that is written like a range"),
        pytest.param(b"\xff\xfe", False, id="no text"),
    ],
)
def test_query_is_long_if_it_may_request_more_than_a_month(query: bytes, long: bool) -> None:
    assert is_long(query) is long


NEWEST = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("wanted", "span"),
    [
        pytest.param(RequestedDays(), Span(date(2026, 10, 23), NEWEST), id="usual"),
        pytest.param(RequestedDays(days=1), Span(NEWEST, NEWEST), id="a day"),
        pytest.param(RequestedDays(first=date(2026, 11, 1)), Span(date(2026, 11, 1), NEWEST), id="from a date"),
        pytest.param(RequestedDays(first=TODAY), Span(TODAY, TODAY), id="from a date whose figures come later"),
        pytest.param(RequestedDays(last=date(2026, 3, 31)), Span(date(2026, 3, 2), date(2026, 3, 31)), id="to a date"),
        pytest.param(RequestedDays(first=NEWEST, last=TODAY), Span(NEWEST, TODAY), id="from and to"),
        pytest.param(
            RequestedDays(first=date(2010, 1, 1), last=date(2020, 1, 8)),
            Span(date(2010, 1, 1), date(2020, 1, 8)),
            id="the longest range",
        ),
    ],
)
def test_range_has_the_requested_dates(wanted: RequestedDays, span: Span) -> None:
    assert wanted.up_to(NEWEST) == span
    assert span.before == Span(span.first - timedelta(days=span.days), span.first - timedelta(days=1))


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param({"days": 0}, id="no day"),
        pytest.param({"days": MAX_DAYS + 1}, id="too many days"),
        pytest.param({"first": TODAY, "last": NEWEST}, id="an end before its beginning"),
        pytest.param({"first": date(2010, 1, 1), "last": date(2020, 1, 9)}, id="too long"),
        pytest.param({"first": date(2010, 1, 1)}, id="too long, up to the newest day"),
        pytest.param({"days": 7, "last": NEWEST}, id="days and a date"),
        pytest.param({"last": date(1999, 12, 31)}, id="too early"),
        pytest.param({"first": date(3000, 1, 1)}, id="too late"),
    ],
)
def test_invalid_range_is_refused(wanted: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequest):
        RequestedDays(**wanted).up_to(NEWEST)
