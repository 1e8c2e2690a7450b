"""The inbox -> the outbox: every mention is decided once, and its decision and its answer are stored together."""

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.core.calendar import Calendar
from bot.core.names import DatabaseNames
from bot.core.questions import Command, DidYouMean, Question, TimeNotKnown, Understood
from bot.reply import compose
from bot.reply.lookup import Lookup
from bot.reply.triage import OLDEST, Mention, reason_not_to_answer, reason_not_to_listen
from helperfunctions.clock import Clock
from helperfunctions.database import Database, Transaction
from helperfunctions.errors import DatabaseError, ValueRefused, WatchTimeError
from helperfunctions.x_models import XAccount

log = logging.getLogger(__name__)

NO_REPEAT: Final = timedelta(minutes=10)
# X refuses a text that it has from us already; for how long it remembers is not documented.
NEVER_THE_SAME_WITHIN: Final = timedelta(days=30)

_HANDLE: Final = re.compile(r"[@＠](\w{1,25})")

# The same answer in many forms.
Wording = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said to a question, and a short note of what was asked, the same for the same question."""

    asked: str
    wording: Wording


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a mention."""

    status: str
    reason: str | None = None
    asked: str | None = None
    wording: Wording | None = None
    opts_out: bool = False
    opts_in: bool = False


def _is_of_the_mention(error: Exception) -> bool:
    """Whether an error comes from what one mention says, so that it would fail each time, and others would not."""
    if isinstance(error, DatabaseError):
        return isinstance(error, ValueRefused)
    return not (isinstance(error, WatchTimeError) and error.can_retry)


def ignored(reason: str) -> Decision:
    """No answer, and why."""
    return Decision("ignored", reason)


