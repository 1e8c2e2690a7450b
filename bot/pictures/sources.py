"""The clients of one run. Nothing of them stays in memory between two runs."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from typing import Final

from bot.pictures.job import Directory, Sources

# Attempts of a request to the directory; the next run makes up for one that failed.
ATTEMPTS: Final = 3


@contextmanager
def opened(
    open_directory: Callable[[], AbstractContextManager[Directory]], api_url: str, timeout: tuple[float, float] | None
) -> Iterator[Sources]:
    """The directory, and the server for pictures that belongs to this address of the API. `timeout`: to connect and to
    read, in seconds; None for the client's own."""
    from helperfunctions import twitch_pictures

    server = twitch_pictures.TwitchPictures(api_url=api_url, timeout=timeout or twitch_pictures.TIMEOUT)
    with closing(server), open_directory() as directory:
        yield Sources(directory, server)
