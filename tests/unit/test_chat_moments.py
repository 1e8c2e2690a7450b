"""Hype moments and sketches of chatters: the definitions, case by case."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

import pytest

from bot.chat.close import moments_in
from bot.chat.moments import ClosedMinute, Moment, times_usual
from bot.chat.sketch import Sketch

START = datetime(2026, 11, 21, 16, tzinfo=UTC)
QUIET = [20, 22, 18, 21, 19, 20, 23, 17, 20, 21, 19, 20, 22, 18, 20]


def a_minute(number: int, messages: int, chatters: int = 0, **changes: object) -> ClosedMinute:
    made = ClosedMinute(
        "11", START + timedelta(minutes=number), messages, chatters or messages // 2, 0, 0, True, ("25",)
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def a_chat(*messages: int, **changes: object) -> list[ClosedMinute]:
    """Fifteen quiet minutes, and those that follow."""
    quiet = [a_minute(number, said) for number, said in enumerate(QUIET)]
    return quiet + [a_minute(len(QUIET) + number, said, **changes) for number, said in enumerate(messages)]  # type: ignore[arg-type]


def moments(rows: Sequence[ClosedMinute]) -> list[Moment]:
    return moments_in(rows, {(one.channel_id, one.minute_at) for one in rows}, {})


# The median of QUIET is 20 and its MAD 1, so more than 20 + 6 * sqrt(20) = 46.8 are far more.
@pytest.mark.parametrize(
    ("minute", "times"),
    [
        (a_minute(15, 47, 14), 2.4),
        (a_minute(15, 46, 14), None),
        (a_minute(15, 200, 12), None),
        (a_minute(15, 200, 13), 10.0),
        (a_minute(15, 200, 100, is_covered=False), None),
    ],
    ids=["just enough", "too few", "one spammer", "chatters just enough", "not heard whole"],
)
def test_a_hit_has_far_more_messages_and_chatters_than_usual(minute: ClosedMinute, times: float | None) -> None:
    assert times_usual(a_chat(), minute) == times


def test_a_quiet_chat_needs_thirty_messages() -> None:
    silent = [a_minute(number, 0) for number in range(15)]
    assert times_usual(silent, a_minute(15, 29, 10)) is None
    assert times_usual(silent, a_minute(15, 30, 10)) == 30.0


def test_a_busy_chat_needs_one_and_a_half_times_the_usual() -> None:
    busy = [a_minute(number, 10_000, 5_000) for number in range(15)]
    assert times_usual(busy, a_minute(15, 14_999, 9_000)) is None
    assert times_usual(busy, a_minute(15, 15_000, 9_000)) == 1.5


def test_the_usual_is_that_of_fifteen_covered_minutes_within_an_hour() -> None:
    gap = [replace(one, is_covered=number != 3) for number, one in enumerate(a_chat())]
    assert times_usual(gap, a_minute(15, 200)) is None
    assert times_usual(a_chat(), a_minute(15 + 50, 200)) is None
    assert times_usual([*gap, a_minute(15, 20)], a_minute(16, 200)) == 10.0


def test_hits_within_five_minutes_are_one_moment_with_the_emotes_of_its_peak() -> None:
    rows = a_chat(200, 20, 20, 20, 300)
    rows[-1] = replace(rows[-1], top_emotes=("99",))
    begin = START + timedelta(minutes=15)
    assert moments(rows) == [Moment("11", begin, 5, 300, 15.0, "hype", ("99",))]
    apart = a_chat(200, 20, 20, 20, 20, 20, 20, 300)
    assert [one.starts_at for one in moments(apart)] == [begin, begin + timedelta(minutes=7)]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [({"raid_viewers": 100}, "raid"), ({"subs": 1}, "subs"), ({}, "hype")],
    ids=["after a raid", "after a subscription", "by itself"],
)
@pytest.mark.parametrize("before", [0, 2, 3], ids=["in the minute", "2 minutes before", "3 minutes before"])
def test_a_notice_shortly_before_is_the_kind_of_a_moment(changes: dict[str, int], kind: str, before: int) -> None:
    rows = a_chat(200)
    rows[-1 - before] = replace(rows[-1 - before], **changes)  # type: ignore[arg-type]
    [moment] = moments(rows)
    assert moment.kind == (kind if before <= 2 else "hype")


def test_a_moment_goes_on_after_a_stop_and_is_not_found_twice() -> None:
    rows = a_chat(200, 210)
    first = moments(rows[:-1])[0]
    again = moments_in(rows, {("11", one.minute_at) for one in rows[-2:]}, {"11": first})
    assert again == [replace(first, minutes=2, peak_messages=210, times_usual=10.5)]
    assert moments_in(rows, {("11", rows[-1].minute_at)}, {"11": again[0]}) == []


def hashes(names: Iterable[int]) -> list[int]:
    return [int.from_bytes(blake2b(b"%d" % name, digest_size=8).digest()) for name in names]


@pytest.mark.parametrize("count", [0, 1, 40, 1_000, 12_000, 200_000], ids=str)
def test_a_sketch_counts_within_five_percent(count: int) -> None:
    sketch = Sketch()
    sketch.add(hashes(range(count)))
    assert sketch.count() == pytest.approx(count, rel=0.05, abs=0.5)


def test_a_union_of_sketches_counts_everybody_once() -> None:
    first, second, both = Sketch(), Sketch(), Sketch()
    first.add(hashes(range(700)))
    second.add(hashes(range(400, 1_000)))
    both.add(hashes(range(1_000)))
    first.unite(Sketch.of_bytes(second.to_bytes()))
    first.unite(first)
    assert first.to_bytes() == both.to_bytes()
    assert len(both.to_bytes()) < 2_600


def test_a_damaged_sketch_is_an_error() -> None:
    with pytest.raises(ValueError, match="damaged"):
        Sketch.of_bytes(b"no")
