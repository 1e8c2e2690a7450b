"""Changes on pages: one notation, and no colour where they are chance."""

import re

import pytest

from bot.web.views.render import changed


def words(value: float | None, channels: float | None = None) -> str:
    return re.sub("<[^>]*>", "", changed(value, channels))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"),
        (0.004, "±0%"),
        (0.12, "↑ up 12%"),
        (-0.5, "↓ down 50%"),
        (1.17, "↑ up 117%"),
        (1.999, "↑ up 200%"),
        (2.0, "↑ up 3×"),
        (109.4, "↑ up 110×"),
    ],
)
def test_change_is_a_percentage_below_three_times_and_a_factor_from_there_on(value: float | None, shown: str) -> None:
    assert words(value) == shown


@pytest.mark.parametrize(("channels", "colour"), [(None, "up"), (1.0, "up"), (0.9, "soft"), (0.0, "soft")])
def test_change_of_a_game_with_less_than_one_live_channel_is_grey(channels: float | None, colour: str) -> None:
    assert changed(110.0, channels).startswith(f'<span class="{colour}">')
    assert words(110.0, channels) == "↑ up 111×"
