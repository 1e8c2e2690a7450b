"""Tables for a spreadsheet: CSV that Excel reads as UTF-8, and that computes nothing. Pure."""

import csv
import io
import unicodedata
from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any, Final

from helperfunctions.invisible import is_invisible

# Excel takes a file without this mark for one in the encoding of old Windows.
_BYTE_ORDER_MARK: Final = "\ufeff"
# A spreadsheet computes a text that begins with one of these, also after invisible characters.
_FORMULA: Final = ("=", "+", "-", "@")
_BEGINS_A_CELL: Final = ("\t", "\r", "\n")


def csv_of(rows: Sequence[Any], row: type) -> str:
    """The rows, which are dataclasses of the type `row`, under the names of its fields. Numbers stay numbers."""
    names = [field.name for field in fields(row)]
    text = io.StringIO()
    text.write(_BYTE_ORDER_MARK)
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([_cell(getattr(one, name)) for name in names] for one in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, str) and _is_formula(value):
        return f"'{value}"
    return value.isoformat() if isinstance(value, date | datetime) else value


def _is_formula(text: str) -> bool:
    """True if a spreadsheet would compute a text. Signs of other widths and heights are read as the usual ones."""
    first = next((char for char in text if not is_invisible(char)), "")
    return text.startswith(_BEGINS_A_CELL) or unicodedata.normalize("NFKC", first) in _FORMULA
