"""The usual schedule of a streamer, and the calendar of their days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.web.read.streamer_schedule import Schedule, hours_live
from bot.web.views.charts.calendar import calendar
from bot.web.views.charts.scale import every_day
from bot.web.views.charts.week import usual_hours, usual_week

# A Monday.
MONDAY = datetime(2026, 11, 9, tzinfo=UTC)
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)


def shares(*spans: tuple[int, int, int], share: float = 1.0) -> dict[tuple[int, int], float]:
    """A week with this share in spans of hours: the day of the week, the first hour, and the length."""
    found = {(day, hour): 0.0 for day in range(1, 8) for hour in range(24)}
    for day, begin, length in spans:
        for number in range(length):
            place = (24 * (day - 1) + begin + number) % 168
            found[place // 24 + 1, place % 24] = share
    return found


@pytest.mark.parametrize(
    ("spans", "words"),
    [
        pytest.param([(day, 18, 5) for day in range(1, 6)], "Mon to Fri 18–23", id="the same on days in a row"),
        pytest.param([(day, 18, 5) for day in range(1, 8)], "every day 18–23", id="every day"),
        pytest.param([(1, 18, 5), (3, 18, 5), (5, 18, 5)], "Mon, Wed and Fri 18–23", id="the same on other days"),
        pytest.param([(1, 18, 5), (2, 18, 5), (3, 19, 5)], "Mon to Wed 18–23", id="an hour later on one day"),
        pytest.param([(1, 18, 5), (2, 21, 3)], "Mon 18–23, Tue 21–00", id="other hours"),
        pytest.param([(6, 20, 6)], "Sat 20–02", id="past midnight it is the day on which it begins"),
        pytest.param([(7, 22, 4)], "Sun 22–02", id="past the end of the week"),
        pytest.param([(3, 10, 30)], "Wed 10–10, Thu 10–16", id="longer than a day"),
        pytest.param(
            [(day, 4 * day, 10 - day) for day in range(1, 5)],
            "Mon 04–13, Tue 08–16, Wed 12–19 | Thu 16–22",
            id="three of four",
        ),
        pytest.param([(1, 6, 2), (1, 18, 4)], "Mon 06–08, Mon 18–22", id="twice a day"),
        pytest.param([(1, 0, 168)], "around the clock", id="always"),
        pytest.param([], "", id="never"),
    ],
)
def test_usual_hours_in_words(spans: list[tuple[int, int, int]], words: str) -> None:
    shown, more = usual_hours(shares(*spans))
    assert " | ".join([shown, *more]) == words


def test_strongest_spans_are_named_not_the_first_of_the_week() -> None:
    """All are two hours long: on Sunday the streamer is live most often, on Monday and Tuesday least often."""
    week = shares()
    for share, day in ((0.5, 1), (0.5, 2), (0.55, 3), (0.52, 4), (0.6, 7)):
        week |= {(day, 3 * day + hour): share for hour in range(2)}
    assert usual_hours(week) == ("Wed 09–11, Thu 12–14, Sun 21–23", ["Mon 03–05", "Tue 06–08"])


def test_span_with_the_surest_hour_is_named_although_others_are_longer() -> None:
    week = shares((1, 2, 4), (2, 8, 4), (3, 14, 4), share=0.6) | {(7, 22): 0.9}
    assert usual_hours(week) == ("Mon 02–06, Tue 08–12, Sun 22–23", ["Wed 14–18"])


def test_hour_is_usual_from_a_half_on() -> None:
    assert usual_hours(shares((2, 9, 3), share=0.5)) == ("Tue 09–12", [])
    assert usual_hours(shares((2, 9, 3), share=0.49)) == ("", ())


def test_week_has_a_step_for_each_share_and_none_where_the_streamer_is_not_live() -> None:
    week = {**shares(), (1, 3): 0.3, (1, 4): 1.0, (1, 5): 0.05}
    del week[1, 0]
    plot = usual_week("Schedule", week)
    cells = plot.days[0][1]
    assert [(cells[hour].step, cells[hour].text) for hour in (0, 1, 3, 4, 5)] == [
        (None, "Mon 00:00: no data"),
        (None, "Mon 01:00: not live"),
        (1, "Mon 03:00: live 30% of the time"),
        (4, "Mon 04:00: live 100% of the time"),
        (0, "Mon 05:00: live 5% of the time"),
    ]
    assert plot.description == "Schedule. Usually live: Mon 04–05."
    assert usual_week("Schedule", shares()).description == "Schedule. Usually live: at no fixed hours."


def test_share_of_an_hour_is_that_of_its_time_over_all_weeks() -> None:
    """Two weeks are measured; of the first Monday an hour and a half is live, of the second half an hour."""
    measured = [(MONDAY + number * DAY, MONDAY + (number + 1) * DAY) for number in range(14)]
    streams = [
        (MONDAY + 18 * HOUR, MONDAY + 19.5 * HOUR),
        (MONDAY + 7 * DAY + 18.5 * HOUR, MONDAY + 7 * DAY + 19 * HOUR),
        (MONDAY - DAY, MONDAY - DAY + HOUR),
    ]
    hours = {(row.weekday, row.hour): row for row in hours_live(streams, measured, ZoneInfo("UTC"))}
    assert len(hours) == 168
    assert [(hours[1, hour].share, hours[1, hour].hours) for hour in (17, 18, 19)] == [(0, 2), (0.75, 2), (0.25, 2)]
    assert sum(row.share for row in hours.values()) == 1.0
    in_kathmandu = {
        (row.weekday, row.hour): row.share for row in hours_live(streams, measured, ZoneInfo("Asia/Kathmandu"))
    }
    # 18:00 is 23:45 there: a quarter of the hour is before midnight.
    assert in_kathmandu[1, 23] == pytest.approx(0.75 * 0.25)
    assert in_kathmandu[2, 0] == pytest.approx(0.75 * 0.75 + 0.25 * 0.25)
    assert sum(in_kathmandu.values()) == pytest.approx(1.0)


def test_two_streams_in_one_hour_are_at_most_an_hour() -> None:
    streams = [(MONDAY, MONDAY + HOUR), (MONDAY + HOUR / 2, MONDAY + HOUR)]
    [row] = hours_live(streams, [(MONDAY, MONDAY + HOUR)], ZoneInfo("UTC"))
    assert (row.share, row.hours) == (1.0, 1)


@pytest.mark.parametrize(("streams", "days", "is_known"), [(4, 14, True), (3, 14, False), (4, 13, False)])
def test_few_streams_are_no_schedule(streams: int, days: int, is_known: bool) -> None:
    assert Schedule([], streams, days).is_known is is_known


def test_calendar_has_a_column_for_each_week_and_a_step_for_each_length() -> None:
    first = date(2026, 10, 26)
    days = every_day(first, first + timedelta(days=20))
    values = dict.fromkeys(days[1:], 0.0) | {days[2]: 1.0, days[8]: 5.0, days[20]: 10.0}
    plot = calendar("Hours by day", "hours", days, values)
    assert (plot.weeks, len(plot.days)) == (3, 21)
    assert [(cell.week, cell.weekday) for cell in (plot.days[0], plot.days[8], plot.days[20])] == [
        (0, 0),
        (1, 1),
        (2, 6),
    ]
    assert [(plot.days[place].step, plot.days[place].text) for place in (0, 1, 2, 8, 20)] == [
        (None, "Mon, Oct 26: no data"),
        (None, "Tue, Oct 27: no hours"),
        (1, "Wed, Oct 28: 1 hours"),
        (4, "Tue, Nov 3: 5 hours"),
        (4, "Sun, Nov 15: 10 hours"),
    ]
    assert [cell.is_measured for cell in plot.days] == [False] + [True] * 20
    # November begins in the first week: October has no room for its name.
    assert [(label.x, label.text) for label in plot.labels] == [(0.0, "Nov")]
    assert plot.description == "Hours by day: on 3 of 20 days with data, the most on Nov 15 with 10 hours."
    assert (
        calendar("Hours by day", "hours", days, {days[0]: 0.0}).description == "Hours by day: none on 1 days with data."
    )
