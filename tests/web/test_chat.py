"""Pages and tables of chat, the choice of channels, and the live stream, over real sockets."""

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from pydantic import SecretStr

from bot.daily.rollup import Rollup
from bot.names.database_names import DatabaseNames
from bot.web.read.bot_health import Health, health
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from tests.factories import DAY, DAY_START, a_stream, stage, write
from tests.web.conftest import CALENDAR, NOW, Web

TOKEN = "planted-token-of-the-operator"
CHAT = {"chat_source": "anonymous", "web_token": SecretStr(TOKEN)}
MINUTE = NOW.replace(second=0, microsecond=0)
PAGES = ("/chat", "/chat/ada", "/chat/ada?hours=24", "/chat/privacy")
TABLES = ("minutes", "hours", "days", "broadcasts", "emotes", "moments")


def a_chat(url: str) -> None:
    """Two hours of the chat of ada, the newest minute open, with a moment; and bob, who refused us."""
    followed = (
        "insert into chat.channels (channel_id, login, state, reason, asked_at, state_at)"
        " values (%s, %s, %s, %s, %s, %s)"
    )
    write(url, followed, "ada", "ada", "joined", "", NOW, NOW)
    write(url, followed, "bob", "bob", "refused", "msg_banned", NOW, NOW)
    write(url, "insert into chat.choice values (true, true, false, 90)")
    write(url, "select chat.make_partition(%s)", NOW.date())
    write(url, "insert into chat.emotes (emote_id) values ('25'), ('1902')")
    write(
        url,
        "insert into chat.minute_counts (minute_at, channel_id, messages, chatters, subscriber_messages,"
        " covered_seconds, emote_1, emote_2, uses_1, uses_2, is_closed, viewers)"
        " select %s - n * interval '1 minute', 'ada', 10 + n %% 7, 5, 5, 60, 1, 2, 4, 2, n > 0, 1000"
        " from generate_series(0, 120) as n where n <> 30",
        MINUTE,
    )
    write(
        url,
        "insert into chat.moments values ('ada', %s, 2, 100, 6.5, 'hype', '{25}')",
        MINUTE - timedelta(minutes=20),
    )
    write(url, "insert into chat.hour_emote_counts values ('ada', %s, '{1}', '{7}', '{5}')", MINUTE.replace(minute=0))
    write(url, "insert into chat.emote_names values ('25', 'Kappa', '')")
    sums = "1200, 3, 300, 9, 8, 7, 6, 500, 4, 3, 20, 2, 1, 0, 60, 59, 30, 59000, 1180"
    write(url, f"insert into chat.hours values ('ada', %s, {sums}, 150)", MINUTE.replace(minute=0))
    write(url, f"insert into chat.daily_chats values (%s, 'ada', {sums}, 150)", NOW.date())
    write(url, f"insert into chat.broadcasts values ('b1', 'ada', %s, %s, %s, {sums}, 150)", *[MINUTE] * 3)


@pytest.fixture
def chat(database: Database, url: str, serving: Callable[..., Any]) -> Iterator[Web]:
    stage(database, a_stream(1000, streamer="ada"), at=NOW)
    DatabaseNames(database).refresh()
    a_chat(url)
    with serving(url, more_settings=CHAT) as web:
        yield web


def test_the_page_shows_each_channel_now(chat: Web) -> None:
    page = chat.get("/chat")
    assert page.headers["cache-control"] == "no-store"
    cells = dict(re.findall(r'data-field="(\w+)">([^<]*)<', page.text.partition('data-channel="bob"')[0]))
    assert cells == {
        "state": "live",
        "now": "10",
        "per_minute": "11",
        "chatters": "5",
        "viewers": "1,000",
        "per_1000": "11.0",
        "subscribers": "39%",
        "emote": "Kappa",
        "coverage": "100%",
        "moment": "6.5×",
    }
    assert "refused: the bot&#39;s account is banned there" in page.text
    assert TOKEN not in page.text


