"""Minutes of chat: what counts, when a minute is closed, and that reading again changes nothing."""

from collections.abc import Sequence
from random import Random

import pytest

from bot.chat.events import ChatEvent, Covered, Moderated, Noticed, Said, UnknownFormat, decode, encode
from bot.chat.minutes import GONE_AFTER_MS, Minute, Minutes, OpenMinutes
from helperfunctions.irc import Flag

# 2026-11-21 16:00 UTC
NOON = 1_795_276_800_000
SECOND = 1_000
MINUTE = 60 * SECOND


def said(key: int, at: int = NOON, chatter: int = 1, flags: int = 0, channel: str = "11", **more: object) -> Said:
    given: dict[str, object] = {"bits": 0, "emotes": ()} | more
    return Said(channel, at, key, chatter, flags, **given)  # type: ignore[arg-type]


def count(*batches: tuple[int, Sequence[ChatEvent]], opted_out: frozenset[int] = frozenset()) -> Minutes:
    """Minutes after batches, each with its time."""
    minutes = Minutes(opted_out=opted_out)
    for seq, (at_ms, events) in enumerate(batches, start=1):
        minutes.apply(seq, at_ms, events)
    return minutes


def only(minutes: Minutes) -> Minute:
    [minute] = minutes.changed()
    return minute


def test_messages_are_counted_once_with_their_authors() -> None:
    minute = only(count((NOON + SECOND, [said(1), said(2, chatter=2), said(1), said(3)]), (NOON + 2, [said(2)])))
    assert (minute.messages, len(minute.authors)) == (3, 2)


