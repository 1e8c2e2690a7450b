"""Several jobs use the ledger at once without a deadlock."""

import threading
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.spend.charge import Purpose, Read
from bot.spend.ledger import Ledger, resume_x
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import XCredentialsWrong, XNotYet, XUnknown
from tests.factories import DAY_START, rows, write

ROUNDS = 60


@pytest.fixture
def ledger(database: Database) -> Ledger:
    return Ledger(database, VirtualClock(DAY_START), Decimal(1000), owns_app=False)


def read_mentions(ledger: Ledger, number: int) -> None:
    """Read a page of mentions: it arrives, its response is lost, or it is refused."""
    charge = ledger.reserve_page(Purpose.MENTIONS, 100)
    match number % 3:
        case 0:
            charge.list_read([Read("post_read", str(number), DAY_START)])
        case 1:
            charge.failed(XUnknown("no answer"))
        case 2:
            charge.failed(XCredentialsWrong("not you", not_before=DAY_START))


def settle_the_outbox(ledger: Ledger, number: int) -> None:
    """Read a page of our own posts, and settle a post by it."""
    charge = ledger.reserve_page(Purpose.SETTLING, 20)
    charge.list_read([Read("post_read", f"9{number}", None)])
    with ledger.database.transaction() as tx:
        if number % 2:
            ledger.newest_attempt_published(tx, 1)
        else:
            ledger.not_published(tx, 1)
        tx.outbox.schedule_lookup(post_id=1, next_try_at=DAY_START)


def send(ledger: Ledger, number: int) -> None:
    """A call that writes: it succeeds or is refused."""
    charge = ledger.reserve("post", Purpose.SUMMARIES, post_id=1)
    if number % 2:
        charge.made()
    else:
        charge.failed(XNotYet("later", not_before=DAY_START))


def resume(ledger: Ledger, _: int) -> None:
    """A person runs `spend --resume`."""
    resume_x(ledger.database, DAY_START + timedelta(hours=1))


def test_jobs_that_read_settle_and_send_at_once_never_deadlock(ledger: Ledger, url: str) -> None:
    """Reading once deleted rows before it locked the table, and settling did it in the opposite order."""
    write(
        url,
        "insert into posts (kind, day, text, status, created_at, next_try_at, expires_at)"
        " values ('games', '2026-11-20', 'text', 'unknown', %s, %s, %s)",
        *(DAY_START, DAY_START, DAY_START + timedelta(hours=10)),
    )
    failed: list[Exception] = []
    together = threading.Barrier(4)

    def work(job: Callable[[Ledger, int], None]) -> None:
        try:
            together.wait(60)
            for number in range(ROUNDS):
                job(ledger, number)
        except Exception as exc:  # errors of a thread must reach the test
            failed.append(exc)

    threads = [threading.Thread(target=work, args=(job,)) for job in (read_mentions, settle_the_outbox, send, resume)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(240)
    assert failed == []
    counted = "select purpose, status, sum(units) from x_charges where kind <> 'user_read' group by 1, 2 order by 1, 2"
    assert rows(url, counted)[:2] == [("mentions", "made", ROUNDS // 3), ("settling", "made", ROUNDS)]
