"""Tables for a spreadsheet: CSV that Excel reads as UTF-8, and that computes nothing. Pure."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import fields
from datetime import date, datetime
from typing import Any

from bot.core.spreadsheet import BYTE_ORDER_MARK, defused


def csv_of(rows: Sequence[Any], row: type) -> str:
    """The rows, which are dataclasses of the type `row`, under the names of its fields. Numbers stay numbers; a list is
    JSON."""
    names = [field.name for field in fields(row)]
    text = io.StringIO()
    text.write(BYTE_ORDER_MARK)
    writer = csv.writer(text)
    writer.writerow(names)
    writer.writerows([_cell(getattr(one, name)) for name in names] for one in rows)
    return text.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return defused(value)
    if isinstance(value, list | tuple):
        return json.dumps(value)
    return value.isoformat() if isinstance(value, date | datetime) else value
