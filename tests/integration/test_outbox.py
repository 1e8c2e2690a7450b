"""The outbox and a simulated X: each post is published exactly once, whatever X does."""

import logging
from datetime import datetime, timedelta

import pytest

from bot.outbox.send import Sender
from helperfunctions.errors import Busy
from sandbox.x.faults import XFault
from tests.factories import DAY, DAY_START, rows, write
from tests.integration.conftest import PNG, MakeOutside, Outside

LAG = 300


def out(outside: Outside) -> list[str]:
    """What X shows of us, oldest first."""
    return [post.text for post in outside.sandbox.posts()]


def test_a_summary_is_sent_with_its_chart_and_alt_text(outside: Outside) -> None:
    outside.summary(chart="bars")
    assert outside.sender.send() == 1
    (posted,) = outside.sandbox.posts()
    assert (posted.text, posted.reply_to) == ("Most watched games", None)
    assert [(media.content, media.alt_text) for media in posted.media] == [(PNG + b"'bars'", "words for bars")]
    assert rows(outside.url, "select status, attempts, x_id, sent_at, last_error from posts") == [
        ("sent", 1, posted.post_id, DAY_START, None)
    ]
    assert outside.sender.send() == 0
    assert outside.spent() == outside.sandbox.bill().total_usd


def test_an_answer_replies_to_its_mention(outside: Outside) -> None:
    mention_id = outside.reply("xQc · yesterday")
    assert outside.sender.send() == 1
    (posted,) = outside.sandbox.posts()
    assert posted.reply_to is not None
    assert (posted.text, posted.reply_to.post_id) == ("xQc · yesterday", mention_id)


def test_summaries_come_before_answers(outside: Outside) -> None:
    outside.reply("an answer")
    for kind in ("games", "streamers", "streamers_of_game"):
        outside.summary(kind, text=kind)
    assert outside.sender.send() == 4
    assert out(outside) == ["games", "streamers", "streamers_of_game", "an answer"]


@pytest.mark.parametrize("fault", [XFault.DROP_AFTER, XFault.UNREADABLE])
def test_a_post_without_a_response_is_looked_up_before_a_retry(outside: Outside, fault: XFault) -> None:
    outside.summary(chart="bars")
    outside.sandbox.faults.cue(fault, times=1)
    outside.sender.send()  # strikes the upload: nothing is published by that
    outside.later(60)
    outside.sandbox.faults.cue(fault, times=3)
    assert outside.sender.send() == 0
    outside.sandbox.faults.clear()
    for _ in range(30):
        outside.later(30)
        outside.sender.send()
    assert out(outside) == ["Most watched games"]
    assert [status for _, status in outside.posts()] == ["sent"]
    assert outside.spent() == outside.sandbox.bill().total_usd


def test_a_published_post_is_found_and_gets_its_id(outside: Outside) -> None:
    mention_id = outside.asked()
    outside.reply("an answer", mention_id)
    outside.summary(text="A & B <c>\n1. d")
    outside.sandbox.faults.cue(XFault.DROP_AFTER, times=2)
    assert outside.sender.send() == 0
    assert [status for _, status in outside.posts()] == ["unknown", "unknown"]
    assert outside.sender.send() == 2
    ids = {post.text: post.post_id for post in outside.sandbox.posts()}
    assert rows(outside.url, "select text, status, x_id from posts order by post_id") == [
        ("an answer", "sent", ids["an answer"]),
        ("A & B <c>\n1. d", "sent", ids["A & B <c>\n1. d"]),
    ]
    assert outside.spent() == outside.sandbox.bill().total_usd


@pytest.mark.parametrize("fault", [XFault.SERVER_ERROR, XFault.HTML, XFault.RESET_BEFORE])
def test_an_unpublished_post_is_sent_again_after_the_lag_of_the_timeline(outside: Outside, fault: XFault) -> None:
    outside.summary()
    outside.sandbox.faults.cue(fault)
    outside.sender.send()
    outside.later(LAG - 1)
    outside.sender.send()
    assert [status for _, status in outside.posts()] == ["unknown"]
    outside.later(1)
    assert outside.sender.send() == 1
    assert out(outside) == ["Most watched games"]
    assert outside.spent() == outside.sandbox.bill().total_usd


