"""What is wrong, from how things stand. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from bot.days import Calendar
from bot.health.facts import Facts
from bot.lateness import is_day_late, is_poll_late, is_post_late

# How late each may be; of the others `lateness` tells. A summary is looked after every quarter of an hour.
SUMMARY_LATE = timedelta(hours=1)
MENTION_LATE = timedelta(minutes=15)
# Below this nothing new can be kept for long.
LEAST_FREE_BYTES = 200_000_000

UNFINISHED = frozenset({"due", "sending", "unknown"})


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is not as it should be: which part, and what is so in one line."""

    part: str
    says: str


@dataclass(frozen=True, slots=True)
class Expected:
    """When what is due: what the settings say. `since`: nothing is missed that was due before this bot was started."""

    calendar: Calendar
    interval: timedelta
    post_at: time
    since: datetime


def judge(facts: Facts, expected: Expected) -> list[Trouble]:
    """Everything that is not as it should be; nothing when all is well."""
    pauses = facts.spending.pauses
    return [
        *_poll(facts, expected),
        *_day(facts, expected),
        *_summaries(facts, expected),
        *_outbox(facts),
        *(Trouble("x", f"X is left alone until {until:%F %H:%M} UTC: {why}") for _, until, why in pauses),
    ]


def judge_disk(free_bytes: int) -> list[Trouble]:
    """Whether there is room for what is kept."""
    if free_bytes >= LEAST_FREE_BYTES:
        return []
    return [Trouble("disk", f"only {free_bytes / 1e6:.0f} MB are free where DATA_DIR is")]


def _poll(facts: Facts, expected: Expected) -> Sequence[Trouble]:
    since = max(facts.last_good_poll_at or expected.since, expected.since)
    if not is_poll_late(facts.at, since, expected.interval):
        return []
    last = f"{facts.last_good_poll_at:%F %H:%M} UTC" if facts.last_good_poll_at else "never"
    return [Trouble("poll", f"the last poll that brought anything: {last}")]


def _day(facts: Facts, expected: Expected) -> Sequence[Trouble]:
    late = [
        day for day in facts.days_due if is_day_late(facts.at, max(expected.calendar.day(day).ends_at, expected.since))
    ]
    return [Trouble("day", f"not rolled up: {', '.join(map(str, late))}")] if late else []


def _summaries(facts: Facts, expected: Expected) -> Sequence[Trouble]:
    day = expected.calendar.last_finished(facts.at)
    local = facts.at.astimezone(expected.calendar.timezone)
    due_at = datetime.combine(local.date(), expected.post_at, expected.calendar.timezone)
    is_their_date = day.ends_at.astimezone(expected.calendar.timezone).date() == local.date()
    if not is_their_date or facts.at - max(due_at, expected.since) <= SUMMARY_LATE:
        return []
    if facts.last_day is None or facts.last_day.date != day.date:
        # No polls, no day; a late roll-up is a trouble of its own.
        return []
    if not facts.summaries:
        return [Trouble("summaries", f"the summaries of {day.date} were not made")]
    return [
        Trouble("summaries", f"{kind} of {day.date} is {status}" + (f": {why}" if why else ""))
        for kind, status, why in facts.summaries
        if status in UNFINISHED or status == "refused"
    ]


def _outbox(facts: Facts) -> Sequence[Trouble]:
    troubles = []
    if facts.waiting_since is not None and is_post_late(facts.at, facts.waiting_since):
        troubles.append(Trouble("outbox", f"a post has been due since {facts.waiting_since:%F %H:%M} UTC"))
    if facts.undecided_since is not None and facts.at - facts.undecided_since > MENTION_LATE:
        troubles.append(Trouble("mentions", f"a mention waits since {facts.undecided_since:%F %H:%M} UTC"))
    return troubles
