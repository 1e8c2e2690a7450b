"""An entry of Twitch's list becomes a Stream, or is set aside with a reason."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.collect.parse import RAW_CHARACTERS_STORED, parse_stream
from bot.core.polls import GameId, SetAside, Stream, StreamerId, StreamId
from tests.factories import a_raw_stream

STREAM = Stream(
    stream_id=StreamId("40001"),
    streamer_id=StreamerId("70001"),
    login="ada",
    streamer_name="Ada",
    game_id=GameId("509658"),
    game_name="Just Chatting",
    viewer_count=1000,
    started_at=datetime(2026, 11, 21, 15, tzinfo=UTC),
    language="en",
)
BIGGEST_INTEGER = 2**31 - 1


def parsed(**changes: Any) -> Stream:
    stream = parse_stream(a_raw_stream(**changes))
    assert isinstance(stream, Stream)
    return stream


def without(*keys: str) -> dict[str, Any]:
    return {key: value for key, value in a_raw_stream().items() if key not in keys}


def test_a_documented_stream_is_parsed() -> None:
    assert parse_stream(a_raw_stream()) == STREAM


def what_is_odd(value: object) -> str | None:
    """The name of a case: the fields that are not those of a usual stream."""
    if not isinstance(value, dict):
        return "a list" if isinstance(value, list) else None
    usual = a_raw_stream()
    return " ".join(
        f"{field}={value[field]!r:.30}" if field in value else f"no {field}"
        for field in usual
        if value.get(field, usual) != usual[field]
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"tags": None},
        {"tags": "not a list"},
        {"title": None},
        {"a_field_of_next_year": {"deep": [1]}},
    ],
)
def test_fields_that_are_not_counted_are_ignored(changes: dict[str, Any]) -> None:
    assert parsed(**changes) == STREAM


def test_only_ids_and_viewers_are_needed() -> None:
    assert parse_stream({"id": "1", "user_id": "2", "viewer_count": 3}) == Stream(
        StreamId("1"), StreamerId("2"), "2", "2", GameId(""), "", 3, None
    )
    assert parse_stream({"id": "1", "user_id": "2", "viewer_count": 0}) == Stream(
        StreamId("1"), StreamerId("2"), "2", "2", GameId(""), "", 0, None
    )


@pytest.mark.parametrize(
    "raw", [a_raw_stream(game_id=""), a_raw_stream(game_id=None), without("game_id")], ids=what_is_odd
)
def test_a_stream_without_a_game_id_has_no_game_with_any_game_name(raw: dict[str, Any]) -> None:
    stream = parse_stream(raw)
    assert isinstance(stream, Stream)
    assert (stream.game_id, stream.game_name) == ("", "")


@pytest.mark.parametrize(
    ("raw", "login", "streamer_name", "game_name"),
    [
        (without("user_name"), "ada", "ada", "Just Chatting"),
        (a_raw_stream(user_name=""), "ada", "ada", "Just Chatting"),
        (without("user_login"), "70001", "Ada", "Just Chatting"),
        (without("user_login", "user_name"), "70001", "70001", "Just Chatting"),
        (a_raw_stream(user_name=None, user_login=5), "70001", "70001", "Just Chatting"),
        (without("game_name"), "ada", "Ada", "509658"),
        (a_raw_stream(game_name=None), "ada", "Ada", "509658"),
        (a_raw_stream(game_name=""), "ada", "Ada", "509658"),
    ],
    ids=what_is_odd,
)
def test_a_missing_name_is_replaced_by_login_or_id(
    raw: dict[str, Any], login: str, streamer_name: str, game_name: str
) -> None:
    stream = parse_stream(raw)
    assert isinstance(stream, Stream)
    assert (stream.login, stream.streamer_name, stream.game_name) == (login, streamer_name, game_name)


@pytest.mark.parametrize(
    ("language", "known"),
    [
        ("de", "de"),
        ("other", "other"),
        ("zh-hk", "zh-hk"),
        ("asl", "asl"),
        ("PT", "pt"),
        ("", ""),
        ("x", ""),
        ("english", ""),
        ("en\n", ""),
        ("=1+1", ""),
        (None, ""),
        (7, ""),
    ],
)
def test_an_impossible_language_is_unknown_and_its_stream_counts(language: Any, known: str) -> None:
    stream = parsed(language=language)
    assert (stream.language, stream.viewer_count) == (known, 1000)


@pytest.mark.parametrize("viewer_count", [0, 1, BIGGEST_INTEGER])
def test_a_possible_viewer_count_is_parsed(viewer_count: int) -> None:
    assert parsed(viewer_count=viewer_count).viewer_count == viewer_count


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (a_raw_stream(viewer_count=None), "viewer_count is not a whole number"),
        (without("viewer_count"), "viewer_count is not a whole number"),
        (a_raw_stream(viewer_count=True), "viewer_count is not a whole number"),
        (a_raw_stream(viewer_count=12.0), "viewer_count is not a whole number"),
        (a_raw_stream(viewer_count=float("nan")), "viewer_count is not a whole number"),
        (a_raw_stream(viewer_count="12"), "viewer_count is not a whole number"),
        (a_raw_stream(viewer_count=-1), "viewer_count is out of range"),
        (a_raw_stream(viewer_count=BIGGEST_INTEGER + 1), "viewer_count is out of range"),
        (a_raw_stream(viewer_count=10**30), "viewer_count is out of range"),
        (without("id"), "no id"),
        (a_raw_stream(id=None), "no id"),
        (a_raw_stream(id=""), "no id"),
        (a_raw_stream(id=40001), "id is not text"),
        (a_raw_stream(id="4\x001"), "id contains characters that no id has"),
        (without("user_id"), "no user_id"),
        (a_raw_stream(user_id=""), "no user_id"),
        (a_raw_stream(user_id=["7"]), "user_id is not text"),
        (a_raw_stream(user_id="7\ud83d"), "user_id contains characters that no id has"),
        (a_raw_stream(game_id=509658), "game_id is not text"),
        (a_raw_stream(game_id="\udc00"), "game_id contains characters that no id has"),
        (None, "not an object"),
        ("a text", "not an object"),
        (7, "not an object"),
        ([a_raw_stream()], "not an object"),
    ],
    ids=what_is_odd,
)
def test_an_unusable_stream_is_set_aside_with_its_reason(raw: Any, reason: str) -> None:
    aside = parse_stream(raw)
    assert isinstance(aside, SetAside)
    assert aside.reason == reason


@pytest.mark.parametrize(
    ("name", "stored"),
    [
        ("A\x00da", "A\ufffdda"),
        ("\ud83d", "\ufffd"),
        ("half \udc00 of a pair", "half \ufffd of a pair"),
        ("😀 whole", "😀 whole"),
        ("tab\tline\n", "tab\tline\n"),
    ],
)
def test_characters_that_a_database_cannot_store_are_replaced_in_names(name: str, stored: str) -> None:
    stream = parsed(user_login=name, user_name=name, game_name=name)
    assert (stream.login, stream.streamer_name, stream.game_name) == (stored, stored, stored)


def test_a_stream_that_is_set_aside_can_be_stored() -> None:
    aside = parse_stream(f"\x00 \ud83d {'x' * 10_000}")
    assert isinstance(aside, SetAside)
    assert len(aside.raw) == RAW_CHARACTERS_STORED
    assert "\x00" not in aside.raw
    aside.raw.encode()


@pytest.mark.parametrize(
    ("started_at", "instant"),
    [
        ("2026-11-21T15:00:00Z", datetime(2026, 11, 21, 15, tzinfo=UTC)),
        ("2026-11-21T16:30:00+01:30", datetime(2026, 11, 21, 15, tzinfo=UTC)),
        ("2026-11-21T15:00:00", datetime(2026, 11, 21, 15, tzinfo=UTC)),
        ("2026-11-22T14:59:00+23:59", datetime(2026, 11, 21, 15, tzinfo=UTC)),
        ("2026-11-21T15:00:30+00:00:30", datetime(2026, 11, 21, 15, tzinfo=UTC)),
        ("0001-01-01T00:00:00+23:59", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("yesterday", None),
        ("", None),
        ("2026-02-30T00:00:00Z", None),
        (1763737200, None),
        (None, None),
    ],
)
def test_a_start_that_is_not_an_instant_is_unknown(started_at: Any, instant: datetime | None) -> None:
    """A valid one is stored in UTC: Python reads offsets that PostgreSQL refuses."""
    stream = parsed(started_at=started_at)
    assert stream.started_at == instant
    assert stream.started_at is None or stream.started_at.tzinfo is UTC
    assert stream.viewer_count == 1000
