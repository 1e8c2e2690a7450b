"""No secret is in the log, in a file or in the database after any response of Twitch, X or the database."""

import io
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
from pydantic import SecretStr

from bot.jobs import Bot
from bot.runtime.run import tasks_of
from bot.wiring import open_bot, with_watch
from helperfunctions import backup, log, reader
from helperfunctions.clock import SystemClock, VirtualClock
from helperfunctions.database import Database
from helperfunctions.drawing import MAGIC, draw_png
from helperfunctions.errors import DatabaseError, WatchTimeError
from helperfunctions.queries import Queries
from helperfunctions.settings import Settings
from sandbox.http_server import SandboxServer
from sandbox.messages import Delivery, Request, Response, json_response
from tests.acceptance.conftest import Shell, eventually
from tests.acceptance.secret_search import SECRETS, TOKEN
from tests.conftest import execute
from tests.factories import a_stream, rows, stage
from tests.planted import PASSWORD, READING_PASSWORD, found, found_below, hidden_parts, planted

# All retries of a request to Twitch take a few minutes of the clock.
LATER = timedelta(minutes=50)
A_PICTURE = MAGIC + bytes(100)
START = datetime(2026, 11, 22, 16, tzinfo=UTC)


class Sour(SandboxServer):
    """Twitch and X on one server. Its responses are chosen by the test and repeat the request."""

    def __init__(self, spoil: Callable[[Request], Response | None]) -> None:
        super().__init__(SystemClock(), host="127.0.0.1", port=0)
        self._spoil = spoil
        self.spoilt = 0

    def answer(self, request: Request) -> Response:
        spoilt = self._spoil(request)
        if spoilt is not None:
            self.spoilt += 1
            if spoilt.delivery is Delivery.SLOW:
                self.keep_waiting(30)
            return spoilt
        return json_response(_good(request))


def _good(request: Request) -> object:
    match request.path:
        case "/oauth2/token":
            return {"access_token": TOKEN, "expires_in": 5_000_000, "token_type": "bearer"}
        case "/2/users/me":
            return {"data": {"id": "1", "name": "bot", "username": "watchtimebot"}}
        case "/2/media/upload":
            return {"data": {"id": "2", "media_key": "3_2", "expires_after_secs": 86400}}
        case "/2/tweets":
            return {"data": {"id": "1900000000000000001", "text": "…"}}
    return {"data": [], "meta": {"result_count": 0}}


def repeated(request: Request) -> str:
    """The request as text: the decoded fields of the form, the headers, and the body."""
    fields = [value for values in parse_qs(request.body.decode(errors="replace")).values() for value in values]
    return " ".join([*fields, *request.headers.values(), request.body.decode(errors="replace")])


def refusing(status: int, request: Request, **more: object) -> Response:
    text = repeated(request)
    body = {"title": "No", "detail": text, "message": text, "reason": text, "error": text, "status": status}
    return json_response(body | {"errors": [{"message": text}]} | more, status)


def problem(kind: str) -> dict[str, object]:
    return {"type": f"https://api.x.com/2/problems/{kind}"}


Answer = Callable[[Request], Response]
ANSWERS: dict[str, Answer] = {
    **{
        f"{status}": partial(refusing, status)
        for status in (302, 400, 401, 402, 403, 404, 408, 418, 422, 429, 500, 503)
    },
    "403 not enrolled": lambda request: refusing(403, request, reason="client-not-enrolled"),
    "403 client forbidden": lambda request: refusing(403, request, **problem("client-forbidden")),
    "403 duplicate": lambda request: refusing(403, request, detail="duplicate content " + repeated(request)),
    "429 capped": lambda request: refusing(429, request, **problem("usage-capped")),
    "400 old words": lambda request: refusing(400, request, detail="tweet.fields " + repeated(request)),
    "400 cursor": lambda request: refusing(400, request, message="invalid cursor " + repeated(request)),
    "a page": lambda request: Response(502, f"<html>{repeated(request)}</html>".encode(), content_type="text/html"),
    "a page that is well": lambda request: Response(200, repeated(request).encode(), content_type="text/html"),
    "a list": lambda request: json_response([repeated(request)]),
    "odd data": lambda request: json_response(
        {"data": [repeated(request), {"id": "7", "text": 7}], "access_token": 7, "meta": repeated(request)}
        # Entries of Twitch's list are stored unchanged.
        if request.path.startswith("/2/")
        else {"data": ["odd", {"id": 7}], "access_token": 7, "pagination": "odd"}
    ),
    "cut short": lambda request: replace(refusing(200, request), delivery=Delivery.TRUNCATED),
    "reset": lambda request: replace(refusing(200, request), delivery=Delivery.RESET),
    "slow": lambda request: replace(refusing(200, request), delivery=Delivery.SLOW),
}


