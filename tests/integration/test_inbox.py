"""From a mention on a simulated X to its answer in the outbox: each mention is decided once, with a reason."""

from datetime import timedelta

import pytest

from helperfunctions.errors import XCredentialsWrong
from sandbox.x.faults import XFault
from tests.factories import rows, write
from tests.integration.conftest import Inbox, MakeInbox, a_day_of_chess


def test_a_question_is_answered(inbox: Inbox) -> None:
    asked = inbox.tag("@watchtimebot how is Ada doing?")
    assert inbox.respond() == 1
    assert inbox.answers() == {
        asked: "Ada · Sat, Nov 21, 2026\n24K hours watched, peak 1.0K, average 1.0K viewers\n\n1. Chess – 24K hours"
    }
    assert inbox.decided() == {asked: ("answered", None)}
    assert inbox.respond() == 0


def test_the_url_of_a_streamer_is_a_question_behind_the_short_link_of_x(inbox: Inbox) -> None:
    asked = inbox.tag("@watchtimebot https://www.twitch.tv/ada")
    inbox.respond()
    assert inbox.answers()[asked].startswith("Ada · ")


def test_our_name_in_a_url_is_not_addressed_to_us(inbox: Inbox) -> None:
    tagged = inbox.tag("@watchtimebot good morning")
    linked = inbox.tag("https://twitch.tv/ada?from=@watchtimebot", author="bob", reply_to=tagged)
    inbox.respond()
    assert inbox.decided()[linked] == ("ignored", IGNORED)


def test_on_the_first_start_no_older_mention_is_answered(make_inbox: MakeInbox) -> None:
    inbox = make_inbox(first_start=False)
    for number in range(30):
        inbox.tag(f"@watchtimebot help {number}")
    assert inbox.respond() == 0
    new = inbox.tag("@watchtimebot help")
    assert inbox.respond() == 1
    assert list(inbox.decided()) == [new]
    # Five mentions are read to find the newest.
    assert inbox.outside.sandbox.bill().units["post_read"] == 6


def test_first_start_of_an_account_without_mentions(make_inbox: MakeInbox) -> None:
    inbox = make_inbox()
    asked = inbox.tag("@watchtimebot help")
    assert inbox.respond() == 1
    assert list(inbox.answers()) == [asked]


def test_mentions_on_several_pages_are_all_read(inbox: Inbox) -> None:
    """A turn decides at most 200 of them."""
    asked = [inbox.tag("@watchtimebot thanks", author=f"p{number}") for number in range(205)]
    assert [inbox.respond() for _ in range(3)] == [200, 5, 0]
    assert sorted(inbox.decided()) == sorted(asked)


def test_stored_mentions_are_decided_even_when_x_does_not_serve_mentions(inbox: Inbox) -> None:
    first = inbox.tag("@watchtimebot help")
    inbox.responder.reader.read()
    inbox.tag("@watchtimebot stop", author="bob")
    inbox.outside.sandbox.faults.cue(XFault.UNAUTHORIZED)
    with pytest.raises(XCredentialsWrong):
        inbox.respond()
    assert inbox.decided() == {first: ("answered", None)}


IGNORED = "our name is only in the thread, not in the text"


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


@pytest.mark.parametrize(
    ("name", "is_ours"),
    [
        ("@watchtimebot_fans", False),
        ("@watchtimebot2", False),
        ("@notwatchtimebot", False),
        ("@WatchTimeBot", True),
        ("＠watchtimebot", True),
        ("@watchtimebot's", True),
    ],
    ids=["underscore", "digit", "longer at the start", "capitals", "wide at sign", "apostrophe"],
)
def test_reply_in_our_thread_is_answered_only_if_it_has_our_whole_name(inbox: Inbox, name: str, is_ours: bool) -> None:
    asks = inbox.tag("@watchtimebot how is Ada doing?")
    carries = inbox.tag("no idea", author="bob", reply_to=asks)
    names = inbox.tag(f"Chess, {name}", author="cyd", reply_to=carries)
    inbox.respond()
    assert inbox.decided()[names] == (("answered", None) if is_ours else ("ignored", IGNORED))


