"""Answers about a streamer's chat: "how is xQc's chat". Only for channels whose chat is followed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from typing import Final

from bot.core.questions import ChatQuestion, Question, SubjectKind, Understood
from bot.core.wording import WIDEST_NAME, display_name
from bot.reply.compose import fitting, form
from helperfunctions.clock import Clock
from helperfunctions.database import Database

SPAN: Final = timedelta(hours=24)
# "xQc's chat", "the chat of xQc". "Just Chatting" is no chat.
_POSSESSIVE: Final = re.compile(r"(?<=\w)['’`]s?\s+chat\b(?!\s*room)", re.IGNORECASE)
_CHAT_OF: Final = re.compile(r"\b(?:the\s+)?chat\s+of\s+(?=\w)", re.IGNORECASE)
_WHOLE: Final = 0.995


@dataclass(frozen=True, slots=True)
class ChatFacts:
    """The chat of a streamer in the last 24 hours. `most_chatters`: of the hour with the most, about. `best_at`: the
    best hype moment, with how many times the usual; None without one."""

    name: str
    messages: int
    coverage: float
    most_chatters: int
    best_at: datetime | None
    best_times: float | None


def without_chat(text: str) -> str | None:
    """A question about a streamer's chat as one about the streamer; None if the text asks for no chat."""
    shorter, replaced = _POSSESSIVE.subn("", text, count=1)
    if not replaced:
        shorter, replaced = _CHAT_OF.subn("", text, count=1)
    return shorter if replaced else None


@dataclass(frozen=True, slots=True)
class ChatAnswers:
    """Reads what is known of a streamer's chat."""

    database: Database
    clock: Clock

    def question(self, understood: Understood) -> ChatQuestion | None:
        """The question about the chat of a streamer; None where nothing was counted."""
        if not isinstance(understood, Question) or understood.subject.kind is not SubjectKind.STREAMER:
            return None
        question = ChatQuestion(understood.subject)
        return question if self.facts(question) is not None else None

    def facts(self, question: ChatQuestion) -> ChatFacts | None:
        """The chat of the last 24 hours; None where nothing was counted."""
        with self.database.transaction() as tx:
            row = tx.reply.chat_since(channel_id=question.subject.id, since=self.clock.now() - SPAN)
        if row is None:
            return None
        return ChatFacts(
            question.subject.name,
            int(row.messages),
            float(row.coverage),
            row.most_chatters,
            row.best_at,
            row.best_times,
        )


def answer(facts: ChatFacts, *, variant: int = 0) -> str:
    """The text for some facts, in many forms."""
    headings = ("{name}'s chat · last 24 hours", "Chat of {name}, last 24 hours", "Last 24 hours in {name}'s chat")
    ends: Sequence[str] = ("", ".")
    return form(
        [partial(fitting, partial(_text, facts, heading, end)) for heading, end in product(headings, ends)], variant
    )


def _text(facts: ChatFacts, heading: str, end: str, width: int) -> str:
    least = "at least " if facts.coverage < _WHOLE else ""
    lines = [
        f"{least}{facts.messages:,} messages{end}",
        f"up to about {facts.most_chatters:,} chatters in an hour{end}",
    ]
    if facts.best_at is not None and facts.best_times is not None:
        at = facts.best_at.astimezone(UTC)
        lines.append(f"best moment: {at:%H:%M} UTC, {facts.best_times:.1f} times the usual{end}")
    if facts.coverage < _WHOLE:
        lines.append(f"{facts.coverage:.0%} of it was heard{end}")
    return "\n".join([heading.format(name=display_name(facts.name, min(width, WIDEST_NAME))), "", *lines])
