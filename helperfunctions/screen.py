"""What people see in the terminal: lines, panels and a progress bar. Falls silent gracefully in a pipe."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.filesize import decimal
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Advance(Protocol):
    """Moves the bar on by one, and says what is being done."""

    def __call__(self, doing: str) -> None: ...


def in_words(size: int) -> str:
    """A number of bytes as people read it: 12.3 MB."""
    return decimal(size)


def on_standard_error() -> "Screen":
    """For what must not get between what goes to standard output."""
    return Screen(Console(stderr=True, highlight=False))


class Screen:
    """A terminal or a pipe. Texts are printed as they are: square brackets in a streamer's name are no markup."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)

    def line(self, text: str = "") -> None:
        """One line."""
        self._console.print(text, markup=False)

    def panel(self, title: str, text: str) -> None:
        """A text in a frame."""
        from rich.text import Text

        self._console.print(Panel(Text(text), title=Text(title), title_align="left", width=68))

    @contextmanager
    def doing(self, what: str) -> Iterator[Callable[[int], None]]:
        """Say what goes on, and how many bytes have gone by; gone when the block ends. Nothing in a pipe."""
        with self._console.status(what) as status:
            yield lambda size: status.update(f"{what} {in_words(size)}")

    @contextmanager
    def progress(self, total: int) -> Iterator[Advance]:
        """A progress bar of `total` steps, gone when the block ends."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._console, transient=True) as progress:
            task = progress.add_task("", total=total)

            def advance(doing: str) -> None:
                progress.update(task, advance=1, description=doing)

            yield advance