def test_the_page_says_that_nothing_is_received(chat: Web, url: str) -> None:
    """An open minute may be old too: only whole ones are looked at."""
    assert "No chat has been received" not in chat.get("/chat").text
    write(url, "update chat.minute_counts set covered_seconds = 20 where minute_at > %s - interval '7 minutes'", NOW)
    assert "No chat has been received for some minutes" in chat.get("/chat").text
    write(url, "update chat.channels set state = 'parted' where login = 'ada'")
    assert "No chat has been received" not in chat.get("/chat").text


def test_the_best_moment_is_said_in_words(chat: Web) -> None:
    began = f'<time datetime="{MINUTE - timedelta(minutes=20):%Y-%m-%dT%H:%M:%SZ}">'
    channel, every = chat.get("/chat/ada").text, chat.get("/chat").text
    assert re.search(
        f"Best:</strong> {began}[^<]*</time>, 6.5 times the usual: 100 messages in a minute, most of all <bdi>Kappa<",
        channel,
    )
    assert re.search(f"Hype moment: <strong>.*Ada.*</strong>, {began}[^<]*</time>: 6.5 times as many", every)


@pytest.mark.parametrize(
    ("choice", "is_open"),
    [("token", False), ("open", True)],
    ids=["only the owner may choose", "visitors may ask"],
)
def test_the_token_is_asked_for_behind_a_link_for_the_owner(
    database: Database, url: str, serving: Callable[..., Any], choice: str, is_open: bool
) -> None:
    stage(database, a_stream(1000, streamer="ada"), at=NOW)
    with serving(url, more_settings=CHAT | {"chat_choice": choice}) as web:
        page = web.get("/chat").text
    before, _, folded = page.partition("<summary>For the owner</summary>")
    assert 'name="token"' not in before
    assert ('name="login"' in before) is is_open
    assert 'name="token"' in folded.partition("</details>")[0]


def test_messages_and_viewers_have_the_same_axis_of_time_and_gaps_are_gaps(chat: Web) -> None:
    charts = chat.charts("/chat/ada")
    messages, viewers = charts["Messages per minute"], charts["Viewers"]
    assert messages["at"] == viewers["at"]
    values = messages["series"][0]["values"]
    # Two hours, with one minute that is missing.
    assert sum(value is not None for value in values) == 119
    page = chat.get("/chat/ada").text
    # Of 180 points from one edge to the other, the moment is that with the number 160.
    assert f'x="{100 * 160 / 179:.2f}%" dx="-4" y="10" text-anchor="end">6.5×</text>' in page
    # NOW is 10:05 on the wall clock of Los Angeles.
    labels = re.findall(r'class="ax(?: minor)?" [^>]*data-at="[^"]*">([^<]*)<', page)
    assert labels == ["07:30", "08:00", "08:30", "09:00", "09:30"] * 2


def test_the_page_of_a_streamer_has_the_chat_of_their_days(chat: Web) -> None:
    page = chat.get("/streamers/ada").text
    assert "Live chat in numbers" in page
    assert '<td class="num">1,200</td>' in page


def test_compared_streamers_have_the_chat_of_the_period(
    database: Database, clock: VirtualClock, url: str, serving: Callable[..., Any]
) -> None:
    stage(database, a_stream(1000, streamer="ada"), a_stream(500, streamer="bob"), polls=48)
    clock.move_to(DAY_START + timedelta(days=1, minutes=1))
    Rollup(database, clock, CALENDAR).daily()
    DatabaseNames(database).refresh()
    a_chat(url)
    write(url, "update chat.daily_chats set day = %s", DAY)
    with serving(url, more_settings=CHAT) as web:
        [row] = web.json("/compare/chat?names=bob,ada")["rows"]
        assert row == {
            "id": "ada",
            "name": "Ada",
            "slug": "ada",
            "days": 1,
            "messages": 1200,
            "chatters_per_day": 150,
            "peak_messages": 30,
            "messages_per_watch_hour": 1.2,
            "messages_per_1000_viewers": 20,
            "coverage": pytest.approx(59 / 60),
        }
        csv = web.get("/api/v1/compare/chat?names=bob,ada&format=csv").text.splitlines()
        assert csv[1].startswith("ada,Ada,ada,1,1200,150")
        page = web.get("/compare?streamers=bob,ada").text
        assert "Chat is counted in followed channels only" in page
        assert "/api/v1/compare/chat?" in page
        assert "Per 1,000 viewers" in page
        for other in ("/compare?streamers=bob", "/compare?games=chess"):
            assert "Per 1,000 viewers" not in web.get(other).text


