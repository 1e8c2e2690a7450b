"""Two months of the job `enrich`, and a day and a half of the job `pictures`, are the recorded ones: what is requested,
and how each table changes (`make recorded` records them again).

The sandbox is asked at exact instants: a second before a game or a picture is due, and when it is.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import psycopg2
import pytest
from pydantic import SecretStr

from bot.jobs import Bot
from bot.wiring import open_bot
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import TwitchError
from helperfunctions.settings import Settings
from sandbox.faults import Faults
from sandbox.messages import Request, Response
from sandbox.server import TwitchSandbox
from sandbox.world import World
from tests.contract.conftest import CLIENT_ID, CLIENT_SECRET
from tests.contract.enriching import CHATTING, DOTA, LEAGUE
from tests.factories import a_stream, stage, write
from tests.recorded import compare

FOLDER = Path(__file__).parent / "recorded"
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
ENRICHED: Final = (
    "game_matches",
    "igdb_games",
    "igdb_games_genres",
    "igdb_games_game_modes",
    "igdb_games_themes",
    "genre_days",
    "daily_genres",
    "daily_game_modes",
    "daily_themes",
    "daily_release_ages",
    "hourly_genres",
)
_ANY_PORT: Final = re.compile(r"http://127\.0\.0\.1:\d+")
_LISTED: Final = re.compile(r"(?<=\()[^()]*,[^()]*,[^()]*,[^()]*,[^()]*(?=\))")


class HeardSandbox(TwitchSandbox):
    """A sandbox that records the requests to it, without those for tokens."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.heard: list[str] = []

    def answer_after(self, seconds: float) -> None:
        """Let each request take this long on the clock."""
        self._seconds_per_request = seconds

    def answer(self, request: Request) -> Response:
        if not request.path.startswith("/oauth2"):
            self.heard.append(f"{request.method} {_shortened(request)}")
        return super().answer(request)


def _shortened(request: Request) -> str:
    """The request, with the first, the last and the number of many ids."""
    target = unquote(request.target)
    ids = request.query.get("id", [])
    if len(ids) > 4:
        target = f"{request.path}?id={ids[0]}…{ids[-1]} ({len(ids)})"
    return f"{target} {_LISTED.sub(_ends, request.body.decode())}".strip()


def _ends(found: re.Match[str]) -> str:
    first, *_, last = found[0].split(",")
    return f"{first}…{last}: {found[0].count(',') + 1}"


@dataclass
class Scenario:
    """A bot at virtual instants, and a text with what each step did."""

    bot: Bot
    sandbox: HeardSandbox
    clock: VirtualClock
    url: str
    tables: Sequence[str]
    lines: list[str] = field(default_factory=list)
    known: dict[str, list[str]] = field(default_factory=dict)

    def at(self, instant: datetime, title: str, do: Callable[[], object]) -> None:
        """Do something at an instant: its result, the requests that it made, and the rows that it changed."""
        self.clock.move_to(instant)
        self.sandbox.heard.clear()
        try:
            result = str(do())
        except TwitchError as exc:
            result = f"{type(exc).__name__}: {exc}"
        self.lines += ["", f"{instant:%F %T} {title}", f"  {result.replace(self.sandbox.url, 'http://sandbox')}"]
        self.lines += [f"  > {one}" for one in self.sandbox.heard]
        for table in self.tables:
            self._changed(table)

    def _changed(self, table: str) -> None:
        before, now = self.known.get(table, []), _rows_of(self.url, table)
        self.lines += [f"  - {table} {row}" for row in before if row not in now]
        self.lines += [f"  + {table} {row}" for row in now if row not in before]
        self.known[table] = now


def _rows_of(url: str, table: str) -> list[str]:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(f"select * from {table}")
        columns = [column.name for column in cursor.description or ()]
        rows = [" ".join(f"{name}={_text(value)}" for name, value in zip(columns, row, strict=True)) for row in cursor]
    return sorted(rows)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        # A pause between two attempts is drawn by lot, and is less than a minute.
        return f"{value.astimezone(UTC):%FT%H:%M}"
    if isinstance(value, float):
        return f"{value:.9g}"
    return f"{len(value)}B" if isinstance(value, memoryview) else str(value)


