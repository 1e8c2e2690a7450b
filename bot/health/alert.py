"""Messages about troubles: one when a part has been wrong for too long, one when it is well again."""

import json
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bot.health.rules import JUDGED_WITHOUT_DATABASE, Trouble
from helperfunctions import atomic_file
from helperfunctions.errors import WebhookFailed

log = logging.getLogger(__name__)

# What passes by itself within this is not reported. With the time that it takes to notice it, and one failed attempt to
# send, the message is there within a quarter of an hour.
TOO_LONG: Final = timedelta(minutes=10)
# What comes back within this was not over.
WELL_AFTER: Final = timedelta(minutes=15)
# After a message the next one waits this long, and then has all that is new.
BETWEEN_MESSAGES: Final = timedelta(minutes=4)
SHORTEST_WAIT: Final = timedelta(minutes=1)
LONGEST_WAIT: Final = timedelta(hours=1)
# What was not reported yet when the process ended, and is wrong again after this, is not the same trouble.
UNREPORTED_KEPT_FOR: Final = timedelta(hours=1)
# Discord takes no message of more than 2,000 characters.
MOST_CHARACTERS: Final = 1800
MOST_CHARACTERS_PER_TROUBLE: Final = 400

# The memory of earlier versions does not say which parts were reported.
_EARLIER: Final = "what was reported before"


@dataclass(slots=True)
class _Episode:
    """The time during which one part is wrong, with pauses shorter than WELL_AFTER."""

    wrong_since: datetime
    reported_at: datetime | None = None
    well_since: datetime | None = None
    says: str = ""

    def is_due(self, now: datetime) -> bool:
        """Whether it is to be reported by now."""
        return self.reported_at is None and self.well_since is None and now - self.wrong_since >= TOO_LONG

    def is_over(self, now: datetime) -> bool:
        """Whether it is to be reported as over by now."""
        return self.reported_at is not None and self.well_since is not None and now - self.well_since >= WELL_AFTER


@dataclass(slots=True)
class Alerter:
    """Watches each part that can be wrong, and reports what is new and what is over.

    `send` delivers a message, or raises WebhookFailed. Its status is `well` when nothing that was reported is wrong any
    more, else `trouble`. `memory` is a file with what was reported, so that a restart does not report it again.
    """

    send: Callable[[str, str], None]
    memory: Path
    _episodes: dict[str, _Episode] = field(default_factory=dict)
    _sent_at: datetime | None = None
    _not_before: datetime | None = None
    _wait: timedelta = field(default=SHORTEST_WAIT)
    _has_read: bool = False

    def look(self, troubles: Sequence[Trouble], now: datetime) -> None:
        """Send what is to be reported by now: at most one message."""
        self._remember(now)
        before = self._remembered()
        self._follow(troubles, now)
        new = {name: episode for name, episode in self._episodes.items() if episode.is_due(now)}
        over = {name: episode for name, episode in self._episodes.items() if episode.is_over(now)}
        if not new and self._may_become_well(over):
            # Something is wrong that is too short to be reported: soon it is reported, or gone.
            over = {}
        if not (new or over):
            # The next message is sent at its time, even if the last one could not be delivered.
            self._not_before, self._wait = None, SHORTEST_WAIT
        elif self._may_send(now):
            self._report(new, over, now)
        if self._remembered() != before:
            self._keep()

    def _follow(self, troubles: Sequence[Trouble], now: datetime) -> None:
        says: dict[str, str] = {}
        for trouble in troubles:
            says[trouble.name] = "; ".join(filter(None, [says.get(trouble.name), trouble.says]))
        for name, what in says.items():
            episode = self._episodes.setdefault(name, _Episode(now))
            # The clock may have been set back.
            episode.wrong_since = min(episode.wrong_since, now)
            episode.well_since, episode.says = None, what
        for name in self._episodes.keys() - says.keys():
            episode = self._episodes[name]
            if episode.reported_at is None:
                del self._episodes[name]
            elif "database" in says and name.partition(" (")[0] not in JUDGED_WITHOUT_DATABASE:
                # Nobody knows whether it is well again.
                episode.well_since = None
            else:
                episode.well_since = min(episode.well_since or now, now)

    def _may_become_well(self, over: Mapping[str, _Episode]) -> bool:
        """Whether all that was reported is over while something else is wrong."""
        left = [episode for name, episode in self._episodes.items() if name not in over]
        return bool(left) and all(episode.reported_at is None for episode in left)

    def _may_send(self, now: datetime) -> bool:
        is_too_soon = self._sent_at is not None and timedelta(0) <= now - self._sent_at < BETWEEN_MESSAGES
        return not is_too_soon and (self._not_before is None or now >= self._not_before)

    def _report(self, new: Mapping[str, _Episode], over: Mapping[str, _Episode], now: datetime) -> None:
        left = {
            name: episode
            for name, episode in self._episodes.items()
            # With something new, what an earlier version reported is known by its parts from here on.
            if episode.reported_at is not None and name not in over and not (new and name == _EARLIER)
        }
        if not self._deliver("trouble" if new or left else "well", _text(new, over, left), now):
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
            log.warning("an alert could not be sent, trying again in %s: %s", self._wait, exc)
            self._not_before, self._wait = now + self._wait, min(2 * self._wait, LONGEST_WAIT)
            return False
        self._sent_at, self._not_before, self._wait = now, None, SHORTEST_WAIT
        log.info("alert sent status=%s", status)
        return True

    def _remember(self, now: datetime) -> None:
        if self._has_read:
            return
        self._has_read = True
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            for name, episode in _loads(self.memory.read_text(encoding="utf-8")).items():
                if episode.reported_at is not None or now - episode.wrong_since < UNREPORTED_KEPT_FOR:
                    self._episodes[name] = episode

    def _remembered(self) -> dict[str, Any]:
        """What the memory holds."""
        return {
            name: {
                "wrong_since": episode.wrong_since.isoformat(),
                "reported_at": None if episode.reported_at is None else episode.reported_at.isoformat(),
            }
            for name, episode in sorted(self._episodes.items())
        }

    def _keep(self) -> None:
        try:
            if not self._episodes:
                self.memory.unlink(missing_ok=True)
                return
            atomic_file.write(self.memory, json.dumps({"parts": self._remembered()}))
        except OSError as exc:
            log.warning("what was alerted cannot be kept for the next start path=%s: %s", self.memory, exc.strerror)


