"""The optional parts of the installation: the bot works without them, and one line names a missing part."""

import re
import sys
import tomllib
from dataclasses import replace

import pytest

from bot.cli.extras import EXTRAS, missing_extra
from tests.acceptance.conftest import ROOT, Shell

# Runs the command line without these packages: with None in sys.modules, Python does not find them.
WITHOUT = "import sys; sys.modules.update(dict.fromkeys({names!r})); from bot.__main__ import main; main()"
EVERYTHING = tuple(name for names in EXTRAS.values() for name in names)


def without(shell: Shell, names: tuple[str, ...]) -> Shell:
    return replace(shell, program=(sys.executable, "-c", WITHOUT.format(names=names)))


def test_every_package_of_an_extra_is_in_the_table() -> None:
    optional = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    for extra, packages in EXTRAS.items():
        installed = {re.split(r"[^\w-]", requirement)[0] for requirement in optional[extra]}
        # The package pyspark-client is imported as pyspark, and aio-pika as aio_pika.
        names = {name.removesuffix("-client").replace("-", "_") for name in installed}
        assert names - {"twitch_watch_time"} <= set(packages)


def test_the_lock_file_has_every_extra_with_hashes_and_no_index() -> None:
    locked = (ROOT / "requirements.txt").read_text()
    for package in ("aio-pika", "boto3", "cachetools", "fastapi", "jinja2", "numpy", "uvicorn", "psycopg2-binary"):
        assert re.search(rf"^{package}==[\d.]+.*\\\n    --hash=sha256:", locked, re.MULTILINE), package
    # Such as the address of an index.
    assert [line for line in locked.splitlines() if line.startswith("-")] == []


def test_the_bot_works_without_the_extras(shell: Shell, url: str) -> None:
    bot = without(shell, EVERYTHING)
    shown = bot.run("ask", "Just Chatting", DATABASE_URL=url)
    assert (shown.code, shown.err) == (0, ""), shown
    running = bot.run("run", DATABASE_URL=url)
    assert "TWITCH_CLIENT_ID" in running.failed_with(78)


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [(["web", "--port", "0"], "web"), (["demo", "--no-web"], "demo"), (["sandbox", "--port", "0"], "demo")],
    ids=["web", "demo", "sandbox"],
)
def test_a_verb_names_the_extra_that_it_needs(arguments: list[str], extra: str, shell: Shell) -> None:
    line = without(shell, EVERYTHING).run(*arguments).failed_with(78)
    assert f"install the extra `{extra}`" in line


def test_a_listener_with_a_queue_names_the_extra_that_it_needs(shell: Shell) -> None:
    settings = {"CHAT_SOURCE": "anonymous", "AMQP_URL": "amqp://127.0.0.1:1/", "DATABASE_URL": "postgresql://x@h/d"}
    line = without(shell, EXTRAS["queue"]).run("listen", **settings).failed_with(78)
    assert "install the extra `queue`" in line


def test_a_secret_of_aws_names_the_extra_that_it_needs(shell: Shell) -> None:
    line = without(shell, EXTRAS["aws"]).run("config", AWS_SECRET_NAME="watchtime").failed_with(78)
    assert "install the extra `aws`" in line


def test_an_extra_that_make_install_leaves_out_is_installed_by_its_name_alone() -> None:
    assert str(missing_extra(ModuleNotFoundError(name="pyspark.sql"))).endswith(
        "(pip install 'twitch-watch-time[spark]')"
    )
    assert str(missing_extra(ModuleNotFoundError(name="duckdb"))).endswith("or everything (make install)")


def test_another_missing_module_is_an_internal_error(shell: Shell) -> None:
    """A broken installation must not look like a missing extra."""
    ran = without(shell, ("pydantic",)).run("config")
    assert ran.code == 1
    assert "ModuleNotFoundError" in ran.err
