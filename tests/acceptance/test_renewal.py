"""Credentials that are fixed or rotated while the bot runs: no restart is needed."""

import sys
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest

from helperfunctions.clock import SystemClock
from helperfunctions.settings import CREDENTIALS
from sandbox.x.server import XSandbox
from tests.acceptance.conftest import Serve, Shell, eventually, settings_for, x_settings_for
from tests.aws import Aws
from tests.factories import rows

OURS = [name.upper() for name in CREDENTIALS]
WRONG = "planted-wrong-77c1"


@pytest.fixture
def impatient(shell: Shell) -> Shell:
    return replace(shell, program=(sys.executable, "-m", "tests.acceptance.impatient"))


@pytest.mark.parametrize(
    "refused", ["TWITCH_CLIENT_SECRET", pytest.param("X_ACCESS_TOKEN_SECRET", marks=pytest.mark.long)]
)
def test_a_bot_with_refused_credentials_goes_on_as_soon_as_the_secret_in_aws_is_fixed(
    refused: str, impatient: Shell, aws: Aws, serve: Serve, url: str
) -> None:
    twitch = serve()
    with XSandbox(SystemClock()) as x:
        right = settings_for(twitch) | x_settings_for(x) | {"DATABASE_URL": url}
        in_aws = {name: right[name] for name in OURS if name in right}
        aws.put(in_aws | {refused: WRONG})
        others = {name: value for name, value in right.items() if name not in OURS}
        bot = impatient.start("run", MENTIONS_EVERY_SECONDS="5", **others, **aws.settings)
        message = "Twitch refuses" if refused.startswith("TWITCH") else "X is not called until"
        eventually(lambda: message in impatient.output_of(bot, "err"), "a credential is refused")
        assert x.posts() == []
        aws.put(in_aws)
        eventually(
            lambda: f"have changed; restarting with the new ones names={refused}" in impatient.output_of(bot, "err"),
            "the new credential is found",
        )
        eventually(lambda: rows(url, "select 1 from staging.polls where status = 'complete'"), "a poll is stored")
        eventually(lambda: "mentions are answered from now on" in impatient.output_of(bot, "err"), "mentions are read")
        x.tag("ann", "@watchtimebot help")
        eventually(x.posts, "the answer is out")
        bot.terminate()
        ended = impatient.end_of(bot)
    assert ended.code == 0, ended
    assert ended.err.count(" running jobs=") == 2
    assert "Traceback" not in ended.err
    assert "planted" not in ended.out + ended.err


def test_a_rotated_password_of_the_database_is_used(
    shell: Shell, aws: Aws, serve: Serve, url: str, server_url: str
) -> None:
    """With the usual interval: after the first refusal the credentials are checked at once."""
    twitch = settings_for(serve())
    old, new = (url_with_password(url, "rotating", f"planted-{number}") for number in ("one", "two"))
    asks_for_password(server_url, "rotating", "planted-one")
    others = {name: value for name, value in twitch.items() if name not in OURS}
    in_aws = {name: twitch[name] for name in OURS if name in twitch}
    aws.put(in_aws | {"DATABASE_URL": old})
    bot = shell.start("run", **others, **aws.settings)
    eventually(lambda: rows(url, "select 1 from staging.polls where status = 'complete'"), "a poll is stored")
    aws.put(in_aws | {"DATABASE_URL": new})
    execute(server_url, "alter role rotating password 'planted-two'")
    eventually(lambda: "names=DATABASE_URL" in shell.output_of(bot, "err"), "the new password is found")
    eventually(lambda: shell.output_of(bot, "err").count(" running jobs=") == 2, "it leads again with it")
    bot.terminate()
    ended = shell.end_of(bot)
    assert ended.code == 0, ended
    assert 'password authentication failed for user "rotating"' in ended.err
    assert "planted" not in ended.out + ended.err


def url_with_password(url: str, role: str, password: str) -> str:
    parts = urlsplit(url)
    return f"postgresql://{role}:{password}@{parts.path}?{parts.query}"


def asks_for_password(server_url: str, role: str, password: str) -> None:
    """Create a role whose password the server checks."""
    execute(server_url, f"create role {role} superuser login password '{password}'")
    [(path,)] = rows(server_url, "show hba_file")
    before = Path(path).read_text()
    if role not in before:
        Path(path).write_text(f"local all {role} scram-sha-256\n{before}")
    execute(server_url, "select pg_reload_conf()")


def execute(url: str, statement: str) -> None:
    connection = psycopg2.connect(url)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
    finally:
        connection.close()