def _loads(content: str) -> dict[str, _Episode]:
    """What `_keep` wrote, or an earlier version. Raises ValueError, KeyError, TypeError or AttributeError."""
    kept = json.loads(content)
    if "told_since" in kept:
        since = _instant(kept["told_since"])
        return {_EARLIER: _Episode(since, reported_at=since)}
    return {
        str(name): _Episode(
            _instant(episode["wrong_since"]),
            reported_at=None if episode["reported_at"] is None else _instant(episode["reported_at"]),
        )
        for name, episode in kept["parts"].items()
    }


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return instant


def _text(new: Mapping[str, _Episode], over: Mapping[str, _Episode], left: Mapping[str, _Episode]) -> str:
    """A message: what is new, what is over, and what is still wrong of what was reported earlier."""
    if not new and not left:
        return f"Twitch Watch Time: all is well again, after {_span(over.values())}"
    parts = []
    if new:
        since = min(episode.wrong_since for episode in new.values())
        parts.append(f"trouble since {since:%F %H:%M} UTC: {'; '.join(_says(new))}")
    if over:
        parts.append("over: " + "; ".join(f"{name}, after {_span([episode])}" for name, episode in over.items()))
    if left:
        still = "; ".join(f"{name} since {episode.wrong_since:%F %H:%M} UTC" for name, episode in left.items())
        parts.append(f"still wrong: {still}")
    text = f"Twitch Watch Time: {'. '.join(parts)}"
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"


def _says(episodes: Mapping[str, _Episode]) -> Iterable[str]:
    for episode in episodes.values():
        is_long = len(episode.says) > MOST_CHARACTERS_PER_TROUBLE
        yield f"{episode.says[:MOST_CHARACTERS_PER_TROUBLE]}…" if is_long else episode.says


def _span(episodes: Iterable[_Episode]) -> str:
    """From the beginning of the first to the end of the last."""
    ended = [(episode.wrong_since, episode.well_since or episode.wrong_since) for episode in episodes]
    lasted = max(end for _, end in ended) - min(begin for begin, _ in ended)
    hours, minutes = divmod(round(lasted / timedelta(minutes=1)), 60)
    return f"{hours} h {minutes} min"