def test_a_post_is_found_on_a_timeline_that_lags(make_outside: MakeOutside) -> None:
    outside = make_outside(timeline_lag_seconds=200, lag_seconds=LAG)
    outside.summary()
    outside.sandbox.faults.cue(XFault.DROP_AFTER)
    for _ in range(20):
        outside.sender.send()
        outside.later(10)
    assert [status for _, status in outside.posts()] == ["unknown"]
    for _ in range(20):
        outside.sender.send()
        outside.later(10)
    assert [status for _, status in outside.posts()] == ["sent"]
    assert out(outside) == ["Most watched games"]
    assert outside.sandbox.bill().units["post"] == 1


def test_a_post_refused_as_a_duplicate_on_its_second_attempt_was_published(make_outside: MakeOutside) -> None:
    """A timeline that lags longer than assumed: X itself refuses a second post of the same text."""
    outside = make_outside(timeline_lag_seconds=1000, lag_seconds=LAG)
    outside.summary()
    outside.sandbox.faults.cue(XFault.DROP_AFTER)
    for _ in range(150):
        outside.sender.send()
        outside.later(10)
    assert out(outside) == ["Most watched games"]
    (posted,) = outside.sandbox.posts()
    ((status, x_id),) = rows(outside.url, "select status, x_id from posts")
    assert (status, x_id) in [("sent", posted.post_id), ("sent", None)]
    assert outside.spent() == outside.sandbox.bill().total_usd


def test_a_second_attempt_is_looked_up_from_the_start_of_the_first(make_outside: MakeOutside) -> None:
    """The first attempt is out and shows late; another post goes out before the second attempt."""
    outside = make_outside(timeline_lag_seconds=400, lag_seconds=LAG)
    outside.summary()
    outside.sandbox.faults.cue(XFault.DROP_AFTER)
    outside.sender.send()
    outside.summary("streamers", text="another")
    outside.sender.send()
    first, another = outside.sandbox.posts()
    for _ in range(80):
        outside.later(10)
        outside.sender.send()
    assert rows(outside.url, "select status, x_id, attempts from posts order by post_id") == [
        ("sent", first.post_id, 2),
        ("sent", another.post_id, 1),
    ]


def test_a_post_refused_as_a_duplicate_on_its_first_attempt_is_refused_for_good(outside: Outside) -> None:
    outside.x.create_post("Most watched games")
    outside.summary()
    outside.sender.send()
    assert [status for _, status in outside.posts()] == ["refused"]


def test_an_older_post_of_the_same_text_is_not_taken_for_the_new_one(outside: Outside) -> None:
    """Two answers with the same words: what one is known to be the other is not."""
    first, second = outside.reply("same"), outside.reply("same")
    outside.sandbox.faults.cue(XFault.DROP_AFTER)
    outside.sender.send()
    outside.later(LAG)
    outside.sender.send()
    assert rows(outside.url, "select mention_id, status from posts order by post_id") == [
        (first, "sent"),
        (second, "refused"),
    ]


def test_an_answer_that_x_refuses_is_refused_for_good(outside: Outside) -> None:
    """The reason may be the settings of the person who asked; asking again and again would be a nuisance."""
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
def test_a_summary_and_its_chart_survive_a_refusal_of_some_minutes(outside: Outside, fault: XFault) -> None:
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
    assert sorted(out(outside)) == ["games", "streamers", "streamers_of_game"]
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
    for minute in range(601):
        before = outside.sandbox.requests
        outside.sender.send()
        if outside.sandbox.requests > before:
            minutes.append(minute)
        outside.later(60)
    assert minutes == [0, 1, 3, 7, 15, 31, 63, 123, 183, 243, 303, 363, 423, 483, 543]
    ((status, reason),) = rows(outside.url, "select status, reason from posts")
    assert status == "expired"
    assert "You are not permitted to perform this action" in reason


