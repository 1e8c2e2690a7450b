"""The whole pipeline in one command: embedded database, simulated Twitch and X, and a lake on a simulated S3.

`make lake-demo` runs it. At its end the lake is compared with its ledger, and read by DuckDB.
"""

import os
import sys
import tempfile
from pathlib import Path

from bot.demo.run import run_demo
from helperfunctions import log
from helperfunctions.screen import Screen
from tests.seaweed import AWS, BUCKET, serving


def main() -> None:
    """Run a day of the bot with a small Twitch."""
    log.set_up("CRITICAL")
    os.environ.update(AWS)
    with tempfile.TemporaryDirectory(prefix="lake-demo-") as folder:
        store = Path(folder) / "s3"
        store.mkdir()
        with serving(store) as seaweed:
            Screen().line(f"A simulated S3 (SeaweedFS) is at {seaweed.url}")
            run_demo(
                channels=int(sys.argv[1]) if len(sys.argv) > 1 else 2000,
                seed=1,
                fault_rate=0.0,
                keep=None,
                charts=Path(folder) / "charts",
                lake_at=(f"s3://{BUCKET}/demo", seaweed.url),
            )


if __name__ == "__main__":
    main()
