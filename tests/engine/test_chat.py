"""The Compose profiles `chat` and `queue`: no chat is lost while the bot is replaced, or the broker is killed."""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from tests.engine.conftest import stacks
from tests.engine.stack import ROOT, Stack, eventually

pytestmark = [pytest.mark.engine, pytest.mark.timeout(1_800)]

PROJECT: Final = "watchtime-engine-chat-test"
NETWORK: Final = "10.213.48"
FOLLOWED: Final = 3
# For minutes that are to be closed, and for the back-off of what was cut off.
PATIENCE_SECONDS: Final = 300
_MINUTE: Final = timedelta(minutes=1)
# A listener that has just connected is joining its channels.
_JOINING: Final = timedelta(seconds=5)
_TRUTH: Final = "import urllib.request as r; print(r.urlopen('http://127.0.0.1:8500/sandbox/chat').read().decode())"
_PROGRAMS: Final = "for file in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $file; echo; done"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """This version with three followed channels, which the listener of the bot has joined."""
    folder = Path(tempfile.gettempdir()) / PROJECT
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    names = ("db", "bot", "web", "listen", "queue", "listen-queue")
    # Each look costs a program in each container.
    stack = Stack(folder, PROJECT, NETWORK, names, look_every_seconds=5.0)
    stacks.append(("Chat", stack))
    stack.use(ROOT, f"{PROJECT}:this", channels=2_000)
    stack.remove()
    try:
        stack.compose("build", "bot")
        stack.start_sandbox("CHAT_SOURCE=anonymous")
        with stack.watched():
            stack.compose("up", "-d", "--no-build")
            eventually(lambda: _rows(stack, "staging.streams") > 0, "the first poll", PATIENCE_SECONDS)
            watched = "select login from curated.streams order by viewer_count desc limit"
            for [login] in stack.sql(f"{watched} {FOLLOWED}"):
                stack.inside("bot", "python3", "-m", "bot", "chat", "add", login)
            stack.inside("bot", "python3", "-m", "bot", "chat", "look")
            eventually(lambda: _joined(stack) == FOLLOWED, "the bot's listener joins", PATIENCE_SECONDS)
            yield stack
    finally:
        stack.remove()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def stack_with_queue(stack: Stack) -> Stack:
    """The same after the commands of docs/chat.md that put a broker between listener and bot."""
    image = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]["queue"]["image"]
    for command in ("inspect", "pull"):
        found = subprocess.run(["docker", "image", command, image], capture_output=True, text=True, check=False)
        if found.returncode == 0:
            break
    else:
        pytest.skip(f"the engine has no image {image}, and cannot pull it: {found.stderr.strip()[-200:]}")
    stack.add_to_env("AMQP_URL=amqp://guest:guest@queue:5672/")
    stack.compose("--profile", "chat", "stop", "listen")
    stack.compose("up", "-d", "--no-build")
    stack.compose("restart", "bot")
    stack.compose("--profile", "queue", "up", "-d", "--no-build")
    eventually(lambda: "connected to chat" in stack.log("listen-queue"), "its listener listens", PATIENCE_SECONDS)
    return stack


# A listener of its own


def test_a_listener_of_its_own_takes_over_from_the_bots(stack: Stack) -> None:
    assert _listeners(stack, "bot") == 1
    stack.compose("--profile", "chat", "up", "-d", "--no-build", "listen")
    eventually(lambda: "connected to chat" in stack.log("listen"), "it listens", PATIENCE_SECONDS)
    eventually(lambda: _listeners(stack, "bot") == 0, "the bot's listener ends", PATIENCE_SECONDS)
    assert stack.state("listen")["RestartCount"] == 0


def test_no_chat_is_lost_while_the_bot_is_replaced(stack: Stack) -> None:
    first = _wait_for_the_next_minute()
    before = stack.container("bot")
    stack.compose("up", "-d", "--no-build", "--no-deps", "--force-recreate", "bot")
    assert stack.container("bot") != before
    _assert_nothing_was_lost(stack, first, _now())
    assert _listeners(stack, "bot") == 0


# A broker


def test_the_broker_is_healthy(stack_with_queue: Stack) -> None:
    eventually(lambda: stack_with_queue.is_healthy("queue"), "the broker is healthy", PATIENCE_SECONDS)


def test_the_dashboard_reaches_neither_the_broker_nor_the_listener(stack_with_queue: Stack) -> None:
    stack = stack_with_queue
    hosts = [*stack.addresses("queue"), *stack.addresses("listen-queue"), "queue", "listen-queue"]
    assert len(hosts) == 6
    assert stack.reached("web", *((host, 5672) for host in hosts)) == []
    # Not by accident: the same is reached from the bot.
    assert stack.reached("bot", *((host, 5672) for host in hosts)) == hosts


