"""RabbitMQ: durable queues behind an exchange, a publisher that waits for confirms, and a consumer. The only file that
imports aio-pika.

Each queue has one active consumer; others wait until that one is gone. A queue that is full refuses messages.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, TypeVar
from urllib.parse import urlsplit

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractIncomingMessage
from aio_pika.exceptions import (
    AuthenticationError,
    ChannelPreconditionFailed,
    DeliveryError,
    InvalidFrameError,
    ProbableAuthenticationError,
)
from aiormq.exceptions import ChannelAccessRefused

from helperfunctions.errors import QueueRefused, QueueUnavailable

# Seconds for one exchange with the broker: a connection, a confirm.
_TIMEOUT_SECONDS: Final = 20.0
# After a failure the consumer waits for this long, and each time twice as long.
_FIRST_PAUSE_SECONDS: Final = 1.0
_LONGEST_PAUSE_SECONDS: Final = 60.0
# A consumer from which nobody takes anything gives its queues back after this long.
_UNUSED_AFTER_SECONDS: Final = 60.0

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Queues:
    """The queues `name.0`, `name.1`, … behind the exchange `name`. A queue with `most_bytes` of messages that nobody
    has received yet is full. Queues that exist keep their limit: a declaration with another one is refused."""

    name: str
    count: int
    most_bytes: int = 32_000_000

    def name_of(self, number: int) -> str:
        return f"{self.name}.{number}"

    @property
    def arguments(self) -> dict[str, Any]:
        return {
            "x-single-active-consumer": True,
            "x-max-length-bytes": self.most_bytes,
            "x-overflow": "reject-publish",
        }


class Delivery(NamedTuple):
    """A received message. `connection` and `tag` are those under which it is acknowledged."""

    queue: int
    body: bytes
    connection: int
    tag: int


class Publisher:
    """A connection on which messages are published."""

    def __init__(self, place: str, connection: AbstractConnection, exchange: AbstractExchange) -> None:
        self._place, self._connection, self._exchange = place, connection, exchange

    @classmethod
    async def open(cls, url: str, queues: Queues) -> "Publisher":
        """Connect, and declare the queues. Raises QueueUnavailable."""
        place, connection = place_of(url), await _connected(url)
        try:
            channel = await _answered(
                place, connection.channel(publisher_confirms=True, on_return_raises=True).__aenter__()
            )
            return cls(place, connection, await _declared(place, channel, queues))
        except BaseException:
            await _close(connection)
            raise

    async def publish(self, queue: int, body: bytes) -> bool:
        """Publish a message, and wait until the broker has it on its disk. False: the queue is full.

        Raises QueueUnavailable; whether the broker has it is then unknown.
        """
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        try:
            await _answered(self._place, self._exchange.publish(message, str(queue), mandatory=True))
        except _NotTaken:
            return False
        return True

    async def close(self) -> None:
        await _close(self._connection)


class Consumer:
    """Receives the messages of all queues in a thread of its own, and connects again after a failure.

    A message is acknowledged by the caller when it is done with it; what is not is received again after the connection
    was lost, by the process that has the queue then. `connection` is the number of the present one.
    """

    def __init__(self, url: str, queues: Queues, prefetch: int) -> None:
        self._url, self._queues, self._prefetch = url, queues, prefetch
        self._received: deque[Delivery] = deque()
        self._channels: list[AbstractChannel] = []
        self._has_news, self._is_used = threading.Event(), threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._again: asyncio.Event | None = None
        self._thread: threading.Thread | None = None
        self._is_closed = False
        self.connection = 0
        self.problem: QueueUnavailable | None = None
        """Why it is not connected just now."""

    def take(self, most: int, wait_seconds: float = 0) -> list[Delivery]:
        """What was received, in the order of each queue. Waits for the first message, and connects when it has to."""
        self._is_used.set()
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="queue", daemon=True)
            self._thread.start()
        if not self._received and wait_seconds:
            self._has_news.wait(wait_seconds)
        self._has_news.clear()
        taken: list[Delivery] = []
        # A connection that is lost meanwhile empties it.
        with suppress(IndexError):
            while len(taken) < most:
                taken.append(self._received.popleft())
        return taken

    def acknowledge(self, deliveries: Iterable[Delivery]) -> None:
        """Let the broker delete messages. Those of an earlier connection are received again, and left out."""
        mine = [one for one in deliveries if one.connection == self.connection]
        if mine and self._loop is not None:
            with suppress(RuntimeError):
                asyncio.run_coroutine_threadsafe(self._acknowledge(mine), self._loop)

    def start_again(self) -> None:
        """Give all messages back, and receive them again."""
        loop, again = self._loop, self._again
        if loop is not None and again is not None:
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(again.set)

    def close(self) -> None:
        """Give all messages back."""
        self._is_closed = True
        self.start_again()
        if self._thread is not None:
            self._thread.join(_TIMEOUT_SECONDS)

    async def _acknowledge(self, deliveries: Sequence[Delivery]) -> None:
        with suppress(Exception):
            for one in deliveries:
                if one.connection == self.connection:
                    channel = await self._channels[one.queue].get_underlay_channel()
                    await channel.basic_ack(one.tag)

    def _run(self) -> None:
        asyncio.run(self._receive())

    async def _receive(self) -> None:
        self._loop, self._again = asyncio.get_running_loop(), asyncio.Event()
        pause = _FIRST_PAUSE_SECONDS
        while not self._is_closed:
            self._again.clear()
            try:
                await self._receive_once(self._again)
                pause = _FIRST_PAUSE_SECONDS
                continue
            except QueueUnavailable as exc:
                self.problem = exc
            with suppress(TimeoutError):
                await asyncio.wait_for(self._again.wait(), pause)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    async def _receive_once(self, again: asyncio.Event) -> None:
        """One connection, until it is to end. Raises QueueUnavailable."""
        place, connection = place_of(self._url), await _connected(self._url)
        try:
            closed = asyncio.Event()
            connection.close_callbacks.add(lambda *_: closed.set())
            channels = []
            for number in range(self._queues.count):
                channel = await _answered(place, connection.channel().__aenter__())
                channel.close_callbacks.add(lambda *_: closed.set())
                channels.append(channel)
                if number == 0:
                    await _declared(place, channel, self._queues)
                await _answered(place, channel.set_qos(self._prefetch))
            self._received.clear()
            self._channels, self.connection, self.problem = channels, self.connection + 1, None
            for number, channel in enumerate(channels):
                await _answered(place, self._consume(channel, number))
            await self._until(again, closed)
            if closed.is_set() and not again.is_set():
                raise QueueUnavailable(f"the connection to the queue ended at={place}")
        finally:
            await _close(connection)

    async def _consume(self, channel: AbstractChannel, number: int) -> None:
        connection = self.connection

        async def receive(message: AbstractIncomingMessage) -> None:
            if connection == self.connection and message.delivery_tag is not None:
                self._received.append(Delivery(number, message.body, connection, message.delivery_tag))
                self._has_news.set()

        queue = await channel.get_queue(self._queues.name_of(number), ensure=False)
        await queue.consume(receive)

    async def _until(self, again: asyncio.Event, closed: asyncio.Event) -> None:
        """Wait until the connection ends or is to end, or nobody has taken anything for some time."""
        loop = asyncio.get_running_loop()
        used_at = loop.time()
        while not again.is_set() and not closed.is_set():
            waiting = [asyncio.create_task(one.wait()) for one in (again, closed)]
            await asyncio.wait(waiting, timeout=1, return_when=asyncio.FIRST_COMPLETED)
            for task in waiting:
                task.cancel()
            if self._is_used.is_set():
                self._is_used.clear()
                used_at = loop.time()
            elif loop.time() - used_at > _UNUSED_AFTER_SECONDS:
                await _close_all(self._channels)
                self._received.clear()
                while not self._is_used.is_set() and not again.is_set():
                    await asyncio.sleep(0.5)
                return


async def purge(url: str, queues: Queues) -> None:
    """Delete all messages that nobody has received. Raises QueueUnavailable."""
    place, connection = place_of(url), await _connected(url)
    try:
        channel = await _answered(place, connection.channel().__aenter__())
        await _declared(place, channel, queues)
        for number in range(queues.count):
            queue = await channel.get_queue(queues.name_of(number), ensure=False)
            await _answered(place, queue.purge())
    finally:
        await _close(connection)


def place_of(url: str) -> str:
    """The host and port of an address, without its password."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or (5671 if parts.scheme == 'amqps' else 5672)}"


