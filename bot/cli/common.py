"""Helpers that several verbs share: opening the bot and its database, examples in help texts, and tables."""

import random
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TextIO

from helperfunctions.clock import SystemClock

if TYPE_CHECKING:
    from bot.jobs import Bot
    from helperfunctions.database import Database

# A column of text that is narrower than this is hard to read; the line is then left to the terminal to break.
_NARROWEST_COLUMN: Final = 24


@contextmanager
def opened_bot() -> "Iterator[Bot]":
    """The bot of the current settings, on its database, for as long as the block."""
    from bot.wiring import open_bot
    from helperfunctions import settings

    with open_bot(settings.load().settings, clock=SystemClock(), random=random.random) as bot:
        yield bot


@contextmanager
def opened_database() -> "Iterator[Database]":
    """The database of the current settings, for as long as the block."""
    from bot.wiring import open_database
    from helperfunctions import settings

    with open_database(settings.load().settings) as database:
        yield database


@contextmanager
def database_to_change() -> "Iterator[Database]":
    """The database of the current settings for a verb that writes: refused while a restore is running."""
    with opened_database() as database, database.writing():
        yield database


def examples(*lines: str) -> str:
    """The end of a verb's help: commands to copy, one per line. A comment after two spaces explains its command."""
    # The backspace character keeps the line breaks of the paragraph.
    return "\n".join(("\b", "Examples:", *(f"  {line}" for line in lines)))


def table_lines(header: Sequence[str], rows: Sequence[Sequence[str]], width: int | None) -> list[str]:
    """Rows as aligned columns; `width` is that of the terminal, or None for one line per row.

    The last column, which holds a text, is wrapped to the terminal.
    """
    everything = [header, *rows]
    widths = [max(len(row[column]) for row in everything) for column in range(len(header) - 1)]
    indent = sum(widths) + 2 * len(widths)
    lines: list[str] = []
    for row in everything:
        first = "  ".join([*(cell.ljust(size) for cell, size in zip(row[:-1], widths, strict=True)), row[-1]])
        if width is None or width - indent < _NARROWEST_COLUMN:
            lines.append(first.rstrip())
        else:
            lines += textwrap.wrap(first, width, subsequent_indent=" " * indent, break_on_hyphens=False) or [""]
    return lines


def terminal_width() -> int | None:
    """Columns of the terminal that standard output goes to; None in a pipe, whose lines have no limit."""
    return shutil.get_terminal_size().columns if is_terminal(sys.stdout) else None


def is_terminal(stream: TextIO | None) -> bool:
    """True if a standard stream is a terminal. It is None if the caller has closed it."""
    return stream is not None and stream.isatty()
