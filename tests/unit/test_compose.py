"""The words of the summaries: true, and within X's limit whatever games and streamers are called."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.core.posts import Summary, SummaryKind
from bot.core.watch_time import RolledUpDay, Watched
from bot.post import compose
from helperfunctions.text import POST_LIMIT, unwanted, weighted_length

FAMILY = "👨‍👩‍👧‍👦"
HOSTILE = {
    "long": "x" * 500,
    "cjk": "原神と崩壊" * 100,
    "hangul": "리그오브레전드" * 70,
    "emoji": "😀" * 500,
    "zwj families": FAMILY * 100,
    "one endless family": "\u200d".join(["👩"] * 200),
    "flags": "🇩🇪" * 200,
    "combining marks": "Z" + "\u0337" * 499,
    "right to left": "שלום עולם " * 50,
    "direction marks": "\u202e\u2066evil\u2069\u202c" * 60,
    "line breaks": "one\ntwo\r\nthree\u2028four\x85" * 25,
    "tabs and controls": "\ta\x00b\x1b[31mc\x07" * 50,
    "link": "agar.io",
    "links": "agar.io " * 60,
    "links of one word": "a.io,b.io;c.com/" * 30,
    "address": "https://example.com/" + "a" * 480,
    "mention": "@everyone",
    "spaces": " " * 500,
    "nothing": "",
    "ellipses": "…" * 500,
    "halves": "\ufffd" * 500,
}


def a_day(coverage: float = 1.0, watch_hours: float = 20_000_000.0, named: date = date(2026, 11, 21)) -> RolledUpDay:
    starts_at = datetime(named.year, named.month, named.day, 16, tzinfo=UTC)
    return RolledUpDay(
        date=named,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=24),
        polls=48,
        covered_hours=24 * coverage,
        coverage=coverage,
        watch_hours=watch_hours,
        airtime_hours=100_000.0,
    )


def watched(*names: str) -> list[Watched]:
    hours = (5_312_000.0, 4_120_000.0, 987_654.0, 12_345.6, 987.4)
    return [Watched(name, of_it) for name, of_it in zip(names, hours, strict=False)]


def all_three(day: RolledUpDay, game_name: str, ranked: Sequence[Watched]) -> list[Summary]:
    return [
        compose.games_summary(day, ranked),
        compose.streamers_summary(day, ranked),
        compose.streamers_of_game_summary(day, game_name, ranked),
    ]


def test_the_games_of_a_day_in_words() -> None:
    ranked = watched("Just Chatting", "VALORANT", "原神", "Chess", "agario")
    assert compose.games_summary(a_day(), ranked) == Summary(
        SummaryKind.GAMES,
        "Most watched games on Twitch · Sat, Nov 21, 2026\n"
        "\n"
        "1. Just Chatting – 5.3M hours\n"
        "2. VALORANT – 4.1M\n"
        "3. 原神 – 988K\n"
        "4. Chess – 12K\n"
        "5. agario – 987",
    )


def test_the_streamers_of_a_day_in_words() -> None:
    assert compose.streamers_summary(a_day(), watched("Ada", "Bob")) == Summary(
        SummaryKind.STREAMERS,
        "Most watched streamers on Twitch · Sat, Nov 21, 2026\n\n1. Ada – 5.3M hours\n2. Bob – 4.1M",
    )


def test_the_streamers_of_a_game_in_words() -> None:
    assert compose.streamers_of_game_summary(a_day(), "Chess", watched("Ada")) == Summary(
        SummaryKind.STREAMERS_OF_GAME, "Most watched streamers of Chess · Sat, Nov 21, 2026\n\n1. Ada – 5.3M hours"
    )


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("coverage", [1.0, 0.61])
def test_a_summary_fits_a_post_whatever_the_names(hostile: str, coverage: float) -> None:
    """And says everything that is no name: date, ranks, numbers and coverage are never cut."""
    for summary in all_three(a_day(coverage), hostile, watched(*[hostile] * 5)):
        assert weighted_length(summary.text) <= POST_LIMIT
        heading, empty, *ranks = summary.text.split("\n")
        assert heading.endswith(" · Sat, Nov 21, 2026")
        assert empty == ""
        numbers = ["5.3M hours", "4.1M", "988K", "12K", "987"]
        for rank, number in enumerate(numbers, start=1):
            assert re.fullmatch(rf"{rank}\. .+ – {number}", ranks[rank - 1])
        assert ranks[5:] == ([] if coverage == 1.0 else ["", "Measured: 14.6 of 24 hours"])


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_name_leaves_the_others_legible(hostile: str) -> None:
    for summary in all_three(a_day(), "Chess", watched("Ada", hostile, "Bob", "Cyd", "Dan")):
        for line in ("1. Ada – 5.3M hours", "3. Bob – 988K", "4. Cyd – 12K", "5. Dan – 987"):
            assert line in summary.text.split("\n")


def test_a_long_name_is_cut_no_more_than_needed() -> None:
    """One of forty has room; five of forty do not, and are cut to the same width."""
    alone = compose.games_summary(a_day(), watched("x" * 500)).text
    assert f"1. {'x' * 38}… – 5.3M hours" in alone
    five = compose.games_summary(a_day(), watched(*["y" * 500] * 5)).text
    widths = {line.count("y") for line in five.split("\n")[2:]}
    assert len(widths) == 1
    assert POST_LIMIT - 5 < weighted_length(five) <= POST_LIMIT


def test_whoever_has_no_visible_name_is_still_listed() -> None:
    assert "1. (no name) – 5.3M hours" in compose.streamers_summary(a_day(), watched("\u200b\n")).text


@pytest.mark.parametrize("how_many", range(5))
def test_fewer_than_five_are_listed_as_they_are(how_many: int) -> None:
    for summary in all_three(a_day(), "Chess", watched(*["Ada", "Bob", "Cyd", "Dan"][:how_many])):
        assert len(re.findall(r"^\d\. ", summary.text, re.MULTILINE)) == how_many


@pytest.mark.parametrize(
    ("named", "written"),
    [
        (date(2026, 1, 1), "Thu, Jan 1, 2026"),
        (date(2026, 3, 8), "Sun, Mar 8, 2026"),
        (date(2027, 12, 31), "Fri, Dec 31, 2027"),
    ],
)
def test_a_summary_bears_the_date_of_its_day(named: date, written: str) -> None:
    for summary in all_three(a_day(named=named), "Chess", watched("Ada")):
        assert summary.text.split("\n")[0].endswith(f" · {written}")


@pytest.mark.parametrize(
    ("coverage", "told"),
    [
        (1.0, None),
        (0.9, None),
        (0.8999, "Measured: 21.6 of 24 hours"),
        (0.75, "Measured: 18.0 of 24 hours"),
        (0.5, "Measured: 12.0 of 24 hours"),
    ],
)
def test_a_day_measured_less_than_nine_tenths_says_so(coverage: float, told: str | None) -> None:
    for summary in all_three(a_day(coverage), "Chess", watched("Ada")):
        lines = summary.text.split("\n")
        assert [line for line in lines if line.startswith("Measured")] == ([told] if told else [])


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        (a_day(1.0), None),
        (a_day(0.5), None),
        (a_day(0.4999), "only 50% of 2026-11-21 was measured, less than half"),
        (a_day(0.2), "only 20% of 2026-11-21 was measured, less than half"),
        (a_day(0.0), "only 0% of 2026-11-21 was measured, less than half"),
        (a_day(1.0, watch_hours=0.0), "no stream was seen on 2026-11-21"),
    ],
)
def test_nothing_is_said_about_a_day_measured_less_than_half(day: RolledUpDay, reason: str | None) -> None:
    assert compose.reason_to_skip(day) == reason


@pytest.mark.parametrize(
    ("rank", "rank_before", "hours", "hours_before", "told"),
    [
        (1, 3, 100, 50, "▲2"),
        (3, 2, 100, 200, "▼1"),
        (5, 1200, 100, 1, "▲1195"),
        (1, None, 100, None, "new"),
        (1, 1, 104, 100, "+4%"),
        (2, 2, 96.6, 100, "-3%"),
        (1, 1, 100.4, 100, "="),
        (1, 1, 99.6, 100, "="),
        (1, 1, 1, 1000, "-99%"),
        (1, 1, 999, 100, "+899%"),
        (1, 1, 1000, 100, "×10"),
        (1, 1, 123_456, 1, "×123456"),
        (1, 1, 100, 0, "new"),
    ],
)
def test_each_line_says_what_has_changed_since_the_day_before(
    rank: int, rank_before: int | None, hours: float, hours_before: float | None, told: str
) -> None:
    entry = Watched("Ada", hours, hours_before=hours_before, rank_before=rank_before)
    assert compose.change(rank, entry) == told
    ranked = [*watched("A", "B", "C", "D")[: rank - 1], entry]
    lines = compose.streamers_summary(a_day(), ranked, tell_change=True).text.split("\n")
    assert lines[1 + rank].endswith(f" {told}")


@pytest.mark.parametrize(
    ("before", "known"), [(None, False), (a_day(0.49), False), (a_day(0.5), True), (a_day(1.0), True)]
)
def test_a_change_is_told_where_the_day_before_is_known(before: RolledUpDay | None, known: bool) -> None:
    assert compose.tells_change(before) is known


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_with_changes_it_still_fits_and_nothing_is_linked(hostile: str) -> None:
    ranked = [Watched(hostile, 5_312_000.0, rank_before=1200, hours_before=1.0) for _ in range(5)]
    for summary in [
        compose.games_summary(a_day(0.6), ranked, tell_change=True),
        compose.streamers_of_game_summary(a_day(0.6), hostile, ranked, tell_change=True),
    ]:
        assert weighted_length(summary.text) <= POST_LIMIT
        assert unwanted(summary.text) == []
        assert summary.text.count("▲119") == 5


def cut_short(day: RolledUpDay, hours: float) -> RolledUpDay:
    """A day of which only the last hours are its own, all of them measured."""
    return replace(day, starts_at=day.ends_at - timedelta(hours=hours), covered_hours=hours)


@pytest.mark.parametrize(("hours", "is_said"), [(16, True), (22.5, True), (23, False), (25, False)])
def test_of_a_day_that_was_cut_short_it_is_said_how_long_it_was(hours: float, is_said: bool) -> None:
    text = compose.games_summary(cut_short(a_day(), hours), watched("Chess")).text
    assert (f"Measured: {hours:.1f} of {hours:.0f} hours" in text) is is_said


def test_a_day_that_was_cut_short_is_not_compared_with_a_whole_one() -> None:
    whole, short = a_day(), cut_short(a_day(), 16)
    assert compose.tells_change(whole, whole)
    assert compose.tells_change(whole, cut_short(whole, 23))
    assert not compose.tells_change(whole, short)
    assert not compose.tells_change(short, whole)
