"""The health of the bot in words that every visitor may read, and what the bot does next.

The verdicts are those of the rules of health. The error of a job can name hosts and accounts, so a cause replaces it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from bot.core.calendar import next_posting
from bot.core.polls import PollStatus
from bot.health.causes import REASONS, Cause
from bot.health.common_causes import with_common_cause
from bot.health.consequences import consequences
from bot.health.health_facts import ChatFacts, WorkFacts, gather_work
from bot.health.lateness import missed_between
from bot.health.problem import Expected, NextPoll, Problem, of_database
from bot.health.record import RunRecord
from bot.health.rules import (
    LOSSES_WITHIN,
    cause_of_last_poll,
    expected_since,
    is_running,
    judge_bot,
    judge_chat,
    judge_losses,
    judge_record,
    judge_work,
    last_failures,
    lost_since,
    next_poll,
    recent_losses,
)
from bot.web.read import health_words
from bot.web.site import Site
from helperfunctions.database import Transaction, record, records

NAMES: Final[Mapping[str, str]] = {
    "bot": "The bot",
    "network": "Network",
    "poll": "Updates from Twitch",
    "day": "Daily figures",
    "summaries": "Daily posts",
    "outbox": "Posts waiting",
    "x": "X",
    "answers": "Answers on X",
    "database": "Database",
    "chat": "Chat",
    "enrich": "Genres from IGDB",
    "lake": "Data lake",
    "pictures": "Pictures",
    "prune": "Clean-up of old data",
    "watch": "Health checks",
}
# The parts that always have a row.
_PARTS: Final = ("bot", "poll", "day", "summaries", "outbox", "x", "answers", "database")
# The part to which a job belongs; each other job is a part of its own, which is shown while it has a problem.
_PART_OF_JOB: Final = {"collect": "poll", "daily": "day", "post": "summaries", "reply": "answers", "outbox": "outbox"}
_NOT_KNOWN: Final = "not known here"
# The polls of this span are counted.
_COUNTED: Final = timedelta(days=1)
_NO_DATABASE: Final = "not known while the database is unavailable"


class State(StrEnum):
    """The state of a part of the bot."""

    GOOD = "good"
    NOTICE = "notice"
    """The newest attempt failed, which is no problem yet."""
    PROBLEM = "problem"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Due:
    """A job of the bot, and when it runs next. `what`: poll, day or summaries."""

    what: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Health:
    """One part of the bot: its name, its state, and a message.

    Of a problem: since when (the first failure, or when it was due), when it last went well, how many times, the reason
    in a few words, what to do, with commands between backquotes, when the bot tries again by itself, and the part whose
    problem is the cause, also of a newest attempt that failed. `last_at`: the newest update, or the newest loss of the
    database. `meaning`: what follows from the problem, where that is not plain.
    """

    part: str
    name: str
    state: State
    is_healthy: bool
    message: str
    since: datetime | None = None
    times: int | None = None
    reason: str = ""
    what_to_do: str = ""
    retry_at: datetime | None = None
    last_at: datetime | None = None
    last_good_at: datetime | None = None
    caused_by: str = ""
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class BotHealth:
    """The health of all parts, and of the updates.

    `next_poll` is None if none can be promised; open pages are loaded again from `reload_at` on.
    `no_update_since`: the newest good update, once a later one failed or is overdue; `why` is the reason.
    """

    parts: Sequence[Health]
    next_poll: NextPoll | None = None
    reload_at: datetime | None = None
    is_update_missing: bool = False
    no_update_since: datetime | None = None
    why: str = ""

    @property
    def problems(self) -> Sequence[Health]:
        """The parts with a problem."""
        return [part for part in self.parts if part.state is State.PROBLEM]

    @property
    def causes(self) -> Sequence[Health]:
        """The parts with a problem that no other one caused."""
        return [part for part in self.problems if not part.caused_by]

    def caused_by(self, cause: Health) -> Sequence[Health]:
        """The parts whose problem is a consequence of that of another part."""
        return [part for part in self.parts if part.caused_by == cause.part]

    @property
    def needs_attention(self) -> bool:
        """True if a part has a problem, or its newest attempt failed."""
        return any(part.state in (State.PROBLEM, State.NOTICE) for part in self.parts)

    @property
    def is_well(self) -> bool:
        """True if the updates come, and nothing needs attention."""
        return self.next_poll is not None and not self.is_update_missing and not self.needs_attention


@dataclass(frozen=True, slots=True)
class GoodPoll:
    """A poll that brought streams, and the interval of the polls at that time."""

    status: str
    started_at: datetime
    interval_minutes: int


def health(tx: Transaction, site: Site) -> BotHealth:
    """The verdict of the rules of health on each part that can be judged here.

    The dashboard's role reads polls, days, posts, pauses of X, chat if it is on, and whether a bot leads. Jobs and
    restarts of the database are judged by the record of a bot with the same DATA_DIR, if there is one.
    """
    now, run = site.clock.now(), site.run_record()
    facts = gather_work(tx, now, site.calendar, site.post_at, with_errors=False)
    expected = _expected(site, run, now)
    of_bot = judge_bot(run, facts, expected, now)
    chat = record(ChatFacts, tx.health.chat(now=now)) if site.chat is not None else None
    of_chat = judge_chat(chat, now, expected) if chat is not None else []
    of_run = [*judge_record(run, now), *judge_losses(run, now)]
    failures = last_failures(run)
    if facts.failed_polls.polls:
        failures.append(_failed_update(facts))
    problems = with_common_cause([*of_bot, *judge_work(facts, expected), *of_run, *of_chat], failures)
    found, notices = _by_part(problems), _by_part(failures)
    good_polls = records(GoodPoll, tx.web.good_polls(since=now - _COUNTED))
    good = {
        "bot": Health("bot", NAMES["bot"], State.GOOD, True, "running") if facts.has_leader else _unknown("bot"),
        "poll": _good_polls(site, facts, good_polls),
        "day": _good("day", health_words.of_days(facts)),
        "summaries": _good("summaries", health_words.of_summaries(facts)),
        "outbox": _good(
            "outbox", health_words.count(facts.waiting.posts, "post") + " waiting" if facts.waiting.posts else "none"
        ),
        "x": _good("x", "calls are not on hold"),
        "answers": _good("answers", "no failure") if _knows(run) else _unknown("answers"),
        "database": _good_database(run, site.known_health.last_away_at, now),
    }
    if chat is not None:
        good["chat"] = _good("chat", health_words.of_chat(chat))
    due = next_poll(facts, expected)
    # Polls keep their schedule, whatever failed before.
    parts = [
        replace(part, retry_at=due.at if due is not None and not of_bot else None)
        if part.retry_at and part.part == "poll"
        else part
        for part in _presented(good, found, notices, facts, _causes(problems, failures))
    ]
    has_failed = facts.last_poll is not None and facts.last_poll.status == PollStatus.FAILED
    is_missing = due is not None and (has_failed or "poll" in found or due.is_overdue)
    return BotHealth(
        parts,
        next_poll=None if of_bot else due,
        reload_at=due.at if due else None,
        is_update_missing=is_missing,
        no_update_since=facts.last_good_poll_at,
        why=_why_no_update(found, facts) if is_missing else "",
    )


def lost_database(site: Site) -> Problem:
    """The problem of a database that is unavailable, since the earliest time that this dashboard or the bot noticed."""
    known, run = site.known_health, site.run_record()
    since = lost_since(run, known.database_is_away(site.clock.now()), known.last_good_at)
    return of_database(known.away_because, "it does not answer this dashboard", since)


def health_without_database(site: Site) -> BotHealth:
    """The health while the database is unavailable: as far as the bot's record on disk has it."""
    now, run = site.clock.now(), site.run_record()
    expected = _expected(site, run, now)
    database = lost_database(site)
    failures = last_failures(run)
    problems = with_common_cause([database, *judge_bot(run, None, expected, now), *judge_record(run, now)], failures)
    found = _by_part(problems)
    known = [*_PARTS, *(["chat"] if site.chat is not None else [])]
    good = {part: replace(_unknown(part), message=_NO_DATABASE) for part in known}
    if _knows(run) and is_running(run, now):
        good["bot"] = _good("bot", "running")
    if run.last_good_poll_at is not None:
        good["poll"] = replace(good["poll"], last_at=run.last_good_poll_at)
    parts = _presented(good, found, _by_part(failures), None, _causes(problems, failures))
    return BotHealth(parts, no_update_since=run.last_good_poll_at)