class _NotTaken(QueueUnavailable):
    """The broker has refused a message, because its queue is full or gone."""


async def _connected(url: str) -> AbstractConnection:
    place = place_of(url)
    try:
        return await _answered(place, aio_pika.connect(url, timeout=_TIMEOUT_SECONDS))
    except QueueUnavailable as exc:
        if isinstance(exc.__cause__, InvalidFrameError):
            # The library does not say why the broker closes a connection that it is opening.
            raise QueueRefused(f"the queue does not allow us to use the virtual host of AMQP_URL at={place}") from exc
        raise


async def _declared(place: str, channel: AbstractChannel, queues: Queues) -> AbstractExchange:
    exchange = await _answered(place, channel.declare_exchange(queues.name, aio_pika.ExchangeType.DIRECT, durable=True))
    for number in range(queues.count):
        name = queues.name_of(number)
        queue = await _answered(place, channel.declare_queue(name, durable=True, arguments=queues.arguments))
        await _answered(place, queue.bind(exchange, str(number)))
    return exchange


async def _answered(place: str, request: Coroutine[Any, Any, _T]) -> _T:
    """The result of a request to the broker. Whatever the library raises is translated: bytes that are no AMQP can make
    it raise anything."""
    try:
        return await asyncio.wait_for(request, _TIMEOUT_SECONDS)
    except DeliveryError as exc:
        raise _NotTaken from exc
    except (AuthenticationError, ProbableAuthenticationError) as exc:
        raise QueueRefused(f"the queue refuses the user or password of AMQP_URL at={place}") from exc
    except ChannelAccessRefused as exc:
        raise QueueRefused(f"the queue does not allow the user of AMQP_URL to use its queues at={place}") from exc
    except ChannelPreconditionFailed as exc:
        raise QueueRefused(f"the queue has queues of this name with other arguments: delete them at={place}") from exc
    except TimeoutError as exc:
        raise QueueUnavailable(f"the queue does not answer at={place}") from exc
    except Exception as exc:
        raise QueueUnavailable(f"the queue cannot be used at={place}: {type(exc).__name__}") from exc


async def _close_all(channels: Iterable[AbstractChannel]) -> None:
    for channel in channels:
        with suppress(Exception):
            await asyncio.wait_for(channel.close(), 5)


async def _close(connection: AbstractConnection) -> None:
    with suppress(Exception):
        await asyncio.wait_for(connection.close(), 5)
