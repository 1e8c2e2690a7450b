"""The cost of reading a range of days."""

from datetime import date

import pytest

from bot.web.read.ranges import RequestedDays, is_long

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