def due(site: Site, found: BotHealth) -> list[Due]:
    """The next poll, roll-up and summaries of the bot; none of a bot that does not run."""
    if found.next_poll is None:
        return []
    now = site.clock.now()
    return [
        Due("poll", found.next_poll.at),
        Due("day", site.calendar.day_of(now).ends_at),
        Due("summaries", next_posting(site.calendar, site.post_at, now).due_at),
    ]


def _expected(site: Site, run: RunRecord, now: datetime) -> Expected:
    return Expected(site.calendar, site.poll_every, site.post_at, expected_since(run, now))


def _knows(run: RunRecord) -> bool:
    """True if a bot with this DATA_DIR has run."""
    return run.written_at is not None


def _by_part(problems: Sequence[Problem]) -> dict[str, list[Problem]]:
    parts: dict[str, list[Problem]] = {}
    for problem in problems:
        parts.setdefault(_part_of(problem), []).append(problem)
    return parts


def _part_of(problem: Problem) -> str:
    """The row in which a problem is."""
    part = _PART_OF_JOB.get(problem.subject, problem.subject) if problem.part == "jobs" else problem.part
    return "database" if part == "database restarts" else part


def _causes(problems: Sequence[Problem], failures: Sequence[Problem]) -> Mapping[str, str]:
    """For each row whose problems have all been caused by that of another row: this one. Rows without a problem have
    their newest failures."""
    known = {problem.name for problem in problems}
    rows = _by_part([failure for failure in failures if failure.name not in known]) | _by_part(problems)
    shown = [problem for of_part in rows.values() for problem in of_part]
    names = {problem.name: _part_of(problem) for problem in shown}
    caused = consequences(shown)
    causes = {
        part: {names.get(caused.get(problem.name, ""), "") for problem in of_part} - {part}
        for part, of_part in rows.items()
    }
    return {part: min(of_part) for part, of_part in causes.items() if of_part and "" not in of_part}


