"""Alerts: one message when a part has had a problem for too long, and one when the problem is over."""

import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bot.health.consequences import consequences
from bot.health.problem import Problem
from bot.health.rules import JUDGED_WITHOUT_DATABASE
from helperfunctions import atomic_file
from helperfunctions.clock import Wait
from helperfunctions.errors import WebhookFailed

log = logging.getLogger(__name__)

# A shorter problem is not reported. Detection, this and one failed attempt to send fit into a quarter of an hour.
REPORT_AFTER: Final = timedelta(minutes=10)
# A problem that returns within this time was not over.
RESOLVED_AFTER: Final = timedelta(minutes=15)
# The shortest time between two messages; the second has everything that is new by then.
BETWEEN_MESSAGES: Final = timedelta(minutes=4)
SHORTEST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)
# An unreported problem of the previous process counts as the same one if the bot was down for less than this.
UNREPORTED_KEPT_FOR: Final = timedelta(hours=1)
# Discord takes no message of more than 2,000 characters.
MOST_CHARACTERS: Final = 1800
MOST_CHARACTERS_PER_PROBLEM: Final = 400

PROBLEM: Final = "problem"
RESOLVED: Final = "resolved"
# The name of the problems in the file of earlier versions, which does not list their parts.
_EARLIER: Final = "reported earlier"


@dataclass(slots=True)
class _Episode:
    """The time during which one part has a problem, including pauses shorter than RESOLVED_AFTER."""

    began_at: datetime
    reported_at: datetime | None = None
    ended_at: datetime | None = None
    message: str = ""
    caused_by: str = ""
    """The part whose problem is the cause of this one: it is reported with that one, or not at all."""

    def is_due(self, now: datetime) -> bool:
        """True if the begin of this episode is to be reported."""
        return self.is_unreported and not self.caused_by and now - self.began_at >= REPORT_AFTER

    @property
    def is_unreported(self) -> bool:
        """True if the problem is present, and was not reported."""
        return self.reported_at is None and self.ended_at is None

    def is_over(self, now: datetime) -> bool:
        """True if the end of this episode is to be reported."""
        return self.reported_at is not None and self.ended_at is not None and now - self.ended_at >= RESOLVED_AFTER


@dataclass(slots=True)
class Alerter:
    """Tracks each part that has a problem, and sends a message about problems that are new or over.

    `send` delivers a status and a text, or raises WebhookFailed. The status is `resolved` when no reported problem is
    left, else `problem`. `memory` is the file with the reported problems: a restart does not report them again.
    """

    send: Callable[[str, str], None]
    memory: Path
    _episodes: dict[str, _Episode] = field(default_factory=dict)
    _since_sent: Wait | None = None
    _since_failed: Wait | None = None
    _next_wait: timedelta = field(default=SHORTEST_WAIT)
    _has_read: bool = False

    def update(self, problems: Sequence[Problem], now: datetime) -> None:
        """Update the episodes with the present problems, and send at most one message."""
        self._load(now)
        before = self._state()
        self._follow(problems, now)
        due = {name for name, episode in self._episodes.items() if episode.is_due(now)}
        new = {
            name: episode
            for name, episode in self._episodes.items()
            if name in due or (episode.is_unreported and episode.caused_by in due)
        }
        over = {name: episode for name, episode in self._episodes.items() if episode.is_over(now)}
        if not new and self._would_resolve_too_early(over):
            over = {}
        if not (new or over):
            # The next message is sent at its time, even if the last one could not be delivered.
            self._since_failed, self._next_wait = None, SHORTEST_WAIT
        elif self._may_send(now):
            self._report(new, over, now)
        if self._state() != before:
            self._save()

    def _follow(self, problems: Sequence[Problem], now: datetime) -> None:
        messages: dict[str, str] = {}
        for problem in problems:
            messages[problem.name] = "; ".join(filter(None, [messages.get(problem.name), problem.message]))
        for name, message in messages.items():
            episode = self._episodes.setdefault(name, _Episode(now))
            # The clock may have been set back.
            episode.began_at = min(episode.began_at, now)
            episode.ended_at, episode.message = None, message
        for name in self._episodes.keys() - messages.keys():
            episode = self._episodes[name]
            if episode.reported_at is None:
                del self._episodes[name]
            elif "database" in messages and name.partition(" (")[0] not in JUDGED_WITHOUT_DATABASE:
                # The end of a problem is not known until the database can be read.
                episode.ended_at = None
            else:
                episode.ended_at = min(episode.ended_at or now, now)
        self._follow_causes(consequences(problems), now)

    def _follow_causes(self, causes: Mapping[str, str], now: datetime) -> None:
        """Update which problem is the cause of which.

        A cause that has ended stays one until its end is reported: what it caused may last until the next attempt. A
        cause that is found later than its consequences is reported as early as they would be.
        """
        for name, episode in self._episodes.items():
            past = self._episodes.get(episode.caused_by)
            is_past = name not in causes and past is not None and not past.is_over(now)
            episode.caused_by = episode.caused_by if is_past else causes.get(name, "")
            cause = self._episodes.get(episode.caused_by)
            if cause is not None and cause.reported_at is None and episode.is_unreported:
                cause.began_at = min(cause.began_at, episode.began_at)

    def _would_resolve_too_early(self, over: Mapping[str, _Episode]) -> bool:
        """True if all reported problems are over, but another one is still too short to be reported or resolved."""
        left = [episode for name, episode in self._episodes.items() if name not in over]
        return bool(left) and all(episode.reported_at is None for episode in left)

    def _may_send(self, now: datetime) -> bool:
        return all(wait is None or wait.is_over(now) for wait in (self._since_sent, self._since_failed))

    def _report(self, new: Mapping[str, _Episode], over: Mapping[str, _Episode], now: datetime) -> None:
        left = {
            name: episode
            for name, episode in self._episodes.items()
            # With a new problem, each part that an earlier version reported is known by its own name.
            if episode.reported_at is not None and name not in over and not (new and name == _EARLIER)
        }
        if not self._deliver(PROBLEM if new or left else RESOLVED, _text(new, over, left), now):
            return
        for episode in new.values():
            episode.reported_at = now
        for name in over:
            del self._episodes[name]
        if new:
            self._episodes.pop(_EARLIER, None)

    def _deliver(self, status: str, text: str, now: datetime) -> bool:
        try:
            self.send(status, text)
        except WebhookFailed as exc:
            log.warning("an alert could not be sent, trying again in %s: %s", self._next_wait, exc)
            self._since_failed = Wait(now, self._next_wait)
            self._next_wait = min(2 * self._next_wait, LONGEST_WAIT)
            return False
        self._since_sent, self._since_failed, self._next_wait = Wait(now, BETWEEN_MESSAGES), None, SHORTEST_WAIT
        log.info("alert sent status=%s", status)
        return True

    def _load(self, now: datetime) -> None:
        if self._has_read:
            return
        self._has_read = True
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            for name, episode in _loads(self.memory.read_text(encoding="utf-8")).items():
                if episode.reported_at is not None or now - episode.began_at < UNREPORTED_KEPT_FOR:
                    self._episodes[name] = episode

    def _state(self) -> dict[str, Any]:
        """The content of the memory."""
        return {
            name: {
                # The names in the file are those of the first version that wrote it.
                "wrong_since": episode.began_at.isoformat(),
                "reported_at": None if episode.reported_at is None else episode.reported_at.isoformat(),
            }
            for name, episode in sorted(self._episodes.items())
        }

    def _save(self) -> None:
        try:
            if not self._episodes:
                self.memory.unlink(missing_ok=True)
                return
            atomic_file.write(self.memory, json.dumps({"parts": self._state()}))
        except OSError as exc:
            log.warning("reported problems cannot be stored for the next start path=%s: %s", self.memory, exc.strerror)


