"""Decide each mention of the inbox once; its decision and its answer in the outbox are stored in one transaction."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.core.calendar import Calendar
from bot.core.questions import ChatQuestion, Command, DidYouMean, GenreQuestion, Question, TimeNotKnown, Understood
from bot.names.database_names import DatabaseNames
from bot.reply import chat_answers, compose
from bot.reply.chat_answers import ChatAnswers
from bot.reply.genre_subjects import GenreSubjects
from bot.reply.lookup import Lookup
from bot.reply.mention_filter import OLDEST, Mention, reason_not_to_answer, reason_not_to_read
from helperfunctions.clock import Clock
from helperfunctions.database import Database, Transaction, record
from helperfunctions.errors import DatabaseError, ValueRefused, WatchTimeError
from helperfunctions.x_models import XAccount

log = logging.getLogger(__name__)

NO_REPEAT: Final = timedelta(minutes=10)
# X refuses a text that this account has posted before; it does not document for how long.
NO_SAME_TEXT_WITHIN: Final = timedelta(days=30)

_HANDLE: Final = re.compile(r"[@＠](\w{1,25})")

# An answer in many forms: the number of a form -> its text.
Wording = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question. `question`: a key that is the same for every mention with the same question."""

    question: str
    wording: Wording


@dataclass(frozen=True, slots=True)
class Decision:
    """The outcome of a mention, and the answer if it gets one."""

    status: str
    reason: str | None = None
    question: str | None = None
    wording: Wording | None = None
    opts_out: bool = False
    opts_in: bool = False


def _is_of_this_mention(error: Exception) -> bool:
    """True if an error is caused by the text of one mention, so that other mentions can still be answered."""
    if isinstance(error, DatabaseError):
        return isinstance(error, ValueRefused)
    return not (isinstance(error, WatchTimeError) and error.can_retry)


def ignored(reason: str) -> Decision:
    """A decision not to answer, and its reason."""
    return Decision("ignored", reason)


