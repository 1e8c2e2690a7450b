"""Waits by the headers of Twitch's rate limit. The whole client is tested with the sandbox."""

from datetime import UTC, datetime

import pytest

from helperfunctions.twitch_api import pause_seconds
from helperfunctions.twitch_http import LONGEST_WAIT_SECONDS, seconds_until_reset

NOW = datetime(2026, 11, 21, 16, tzinfo=UTC)
IN_SEVEN_SECONDS = str(int(NOW.timestamp()) + 7)


def headers(limit: str = "800", remaining: str = "799", reset: str = IN_SEVEN_SECONDS) -> dict[str, str]:
    return {"Ratelimit-Limit": limit, "Ratelimit-Remaining": remaining, "Ratelimit-Reset": reset}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        (headers(remaining="799"), 0.0),
        (headers(remaining="81"), 0.0),
        # the last tenth: as fast as the bucket refills, 800 points a minute
        (headers(remaining="80"), 0.075),
        (headers(remaining="1"), 0.075),
        (headers(limit="30", remaining="3"), 2.0),
        # empty: until it is full again
        (headers(remaining="0"), 7.0),
        (headers(remaining="-1"), 7.0),
        (headers(remaining="0", reset="soon"), 0.0),
        (headers(limit="0", remaining="0"), 0.0),
        (headers(limit="many"), 0.0),
        (headers(remaining=""), 0.0),
        ({}, 0.0),
        ({"Ratelimit-Limit": "800"}, 0.0),
        ({"Ratelimit-Remaining": "0"}, 0.0),
    ],
)
def test_the_pause_before_the_next_request(headers: dict[str, str], seconds: float) -> None:
    assert pause_seconds(headers, NOW) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("ahead", "seconds"),
    [(7.0, 7.0), (59.5, 59.5), (0.2, 1.0), (0.0, 1.0), (-3600.0, 1.0), (1e6, LONGEST_WAIT_SECONDS)],
)
def test_the_wait_for_a_reset_has_a_least_and_a_greatest_length(ahead: float, seconds: float) -> None:
    headers = {"Ratelimit-Reset": str(NOW.timestamp() + ahead)}
    assert seconds_until_reset(headers, NOW) == pytest.approx(seconds)


@pytest.mark.parametrize("headers", [{}, {"Ratelimit-Reset": "soon"}, {"Ratelimit-Reset": ""}])
def test_without_a_reset_the_wait_is_unknown(headers: dict[str, str]) -> None:
    assert seconds_until_reset(headers, NOW) is None


@pytest.mark.parametrize("reset", ["nan", "inf", "-inf"])
def test_a_reset_that_is_not_an_instant_gives_a_limited_wait(reset: str) -> None:
    seconds = seconds_until_reset({"Ratelimit-Reset": reset}, NOW)
    assert seconds is None or 1.0 <= seconds <= LONGEST_WAIT_SECONDS
