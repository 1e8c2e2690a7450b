"""The outbox and a simulated X: each post is published exactly once, after any response of X."""

import logging
from datetime import timedelta

import pytest

from bot.outbox.send import Sender
from helperfunctions.errors import Busy
from sandbox.x.faults import XFault
from tests.factories import DAY, DAY_START, rows, write
from tests.integration.conftest import PNG, TIMELINE_LAG, MakeOutside, Outside


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


def test_summaries_are_sent_before_answers(outside: Outside) -> None:
    outside.reply("an answer")
    for kind in ("games", "streamers", "streamers_of_game"):
        outside.summary(kind, text=kind)
    assert outside.sender.send() == 4
    assert outside.published() == ["games", "streamers", "streamers_of_game", "an answer"]


@pytest.mark.parametrize(
    ("hours", "order"),
    [(23, ["to bob", "to ann"]), (25, ["to ann", "to bob"])],
    ids=["within a day", "a day ago"],
)
def test_an_author_who_got_an_answer_within_a_day_waits_for_the_others(
    hours: float, order: list[str], outside: Outside
) -> None:
    outside.reply("earlier", outside.asked("ann"))
    outside.sender.send()
    outside.later(hours * 3600)
    for author in ("ann", "bob"):
        outside.reply(f"to {author}", outside.asked(author))
    outside.sender.send()
    assert outside.published() == ["earlier", *order]


@pytest.mark.parametrize("fault", [XFault.DROP_AFTER, XFault.UNREADABLE])
def test_a_post_without_a_response_is_looked_up_before_a_retry(outside: Outside, fault: XFault) -> None:
    outside.summary(chart="bars")
    outside.sandbox.faults.cue(fault, times=1)
    outside.sender.send()  # the fault is used up by the upload, which publishes nothing
    outside.later(60)
    outside.sandbox.faults.cue(fault, times=3)
    assert outside.sender.send() == 0
    outside.sandbox.faults.clear()
    for _ in range(30):
        outside.later(30)
        outside.sender.send()
    assert outside.published() == ["Most watched games"]
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
    outside.later(TIMELINE_LAG - 1)
    outside.sender.send()
    assert [status for _, status in outside.posts()] == ["unknown"]
    outside.later(1)
    assert outside.sender.send() == 1
    assert outside.published() == ["Most watched games"]
    assert outside.spent() == outside.sandbox.bill().total_usd


def test_a_post_is_found_on_a_timeline_that_lags(make_outside: MakeOutside) -> None:
    outside = make_outside(timeline_lag_seconds=200, lag_seconds=TIMELINE_LAG)
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
    assert outside.published() == ["Most watched games"]
    assert outside.sandbox.bill().units["post"] == 1


def test_the_first_post_is_looked_up_among_the_newest_of_the_account_only(outside: Outside) -> None:
    """An account can have years of posts by a person, and each post that is read costs money."""
    for number in range(30):
        outside.sandbox.tag(outside.sandbox.bot.username, f"by hand {number}")
    outside.summary()
    outside.sandbox.faults.cue(XFault.DROP_AFTER)
    outside.sender.send()
    outside.later(10)
    outside.sender.send()
    assert [status for _, status in outside.posts()] == ["sent"]
    assert outside.sandbox.bill().units["post_read"] == 20


def test_a_post_refused_as_a_duplicate_on_its_second_attempt_was_published(make_outside: MakeOutside) -> None:
    """A timeline that lags longer than assumed: X itself refuses a second post of the same text."""
    outside = make_outside(timeline_lag_seconds=1000, lag_seconds=TIMELINE_LAG)
    outside.summary()
    outside.sandbox.faults.cue(XFault.DROP_AFTER)
    for _ in range(150):
        outside.sender.send()
        outside.later(10)
    assert outside.published() == ["Most watched games"]
    (posted,) = outside.sandbox.posts()
    ((status, x_id),) = rows(outside.url, "select status, x_id from posts")
    assert (status, x_id) in [("sent", posted.post_id), ("sent", None)]
    assert outside.spent() == outside.sandbox.bill().total_usd


