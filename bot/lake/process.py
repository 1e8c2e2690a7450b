"""The process in which the running bot does a turn of the lake: an order as JSON comes in, a line goes out."""

import json
import logging
import resource
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, Final

# More than a turn needs; DuckDB limits itself to less. Only a leak reaches it.
_MOST_BYTES: Final = 1_000_000_000


def main() -> int:
    """Do a turn, print its result, and return the exit code."""
    from bot.lake.sources import opened_by_order
    from bot.lake.work import whole_turn
    from helperfunctions.clock import ShiftedClock
    from helperfunctions.errors import WatchTimeError

    _limit_memory()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
    order: dict[str, Any] = json.load(sys.stdin)
    try:
        with opened_by_order(order, ShiftedClock(datetime.fromisoformat(order["now"]))) as lake:
            run = whole_turn(lake)
    except WatchTimeError as exc:
        print(exc, file=sys.stderr)  # noqa: T201 - the output of this process
        return exc.exit_code
    print(run)  # noqa: T201
    if run.errors:
        print(run.errors[0], file=sys.stderr)  # noqa: T201
        return run.errors[0].exit_code
    return 0


def _limit_memory() -> None:
    """Limit the data of this process, and let the kernel end it, and not the bot, when memory is short."""
    with suppress(OSError, ValueError):
        _, hard = resource.getrlimit(resource.RLIMIT_DATA)
        limit = _MOST_BYTES if hard == resource.RLIM_INFINITY else min(_MOST_BYTES, hard)
        resource.setrlimit(resource.RLIMIT_DATA, (limit, hard))
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


if __name__ == "__main__":
    sys.exit(main())
