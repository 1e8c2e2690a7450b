"""From a mention on a make-believe X to its answer in the outbox: every mention decided once, with its reason."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.core.calendar import Calendar
from bot.core.names import DatabaseNames
from bot.daily.rollup import Rollup
from bot.reply.answer import Answerer
from bot.reply.inbox import Reader
from bot.reply.lookup import Lookup
from bot.reply.respond import Responder
from bot.spend.account import account_of
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import Busy, DatabaseConflict, DatabaseError, XCredentialsWrong
from helperfunctions.queries import Queries
from sandbox.x.faults import XFault
from tests.conftest import execute
from tests.factories import DAY_START, a_stream, rows, stage, write
from tests.integration.conftest import CREDENTIALS, MakeOutside, Outside

CALENDAR = Calendar(ZoneInfo("America/Los_Angeles"), time(8))


@dataclass
class Inbox:
    """Our half of a conversation."""

    outside: Outside
    answerer: Answerer
    responder: Responder

    def tag(self, text: str, author: str = "ann", **more: Any) -> str:
        """Somebody writes; a second passes, so that no two are of the same moment."""
        tagged = self.outside.sandbox.tag(author, text, **more)
        self.outside.later(1)
        return tagged

    def respond(self) -> int:
        return self.responder.respond()

    def decided(self) -> dict[str, tuple[str, str | None]]:
        """Status and reason by mention."""
        found = rows(self.outside.url, "select mention_id, status, reason from mentions")
        return {mention_id: (status, reason) for mention_id, status, reason in found}

    def answers(self) -> dict[str, str]:
        """What is in the outbox by mention."""
        return dict(rows(self.outside.url, "select mention_id, text from posts"))


MakeInbox = Callable[..., Inbox]


@pytest.fixture
def make_inbox(make_outside: MakeOutside) -> MakeInbox:
    def made(*, most_per_day: int = 20, gives_hint: bool = False, first_start: bool = True, **options: Any) -> Inbox:
        outside = make_outside(**options)
        answerer = Answerer(
            database=outside.database,
            clock=outside.clock,
            calendar=CALENDAR,
            names=DatabaseNames(outside.database),
            lookup=Lookup(outside.database, CALENDAR, outside.clock),
            most_per_day=most_per_day,
            gives_hint=gives_hint,
        )
        reader = Reader(outside.x, outside.database, outside.clock, outside.ledger, CREDENTIALS)
        responder = Responder(outside.database, CREDENTIALS, reader, answerer, timedelta(days=30))
        if first_start:
            responder.respond()
        return Inbox(outside, answerer, responder)

    return made


@pytest.fixture
def inbox(make_inbox: MakeInbox) -> Inbox:
    """A day of chess is rolled up, and the first start is over."""
    inbox = make_inbox(budget_usd="1000")
    a_day_of_chess(inbox)
    return inbox


def a_day_of_chess(inbox: Inbox) -> None:
    stage(
        inbox.outside.database,
        a_stream(1000, streamer="ada", game="chess"),
        a_stream(500, streamer="bob", game="go"),
        polls=48,
    )
    inbox.outside.clock.move_to(DAY_START + timedelta(hours=25))
    Rollup(inbox.outside.database, VirtualClock(inbox.outside.clock.now()), CALENDAR).daily()


def test_a_question_is_answered(inbox: Inbox) -> None:
    asked = inbox.tag("@watchtimebot how is Ada doing?")
    assert inbox.respond() == 1
    assert inbox.answers() == {
        asked: "Ada · Sat, Nov 21, 2026\n24K hours watched, peak 1.0K, average 1.0K viewers\n\n1. Chess – 24K hours"
    }
    assert inbox.decided() == {asked: ("answered", None)}
    assert inbox.respond() == 0


def test_on_the_very_first_start_nothing_old_is_answered(make_inbox: MakeInbox) -> None:
    inbox = make_inbox(first_start=False)
    for number in range(30):
        inbox.tag(f"@watchtimebot help {number}")
    assert inbox.respond() == 0
    new = inbox.tag("@watchtimebot help")
    assert inbox.respond() == 1
    assert list(inbox.decided()) == [new]
    # A look at five is enough to learn which is the newest.
    assert inbox.outside.sandbox.bill().units["post_read"] == 6


def test_first_start_of_an_account_without_mentions(make_inbox: MakeInbox) -> None:
    inbox = make_inbox()
    asked = inbox.tag("@watchtimebot help")
    assert inbox.respond() == 1
    assert list(inbox.answers()) == [asked]


def test_more_mentions_than_a_page_are_all_read(inbox: Inbox) -> None:
    asked = [inbox.tag("@watchtimebot nothing that is known", author=f"p{number}") for number in range(450)]
    assert [inbox.respond() for _ in range(4)] == [200, 200, 50, 0]
    assert sorted(inbox.decided()) == sorted(asked)


def test_inbox_is_decided_even_when_x_does_not_serve_mentions(inbox: Inbox) -> None:
    first = inbox.tag("@watchtimebot help")
    inbox.responder.reader.read()
    inbox.tag("@watchtimebot stop", author="bob")
    inbox.outside.sandbox.faults.cue(XFault.UNAUTHORIZED)
    with pytest.raises(XCredentialsWrong):
        inbox.respond()
    assert inbox.decided() == {first: ("answered", None)}


IGNORED = "our name is only carried along by the thread"


def test_reply_that_only_inherits_our_name_from_its_thread_is_not_answered(inbox: Inbox) -> None:
    asks = inbox.tag("@watchtimebot how is Ada doing?")
    carries = inbox.tag("no idea, what about Chess", author="bob", reply_to=asks)
    asks_too = inbox.tag("hm, @watchtimebot Chess?", author="cyd", reply_to=carries)
    assert inbox.respond() == 3
    assert inbox.decided() == {
        asks: ("answered", None),
        carries: ("ignored", IGNORED),
        asks_too: ("answered", None),
    }


def test_names_that_x_puts_before_a_reply_are_not_its_question(inbox: Inbox) -> None:
    """Ada, a streamer, is answered by somebody who asks about Go: her name stands there because X put it there."""
    post = inbox.tag("good morning", author="Ada")
    asked = inbox.tag("@watchtimebot Go", author="bob", reply_to=post)
    inbox.respond()
    assert inbox.answers()[asked].startswith("Go · ")


def test_our_own_posts_and_reposts_are_not_answered(inbox: Inbox) -> None:
    asked = inbox.tag("@watchtimebot Chess")
    repost = inbox.outside.sandbox.repost("bob", asked)
    ours = inbox.tag("@watchtimebot Chess", author="watchtimebot")
    inbox.respond()
    assert inbox.decided() == {
        asked: ("answered", None),
        repost: ("ignored", "a repost"),
        ours: ("ignored", "our own post"),
    }


def test_an_edit_is_answered_once(inbox: Inbox) -> None:
    asked = inbox.tag("@watchtimebot Chess")
    edit_before = inbox.outside.sandbox.edit(asked, "@watchtimebot Go")
    inbox.respond()
    edit_after = inbox.outside.sandbox.edit(edit_before, "@watchtimebot Ada")
    inbox.respond()
    assert [status for status, _ in inbox.decided().values()].count("answered") == 1
    assert inbox.decided()[edit_after] == ("ignored", "an edit of a mention already answered")


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
    """Somebody asks for help, each time late enough to be answered again; the mentions."""
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
    """A mention that money never answered, or anything else, does not."""
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


def test_an_answer_of_yesterday_that_goes_out_today_counts_today(make_inbox: MakeInbox) -> None:
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


def test_an_answer_goes_out_within_a_day_of_its_mention_or_never(make_inbox: MakeInbox) -> None:
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
    """A turn of the outbox can take long, so that something gets too late in the middle of it."""
    inbox.tag("@watchtimebot help")
    inbox.respond()
    now = inbox.outside.clock.now()
    with inbox.outside.database.transaction() as tx:
        assert tx.outbox.claim_next(now=now + timedelta(days=1)) is None
        assert tx.outbox.claim_next(now=now) is not None


def test_authors_take_turns(inbox: Inbox) -> None:
    """Whoever asks forty things at once waits behind those who ask one."""
    for number in range(40):
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


def test_stop_in_a_thread_of_ours_counts_though_it_cannot_be_confirmed(inbox: Inbox) -> None:
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
    assert inbox.decided()[start] == ("ignored", "said start without having said stop")


@pytest.mark.parametrize("gives_hint", [False, True])
def test_mention_that_is_not_understood_gets_a_hint_only_if_set(make_inbox: MakeInbox, gives_hint: bool) -> None:
    inbox = make_inbox(gives_hint=gives_hint)
    asked = inbox.tag("@watchtimebot blubberdiblub")
    inbox.respond()
    assert inbox.decided()[asked] == (("answered", None) if gives_hint else ("ignored", "nothing was understood"))
    assert len(inbox.answers()) == gives_hint


def test_similar_name_is_asked_back(inbox: Inbox) -> None:
    asked = inbox.tag("@watchtimebot game: ches")
    far = inbox.tag("@watchtimebot game: chesst play")
    inbox.respond()
    assert inbox.answers()[asked].startswith("Did you mean Chess?")
    assert far in inbox.decided()


def test_texts_of_mentions_are_deleted_after_the_retention(inbox: Inbox) -> None:
    asked = inbox.tag("@watchtimebot Chess")
    inbox.respond()
    words = "select mention_id, text from mentions order by posted_at"
    assert rows(inbox.outside.url, words) == [(asked, "@watchtimebot Chess")]
    inbox.outside.later(30 * 86_400)
    inbox.respond()
    assert rows(inbox.outside.url, words) == [(asked, None)]
    assert inbox.decided()[asked] == ("answered", None)


def test_of_a_reply_in_a_thread_only_the_text_of_its_author_is_stored(inbox: Inbox) -> None:
    post = inbox.tag("good morning", author="bob")
    inbox.tag("@watchtimebot Chess", reply_to=post)
    inbox.respond()
    assert rows(inbox.outside.url, "select text from mentions") == [("@watchtimebot Chess",)]


@pytest.mark.parametrize("vocabulary", ["old", "new"])
def test_a_conversation_in_both_vocabularies(make_inbox: MakeInbox, vocabulary: str) -> None:
    inbox = make_inbox(vocabulary=vocabulary)
    a_day_of_chess(inbox)
    asked = inbox.tag("@watchtimebot Chess")
    inbox.outside.sandbox.repost("bob", asked)
    carried = inbox.tag("indeed", author="cyd", reply_to=asked)
    inbox.respond()
    inbox.outside.sender.send()
    (answer,) = inbox.outside.sandbox.posts()
    assert answer.reply_to is not None
    assert answer.reply_to.post_id == asked
    stop = inbox.tag("stop", author="ann", reply_to=answer.post_id)
    inbox.respond()
    assert inbox.decided()[carried] == ("ignored", IGNORED)
    assert inbox.decided()[stop] == ("answered", None)
    assert inbox.outside.spent() == inbox.outside.sandbox.bill().total_usd


def test_mention_that_causes_an_error_is_ignored_and_others_are_answered(inbox: Inbox) -> None:
    strange = [
        "\0",
        "\u202e" * 200,
        "👨‍👩‍👧‍👦" * 100,
        "@watchtimebot " * 20,
        "'; drop table mentions; --",
        "%s %(day)s",
    ]
    asked = [inbox.tag(f"@watchtimebot {text}", author=f"p{place}") for place, text in enumerate(strange)]
    last = inbox.tag("@watchtimebot Chess")
    assert inbox.respond() == len(strange) + 1
    assert set(inbox.decided()) == {*asked, last}
    assert last in inbox.answers()


def test_same_question_of_many_people_gets_different_texts(inbox: Inbox) -> None:
    """More than there are forms of it."""
    for number in range(90):
        inbox.tag("@watchtimebot Chess", author=f"p{number}")
    inbox.respond()
    assert len(set(inbox.answers().values())) == 90
    while inbox.outside.sender.send():
        pass
    assert len(inbox.outside.sandbox.posts()) == 90


def test_two_responders_do_not_answer_at_once(inbox: Inbox) -> None:
    inbox.tag("@watchtimebot Chess")
    with inbox.outside.database.exclusive("reply"), pytest.raises(Busy):
        inbox.respond()
    assert inbox.decided() == {}


def test_ask_returns_the_text_that_the_bot_would_post(inbox: Inbox) -> None:
    assert inbox.answerer.preview("how is Ada doing?", "watchtimebot") == (
        "Ada · Sat, Nov 21, 2026\n24K hours watched, peak 1.0K, average 1.0K viewers\n\n1. Chess – 24K hours"
    )
    assert inbox.answerer.preview("nothing that is known", "watchtimebot") is None
    assert "Tag me" in (inbox.answerer.preview("help", "watchtimebot") or "")
    assert "not answer you again" in (inbox.answerer.preview("stop", "watchtimebot") or "")
    assert rows(inbox.outside.url, "select * from mentions") == []
    assert rows(inbox.outside.url, "select * from opt_outs") == []


def test_a_mention_whose_answer_had_to_wait_for_a_lock_is_answered_later(make_inbox: MakeInbox) -> None:
    """It is not set aside as if it could not be answered."""
    inbox = make_inbox()
    a_day_of_chess(inbox)
    mention = inbox.tag("@watchtimebot Chess")
    impatient = Database(f"{inbox.outside.url}&options=-c%20lock_timeout%3D100", Queries())
    lookup = Lookup(impatient, CALENDAR, inbox.outside.clock)
    responder = replace(inbox.responder, answerer=replace(inbox.answerer, lookup=lookup))
    with inbox.outside.database.transaction() as tx:
        tx.run("lock table daily_streamer_games")
        with pytest.raises(DatabaseConflict):
            responder.respond()
    assert inbox.decided()[mention] == ("new", None)
    responder.respond()
    assert inbox.decided()[mention] == ("answered", None)


@pytest.mark.parametrize(
    ("break_it", "repair"),
    [
        pytest.param(
            "alter table daily_streamer_games rename to gone",
            "alter table gone rename to daily_streamer_games",
            id="a table of the look-up",
        ),
        pytest.param("alter table names rename to gone", "alter table gone rename to names", id="the table of names"),
        pytest.param(
            "create function refuse() returns trigger language plpgsql as $$begin raise 'not now'; end$$; "
            "create trigger refuses before insert on posts for each row execute function refuse()",
            "drop trigger refuses on posts",
            id="the outbox",
        ),
    ],
)
def test_mentions_wait_while_the_database_refuses_what_every_answer_needs(
    break_it: str, repair: str, inbox: Inbox
) -> None:
    asked = [inbox.tag("@watchtimebot Chess", author=f"p{number}") for number in range(3)]
    execute(inbox.outside.url, break_it)
    for _ in range(2):
        with pytest.raises(DatabaseError, match="the database refused"):
            inbox.respond()
    assert set(inbox.decided().values()) <= {("new", None)}
    execute(inbox.outside.url, repair)
    inbox.respond()
    assert inbox.decided() == dict.fromkeys(asked, ("answered", None))


def test_mention_with_a_value_that_the_database_refuses_is_ignored_and_others_are_answered(inbox: Inbox) -> None:
    execute(
        inbox.outside.url,
        "create function refuse() returns trigger language plpgsql as "
        "$$begin raise sqlstate '22P05' using message = 'not this text'; end$$; "
        "create trigger refuses before insert on posts for each row when (new.text like 'Ada%') "
        "execute function refuse()",
    )
    refused = inbox.tag("@watchtimebot Ada", author="bob")
    asked = inbox.tag("@watchtimebot Chess")
    assert inbox.respond() == 2
    assert inbox.decided() == {
        refused: ("ignored", "an error of ours: ValueRefused"),
        asked: ("answered", None),
    }


@pytest.mark.parametrize("time", ["last night", "9999-12-31", "-5 days", "2 years", "Feb 30", "0001-01-01"], ids=str)
def test_a_time_that_is_not_known_is_answered_with_those_that_are(inbox: Inbox, time: str) -> None:
    asked = inbox.tag(f"@watchtimebot how did Ada do {time}?")
    inbox.respond()
    assert inbox.decided()[asked] == ("answered", None)
    assert "last N days" in inbox.answers()[asked]
    assert "Ada last 7 days" in inbox.answers()[asked]


def test_unknown_sequel_is_asked_back(inbox: Inbox) -> None:
    asked = inbox.tag("@watchtimebot chess 2 viewers")
    inbox.respond()
    assert inbox.answers()[asked] == "Did you mean Chess?"


def test_ask_reports_why_there_is_no_answer(make_inbox: MakeInbox) -> None:
    inbox = make_inbox()
    answerer = inbox.answerer
    assert answerer.preview("chess", "watchtimebot") is None
    assert "the first poll" in answerer.why_silent("chess", "watchtimebot")
    a_day_of_chess(inbox)
    assert answerer.preview("@OtherName help", "watchtimebot") is None
    why = answerer.why_silent("@OtherName help", "watchtimebot")
    assert "@OtherName" in why
    assert "@watchtimebot" in why
    assert answerer.why_silent("@watchtimebot blubberdiblub", "watchtimebot") == "nothing was understood"