def test_the_pause_doubles_with_each_attempt_that_fails(outside: Outside) -> None:
    outside.summary(chart="bars")
    outside.sandbox.faults.set_rates({"server_error": 1})
    pauses = []
    for _ in range(3):
        outside.sender.send()
        ((next_try_at,),) = rows(outside.url, "select next_try_at from posts where status = 'due'")
        pauses.append((next_try_at - outside.clock.now()).total_seconds())
        outside.clock.move_to(next_try_at)
    assert pauses == [30, 60, 120]


def test_a_rate_limit_postpones_all_posts_until_it_ends(outside: Outside) -> None:
    for number in range(3):
        outside.reply(f"answer {number}")
    outside.sandbox.faults.cue(XFault.TOO_MANY_REQUESTS)
    assert outside.sender.send() == 0
    assert outside.sandbox.requests == 1
    outside.later(5)
    assert outside.sender.send() == 3


def test_without_credits_x_is_not_called_until_the_next_day_or_a_resume(outside: Outside) -> None:
    outside.reply("answer")
    outside.sandbox.faults.cue(XFault.NO_CREDITS)
    outside.sender.send()
    for _ in range(10):
        outside.later(1800)
        outside.sender.send()
    # From 16:00 to midnight UTC there are eight hours; five of them have passed.
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


def test_failing_pictures_delay_no_answer_and_finally_no_summary(outside: Outside) -> None:
    outside.summary(chart="bars")
    outside.reply("answer")
    outside.sandbox.faults.set_rates({"media_404": 1})
    outside.sender.send()
    assert out(outside) == ["answer"]
    for _ in range(8):
        outside.later(300)
        outside.sender.send()
    assert out(outside) == ["answer", "Most watched games"]
    assert outside.sandbox.posts()[1].media == ()


def test_a_chart_that_cannot_be_drawn_delays_nothing(outside: Outside) -> None:
    outside.summary(chart="impossible")
    assert outside.sender.send() == 1
    assert outside.sandbox.posts()[0].media == ()


def test_a_picture_is_uploaded_once(outside: Outside) -> None:
    outside.summary(chart="bars")
    media = outside.x.upload_png(PNG)
    write(outside.url, "update posts set media_id = %s, media_expires_at = %s", media.media_id, media.expires_at)
    outside.sender.send()
    assert [shown.media_id for shown in outside.sandbox.posts()[0].media] == [media.media_id]


def test_an_expired_picture_is_uploaded_again(outside: Outside) -> None:
    outside.summary(chart="bars")
    expired = outside.clock.now() - timedelta(seconds=1)
    write(outside.url, "update posts set media_id = '5', media_expires_at = %s", expired)
    outside.sender.send()
    assert [media.alt_text for media in outside.sandbox.posts()[0].media] == ["words for bars"]


@pytest.mark.parametrize(
    "text", ["see agar.io", "hello @everyone", "#1 in the world", "buy $GAME", "a" * 281, "界" * 141, " "]
)
def test_a_text_that_fails_our_own_check_is_not_sent(outside: Outside, text: str) -> None:
    outside.summary(text=text)
    outside.sender.send()
    assert outside.sandbox.requests == 0
    assert [status for _, status in outside.posts()] == ["refused"]


def test_a_post_that_was_not_sent_in_time_expires(outside: Outside) -> None:
    outside.summary(expires_at=outside.clock.now() + timedelta(hours=1))
    outside.later(3600)
    outside.sender.send()
    assert [status for _, status in outside.posts()] == ["expired"]
    assert outside.sandbox.requests == 0


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
    outside.later(LAG)
    outside.sender.send()
    assert outside.posts()[1] == ("late", "expired")
    assert outside.spent() == outside.sandbox.bill().total_usd


