"""How many updates were missed: by a bot that does not run, and in the last 24 hours."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.health.lateness import missed_between, missed_polls

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HALF = timedelta(minutes=30)


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("minutes", "missed"),
    [(30, 0), (45, 0), (45.1, 1), (75, 1), (75.1, 2), (60 * 24 * 3, 143)],
    ids=["at its turn", "while it may run", "missed", "the next may run", "two", "three days"],
)
def test_turn_without_a_poll_is_missed_when_the_poll_should_have_ended(minutes: float, missed: int) -> None:
    assert missed_polls(at(0.1), at(minutes), HALF) == missed


@pytest.mark.parametrize(
    ("started", "since", "now", "missed"),
    [
        ([(0, 30), (30, 30), (60, 30)], None, 80, 0),
        ([(0, 30), (50, 30), (60, 30)], None, 80, 0),
        ([(0, 30), (120, 30)], None, 130, 3),
        ([(0, 30), (120, 60)], None, 130, 1),
        ([(120, 30)], None, 130, 0),
        ([(120, 30)], 5, 130, 3),
        ([(0, 30)], None, 130, 3),
        ([], 5, 130, 0),
    ],
    ids=[
        "none", "a poll out of turn", "a gap", "the interval was changed", "the first of all", "at the begin",
        "since the newest", "no poll at all",
    ],
)  # fmt: skip
def test_missed_polls_of_a_span_are_the_turns_without_a_good_poll(
    started: list[tuple[int, int]], since: int | None, now: int, missed: int
) -> None:
    polls = [(at(minutes), timedelta(minutes=every)) for minutes, every in started]
    assert missed_between(polls, at(now), HALF, None if since is None else at(since)) == missed
