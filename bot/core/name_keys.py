"""The keys under which a game is found: its name, and the shorter forms that people write. Pure."""

import re
from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache
from typing import Final

from bot.core.name_words import in_any_order, keys_of, numeral, with_digits
from helperfunctions.text import name_key

# PostgreSQL's indexes have no room for entries of a few thousand bytes.
LONGEST_KEY: Final = 200
_BREAK: Final = re.compile(r"\s*[:：]\s*|\s+[-–—~]\s+|(?<=\w)-\s|\s-(?=\w)")
_BRAND: Final = re.compile(
    r"(?:Tom Clancy|Sid Meier|Marvel|Disney)['’]s\s+|EA\s+Sports\s+|Warhammer\s+40,?000:\s+", re.I
)
_ARTICLE: Final = re.compile(r"The\s+", re.I)
_EITHER: Final = re.compile(r"(?P<before>.*?)(?P<one>[^\W\d_]+)/(?P<other>[^\W\d_]+)(?P<behind>.*)")
_EDITION: Final = re.compile(
    r"\s+(?:(?:Definitive|Complete|Enhanced|Anniversary|Special|Deluxe|Game of the Year)\s+Edition|HD|\(\d{4}\))$", re.I
)
_ONLINE: Final = re.compile(r"\s+Online$", re.I)
_LONG_NUMBER: Final = re.compile(r"\s+(?!19[89]\d|20[0-3]\d)\d{4}$")
_MOST_PARTS: Final = 4
_SHORTEST_BEGINNING: Final = 3
_SHORTEST_SUBTITLE: Final = 6
_MOST_WORDS_IN_ANY_ORDER: Final = 7


class Grade(IntEnum):
    """The exactness with which a key matches the name of its game; higher is more exact."""

    ANY_ORDER = 0
    """The same words in another order."""
    SUBTITLE = 1
    """The part after a colon."""
    SHORTER = 2
    """The name without its subtitle, article, brand or edition, or with other numerals."""
    ALIAS = 3
    """A short name from the table of aliases."""
    OWN = 4
    """The name itself."""


@lru_cache(maxsize=8192)
def game_keys(name: str) -> dict[str, Grade]:
    """The keys of a game's name with their grades, its own first."""
    keys = {name_key(name)[:LONGEST_KEY]: Grade.OWN}
    for form in _forms(name):
        words = keys_of(form)
        for key in ("".join(words), with_digits(words)):
            if key:
                keys.setdefault(key[:LONGEST_KEY], Grade.SHORTER)
    for subtitle in _subtitles(name):
        words = keys_of(subtitle)
        for key in ("".join(words), with_digits(words)):
            keys.setdefault(key[:LONGEST_KEY], Grade.SUBTITLE)
    words = keys_of(name)
    if 1 < len(words) <= _MOST_WORDS_IN_ANY_ORDER:
        keys[in_any_order(words)[:LONGEST_KEY]] = Grade.ANY_ORDER
    return keys


def grade_of(key: str, name: str) -> Grade:
    """The grade with which a key matches the name of a game. A key that is not derived from the name is an alias."""
    return game_keys(name).get(key, Grade.ALIAS)


def _forms(name: str) -> Iterator[str]:
    """A name and its beginnings up to a colon, and the shorter forms of each."""
    for form in (name, *_beginnings(name)):
        yield form
        bare = _BRAND.sub("", form, count=1)
        for one in dict.fromkeys((bare, *_without_edition(bare), *_either(bare))):
            if one != form:
                yield one
            if _ARTICLE.match(one) and len(keys_of(one)) > 2:
                yield _ARTICLE.sub("", one, count=1)


def _parts(name: str) -> list[str]:
    return _BREAK.split(name, maxsplit=_MOST_PARTS - 1)


def _beginnings(name: str) -> Iterator[str]:
    """The parts before a colon that can be a name on their own."""
    parts = _parts(name)
    for count in range(1, len(parts)):
        beginning = " ".join(parts[:count])
        if len(name_key(beginning)) >= _SHORTEST_BEGINNING and not beginning.isdigit():
            yield beginning


def _subtitles(name: str) -> Iterator[str]:
    """The parts after a colon that can be a name on their own."""
    parts = _parts(name)
    for first in range(1, len(parts)):
        for last in range(first + 1, len(parts) + 1):
            subtitle = " ".join(parts[first:last])
            if len(name_key(subtitle)) >= _SHORTEST_SUBTITLE and not all(map(numeral, keys_of(subtitle))):
                yield subtitle


def _without_edition(name: str) -> Iterator[str]:
    yield _EDITION.sub("", name)
    yield _LONG_NUMBER.sub("", name)
    online = _ONLINE.sub("", name)
    words = keys_of(online)
    if len(words) == 1 or (words and numeral(words[-1]) is not None):
        yield online


def _either(name: str) -> Iterator[str]:
    """ "Pokémon Scarlet/Violet" is written as either."""
    if found := _EITHER.fullmatch(name):
        for one in (found["one"], found["other"]):
            yield f"{found['before']}{one}{found['behind']}"
