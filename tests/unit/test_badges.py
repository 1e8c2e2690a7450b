"""Badges have one figure in words, and are as wide as their texts."""

import pytest

from bot.web.views.badges import Badge, Figures, Measure, badge, not_found

CHESS = Figures("Chess", 1_234_567.0, 7_350.4, 3, "857 games")


def texts(one: Badge) -> list[str]:
    return [text.text for text in one.texts]


@pytest.mark.parametrize(
    ("measure", "days", "expected"),
    [
        (Measure.HOURS, 7, ["Twitch watch time", "1.2M hours in 7 days"]),
        (Measure.VIEWERS, 30, ["Twitch viewers", "7.4K on average in 30 days"]),
        (Measure.RANK, 1, ["Twitch rank", "#3 of 857 games in 1 day"]),
    ],
)
def test_badge_has_a_figure_and_its_period(measure: Measure, days: int, expected: list[str]) -> None:
    one = badge(CHESS, measure, days)
    assert texts(one) == expected
    assert one.title == f"Chess, {expected[0]}: {expected[1]}"


@pytest.mark.parametrize("measure", list(Measure))
def test_badge_of_days_without_data_has_no_number(measure: Measure) -> None:
    assert texts(badge(Figures("Go", 0.0, None, None, ""), measure, 7))[1] == "no data in 7 days"


def test_badge_of_an_unknown_name_is_not_found() -> None:
    assert texts(not_found(Measure.RANK)) == ["Twitch rank", "not found"]
    assert not_found(Measure.RANK).title == "Twitch rank: not found"


def test_texts_are_in_their_fields_with_a_margin() -> None:
    one = badge(CHESS, Measure.HOURS, 7)
    left, right = one.texts
    assert (left.x, left.x + left.width + 6) == (6, one.middle)
    assert (right.x, right.x + right.width + 6) == (one.middle + 6, one.width)


def test_texts_have_about_the_width_that_a_browser_gives_them() -> None:
    """Measured in Chromium with DejaVu Sans at 11 pixels."""
    measured = {
        "Twitch watch time": 99,
        "1.2M hours in 7 days": 115,
        "Twitch rank": 62,
        "#3 of 857 games in 1 day": 143,
    }
    drawn = {
        text.text: text.width
        for one in (Measure.HOURS, Measure.RANK)
        for text in badge(CHESS, one, 7 if one is Measure.HOURS else 1).texts
    }
    assert drawn == {text: pytest.approx(width, rel=0.05) for text, width in measured.items()}
