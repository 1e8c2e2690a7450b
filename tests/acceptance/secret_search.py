"""Planted secrets, and the search for them in the output of a verb."""

from tests.acceptance.conftest import Shell
from tests.aws import KEYS
from tests.planted import found, hidden_parts, planted

ROLE = "watcher"
TOKEN = "planted-twitch-token-4a7e"
SECRETS = [*hidden_parts(planted()), *KEYS.values()]


def shows_none(shell: Shell, *arguments: str, **settings: str) -> int:
    """Run a verb with -v and fail if its output contains a secret; its exit code."""
    ran = shell.run("-v", *arguments, **settings)
    assert found(ran.out + ran.err, SECRETS) == [], ran
    assert ran.code >= 0, ran
    return ran.code
