"""`watchtime web`: the real command, over a database of ours and as a role that only reads."""

import re
from urllib.parse import urlsplit

import requests

from tests.acceptance.conftest import Shell, eventually


def test_it_serves_until_it_is_told_to_stop_as_the_role_that_migrate_made(shell: Shell, empty_url: str) -> None:
    reading = empty_url.replace("postgres@", f"watchtime_dashboard:{'planted-' * 2}@")
    settings = {"DATABASE_URL": empty_url, "WEB_DATABASE_URL": reading}
    assert "The role watchtime_dashboard may read what the dashboard shows." in shell.run("migrate", **settings).out
    # It needs nothing of the bot's own.
    server = shell.start("web", "--port", "0", WEB_DATABASE_URL=reading)
    eventually(lambda: "The dashboard is at " in shell.said(server), "it listens")
    told = re.search(r"http://\S+", shell.said(server))
    assert told is not None
    assert "Nothing is measured yet" in requests.get(told[0], timeout=30).text
    port = str(urlsplit(told[0]).port)
    taken = shell.run("web", "--port", port, WEB_DATABASE_URL=reading).failed_with(78)
    assert "WEB_HOST and WEB_PORT: cannot listen on 127.0.0.1:" in taken
    server.terminate()
    ended = shell.end_of(server)
    assert (ended.code, ended.told) == (0, [])


def test_without_a_schema_it_says_what_to_do(shell: Shell, empty_url: str) -> None:
    assert "run `watchtime migrate`" in shell.run("web", DATABASE_URL=empty_url).failed_with(78)