def _loads(content: str) -> dict[str, _Episode]:
    """Parse the content of a memory, also of an earlier version. Raises ValueError, KeyError, TypeError or
    AttributeError."""
    stored = json.loads(content)
    if "told_since" in stored:
        since = _instant(stored["told_since"])
        return {_EARLIER: _Episode(since, reported_at=since)}
    return {
        str(name): _Episode(
            _instant(episode["wrong_since"]),
            reported_at=None if episode["reported_at"] is None else _instant(episode["reported_at"]),
        )
        for name, episode in stored["parts"].items()
    }


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return instant


def _text(new: Mapping[str, _Episode], over: Mapping[str, _Episode], left: Mapping[str, _Episode]) -> str:
    """A message: the new problems, those that are over, and those that were reported before and are not."""
    if not new and not left:
        return f"Twitch Watch Time: all problems are resolved, after {_span(over.values())}"
    parts = []
    if new:
        since = min(episode.began_at for episode in new.values())
        parts.append(f"problem since {since:%F %H:%M} UTC: {'; '.join(_messages(new))}")
    if over:
        parts.append("resolved: " + "; ".join(f"{name}, after {_span([episode])}" for name, episode in over.items()))
    if left:
        still = "; ".join(f"{name} since {episode.began_at:%F %H:%M} UTC" for name, episode in left.items())
        parts.append(f"not resolved yet: {still}")
    text = f"Twitch Watch Time: {'. '.join(parts)}"
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"


def _messages(episodes: Mapping[str, _Episode]) -> Iterable[str]:
    """The message of each cause, and the names of its consequences."""
    for name, episode in episodes.items():
        if episode.caused_by in episodes:
            continue
        caused = ", ".join(other for other, one in episodes.items() if one.caused_by == name)
        is_long = len(episode.message) > MOST_CHARACTERS_PER_PROBLEM
        message = f"{episode.message[:MOST_CHARACTERS_PER_PROBLEM]}…" if is_long else episode.message
        yield f"{message} (therefore also: {caused})" if caused else message


def _span(episodes: Iterable[_Episode]) -> str:
    """From the beginning of the first to the end of the last, in hours and minutes."""
    ended = [(episode.began_at, episode.ended_at or episode.began_at) for episode in episodes]
    lasted = max(end for _, end in ended) - min(begin for begin, _ in ended)
    hours, minutes = divmod(round(lasted / timedelta(minutes=1)), 60)
    return f"{hours} h {minutes} min"
