"""What people see in the terminal: lines, panels and a progress bar. Falls silent gracefully in a pipe."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.panel import Panel
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TransferSpeedColumn,
)


class Advance(Protocol):
    """Moves the bar on by one, and says what is being done."""

    def __call__(self, doing: str) -> None: ...


def on_errors() -> Console:
    """The terminal of standard error, when standard output is for something else."""
    return Console(stderr=True, highlight=False)


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
    def progress(self, total: int) -> Iterator[Advance]:
        """A progress bar of `total` steps, gone when the block ends."""
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._console, transient=True) as progress:
            task = progress.add_task("", total=total)

            def advance(doing: str) -> None:
                progress.update(task, advance=1, description=doing)

            yield advance

    @contextmanager
    def counting(self, doing: str) -> Iterator[Callable[[int], None]]:
        """Bytes going by, nobody knows how many there will be; gone when the block ends."""
        columns = (TextColumn("{task.description}"), DownloadColumn(), TransferSpeedColumn(), TimeElapsedColumn())
        silent = not self._console.is_terminal
        with Progress(*columns, console=self._console, transient=True, disable=silent) as progress:
            task = progress.add_task(doing, total=None)
            yield lambda moved: progress.update(task, advance=moved)
