"""A simulated X on the test's own clock, and the parts of the bot that use it, on the test's own database."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest

from bot.core.calendar import Calendar
from bot.daily.rollup import Rollup
from bot.names.database_names import DatabaseNames
from bot.outbox.send import Sender
from bot.outbox.settle import Settler
from bot.reply.answer import Answerer
from bot.reply.genre_subjects import GenreSubjects
from bot.reply.inbox import Reader
from bot.reply.lookup import Lookup
from bot.reply.respond import Responder
from bot.runtime.leader import Leadership
from bot.spend.ledger import Ledger
from helperfunctions.chat_key import Hasher, hasher_of
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import ChartNotDrawn
from helperfunctions.queries import Queries
from helperfunctions.x_api import XApi
from sandbox.x.server import XSandbox
from tests.conftest import clone
from tests.factories import DAY, DAY_START, a_stream, rows, stage, write
from tests.integration.leading import Leads, Prepared
from tests.rabbit import Rabbit
from tests.sail import serving

if TYPE_CHECKING:
    # Importing it takes a while, and few tests need it.
    from helperfunctions.amqp import Queues
    from tests.integration.queue_parts import Counting

CREDENTIALS = "a hash of them"
# Seconds after which a post is certainly on its author's timeline.
TIMELINE_LAG = 300
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@pytest.fixture(scope="session")
def sail() -> Iterator[str]:
    """The address of an engine that speaks Spark's SQL and protocol. One for all tests of a process."""
    with serving() as address:
        yield address


def draw(chart: Any) -> bytes:
    """Bytes that stand for the picture of a chart. "impossible" cannot be drawn."""
    if chart == "impossible":
        raise ChartNotDrawn("it is impossible")
    return PNG + repr(chart).encode()