@dataclass(frozen=True, slots=True)
class Answerer:
    """Answers mentions from the daily tables.

    `most_per_day`: the most answers to one person on one day of the bot. `gives_hint`: a mention that is not understood
    is answered with a hint how to ask.
    """

    database: Database
    clock: Clock
    calendar: Calendar
    names: DatabaseNames
    lookup: Lookup
    genres: GenreSubjects
    most_per_day: int
    gives_hint: bool
    chat: ChatAnswers | None = None
    """None with CHAT_SOURCE=off."""

    def understood(self, text: str, username: str) -> Understood:
        """The meaning of a text that mentions the account of that name."""
        if self.chat is not None and (shorter := chat_answers.without_chat(text)) is not None:
            about_chat = self.chat.question(self._understood(shorter, username))
            if about_chat is not None:
                return about_chat
        return self._understood(text, username)

    def _understood(self, text: str, username: str) -> Understood:
        # Imported when needed: its patterns take a sixth of a second, and few commands read mentions.
        from bot.reply.understand import understand

        now = self.clock.now()
        understood = understand(
            text,
            self.names,
            bot_username=username,
            day=self.calendar.day_of(now).date,
            today=now.astimezone(self.calendar.timezone).date(),
        )
        return self.genres.resolved(understood) if isinstance(understood, GenreQuestion) else understood

    def answer_to(self, understood: Understood) -> Answer | None:
        """The answer to a meaning; None if it gets none."""
        match understood:
            case Question(subject, window):
                facts = self.lookup.facts(understood)
                question = f"{subject.kind}:{subject.id} {window.kind} {window.first} {window.last}"
                return Answer(question, lambda variant: compose.answer(facts, variant=variant))
            case ChatQuestion(subject):
                chat = self.chat.facts(understood) if self.chat is not None else None
                if chat is None:
                    return None
                return Answer(f"chat:{subject.id}", lambda variant: chat_answers.answer(chat, variant=variant))
            case DidYouMean(candidates):
                names = [candidate.name for candidate in candidates]
                return Answer(f"near: {', '.join(names)}", lambda variant: compose.did_you_mean(names, variant=variant))
            case TimeNotKnown(subject):
                question = f"{subject.kind}:{subject.id} at a time that is not known"
                return Answer(question, lambda variant: compose.time_not_known(subject.name, variant=variant))
            case Command.HELP:
                return Answer("help", lambda variant: compose.help_text(variant=variant))
            case None if self.gives_hint:
                return Answer("hint", lambda variant: compose.hint(variant=variant))
        return None

    def preview(self, text: str, username: str) -> str | None:
        """The text that a mention would be answered with, or None. Stores nothing but new names in the index."""
        self.names.refresh()
        understood = self.understood(text, username)
        match understood:
            case Command.STOP:
                return compose.stopped()
            case Command.START:
                return compose.started()
        answer = self.answer_to(understood)
        return answer.wording(0) if answer is not None else None

    def why_silent(self, text: str, username: str) -> str:
        """The reason why `preview` has no answer to a text, for a person who tries the bot out."""
        if self.names.are_empty():
            return (
                "no game and no streamer is known yet: they come with the first poll, which `watchtime collect` makes"
            )
        others = [name for name in _HANDLE.findall(text) if name.lower() != username.lower()]
        if others:
            return f"nothing was understood: this bot is @{username}, and the text speaks to @{others[0]}"
        return "nothing was understood: no game or streamer that was measured is named, or other words are left over"

    def answer_next(self, account: XAccount) -> bool:
        """Decide the next mention of the inbox; returns whether there was one.

        A mention that cannot be decided because of its own text is ignored. Raises DatabaseError when the database
        refuses a request that other mentions need as well, such as a table; the mention then stays in the inbox.
        """
        today = self.calendar.day_of(self.clock.now())
        with self.database.transaction() as tx:
            row = tx.reply.next_mention(today_since=today.starts_at)
        if row is None:
            return False
        mention = record(Mention, row)
        try:
            self._store(mention, self._decision(mention, account))
        except Exception as exc:
            if not _is_of_this_mention(exc):
                raise
            log.exception("mention=%s cannot be answered", mention.mention_id)
            self._store(mention, ignored(f"internal error: {type(exc).__name__}"))
        return True

    def delete_texts(self, retention: timedelta) -> int:
        """Delete the texts of mentions older than `retention`; returns their number."""
        with self.database.transaction() as tx:
            return int(tx.reply.delete_texts(older_than=self.clock.now() - retention))

    def _decision(self, mention: Mention, account: XAccount) -> Decision:
        reason = reason_not_to_read(mention, our_id=account.user_id)
        if reason is not None:
            return ignored(reason)
        understood = self.understood(mention.text or "", account.username)
        if understood is Command.STOP:
            return self._stop(mention)
        reason = reason_not_to_answer(mention, now=self.clock.now(), most_per_day=self.most_per_day)
        if reason is not None:
            return ignored(reason)
        if understood is Command.START:
            if not mention.is_opted_out:
                return ignored("`start` from an author who had not opted out")
            return Decision(
                "answered", question="start", wording=lambda variant: compose.started(variant=variant), opts_in=True
            )
        if mention.is_opted_out:
            return ignored("its author has opted out")
        answer = self.answer_to(understood)
        if answer is None:
            return ignored("nothing was understood")
        with self.database.transaction() as tx:
            since = self.clock.now() - NO_REPEAT
            if tx.reply.asked_lately(author_id=mention.author_id, question=answer.question, since=since):
                return ignored("the same person was answered the same less than ten minutes ago")
        return Decision("answered", question=answer.question, wording=answer.wording)

    def _stop(self, mention: Mention) -> Decision:
        """Opt the author out, in every case. The first `stop` is confirmed, where X permits an answer."""
        if mention.is_opted_out:
            return ignored("its author has opted out already")
        can_confirm = mention.is_explicit and self.clock.now() - mention.posted_at <= OLDEST
        wording: Wording | None = (lambda variant: compose.stopped(variant=variant)) if can_confirm else None
        return Decision("answered", question="stop", wording=wording, opts_out=True)

    def _store(self, mention: Mention, decision: Decision) -> None:
        """Store a decision and its answer in one transaction."""
        now = self.clock.now()
        with self.database.transaction() as tx:
            if decision.opts_out:
                tx.reply.opt_out(author_id=mention.author_id, mention_id=mention.mention_id, since=now)
            if decision.opts_in:
                tx.reply.opt_in(author_id=mention.author_id)
            decided = tx.reply.decide(
                mention_id=mention.mention_id,
                status=decision.status,
                reason=decision.reason,
                question=decision.question,
                decided_at=now,
            )
            if decided and decision.wording is not None:
                tx.reply.queue_reply(
                    mention_id=mention.mention_id,
                    text=self._unused(tx, decision.wording),
                    created_at=now,
                    expires_at=mention.posted_at + OLDEST,
                    is_private=decision.opts_out or decision.opts_in,
                )
        log.info(
            "mention=%s %s%s",
            mention.mention_id,
            decision.status,
            f": {decision.reason}" if decision.reason else f" question={decision.question}",
        )

    def _unused(self, tx: Transaction, wording: Wording) -> str:
        """The first form of an answer that was not posted lately.

        Forms are used in their order, so a binary search finds it: after a thousand answers with 20 queries.
        """
        since = self.clock.now() - NO_SAME_TEXT_WITHIN

        def is_used(form: int) -> bool:
            return bool(tx.reply.was_posted(text=wording(form), since=since))

        used, unused = -1, 0
        while is_used(unused):
            used, unused = unused, 2 * unused + 1
        while unused - used > 1:
            middle = (used + unused) // 2
            used, unused = (middle, unused) if is_used(middle) else (used, middle)
        return wording(unused)
