"""The check of chat: the listener, what waits to be counted, and the channels."""

from collections.abc import Sequence

from bot.health.causes import FIXES
from bot.health.checks.session import Session, Skipped
from bot.health.findings import Finding, Verdict, size
from bot.health.health_facts import ChatFacts
from bot.health.problem import Problem


def check_chat(session: Session) -> Sequence[Finding]:
    """The listener and the followed channels; no finding with CHAT_SOURCE=off."""
    try:
        settings = session.settings
    except Skipped:
        # The check of the settings reports why.
        return []
    if settings.chat_source == "off":
        return []
    from helperfunctions.chat_journal import FILE_NAME, Journal, is_listening

    folder = settings.data_dir / "chat"
    is_heard, waiting, dropped = False, 0, 0
    if (folder / FILE_NAME).exists():
        is_heard, journal = is_listening(folder), Journal(folder)
        try:
            waiting, dropped = journal.waiting_bytes(), journal.times_dropped()
        finally:
            journal.close()
    facts = session.facts.chat
    assert facts is not None  # noqa: S101 - chat is on
    return [judge_chat(facts, session.problems("chat"), waiting, dropped, is_heard=is_heard)]


def judge_chat(
    facts: ChatFacts, problems: Sequence[Problem], waiting_bytes: int, dropped: int, *, is_heard: bool
) -> Finding:
    """The followed channels and what waits. `dropped`: how often the oldest was dropped because too much waited."""
    message = f"{facts.channels} channels followed, {facts.joined} joined, {facts.refused} refused"
    if facts.coverage is not None:
        message += f"; {facts.coverage:.0%} of the last hour heard"
    if waiting_bytes > 10_000_000:
        message += f"; {size(waiting_bytes)} wait to be counted"
    if dropped:
        message += f"; chat was dropped {dropped} times because too much waited (KEPT_CHAT_MB)"
    if facts.queue_problem and not problems:
        message += f"; the queue is {facts.queue_problem}"
    if facts.channels and not is_heard and not facts.listeners:
        message += "; no listener runs"
    if problems:
        message += f"; {problems[0].message}"
        return Finding("chat", Verdict.WARNING, message, FIXES[problems[0].cause])
    return Finding("chat", Verdict.GOOD, message)