def test_names_that_x_puts_before_a_reply_are_not_its_question(inbox: Inbox) -> None:
    """The question is about Go, in a reply to Ada, a streamer: X puts her name before the text."""
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


@pytest.mark.parametrize("gives_hint", [False, True])
def test_mention_that_is_not_understood_gets_a_hint_only_if_set(make_inbox: MakeInbox, gives_hint: bool) -> None:
    inbox = make_inbox(gives_hint=gives_hint)
    asked = inbox.tag("@watchtimebot blubberdiblub")
    inbox.respond()
    assert inbox.decided()[asked] == (("answered", None) if gives_hint else ("ignored", "nothing was understood"))
    assert len(inbox.answers()) == gives_hint


def test_similar_name_is_answered_with_did_you_mean(inbox: Inbox) -> None:
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


def test_the_text_of_a_mention_that_is_not_decided_yet_is_kept(inbox: Inbox) -> None:
    """It may be a `stop`, which counts however late it is read."""
    long_ago = inbox.outside.clock.now() - timedelta(days=40)
    write(
        inbox.outside.url,
        "insert into mentions (mention_id, author_id, text, posted_at, seen_at, first_version, is_repost, is_explicit,"
        " is_to_us) values ('1', '2', '@watchtimebot stop', %s, %s, '1', false, true, false)",
        *(long_ago, long_ago),
    )
    assert inbox.answerer.delete_texts(timedelta(days=30)) == 0
    inbox.respond()
    assert rows(inbox.outside.url, "select author_id from opt_outs") == [("2",)]


def test_only_the_text_of_the_author_of_a_reply_is_stored(inbox: Inbox) -> None:
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


def test_same_question_of_many_people_gets_different_texts(inbox: Inbox) -> None:
    """There are more people than forms of an answer."""
    for number in range(90):
        inbox.tag("@watchtimebot Chess", author=f"p{number}")
    inbox.respond()
    assert len(set(inbox.answers().values())) == 90
    while inbox.outside.sender.send():
        pass
    assert len(inbox.outside.sandbox.posts()) == 90


def test_ask_returns_the_text_that_the_bot_would_post(inbox: Inbox) -> None:
    assert inbox.answerer.preview("how is Ada doing?", "watchtimebot") == (
        "Ada · Sat, Nov 21, 2026\n24K hours watched, peak 1.0K, average 1.0K viewers\n\n1. Chess – 24K hours"
    )
    assert inbox.answerer.preview("nothing that is known", "watchtimebot") is None
    assert "Tag me" in (inbox.answerer.preview("help", "watchtimebot") or "")
    assert "not answer you again" in (inbox.answerer.preview("stop", "watchtimebot") or "")
    assert rows(inbox.outside.url, "select * from mentions") == []
    assert rows(inbox.outside.url, "select * from opt_outs") == []


@pytest.mark.parametrize("time", ["last night", "9999-12-31", "-5 days", "2 years", "Feb 30", "0001-01-01"], ids=str)
def test_an_unknown_time_is_answered_with_the_known_ones(inbox: Inbox, time: str) -> None:
    asked = inbox.tag(f"@watchtimebot how did Ada do {time}?")
    inbox.respond()
    assert inbox.decided()[asked] == ("answered", None)
    assert "last N days" in inbox.answers()[asked]
    assert "Ada last 7 days" in inbox.answers()[asked]


def test_unknown_sequel_is_answered_with_did_you_mean(inbox: Inbox) -> None:
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
    assert answerer.why_silent("@watchtimebot blubberdiblub", "watchtimebot").startswith(
        "nothing was understood: no game or streamer that was measured is named"
    )