def test_the_broker_reaches_neither_the_internet_nor_the_database(stack_with_queue: Stack) -> None:
    stack = stack_with_queue
    outside, bots = stack.addresses("sandbox"), stack.addresses("bot")
    servers = [("1.1.1.1", 443), *((address, 8500) for address in outside)]
    servers += [(address, 5432) for address in stack.addresses("db")]
    assert [host for host, port in servers if _bash_reaches(stack, "queue", host, port)] == []
    # Not by accident: it reaches the bot in one network.
    assert sum(_bash_reaches(stack, "queue", host, 9464) for host in bots) == 1


def test_no_chat_is_lost_while_the_broker_is_killed(stack_with_queue: Stack) -> None:
    stack = stack_with_queue
    eventually(lambda: _is_counted(stack), "chat comes through the broker", PATIENCE_SECONDS)
    first = _wait_for_the_next_minute()
    stack.run("docker", "kill", stack.container("queue"))
    time.sleep(10)
    stack.compose("--profile", "queue", "up", "-d", "--no-build", "queue")
    _assert_nothing_was_lost(stack, first, _now())
    assert (_listeners(stack, "bot"), _listeners(stack, "listen-queue")) == (0, 1)


def test_every_container_stops_cleanly_within_its_memory(stack_with_queue: Stack) -> None:
    """This test is the last: all others have put load on the containers."""
    stack = stack_with_queue
    names = [name for name in stack.names if name != "listen"]
    stack.compose("--profile", "queue", "stop", *names)
    states = {name: stack.state(name) for name in names}
    assert {name: state["State"]["ExitCode"] for name, state in states.items()} == dict.fromkeys(names, 0)
    assert not [name for name, state in states.items() if state["State"]["OOMKilled"] or state["RestartCount"]]
    assert {name: seen.killed for name, seen in stack.memory.items()} == dict.fromkeys(stack.names, 0)
    assert all(0 < stack.memory[name].peak_mib < stack.limits[name] for name in stack.names)
    assert "SIGTERM received" in stack.log("queue")


def _now() -> datetime:
    """The present minute."""
    return datetime.now(UTC).replace(second=0, microsecond=0)


def _wait_for_the_next_minute() -> datetime:
    """Wait until a minute begins, and return it."""
    begins = _now() + _MINUTE
    if begins - datetime.now(UTC) < _JOINING:
        begins += _MINUTE
    time.sleep((begins - datetime.now(UTC)).total_seconds())
    return begins


def _assert_nothing_was_lost(stack: Stack, first: datetime, last: datetime) -> None:
    """The minutes from `first` to `last` were heard whole, and have the numbers of what was said."""
    minutes = (last - first) // _MINUTE + 1
    where = f"minute_at between '{first.isoformat()}' and '{last.isoformat()}'"
    wanted = FOLLOWED * minutes
    eventually(
        lambda: _rows(stack, f"chat.minutes where is_closed and {where}") == wanted, "minutes closed", PATIENCE_SECONDS
    )
    counted = _json(stack, f"select to_jsonb(minutes) from chat.minutes where {where}")
    assert [row["covered_seconds"] for row in counted] == [60] * wanted
    said = {
        (row["channel_id"], row["minute_at"]): row
        for row in json.loads(stack.inside("sandbox", "python3", "-c", _TRUTH))["minutes"]
    }
    truth = [said[row["channel_id"], row["minute_at"]] for row in counted]
    assert [{name: row[name] for name in true} for row, true in zip(counted, truth, strict=True)] == truth
    messages = sum(row["messages"] for row in counted)
    assert messages > 0
    stack.report.append(f"{wanted} minutes of channels with {messages:,} messages, all as they were said")


def _is_counted(stack: Stack) -> bool:
    """True if chat comes from the queue into the database."""
    return _rows(stack, "chat.cursors where shard >= 0") > 0


def _rows(stack: Stack, what: str) -> int:
    return int(stack.sql(f"select count(*) from {what}")[0][0])


def _json(stack: Stack, query: str) -> list[dict[str, Any]]:
    """The rows of a query of JSON."""
    [[found]] = stack.sql(f"select encode(convert_to(json_agg(one)::text, 'utf8'), 'hex') from ({query}) as row (one)")
    return list(json.loads(bytes.fromhex(found)))


def _joined(stack: Stack) -> int:
    return _rows(stack, "chat.channels where state = 'joined'")


def _listeners(stack: Stack, service: str) -> int:
    """The number of listeners that run in a service's container."""
    return stack.inside(service, "sh", "-c", _PROGRAMS).count("-m bot listen")


def _bash_reaches(stack: Stack, service: str, host: str, port: int) -> bool:
    """True if a container without Python reaches a server, even if nothing listens there."""
    connect = f"timeout 3 bash -c '</dev/tcp/{host}/{port}' 2>&1; echo ended with $?"
    said = stack.inside(service, "bash", "-c", connect)
    return "ended with 0" in said or "refused" in said
