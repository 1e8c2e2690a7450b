"""No verb shows a secret, from wherever it was read, and a secret that is shown would be found."""

import base64
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from helperfunctions.settings import secret_fields
from tests.acceptance.conftest import Shell
from tests.acceptance.secret_search import ROLE, SECRETS, shows_none
from tests.aws import Aws
from tests.planted import BEGINNING, PASSWORD, found, found_below, planted
from tests.servers import logs_in_with_password

VERBS = (
    ["config"],
    ["collect"],
    ["daily"],
    ["prune"],
    ["enrich"],
    ["lake"],
    ["pictures"],
    ["post"],
    ["post", "--dry-run"],
    ["reply"],
    ["ask", "xQc"],
    ["outbox", "send"],
    ["spend"],
    ["alias"],
    ["price"],
    ["migrate"],
    ["web"],
)


@pytest.mark.parametrize("where", ["environment", "files", ".env", "AWS"])
def test_no_verb_shows_a_secret_from_any_source(where: str, shell: Shell, folder: Path, aws: Aws) -> None:
    """With a database that cannot be reached, so that each verb fails after it has read them."""
    values, given = planted() | {"TWITCH_CLIENT_ID": "me"}, {}
    kept = folder / "kept"
    kept.mkdir()
    match where:
        case "environment":
            given = values
        case "files":
            given = {"TWITCH_CLIENT_ID": values.pop("TWITCH_CLIENT_ID")}
            for name, value in values.items():
                (kept / name).write_text(value)
                given[f"{name}_FILE"] = str(kept / name)
        case ".env":
            kept = shell.folder / ".env"
            kept.write_text("".join(f'{name}="{value}"\n' for name, value in values.items()))
        case "AWS":
            aws.put(values)
            given = aws.settings
    shown = shell.run("config", **given).out
    assert shown.count("(set, not shown)") == len(secret_fields()) - 2
    for name in ("DATABASE_URL", "WEB_DATABASE_URL"):
        assert re.search(rf"^ ?{name} .* password=\*\*\* .*", shown, re.MULTILINE), name
    # All verbs read secrets in the same way, so one source is enough for most verbs.
    for verb in VERBS if where == "environment" else VERBS[:2]:
        assert shows_none(shell, *verb, **given) == (0 if verb == ["config"] else 75), verb
    but = [kept] if kept.is_file() else kept.iterdir()
    assert found_below(folder, SECRETS, but=but) == []


def test_a_problem_of_a_secret_is_reported_without_the_secret(shell: Shell, folder: Path) -> None:
    values = planted()
    odd = [
        values["DATABASE_URL"].replace("postgresql", "mysql"),
        f"postgresql://{ROLE}:{PASSWORD}@127.0.0.1:1/watch",
        f"postgresql://127.0.0.1:1/watch?password={quote(PASSWORD)}&nonsense=1",
        f"postgresql://127.0.0.1:1/watch?sslpassword={quote(PASSWORD)}&connect_timeout={PASSWORD}",
        f"postgresql://{ROLE}:{quote(PASSWORD)}@[::1",
        PASSWORD,
    ]
    for url in odd:
        shows_none(shell, "collect", DATABASE_URL=url, TWITCH_CLIENT_ID="me", TWITCH_CLIENT_SECRET=SECRETS[1])
    for field in secret_fields():
        name = field.upper()
        others = {other: value for other, value in values.items() if other != name}
        broken = folder / "broken"
        broken.write_bytes(b"\xff\xfe" + values[name].encode() + b"\0")
        assert shows_none(shell, "run", **others, **{f"{name}_FILE": str(broken)}) == 78
        assert shows_none(shell, "run", **values, **{f"{name}_FILE": str(broken)}) == 78
        assert shows_none(shell, "run", **{name: values[name]}) in (75, 78)
    (shell.folder / ".env").write_bytes("".join(f"{name}={value}\n" for name, value in values.items()).encode("utf-16"))
    assert shows_none(shell, "config") == 78


@pytest.mark.parametrize(
    "content",
    [
        SECRETS[1],
        SECRETS[1].encode(),
        f'{{"X_API_KEY": "{SECRETS[2]}"',
        {"X_API_KEY": [SECRETS[2]]},
        {"X_API_KY": SECRETS[2]},
        {"MIN_VIEWERS": SECRETS[2], "TIMEZONE": SECRETS[3], "POST_AT": SECRETS[4], "X_API_URL": SECRETS[1]},
        {"DATABASE_URL": PASSWORD, "DATA_DIR": f"a {PASSWORD}"},
    ],
    ids=["text", "binary", "cut", "list", "unknown", "in the wrong place", "address"],
)
def test_a_problem_of_the_secret_in_aws_is_reported_without_the_secret(
    content: Mapping[str, object] | str | bytes, shell: Shell, aws: Aws
) -> None:
    aws.put(content)
    assert shows_none(shell, "config", **aws.settings) == 78


def test_an_unreachable_aws_is_reported_without_a_key(shell: Shell) -> None:
    assert shows_none(shell, "config", **Aws("http://127.0.0.1:1").settings) == 75


def test_a_password_that_the_database_refuses_is_not_shown(shell: Shell, server_url: str) -> None:
    logs_in_with_password(ROLE, server_url)
    where = f"/postgres?{server_url.split('?')[1]}"
    values = planted(where) | {"TWITCH_CLIENT_ID": "me"}
    assert "password authentication failed" in shell.run("migrate", **values).failed_with(75)
    for verb in (["migrate"], ["spend"]):
        assert shows_none(shell, *verb, **values) == 75


@pytest.mark.parametrize(
    "write",
    [
        str,
        repr,
        lambda secret: quote(secret, safe=""),
        quote_plus,
        lambda secret: repr(secret.encode()),
        lambda secret: base64.b64encode(secret.encode()).decode(),
        lambda secret: base64.b64encode(f"me:{secret}".encode()).decode(),
        lambda secret: base64.urlsafe_b64encode(f"a:{secret}:b".encode()).decode(),
        lambda secret: secret[: BEGINNING + 1],
    ],
)
def test_the_search_finds_a_secret_in_every_notation(write: Callable[[str], str], tmp_path: Path) -> None:
    for secret in SECRETS:
        assert found(f"before {write(secret)} after", SECRETS) == [secret]
        (tmp_path / "a-file").write_text(write(secret))
        assert found_below(tmp_path, SECRETS) == [(tmp_path / "a-file", secret)]


LEAKY = """
import sys
from helperfunctions import log, settings
log.set_up("DEBUG")
secrets = settings.load().settings
{leak}
"""


@pytest.mark.parametrize(
    "leak",
    [
        "print(secrets.x_api_key.get_secret_value())",
        "raise RuntimeError(secrets.x_credentials())",
        "import logging; logging.debug('asked with %s', secrets.x_credentials())",
        "import base64; sys.stderr.write(base64.b64encode(secrets.x_api_key.get_secret_value().encode()).decode())",
    ],
)
def test_the_search_finds_a_program_that_shows_a_secret(leak: str, shell: Shell) -> None:
    leaky = replace(shell, program=(sys.executable, "-c", LEAKY.format(leak=leak)))
    with pytest.raises(AssertionError), suppress(SystemExit):
        shows_none(leaky, "config", **planted(), TWITCH_CLIENT_ID="me")