def _presented(
    good: Mapping[str, Health],
    found: Mapping[str, Sequence[Problem]],
    notices: Mapping[str, Sequence[Problem]],
    facts: WorkFacts | None,
    causes: Mapping[str, str],
) -> list[Health]:
    """One row for each part, those with a problem first: its problem, else its newest failure, else its state."""
    parts = dict.fromkeys([*good, *found, *notices])
    is_stopped = "bot" in found
    is_paused = facts is not None and bool(facts.pauses)
    rows = []
    for part in parts:
        if part in found:
            row = _bad(part, found[part], State.PROBLEM, facts, is_stopped)
            rows.append(replace(row, caused_by=causes.get(part, "")))
        elif part in notices and not is_stopped:
            row = _bad(part, notices[part], State.NOTICE, facts, is_stopped)
            rows.append(replace(row, caused_by=causes.get(part, "")))
        elif part == "x" and "network" in found:
            rows.append(replace(_unknown(part), message="no answer", caused_by="network"))
        elif part == "answers" and (is_stopped or is_paused):
            why = "the bot is not running" if is_stopped else "X is not called"
            rows.append(replace(_unknown(part), message=f"none while {why}"))
        elif part in good:
            rows.append(good[part])
    what_to_do = {row.part: row.what_to_do for row in rows}
    rows = [replace(row, what_to_do=what_to_do.get(row.caused_by, row.what_to_do)) for row in rows]
    # What is wrong comes first.
    return sorted(rows, key=lambda row: (row.state is not State.PROBLEM, row.state is not State.NOTICE))


