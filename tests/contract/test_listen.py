"""The listener against the simulated chat: rooms, refusals, lost connections, and what it writes."""

import ssl
import subprocess
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from bot.chat.events import Covered, Said, decode
from bot.chat.listen import ChatLogin
from bot.chat.minutes import Minutes
from helperfunctions.errors import TwitchRefused
from helperfunctions.irc import Flag
from sandbox.chat.faults import ChatFault, ChatFaults
from sandbox.chat.rooms import Room
from sandbox.chat.server import ChatSandbox
from tests.contract.listening import events, listening, states, until, want
from tests.fast_clock import FastClock, fast_clock

ANN, BOB = Room("ann", "11"), Room("bob", "12")


@pytest.fixture
def clock() -> FastClock:
    return fast_clock(20)


def messages(found: object) -> list[Said]:
    return [event for event in found if isinstance(event, Said)]  # type: ignore[attr-defined]


def test_what_is_said_in_a_wanted_channel_is_written_without_words_and_names(tmp_path: Path, clock: FastClock) -> None:
    with (
        ChatSandbox([ANN, BOB], clock, speaks=False, logins="planted") as sandbox,
        listening(sandbox, tmp_path, clock) as journal,
    ):
        want(journal, ANN)
        until(lambda: states(journal) == {"ann": "joined"}, "joined")
        sandbox.say("ann", "planted words", times=3)
        sandbox.say("bob", "planted words")
        until(lambda: len(messages(events(journal))) == 3, "written")
        said = messages(events(journal))
        assert {one.channel_id for one in said} == {"11"}
        assert len({one.key for one in said}) == 3
        assert len({one.chatter for one in said}) == 1
    for path in tmp_path.iterdir():
        assert b"planted" not in path.read_bytes()
        assert b"1100001" not in path.read_bytes()


def test_channels_are_left_when_they_are_not_wanted_any_more(tmp_path: Path, clock: FastClock) -> None:
    with ChatSandbox([ANN, BOB], clock, speaks=False) as sandbox, listening(sandbox, tmp_path, clock) as journal:
        want(journal, ANN, BOB)
        until(lambda: sandbox.joined() == ["ann", "bob"], "joined")
        want(journal, BOB)
        until(lambda: sandbox.joined() == ["bob"], "left")
        until(lambda: states(journal) == {"bob": "joined"}, "known")


def test_the_server_never_cuts_us_off_for_joining_too_fast(tmp_path: Path, clock: FastClock) -> None:
    rooms = [Room(f"room{number:02}", str(number)) for number in range(1, 51)]
    with ChatSandbox(rooms, clock, speaks=False) as sandbox, listening(sandbox, tmp_path, clock) as journal:
        want(journal, *rooms)
        until(lambda: len(sandbox.joined()) == 50, "all joined")
        assert sorted(set(sandbox.joins)) == [room.login for room in rooms]
        assert sandbox.connections == 2


def test_a_refusal_is_remembered_until_a_person_asks_again(tmp_path: Path, clock: FastClock) -> None:
    refusals = {"ann": "msg_banned"}
    with ChatSandbox([ANN, BOB], clock, speaks=False, refusals=refusals) as sandbox:
        with listening(sandbox, tmp_path, clock) as journal:
            want(journal, ANN, BOB)
            until(lambda: states(journal) == {"ann": "refused msg_banned", "bob": "joined"}, "refused")
        with listening(sandbox, tmp_path, clock) as journal:
            until(lambda: sandbox.joins == ["ann", "bob", "bob"], "the refused one is not asked for again")
            sandbox.refusals.clear()
            want(journal, ANN, BOB, asked_at_ms=2)
            until(lambda: states(journal) == {"ann": "joined", "bob": "joined"}, "asked for again")


def test_a_channel_that_is_suspended_while_we_are_in_it_is_refused_and_no_longer_covered(
    tmp_path: Path, clock: FastClock
) -> None:
    with ChatSandbox([ANN, BOB], clock, speaks=False) as sandbox, listening(sandbox, tmp_path, clock) as journal:
        want(journal, ANN, BOB)
        until(lambda: states(journal) == {"ann": "joined", "bob": "joined"}, "joined")
        sandbox.refuse("ann", "msg_channel_suspended")
        until(lambda: states(journal)["ann"] == "refused msg_channel_suspended", "refused")
        known = len(events(journal))
        until(lambda: len(events(journal)) > known + 2, "bob is covered")
        later = [one for one in events(journal)[known:] if isinstance(one, Covered)]
        assert {channel for one in later for channel in one.channel_ids} == {"12"}


