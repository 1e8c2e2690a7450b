"""Decide which mentions are read and answered at all, before their text is parsed. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

OLDEST: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention in the inbox, with the facts about its author on which its answer depends."""

    mention_id: str
    author_id: str | None
    text: str | None
    posted_at: datetime
    is_repost: bool
    is_explicit: bool
    is_to_us: bool
    is_opted_out: bool
    is_edit_of_answered: bool
    answered_today: int


def reason_not_to_read(mention: Mention, *, our_id: str) -> str | None:
    """The reason to ignore a mention entirely, even `stop`; None if it may be addressed to the bot."""
    if mention.author_id is None or mention.text is None:
        return "X gave no author or text"
    if mention.author_id == our_id:
        return "our own post"
    if mention.is_repost:
        return "a repost"
    if not mention.is_explicit and not mention.is_to_us:
        return "our name is only in the thread, not in the text"
    return None


def reason_not_to_answer(mention: Mention, *, now: datetime, most_per_day: int) -> str | None:
    """The reason not to answer a mention, which does not depend on its text; None if it may be answered.

    An opt-out of the author is not among the reasons: the text may be `start`.
    """
    if now - mention.posted_at > OLDEST:
        return "older than a day"
    if mention.is_edit_of_answered:
        return "an edit of a mention already answered"
    if not mention.is_explicit:
        return "our name is only in the thread, not in the text"
    if mention.answered_today >= most_per_day:
        return f"over the daily limit of {most_per_day}"
    return None
