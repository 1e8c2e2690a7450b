"""One spelling for all addresses that mean the same. Pure.

Responses are cached by their address. If `?days=30`, `?days=030` and `?x=1&days=30` were three addresses, any client
could have the same page made again and again.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlencode

from pydantic import TypeAdapter, ValidationError

_INTEGERS: Final = frozenset({"days", "limit", "offset", "post", "viewers"})
_NUMBERS: Final = frozenset({"min_viewers", "max_viewers", "min_streams", "max_streams", "min_ratio"})
_SLUGS: Final = frozenset({"slug"})
_LISTS: Final = frozenset({"names", "games", "streamers"})
# Parameters for which an empty value is the same as none: forms send their empty fields too.
_MAY_BE_EMPTY: Final = _NUMBERS | _SLUGS | _LISTS | {"name", "add", "q", "viewers", "language"}
# Addresses are in lower case, because those of Twitch ignore case too. Ids, as in /games/id/…, are not changed.
_OF_SUBJECT: Final = re.compile(
    r"(?P<api>/api/v1)?/(?P<kind>games|streamers)/(?P<slug>[^/]+)(?P<part>/[a-z]+(?:\.[a-z]+)?)?", re.I
)
_BY_ID: Final = re.compile(r"(?P<head>/(?:games|streamers)/id/)(?P<id>[^/]+)", re.I)
_OF_PAGE: Final = re.compile(r"(?:/api/v1)?(?:/[a-z]+){1,2}(?:\.[a-z]+)?", re.I)


@dataclass(frozen=True, slots=True)
class Route:
    """The pattern of some paths, and the parameters of their queries in canonical order."""

    pattern: re.Pattern[str]
    parameters: Sequence[str]


def query(path: str, given: bytes, routes: Iterable[Route]) -> bytes:
    """The canonical query of an address: without unknown parameters, with the last value of a repeated one, or all of
    a list, in one order and with one spelling per value. A value that is not valid is left as it is, for an error
    message."""
    if not given:
        return b""
    parameters = next((route.parameters for route in routes if route.pattern.fullmatch(path)), ())
    values: dict[str, str] = {}
    for name, value in parse_qsl(given.decode("latin-1"), keep_blank_values=True) if parameters else ():
        # A form sends a list as a parameter for each that is ticked.
        values[name] = f"{values[name]},{value}" if name in _LISTS and name in values else value
    canonical = {name: _value(name, values[name]) for name in parameters if name in values}
    return urlencode({name: value for name, value in canonical.items() if value or name not in _MAY_BE_EMPTY}).encode()


def path(given: str) -> str:
    """The canonical path of an address: in lower case, without a slash at its end and an @ before a streamer."""
    if given == "/" or given.startswith("//"):
        return given
    bare = given.rstrip("/") or "/"
    if by_id := _BY_ID.fullmatch(bare):
        return by_id["head"].lower() + by_id["id"]
    of_subject = _OF_SUBJECT.fullmatch(bare)
    if of_subject is None:
        return bare.lower() if _OF_PAGE.fullmatch(bare) else bare
    api, kind, slug, part = ((text or "").lower() for text in of_subject.group("api", "kind", "slug", "part"))
    slug = slug.removeprefix("@") or slug
    # A letter whose lower case has another lower case would be redirected for ever.
    return f"{api}/{kind}/{slug}{part}" if slug == slug.lower() else bare


_int: Final = TypeAdapter(int)
_float: Final = TypeAdapter(float)


def _value(name: str, value: str) -> str:
    try:
        if name in _INTEGERS:
            return str(_int.validate_python(value))
        if name in _NUMBERS and value:
            # Adding zero removes the sign of a zero.
            return repr(_float.validate_python(value) + 0.0)
    except ValidationError:
        return value
    if name in _LISTS:
        return ",".join(dict.fromkeys(item for item in value.lower().split(",") if item.strip()))
    return value.lower() if name in _SLUGS else value
