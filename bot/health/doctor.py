"""The doctor of `watchtime check`: runs all checks, each with a time limit, and returns their findings.

It fixes nothing: no migration, no new database, no post. It stores only what the bot itself would store: Twitch's
token, and our account on X, whose price is recorded in the ledger as for every call.
"""

import logging
import queue
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from typing import Final, TypeVar, cast

from bot.health.checks import chat, database, settings_and_disk, twitch_and_x, work
from bot.health.checks.session import Openers, Session, Skipped
from bot.health.findings import Finding, Verdict, from_error
from helperfunctions import embedded_postgres
from helperfunctions.clock import Clock
from helperfunctions.errors import WatchTimeError

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")
Outcome = Finding | Sequence[Finding]

# The time limit of one check. The time limits of the vendors' clients are shorter, and their errors more precise.
LIMIT_SECONDS: Final = 35.0
# After a crash the embedded server may take long to recover.
DATABASE_LIMIT_SECONDS: Final = embedded_postgres.START_TIMEOUT_SECONDS + LIMIT_SECONDS

# In this order: later checks need what earlier ones opened.
CHECKS: Final[Mapping[str, Callable[[Session], Outcome]]] = {
    "settings": settings_and_disk.check_settings,
    "data folder": settings_and_disk.check_folder,
    "data lake": settings_and_disk.check_lake,
    "database": database.check_database,
    "schema": database.check_schema,
    "bot": work.check_bot,
    "network": work.check_network,
    "Twitch": twitch_and_x.check_twitch,
    "X": twitch_and_x.check_x,
    "clock": twitch_and_x.check_clock,
    "budget": work.check_budget,
    "polls": work.check_polls,
    "schedulers": work.check_schedulers,
    "days": work.check_days,
    "outbox": work.check_outbox,
    "chat": chat.check_chat,
    "jobs": work.check_jobs,
    "database restarts": work.check_restarts,
    # At the end: it is advice, not a fault.
    "X app": twitch_and_x.check_x_app,
}


class _TooSlow(Exception):
    """A check did not end within its limit."""


def examine(openers: Openers, clock: Clock, *, is_offline: bool = False) -> Iterator[Finding]:
    """Run all checks, and yield each finding as soon as it is made. `is_offline` skips the calls of Twitch and X."""
    with ExitStack() as stack:
        session = Session(openers, clock, is_offline, stack)
        for name, check in CHECKS.items():
            limit_seconds = DATABASE_LIMIT_SECONDS if name == "database" else LIMIT_SECONDS
            yield from outcome(name, partial(check, session), limit_seconds)


def outcome(name: str, check: Callable[[], Outcome], limit_seconds: float) -> Sequence[Finding]:
    """The findings of a check. An error is a finding too, and so is a check that takes too long."""
    try:
        found = _within(limit_seconds, check)
    except Skipped as exc:
        return [Finding(name, Verdict.SKIPPED, str(exc))]
    except _TooSlow:
        message, fix = f"no response within {limit_seconds:.0f} s", "try again; if it stays so, check the network"
        return [Finding(name, Verdict.BAD, message, fix, is_temporary=True)]
    except WatchTimeError as exc:
        return [from_error(name, exc)]
    except Exception as exc:
        # The error's text may contain a password.
        log.debug("the check of %s failed", name, exc_info=True)
        message = f"the check itself failed: {type(exc).__name__}"
        return [Finding(name, Verdict.BAD, message, "`watchtime --verbose check` shows details; please report it")]
    return [found] if isinstance(found, Finding) else found


def _within(seconds: float, call: Callable[[], Answer]) -> Answer:
    """Return the call's result, or raise its error. A call that never ends is abandoned; it ends with the process."""
    ended: queue.SimpleQueue[tuple[Answer | None, Exception | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            ended.put((call(), None))
        except Exception as exc:
            ended.put((None, exc))

    threading.Thread(target=run, name="check", daemon=True).start()
    try:
        answer, error = ended.get(timeout=seconds)
    except queue.Empty:
        raise _TooSlow from None
    if error is not None:
        raise error
    return cast(Answer, answer)