@dataclass
class Outside:
    """A simulated X, a client of it, and the parts of the bot that a post passes through."""

    sandbox: XSandbox
    x: XApi
    database: Database
    clock: VirtualClock
    url: str
    ledger: Ledger
    sender: Sender

    def summary(
        self, kind: str = "games", text: str = "Most watched games", *, day: date = DAY, chart: Any = None, **more: Any
    ) -> None:
        """Put a summary into the outbox."""
        now = self.clock.now()
        given = {
            "kind": kind,
            "day": day,
            "text": text,
            "chart": None if chart is None else f'"{chart}"',
            "alt_text": chart and f"words for {chart}",
            "created_at": now,
            "next_try_at": now,
            "expires_at": now + timedelta(hours=10),
        } | more
        self._insert(given | {"status": "due"})

    def asked(self, author: str = "ann", words: str = "xQc") -> str:
        """Tag the bot; the mention is in the database and decided. Its id."""
        mention_id = self.sandbox.tag(author, f"@watchtimebot {words}")
        author_id, now = self.sandbox.person(author).user_id, self.clock.now()
        write(
            self.url,
            "insert into mentions (mention_id, author_id, text, posted_at, seen_at, first_version, is_repost,"
            " is_explicit, is_to_us, status, decided_at)"
            " values (%s, %s, %s, %s, %s, %s, false, true, false, 'answered', %s)",
            *(mention_id, author_id, words, now, now, mention_id, now),
        )
        return mention_id

    def reply(self, text: str, mention_id: str | None = None) -> str:
        """Put an answer into the outbox. The id of the mention that it answers."""
        mention_id = mention_id or self.asked()
        now = self.clock.now()
        self._insert(
            {
                "kind": "reply",
                "mention_id": mention_id,
                "text": text,
                "status": "due",
                "created_at": now,
                "next_try_at": now,
                "expires_at": now + timedelta(days=1),
            }
        )
        return mention_id

    def posts(self) -> list[tuple[str, str]]:
        """Text and status of the posts in the outbox, oldest first."""
        return [(text, status) for text, status in rows(self.url, "select text, status from posts order by post_id")]

    def published(self) -> list[str]:
        """The texts of the account's posts on X, oldest first."""
        return [post.text for post in self.sandbox.posts()]

    def spent(self) -> Decimal:
        """The sum of our ledger, in USD."""
        (spent,) = rows(self.url, "select coalesce(sum(usd), 0) from x_charges where status <> 'not_made'")[0]
        return Decimal(spent)

    def later(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.advance(seconds)

    def _insert(self, given: dict[str, Any]) -> None:
        columns, places = ", ".join(given), ", ".join(["%s"] * len(given))
        write(self.url, f"insert into posts ({columns}) values ({places})", *given.values())


MakeOutside = Callable[..., Outside]


@pytest.fixture
def make_outside(database: Database, url: str, clock: VirtualClock) -> Iterator[MakeOutside]:
    """Connects the test's database to a new simulated X."""
    with ExitStack() as stack:

        def made(
            *,
            budget_usd: str = "10",
            owns_app: bool = False,
            lag_seconds: float = TIMELINE_LAG,
            timeout: tuple[float, float] = (5.0, 10.0),
            **options: Any,
        ) -> Outside:
            sandbox = stack.enter_context(XSandbox(clock, owns_app=owns_app, **options))
            x = XApi(
                api_url=sandbox.api_url,
                api_key=sandbox.api_key,
                api_key_secret=sandbox.api_key_secret,
                access_token=sandbox.access_token,
                access_token_secret=sandbox.access_token_secret,
                clock=clock,
                timeout=timeout,
            )
            stack.callback(x.close)
            ledger = Ledger(database, clock, Decimal(budget_usd), owns_app)
            settler = Settler(x, database, clock, ledger, CREDENTIALS, timedelta(seconds=lag_seconds))
            sender = Sender(x, database, clock, ledger, settler, draw)
            return Outside(sandbox, x, database, clock, url, ledger, sender)

        yield made


@pytest.fixture
def outside(make_outside: MakeOutside) -> Outside:
    return make_outside()


def at(text: str) -> datetime:
    """An instant in UTC."""
    return datetime.fromisoformat(f"{text}+00:00")


@pytest.fixture
def leads(database: Database, clock: VirtualClock) -> Iterator[Leads]:
    made: list[Leadership] = []

    def make(prepared: Prepared) -> Leadership:
        made.append(Leadership(database, clock, prepare=prepared.prepare, revive=prepared.revive, losses=prepared))
        return made[-1]

    yield make
    for leadership in made:
        leadership.close()


CALENDAR = Calendar(ZoneInfo("America/Los_Angeles"), time(8))


@dataclass
class Inbox:
    """The part of the bot that reads and answers mentions."""

    outside: Outside
    answerer: Answerer
    responder: Responder

    def tag(self, text: str, author: str = "ann", **more: Any) -> str:
        """Tag the bot. A second passes, so no two mentions are of the same moment. The id of the mention."""
        tagged = self.outside.sandbox.tag(author, text, **more)
        self.outside.later(1)
        return tagged

    def respond(self) -> int:
        return self.responder.respond()

    def decided(self) -> dict[str, tuple[str, str | None]]:
        """Status and reason by mention."""
        found = rows(self.outside.url, "select mention_id, status, reason from mentions")
        return {mention_id: (status, reason) for mention_id, status, reason in found}

    def answers(self) -> dict[str, str]:
        """The texts in the outbox by mention."""
        return dict(rows(self.outside.url, "select mention_id, text from posts"))


MakeInbox = Callable[..., Inbox]


@pytest.fixture
def make_inbox(make_outside: MakeOutside) -> MakeInbox:
    def made(*, most_per_day: int = 20, gives_hint: bool = False, first_start: bool = True, **options: Any) -> Inbox:
        outside = make_outside(**options)
        answerer = Answerer(
            database=outside.database,
            clock=outside.clock,
            calendar=CALENDAR,
            names=DatabaseNames(outside.database),
            lookup=Lookup(outside.database, CALENDAR, outside.clock),
            genres=GenreSubjects(outside.database),
            most_per_day=most_per_day,
            gives_hint=gives_hint,
        )
        reader = Reader(outside.x, outside.database, outside.clock, outside.ledger, CREDENTIALS)
        responder = Responder(outside.database, CREDENTIALS, reader, answerer, timedelta(days=30))
        if first_start:
            responder.respond()
        return Inbox(outside, answerer, responder)

    return made


AFTER_A_DAY_OF_CHESS = DAY_START + timedelta(hours=25)


@pytest.fixture(scope="session")
def template_of_a_day_of_chess(server_url: str, template: str, queries: Queries) -> str:
    """A database in which a day of chess is rolled up, from which others are cloned."""
    name = "template_of_a_day_of_chess"
    roll_up_a_day_of_chess(Database(clone(server_url, template, name), queries))
    return name


@pytest.fixture
def inbox(make_inbox: MakeInbox) -> Inbox:
    """A day of chess is rolled up, and the first start is over. The database is a clone of the template above."""
    inbox = make_inbox(budget_usd="1000")
    inbox.outside.clock.move_to(AFTER_A_DAY_OF_CHESS)
    return inbox


def a_day_of_chess(inbox: Inbox) -> None:
    """The same in an inbox whose database has no rows so far."""
    roll_up_a_day_of_chess(inbox.outside.database)
    inbox.outside.clock.move_to(AFTER_A_DAY_OF_CHESS)


def roll_up_a_day_of_chess(database: Database) -> None:
    ada, bob = a_stream(1000, streamer="ada", game="chess"), a_stream(500, streamer="bob", game="go")
    stage(database, ada, bob, polls=48)
    Rollup(database, VirtualClock(AFTER_A_DAY_OF_CHESS), CALENDAR).daily()


@pytest.fixture
def queues() -> "Queues":
    """Queues that no other test has."""
    from bot.chat.shards import SHARDS
    from helperfunctions.amqp import Queues

    return Queues(f"chat-{secrets.token_hex(8)}", SHARDS)


@pytest.fixture
def hashed(tmp_path: Path) -> Hasher:
    """Hashes ids with a key of the test."""
    return hasher_of(tmp_path / "key")


@pytest.fixture
def counting(database: Database, clock: VirtualClock, rabbit: Rabbit, queues: "Queues") -> "Iterator[Counting]":
    """Counters of a test."""
    from tests.integration.queue_parts import Counting

    counting = Counting(database, clock, rabbit.url, queues)
    yield counting
    counting.close()