def _bad(part: str, problems: Sequence[Problem], state: State, facts: WorkFacts | None, is_stopped: bool) -> Health:
    """The row of a part with problems: of the one whose cause is known, if there are several."""
    main = next((problem for problem in problems if problem.cause is not Cause.UNKNOWN), problems[0])
    cause = main.cause
    if cause is Cause.UNKNOWN and is_stopped:
        cause = Cause.NOT_RUNNING
    if cause is Cause.UNKNOWN and part in ("outbox", "summaries") and facts is not None and facts.pauses:
        cause = Cause.X_CREDITS if facts.pauses[0].cause == "credits" else Cause.X_CREDENTIALS
    is_about_posts = part in ("outbox", "summaries")
    is_known = cause is not Cause.UNKNOWN or not (main.is_late or is_about_posts)
    return Health(
        part,
        NAMES.get(part, part),
        state,
        state is not State.PROBLEM,
        health_words.sentence(part, main, problems, facts),
        since=min((problem.since for problem in problems if problem.since is not None), default=None),
        times=max(problem.times for problem in problems) or None,
        reason=REASONS[cause] if is_known and part != "bot" else "",
        what_to_do=replace(main, part=part, cause=cause).fix,
        meaning=main.meaning,
        retry_at=None if is_stopped else main.retry_at,
        last_good_at=max((problem.last_good_at for problem in problems if problem.last_good_at), default=None),
        last_at=facts.last_poll.started_at if part == "poll" and facts is not None and facts.last_poll else None,
    )


def _failed_update(facts: WorkFacts) -> Problem:
    failed = facts.failed_polls
    last = facts.last_good_poll_at
    return Problem("poll", "", "", failed.since, failed.polls, cause_of_last_poll(facts), last_good_at=last)


def _why_no_update(found: Mapping[str, Sequence[Problem]], facts: WorkFacts) -> str:
    if "bot" in found:
        return REASONS[Cause.NOT_RUNNING]
    if "network" in found:
        return f"neither Twitch nor X answers: {REASONS[Cause.NETWORK]}"
    causes = [cause_of_last_poll(facts), *(problem.cause for problem in found.get("poll", ()))]
    return next((REASONS[cause] for cause in causes if cause is not Cause.UNKNOWN), "")


def _good(part: str, message: str) -> Health:
    return Health(part, NAMES[part], State.GOOD, True, message)


def _unknown(part: str) -> Health:
    return Health(part, NAMES[part], State.UNKNOWN, True, _NOT_KNOWN)


def _good_database(run: RunRecord, away_at: datetime | None, now: datetime) -> Health:
    """A database that can be read, and whether it was lost: by the bot, or by this dashboard."""
    if losses := recent_losses(run, now):
        message = f"reachable again, after it was lost {health_words.times(len(losses))} within the last hour"
        return replace(_good("database", message), last_at=losses[-1].at)
    if away_at is not None and now - away_at < LOSSES_WITHIN:
        message = "reachable again, after it did not answer this dashboard within the last hour"
        return replace(_good("database", message), last_at=away_at)
    return _good("database", "reachable" + (", and not lost within the last hour" if _knows(run) else ""))


def _good_polls(site: Site, facts: WorkFacts, polls: Sequence[GoodPoll]) -> Health:
    poll, since = facts.last_poll, facts.at - _COUNTED
    if poll is None:
        return Health("poll", NAMES["poll"], State.UNKNOWN, True, "no update yet")
    is_new = facts.first_day is None or facts.first_day >= site.calendar.day_of(since).date
    started = [(one.started_at, timedelta(minutes=one.interval_minutes)) for one in polls]
    missed = missed_between(started, facts.at, site.poll_every, None if is_new else since)
    complete = sum(one.status == PollStatus.COMPLETE for one in polls)
    message = health_words.of_polls(poll, complete, len(polls) - complete, missed)
    return replace(_good("poll", message), last_at=poll.started_at)
