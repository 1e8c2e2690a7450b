"""`python -m benchmarks [staging] [crawl] [rollup] [accuracy] [ask] [memory] [web] [--full]`: measure; no name: all."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from benchmarks import accuracy, ask, crawl, memory, rollup, staging, web
from helperfunctions import log

BENCHMARKS: Final[Mapping[str, Callable[[bool], None]]] = {
    "staging": lambda _: staging.main(),
    "crawl": lambda _: crawl.main(),
    "rollup": lambda full: rollup.main(full=full),
    "accuracy": lambda _: accuracy.main(),
    "ask": lambda full: ask.main(full=full),
    "memory": lambda _: memory.main(),
    "web": lambda full: web.main(full=full),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmarks named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure, with ratios within one run.")
    parser.add_argument("names", nargs="*", metavar="name", help=f"one of: {', '.join(BENCHMARKS)}; none: all of them")
    parser.add_argument(
        "--full",
        action="store_true",
        help="roll up 28.8 million rows, and ask and look at five years at full size, as well: an hour, and disk",
    )
    given = parser.parse_args(arguments)
    if unknown := set(given.names) - set(BENCHMARKS):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    log.set_up("ERROR")
    for name, run in BENCHMARKS.items():
        if not given.names or name in given.names:
            run(given.full)


if __name__ == "__main__":
    main()