@pytest.mark.parametrize(("had_called", "becomes"), [(False, "sent"), (True, "unknown")])
def test_claims_of_a_killed_process_are_released(outside: Outside, had_called: bool, becomes: str) -> None:
    """Before its call nothing can have happened; from the moment at which the call's price was set aside, anything."""
    outside.summary()
    with outside.database.transaction() as tx:
        tx.outbox.claim_next(now=outside.clock.now())
    if had_called:
        write(
            outside.url,
            "insert into x_charges (charged_at, kind, purpose, units, usd, status, post_id)"
            " values (%s, 'post', 'summaries', 1, 0.015, 'reserved', 1)",
            outside.clock.now(),
        )
    outside.later(1)
    if had_called:
        outside.sandbox.faults.set_rates({"server_error": 1})
    outside.sender.send()
    assert [status for _, status in outside.posts()] == [becomes]


def test_without_credentials_posts_are_logged_and_never_sent_later(
    outside: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    outside.summary(text="nobody hears this")
    without = Sender(None, outside.database, outside.clock, outside.ledger, None, lambda _: PNG)
    assert without.send() == 0
    assert "nobody hears this" in caplog.text
    assert "X_API_KEY" in caplog.text
    outside.later(60)
    outside.summary("streamers", text="credentials have come")
    assert outside.sender.send() == 1
    assert out(outside) == ["credentials have come"]
    assert [status for _, status in outside.posts()] == ["not_sent", "sent"]


def test_a_long_queue_is_sent_in_turns(outside: Outside) -> None:
    for number in range(45):
        outside.reply(f"answer {number}")
    assert [outside.sender.send() for _ in range(4)] == [20, 20, 5, 0]
    assert out(outside) == [f"answer {number}" for number in range(45)]


def test_there_is_one_row_per_day_and_kind_and_one_per_mention(outside: Outside) -> None:
    outside.summary()
    with pytest.raises(Exception, match="posts_day_kind_key"):
        outside.summary()
    mention_id = outside.reply("answer")
    with pytest.raises(Exception, match="posts_mention_id_key"):
        outside.reply("other", mention_id)


def test_two_senders_do_not_send_at_once(outside: Outside) -> None:
    outside.summary()
    with outside.database.exclusive("outbox"), pytest.raises(Busy):
        outside.sender.send()
    assert outside.sandbox.requests == 0


def test_posts_can_be_retried_and_dropped_by_hand(outside: Outside) -> None:
    outside.summary()
    outside.sandbox.faults.cue(XFault.GENERIC_403)
    outside.sender.send()
    now = outside.clock.now()
    with outside.database.transaction() as tx:
        assert tx.outbox.retry(post_id=1, now=now, expires_at=now + timedelta(hours=1)) == 1
        assert tx.outbox.drop(post_id=1) == 1
        assert tx.outbox.drop(post_id=1) == 0
        assert tx.outbox.retry(post_id=1, now=now, expires_at=now + timedelta(hours=1)) == 1
    assert outside.sender.send() == 1
    with outside.database.transaction() as tx:
        assert tx.outbox.retry(post_id=1, now=now, expires_at=now) == 0
        assert tx.outbox.post_status(post_id=1) == "sent"
        assert list(tx.outbox.listed(everything=False, since=now - timedelta(days=7))) == []
        assert [row[1:4] for row in tx.outbox.listed(everything=True, since=now)] == [("games", str(DAY), "sent")]


def test_an_x_that_cannot_be_reached_costs_nothing(outside: Outside) -> None:
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
def test_a_post_that_keeps_failing_waits_since_it_was_made(outside: Outside, fault: XFault | None) -> None:
    """Whatever keeps it back; None: X cannot be reached."""
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


def test_a_post_that_waits_for_the_budget_is_not_late_before_it_is_there(make_outside: MakeOutside) -> None:
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


def test_a_post_that_a_person_retries_waits_since_then(outside: Outside) -> None:
    outside.summary()
    outside.later(3600)
    with outside.database.transaction() as tx:
        tx.outbox.retry(post_id=1, now=outside.clock.now(), expires_at=outside.clock.now() + timedelta(hours=1))
    assert waits_since(outside) == outside.clock.now()
    assert outside.sender.send() == 1
    assert waits_since(outside) is None