@pytest.mark.parametrize(
    ("event", "column", "value"),
    [
        (said(1, flags=Flag.MIRRORED), "mirrored_messages", 1),
        (said(1, flags=Flag.SUBSCRIBER), "subscriber_messages", 1),
        (said(1, flags=Flag.FIRST), "first_time_messages", 1),
        (said(1, flags=Flag.BOT), "bot_messages", 1),
        (said(1, flags=Flag.EMOTES_ONLY), "emote_only_messages", 1),
        (said(1, flags=Flag.COMMAND), "command_messages", 1),
        (said(1, bits=100), "bits", 100),
        (Noticed("11", NOON, 1, "sub", 1), "subs", 1),
        (Noticed("11", NOON, 1, "gifted_sub", 1), "gifted_subs", 1),
        (Noticed("11", NOON, 1, "raid", 321), "raid_viewers", 321),
        (Moderated("11", NOON, 1, is_timeout=True), "timeouts", 1),
        (Moderated("11", NOON, 1, is_timeout=False), "removed_messages", 1),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_event_is_counted_in_its_column(event: ChatEvent, column: str, value: int) -> None:
    minute = only(count((NOON, [event, event])))
    assert getattr(minute, column) == value
    assert minute.messages == (isinstance(event, Said) and column != "mirrored_messages")


def test_a_mirrored_message_has_no_chatter_and_no_emotes() -> None:
    minute = only(count((NOON, [said(1, flags=Flag.MIRRORED, emotes=[("25", 2)])])))
    assert (minute.messages, minute.authors, minute.top_emotes()) == (0, set(), [])


def test_the_top_emotes_are_the_five_used_most() -> None:
    emotes = [(str(number), number) for number in range(1, 8)]
    minute = only(count((NOON, [said(1, emotes=emotes), said(2, emotes=[("1", 5)])])))
    assert minute.top_emotes() == [("7", 7), ("1", 6), ("6", 6), ("5", 5), ("4", 4)]


def test_a_chatter_who_opted_out_is_not_counted() -> None:
    minute = only(count((NOON, [said(1), said(2, chatter=5)]), opted_out=frozenset({5})))
    assert (minute.messages, minute.authors) == (1, {1})


def test_a_minute_is_closed_15_seconds_after_its_end_and_the_cursor_moves() -> None:
    minutes = count(
        (NOON + 59 * SECOND, [said(1)]), (NOON + 61 * SECOND, [said(2, NOON + MINUTE)]), (NOON + 74 * SECOND, [])
    )
    assert [one.is_closed for one in minutes.changed()] == [False, False]
    assert minutes.cursor == 0
    minutes.apply(4, NOON + 75 * SECOND, [])
    assert [one.is_closed for one in minutes.changed()] == [True, False]
    assert (minutes.cursor, minutes.closed_until_ms) == (1, NOON + MINUTE)


def test_a_message_within_15_seconds_after_its_minute_is_counted_there() -> None:
    minutes = count((NOON + 74 * SECOND, [said(1, NOON + 59 * SECOND)]))
    assert [(one.begin_ms, one.messages) for one in minutes.changed()] == [(NOON, 1)]


@pytest.mark.parametrize("away", [-3600 * SECOND, -76 * SECOND, 61 * SECOND], ids=["an hour old", "late", "ahead"])
def test_a_message_with_another_time_is_counted_as_late_in_the_minute_in_which_it_came(away: int) -> None:
    minute = only(count((NOON + SECOND, [said(1, NOON + SECOND + away), said(1, NOON + SECOND + away)])))
    assert (minute.begin_ms, minute.late_messages, minute.messages, minute.authors) == (NOON, 1, 0, set())


def test_coverage_is_split_at_the_minutes_and_has_whole_seconds() -> None:
    minutes = count(
        (NOON + 2 * MINUTE, [Covered(NOON + 30 * SECOND + 1, NOON + MINUTE + 70 * SECOND, ["11", "12"])]),
        (NOON + 2 * MINUTE + 1, [Covered(NOON + MINUTE + 70 * SECOND, NOON + 3 * MINUTE, ["11"])]),
    )
    # The first minute was closed before the batch came.
    found = {(one.channel_id, (one.begin_ms - NOON) // MINUTE): one.covered_seconds for one in minutes.changed()}
    assert found == {("11", 1): 60, ("12", 1): 60, ("11", 2): 60, ("12", 2): 10}


def test_a_clock_that_was_set_back_does_not_close_the_present() -> None:
    minutes = count((NOON + 60 * MINUTE, []), (NOON + SECOND, [said(1, NOON)]))
    assert [(one.begin_ms, one.messages, one.is_closed) for one in minutes.changed()] == [(NOON, 1, False)]


def test_minutes_that_a_wrong_clock_closed_before_a_stop_do_not_close_the_present() -> None:
    minutes = Minutes(seq=10, closed_until_ms=NOON + 365 * 24 * 60 * MINUTE)
    minutes.apply(11, NOON + 5 * SECOND, [said(1, NOON), Covered(NOON, NOON + 3 * SECOND, ["11"])])
    assert (only(minutes).messages, only(minutes).covered_seconds) == (1, 3)


def test_what_was_heard_while_batches_were_lost_is_not_covered() -> None:
    """That something was heard is in a later batch than what was heard."""
    minutes = Minutes()
    minutes.apply(1, NOON + 10 * SECOND, [Covered(NOON, NOON + 8 * SECOND, ["11"])])
    minutes.lost(NOON + 13 * SECOND)
    minutes.apply(5, NOON + 13 * SECOND, [Covered(NOON + 8 * SECOND, NOON + 10 * SECOND, ["11"])])
    minutes.apply(6, NOON + 63 * SECOND, [Covered(NOON + 10 * SECOND, NOON + 60 * SECOND, ["11"])])
    assert only(minutes).covered == [(NOON, NOON + 8 * SECOND), (NOON + 13 * SECOND, NOON + MINUTE)]


def test_a_minute_of_two_listeners_has_what_both_heard_and_is_closed_when_both_are_past_it() -> None:
    """A channel that moves from one listener to another: what both heard is counted once."""
    shared = OpenMinutes()
    old, new = (Minutes(listener=name, shared=shared) for name in ("old", "new"))
    old.apply(7, NOON + 20 * SECOND, [said(1), said(2, chatter=2), Covered(NOON, NOON + 20 * SECOND, ["11"])])
    new.apply(1, NOON + 40 * SECOND, [said(2, chatter=2), said(3), Covered(NOON + 10 * SECOND, NOON + MINUTE, ["11"])])
    new.apply(2, NOON + 75 * SECOND, [])
    # The old one may have more.
    [minute] = old.changed()
    assert (minute.is_closed, new.cursor, new.closed_until_ms, old.cursor) == (False, 0, NOON, 6)
    old.apply(8, NOON + 76 * SECOND, [])
    assert (minute.is_closed, minute.messages, len(minute.authors), minute.covered_seconds) == (True, 3, 2, 60)
    new.apply(3, NOON + 77 * SECOND, [])
    assert (new.cursor, old.cursor, new.closed_until_ms) == (3, 8, NOON + MINUTE)


def test_a_minute_does_not_wait_for_a_listener_that_is_gone() -> None:
    shared = OpenMinutes()
    old, new = (Minutes(listener=name, shared=shared) for name in ("old", "new"))
    old.apply(1, NOON + 20 * SECOND, [said(1)])
    new.apply(1, NOON + 40 * SECOND, [said(2)])
    new.apply(2, NOON + GONE_AFTER_MS - 1, [])
    [minute] = new.changed()
    assert not minute.is_closed
    new.apply(3, NOON + GONE_AFTER_MS + MINUTE, [])
    assert (minute.is_closed, minute.messages, old.cursor) == (True, 2, 1)


def test_the_minutes_of_a_listener_that_was_given_up_are_closed() -> None:
    shared = OpenMinutes()
    old, new = (Minutes(listener=name, shared=shared) for name in ("old", "new"))
    old.apply(1, NOON, [said(1)])
    new.apply(1, NOON, [said(2, channel="12")])
    old.close_all()
    assert [(one.channel_id, one.is_closed) for one in old.changed()] == [("11", True), ("12", False)]
    assert (old.cursor, old.closed_until_ms, new.cursor) == (1, NOON + MINUTE, 0)


@pytest.mark.parametrize(
    ("spans", "seconds"),
    [
        ([(0, 20), (20, 60)], 60),
        ([(0, 20), (10, 30)], 30),
        ([(40, 60), (0, 10), (5, 6)], 30),
        ([(0, 10), (20, 30), (10, 20)], 30),
        ([(5, 5)], 0),
    ],
    ids=["one after the other", "overlapping", "in disorder", "closing a gap", "empty"],
)
def test_what_was_heard_twice_is_covered_once(spans: Sequence[tuple[int, int]], seconds: int) -> None:
    minute = Minute("11", NOON, {})
    for begin, end in spans:
        minute.cover(NOON + begin * SECOND, NOON + end * SECOND)
    assert minute.covered_seconds == seconds


def a_chat(seed: int, batches: int = 400) -> list[tuple[int, list[ChatEvent]]]:
    """Batches with duplicates, disorder, late events and coverage."""
    random, found, keys = Random(seed), [], list(range(1, batches * 5))
    for number in range(batches):
        at_ms = NOON + number * 700
        events: list[ChatEvent] = []
        for _ in range(random.randint(0, 5)):
            key = random.choice(keys)
            # The time of a message is always the same.
            sent_ms = NOON + key * 140 + Random(key).choice((0, 0, -2000, -30_000, 100_000, -3_600_000))
            if abs(sent_ms - at_ms) < 90_000:
                events.append(said(key, sent_ms, key % 7, channel=str(key % 2), emotes=[(str(key % 3), 1)]))
        events.append(Covered(at_ms - 2700, at_ms - 2000, ["0", "1"]))
        found.append((at_ms, events))
    return found


Stored = dict[tuple[str, int], tuple[object, ...]]


def store(minutes: Minutes, stored: Stored) -> None:
    """Store what changed as the database does: a closed minute stays as it is."""
    for one in minutes.changed():
        key = (one.channel_id, one.begin_ms)
        if key not in stored or not stored[key][0]:
            names = ("is_closed", "messages", "late_messages", "covered_seconds")
            stored[key] = (*(getattr(one, name) for name in names), len(one.authors), one.top_emotes())
    minutes.stored()


@pytest.mark.parametrize("seed", range(3), ids=str)
def test_stops_anywhere_change_nothing(seed: int) -> None:
    """The minutes that are stored after stops are those that one run stores. A stop forgets what is in memory."""
    batches, random = a_chat(seed), Random(seed)
    whole: Stored = {}
    stored: Stored = {}
    minutes, again, cursor, closed_until_ms = Minutes(), Minutes(), 0, 0
    for seq, (at_ms, events) in enumerate(batches, start=1):
        minutes.apply(seq, at_ms, events)
        store(minutes, whole)
    while again.seq < len(batches):
        at_ms, events = batches[again.seq]
        again.apply(again.seq + 1, at_ms, decode(encode(events)))
        if random.random() < 0.3:
            store(again, stored)
            if again.cursor != cursor:
                cursor, closed_until_ms = again.cursor, again.closed_until_ms
        if random.random() < 0.006:
            again = Minutes(cursor, closed_until_ms)
    store(again, stored)
    assert stored == whole
    assert len(whole) > 8


@pytest.mark.parametrize("batch", [b"[2, []]", b"not json"], ids=["a newer format", "damaged"])
def test_a_batch_that_cannot_be_read_is_refused(batch: bytes) -> None:
    with pytest.raises(UnknownFormat):
        decode(batch)
