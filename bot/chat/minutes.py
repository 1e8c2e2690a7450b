"""Minutes of chat, counted from batches. Pure: the same batches give the same minutes, also when they are read again.

**Message**: its id was not seen before, it was written in this channel (not in another one of a shared chat), and its
author has not opted out. **Chatters**: the distinct authors of these, exact within a minute. A minute is closed when a
batch comes 15 s after its end, from each listener that has a part of it. Times are in ms since 1970.
"""

from collections import Counter
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from typing import Final

from bot.chat.events import ChatEvent, Covered, Moderated, Noticed, Said
from helperfunctions.irc import Flag, NoticeKind

MINUTE_MS: Final = 60_000
CLOSED_AFTER_MS: Final = 15_000
# An event that is dated further ahead of its arrival has a wrong time.
_MOST_AHEAD_MS: Final = 60_000
# A listener that is behind another one by more than this has ended, as far as a minute is concerned that both have.
GONE_AFTER_MS: Final = 300_000
# A batch that is older than the one before by more than this came after the clock was set back.
_CLOCK_WAS_SET_MS: Final = 60_000
_TOP_EMOTES: Final = 5


@dataclass(slots=True)
class Minute:
    """The counts of a channel in a minute that begins at `begin_ms`. `first_seqs`: the first batch of each listener
    that has a part of it. `emotes`: uses by id, `emote_messages`: messages with it. `covered`: spans in ms, in their
    order, without overlaps. `keys` and `authors`: hashes, which never leave this process."""

    channel_id: str
    begin_ms: int
    first_seqs: dict[str, int]
    messages: int = 0
    mirrored_messages: int = 0
    subscriber_messages: int = 0
    first_time_messages: int = 0
    bot_messages: int = 0
    emote_only_messages: int = 0
    command_messages: int = 0
    bits: int = 0
    subs: int = 0
    gifted_subs: int = 0
    raid_viewers: int = 0
    removed_messages: int = 0
    timeouts: int = 0
    late_messages: int = 0
    covered: list[tuple[int, int]] = field(default_factory=list)
    is_closed: bool = False
    emotes: Counter[str] = field(default_factory=Counter)
    emote_messages: Counter[str] = field(default_factory=Counter)
    keys: set[int] = field(default_factory=set)
    authors: set[int] = field(default_factory=set)

    @property
    def covered_seconds(self) -> int:
        """The whole seconds for which everything was heard."""
        return sum(end_ms - begin_ms for begin_ms, end_ms in self.covered) // 1000

    def cover(self, begin_ms: int, end_ms: int) -> None:
        """Add a span; what two listeners have heard at the same time counts once."""
        if end_ms <= begin_ms:
            return
        apart = [span for span in self.covered if span[1] < begin_ms or span[0] > end_ms]
        touching = [span for span in self.covered if span not in apart]
        begins, ends = [begin_ms, *(span[0] for span in touching)], [end_ms, *(span[1] for span in touching)]
        self.covered = sorted([*apart, (min(begins), max(ends))])

    def top_emotes(self) -> list[tuple[str, int]]:
        """The emotes that were used most, and how often; of equals, the one whose id comes first."""
        return sorted(self.emotes.items(), key=lambda item: (-item[1], item[0]))[:_TOP_EMOTES]

    def said(self, event: Said) -> None:
        """Count a message."""
        if event.flags & Flag.MIRRORED:
            self.mirrored_messages += 1
            return
        self.messages += 1
        self.authors.add(event.chatter)
        self.subscriber_messages += bool(event.flags & Flag.SUBSCRIBER)
        self.first_time_messages += bool(event.flags & Flag.FIRST)
        self.bot_messages += bool(event.flags & Flag.BOT)
        self.emote_only_messages += bool(event.flags & Flag.EMOTES_ONLY)
        self.command_messages += bool(event.flags & Flag.COMMAND)
        self.bits += event.bits
        for emote, uses in event.emotes:
            self.emotes[emote] += uses
            self.emote_messages[emote] += 1

    def noticed(self, event: Noticed) -> None:
        """Count a subscription, a gift or a raid."""
        match event.kind:
            case NoticeKind.SUB:
                self.subs += 1
            case NoticeKind.GIFTED_SUB:
                self.gifted_subs += 1
            case NoticeKind.RAID:
                self.raid_viewers += event.amount

    def moderated(self, event: Moderated) -> None:
        """Count a removed message or a timeout."""
        if event.is_timeout:
            self.timeouts += 1
        else:
            self.removed_messages += 1


@dataclass(slots=True)
class OpenMinutes:
    """The open minutes of some channels, which several listeners may fill: a channel can move from one to another in
    the middle of a minute. `arrived_ms`: how far each of these has come; `changed`: minutes that are not stored yet."""

    minutes: dict[tuple[str, int], Minute] = field(default_factory=dict)
    changed: dict[tuple[str, int], Minute] = field(default_factory=dict)
    arrived_ms: dict[str, int] = field(default_factory=dict)


