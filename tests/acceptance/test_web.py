"""`watchtime web`: the real command, on the test's database, as a read-only role."""

import itertools
import re
from urllib.parse import urlsplit

import psutil
import requests

from tests.acceptance.conftest import Shell, eventually
from tests.acceptance.forks import Process
from tests.servers import kill


def served(shell: Shell, **settings: str) -> tuple[Process, str]:
    """A dashboard and its address."""
    server = shell.start("web", "--port", "0", **settings)
    eventually(lambda: "The dashboard is at " in shell.output_of(server), "it listens")
    match = re.search(r"http://\S+", shell.output_of(server))
    assert match is not None
    return server, match[0]


def test_the_dashboard_serves_as_the_role_that_migrate_creates_until_it_is_stopped(
    shell: Shell, empty_url: str
) -> None:
    reading = empty_url.replace("postgres@", f"watchtime_dashboard:{'planted-' * 2}@")
    settings = {"DATABASE_URL": empty_url, "WEB_DATABASE_URL": reading}
    assert "The role watchtime_dashboard may read what the dashboard shows." in shell.run("migrate", **settings).out
    # It needs no credentials of the bot.
    server, address = served(shell, WEB_DATABASE_URL=reading)
    assert "No data yet. Start" in requests.get(address, timeout=30).text
    port = str(urlsplit(address).port)
    taken = shell.run("web", "--port", port, WEB_DATABASE_URL=reading).failed_with(78)
    assert "WEB_HOST and WEB_PORT: cannot listen on 127.0.0.1:" in taken
    server.terminate()
    ended = shell.end_of(server)
    assert (ended.code, ended.messages) == (0, [])


def test_without_a_schema_the_message_names_the_fix(shell: Shell, empty_url: str) -> None:
    assert "run `watchtime migrate`" in shell.run("web", DATABASE_URL=empty_url).failed_with(78)


def test_the_dashboard_restarts_an_embedded_database_that_was_killed_without_a_bot(shell: Shell) -> None:
    data = shell.folder / "data"
    server, address = served(shell, DATA_DIR=str(data))
    postmaster = psutil.Process(int((data / "postgres" / "postmaster.pid").read_text().splitlines()[0]))
    kill(postmaster)
    numbers = itertools.count()

    def is_there() -> bool:
        """True if a page is served that is not in the cache."""
        return requests.get(f"{address}bot?{next(numbers)}", timeout=30).status_code == 200

    eventually(is_there, "it is there again")
    server.terminate()
    assert shell.end_of(server).code == 0
