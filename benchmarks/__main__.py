"""`python -m benchmarks [NAME …] [--full] [--names N]`: measure. NAME is a key of BENCHMARKS; without one, all."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from benchmarks import (
    accuracy,
    ask,
    chat,
    chat_day,
    chat_live,
    chat_queue,
    crawl,
    first_visit,
    lake,
    memory,
    rollup,
    sizing,
    staging,
    understand,
    web,
)
from helperfunctions import log

BENCHMARKS: Final[Mapping[str, Callable[[argparse.Namespace], None]]] = {
    "staging": lambda _: staging.main(),
    "crawl": lambda _: crawl.main(),
    "rollup": lambda given: rollup.main(full=given.full),
    "lake": lambda given: lake.main(full=given.full),
    "accuracy": lambda _: accuracy.main(),
    "ask": lambda given: ask.main(full=given.full),
    "memory": lambda _: memory.main(),
    "web": lambda given: web.main(full=given.full),
    "first-visit": lambda given: first_visit.main(dict(given.address)),
    "sizing": lambda _: sizing.main(),
    "chat": lambda _: chat.main(),
    "chat-queue": lambda _: chat_queue.main(),
    "understand": lambda given: understand.main(streamers=given.streamers),
    "chat-live": lambda _: chat_live.main(),
    "chat-day": lambda _: chat_day.main(),
}
# They are run by another one too.
PARTS: Final = frozenset({"chat-live", "chat-day"})


def _named_address(text: str) -> tuple[str, str]:
    name, _, address = text.partition("=")
    if not name or not address.startswith(("http://", "https://")):
        raise argparse.ArgumentTypeError(f"{text} should be a name, = and a URL, as before=http://127.0.0.1:8001/")
    return name, address


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the benchmarks named on the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure, with ratios within one run.")
    parser.add_argument(
        "benchmarks", nargs="*", metavar="name", help=f"one of: {', '.join(BENCHMARKS)}; none: all of them"
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help="roll up 28.8 million rows, and answer and show five years at full size, as well: an hour, and disk space",
    )
    parser.add_argument(
        "--names",
        dest="streamers",
        type=int,
        nargs="+",
        default=understand.DEFAULT,
        metavar="N",
        help="understand mentions among this many streamers; by default 10,000, then 100,000",
    )
    parser.add_argument(
        "--address",
        type=_named_address,
        action="append",
        default=[],
        metavar="NAME=URL",
        help="first-visit: another dashboard that runs already, such as an older build's demo, to compare with",
    )
    given = parser.parse_args(arguments)
    if unknown := set(given.benchmarks) - set(BENCHMARKS):
        parser.error(f"there is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    log.set_up("ERROR")
    for name, run in BENCHMARKS.items():
        if name in (given.benchmarks or BENCHMARKS.keys() - PARTS):
            run(given)


if __name__ == "__main__":
    main()
