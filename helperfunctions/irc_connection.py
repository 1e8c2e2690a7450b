"""A connection to an IRC server, with TLS or without, for asyncio."""

import asyncio
import ssl
from collections.abc import Sequence
from typing import Final, Self
from urllib.parse import urlsplit

from helperfunctions.errors import ChatUnavailable
from helperfunctions.irc import Lines

_CONNECT_SECONDS: Final = 15.0
_PACKET_BYTES: Final = 65_536
_PORTS: Final = {"irc": 6667, "ircs": 6697}


class IrcConnection:
    """An open connection. Raises ChatUnavailable when it cannot be made, or has ended."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._lines = Lines()
        self._closed_because = "closed by the server"

    @classmethod
    async def open(cls, url: str) -> Self:
        """Connect to a server: irc://host:port, or ircs://host:port with TLS."""
        parts = urlsplit(url)
        context = ssl.create_default_context() if parts.scheme == "ircs" else None
        port = parts.port or _PORTS[parts.scheme]
        try:
            async with asyncio.timeout(_CONNECT_SECONDS):
                reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=context)
        except (OSError, ssl.SSLError, TimeoutError) as exc:
            reason = getattr(exc, "strerror", None) or str(exc) or type(exc).__name__
            raise ChatUnavailable(f"no connection to chat at {parts.hostname}:{port}: {reason}") from exc
        return cls(reader, writer)

    @property
    def dropped_lines(self) -> int:
        """The number of lines that were too long."""
        return self._lines.dropped

    def send(self, lines: Sequence[str]) -> None:
        """Send lines. An error is raised by the next `receive`."""
        if not self._writer.is_closing():
            self._writer.write("".join(f"{line}\r\n" for line in lines).encode())

    async def receive(self) -> list[bytes]:
        """The lines that came next; empty if there is no whole one yet."""
        try:
            packet = await self._reader.read(_PACKET_BYTES)
        except (OSError, ssl.SSLError) as exc:
            raise ChatUnavailable(f"the connection to chat ended: {exc.strerror or type(exc).__name__}") from exc
        if not packet:
            raise ChatUnavailable(f"the connection to chat ended: {self._closed_because}")
        return self._lines.feed(packet)

    def close(self, because: str = "closed by us") -> None:
        """End the connection without waiting for the server. The next `receive` raises with this reason."""
        self._closed_because = because
        self._writer.transport.abort()