def test_the_page_of_a_day_has_its_hype_moments(
    database: Database, clock: VirtualClock, url: str, serving: Callable[..., Any]
) -> None:
    stage(database, a_stream(1000, streamer="ada"), polls=48)
    clock.move_to(DAY_START + timedelta(days=1, minutes=1))
    Rollup(database, clock, CALENDAR).daily()
    a_chat(url)
    write(url, "insert into chat.moments values ('ada', %s, 1, 99, 7.5, 'raid', '{}')", DAY_START)
    write(url, "insert into chat.moments values ('ada', %s, 1, 88, 9, 'hype', '{}')", DAY_START - timedelta(minutes=1))
    with serving(url, more_settings=CHAT) as web:
        page = web.get(f"/days/{DAY}").text
    assert '<td class="num">99</td>' in page
    assert '<td class="num">88</td>' not in page


def test_every_table_is_there_as_json_and_csv(chat: Web) -> None:
    assert [row["login"] for row in chat.json("/chat/channels")["rows"]] == ["ada", "bob"]
    minutes = chat.json("/chat/channels/ada/minutes")["rows"]
    assert minutes[0]["is_closed"] is False
    assert minutes[1]["is_covered"] is True
    assert minutes[1]["top_emotes"] == "Kappa 1902"
    assert chat.json("/chat/channels/ada/emotes")["rows"] == [
        {"emote_id": "25", "code": "Kappa", "uses": 7, "messages": 5}
    ]
    assert [row["top_emotes"] for row in chat.json("/chat/channels/ada/moments")["rows"]] == ["Kappa"]
    [broadcast] = chat.json("/chat/channels/ada/broadcasts")["rows"]
    assert broadcast["coverage"] == pytest.approx(59 / 60)
    assert broadcast["watch_hours"] == pytest.approx(59_000 / 60)
    assert broadcast["messages_per_watch_hour"] == 1.2
    assert [row["chatters"] for row in chat.json("/chat/channels/ada/hours")["rows"]] == [150]
    assert [row["messages"] for row in chat.json("/chat/channels/ada/days")["rows"]] == [1200]
    for table in TABLES:
        assert chat.get(f"/api/v1/chat/channels/ADA/{table}?format=csv").status_code == 200
    assert chat.get("/api/v1/chat/channels/nobody/minutes").status_code == 404


def test_chatters_that_are_not_counted_yet_are_missing_and_not_none(chat: Web, url: str) -> None:
    write(url, "update chat.broadcasts set chatters = 0")
    write(url, "update chat.daily_chats set chatters = 0")
    for table in ("broadcasts", "days"):
        assert [row["chatters"] for row in chat.json(f"/chat/channels/ada/{table}")["rows"]] == [None], table
    write(url, "update chat.broadcasts set messages = 0, subscriber_messages = 0")
    assert [row["chatters"] for row in chat.json("/chat/channels/ada/broadcasts")["rows"]] == [0]


@pytest.mark.parametrize("path", ["/chat", "/chat/ada", "/chat/live", "/api/v1/chat/channels"])
def test_with_chat_off_nothing_is_there(path: str, shown: Web) -> None:
    assert shown.get(path).status_code == 404
    assert "/chat" not in shown.get("/").text


class Stream:
    """A reader of the live stream on a socket of its own."""

    def __init__(self, url: str, last_id: str = "") -> None:
        parts = urlsplit(url)
        self._socket = socket.create_connection((parts.hostname, parts.port), timeout=30)
        self._socket.sendall(
            f"GET /chat/live HTTP/1.1\r\nHost: {parts.netloc}\r\nAccept: text/event-stream\r\n"
            f"Accept-Encoding: gzip\r\nLast-Event-ID: {last_id}\r\n\r\n".encode()
        )
        self._file = self._socket.makefile("rb")
        self.head = b"".join(iter(self._file.readline, b"\r\n")).decode()

    def event(self) -> tuple[str, dict[str, Any]]:
        """The next rows, with their id."""
        found = ""
        for line in self._file:
            text = line.decode().strip()
            if text.startswith("id: "):
                found = text.removeprefix("id: ")
            elif text.startswith("data: {"):
                return found, json.loads(text.removeprefix("data: "))
        raise AssertionError("the stream ended")

    def close(self) -> None:
        self._file.close()
        self._socket.close()