# Tried with --long: their text goes the way of that of another status.
ALIKE = {"402", "404", "408", "418", "422", "503", "403 not enrolled", "429 capped", "400 cursor"}


@pytest.fixture
def heard() -> Iterator[io.StringIO]:
    """The log with -v."""
    root = logging.getLogger()
    level, handlers, root.handlers = root.level, root.handlers, []
    log.set_up("DEBUG")
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(root.handlers[0].formatter)
    root.handlers = [handler]
    yield text
    root.handlers, root.level = handlers, level


@pytest.fixture
def a_day(database: Database) -> VirtualClock:
    """The clock after a day that can be rolled up and posted."""
    clock = VirtualClock(START + timedelta(hours=7))
    day_start = START - timedelta(days=1)
    stage(database, a_stream(), at=day_start, day=day_start.date(), polls=48)
    return clock


def settings_at(server: Sour, url: str, data: Path) -> Settings:
    values = {name.lower(): SecretStr(value) for name, value in planted().items()}
    given: dict[str, Any] = values | {
        "database_url": SecretStr(url),
        "twitch_client_id": "me",
        "twitch_api_url": f"{server.url}/helix",
        "twitch_auth_url": f"{server.url}/oauth2",
        "x_api_url": server.url,
        "data_dir": data,
        "x_settle_after_seconds": 0,
    }
    return Settings(**given)


def a_days_work(
    settings: Settings,
    clock: VirtualClock,
    heard: io.StringIO,
    random: Callable[[], float],
    draw: Callable[[Any], bytes] = draw_png,
    expected: type[Exception] = WatchTimeError,
) -> None:
    """Run every job twice, an hour apart. Errors of the expected type are logged with their traceback."""
    patience = (1.0, 0.1)
    with open_bot(settings, clock=clock, random=random, twitch_timeout=patience, x_timeout=patience, draw=draw) as bot:
        bot.rollup.daily()
        for _ in range(2):
            watched, _ = with_watch(bot)
            for job, do in tasks_of(watched).items():
                run_and_log(job, do, expected)
            run_and_log("post", partial(bot.planner.plan_now, START.date() - timedelta(days=1)), expected)
            run_and_log("outbox", bot.sender.send, expected)
            clock.advance(3600)
        heard.write(repr(bot))
        heard.write(repr(contents(bot)))


def run_and_log(job: str, do: Callable[[], object], expected: type[Exception]) -> None:
    try:
        logging.getLogger("results").info("%s %r", job, do())
    except expected:
        logging.getLogger("results").exception("%s failed", job)


def contents(bot: Bot) -> list[Any]:
    """All rows of the database."""
    url = bot.settings.database_url
    assert url is not None
    tables = rows(
        url.get_secret_value(),
        "select format('%I.%I', schemaname, tablename) from pg_tables"
        " where schemaname in ('public', 'staging', 'chat')",
    )
    return [rows(url.get_secret_value(), f"select * from {table}") for (table,) in tables]


