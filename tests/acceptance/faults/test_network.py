"""Twitch or X cannot be reached for hours."""

from datetime import timedelta

from tests.acceptance.conftest import eventually
from tests.acceptance.faults.conftest import CALENDAR, Life, live_through
from tests.factories import rows


def test_hours_without_twitch_are_recorded_and_polls_go_on_when_it_is_back(life: Life) -> None:
    bot = life.started()
    polls = life.polls()
    life.twitch.stop()
    life.clock.until(14, 10)
    eventually(lambda: "ConnectionError (" in life.log(bot), "it has noticed")
    life.clock.jump(timedelta(hours=3))
    life.ask("ann")
    eventually(life.is_answered, "X does not wait for Twitch")
    life.twitch.start()
    life.clock.jump(timedelta(minutes=10))
    eventually(lambda: len(life.polls()) > len(polls), "the next poll is stored")
    assert life.polls()[: len(polls)] == polls
    life.ends_well(bot)


def test_after_hours_without_x_every_post_is_published_once(life: Life) -> None:
    live_through(life.database, CALENDAR.last_finished(life.clock.now()))
    life.clock.until(13, 55)
    bot = life.started()
    life.x.stop()
    life.ask("ann")
    life.clock.until(14, 0)
    eventually(lambda: rows(life.url, "select count(*) from posts where attempts > 0") != [(0,)], "it has tried")
    life.clock.jump(timedelta(hours=3))
    life.ask("ben")
    eventually(lambda: len(life.polls()) >= 2, "Twitch does not wait for X")
    life.x.start()
    life.clock.jump(timedelta(hours=1))
    eventually(lambda: len(life.x.posts()) == 5, "three summaries and two answers are out")
    eventually(life.is_answered, "everybody has an answer")
    life.ends_well(bot)
