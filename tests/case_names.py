"""Names of parametrised cases: each shows the values of its case."""

from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

_LONGEST = 60
_SHOWN = (str, bytes, Exception, Mapping, list, set, tuple, date, time, timedelta, Decimal, Path, SecretStr, ZoneInfo)


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """The name of a value that has no `id`, or None where pytest's own shows it.

    Raises a UsageError for a value that cannot be shown in a few words: pytest would name it by a number.
    """
    if is_dataclass(val) and not isinstance(val, type):
        raise pytest.UsageError(f"{argname}: give this case an id, as in pytest.param(..., id='on the last day')")
    if isinstance(val, Enum) or not isinstance(val, _SHOWN):
        return None
    # A half of a pair of code units cannot be written to a terminal or a file.
    name = _words(val).encode("utf-8", "backslashreplace").decode()
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"


def _words(value: object) -> str:
    if isinstance(value, Exception):
        return type(value).__name__
    if isinstance(value, Enum):
        return value.name.lower()
    if isinstance(value, Mapping):
        return " ".join(f"{key}={_words(one)}" for key, one in value.items()) or "nothing"
    if isinstance(value, set):
        return " ".join(sorted(_words(one) for one in value)) or "nothing"
    if isinstance(value, list | tuple):
        return " ".join(_words(one) for one in value) or "nothing"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S%z}"
    return str(value)
