"""Which mentions may be read and answered at all, before their text is parsed. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

OLDEST: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention in the inbox, with the facts about its author that decide whether it is answered."""

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
    """Why a mention is ignored entirely, even `stop`; None if it may be addressed to the bot."""
    if mention.author_id is None or mention.text is None:
        return "X does not say who wrote it"
    if mention.author_id == our_id:
        return "our own post"
    if mention.is_repost:
        return "a repost"
    if not mention.is_explicit and not mention.is_to_us:
        return "our name is only carried along by the thread"
    return None


def reason_not_to_answer(mention: Mention, *, now: datetime, most_per_day: int) -> str | None:
    """Why a mention gets no answer whatever its text; None if it may get one.

    An opt-out of its author is not among the reasons: the text may be `start`.
    """
    if now - mention.posted_at > OLDEST:
        return "older than a day"
    if mention.is_edit_of_answered:
        return "an edit of a mention already answered"
    if not mention.is_explicit:
        return "our name is only carried along by the thread"
    if mention.answered_today >= most_per_day:
        return f"over the daily limit of {most_per_day}"
    return None
