"""The texts of the summaries are true, and within X's limit for any names of games and streamers."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.core.day_results import RankedEntry, RolledUpDay
from bot.core.posts import SummaryKind
from bot.post.compose import summary, text
from bot.post.ranking import Ranking, change, is_comparable, reason_to_skip
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


def entries(*names: str) -> list[RankedEntry]:
    hours = (5_312_000.0, 4_120_000.0, 987_654.0, 12_345.6, 987.4)
    return [RankedEntry(name, of_it) for name, of_it in zip(names, hours, strict=False)]


def games(day: RolledUpDay, *names: str) -> str:
    return text(Ranking(SummaryKind.GAMES, day, entries(*names)))


def all_three(day: RolledUpDay, game_name: str, *names: str) -> list[str]:
    """The texts of a day's summaries, in which games and streamers have the same names."""
    ranked = entries(*names)
    return [
        text(Ranking(SummaryKind.GAMES, day, ranked)),
        text(Ranking(SummaryKind.STREAMERS, day, ranked)),
        text(Ranking(SummaryKind.STREAMERS_OF_GAME, day, ranked, game_name=game_name)),
    ]


def test_text_of_the_games_of_a_day() -> None:
    assert games(a_day(), "Just Chatting", "VALORANT", "原神", "Chess", "agario") == (
        "Most watched games on Twitch · Sat, Nov 21, 2026\n"
        "\n"
        "1. Just Chatting – 5.3M hours\n"
        "2. VALORANT – 4.1M\n"
        "3. 原神 – 988K\n"
        "4. Chess – 12K\n"
        "5. agario – 987"
    )


def test_text_of_the_streamers_of_a_day() -> None:
    assert text(Ranking(SummaryKind.STREAMERS, a_day(), entries("Ada", "Bob"))) == (
        "Most watched streamers on Twitch · Sat, Nov 21, 2026\n\n1. Ada – 5.3M hours\n2. Bob – 4.1M"
    )


def test_text_of_the_streamers_of_a_game() -> None:
    assert text(Ranking(SummaryKind.STREAMERS_OF_GAME, a_day(), entries("Ada"), game_name="Chess")) == (
        "Most watched streamers of Chess · Sat, Nov 21, 2026\n\n1. Ada – 5.3M hours"
    )


def test_game_without_a_name_is_listed_as_such_in_text_and_chart() -> None:
    whole = summary(Ranking(SummaryKind.STREAMERS_OF_GAME, a_day(), entries("Ada")))
    assert whole.text.startswith("Most watched streamers of (no name) · ")
    assert whole.chart is not None
    assert "Most watched streamers of (no name)." in whole.chart.alt_text


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
@pytest.mark.parametrize("coverage", [1.0, 0.61])
def test_a_summary_fits_into_a_post_with_any_names(hostile: str, coverage: float) -> None:
    """Date, ranks, numbers and coverage are never cut."""
    for written in all_three(a_day(coverage), hostile, *[hostile] * 5):
        assert weighted_length(written) <= POST_LIMIT
        heading, empty, *ranks = written.split("\n")
        assert heading.endswith(" · Sat, Nov 21, 2026")
        assert empty == ""
        numbers = ["5.3M hours", "4.1M", "988K", "12K", "987"]
        for rank, number in enumerate(numbers, start=1):
            assert re.fullmatch(rf"{rank}\. .+ – {number}", ranks[rank - 1])
        assert ranks[5:] == ([] if coverage == 1.0 else ["", "Measured: 14.6 of 24 hours"])


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_name_leaves_the_others_legible(hostile: str) -> None:
    for written in all_three(a_day(), "Chess", "Ada", hostile, "Bob", "Cyd", "Dan"):
        for line in ("1. Ada – 5.3M hours", "3. Bob – 988K", "4. Cyd – 12K", "5. Dan – 987"):
            assert line in written.split("\n")


def test_a_long_name_is_cut_no_more_than_needed() -> None:
    """One name of forty letters fits; five of them do not, and are cut to the same width."""
    alone = games(a_day(), "x" * 500)
    assert f"1. {'x' * 38}… – 5.3M hours" in alone
    five = games(a_day(), *["y" * 500] * 5)
    widths = {line.count("y") for line in five.split("\n")[2:]}
    assert len(widths) == 1
    assert POST_LIMIT - 5 < weighted_length(five) <= POST_LIMIT


def test_name_without_a_visible_character_is_still_listed() -> None:
    assert "1. (no name) – 5.3M hours" in games(a_day(), "\u200b\n")


