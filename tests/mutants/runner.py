"""Applies changes to a copy of the checkout, one at a time, and runs the tests that should notice each."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from time import monotonic

from tests.mutants.changes import Change

ROOT = Path(__file__).resolve().parents[2]
# A change may make a loop endless. Its tests may take this many times their usual time.
PATIENCE = 4
LEAST_SECONDS = 60.0


class Outcome(StrEnum):
    """The result of the tests of a change."""

    NOTICED = "noticed"
    SURVIVED = "survived"
    TIMED_OUT = "timed out"


class SuiteFails(Exception):
    """Tests fail without any change, so they cannot judge one."""


@dataclass
class Runner:
    """Runs tests in `folder`, a copy of the checkout that nobody else writes to."""

    folder: Path
    workers: int
    _usual_seconds: dict[tuple[str, ...], float] = field(default_factory=dict)

    def outcome_of(self, change: Change, tests: Sequence[str]) -> Outcome:
        """Apply the change, run the tests, and undo the change. Raises SuiteFails."""
        usual = self._usual(tuple(tests))
        file = self.folder / change.path
        file.write_text(change.after)
        try:
            code = self._run(tests, max(LEAST_SECONDS, PATIENCE * usual))
        except subprocess.TimeoutExpired:
            return Outcome.TIMED_OUT
        finally:
            file.write_text(change.before)
        return Outcome.SURVIVED if code == 0 else Outcome.NOTICED

    def _usual(self, tests: tuple[str, ...]) -> float:
        """Seconds that the tests take on unchanged code."""
        if tests not in self._usual_seconds:
            began = monotonic()
            if self._run(tests, None) != 0:
                raise SuiteFails(f"these tests fail without any change: {' '.join(tests)}")
            self._usual_seconds[tests] = monotonic() - began
        return self._usual_seconds[tests]

    def _run(self, tests: Sequence[str], timeout: float | None) -> int:
        command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-n", str(self.workers)]
        environment = {**os.environ, "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        with subprocess.Popen(
            [*command, *tests],
            cwd=self.folder,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            try:
                return process.wait(timeout)
            except BaseException:
                # The workers and the servers that they started belong to the same session.
                os.killpg(process.pid, 9)
                raise


@contextmanager
def copy_of_the_checkout(folder: Path) -> Iterator[Path]:
    """A worktree of the current commit at `folder`, removed at the end."""
    _git("worktree", "add", "--detach", "--quiet", str(folder), "HEAD")
    try:
        yield folder
    finally:
        _git("worktree", "remove", "--force", str(folder))


def tracked_files() -> list[str]:
    """The paths that git tracks, from the top folder."""
    return _git("ls-files").splitlines()


def _git(*words: str) -> str:
    return subprocess.run(
        ["git", *words],  # noqa: S607 - the developer's git
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
