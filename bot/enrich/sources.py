"""The clients of one run. Nothing of them stays in memory between two runs."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from datetime import timedelta
from functools import partial
from typing import Any, Final

from bot.enrich.job import EnrichJob
from bot.enrich.match import Igdb, Sources
from helperfunctions.clock import Clock
from helperfunctions.database import Database
from helperfunctions.settings import Settings
from helperfunctions.token_cache import TokenFile

# Attempts of a request, and the seconds within which it is given up; the next run makes up for one that failed.
ATTEMPTS: Final = 4
PATIENCE_SECONDS: Final = 60.0

Wait = Callable[[timedelta], bool]
Recorded = Callable[[Igdb], AbstractContextManager[Igdb]]


def job_of(
    settings: Settings,
    database: Database,
    clock: Clock,
    timeout: tuple[float, float] | None = None,
    wait: Wait | None = None,
    recorded: Recorded = nullcontext,
) -> EnrichJob:
    """The job under these settings; without IGDB_ENABLED or without credentials it does nothing.

    `timeout`: to connect and to read, in seconds; None for the clients' own. `wait`: as of `wiring.open_bot`.
    `recorded`: what IGDB is for the time of a run, for others who follow what it answers.
    """
    job = EnrichJob(database, clock)
    if not settings.igdb_enabled or settings.twitch_client_id is None or settings.twitch_client_secret is None:
        return job
    is_stopping = partial(wait, timedelta(0)) if wait else job.is_stopping
    return EnrichJob(database, clock, partial(_opened, settings, clock, timeout, wait, recorded), is_stopping)


@contextmanager
def _opened(
    settings: Settings,
    clock: Clock,
    timeout: tuple[float, float] | None,
    wait: Wait | None,
    recorded: Recorded,
) -> Iterator[Sources]:
    from helperfunctions.igdb_api import IgdbApi
    from helperfunctions.twitch_api import TwitchApi
    from helperfunctions.twitch_http import TIMEOUT

    client_id, client_secret = settings.twitch_credentials()
    given: dict[str, Any] = {
        "auth_url": settings.twitch_auth_url,
        "client_id": client_id,
        "client_secret": client_secret,
        "clock": clock,
        # The same token as that of the client that takes polls.
        "tokens": TokenFile(settings.data_dir / "twitch-token.json"),
        "timeout": timeout or TIMEOUT,
        "attempts": ATTEMPTS,
        "patience_seconds": PATIENCE_SECONDS,
        "wait": wait,
    }
    with (
        closing(TwitchApi(api_url=settings.twitch_api_url, **given)) as directory,
        closing(IgdbApi(api_url=settings.igdb_api_url, **given)) as igdb,
        recorded(igdb) as followed,
    ):
        yield Sources(directory, followed)