def test_messages_of_a_shared_chat_are_mirrored_in_the_other_channel(tmp_path: Path, clock: FastClock) -> None:
    ann = Room("ann", "11", per_minute=300, shares_with=(BOB,))
    silent = Room("bob", "12", per_minute=0)
    with ChatSandbox([ann, silent], clock, seed=4) as sandbox, listening(sandbox, tmp_path, clock) as journal:
        want(journal, ann, silent)
        until(lambda: sum(one.channel_id == "12" for one in messages(events(journal))) > 50, "mirrored")
        sandbox.quiet()
        found = messages(events(journal))
    assert all(one.flags & Flag.MIRRORED for one in found if one.channel_id == "12")
    assert any(not one.flags & Flag.MIRRORED for one in found if one.channel_id == "11")


@pytest.mark.parametrize(
    ("room", "reason"),
    [(Room("nobody", "13"), "no_answer"), (Room("ann", "99"), "renamed")],
    ids=["no such channel", "the name belongs to another channel"],
)
def test_a_channel_that_cannot_be_joined_is_refused(room: Room, reason: str, tmp_path: Path, clock: FastClock) -> None:
    with ChatSandbox([ANN], clock, speaks=False) as sandbox, listening(sandbox, tmp_path, clock) as journal:
        want(journal, room)
        until(lambda: states(journal) == {room.login: f"refused {reason}"}, "refused")
        until(lambda: sandbox.joined() == [], "left")


@pytest.mark.parametrize("how", ["cut", "silence", "reset", "reconnect_at_once"])
def test_after_a_lost_connection_the_channels_are_joined_again(how: str, tmp_path: Path, clock: FastClock) -> None:
    faults = ChatFaults()
    with (
        ChatSandbox([ANN], clock, speaks=False, faults=faults) as sandbox,
        listening(sandbox, tmp_path, clock) as journal,
    ):
        want(journal, ANN)
        until(lambda: sandbox.joined() == ["ann"], "joined")
        faults.cue(how)
        sandbox.say("ann", "one")
        until(lambda: sandbox.connections == 2 and sandbox.joined() == ["ann"], "joined again")
        until(lambda: states(journal) == {"ann": "joined"}, "known")
        before = len(messages(events(journal)))
        sandbox.say("ann", "two")
        until(lambda: len(messages(events(journal))) == before + 1, "heard")


def test_a_planned_reconnection_loses_nothing_and_leaves_no_gap(tmp_path: Path) -> None:
    # Slower, because a busy machine has to join again within 30 seconds of this clock.
    faults, clock = ChatFaults(), fast_clock(8)
    with (
        ChatSandbox([ANN], clock, speaks=False, faults=faults) as sandbox,
        listening(sandbox, tmp_path, clock) as journal,
    ):
        want(journal, ANN)
        until(lambda: states(journal) == {"ann": "joined"}, "joined")
        until(lambda: any(isinstance(event, Covered) for event in events(journal)), "covered")
        faults.cue(ChatFault.RECONNECT)
        for number in range(40):
            sandbox.say("ann", f"message {number}")
            clock.sleep(1)
        until(lambda: len({one.key for one in messages(events(journal))}) == 40, "nothing is lost")
        assert len(messages(events(journal))) > 40, "some came on both connections, with the same id"
        assert sandbox.connections == 2
    spans = [(one.from_ms, one.to_ms) for one in sorted(e for e in events_in(tmp_path) if isinstance(e, Covered))]
    assert [end for _, end in spans[:-1]] == [begin for begin, _ in spans[1:]]


def test_a_burst_of_five_thousand_messages_is_heard_whole(tmp_path: Path, clock: FastClock) -> None:
    with ChatSandbox([ANN], clock, speaks=False) as sandbox, listening(sandbox, tmp_path, clock) as journal:
        want(journal, ANN)
        until(lambda: states(journal) == {"ann": "joined"}, "joined")
        sandbox.burst("ann", 5_000)
        until(lambda: len({one.key for one in messages(events(journal))}) == 5_000, "heard")


@pytest.mark.parametrize("chatters", [2_000, pytest.param(40_000, marks=pytest.mark.long)], ids=["many", "a crowd"])
def test_every_chatter_of_a_crowd_is_counted_once(chatters: int, tmp_path: Path, clock: FastClock) -> None:
    at_once = 2_000
    with ChatSandbox([ANN], clock, speaks=False) as sandbox, listening(sandbox, tmp_path, clock) as journal:
        want(journal, ANN)
        until(lambda: states(journal) == {"ann": "joined"}, "joined")
        for first in range(0, chatters, at_once):
            sandbox.crowd("ann", first, first + at_once - 1)
            until(lambda: len(messages(events(journal))) >= first + at_once, "heard")  # noqa: B023
        found, minutes = journal.after(0, 1_000_000), Minutes()
        for batch in found:
            # As if all of it came in one minute.
            at_ms = found[0].at_ms
            said = [one._replace(sent_ms=at_ms) for one in messages(decode(batch.events))]
            minutes.apply(batch.seq, at_ms, said)
        [minute] = minutes.changed()
        assert (minute.messages + minute.mirrored_messages, len(minute.authors)) == (chatters, chatters)