def test_a_change_is_sent_to_every_reader_and_a_reconnection_gets_the_difference(chat: Web, url: str) -> None:
    readers = [Stream(chat.url) for _ in range(3)]
    firsts = [reader.event() for reader in readers]
    for reader, (_, data) in zip(readers, firsts, strict=True):
        assert "text/event-stream" in reader.head
        assert "x-accel-buffering: no" in reader.head
        assert "cache-control: no-store" in reader.head
        assert "content-encoding" not in reader.head
        assert sorted(data["rows"]) == ["ada", "bob"]
    write(url, "update chat.minutes set messages = 77 where not is_closed")
    for reader in readers:
        _, data = reader.event()
        assert list(data["rows"]) == ["ada"]
        assert data["rows"]["ada"]["now"] == "77"
    again = Stream(chat.url, firsts[0][0])
    _, data = again.event()
    assert list(data["rows"]) == ["ada"]
    write(url, "delete from chat.channels where login = 'bob'")
    assert again.event()[1] == {"rows": {}, "gone": ["bob"], "whole": False}
    restarted = Stream(chat.url, "0000-7")
    assert restarted.head.startswith("HTTP/1.1 503"), "of one address four streams are open"
    for reader in (*readers, again, restarted):
        reader.close()


def read_to_the_end(reader: Stream, ended: threading.Event) -> None:
    list(reader._file)
    ended.set()


def test_a_program_that_accepts_anything_gets_the_stream_too(chat: Web) -> None:
    with requests.get(f"{chat.url}/chat/live", stream=True, timeout=30) as response:
        assert next(response.iter_lines()) == b"retry: 2000"


def test_an_open_stream_does_not_delay_the_end_of_the_server(
    database: Database, url: str, serving: Callable[..., Any]
) -> None:
    stage(database, a_stream(1000, streamer="ada"), at=NOW)
    a_chat(url)
    with serving(url, more_settings=CHAT) as web:
        reader = Stream(web.url)
        reader.event()
        ended = threading.Event()
        threading.Thread(target=read_to_the_end, args=(reader, ended), daemon=True).start()
    # The fixture has waited for the server.
    assert ended.wait(30)
    reader.close()


def test_status_has_a_row_of_chat(chat: Web, url: str) -> None:
    def row() -> Health:
        with chat.site.database.transaction() as tx:
            [found] = [one for one in health(tx, chat.site).parts if one.part == "chat"]
        return found

    good = row()
    assert (good.state, good.message) == (
        "good",
        "2 channels followed, 1 joined, 1 refused; 100% of the last hour received",
    )
    heard_at = MINUTE - timedelta(minutes=15)
    write(url, "update chat.channels set asked_at = %s", NOW - timedelta(hours=2))
    write(url, "update chat.broadcasts set first_seen_at = %s", MINUTE - timedelta(hours=1))
    write(url, "update chat.minutes set covered_seconds = 59 where minute_at > %s", heard_at)
    bad = row()
    assert (bad.state, bad.name, bad.message) == ("problem", "Chat", "not heard while channels are live")
    assert (bad.since, bad.reason) == (heard_at, "the listener does not run, or Twitch's chat does not answer")
    assert "</b> the log of <code>watchtime listen</code> has the reason" in chat.get("/bot").text


def test_status_without_a_database_does_not_know_chat_and_is_silent_about_it_when_it_is_off(
    serving: Callable[..., Any],
) -> None:
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    for settings, is_shown in ((CHAT, True), ({}, False)):
        with serving(nowhere, more_settings=settings) as web:
            assert ("<strong>Chat</strong>" in web.get("/bot").text) is is_shown
