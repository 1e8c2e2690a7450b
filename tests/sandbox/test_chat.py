"""The simulated chat speaks Twitch's protocol."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import pytest

from helperfunctions import irc
from helperfunctions.clock import SystemClock
from sandbox.chat.rooms import Room
from sandbox.chat.server import ChatSandbox

ROOMS = [Room("ann", "11"), Room("bob", "12")]


class Reader:
    """A connection that reads lines."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._socket = socket.create_connection((parts.hostname, parts.port), timeout=10)
        self._lines = irc.Lines()
        self.read: list[bytes] = []

    def send(self, *lines: str) -> None:
        self._socket.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def until(self, part: bytes) -> None:
        """Read until a line contains this part, or the connection ends."""
        while not any(part in line for line in self.read):
            packet = self._socket.recv(65_536)
            if not packet:
                return
            self.read += self._lines.feed(packet)

    def close(self) -> None:
        self._socket.close()


@contextmanager
def reading(sandbox: ChatSandbox) -> Iterator[Reader]:
    reader = Reader(sandbox.url)
    yield reader
    reader.close()


def test_a_client_logs_in_joins_and_reads() -> None:
    with ChatSandbox(ROOMS, SystemClock(), speaks=False) as sandbox, reading(sandbox) as reader:
        reader.send("CAP REQ :twitch.tv/tags twitch.tv/commands", "NICK justinfan7", "JOIN #ann,#nobody,#bob")
        reader.until(b"ROOMSTATE #bob")
        sandbox.say("ann", "hello")
        reader.until(b":hello")
        parsed = [irc.parse(line) for line in reader.read]
        assert b":tmi.twitch.tv CAP * ACK :twitch.tv/tags twitch.tv/commands" in reader.read
        assert [one for one in parsed if not isinstance(one, irc.Reason)][:3] == [
            irc.Welcome(),
            irc.RoomState("ann", "11"),
            irc.RoomState("bob", "12"),
        ]
        assert isinstance(parsed[-1], irc.Message)
        assert sandbox.joined() == ["ann", "bob"]


@pytest.mark.parametrize(
    ("password", "line"), [("oauth:mine", b" 001 "), ("oauth:other", b"Login authentication failed")]
)
def test_an_account_needs_its_token(password: str, line: bytes) -> None:
    with (
        ChatSandbox(ROOMS, SystemClock(), speaks=False, tokens={"watch": "mine"}) as sandbox,
        reading(sandbox) as reader,
    ):
        reader.send(f"PASS {password}", "NICK watch")
        reader.until(line)
        assert line in b"".join(reader.read)


def test_who_joins_too_fast_is_cut_off() -> None:
    with ChatSandbox(ROOMS, SystemClock(), speaks=False) as sandbox, reading(sandbox) as reader:
        reader.send("NICK justinfan7", *(f"JOIN #room{number}" for number in range(21)))
        reader.until(b"never")
        assert len(sandbox.joins) == 21
