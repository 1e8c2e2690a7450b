"""Invisible characters and quotes, which are often copied along with a value."""

import unicodedata
from typing import Final

from helperfunctions.invisible import is_invisible

_QUOTES: Final = frozenset({'""', "''", "``", "“”", "„“", "„”", "‘’", "‚‘", "«»"})
_LINE_BREAKS_AND_CONTROLS: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


def stripped(value: str) -> str:
    """The value without spaces, line breaks, byte-order marks and other invisible characters at its ends."""
    first, last = 0, len(value)
    while first < last and is_invisible(value[first]) and not _is_undecoded(value[first]):
        first += 1
    while last > first and is_invisible(value[last - 1]) and not _is_undecoded(value[last - 1]):
        last -= 1
    return value[first:last]


def problem_inside(value: str, *, is_path: bool = False) -> str | None:
    """The problem with an invisible character inside a stripped value, or with quotes around it, as the end of a
    sentence that begins with the name of the setting; None without one. Shows no other character, because the value may
    be a secret."""
    # Docker's --env-file and secret files keep quotes as part of the value.
    if len(value) > 1 and value[0] + value[-1] in _QUOTES:
        return f"has quotes around it that would be part of it ({value[0]} and {value[-1]}): write it without them"
    for character in value:
        if character == " " or not is_invisible(character):
            continue
        category = unicodedata.category(character)
        if is_path and category not in _LINE_BREAKS_AND_CONTROLS:
            continue
        if _is_undecoded(character):
            return "contains bytes that are not UTF-8: write it again"
        if character in "\r\n":
            return "contains a line break: it should be one line"
        name = unicodedata.name(character, "a control character")
        return f"contains an invisible character (U+{ord(character):04X}, {name.lower()}): copy it again without it"
    return None


def shown_name(name: str) -> str:
    """The name of a setting, with invisible characters escaped."""
    return "".join(f"\\u{ord(one):04x}" if is_invisible(one) else one for one in name)


def _is_undecoded(character: str) -> bool:
    """True if the character represents a byte of the environment that is not UTF-8."""
    return unicodedata.category(character) == "Cs"
