"""The job under the settings, and the clients of one run. Nothing of them stays in memory between two runs."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import timedelta
from functools import partial
from typing import Final

from bot.pictures.job import Directory, PictureJob, Sources
from helperfunctions.clock import Clock
from helperfunctions.database import Database
from helperfunctions.settings import Settings

# Attempts of a request to the directory; the next run makes up for one that failed.
ATTEMPTS: Final = 3


OpenDirectory = Callable[[], AbstractContextManager[Directory]]


def job_of(
    settings: Settings,
    database: Database,
    clock: Clock,
    open_directory: OpenDirectory | None,
    timeout: tuple[float, float] | None = None,
    wait: Callable[[timedelta], bool] | None = None,
) -> PictureJob:
    """The job under these settings; without WEB_PICTURES, or without a directory, it only deletes.

    `timeout`: to connect and to read, in seconds; None for the client's own. `wait`: as of `wiring.open_bot`.
    """
    open_sources = None
    if settings.web_pictures and open_directory is not None:
        open_sources = partial(opened, open_directory, settings.twitch_api_url, timeout)
    return PictureJob(
        database=database,
        clock=clock,
        poll_every=timedelta(minutes=settings.poll_every_minutes),
        open_sources=open_sources,
        without_logins=settings.no_pictures_of,
        is_stopping=partial(wait, timedelta(0)) if wait else lambda: False,
    )


@contextmanager
def opened(open_directory: OpenDirectory, api_url: str, timeout: tuple[float, float] | None) -> Iterator[Sources]:
    """The directory, and the server for pictures that belongs to this address of the API. `timeout`: to connect and to
    read, in seconds; None for the client's own."""
    from helperfunctions import twitch_pictures

    server = twitch_pictures.TwitchPictures(api_url=api_url, timeout=timeout or twitch_pictures.TIMEOUT)
    with closing(server), open_directory() as directory:
        yield Sources(directory, server)