def events_in(folder: Path) -> list[object]:
    from helperfunctions.chat_journal import Journal

    journal = Journal(folder)
    found: list[object] = list(events(journal))
    journal.close()
    return found


def test_a_silence_is_not_covered(tmp_path: Path, clock: FastClock) -> None:
    faults = ChatFaults()
    with (
        ChatSandbox([ANN], clock, speaks=False, faults=faults) as sandbox,
        listening(sandbox, tmp_path, clock) as journal,
    ):
        want(journal, ANN)
        until(lambda: any(isinstance(event, Covered) for event in events(journal)), "covered")
        faults.cue(ChatFault.SILENCE)
        sandbox.say("ann", "the last one")
        until(lambda: sandbox.connections == 2 and sandbox.joined() == ["ann"], "joined again")
        until(lambda: len({one.from_ms for one in events(journal) if isinstance(one, Covered)}) > 4, "covered again")
        spans = sorted((one.from_ms, one.to_ms) for one in events(journal) if isinstance(one, Covered))
    gaps = [begin - end for (_, end), (begin, _) in pairwise(spans)]
    # From the last answer, 2 s before it, to the new connection, after 15 s without a sign of life.
    assert [gap for gap in gaps if gap > 10_000] != []
    assert min(gaps) >= 0


@dataclass(frozen=True)
class SetClock(FastClock):
    """A clock that can be set: the sum of `ahead`."""

    ahead: list[timedelta] = field(default_factory=list)

    def now(self) -> datetime:
        return super().now() + sum(self.ahead, timedelta(0))


@pytest.mark.parametrize("hours", [-1, 1], ids=["back", "ahead"])
def test_after_the_clock_was_set_coverage_goes_on_from_the_new_time(
    hours: int, tmp_path: Path, clock: FastClock
) -> None:
    def spans() -> list[Covered]:
        return [event for event in events(journal) if isinstance(event, Covered)]

    wrong = SetClock(clock.start, clock.since, clock.speed)
    with (
        ChatSandbox([ANN], clock, speaks=False) as sandbox,
        listening(sandbox, tmp_path, wrong, most_bytes=1_000_000_000) as journal,
    ):
        want(journal, ANN)
        until(lambda: len(spans()) > 2, "covered")
        was_set_ms = int(wrong.now().timestamp() * 1000)
        wrong.ahead.append(timedelta(hours=hours))
        until(lambda: any(abs(one.from_ms - was_set_ms) > 3_000_000 for one in spans()), "covered again")
        found = spans()
    assert max(one.to_ms - one.from_ms for one in found) < 1_800_000


def test_an_account_with_a_wrong_token_ends_the_listener(tmp_path: Path, clock: FastClock) -> None:
    def listen() -> None:
        login = ChatLogin("watch", "planted-token")
        with listening(sandbox, tmp_path, clock, login) as journal:
            want(journal, ANN)
            until(lambda: sandbox.connections > 0, "connected")
            clock.sleep(5)

    with ChatSandbox([ANN], clock, speaks=False, tokens={"watch": "right"}) as sandbox:
        with pytest.raises(TwitchRefused, match="CHAT_TOKEN") as refused:
            listen()
        assert "planted" not in str(refused.value)


def test_the_journal_keeps_within_its_size(tmp_path: Path, clock: FastClock) -> None:
    with (
        ChatSandbox([ANN], clock, speaks=False) as sandbox,
        listening(sandbox, tmp_path, clock, most_bytes=100_000) as journal,
    ):
        want(journal, ANN)
        until(lambda: states(journal) == {"ann": "joined"}, "joined")
        for _ in range(10):
            sandbox.say("ann", "many", times=500)
        until(lambda: journal.times_dropped() > 0, "dropped")
        assert journal.waiting_bytes() < 500_000


def test_lines_that_are_no_events_are_counted(tmp_path: Path, clock: FastClock) -> None:
    with ChatSandbox([ANN], clock, speaks=False) as sandbox, listening(sandbox, tmp_path, clock) as journal:
        want(journal, ANN)
        until(lambda: states(journal) == {"ann": "joined"}, "joined")
        sandbox.send(":tmi.twitch.tv TEAPOT #ann :planted")
        until(lambda: journal.reasons().get("unknown_command") == 1, "counted")


def test_a_connection_can_have_tls(tmp_path: Path, clock: FastClock, monkeypatch: pytest.MonkeyPatch) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"),
            *("-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-days", "2"),
            *("-keyout", key, "-out", certificate),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    folder = tmp_path / "chat"
    with ChatSandbox([ANN], clock, speaks=False, tls=context) as sandbox:
        assert sandbox.url.startswith("ircs://")
        with listening(sandbox, folder, clock) as journal:
            want(journal, ANN)
            clock.sleep(20)
            assert states(journal) == {"ann": "joining"}, "its certificate is not trusted"
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with listening(sandbox, folder, clock) as journal:
            until(lambda: states(journal) == {"ann": "joined"}, "joined")
