"""The dashboard over a benchmark's database, as a process of its own: `python -m benchmarks.web_server URL INSTANT`."""

import sys
from datetime import datetime

from bot.web.serve import serve
from bot.wiring import open_reading, open_site
from helperfunctions import log
from helperfunctions.clock import VirtualClock
from helperfunctions.settings import Settings


def main() -> None:
    """Serve on a free port, which is written to the output, until told to stop."""
    log.set_up("ERROR")
    settings = Settings.model_validate({"database_url": sys.argv[1], "web_requests_per_minute": 0})
    with open_reading(settings) as reads:
        site = open_site(settings, reads, VirtualClock(datetime.fromisoformat(sys.argv[2])))
        serve(site, host="127.0.0.1", port=0, ready=lambda address: print(address, flush=True))


if __name__ == "__main__":
    main()