@dataclass(frozen=True, slots=True)
class Answerer:
    """Answers from the daily tables. `most_per_day`: answers to one person a day; `gives_hint`: whether who is not
    understood is told how to ask."""

    database: Database
    clock: Clock
    calendar: Calendar
    names: DatabaseNames
    lookup: Lookup
    most_per_day: int
    gives_hint: bool

    def understood(self, text: str, username: str) -> Understood:
        """What somebody wants who writes this to the account of that name."""
        # Imported when needed: its patterns take a sixth of a second, and few commands read mentions.
        from bot.reply.understand import understand

        now = self.clock.now()
        return understand(
            text,
            self.names,
            bot_username=username,
            day=self.calendar.day_of(now).date,
            today=now.astimezone(self.calendar.timezone).date(),
        )

    def answer_to(self, understood: Understood) -> Answer | None:
        """What is said to that, if anything."""
        match understood:
            case Question(subject, window):
                facts = self.lookup.facts(understood)
                asked = f"{subject.kind}:{subject.id} {window.kind} {window.first} {window.last}"
                return Answer(asked, lambda variant: compose.answer(facts, variant=variant))
            case DidYouMean(candidates):
                names = [candidate.name for candidate in candidates]
                return Answer(f"near: {', '.join(names)}", lambda variant: compose.did_you_mean(names, variant=variant))
            case TimeNotKnown(subject):
                asked = f"{subject.kind}:{subject.id} at a time that is not known"
                return Answer(asked, lambda variant: compose.time_not_known(subject.name, variant=variant))
            case Command.HELP:
                return Answer("help", lambda variant: compose.help_text(variant=variant))
            case None if self.gives_hint:
                return Answer("hint", lambda variant: compose.hint(variant=variant))
        return None

    def spoken(self, text: str, username: str) -> str | None:
        """Exactly what is answered to a text, if anything. Nothing is stored but new names in the index."""
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
        """Why a text that `spoken` has no answer to gets none, for a person who tries the bot out."""
        if self.names.are_empty():
            return (
                "no game and no streamer is known yet: they come with the first poll, which `watchtime collect` makes"
            )
        others = [name for name in _HANDLE.findall(text) if name.lower() != username.lower()]
        if others:
            return f"nothing was understood: this bot is @{username}, and the text speaks to @{others[0]}"
        return "nothing was understood"

    def answer_next(self, account: XAccount) -> bool:
        """Decide the next mention of the inbox; whether there was one.

        One that cannot be decided for a reason of its own is set aside. Raises DatabaseError when the database refuses
        what other mentions need as well, such as a table; the mention stays in the inbox.
        """
        today = self.calendar.day_of(self.clock.now())
        with self.database.transaction() as tx:
            row = tx.reply.next_mention(today_since=today.starts_at)
        if row is None:
            return False
        mention = Mention(*row)
        try:
            self._keep(mention, self._decision(mention, account))
        except Exception as exc:
            if not _is_of_the_mention(exc):
                raise
            log.exception("mention=%s cannot be answered", mention.mention_id)
            self._keep(mention, ignored(f"an error of ours: {type(exc).__name__}"))
        return True

    def delete_texts(self, retention: timedelta) -> int:
        """Drop the words of mentions that are older; how many."""
        with self.database.transaction() as tx:
            return int(tx.reply.delete_texts(older_than=self.clock.now() - retention))

    def _decision(self, mention: Mention, account: XAccount) -> Decision:
        deaf = reason_not_to_listen(mention, our_id=account.user_id)
        if deaf is not None:
            return ignored(deaf)
        understood = self.understood(mention.text or "", account.username)
        if understood is Command.STOP:
            return self._stop(mention)
        silent = reason_not_to_answer(mention, now=self.clock.now(), most_per_day=self.most_per_day)
        if silent is not None:
            return ignored(silent)
        if understood is Command.START:
            if not mention.is_opted_out:
                return ignored("said start without having said stop")
            return Decision(
                "answered", asked="start", wording=lambda variant: compose.started(variant=variant), opts_in=True
            )
        if mention.is_opted_out:
            return ignored("its author has opted out")
        answer = self.answer_to(understood)
        if answer is None:
            return ignored("nothing was understood")
        with self.database.transaction() as tx:
            since = self.clock.now() - NO_REPEAT
            if tx.reply.asked_lately(author_id=mention.author_id, question=answer.asked, since=since):
                return ignored("the same person was answered the same less than ten minutes ago")
        return Decision("answered", asked=answer.asked, wording=answer.wording)

    def _stop(self, mention: Mention) -> Decision:
        """Heard whatever else holds; confirmed once, and only where X lets us answer."""
        if mention.is_opted_out:
            return ignored("its author has opted out already")
        can_confirm = mention.is_explicit and self.clock.now() - mention.posted_at <= OLDEST
        wording: Wording | None = (lambda variant: compose.stopped(variant=variant)) if can_confirm else None
        return Decision("answered", asked="stop", wording=wording, opts_out=True)

    def _keep(self, mention: Mention, decision: Decision) -> None:
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
                question=decision.asked,
                decided_at=now,
            )
            if decided and decision.wording is not None:
                tx.reply.queue_reply(
                    mention_id=mention.mention_id,
                    text=self._unsaid(tx, decision.wording),
                    created_at=now,
                    expires_at=mention.posted_at + OLDEST,
                )
        log.info(
            "mention=%s %s%s",
            mention.mention_id,
            decision.status,
            f": {decision.reason}" if decision.reason else f" asked={decision.asked}",
        )

    def _unsaid(self, tx: Transaction, wording: Wording) -> str:
        """A form of an answer that we have not used lately. Forms are used up in order, so the first is searched for
        by doubling and halving: what a thousand people ask takes twenty looks, not a thousand."""
        since = self.clock.now() - NEVER_THE_SAME_WITHIN

        def was_said(variant: int) -> bool:
            return bool(tx.reply.was_said(text=wording(variant), since=since))

        said, unsaid = -1, 0
        while was_said(unsaid):
            said, unsaid = unsaid, 2 * unsaid + 1
        while unsaid - said > 1:
            middle = (said + unsaid) // 2
            said, unsaid = (middle, unsaid) if was_said(middle) else (said, middle)
        return wording(unsaid)
