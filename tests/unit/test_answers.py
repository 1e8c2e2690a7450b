"""The texts of answers are true, within X's limit, never the same twice, and without links made by X."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.core.questions import Subject, SubjectKind, Window, WindowKind
from bot.reply import compose
from bot.reply.answer_facts import LiveFacts, Ranked, SpanFacts
from helperfunctions.text import BREAK, POST_LIMIT, unwanted, weighted_length

YESTERDAY = date(2026, 11, 20)
GAME = Subject(SubjectKind.GAME, "1", "Just Chatting")
STREAMER = Subject(SubjectKind.STREAMER, "2", "xQc")
NASTY = [
    *(
        "agar.io",
        "@everyone",
        "$GAME",
        "#ad",
        "http://a.b/c",
        "x" * 200,
        "界" * 200,
        "👨‍👩‍👧‍👦" * 30,
        "Z" + "\u0337" * 300,
    ),
    *("", "\n", "\u202eevil", "a.b.c.com", "＠full", "foo.tv bar.gg @x #y $Z", "שלום " * 40, "." * 100),
]


def days(first: date = YESTERDAY, last: date = YESTERDAY) -> Window:
    return Window(WindowKind.DAYS, first, last)


def a_span(subject: Subject = GAME, window: Window | None = None, **changes: Any) -> SpanFacts:
    window = window or days()
    count = (window.last - window.first).days + 1
    given: dict[str, Any] = {
        "subject": subject,
        "window": window,
        "days_measured": count,
        "covered_hours": 24.0 * count,
        "hours": 24.0 * count,
        "watch_hours": 5_312_000.0,
        "airtime_hours": 118.0,
        "peak_viewers": 612_345,
        "ranked": [Ranked(name, 412_000 / place) for place, name in enumerate("ABCDE", start=1)],
        "more_than_viewers": 50,
    }
    return SpanFacts(**given | changes)


def live(subject: Subject = GAME, **changes: Any) -> LiveFacts:
    given: dict[str, Any] = {
        "subject": subject,
        "polled_at": datetime(2026, 11, 21, 20, 30, tzinfo=UTC),
        "is_whole": True,
        "viewers": 251_000,
        "streams": 3_412,
        "game_name": None,
        "ranked": [Ranked("Ada", 45_000), Ranked("Bob", 999)],
        "more_than_viewers": 50,
    }
    return LiveFacts(**given | changes)


def test_a_game_on_a_day() -> None:
    assert compose.answer(a_span()) == (
        "Just Chatting · Fri, Nov 20, 2026\n"
        "5.3M hours watched, peak 612K viewers\n\n"
        "1. A – 412K hours\n2. B – 206K\n3. C – 137K\n4. D – 103K\n5. E – 82K"
    )


def test_a_streamer_on_a_day() -> None:
    facts = a_span(STREAMER, ranked=[Ranked("Just Chatting", 300_000), Ranked("", 5)])
    assert compose.answer(facts) == (
        "xQc · Fri, Nov 20, 2026\n"
        "5.3M hours watched, peak 612K, average 45K viewers\n\n"
        "1. Just Chatting – 300K hours\n2. No category – 5"
    )


@pytest.mark.parametrize(
    ("first", "last", "heading"),
    [
        (date(2026, 11, 14), date(2026, 11, 20), "Nov 14 – 20, 2026 (7 days)"),
        (date(2026, 10, 22), date(2026, 11, 20), "Oct 22 – Nov 20, 2026 (30 days)"),
        (date(2025, 11, 21), date(2026, 11, 20), "Nov 21, 2025 – Nov 20, 2026 (365 days)"),
        (date(2026, 3, 8), date(2026, 3, 8), "Sun, Mar 8, 2026"),
    ],
)
def test_a_span_of_days_is_named(first: date, last: date, heading: str) -> None:
    assert compose.answer(a_span(window=days(first, last))).split("\n")[0] == f"Just Chatting · {heading}"


def test_the_day_so_far() -> None:
    window = Window(WindowKind.TODAY, YESTERDAY, YESTERDAY)
    assert compose.answer(a_span(window=window, hours=5.0, covered_hours=5.0)).startswith(
        "Just Chatting · today so far\n5.3M hours"
    )


@pytest.mark.parametrize(
    ("changes", "coverage"),
    [
        ({"covered_hours": 21.6}, None),
        ({"covered_hours": 20.1}, "Measured: 20.1 of 24 hours"),
    ],
)
def test_answer_states_partial_coverage(changes: dict[str, Any], coverage: str | None) -> None:
    last = compose.answer(a_span(**changes)).split("\n")[-1]
    assert last == (coverage or "5. E – 82K")


def test_answer_states_how_many_days_were_measured() -> None:
    facts = a_span(window=days(YESTERDAY - timedelta(days=6)), days_measured=3, covered_hours=72.0)
    assert compose.answer(facts).endswith("\n\nMeasured: 3 of 7 days")


def test_answer_states_that_a_subject_was_not_seen_or_a_time_not_measured() -> None:
    assert compose.answer(a_span(STREAMER, watch_hours=0.0, airtime_hours=0.0, peak_viewers=0, ranked=[])) == (
        "xQc was not seen: Fri, Nov 20, 2026. Only streams with more than 50 viewers count."
    )
    assert compose.answer(a_span(days_measured=0, covered_hours=0.0, watch_hours=0.0, ranked=[])) == (
        "Fri, Nov 20, 2026 was not measured, so I have no numbers for Just Chatting. Ask for “today” or “live”."
    )
    today = a_span(
        window=Window(WindowKind.TODAY, YESTERDAY, YESTERDAY), days_measured=0, covered_hours=0.0, watch_hours=0.0
    )
    assert compose.answer(today) == "Today so far was not measured, so I have no numbers for Just Chatting."


def test_live() -> None:
    assert compose.answer(live()) == (
        "Just Chatting · live, 20:30 UTC\n251K viewers, 3.4K streams\n\n1. Ada – 45K viewers\n2. Bob – 999"
    )
    streaming = live(STREAMER, viewers=81_000, streams=1, game_name="VALORANT", ranked=[])
    assert compose.answer(streaming) == "xQc · live, 20:30 UTC\n81K viewers – VALORANT"
    offline: dict[str, Any] = {"viewers": 0, "streams": 0, "ranked": []}
    assert compose.answer(live(STREAMER, **offline)) == "xQc is not live with more than 50 viewers (20:30 UTC)."
    assert compose.answer(live(STREAMER, **offline, is_whole=False)) == (
        "xQc is not live with more than 50 viewers, in an incomplete poll (20:30 UTC)."
    )
    assert compose.answer(live(STREAMER, **offline, polled_at=None)) == (
        "I have no recent numbers from Twitch, so I cannot answer for xQc now."
    )


@pytest.mark.parametrize("name", NASTY, ids=range(len(NASTY)))
@pytest.mark.parametrize("variant", [0, 1, 71, 72, 9_999])
def test_answer_fits_and_links_nothing_for_any_names(name: str, variant: int) -> None:
    """Every number is complete."""
    for kind in SubjectKind:
        subject = Subject(kind, "1", name)
        ranked = [Ranked(name, 5_312_000.0 / place) for place in range(1, 6)]
        shown: list[SpanFacts | LiveFacts] = [
            a_span(subject, ranked=ranked, window=days(date(2025, 11, 21)), days_measured=3, covered_hours=1.0),
            a_span(subject, watch_hours=0.0, ranked=[], covered_hours=1.0),
            a_span(subject, days_measured=0, watch_hours=0.0, ranked=[]),
            live(subject, ranked=ranked, game_name=name, streams=1),
            live(subject, streams=0),
            live(subject, polled_at=None),
        ]
        for facts in shown:
            text = compose.answer(facts, variant=variant)
            assert weighted_length(text) <= POST_LIMIT, text
            assert unwanted(text) == [], ascii(text)
        text = compose.answer(shown[0], variant=variant)
        for number in ("5.3M", "2.7M", "1.8M", "1.3M", "1.1M", "612K"):
            assert number in text
    text = compose.did_you_mean([name, name, "Rust"], variant=variant)
    assert weighted_length(text) <= POST_LIMIT
    assert unwanted(text) == []
    text = compose.time_not_known(name, variant=variant)
    assert weighted_length(text) <= POST_LIMIT
    assert unwanted(text) == []


FORMS: list[Callable[[int], str]] = [
    lambda variant: compose.answer(a_span(), variant=variant),
    lambda variant: compose.answer(a_span(STREAMER), variant=variant),
    lambda variant: compose.answer(a_span(watch_hours=0.0, ranked=[]), variant=variant),
    lambda variant: compose.answer(live(), variant=variant),
    lambda variant: compose.did_you_mean(["Rust", "Stray"], variant=variant),
    lambda variant: compose.help_text(variant=variant),
    lambda variant: compose.stopped(variant=variant),
    lambda variant: compose.started(variant=variant),
    lambda variant: compose.hint(variant=variant),
    lambda variant: compose.time_not_known("Rust", variant=variant),
]


@pytest.mark.parametrize("form", FORMS, ids=range(len(FORMS)))
def test_no_two_forms_are_the_same(form: Callable[[int], str]) -> None:
    """X compares texts without minding spaces."""
    texts = [" ".join(form(variant).split()) for variant in range(300)]
    assert len(set(texts)) == len(texts)
    for variant in (0, 7, 299, 9_998):
        assert weighted_length(form(variant)) <= POST_LIMIT
        assert unwanted(form(variant)) == []
        assert form(variant) == form(variant)


def test_answer_has_scores_of_forms_with_the_same_facts() -> None:
    def without_words(text: str) -> list[str]:
        return sorted(re.findall(r"[\d.]+[MK]|Nov 20|Just Chatting", text))

    texts = [compose.answer(a_span(), variant=variant) for variant in range(72)]
    assert {tuple(without_words(text)) for text in texts} == {tuple(without_words(texts[0]))}


def test_up_to_three_names_are_offered() -> None:
    assert compose.did_you_mean(["agar.io"]) == f"Did you mean agar.{BREAK}io?"
    assert compose.did_you_mean(["Rust", "Stray"]) == "Did you mean Rust or Stray?"
    assert compose.did_you_mean(["Rust", "Stray", "Go", "Chess"]) == "Did you mean Rust, Stray or Go?"


def test_an_unknown_time_is_answered_with_the_known_ones() -> None:
    text = compose.time_not_known("{xQc}")
    for part in ("live", "today", "yesterday", "last N days", "week", "month", "year", "a date", "{xQc} last 7 days"):
        assert part in text


def test_help_lists_possible_questions() -> None:
    for word in ("game", "streamer", "last 7 days", "live", "today", "stop"):
        assert word in compose.help_text()
