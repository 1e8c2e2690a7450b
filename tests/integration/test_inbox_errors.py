"""Mentions that cause an error, and mentions that wait for the database."""

from dataclasses import replace

import pytest

from bot.reply.lookup import Lookup
from helperfunctions.database import Database
from helperfunctions.errors import Busy, DatabaseConflict, DatabaseError
from helperfunctions.queries import Queries
from tests.conftest import execute
from tests.integration.conftest import CALENDAR, Inbox, MakeInbox, a_day_of_chess


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


def test_two_responders_do_not_answer_at_once(inbox: Inbox) -> None:
    inbox.tag("@watchtimebot Chess")
    with inbox.outside.database.exclusive("reply"), pytest.raises(Busy):
        inbox.respond()
    assert inbox.decided() == {}


def test_a_mention_whose_answer_had_to_wait_for_a_lock_is_answered_later(make_inbox: MakeInbox) -> None:
    """A lock is no reason to ignore a mention."""
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
            id="a table of the lookup",
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
        refused: ("ignored", "internal error: ValueRefused"),
        asked: ("answered", None),
    }
