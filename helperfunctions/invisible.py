"""Invisible characters: spaces, line breaks, marks of direction, and letters that are shown as blanks."""

import unicodedata
from typing import Final

# Characters that are shown as blanks although Unicode classifies them as letters, symbols or marks.
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0" + "".join(map(chr, range(0xFE00, 0xFE10))))
_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp", "Zs"})


def is_invisible(character: str) -> bool:
    """True if a character is shown as nothing or as a blank; half of a surrogate pair is, too."""
    return character in _BLANK or unicodedata.category(character) in _CATEGORIES
