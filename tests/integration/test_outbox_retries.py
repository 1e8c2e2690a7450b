"""Posts that X refuses, limits or does not receive are retried until they expire."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from sandbox.x.faults import XFault
from tests.factories import rows
from tests.integration.conftest import TIMELINE_LAG, MakeOutside, Outside, draw


def test_an_answer_that_x_refuses_is_refused_for_good(outside: Outside) -> None:
    """The reason may be the settings of the person who asked, so retries would be a nuisance."""
    outside.reply("answer")
    outside.sandbox.faults.cue(XFault.GENERIC_403)
    outside.sender.send()
    outside.later(3600)
    requests = outside.sandbox.requests
    assert outside.sender.send() == 0
    assert outside.sandbox.requests == requests
    ((status, reason),) = rows(outside.url, "select status, reason from posts")
    assert status == "refused"
    assert "You are not permitted to perform this action" in reason


@pytest.mark.parametrize("fault", [XFault.CHALLENGE, XFault.LOCKED, XFault.GENERIC_403])
def test_a_summary_and_its_chart_are_sent_after_some_minutes_of_refusals(outside: Outside, fault: XFault) -> None:
    for kind in ("games", "streamers", "streamers_of_game"):
        outside.summary(kind, text=kind, chart="bars")
    outside.sandbox.faults.set_rates({fault: 1})
    for _ in range(3):
        assert outside.sender.send() == 0
        outside.later(60)
    outside.sandbox.faults.clear()
    for _ in range(5):
        outside.sender.send()
        outside.later(60)
    assert sorted(outside.published()) == ["games", "streamers", "streamers_of_game"]
    assert [media.alt_text for post in outside.sandbox.posts() for media in post.media] == ["words for bars"] * 3
    assert outside.spent() == outside.sandbox.bill().total_usd


@pytest.mark.parametrize("fault", [XFault.CHALLENGE, XFault.LOCKED])
def test_an_answer_waits_while_x_refuses_all_calls(outside: Outside, fault: XFault) -> None:
    for number in range(3):
        outside.reply(f"answer {number}")
    outside.sandbox.faults.cue(fault)
    assert outside.sender.send() == 0
    assert outside.sandbox.requests == 1, "those behind it wait as well"
    outside.later(60)
    assert outside.sender.send() == 3


def test_a_refused_summary_is_retried_with_growing_pauses_until_it_expires(outside: Outside) -> None:
    outside.summary()
    outside.sandbox.faults.set_rates({"generic_403": 1})
    minutes = []
    # At first every minute, later every third one, which each retry falls on.
    turns = [*range(33), *range(33, 606, 3)]
    for minute, following in pairwise(turns):
        before = outside.sandbox.requests
        outside.sender.send()
        if outside.sandbox.requests > before:
            minutes.append(minute)
        outside.later(60 * (following - minute))
    assert minutes == [0, 1, 3, 7, 15, 31, 63, 123, 183, 243, 303, 363, 423, 483, 543]
    ((status, reason),) = rows(outside.url, "select status, reason from posts")
    assert status == "expired"
    assert "You are not permitted to perform this action" in reason


@pytest.mark.parametrize(
    ("fault", "seconds"), [(XFault.SERVER_ERROR, [30, 60, 120]), (XFault.CHALLENGE, [60, 120, 240])]
)
def test_the_pause_doubles_with_each_attempt_that_fails(outside: Outside, fault: XFault, seconds: list[int]) -> None:
    """Also where X names a time to try again, as after a challenge page: a locked account stays so for hours."""
    outside.summary(chart="bars")
    outside.sandbox.faults.set_rates({fault: 1})
    pauses = []
    for _ in range(3):
        outside.sender.send()
        ((next_try_at,),) = rows(outside.url, "select next_try_at from posts where status = 'due'")
        pauses.append((next_try_at - outside.clock.now()).total_seconds())
        outside.clock.move_to(next_try_at)
    assert pauses == seconds


def test_a_rate_limit_postpones_all_posts_until_it_ends(outside: Outside) -> None:
    for number in range(3):
        outside.reply(f"answer {number}")
    outside.sandbox.faults.cue(XFault.TOO_MANY_REQUESTS)
    assert outside.sender.send() == 0
    assert outside.sandbox.requests == 1
    outside.later(5)
    assert outside.sender.send() == 3


def test_a_rate_limit_that_another_post_meets_does_not_shorten_the_pause_of_a_refused_one(outside: Outside) -> None:
    outside.summary()
    outside.sandbox.faults.set_rates({XFault.GENERIC_403: 1})
    for _ in range(4):
        outside.sender.send()
        ((next_try_at,),) = rows(outside.url, "select next_try_at from posts")
        if next_try_at - outside.clock.now() < timedelta(minutes=8):
            outside.clock.move_to(next_try_at)
    outside.sandbox.faults.clear()
    outside.reply("answer")
    outside.sandbox.faults.cue(XFault.TOO_MANY_REQUESTS)
    outside.sender.send()
    assert rows(outside.url, "select next_try_at, attempts from posts where kind = 'games'") == [(next_try_at, 4)]
    outside.later(5)
    assert (outside.sender.send(), outside.published()) == (1, ["answer"])


def test_without_credits_x_is_not_called_until_the_next_day_or_a_resume(outside: Outside) -> None:
    outside.reply("answer")
    outside.sandbox.faults.cue(XFault.NO_CREDITS)
    outside.sender.send()
    for _ in range(10):
        outside.later(1800)
        outside.sender.send()
    # 16:00 is eight hours before midnight UTC; five of them have passed.
    assert outside.sandbox.requests == 1
    outside.later(3 * 3600)
    assert outside.sender.send() == 1
    outside.reply("another")
    outside.sandbox.faults.cue(XFault.NO_CREDITS)
    outside.sender.send()
    with outside.database.transaction() as tx:
        tx.spend.end_pauses()
        tx.outbox.retry(post_id=2, now=outside.clock.now(), expires_at=outside.clock.now())
    assert outside.sender.send() == 1


def test_wrong_credentials_are_retried_after_a_pause(outside: Outside) -> None:
    outside.reply("answer")
    outside.sandbox.faults.cue(XFault.UNAUTHORIZED)
    assert outside.sender.send() == 0
    outside.later(15 * 60)
    assert outside.sender.send() == 1


def test_failing_pictures_delay_no_answer_and_finally_no_summary(outside: Outside, url: str) -> None:
    """A summary is sent without its chart at its fourth attempt."""
    outside.summary(chart="bars")
    outside.reply("answer")
    outside.sandbox.faults.set_rates({"media_404": 1})
    outside.sender.send()
    assert outside.published() == ["answer"]
    for _ in range(8):
        outside.later(300)
        outside.sender.send()
    assert outside.published() == ["answer", "Most watched games"]
    assert outside.sandbox.posts()[1].media == ()
    assert rows(url, "select attempts from posts where kind = 'games'") == [(4,)]


def test_a_post_that_was_not_sent_in_time_expires(outside: Outside) -> None:
    outside.summary(expires_at=outside.clock.now() + timedelta(hours=1))
    outside.later(3600)
    outside.sender.send()
    assert [status for _, status in outside.posts()] == ["expired"]
    assert outside.sandbox.requests == 0


def test_a_post_that_expires_while_others_are_sent_is_not_sent(outside: Outside) -> None:
    def slowly(chart: object) -> bytes:
        outside.later(60)
        return draw(chart)

    outside.summary("games", chart="bars")
    outside.summary("streamers", text="old news", expires_at=outside.clock.now() + timedelta(seconds=60))
    assert replace(outside.sender, draw=slowly).send() == 1
    assert outside.published() == ["Most watched games"]
    outside.sender.send()
    assert outside.posts()[1] == ("old news", "expired")


def test_a_post_with_an_unknown_outcome_does_not_expire(outside: Outside) -> None:
    outside.summary(expires_at=outside.clock.now() + timedelta(seconds=60))
    outside.sandbox.faults.cue(XFault.DROP_AFTER)
    outside.sender.send()
    outside.later(100)
    outside.sender.send()
    assert [status for _, status in outside.posts()] == ["sent"]
    outside.summary("streamers", text="late", expires_at=outside.clock.now() + timedelta(seconds=60))
    outside.sandbox.faults.cue(XFault.SERVER_ERROR)
    outside.sender.send()
    outside.later(TIMELINE_LAG)
    outside.sender.send()
    assert outside.posts()[1] == ("late", "expired")
    assert outside.spent() == outside.sandbox.bill().total_usd


def test_an_unreachable_x_costs_nothing(outside: Outside) -> None:
    outside.reply("answer")
    outside.sandbox.stop()
    outside.sender.send()
    assert [status for _, status in outside.posts()] == ["due"]
    assert outside.spent() == 0


def waits_since(outside: Outside) -> datetime | None:
    with outside.database.transaction() as tx:
        waiting = tx.health.waiting()
    since: datetime | None = waiting.since
    assert (waiting.posts == 0) == (since is None)
    return since


@pytest.mark.parametrize("fault", [XFault.CHALLENGE, XFault.TOO_MANY_REQUESTS, XFault.SERVER_ERROR, None])
def test_a_post_that_keeps_failing_waits_since_its_creation(outside: Outside, fault: XFault | None) -> None:
    """For each reason of a failure; None: X cannot be reached."""
    made_at = outside.clock.now()
    outside.reply("answer")
    if fault is None:
        outside.sandbox.stop()
    else:
        outside.sandbox.faults.set_rates({fault: 1})
    for _ in range(6):
        outside.sender.send()
        outside.later(600)
    assert waits_since(outside) == made_at


def test_a_post_that_waits_for_the_budget_is_not_late_before_there_is_budget(make_outside: MakeOutside) -> None:
    outside = make_outside(budget_usd="0.001")
    outside.reply("answer")
    outside.reply("another, held by the first")
    for _ in range(6):
        outside.sender.send()
        since = waits_since(outside)
        assert since is not None
        assert since > outside.clock.now()
        outside.later(600)
    with outside.database.transaction() as tx:
        tx.outbox.end_waits(now=outside.clock.now())
    assert waits_since(outside) == outside.clock.now()


def test_a_post_that_a_person_retries_waits_since_the_retry(outside: Outside) -> None:
    outside.summary()
    outside.later(3600)
    with outside.database.transaction() as tx:
        tx.outbox.retry(post_id=1, now=outside.clock.now(), expires_at=outside.clock.now() + timedelta(hours=1))
    assert waits_since(outside) == outside.clock.now()
    assert outside.sender.send() == 1
    assert waits_since(outside) is None
