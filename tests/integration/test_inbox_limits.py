"""Limits of answers: per author and day, by the age of a mention, and after "stop"."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.spend.account import account_of
from tests.factories import DAY_START, rows, write
from tests.integration.conftest import CREDENTIALS, Inbox, MakeInbox


def test_mention_older_than_a_day_is_not_answered(inbox: Inbox) -> None:
    old = inbox.tag("@watchtimebot Chess")
    inbox.responder.reader.read()
    inbox.outside.later(86_400)
    new = inbox.tag("@watchtimebot Go")
    inbox.respond()
    assert inbox.decided() == {old: ("ignored", "older than a day"), new: ("answered", None)}


def test_answers_to_one_person_are_limited_per_day(make_inbox: MakeInbox) -> None:
    inbox = make_inbox(most_per_day=3)
    for _ in range(5):
        inbox.tag("@watchtimebot help")
        inbox.respond()
        inbox.outside.later(660)
    others = inbox.tag("@watchtimebot help", author="bob")
    inbox.respond()
    reasons = [reason for _, reason in inbox.decided().values()]
    assert reasons.count("over the daily limit of 3") == 2
    assert others in inbox.answers()
    inbox.outside.clock.move_to(DAY_START + timedelta(hours=24))
    new_day = inbox.tag("@watchtimebot help")
    inbox.respond()
    assert new_day in inbox.answers()


def ask(inbox: Inbox, times: int, author: str = "ann") -> list[str]:
    """Tag the bot with "help", each time late enough to be answered again. The ids of the mentions."""
    asked = []
    for _ in range(times):
        asked.append(inbox.tag("@watchtimebot help", author=author))
        inbox.respond()
        inbox.outside.later(660)
    return asked


OVER = ("ignored", "over the daily limit of 3")


def test_ignored_mentions_do_not_count_toward_the_limit(make_inbox: MakeInbox) -> None:
    inbox = make_inbox(most_per_day=3)
    for number in range(5):
        inbox.tag(f"@watchtimebot blubberdiblub {number}")
        inbox.tag("hello", reply_to=inbox.tag("@bob hi", author="cyd"))
    inbox.respond()
    assert {status for status, _ in inbox.decided().values()} == {"ignored"}
    assert [inbox.decided()[mention_id] for mention_id in ask(inbox, 4)] == [("answered", None)] * 3 + [OVER]


@pytest.mark.parametrize(
    ("status", "counts"),
    [
        ("due", True),
        ("sending", True),
        ("unknown", True),
        ("sent", True),
        ("expired", False),
        ("refused", False),
        ("not_sent", False),
        ("dropped", False),
    ],
)
def test_answer_counts_toward_the_limit_once_it_is_sent_or_may_be(
    make_inbox: MakeInbox, status: str, counts: bool
) -> None:
    """An answer that was never sent, for lack of money or another reason, does not count."""
    inbox = make_inbox(most_per_day=3)
    ask(inbox, 3)
    write(
        inbox.outside.url,
        "update posts set status = %s, sent_at = case when %s = 'sent' then %s::timestamptz end, reason = 'because'",
        *(status, status, inbox.outside.clock.now()),
    )
    (next_one,) = ask(inbox, 1)
    assert inbox.decided()[next_one] == (OVER if counts else ("answered", None))


def test_stop_that_cannot_be_confirmed_does_not_count_toward_the_limit(make_inbox: MakeInbox) -> None:
    inbox = make_inbox(most_per_day=3)
    ask(inbox, 1)
    inbox.outside.sender.send()
    (ours,) = inbox.outside.sandbox.posts()
    inbox.tag("stop", reply_to=ours.post_id)
    inbox.respond()
    inbox.tag("@watchtimebot start")
    inbox.respond()
    assert len(inbox.answers()) == 2
    (third,) = ask(inbox, 1)
    assert inbox.decided()[third] == ("answered", None)


def test_an_answer_from_yesterday_that_is_sent_today_counts_today(make_inbox: MakeInbox) -> None:
    inbox = make_inbox(most_per_day=3)
    inbox.outside.clock.move_to(DAY_START + timedelta(hours=23))
    ask(inbox, 3)
    inbox.outside.clock.move_to(DAY_START + timedelta(hours=24, minutes=5))
    assert inbox.outside.sender.send() == 3
    (next_one,) = ask(inbox, 1)
    assert inbox.decided()[next_one] == OVER
    inbox.outside.clock.move_to(DAY_START + timedelta(hours=48))
    (next_day,) = ask(inbox, 1)
    assert inbox.decided()[next_day] == ("answered", None)


def test_an_answer_is_sent_within_a_day_of_its_mention_or_never(make_inbox: MakeInbox) -> None:
    inbox = make_inbox(budget_usd="1000")
    asked = inbox.tag("@watchtimebot help")
    posted_at = inbox.outside.clock.now() - timedelta(seconds=1)
    inbox.respond()
    inbox.outside.ledger.budget_usd = Decimal("0.1")
    inbox.outside.clock.move_to(posted_at + timedelta(hours=24, seconds=-1))
    assert inbox.outside.sender.send() == 0
    assert [status for _, status in inbox.outside.posts()] == ["due"]
    inbox.outside.ledger.budget_usd = Decimal(1000)
    inbox.outside.later(1)
    assert inbox.outside.sender.send() == 0
    assert [status for _, status in inbox.outside.posts()] == ["expired"]
    assert inbox.decided()[asked] == ("answered", None)


def test_expired_answer_is_not_claimed(inbox: Inbox) -> None:
    """A turn of the outbox can take long, and an answer can expire in the middle of it."""
    inbox.tag("@watchtimebot help")
    inbox.respond()
    now = inbox.outside.clock.now()
    with inbox.outside.database.transaction() as tx:
        assert tx.outbox.claim_next(now=now + timedelta(days=1)) is None
        assert tx.outbox.claim_next(now=now) is not None


def test_authors_take_turns(inbox: Inbox) -> None:
    """An author with 25 questions waits behind authors with one."""
    for number in range(25):
        inbox.tag(f"@watchtimebot blubberdiblub {number}", author="talker")
        inbox.tag(f"@watchtimebot Chess last {number + 2} days", author="asker")
    one = inbox.tag("@watchtimebot Chess", author="ann")
    other = inbox.tag("@watchtimebot Go", author="bob")
    inbox.responder.reader.read()
    inbox.answerer.names.refresh()
    while inbox.answerer.answer_next(account_of(inbox.outside.ledger, inbox.outside.x, CREDENTIALS)):
        pass
    order = "select mention_id from posts order by post_id"
    assert {mention_id for (mention_id,) in rows(inbox.outside.url, order)[:3]} >= {one, other}
    for _ in range(3):
        inbox.outside.sender.send()
    repliers = [post.reply_to.author.username for post in inbox.outside.sandbox.posts() if post.reply_to]
    assert sorted(repliers[:3]) == ["ann", "asker", "bob"]
    assert repliers.count("asker") == 20


def test_repeated_question_within_ten_minutes_is_answered_once(inbox: Inbox) -> None:
    first = inbox.tag("@watchtimebot Chess")
    inbox.respond()
    again = inbox.tag("@watchtimebot how about chess?")
    other_thing = inbox.tag("@watchtimebot chess last 7 days")
    other_person = inbox.tag("@watchtimebot Chess", author="bob")
    inbox.respond()
    inbox.outside.later(600)
    later = inbox.tag("@watchtimebot Chess")
    inbox.respond()
    assert inbox.decided()[again] == ("ignored", "the same person was answered the same less than ten minutes ago")
    assert set(inbox.answers()) == {first, other_thing, other_person, later}
    assert len(set(inbox.answers().values())) == 4, "X refuses the same text twice"


def test_stop_is_permanent_and_confirmed_once(inbox: Inbox) -> None:
    stop = inbox.tag("@watchtimebot STOP!")
    inbox.respond()
    again = inbox.tag("@watchtimebot please stop")
    asked = inbox.tag("@watchtimebot Chess")
    others = inbox.tag("@watchtimebot Chess", author="bob")
    inbox.respond()
    assert "I will not answer you again" in inbox.answers()[stop]
    assert inbox.decided()[again] == ("ignored", "its author has opted out already")
    assert inbox.decided()[asked] == ("ignored", "its author has opted out")
    assert set(inbox.answers()) == {stop, others}
    start = inbox.tag("@watchtimebot start")
    asked = inbox.tag("@watchtimebot Chess")
    inbox.respond()
    assert "Welcome back" in inbox.answers()[start]
    assert asked in inbox.answers()
    # What the dashboard shows to everybody.
    with inbox.outside.database.transaction() as tx:
        shown = {row.text for row in tx.web.posts(status=None, limit=10, offset=0)}
        assert tx.web.count_posts(status=None) == 2
    assert shown == {inbox.answers()[others], inbox.answers()[asked]}


def test_stop_in_a_thread_of_ours_counts_although_it_cannot_be_confirmed(inbox: Inbox) -> None:
    asked = inbox.tag("@watchtimebot Chess")
    inbox.respond()
    inbox.outside.sender.send()
    (ours,) = inbox.outside.sandbox.posts()
    stop = inbox.tag("stop", reply_to=ours.post_id)
    inbox.respond()
    assert inbox.decided()[stop] == ("answered", None)
    assert set(inbox.answers()) == {asked}
    later = inbox.tag("@watchtimebot Chess last 7 days")
    inbox.respond()
    assert inbox.decided()[later] == ("ignored", "its author has opted out")


def test_stop_counts_over_the_daily_limit_and_a_day_late(make_inbox: MakeInbox) -> None:
    inbox = make_inbox(most_per_day=0)
    inbox.tag("@watchtimebot stop")
    inbox.responder.reader.read()
    inbox.outside.later(2 * 86_400)
    inbox.respond()
    assert len(rows(inbox.outside.url, "select * from opt_outs")) == 1
    assert inbox.answers() == {}


def test_start_without_stop_is_ignored(inbox: Inbox) -> None:
    start = inbox.tag("@watchtimebot start")
    inbox.respond()
    assert inbox.decided()[start] == ("ignored", "`start` from an author who had not opted out")
