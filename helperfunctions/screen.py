"""Terminal output: lines, panels and progress bars. Progress is not shown in a pipe."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.filesize import decimal
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Advance(Protocol):
    """Advance the progress bar by one step, with a description of that step."""

    def __call__(self, doing: str) -> None: ...


def in_words(size: int) -> str:
    """Format a number of bytes: 12.3 MB."""
    return decimal(size)


def on_standard_error() -> "Screen":
    """A screen on standard error, for messages that must not mix with standard output."""
    return Screen(Console(stderr=True, highlight=False))


class Screen:
    """A terminal or a pipe. Texts are printed literally: square brackets in a streamer's name are not markup."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)

    def line(self, text: str = "") -> None:
        """Print one line."""
        self._console.print(text, markup=False)

    def panel(self, title: str, text: str) -> None:
        """Print a text in a frame with a title."""
        from rich.text import Text

        self._console.print(Panel(Text(text), title=Text(title), title_align="left", width=68))

    @contextmanager
    def doing(self, what: str) -> Iterator[Callable[[int], None]]:
        """Show a status line until the block ends. Yields a function that takes the number of bytes processed."""
        with self._console.status(what) as status:
            yield lambda size: status.update(f"{what} {in_words(size)}")

    @contextmanager
    def progress(self, total: int) -> Iterator[Advance]:
        """Show a progress bar of `total` steps until the block ends."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._console, transient=True) as progress:
            task = progress.add_task("", total=total)

            def advance(doing: str) -> None:
                progress.update(task, advance=1, description=doing)

            yield advance