class Minutes:
    """The open minutes of a listener. `closed_until_ms`: what is before is closed and stored already. `shared`: the
    minutes of several listeners, each of which has its own instance of this class."""

    def __init__(
        self,
        seq: int = 0,
        closed_until_ms: int = 0,
        opted_out: Set[int] = frozenset(),
        listener: str = "",
        shared: OpenMinutes | None = None,
    ) -> None:
        self.seq = seq
        """The last batch that was applied."""
        self.closed_until_ms = closed_until_ms
        self.opted_out = opted_out
        self._listener = listener
        self._shared = shared if shared is not None else OpenMinutes()
        self._arrived_ms = 0
        # Nothing that was sent before counts as heard.
        self._complete_from_ms = 0

    @property
    def cursor(self) -> int:
        """The last batch that is not needed again to count the open minutes."""
        mine = (minute.first_seqs.get(self._listener) for minute in self._shared.minutes.values())
        return min((seq for seq in mine if seq is not None), default=self.seq + 1) - 1

    def changed(self) -> list[Minute]:
        """The minutes that changed or were closed since the last call of `stored`."""
        return list(self._shared.changed.values())

    def stored(self) -> None:
        """Forget which minutes changed: they are stored."""
        self._shared.changed.clear()

    def lost(self, until_ms: int) -> None:
        """Batches are missing that came up to an instant. When what they had was heard, a later one says: this does not
        count as heard."""
        self._complete_from_ms = max(self._complete_from_ms, until_ms)

    def apply(self, seq: int, at_ms: int, events: Iterable[ChatEvent]) -> None:
        """Count a batch, and close the minutes that are over. Batches come in the order of `seq`."""
        if at_ms < max(self._arrived_ms, self.closed_until_ms) - _CLOCK_WAS_SET_MS:
            # Minutes in the future were closed by a wrong clock, perhaps before a stop.
            self._arrived_ms = at_ms
            self.closed_until_ms = min(self.closed_until_ms, _closed_at(at_ms))
            self._complete_from_ms = min(self._complete_from_ms, at_ms)
        self._arrived_ms = self._shared.arrived_ms[self._listener] = max(self._arrived_ms, at_ms)
        self.seq = seq
        for event in events:
            if isinstance(event, Covered):
                self._cover(event)
            elif isinstance(event, Said) and event.chatter in self.opted_out:
                continue
            else:
                self._count(event)
        self._close(_closed_at(self._arrived_ms))

    def _count(self, event: Said | Noticed | Moderated) -> None:
        begin_ms = event.sent_ms - event.sent_ms % MINUTE_MS
        is_lost = begin_ms < _closed_at(self._arrived_ms) or event.sent_ms > self._arrived_ms + _MOST_AHEAD_MS
        if is_lost:
            # Counted in the minute in which it came: that one is open, so reading the batch again changes nothing.
            begin_ms = self._arrived_ms - self._arrived_ms % MINUTE_MS
        if begin_ms < self.closed_until_ms:
            # Read again after a stop: it is in a stored minute.
            return
        minute = self._minute(event.channel_id, begin_ms)
        if event.key in minute.keys:
            return
        minute.keys.add(event.key)
        if is_lost:
            minute.late_messages += isinstance(event, Said)
        elif isinstance(event, Said):
            minute.said(event)
        elif isinstance(event, Noticed):
            minute.noticed(event)
        else:
            minute.moderated(event)

    def _cover(self, event: Covered) -> None:
        from_ms = max(event.from_ms, self._complete_from_ms)
        earliest_ms = max(from_ms, self.closed_until_ms, _closed_at(self._arrived_ms))
        begin_ms = earliest_ms - earliest_ms % MINUTE_MS
        while begin_ms < event.to_ms:
            span = max(from_ms, begin_ms), min(event.to_ms, begin_ms + MINUTE_MS)
            for channel_id in event.channel_ids:
                self._minute(channel_id, begin_ms).cover(*span)
            begin_ms += MINUTE_MS

    def _minute(self, channel_id: str, begin_ms: int) -> Minute:
        key = (channel_id, begin_ms)
        minute = self._shared.minutes.get(key)
        if minute is None:
            minute = self._shared.minutes[key] = Minute(channel_id, begin_ms, {})
        minute.first_seqs.setdefault(self._listener, self.seq)
        self._shared.changed[key] = minute
        return minute

    def _close(self, until_ms: int) -> None:
        if until_ms <= self.closed_until_ms:
            return
        waiting_for_others = until_ms
        mine = [key for key, minute in self._shared.minutes.items() if self._listener in minute.first_seqs]
        for key in mine:
            if key[1] >= until_ms:
                continue
            if self._is_waited_for(self._shared.minutes[key]):
                waiting_for_others = min(waiting_for_others, key[1])
            else:
                self._close_one(key)
        self.closed_until_ms = max(self.closed_until_ms, waiting_for_others)

    def close_all(self) -> None:
        """Close the minutes of a listener from which nothing comes any more."""
        for key in [key for key, minute in self._shared.minutes.items() if self._listener in minute.first_seqs]:
            self._close_one(key)
            self.closed_until_ms = max(self.closed_until_ms, key[1] + MINUTE_MS)

    def _is_waited_for(self, minute: Minute) -> bool:
        """True if another listener that has a part of a minute may still have more of it."""
        if minute.begin_ms <= self._arrived_ms - GONE_AFTER_MS:
            return False
        others = (self._shared.arrived_ms.get(one, 0) for one in minute.first_seqs if one != self._listener)
        return any(_closed_at(arrived_ms) <= minute.begin_ms for arrived_ms in others)

    def _close_one(self, key: tuple[str, int]) -> None:
        minute = self._shared.minutes.pop(key)
        minute.is_closed = True
        minute.keys.clear()
        self._shared.changed[key] = minute


def _closed_at(at_ms: int) -> int:
    """The end of the newest minute that is closed when a batch comes at an instant."""
    return (at_ms - CLOSED_AFTER_MS) // MINUTE_MS * MINUTE_MS