@pytest.mark.parametrize(
    "answer", [pytest.param(name, marks=pytest.mark.long) if name in ALIKE else name for name in ANSWERS]
)
def test_no_response_of_twitch_or_x_brings_a_secret_into_log_or_files(
    answer: str, a_day: VirtualClock, url: str, tmp_path: Path, heard: io.StringIO
) -> None:
    """The response is given to all requests at first; later to all but the first, which identifies the bot."""
    started_at = a_day.now()

    def spoil(request: Request) -> Response | None:
        is_first_question = request.path in ("/oauth2/token", "/2/users/me")
        return None if is_first_question and a_day.now() > started_at + LATER else ANSWERS[answer](request)

    with Sour(spoil) as server:
        # X accepts any picture: real charts are drawn in the test below.
        a_days_work(settings_at(server, url, tmp_path), a_day, heard, lambda: 0.5, draw=lambda _: A_PICTURE)
        assert server.spoilt >= 4
    assert found(heard.getvalue(), [*SECRETS, TOKEN]) == []
    # The token is stored there, in a file that only its owner can read.
    assert found_below(tmp_path, SECRETS) == []


def test_an_unexpected_error_is_logged_with_its_traceback_and_without_a_secret(
    a_day: VirtualClock, url: str, tmp_path: Path, heard: io.StringIO
) -> None:
    def broken() -> float:
        raise RuntimeError("nobody expected this")

    with Sour(lambda _: None) as server:
        a_days_work(settings_at(server, url, tmp_path), a_day, heard, broken, expected=RuntimeError)
    assert "Traceback" in heard.getvalue()
    assert "RuntimeError: nobody expected this" in heard.getvalue()
    assert found(heard.getvalue(), [*SECRETS, TOKEN]) == []


def test_the_log_of_the_database_server_has_no_secret(
    a_day: VirtualClock, database: Database, url: str, server_url: str, queries: Queries, tmp_path: Path,
    heard: io.StringIO,
) -> None:  # fmt: skip
    """The server logs statements that fail, and in this test all others too."""
    server_log = Path(unquote(server_url.split("host=")[1])) / "log"
    size_before = server_log.stat().st_size
    execute(url, f"alter database {urlsplit(url).path[1:]} set log_statement = 'all'")
    execute(url, "create role watchtime_weak login")
    execute(url, "grant all on all tables in schema public, staging to watchtime_weak")
    place = "/" + url.partition("@/")[2]
    values = planted(place.lstrip("/"))
    reading = f"postgresql://watchtime_planted:{quote(READING_PASSWORD, safe='')}@{place}"
    with_password = f"postgresql://postgres:{quote(PASSWORD, safe='')}@{place}"
    reader.prepare(Database(with_password, queries), reading)
    weak = Database(f"postgresql://watchtime_weak:{quote(PASSWORD, safe='')}@{place}", queries)
    with pytest.raises(DatabaseError, match="cannot be created"):
        reader.prepare(weak, reading)
    backup.backup(Database(with_password, queries), tmp_path / "saved.dump", lambda _: None)
    with Sour(lambda _: None) as server:
        settings = settings_at(server, with_password, tmp_path)
        a_days_work(settings, a_day, heard, lambda: 0.5, draw=lambda _: A_PICTURE)
    written = server_log.read_bytes()[size_before:]
    for statement in (b"select make_reader(", b"alter role watchtime_planted", b"insert into", b"pg_export_snapshot"):
        assert statement in written, statement
    assert found(written, [*SECRETS, *hidden_parts(values), TOKEN]) == []


def test_a_bot_that_twitch_and_x_refuse_writes_no_secret(shell: Shell, folder: Path) -> None:
    """The output and every file of `watchtime run` with an embedded database are searched."""
    values = planted() | {"TWITCH_CLIENT_ID": "me"}
    del values["DATABASE_URL"], values["AMQP_URL"]
    with Sour(partial(refusing, 401)) as server:
        where = {
            "TWITCH_API_URL": f"{server.url}/helix",
            "TWITCH_AUTH_URL": f"{server.url}/oauth2",
            "X_API_URL": server.url,
            "DATA_DIR": str(folder / "data"),
        }
        bot = shell.start("-v", "run", **values, **where)
        eventually(lambda: "poll stored" in shell.output_of(bot, "err"), "Twitch has refused")
        eventually(lambda: "X is not called" in shell.output_of(bot, "err"), "X has refused")
        bot.terminate()
        ended = shell.end_of(bot)
    assert ended.code == 0, ended
    assert found(ended.out + ended.err, SECRETS) == []
    assert found_below(folder, SECRETS) == []
    assert (folder / "data" / "postgres").exists()
