"""Parses one raw item of Get Streams into a Stream, or into a SetAside with the reason. Pure."""

import re
from datetime import UTC, datetime
from typing import Any

from bot.core.polls import NO_GAME, GameId, SetAside, Stream, StreamerId, StreamId

RAW_CHARACTERS_STORED = 500
MOST_VIEWERS = 2**31 - 1
# JSON can carry what text in PostgreSQL cannot: NUL, and halves of a surrogate pair.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
# Twitch documents two letters or "other"; its web site also has "asl" and "zh-hk".
_LANGUAGE = re.compile(r"[a-z]{2,5}(-[a-z]{2,4})?")


class _Unusable(Exception):
    pass


def parse_stream(raw: Any) -> Stream | SetAside:
    """Parse the fields that we count; any others may be present, missing or wrong.

    The ids of stream and streamer and a viewer count of 0 or more are required. A stream without a game has NO_GAME;
    missing names are replaced by ids.
    """
    try:
        return _as_expected(raw)
    except (_Unusable, KeyError, TypeError, ValueError, OverflowError):
        return _leniently(raw)


def _as_expected(raw: Any) -> Stream:
    """Parse a regular stream, as nearly all are: all fields are checked at once, in half the time.

    Raises _Unusable, KeyError, TypeError, ValueError or OverflowError for any other.
    """
    stream_id, streamer_id, viewer_count = raw["id"], raw["user_id"], raw["viewer_count"]
    login, streamer_name, started_at = raw["user_login"], raw["user_name"], datetime.fromisoformat(raw["started_at"])
    game_id, game_name, language = raw["game_id"], raw["game_name"], raw["language"]
    # The concatenation fails unless each is text.
    if _UNSTORABLE.search(stream_id + streamer_id + login + streamer_name + game_id + game_name):
        raise _Unusable
    has_all = stream_id and streamer_id and login and streamer_name and game_id and game_name
    if not has_all or type(viewer_count) is not int or not 0 <= viewer_count <= MOST_VIEWERS or not started_at.tzinfo:
        raise _Unusable
    if not _LANGUAGE.fullmatch(language):
        raise _Unusable
    return Stream(
        stream_id,
        streamer_id,
        login,
        streamer_name,
        game_id,
        game_name,
        viewer_count,
        started_at.astimezone(UTC),
        language,
    )


def _leniently(raw: Any) -> Stream | SetAside:
    if not isinstance(raw, dict):
        return _set_aside("not an object", raw)
    try:
        streamer_id = StreamerId(_id(raw, "user_id"))
        login = _text(raw, "user_login") or streamer_id
        game_id = GameId(_optional_id(raw, "game_id"))
        return Stream(
            stream_id=StreamId(_id(raw, "id")),
            streamer_id=streamer_id,
            login=login,
            streamer_name=_text(raw, "user_name") or login,
            game_id=game_id,
            game_name="" if game_id == NO_GAME else _text(raw, "game_name") or game_id,
            viewer_count=_viewer_count(raw),
            started_at=_instant(raw.get("started_at")),
            language=_language(raw.get("language")),
        )
    except _Unusable as exc:
        return _set_aside(str(exc), raw)


def _set_aside(reason: str, raw: Any) -> SetAside:
    return SetAside(reason, storable(repr(raw)[:RAW_CHARACTERS_STORED]))


def storable(text: str) -> str:
    """A text without the characters that PostgreSQL refuses; each is replaced by U+FFFD."""
    return _UNSTORABLE.sub("\ufffd", text)


def _id(raw: dict[str, Any], key: str) -> str:
    value = _optional_id(raw, key)
    if not value:
        raise _Unusable(f"no {key}")
    return value


def _optional_id(raw: dict[str, Any], key: str) -> str:
    value = raw.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _Unusable(f"{key} is not text")
    if _UNSTORABLE.search(value):
        raise _Unusable(f"{key} contains characters that no id has")
    return value


def _text(raw: dict[str, Any], key: str) -> str:
    value = raw.get(key)
    return storable(value) if isinstance(value, str) else ""


def _viewer_count(raw: dict[str, Any]) -> int:
    value = raw.get("viewer_count")
    # In Python, True is an int.
    if type(value) is not int:
        raise _Unusable("viewer_count is not a whole number")
    if not 0 <= value <= MOST_VIEWERS:
        raise _Unusable("viewer_count is out of range")
    return value


def _language(value: Any) -> str:
    language = value.lower() if isinstance(value, str) else ""
    return language if _LANGUAGE.fullmatch(language) else ""


def _instant(value: Any) -> datetime | None:
    if not isinstance(value, str):
        return None
    try:
        instant = datetime.fromisoformat(value)
        # Python knows offsets from UTC that PostgreSQL refuses.
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
