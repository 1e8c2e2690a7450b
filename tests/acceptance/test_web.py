"""`watchtime web`: the real command, over a database of ours and as a role that only reads."""

import itertools
import re
from urllib.parse import urlsplit

import psutil
import requests

from tests.acceptance.conftest import Shell, eventually
from tests.acceptance.forks import Process


def served(shell: Shell, **settings: str) -> tuple[Process, str]:
    """A dashboard, and where it is."""
    server = shell.start("web", "--port", "0", **settings)
    eventually(lambda: "The dashboard is at " in shell.said(server), "it listens")
    told = re.search(r"http://\S+", shell.said(server))
    assert told is not None
    return server, told[0]


def test_it_serves_until_it_is_told_to_stop_as_the_role_that_migrate_made(shell: Shell, empty_url: str) -> None:
    reading = empty_url.replace("postgres@", f"watchtime_dashboard:{'planted-' * 2}@")
    settings = {"DATABASE_URL": empty_url, "WEB_DATABASE_URL": reading}
    assert "The role watchtime_dashboard may read what the dashboard shows." in shell.run("migrate", **settings).out
    # It needs nothing of the bot's own.
    server, address = served(shell, WEB_DATABASE_URL=reading)
    assert "Nothing is measured yet" in requests.get(address, timeout=30).text
    port = str(urlsplit(address).port)
    taken = shell.run("web", "--port", port, WEB_DATABASE_URL=reading).failed_with(78)
    assert "WEB_HOST and WEB_PORT: cannot listen on 127.0.0.1:" in taken
    server.terminate()
    ended = shell.end_of(server)
    assert (ended.code, ended.told) == (0, [])


def test_without_a_schema_it_says_what_to_do(shell: Shell, empty_url: str) -> None:
    assert "run `watchtime migrate`" in shell.run("web", DATABASE_URL=empty_url).failed_with(78)


def test_an_embedded_database_that_was_killed_is_started_again_though_no_bot_runs(shell: Shell) -> None:
    data = shell.folder / "data"
    server, address = served(shell, DATA_DIR=str(data))
    postmaster = psutil.Process(int((data / "postgres" / "postmaster.pid").read_text().splitlines()[0]))
    everything = [postmaster, *postmaster.children(recursive=True)]
    for process in everything:
        process.kill()
    psutil.wait_procs(everything, timeout=10)
    numbers = itertools.count()

    def is_there() -> bool:
        """For a page that nobody asked for before."""
        return requests.get(f"{address}bot?{next(numbers)}", timeout=30).status_code == 200

    eventually(is_there, "it is there again")
    server.terminate()
    assert shell.end_of(server).code == 0
