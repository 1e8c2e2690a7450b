"""The words of the status page: what is wrong with a part of the bot, or what it does. Pure."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Final

from bot.core.polls import PollStatus
from bot.health.causes import Cause
from bot.health.health_facts import ChatFacts, LastPoll, WorkFacts
from bot.health.problem import Problem

_POSTS: Final = {
    "games": "top games",
    "streamers": "top streamers",
    "streamers_of_game": "top streamers of a game",
}


def sentence(part: str, main: Problem, problems: Sequence[Problem], facts: WorkFacts | None) -> str:
    """What is wrong with a part."""
    if part == "bot":
        return "not running"
    if part == "network":
        return "neither Twitch nor X answers"
    if part == "x":
        return "on hold" if main.is_hold else "calls fail"
    if part == "chat" and main.part == "chat":
        is_queue = main.cause is Cause.CHAT_QUEUE
        return "its queue cannot be used" if is_queue else "not heard while channels are live"
    if part == "database":
        return f"lost {times(main.times)} within an hour" if main.times else "not reachable"
    if main.part == "jobs":
        return "overdue" if main.is_late else f"failed {times(main.times)} in a row" if main.times > 1 else "failed"
    if part == "poll":
        return f"{count(main.times, 'update')} failed" if main.times else "no update"
    if part == "day":
        return f"{count(main.times, 'day')} overdue"
    if part == "summaries" and facts is not None:
        return _wrong_summaries(problems, facts)
    if part == "outbox":
        return f"{count(main.times, 'post')} overdue"
    return "overdue" if main.is_late else "failed"


def _wrong_summaries(problems: Sequence[Problem], facts: WorkFacts) -> str:
    states = {post.kind: post.status.replace("_", " ") for post in facts.summaries.posts}
    wrong = [
        f"{_POSTS.get(one.subject, one.subject)} {states[one.subject]}" for one in problems if one.subject in states
    ]
    return f"{_date(facts.summaries.day)}: {', '.join(wrong) if wrong else 'not made'}"


def of_chat(chat: ChatFacts) -> str:
    """The chat that is followed, and how much of it was heard."""
    refused = f", {chat.refused} refused" if chat.refused else ""
    heard = "" if chat.coverage is None else f"; {chat.coverage:.0%} of the last hour received"
    return f"{count(chat.channels, 'channel')} followed, {chat.joined} joined{refused}{heard}"


def of_polls(poll: LastPoll, complete: int, incomplete: int, missed: int) -> str:
    """The newest poll, and those of the last 24 hours. A poll that failed, and was not repeated, was missed."""
    whole = "" if poll.status == PollStatus.COMPLETE else "incomplete, "
    lost = f", {missed} {'was' if missed == 1 else 'were'} missed" if missed else ""
    expected = complete + incomplete + missed
    return (
        f"{whole}{count(poll.streams, 'channel')}; {complete} of {expected} updates in the last 24 hours were complete"
        f"{lost}"
    )


def of_days(facts: WorkFacts) -> str:
    """The newest day."""
    day = facts.last_day
    if day is None:
        return "no full day yet"
    return f"{_date(day.day)} is the latest day, with {day.coverage:.0%} coverage"


def of_summaries(facts: WorkFacts) -> str:
    """The posts of the newest day."""
    summaries = facts.summaries
    if not summaries.posts:
        if facts.first_day is None or facts.first_day > summaries.day:
            first = "the first full day is over" if facts.first_day is None else f"those of {_date(facts.first_day)}"
            return f"none are due before {first}"
        return f"none of {_date(summaries.day)}"
    counts = Counter(post.status.replace("_", " ") for post in summaries.posts)
    return f"{_date(summaries.day)}: {', '.join(f'{count} {status}' for status, count in counts.items())}"


def of_waiting(facts: WorkFacts) -> str:
    """The posts that wait to be sent."""
    return count(facts.waiting.posts, "post") + " waiting" if facts.waiting.posts else "none"


def count(number: int, noun: str) -> str:
    """A number with its noun."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


def times(number: int) -> str:
    """A number of times."""
    return "once" if number == 1 else f"{number} times"


def _date(day: date) -> str:
    return f"{day:%b} {day.day}"
