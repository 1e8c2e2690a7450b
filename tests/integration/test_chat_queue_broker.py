"""What a broker refuses is reported as such, and what is no broker as unavailable."""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import pytest

from helperfunctions.amqp import Publisher, Queues
from helperfunctions.errors import QueueRefused, QueueUnavailable
from tests.rabbit import Rabbit


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda url: url.replace("guest:guest", "guest:planted-wrong"), "refuses the user or password"),
        (lambda url: f"{url}nowhere", "does not allow us to use the virtual host"),
    ],
    ids=["a wrong password", "an unknown virtual host"],
)
def test_a_broker_that_refuses_us_is_reported_without_the_password(
    change: Callable[[str], str], words: str, rabbit: Rabbit, queues: Queues
) -> None:
    with pytest.raises(QueueRefused, match=words) as caught:
        asyncio.run(Publisher.open(change(rabbit.url), queues))
    assert "planted" not in str(caught.value)
    assert f"127.0.0.1:{rabbit.ports[0]}" in str(caught.value)


def test_queues_with_another_limit_are_not_changed(rabbit: Rabbit, queues: Queues) -> None:
    async def open_both() -> None:
        publisher = await Publisher.open(rabbit.url, queues)
        await publisher.close()
        await Publisher.open(rabbit.url, replace(queues, most_bytes=1_000))

    with pytest.raises(QueueRefused, match="other arguments"):
        asyncio.run(open_both())


@pytest.mark.parametrize(
    "answer",
    [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"AMQP\0\0\x09\x01", b"\x01\0\0\xff\xff\xff\xff", b"\xce" * 64],
    ids=["the end", "HTTP", "another version", "a frame without an end", "noise"],
)
def test_a_server_that_is_no_broker_is_unavailable(answer: bytes, queues: Queues) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(8)
        writer.write(answer)
        await writer.drain()
        writer.close()

    async def run() -> None:
        async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
            port = server.sockets[0].getsockname()[1]
            await Publisher.open(f"amqp://guest:guest@127.0.0.1:{port}/", queues)

    with pytest.raises(QueueUnavailable):
        asyncio.run(run())
