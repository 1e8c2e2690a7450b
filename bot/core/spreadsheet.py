"""Text for the cells of a spreadsheet: it is shown as it is, and never computed. Pure."""

import unicodedata
from typing import Final

from helperfunctions.invisible import is_invisible

# Excel takes a file without this mark for one in the encoding of old Windows.
BYTE_ORDER_MARK: Final = "\ufeff"
# A spreadsheet computes a text that begins with one of these, also after invisible characters.
_FORMULA: Final = ("=", "+", "-", "@")
_BEGINS_A_CELL: Final = ("\t", "\r", "\n")


def defused(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet would compute it.

    Signs of other widths and heights are read as the usual ones. Source: OWASP, CSV injection.
    """
    return f"'{text}" if _is_formula(text) else text


def _is_formula(text: str) -> bool:
    # Most names. Not of other scripts: some of their letters are invisible.
    if text[:1].isascii() and text[:1].isalnum():
        return False
    first = next((char for char in text if not is_invisible(char)), "")
    return text.startswith(_BEGINS_A_CELL) or unicodedata.normalize("NFKC", first) in _FORMULA
