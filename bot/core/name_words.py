"""Words and numerals for the comparison of names. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from helperfunctions.text import name_key

# "S.T.A.L.K.E.R." and "R.E.P.O." are one word each; "U.S." too.
_DOTTED: Final = re.compile(r"(?<!\w)(?:[^\W\d_]\.){2,}(?:[^\W\d_](?!\w))?")
_TENS: Final = ("", "x", "xx")
_ONES: Final = ("", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix")
_ROMAN: Final = {tens + ones: 10 * ten + one for ten, tens in enumerate(_TENS) for one, ones in enumerate(_ONES)}
# "One" is a pronoun more often than a number.
_WORDED: Final = {
    word: number
    for number, word in enumerate(["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 2)
}
# These are also words or letters: they are numerals only after another word.
_ALSO_LETTERS: Final = frozenset(("i", "v", "x"))


@dataclass(frozen=True, slots=True)
class Word:
    """A run of letters and digits from `start` to before `end`, and its key for comparisons."""

    start: int
    end: int
    key: str


def tidy(text: str) -> str:
    """A text in NFC, without invisible characters such as joiners and direction marks."""
    seen = (" " if char.isspace() else char for char in unicodedata.normalize("NFC", text))
    return "".join(char for char in seen if unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"})


def words_in(text: str) -> Iterator[Word]:
    """The words of a tidy text."""
    at = 0
    for dotted in _DOTTED.finditer(text):
        yield from _plain_words(text, at, dotted.start())
        yield Word(dotted.start(), dotted.end(), name_key(dotted[0]))
        at = dotted.end()
    yield from _plain_words(text, at, len(text))


def _plain_words(text: str, first: int, last: int) -> Iterator[Word]:
    start = -1
    for number in range(first, last):
        kind = unicodedata.category(text[number])[0]
        # A mark alone belongs to the picture before it.
        if kind in "LN" or (kind == "M" and start >= 0):
            start = number if start < 0 else start
        elif start >= 0:
            yield Word(start, number, name_key(text[start:number]))
            start = -1
    if start >= 0:
        yield Word(start, last, name_key(text[start:last]))


def keys_of(text: str) -> list[str]:
    """The keys of a text's words."""
    return [word.key for word in words_in(tidy(text))]


def numeral(key: str) -> int | None:
    """The value of a numeral: "2", "II", "two". None for other words, and for "" and "1st"."""
    if key.isdecimal() and len(key) <= 9:
        return int(key)
    if key in _WORDED:
        return _WORDED[key]
    return _ROMAN.get(key) or None


def numerals(keys: Sequence[str]) -> list[int]:
    """The numbers among a name's words, in their order, including digits within a word ("dota3", "2k26").

    A roman I, V or X is a number only after another word.
    """
    found: list[int] = []
    for place, key in enumerate(keys):
        number = None if key in _ALSO_LETTERS and not place else numeral(key)
        if number is not None:
            found.append(number)
        else:
            found.extend(int(digits) for digits in re.findall(r"\d{1,9}", key))
    return found


def with_digits(keys: Sequence[str]) -> str:
    """A key of words whose numerals are written as digits: "grand theft auto v" as `grandtheftauto5`."""
    return "".join(_digits(key, place) for place, key in enumerate(keys))


def _digits(key: str, place: int) -> str:
    number = None if key in _ALSO_LETTERS and not place else numeral(key)
    return key if number is None else str(number)


def in_any_order(keys: Iterable[str]) -> str:
    """A key that does not depend on the order of the words. Only such keys contain spaces."""
    return "~" + " ".join(sorted(keys))