@pytest.mark.parametrize("how_many", range(5))
def test_fewer_than_five_entries_are_all_listed(how_many: int) -> None:
    for written in all_three(a_day(), "Chess", *["Ada", "Bob", "Cyd", "Dan"][:how_many]):
        assert len(re.findall(r"^\d\. ", written, re.MULTILINE)) == how_many


@pytest.mark.parametrize(
    ("named", "written"),
    [
        (date(2026, 1, 1), "Thu, Jan 1, 2026"),
        (date(2026, 3, 8), "Sun, Mar 8, 2026"),
        (date(2027, 12, 31), "Fri, Dec 31, 2027"),
    ],
)
def test_heading_of_a_summary_ends_with_the_date_of_its_day(named: date, written: str) -> None:
    for whole in all_three(a_day(named=named), "Chess", "Ada"):
        assert whole.split("\n")[0].endswith(f" · {written}")


@pytest.mark.parametrize(
    ("coverage", "line"),
    [
        (1.0, None),
        (0.9, None),
        (0.8999, "Measured: 21.6 of 24 hours"),
        (0.75, "Measured: 18.0 of 24 hours"),
        (0.5, "Measured: 12.0 of 24 hours"),
    ],
)
def test_measured_hours_are_stated_for_a_day_measured_less_than_nine_tenths(coverage: float, line: str | None) -> None:
    for written in all_three(a_day(coverage), "Chess", "Ada"):
        stated = [one for one in written.split("\n") if one.startswith("Measured")]
        assert stated == ([line] if line else [])


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
    ids=["whole", "half", "less than half", "a fifth", "nothing", "no stream"],
)
def test_day_measured_less_than_half_has_no_summaries(day: RolledUpDay, reason: str | None) -> None:
    assert reason_to_skip(day) == reason


@pytest.mark.parametrize(
    ("rank", "rank_before", "hours", "hours_before", "note"),
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
def test_each_line_ends_with_the_change_since_the_day_before(
    rank: int, rank_before: int | None, hours: float, hours_before: float | None, note: str
) -> None:
    entry = RankedEntry("Ada", hours, hours_before=hours_before, rank_before=rank_before)
    assert change(rank, entry) == note
    ranked = [*entries("A", "B", "C", "D")[: rank - 1], entry]
    lines = text(Ranking(SummaryKind.STREAMERS, a_day(), ranked, shows_change=True)).split("\n")
    assert lines[1 + rank].endswith(f" {note}")


@pytest.mark.parametrize(
    ("before", "known"),
    [(None, False), (a_day(0.49), False), (a_day(0.5), True), (a_day(1.0), True)],
    ids=["none", "less than half", "half", "whole"],
)
def test_day_is_compared_with_a_day_before_that_was_measured(before: RolledUpDay | None, known: bool) -> None:
    assert is_comparable(before, a_day()) is known


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE.keys())
def test_with_changes_it_still_fits_and_nothing_is_linked(hostile: str) -> None:
    ranked = [RankedEntry(hostile, 5_312_000.0, rank_before=1200, hours_before=1.0) for _ in range(5)]
    for ranking in [
        Ranking(SummaryKind.GAMES, a_day(0.6), ranked, shows_change=True),
        Ranking(SummaryKind.STREAMERS_OF_GAME, a_day(0.6), ranked, shows_change=True, game_name=hostile),
    ]:
        written = text(ranking)
        assert weighted_length(written) <= POST_LIMIT
        assert unwanted(written) == []
        assert written.count("▲119") == 5


def cut_short(day: RolledUpDay, hours: float) -> RolledUpDay:
    """A day that has only its last hours, all of them measured."""
    return replace(day, starts_at=day.ends_at - timedelta(hours=hours), covered_hours=hours)


@pytest.mark.parametrize(("hours", "is_stated"), [(16, True), (22.5, True), (23, False), (25, False)])
def test_length_of_a_day_is_stated_if_it_was_cut_short(hours: float, is_stated: bool) -> None:
    written = games(cut_short(a_day(), hours), "Chess")
    assert (f"Measured: {hours:.1f} of {hours:.0f} hours" in written) is is_stated


def test_a_day_that_was_cut_short_is_not_compared_with_a_whole_one() -> None:
    whole, short = a_day(), cut_short(a_day(), 16)
    assert is_comparable(whole, whole)
    assert is_comparable(whole, cut_short(whole, 23))
    assert not is_comparable(whole, short)
    assert not is_comparable(short, whole)
