"""One spelling for each question. Pure.

Answers are kept by their address. Were `?days=30`, `?days=030` and `?x=1&days=30` three addresses, anybody could have
each page made as often as they like, by what changes nothing.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

from pydantic import TypeAdapter, ValidationError

_WHOLE: Final = frozenset({"days", "limit", "offset", "post"})
_NUMBERS: Final = frozenset({"min_viewers", "max_viewers", "min_streams", "max_streams", "min_ratio"})
_ADDRESSES: Final = frozenset({"slug"})
_LISTS: Final = frozenset({"names", "games", "streamers"})
# Where nothing means the same as not to name it: fields of forms come along when they are empty.
_MAY_BE_EMPTY: Final = _NUMBERS | _ADDRESSES | _LISTS | {"name", "add", "q"}
# Addresses of games and streamers, of pages and of the API: in small letters, for Twitch's own know no case either. Not
# so /games/id/…: ids may.
_OF_SUBJECT: Final = re.compile(r"(?P<api>/api/v1)?/(?P<kind>games|streamers)/(?P<slug>[^/]+)(?P<part>/[a-z]+)?", re.I)


@dataclass(frozen=True, slots=True)
class Known:
    """The parameters that the addresses matching a pattern have, in the order in which they are written."""

    pattern: re.Pattern[str]
    parameters: Sequence[str]


def query(path: str, given: bytes, known: Iterable[Known]) -> bytes:
    """The query of an address as it is meant: unknown parameters left out, of a repeated one the last, in one order and
    with values in one spelling. What cannot be read is left as it is, to be refused in words."""
    if not given:
        return b""
    parameters = next((one.parameters for one in known if one.pattern.fullmatch(path)), ())
    values = dict(parse_qsl(given.decode("latin-1"), keep_blank_values=True)) if parameters else {}
    meant = {name: _value(name, values[name]) for name in parameters if name in values}
    return urlencode({name: value for name, value in meant.items() if value or name not in _MAY_BE_EMPTY}).encode()


def path(given: str) -> str:
    """The path of an address as it is meant: without a slash at its end, games and streamers in small letters."""
    if given == "/" or given.startswith("//"):
        return given
    bare = given.rstrip("/") or "/"
    of_subject = _OF_SUBJECT.fullmatch(bare)
    if of_subject is None or (of_subject["slug"].lower() == "id" and of_subject["part"]):
        return bare
    api, kind, slug, part = ((text or "").lower() for text in of_subject.group("api", "kind", "slug", "part"))
    # A letter whose small form has another small form would be led on for ever.
    return f"{api}/{kind}/{slug}{part}" if slug == slug.lower() else bare


_int: Final = TypeAdapter(int)
_float: Final = TypeAdapter(float)


def _value(name: str, value: str) -> str:
    try:
        if name in _WHOLE:
            return str(_int.validate_python(value))
        if name in _NUMBERS and value:
            # Without the sign of a zero.
            return repr(_float.validate_python(value) + 0.0)
    except ValidationError:
        return value
    if name in _LISTS:
        return ",".join(dict.fromkeys(one for one in value.lower().split(",") if one.strip()))
    return value.lower() if name in _ADDRESSES else value
