"""Chat through RabbitMQ: the broker's CPU for an event, in our messages, and in one message for each chat message."""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import median
from time import monotonic, sleep
from typing import Final

from benchmarks.chat import lines_of
from benchmarks.harness import progress, show, verdict
from bot.chat.events import ChatEvent, encode, stripped
from bot.chat.queue_health import QueueHealth
from bot.chat.shards import SHARDS
from bot.chat.ship import Shipper
from helperfunctions import irc
from helperfunctions.amqp import Consumer, Publisher, Queues
from helperfunctions.chat_journal import Journal
from helperfunctions.chat_key import hasher_of
from helperfunctions.clock import SystemClock
from tests.janitor import cleaning_up_after_us
from tests.rabbit import MISSING, SERVER, Rabbit, serving

# The busiest 90 channels of Twitch together: 300 to 700 messages a second.
PER_SECOND: Final = 500
SECONDS: Final = 60
ROUNDS: Final = 5
# One message for each takes too long for all of them.
ONE_BY_ONE: Final = 3_000
_AT_ONCE: Final = 100
_BATCHES_PER_SECOND: Final = 4
_PREFETCH: Final = 500
_TARGET: Final = 20


def main(*, seconds: int = SECONDS, one_by_one: int = ONE_BY_ONE, rounds: int = ROUNDS) -> None:
    """Measure and print."""
    if not SERVER.exists():
        progress(MISSING)
        return
    with (
        tempfile.TemporaryDirectory(prefix="wt-") as name,
        # Also when this process is killed.
        cleaning_up_after_us(Path(name)),
        serving(Path(name)) as rabbit,
    ):
        events = _events(Path(name) / "key", seconds)
        ways: dict[str, tuple[int, Callable[[], None]]] = {
            "ours: a message per second and shard": (len(events), partial(_ours, rabbit, events, Path(name))),
            "one message per chat message": (one_by_one, partial(_one_by_one, rabbit, events[:one_by_one])),
        }
        spent: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
        for number in range(rounds + 1):
            progress(f"chat by the queue: {f'round {number} of {rounds}' if number else 'warming up'}")
            for way, (how_many, run) in ways.items():
                cpu, began = rabbit.cpu_seconds(), monotonic()
                run()
                taken = monotonic() - began
                # It goes on for a moment after it has answered.
                sleep(0.5)
                if number:
                    spent[way].append(((rabbit.cpu_seconds() - cpu) / how_many, how_many / taken))
        _show(spent)


def _show(spent: dict[str, list[tuple[float, float]]]) -> None:
    micros = {way: 1e6 * median(cpu for cpu, _ in rounds) for way, rounds in spent.items()}
    ours = next(iter(micros))
    rows = [
        [
            way,
            f"{micros[way]:,.1f}",
            f"{median(speed for _, speed in spent[way]):,.0f}",
            f"{micros[way] / micros[ours]:,.0f}",
            "" if way == ours else verdict(micros[way] / micros[ours] >= _TARGET),
        ]
        for way in micros
    ]
    show(
        f"Chat through RabbitMQ, {PER_SECOND} messages a second, confirmed and acknowledged",
        ("way", "µs of the broker's CPU per event", "events/s", "CPU of this ÷ ours", "target"),
        rows,
        (f"Batches of {1000 // _BATCHES_PER_SECOND} ms; both with the same client.",),
    )


def _events(folder: Path, seconds: int) -> list[ChatEvent]:
    hashed, events = hasher_of(folder), list[ChatEvent]()
    for line in lines_of(PER_SECOND * seconds):
        parsed = irc.parse(line)
        if isinstance(parsed, irc.Message):
            events.append(stripped(parsed, parsed.room_id, hashed))
    return events


def _ours(rabbit: Rabbit, events: Sequence[ChatEvent], folder: Path) -> None:
    """Journal, shipper and consumer."""
    size = PER_SECOND // _BATCHES_PER_SECOND
    queues = Queues("ours", SHARDS)
    with tempfile.TemporaryDirectory(dir=folder) as name, closing(Journal(Path(name))) as journal:
        for place in range(0, len(events), size):
            at_ms = place * 1000 // PER_SECOND
            journal.append(encode(events[place : place + size]), at_ms, {}, 1_000_000_000)
        rounds = asyncio.run(_ship(rabbit, queues, journal))
    _consume(rabbit, queues, rounds * SHARDS)


async def _ship(rabbit: Rabbit, queues: Queues, journal: Journal) -> int:
    health = QueueHealth(SystemClock(), "trying again")
    shipper = Shipper(journal, lambda: Publisher.open(rabbit.url, queues), health)
    rounds = 0
    while await shipper.ship():
        rounds += 1
    await shipper.ship_rest()
    return rounds


def _one_by_one(rabbit: Rabbit, events: Sequence[ChatEvent]) -> None:
    """The same events, each in a message of its own."""
    queues = Queues("theirs", 1)
    asyncio.run(_publish(rabbit, queues, [encode([event]) for event in events]))
    _consume(rabbit, queues, len(events))


async def _publish(rabbit: Rabbit, queues: Queues, bodies: Sequence[bytes]) -> None:
    publisher = await Publisher.open(rabbit.url, queues)
    for place in range(0, len(bodies), _AT_ONCE):
        await asyncio.gather(*(publisher.publish(0, body) for body in bodies[place : place + _AT_ONCE]))
    await publisher.close()


def _consume(rabbit: Rabbit, queues: Queues, how_many: int) -> None:
    consumer, taken = Consumer(rabbit.url, queues, _PREFETCH), 0
    while taken < how_many:
        deliveries = consumer.take(_PREFETCH, 1.0)
        consumer.acknowledge(deliveries)
        taken += len(deliveries)
    consumer.close()
