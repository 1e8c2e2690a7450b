"""No command writes into a database that is being restored or copied, and none is restored while a command writes."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import pytest
import typer
from typer.main import get_command

from bot.cli import app as cli
from bot.cli import chat as cli_chat
from bot.cli import lake as cli_lake
from bot.cli import x as cli_x
from bot.cli.jobs import verb_of
from bot.cli.operations import LOCKS
from bot.health.findings import Verdict
from bot.jobs import JOBS
from bot.wiring import examine
from helperfunctions import backup, settings
from helperfunctions.clock import SystemClock
from helperfunctions.database import Database
from helperfunctions.errors import Busy, WatchTimeError
from helperfunctions.locks import COMMANDS_THAT_WRITE
from sandbox.x.server import XSandbox
from tests.acceptance.conftest import x_settings_for
from tests.factories import DAY, write

# Commands that only read, write elsewhere, or take all locks themselves.
DOES_NOT_WRITE = {"backup", "config", "demo", "run", "sandbox", "web"} | {"restore", "copy-to"}
DOES_NOT_WRITE |= {"outbox", "alias", "price", "lake", "lake verify", "lake status"}
DOES_NOT_WRITE |= {"chat", "chat list", "chat status", "listen"}
# Skips its writes.
SKIPS = {"check"}
# These have a lock of their own that a restore takes too.
HAS_A_LOCK = {"daily": cli.daily}
WRITES: dict[str, Callable[[], object]] = {
    "ask": lambda: cli_x.ask("help"),
    "collect": cli.collect,
    "prune": verb_of(next(job for job in JOBS if job.name == "prune")),
    "enrich": verb_of(next(job for job in JOBS if job.name == "enrich")),
    "pictures": verb_of(next(job for job in JOBS if job.name == "pictures")),
    "post": lambda: cli.post(dry_run=False, day=None, charts=None),
    "migrate": cli.migrate,
    "reply": cli_x.reply,
    "spend": lambda: cli_x.spend(resume=True),
    "lake transform": cli_lake.transform,
    "lake load": cli_lake.load,
    "lake seal": cli_lake.seal,
    "lake rollup": lambda: cli_lake.rollup(first=DAY, last=DAY, write=True),
    "lake repair": lambda: cli_lake.repair(deep=False),
    "lake prune": cli_lake.prune,
    "lake forget": lambda: cli_lake.forget("1"),
    "lake restore": lambda: cli_lake.restore(DAY, DAY),
    "lake check": cli_lake.check,
    "chat add": lambda: cli_chat.add("xqc"),
    "chat remove": lambda: cli_chat.remove("xqc"),
    "chat opt-out": lambda: cli_chat.opt_out("xqc"),
    "chat forget": cli_chat.forget,
    "chat count": cli_chat.count,
    "chat look": cli_chat.look,
    "outbox send": cli_x.outbox_send,
    "outbox retry": lambda: cli_x.outbox_retry(1),
    "outbox drop": lambda: cli_x.outbox_drop(1),
    "alias add": lambda: cli_x.alias_add("lol", "League of Legends"),
    "alias remove": lambda: cli_x.alias_remove("lol"),
    "price set": lambda: cli_x.price_set("post", "0.5"),
}


@pytest.fixture(autouse=True)
def settings_of_the_command(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Settings in the environment, in a folder without .env."""
    monkeypatch.chdir(tmp_path)
    for name, value in {"DATABASE_URL": url, "DATA_DIR": str(tmp_path), "TWITCH_CLIENT_ID": "a"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TWITCH_CLIENT_SECRET", "planted-secret")
    monkeypatch.setenv("CHAT_SOURCE", "anonymous")
    now = SystemClock().now()
    write(
        url,
        "insert into posts (kind, day, text, status, created_at, next_try_at, expires_at) "
        "values ('games', '2026-11-20', 'words', 'due', %s, %s, %s)",
        *(now, now, now + timedelta(hours=2)),
    )


def test_every_command_is_listed_as_writing_or_not() -> None:
    """A new command is added to one of the lists above."""
    found = set()
    for name, command in get_command(cli.app).commands.items():  # type: ignore[attr-defined]
        found |= {name} | {f"{name} {verb}" for verb in getattr(command, "commands", {})}
    assert found == DOES_NOT_WRITE | SKIPS | set(HAS_A_LOCK) | set(WRITES)


@pytest.mark.parametrize("command", [*WRITES.values(), *HAS_A_LOCK.values()], ids=[*WRITES, *HAS_A_LOCK])
def test_no_command_writes_during_a_restore(command: Callable[[], object], database: Database) -> None:
    before = backup.contents_of(database)
    with ExitStack() as stack:
        for job in LOCKS:
            stack.enter_context(database.exclusive(job))
        with pytest.raises(Busy) as caught:
            command()
    assert "nothing was" in str(caught.value)
    assert backup.contents_of(database) == before


def test_during_a_restore_check_makes_no_call_that_it_would_record(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = backup.contents_of(database)
    clock = SystemClock()
    with XSandbox(clock) as x, database.exclusive(COMMANDS_THAT_WRITE):
        for name, value in {**x_settings_for(x), "TWITCH_API_URL": "http://127.0.0.1:1"}.items():
            monkeypatch.setenv(name, value)
        found = {finding.name: finding for finding in examine(settings.load, clock)}
        assert x.requests == 0
    assert found["X"].verdict is Verdict.SKIPPED
    assert "being restored or copied" in found["X"].message
    assert backup.contents_of(database) == before


@pytest.mark.parametrize(
    "name", ["ask", "outbox retry", "outbox drop", "alias add", "alias remove", "price set", "migrate"]
)
def test_commands_write_while_a_bot_and_other_commands_run(name: str, database: Database) -> None:
    with ExitStack() as stack:
        for job in ("run", "collect", "daily", "reply", "outbox"):
            stack.enter_context(database.exclusive(job))
        stack.enter_context(database.writing())
        try:
            WRITES[name]()
        except typer.BadParameter as exc:
            # No row has that id or kind, so the command has read the database.
            assert "nothing was changed" in str(exc) or "there is no post" in str(exc)  # noqa: PT017


def test_no_restore_begins_while_a_command_writes(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "all.dump"
    shown: list[int] = []
    backup.backup(database, file, shown.append)
    before = backup.contents_of(database)
    with database.writing(), pytest.raises(WatchTimeError, match="a command that writes"):
        backup.restore(database, backup.inspect(file), LOCKS, shown.append, replace=True)
    assert backup.contents_of(database) == before
