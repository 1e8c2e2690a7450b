"""Whether a streamer or a language rises or falls: over the longest period that can be compared."""

from dataclasses import dataclass
from datetime import date, timedelta

import pytest

from bot.web.read.ranges import Span
from bot.web.read.trends import trend

LAST = date(2026, 11, 21)


@dataclass(frozen=True)
class Measured:
    day: date
    watch_hours: float
    airtime_hours: float = 2.0
    covered_hours: float = 24.0


def days(*watch_hours: float) -> list[Measured]:
    """Days up to the last, the oldest first."""
    first = LAST - timedelta(days=len(watch_hours) - 1)
    return [Measured(first + timedelta(days=number), hours) for number, hours in enumerate(watch_hours)]


def span(length: int) -> Span:
    return Span(LAST - timedelta(days=length - 1), LAST)


@pytest.mark.parametrize(
    ("rows", "wanted", "length", "change"),
    [
        pytest.param(days(*[100] * 30, *[150] * 30), 30, 30, 0.5, id="the requested period"),
        pytest.param(days(*[100] * 23, *[92] * 7), 30, 7, -0.08, id="seven days where thirty have none before"),
        pytest.param(days(*[100] * 3, *[150] * 3), 3, 3, 0.5, id="a period between two dates"),
        pytest.param(days(100, 150), 30, 1, 0.5, id="a day"),
        pytest.param(days(0, 150), 30, None, None, id="not live before"),
        pytest.param(days(150), 30, None, None, id="new"),
        pytest.param([], 30, None, None, id="nothing measured"),
    ],
)
def test_trend_is_over_the_longest_period_that_can_be_compared(
    rows: list[Measured], wanted: int, length: int | None, change: float | None
) -> None:
    found = trend(rows, span(wanted))
    assert (found and found.span.days, found and found.watch_hours) == (length, change and pytest.approx(change))


def test_trend_is_per_measured_hour_and_tells_longer_from_better_watched() -> None:
    """Twice the hours in as many viewers: the streamer was live for longer."""
    before, after = days(100, 190)
    longer = Measured(after.day, 190, airtime_hours=4.0, covered_hours=22.8)
    found = trend([before, longer], span(1))
    assert found is not None
    assert (found.watch_hours, found.airtime_hours, found.average_viewers) == pytest.approx(
        (190 / 22.8 * 24 / 100 - 1, 4 / 22.8 * 24 / 2 - 1, -0.05)
    )
