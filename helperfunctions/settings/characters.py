"""Invisible characters, which are often copied along with a value."""

import unicodedata
from typing import Final

# Characters that are shown as blanks although Unicode classifies them as letters, symbols or marks.
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0" + "".join(map(chr, range(0xFE00, 0xFE10))))
_LINE_BREAKS_AND_CONTROLS: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})


def stripped(value: str) -> str:
    """The value without spaces, line breaks, byte-order marks and other invisible characters at its ends."""
    first, last = 0, len(value)
    while first < last and _is_invisible(value[first]) and not _is_undecoded(value[first]):
        first += 1
    while last > first and _is_invisible(value[last - 1]) and not _is_undecoded(value[last - 1]):
        last -= 1
    return value[first:last]


def problem_inside(value: str, *, is_path: bool = False) -> str | None:
    """The problem with an invisible character inside a stripped value, as the end of a sentence that begins with the
    name of the setting; None without one. Quotes no visible character, because the value may be a secret."""
    for character in value:
        if character == " " or not _is_invisible(character):
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
    return "".join(f"\\u{ord(one):04x}" if _is_invisible(one) else one for one in name)


def _is_invisible(character: str) -> bool:
    return character in _BLANK or unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp", "Zs")


def _is_undecoded(character: str) -> bool:
    """Whether the character represents a byte of the environment that is not UTF-8."""
    return unicodedata.category(character) == "Cs"
