"""A day and a quarter over a change of the clocks, with every kind of fault once; `make soak` runs a year."""

from datetime import UTC, datetime

import pytest

from helperfunctions.screen import Screen
from tests.soak.__main__ import Options, soak

# At two in the night of March 8 the clocks of California go forward: the day that begins here has 23 hours.
BEFORE_THE_CLOCKS_CHANGE = datetime(2026, 3, 7, 15, 59, 30, tzinfo=UTC)


@pytest.mark.timeout(1_200)
def test_after_a_day_of_every_fault_the_books_are_in_order() -> None:
    outcome = soak(Options(days=1.3, seed=1907, streams=100, draw_every=3, begin=BEFORE_THE_CLOCKS_CHANGE), Screen())
    report = "\n".join(outcome.report)
    assert not outcome.wrong, report
    assert "23 h × 1" in report
    assert "days with all three summaries sent: 1" in report
