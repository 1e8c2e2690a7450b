"""A bot with genres, for the tests of the job `enrich`, and what games and genres it has."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.jobs import Bot
from bot.wiring import open_bot
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.settings import Settings
from sandbox.server import TwitchSandbox
from tests.contract.conftest import CLIENT_ID, CLIENT_SECRET
from tests.factories import a_stream, rows, stage

LEAGUE, DOTA, CHATTING = "21779", "29595", "509658"
MATCHES = "select game_id, igdb_id, how from game_matches order by game_id"
MakeBot = Callable[..., Bot]


@contextmanager
def bots_with_genres(
    sandbox: TwitchSandbox, url: str, clock: VirtualClock, folder: Path, timeout: tuple[float, float]
) -> Iterator[MakeBot]:
    """A function that builds a bot with genres, or with other settings; all are closed when the block ends."""
    with ExitStack() as stack:

        def made(wait: Callable[[timedelta], bool] | None = None, **changes: Any) -> Bot:
            settings: dict[str, Any] = {
                "database_url": SecretStr(url),
                "data_dir": folder,
                "twitch_client_id": CLIENT_ID,
                "twitch_client_secret": SecretStr(CLIENT_SECRET),
                "twitch_api_url": sandbox.api_url,
                "twitch_auth_url": sandbox.auth_url,
                "igdb_api_url": sandbox.igdb_url,
                "igdb_enabled": True,
            }
            opened = open_bot(
                Settings(**settings | changes), clock=clock, random=lambda: 0.5, twitch_timeout=timeout, wait=wait
            )
            return stack.enter_context(opened)

        yield made


def play(database: Database, *game_ids: str, at: Any, polls: int = 1) -> None:
    """Polls with a stream of each game: of 1,000 viewers the first, of 900 the next."""
    streams = [a_stream(1000 - 100 * n, streamer=f"s{n}", game=game) for n, game in enumerate(game_ids)]
    stage(database, *streams, at=at, polls=polls)


def hours(url: str, table: str, column: str) -> dict[int, tuple[float, float]]:
    """Whole and split hours of the day by class."""
    found = rows(url, f"select {column}, round(watch_hours), round(watch_hours_split::numeric, 3) from {table}")
    return {class_id: (float(whole), float(split)) for class_id, whole, split in found}
