"""What people ask for on the dashboard is written by one function within its limits, and answered by the bot."""

from datetime import timedelta

import pytest

from bot.chat.choosing import Choosing
from bot.chat.job import ChatJob
from helperfunctions import reader
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import DatabaseError
from helperfunctions.queries import Queries
from sandbox.faults import Fault
from sandbox.server import TwitchSandbox
from tests.conftest import START
from tests.contract.test_chat_channels import channels, job
from tests.factories import rows, write

__all__ = ["channels", "job"]


def ask(database: Database, login: str, kind: str = "follow", asker: str = "owner") -> str:
    with database.transaction() as tx:
        tx.web.begin_writing()
        return str(tx.web.ask_for_chat(login=login, kind=kind, asker=asker, at=START))


def run(database: Database, statement: str) -> None:
    with database.transaction() as tx:
        tx.web.begin_writing()
        tx.run(statement)


@pytest.fixture
def choosing(job: ChatJob) -> Choosing:
    choosing = Choosing(job.channels, is_open=True)
    choosing.answer()
    return choosing


def followed(url: str) -> list[tuple[object, ...]]:
    return list(rows(url, "select login, asked_by, expires_at is null from chat.channels order by login"))


def answers(url: str) -> list[tuple[object, ...]]:
    return list(rows(url, "select login, kind, is_done, answer from chat.requests order by 1, 2"))


def test_channels_that_were_asked_for_are_followed_and_left(
    choosing: Choosing, database: Database, sandbox: TwitchSandbox, url: str
) -> None:
    mine, theirs = (sandbox.world.streamers.login(number) for number in (3, 4))
    assert ask(database, mine) == "ok"
    assert ask(database, theirs, asker="a visitor") == "ok"
    assert ask(database, "nobody_at_all", asker="a visitor") == "ok"
    assert choosing.answer() == 3
    assert followed(url) == sorted([(mine, "operator", True), (theirs, "visitor", False)])
    assert ("nobody_at_all", "follow", True, "Twitch has no channel or user of the name nobody_at_all") in answers(url)
    assert choosing.answer() == 0
    assert ask(database, mine, "leave") == "ok"
    choosing.answer()
    assert followed(url) == [(theirs, "visitor", False)]


def test_a_visitors_channel_is_left_a_week_after_its_last_view(
    choosing: Choosing, database: Database, sandbox: TwitchSandbox, clock: VirtualClock, url: str
) -> None:
    login = sandbox.world.streamers.login(3)
    ask(database, login, asker="a visitor")
    choosing.answer()
    clock.advance(timedelta(days=6).total_seconds())
    write(url, "insert into chat.requests values (%s, 'view', 'page', %s)", login, clock.now())
    choosing.answer()
    clock.advance(timedelta(days=6).total_seconds())
    choosing.answer()
    assert len(followed(url)) == 1
    clock.advance(timedelta(days=1).total_seconds())
    choosing.answer()
    assert followed(url) == []


def test_an_operators_channel_stays_when_a_visitor_asks_for_it_too(
    choosing: Choosing, database: Database, sandbox: TwitchSandbox, url: str
) -> None:
    login = sandbox.world.streamers.login(3)
    for asker in ("owner", "a visitor"):
        ask(database, login, asker=asker)
        choosing.answer()
    assert followed(url) == [(login, "operator", True)]


def test_visitors_have_limits_and_the_operator_has_not(
    choosing: Choosing, job: ChatJob, database: Database, url: str
) -> None:
    assert [ask(database, f"room{number}", asker="one") for number in range(4)] == ["ok", "ok", "ok", "too_many"]
    assert ask(database, "room4", "leave", asker="two") == "closed"
    write(url, "update chat.choice set most_channels = 4")
    assert [ask(database, f"room{number}", asker="two") for number in (5, 6)] == ["ok", "full"]
    assert ask(database, "room7") == "ok"
    write(url, "update chat.choice set is_open = false")
    assert ask(database, "room8", asker="three") == "closed"
    write(url, "update chat.choice set is_on = false")
    assert ask(database, "room9") == "off"


@pytest.mark.parametrize(
    ("login", "kind"),
    [("a; rm -rf /", "follow"), ("", "follow"), ("UPPER", "follow"), ("x" * 26, "leave"), ("ann", "drop")],
    ids=["a command", "empty", "capitals", "too long", "another kind"],
)
def test_what_can_be_no_channel_is_not_written(
    choosing: Choosing, database: Database, login: str, kind: str, url: str
) -> None:
    assert ask(database, login, kind) == "invalid"
    assert answers(url) == []


def test_while_twitch_is_away_a_request_waits(
    choosing: Choosing, database: Database, sandbox: TwitchSandbox, clock: VirtualClock, url: str
) -> None:
    login = sandbox.world.streamers.login(3)
    ask(database, login)
    sandbox.faults.cue(Fault.SERVER_ERROR, times=20)
    choosing.answer()
    assert answers(url) == [(login, "follow", False, "")]
    sandbox.faults.clear()
    clock.advance(60)
    choosing.answer()
    assert followed(url) == [(login, "operator", True)]


def test_a_name_that_twitch_refuses_delays_no_other(
    choosing: Choosing, database: Database, sandbox: TwitchSandbox, url: str
) -> None:
    login = sandbox.world.streamers.login(3)
    ask(database, "_ann")
    ask(database, login)
    choosing.answer()
    assert ("_ann", "follow", True, "Twitch refuses this name") in answers(url)
    assert followed(url) == [(login, "operator", True)]


def test_who_opted_out_is_not_in_the_answer_that_everybody_can_read(
    choosing: Choosing, job: ChatJob, database: Database, sandbox: TwitchSandbox, url: str
) -> None:
    login = sandbox.world.streamers.login(3)
    job.channels.opt_out_channel(login)
    ask(database, login)
    choosing.answer()
    assert answers(url) == [(login, "follow", True, f"{login} cannot be followed")]


def test_the_role_of_the_dashboard_can_ask_and_write_nothing_else(
    choosing: Choosing, database: Database, server_url: str, url: str, queries: Queries
) -> None:
    own = reader.of_embedded(database, url) if "@/" in url else url
    as_reader = Database(own, queries)
    assert ask(as_reader, "ann") == "ok"
    for statement in (
        "insert into chat.requests values ('bob', 'follow', 'owner', now())",
        "delete from chat.channels",
        "update chat.choice set is_open = true",
        "select * from chat.cursors",
        "select * from chat.opt_outs",
        "select asked_by from chat.requests",
    ):
        with pytest.raises(DatabaseError, match="permission denied"):
            run(as_reader, statement)
