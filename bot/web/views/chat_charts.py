"""The charts of a channel's chat: messages and viewers, one above the other on the same axis of time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.web.read.chat import ChatMinute, ChatMoment, every_minute
from bot.web.views.charts.lines import LinePlot, Series, lines
from bot.web.views.charts.scale import TimeLabel

_MOST_POINTS: Final = 240
_MOST_LABELS: Final = 9
_STEPS: Final = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 30, 60, 180, 360, 720, 1440))


@dataclass(frozen=True, slots=True)
class ChatCharts:
    """Messages per minute with the hype moments marked, and viewers, over the same time."""

    messages: LinePlot
    viewers: LinePlot


@dataclass(frozen=True, slots=True)
class ChatSummary:
    """Closed minutes together. Rates and shares are None without a minute that was heard whole."""

    messages: int
    coverage: float | None
    messages_per_minute: float | None
    messages_per_watch_hour: float | None
    per_1000_viewers: float | None
    subscriber_share: float | None
    subs: int
    bits: int
    raid_viewers: int
    removed: int


def summary(minutes: Sequence[ChatMinute]) -> ChatSummary:
    """The closed minutes together; rates are of those that were heard whole."""
    closed = [one for one in minutes if one.is_closed]
    heard = [one for one in closed if one.is_covered]
    watched = [one for one in heard if one.viewers is not None]
    messages, viewer_minutes = sum(one.messages for one in heard), sum(one.viewers or 0 for one in watched)
    of_watched = sum(one.messages for one in watched)
    return ChatSummary(
        messages=sum(one.messages for one in closed),
        coverage=sum(one.covered_seconds for one in closed) / (60 * len(closed)) if closed else None,
        messages_per_minute=messages / len(heard) if heard else None,
        messages_per_watch_hour=60 * of_watched / viewer_minutes if viewer_minutes else None,
        per_1000_viewers=1000 * of_watched / viewer_minutes if viewer_minutes else None,
        subscriber_share=sum(one.subscriber_messages for one in heard) / messages if messages else None,
        subs=sum(one.subs + one.gifted_subs for one in closed),
        bits=sum(one.bits for one in closed),
        raid_viewers=sum(one.raid_viewers for one in closed),
        removed=sum(one.removed_messages for one in closed),
    )


def charts(
    minutes: Sequence[ChatMinute],
    moments: Sequence[ChatMoment],
    since: datetime,
    until: datetime,
    zone: ZoneInfo,
) -> ChatCharts | None:
    """The charts between two instants; None with fewer than two minutes. A minute that was not heard whole is a gap."""
    places = every_minute(minutes, since, until)
    if sum(one is not None for one in places) < 2:
        return None
    first = since.replace(second=0, microsecond=0)
    step = max(1, -(-len(places) // _MOST_POINTS))
    at = [first + timedelta(minutes=n) for n in range(0, len(places), step)]
    groups = [places[n : n + step] for n in range(0, len(places), step)]
    said = [_average([one.messages for one in group if one and one.is_covered]) for group in groups]
    seen = [_average([one.viewers for one in group if one and one.viewers is not None]) for group in groups]
    # The points of a line are from one edge to the other.
    length = at[-1] - first
    marks = [
        (round(min(100 * (one.starts_at - first) / length, 100), 2), f"{one.times_usual:.1f}×")
        for one in moments
        if first <= one.starts_at < until
    ]
    labels = _labels(first, at[-1], zone)
    messages = lines("Messages per minute", "messages", at, [Series("messages", said)], zone, height=180)
    viewers = lines("Viewers", "viewers", at, [Series("viewers", seen)], zone, height=100)
    return ChatCharts(replace(messages, labels=labels, marks=tuple(marks)), replace(viewers, labels=labels))


def _labels(first: datetime, until: datetime, zone: ZoneInfo) -> list[TimeLabel]:
    """Labels at round times of the wall clock, some of which are left out where there is little room."""
    length = (until - first).total_seconds()
    step = next((step for step in _STEPS if length / step.total_seconds() <= _MOST_LABELS), _STEPS[-1])
    midnight = first.astimezone(zone).replace(hour=0, minute=0)
    at = midnight + -((midnight - first) // step) * step
    found: list[TimeLabel] = []
    while at < until:
        place = 100 * (at - first).total_seconds() / length
        # Texts are centred: those at the edges would be cut off.
        if 3 <= place <= 97:
            local = at.astimezone(zone)
            instant = at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            found.append(TimeLabel(round(place, 2), f"{local:%H:%M}", instant, is_minor=len(found) % 2 == 1))
        at += step
    return found


def _average(values: Sequence[int]) -> float | None:
    return sum(values) / len(values) if values else None
