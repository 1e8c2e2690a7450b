"""Reads `.env`: lines of `NAME=value`, taken literally. The only file that uses python-dotenv."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from dotenv.parser import Binding, parse_stream

from helperfunctions.errors import SettingsError

# `NAME: value`, as in a compose file, and `NAME value`.
_NAME_WITHOUT_EQUALS: Final = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*(:?)")


@dataclass(frozen=True, slots=True)
class EnvFile:
    """The values of a `.env` by name, and the problems of its lines. Empty values are left out."""

    values: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def read(path: Path) -> EnvFile:
    """The values in the file at `path`; none if there is no file.

    `${OTHER}` is not replaced, because a password may contain it. Raises SettingsError when the file cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return EnvFile()
    except (OSError, UnicodeDecodeError) as exc:
        reason = getattr(exc, "strerror", None) or "it is not UTF-8 text"
        raise SettingsError([f"{path} cannot be read: {reason}"]) from exc
    return _parsed(text, str(path))


def _parsed(text: str, path: str) -> EnvFile:
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    problems: list[str] = []
    for line, binding in _bindings(text):
        if binding.error or (binding.key is not None and binding.value is None):
            problems.append(f"line {line} of {path} {_problem_of(binding.original.string.strip())}")
        elif binding.key is not None and binding.value and binding.value.strip():
            if values.get(binding.key, binding.value) != binding.value:
                problems.append(
                    f"{binding.key} is set twice in {path}, in line {lines[binding.key]} and in line {line}: keep one"
                )
            values[binding.key], lines[binding.key] = binding.value, line
    return EnvFile(values, problems)


def _bindings(text: str) -> Iterator[tuple[int, Binding]]:
    """Each entry with the number of its first line. The parser counts empty lines as part of the entry after them."""
    for binding in parse_stream(io.StringIO(text)):
        original = binding.original.string
        before = original[: len(original) - len(original.lstrip())]
        yield binding.original.line + before.count("\n"), binding


def _problem_of(entry: str) -> str:
    """The value is not quoted in the message: it may be a secret."""
    line = entry.partition("\n")[0]
    named = _NAME_WITHOUT_EQUALS.match(line)
    # "set MIN_VIEWERS=10" has its sign, but another word before the name.
    if named and "=" not in (line[: named.end() + 1] if named[2] else line):
        sign = "`=`, not `:`" if named[2] else "`=`"
        return f"should have {sign} after the name: {named[1]}=…"
    if "=" in line and line.partition("=")[2].strip()[:1] in ("'", '"'):
        return "has a value whose quotes do not match; a value that contains quotes needs the other kind around it"
    return "cannot be read: it should be NAME=value"