@contextmanager
def scenario(
    world: World, clock: VirtualClock, faults: Faults, url: str, folder: Path, tables: Sequence[str]
) -> Iterator[Scenario]:
    given: dict[str, Any] = {"faults": faults, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    with HeardSandbox(world, clock, **given) as sandbox:
        settings: dict[str, Any] = {
            "database_url": SecretStr(url),
            "data_dir": folder,
            "twitch_client_id": CLIENT_ID,
            "twitch_client_secret": SecretStr(CLIENT_SECRET),
            "twitch_api_url": sandbox.api_url,
            "twitch_auth_url": sandbox.auth_url,
            "igdb_api_url": sandbox.igdb_url,
            "igdb_enabled": True,
            "web_pictures": True,
        }
        with open_bot(Settings(**settings), clock=clock, random=lambda: 0.5, twitch_timeout=(10.0, 10.0)) as bot:
            yield Scenario(bot, sandbox, clock, url, tables)


def test_two_months_of_enrichment(
    world: World,
    clock: VirtualClock,
    faults: Faults,
    database: Database,
    url: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    unknown_to_helix = [n for n, igdb_id in enumerate(world.games.igdb_ids) if n > 10 and not igdb_id]
    external = world.games.ids[next(number for number in unknown_to_helix if number % 3)]
    unknown = world.games.ids[next(number for number in unknown_to_helix if not number % 3)]
    edition = world.games.ids[next(number for number in range(17, 800, 17) if world.games.igdb_ids[number])]
    names = (LEAGUE, DOTA, CHATTING, external, unknown, edition, "deleted")
    first = clock.now()
    with scenario(world, clock, faults, url, tmp_path, ENRICHED) as log:
        catalogue, run = log.sandbox.igdb.catalogue, log.bot.enrich_job.run
        log.at(first, "nothing was seen", run)
        for number in range(2):
            day = first.date() + number * DAY
            streams = [
                a_stream(1000 - 100 * place, streamer=f"s{place}", game=game)
                for place, game in enumerate((*names, "") if number else names[:6])
            ]
            stage(database, *streams, at=first + number * DAY, day=day, polls=2, apart=timedelta(hours=12))
        faults.cue("server_error", times=3)
        log.at(first + timedelta(hours=1), "the first run, at which three requests fail", run)
        log.at(first + timedelta(hours=1, seconds=59), "nothing is due", run)
        log.at(first + DAY, "the first day is over", lambda: log.bot.rollup.daily() and run())
        second = first + DAY + timedelta(hours=1, minutes=5)
        log.at(second, "unknown games a day later", run)
        log.at(first + 2 * DAY, "the second day is over", lambda: log.bot.rollup.daily() and run())
        faults.cue("html", times=4)
        log.at(second + 7 * DAY + timedelta(minutes=5), "a week later IGDB fails four times", run)
        log.at(second + 7 * DAY + timedelta(minutes=10), "the next run", run)
        write(url, "update game_matches set next_check_at = next_check_at + interval '5 days' where how = 'none'")
        catalogue.change(115, clock.now(), genres=[36], first_release_date=int(first.timestamp()) - 29 * 86400)
        of_edition = int(world.games.igdb_ids[world.games.ids.index(edition)])
        catalogue.change(of_edition, clock.now(), genres=[], version_parent=None, parent_game=2963)
        del catalogue.games[2963]
        again = first + 30 * DAY + timedelta(hours=1, minutes=5)
        log.at(
            again, "known games after 30 days: a genre is withdrawn, DOTA is gone, the edition has another parent", run
        )
        log.at(again + DAY + timedelta(minutes=5), "DOTA is not found for a second time", run)
        log.at(again + 30 * DAY + timedelta(hours=1), "after 30 days more", run)
        due_at = datetime(2027, 3, 1, tzinfo=UTC)
        write(url, "update game_matches set next_check_at = %s", due_at)
        log.at(due_at - SECOND, "a second before all are due", run)
        log.at(due_at, "all are due", run)
    compare(FOLDER / "enrichment.txt", _ANY_PORT.sub("http://here", "\n".join(log.lines).lstrip() + "\n"), request)


def test_batches_and_the_end_of_a_run(
    world: World,
    clock: VirtualClock,
    faults: Faults,
    url: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    """501 new games are two batches, of which the second is not begun four minutes after the run."""
    write(
        url,
        "insert into games (game_id, game_name, first_seen_day, last_seen_day)"
        " select id, id, '2026-11-21', '2026-11-21' from unnest(%s) as known (id)",
        sorted(world.games.ids[1:502]),
    )
    began = clock.now()
    with scenario(world, clock, faults, url, tmp_path, ()) as log:
        # The first run gets the token. Then the first batch is twelve requests, the last of which ends before or when
        # four minutes have passed.
        for number, seconds in enumerate((1.0, 19.99, 20.0)):
            log.sandbox.answer_after(seconds)
            log.at(began + number * DAY, f"{seconds} seconds per request", log.bot.enrich_job.run)
            write(url, "delete from game_matches")
    compare(FOLDER / "batches.txt", _ANY_PORT.sub("http://here", "\n".join(log.lines).lstrip() + "\n"), request)


def test_a_day_and_a_half_of_pictures(
    world: World,
    clock: VirtualClock,
    faults: Faults,
    database: Database,
    url: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    began = clock.now()
    ids = [(world.streamers.id(number), world.games.ids[number + 1]) for number in range(3)]
    streams = [a_stream(1000 - n, streamer=streamer, game=game) for n, (streamer, game) in enumerate(ids)]
    stage(database, *streams, a_stream(60, streamer="gone", game="", game_name=""), at=began)
    with scenario(world, clock, faults, url, tmp_path, ("pictures",)) as log:
        run = log.bot.picture_job.run
        for fault in ("picture_missing", "picture_huge", "picture_svg", "picture_redirect"):
            faults.cue(fault)
        log.at(began, "the first run: four are refused", run)
        log.at(began + timedelta(hours=18) - SECOND, "not due yet", run)
        faults.cue("picture_missing", times=6)
        log.at(began + timedelta(hours=18), "due: all are missing, and those that are stored stay", run)
        log.at(began + timedelta(hours=23) - SECOND, "a second before they are too old", run)
        log.at(began + timedelta(hours=23), "too old", run)
        faults.cue("picture_unavailable", times=5)
        log.at(began + timedelta(hours=36), "due again: five failures in a row end the run", run)
        faults.cue("picture_unavailable", times=4)
        log.at(began + timedelta(hours=36, minutes=30), "four failures in a row do not", run)
        log.at(began + timedelta(hours=37), "the next run", run)
    compare(FOLDER / "pictures.txt", _ANY_PORT.sub("http://here", "\n".join(log.lines).lstrip() + "\n"), request)


def test_every_file_is_compared_by_one_of_these_tests() -> None:
    assert {path.name for path in FOLDER.glob("*")} == {"enrichment.txt", "batches.txt", "pictures.txt"}
