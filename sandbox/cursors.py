"""Helix's cursors, shaped as the reference's own examples decode: base64 of JSON, for streams with a score inside.

Paging through streams is keyset paging over a moving list: a cursor means "below this score", the score being the
viewers of the page's last stream with a tie-break as its fraction. A stream that rises above it meanwhile is missed,
one that falls below it is seen twice. Top games are paged by offset.
"""

import binascii
import json
import math
from base64 import b64decode, b64encode
from typing import Any, Final, NamedTuple

TOP: Final = 1e9
"""A score above all streams: the cursor leads to the first page."""


class Cursor(NamedTuple):
    """The scores of a page's first and last stream."""

    before: float
    after: float


def encode(cursor: Cursor) -> str:
    """The cursor as text, for the parameters `after` and `before`."""
    return _packed({"b": {"Cursor": _packed_score(cursor.before)}, "a": {"Cursor": _packed_score(cursor.after)}})


def decode(text: str) -> Cursor:
    """The scores in a cursor. Raises ValueError for anything that `encode` did not make."""
    content = _unpacked(text)
    try:
        scores = [_unpacked(content[side]["Cursor"])["s"] for side in ("b", "a")]
        before, after = (float(score) for score in scores)
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError("no scores in the cursor") from error
    if not (math.isfinite(before) and math.isfinite(after)):
        raise ValueError("no number in the cursor")
    return Cursor(before, after)


def encode_offset(offset: int) -> str:
    """A cursor of top games."""
    return _packed({"b": None, "a": {"Offset": offset}})


def decode_offset(text: str) -> int:
    """The offset in a cursor of top games. Raises ValueError for anything that `encode_offset` did not make."""
    content = _unpacked(text)
    try:
        offset = content["a"]["Offset"]
    except (KeyError, TypeError) as error:
        raise ValueError("no offset in the cursor") from error
    if not isinstance(offset, int) or offset < 0:
        raise ValueError("no offset in the cursor")
    return offset


def _packed_score(score: float) -> str:
    return _packed({"s": score, "d": False, "t": True})


def _packed(content: dict[str, Any]) -> str:
    return b64encode(json.dumps(content, separators=(",", ":")).encode()).decode()


def _unpacked(text: str) -> dict[str, Any]:
    try:
        content = json.loads(b64decode(text, validate=True))
    except (binascii.Error, RecursionError, TypeError) as error:
        raise ValueError("the cursor is not base64 of JSON") from error
    if not isinstance(content, dict):
        raise ValueError("the cursor holds no object")
    return content