def test_of_several_unknown_posts_the_oldest_is_found_too(make_outside: MakeOutside) -> None:
    """Another post was published between the two, so they are looked up from different ones on."""
    outside = make_outside(timeline_lag_seconds=200, lag_seconds=TIMELINE_LAG)
    for text, is_lost in (("before", False), ("first", True), ("between", False), ("last", True)):
        outside.reply(text)
        if is_lost:
            outside.sandbox.faults.cue(XFault.DROP_AFTER)
        outside.sender.send()
    assert [status for _, status in outside.posts()] == ["sent", "unknown", "sent", "unknown"]
    outside.later(210)
    assert outside.sender.send() == 2
    assert rows(outside.url, "select status, x_id from posts order by post_id") == [
        ("sent", post.post_id) for post in outside.sandbox.posts()
    ]


def test_a_post_on_x_is_found_for_one_of_two_unknown_posts_of_the_same_text(outside: Outside) -> None:
    outside.summary("games", text="no figures today")
    outside.summary("streamers", text="no figures today")
    outside.sandbox.faults.cue(XFault.DROP_AFTER)
    outside.sandbox.faults.cue(XFault.SERVER_ERROR)
    outside.sender.send()
    assert [status for _, status in outside.posts()] == ["unknown", "unknown"]
    assert outside.sender.send() == 1
    (posted,) = outside.sandbox.posts()
    assert rows(outside.url, "select status, x_id from posts order by post_id") == [
        ("sent", posted.post_id),
        ("unknown", None),
    ]


def test_a_second_attempt_is_looked_up_from_the_start_of_the_first(make_outside: MakeOutside) -> None:
    """The first attempt was published and is visible late; another post is published before the second attempt."""
    outside = make_outside(timeline_lag_seconds=400, lag_seconds=TIMELINE_LAG)
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
    """Two answers have the same text, and only one of them is published."""
    first, second = outside.reply("same"), outside.reply("same")
    outside.sandbox.faults.cue(XFault.DROP_AFTER)
    outside.sender.send()
    outside.later(TIMELINE_LAG)
    outside.sender.send()
    assert rows(outside.url, "select mention_id, status from posts order by post_id") == [
        (first, "sent"),
        (second, "refused"),
    ]


def test_a_chart_that_cannot_be_drawn_does_not_delay_its_post(outside: Outside) -> None:
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


@pytest.mark.parametrize(
    ("seconds_before", "call", "becomes"),
    [(0, None, "sent"), (0, "reserved", "unknown"), (0, "not_made", "sent"), (1, "reserved", "sent")],
    ids=["no call", "a call", "a call that X refused", "a call of an earlier claim"],
)
def test_claims_of_a_killed_process_are_released(
    outside: Outside, seconds_before: int, call: str | None, becomes: str
) -> None:
    """Before the price of its call is reserved, nothing can have been published; afterwards, it is unknown."""
    outside.summary()
    with outside.database.transaction() as tx:
        tx.outbox.claim_next(now=outside.clock.now())
    if call:
        write(
            outside.url,
            "insert into x_charges (charged_at, kind, purpose, units, usd, status, post_id)"
            " values (%s, 'post', 'summaries', 1, 0.015, %s, 1)",
            *(outside.clock.now() - timedelta(seconds=seconds_before), call),
        )
    outside.later(1)
    if becomes == "unknown":
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
    assert outside.published() == ["credentials have come"]
    assert [status for _, status in outside.posts()] == ["not_sent", "sent"]


def test_a_long_queue_is_sent_in_turns(outside: Outside) -> None:
    for number in range(45):
        outside.reply(f"answer {number}")
    assert [outside.sender.send() for _ in range(4)] == [20, 20, 5, 0]
    assert outside.published() == [f"answer {number}" for number in range(45)]


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


def test_a_person_can_retry_and_drop_posts(outside: Outside) -> None:
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
