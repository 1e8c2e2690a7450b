"""`make mutants`: make small changes at random and report which of them no test notices.

Run with --seed to repeat a run. A survivor is a hole in the tests, or a change without an effect: a person decides.
"""

import argparse
import random
import sys
import tempfile
from collections import Counter
from pathlib import Path
from signal import SIGTERM, signal

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.mutants.changes import Change, draw
from tests.mutants.rooms import EVERYTHING, first_tests, may_be_changed
from tests.mutants.runner import ROOT, Outcome, Runner, copy_of_the_checkout, tracked_files


def main() -> int:
    """Run from the command line. The exit code is 1 when more than the allowed share survives."""
    wanted = _arguments()
    # The copy of the checkout and the tests that run in it end with this program, also when it is stopped.
    signal(SIGTERM, lambda *_: sys.exit(128 + SIGTERM))
    console = Console()
    seed = wanted.seed if wanted.seed is not None else random.SystemRandom().randrange(1_000_000)
    console.print(f"seed {seed}, {wanted.count} changes of {wanted.only or 'all files'}")
    changes = drawn(wanted.count, seed, wanted.only)
    outcomes: Counter[Outcome] = Counter()
    with (
        tempfile.TemporaryDirectory(prefix="wt-") as folder,
        copy_of_the_checkout(Path(folder) / "copy") as copy,
        Progress(
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=console
        ) as progress,
    ):
        runner = Runner(copy, wanted.workers)
        task = progress.add_task("changes", total=len(changes))
        for change in changes:
            outcome = runner.outcome_of(change, first_tests(change.path))
            if outcome is Outcome.SURVIVED and not wanted.quick:
                outcome = runner.outcome_of(change, EVERYTHING)
            outcomes[outcome] += 1
            if outcome is Outcome.SURVIVED or wanted.verbose:
                console.print(_report(outcome, change), markup=False, highlight=False)
            progress.advance(task)
    survived = outcomes[Outcome.SURVIVED]
    share = survived / max(1, len(changes))
    console.print(", ".join(f"{outcome} {count}" for outcome, count in outcomes.items()))
    console.print(f"{survived} of {len(changes)} survived: {share:.0%} (at most {wanted.at_most:.0%})")
    return int(share > wanted.at_most)


def _report(outcome: Outcome, change: Change) -> str:
    return f"{outcome}: {change.path} ({change.what})\n{change.diff()}"


def drawn(count: int, seed: int, only: str = "") -> list[Change]:
    """`count` different changes, files drawn by their number of lines, the same ones for the same seed."""
    source = random.Random(seed)
    files = {
        path: (ROOT / path).read_text() for path in tracked_files() if path.startswith(only) and may_be_changed(path)
    }
    if not files:
        raise SystemExit(f"no file whose path begins with {only!r} takes part (see tests/mutants/rooms.py)")
    weights = [text.count("\n") for text in files.values()]
    changes: dict[str, Change] = {}
    for path in source.choices(list(files), weights, k=20 * count):
        change = draw(path, files[path], source)
        if change is not None:
            changes[change.path + change.after] = change
        if len(changes) == count:
            break
    return list(changes.values())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make mutants ARGS=…",
        description=(__doc__ or "").partition("\n\n")[2],
        epilog='Example: make mutants ARGS="--seed 7 --count 20 --only bot/reply"',
    )
    parser.add_argument("--seed", type=int, help="which changes to draw (default: a new number, printed)")
    parser.add_argument("--count", type=int, default=60, help="how many changes (default: 60)")
    parser.add_argument("--only", default="", help="only files whose path begins with this")
    parser.add_argument("--workers", type=int, default=2, help="test processes at once (default: 2)")
    parser.add_argument("--at-most", type=float, default=0.10, help="share that may survive (default: 0.10)")
    parser.add_argument("--quick", action="store_true", help="run only the tests of a changed file's own subject")
    parser.add_argument("--verbose", action="store_true", help="print the changes that were noticed, too")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
