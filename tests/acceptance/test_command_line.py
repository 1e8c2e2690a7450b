"""The command line itself: help, exit codes, one line for an error that a person can fix."""

import re
import shutil
import subprocess
import sys
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import typer

from bot.cli.app import app
from helperfunctions.clock import SystemClock
from sandbox.x.server import XSandbox
from tests.acceptance.conftest import PROGRAM, ROOT, VERBS, Shell, x_settings_for

CONSOLE_SCRIPT = str(Path(sys.executable).parent / "watchtime")
UNREACHABLE = "postgresql://somebody:planted-password@127.0.0.1:1/watchtime"


def test_without_arguments_the_help_is_shown(shell: Shell) -> None:
    shown = shell.run("--help")
    assert (shown.code, shown.err) == (0, "")
    assert shown.out.split() == shell.run().out.split()
    for verb in VERBS:
        assert re.search(rf"^\W+{verb}\b", shown.out, re.MULTILINE), verb


def test_the_version_is_that_of_the_package(shell: Shell) -> None:
    package = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    shown = shell.run("--version")
    assert (shown.code, shown.out, shown.err) == (0, f"watchtime {package['version']}\n", "")


def exit_code_of(verb: str, *arguments: str) -> object:
    """The exit code of a verb that ends before its work. It runs in this process, which is faster."""
    command: Any = typer.main.get_command(app)
    with pytest.raises(SystemExit) as ended:
        command.commands[verb].main(list(arguments), prog_name=f"watchtime {verb}")
    return ended.value.code


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_help_text(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code_of(verb, "--help") == 0
    shown = capsys.readouterr()
    assert f"watchtime {verb}" in shown.out
    assert shown.err == ""


@pytest.mark.parametrize(
    "program", [(), (CONSOLE_SCRIPT,)], ids=["a fork as the other tests run it", "the console script"]
)
def test_the_command_and_the_module_have_the_same_output(program: tuple[str, ...], shell: Shell) -> None:
    for arguments in ([], ["config"], ["config", "--nonsense"], ["nonsense"]):
        module = replace(shell, program=PROGRAM).run(*arguments)
        other = replace(shell, program=program).run(*arguments)
        assert other == module


@pytest.mark.parametrize(
    "arguments",
    [
        ["collect", "--nonsense"],
        ["post", "--day", "yesterday"],
        ["ask"],
        ["outbox", "drop", "everything"],
        ["daily", "--day", "yesterday"],
        ["sandbox", "--channels", "5"],
        ["demo", "--faults", "2"],
        ["demo", "--channels", "many"],
        ["restore"],
    ],
    ids=" ".join,
)
def test_arguments_that_are_not_text_end_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code_of(*arguments) == 2
    assert "Error" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["restore", "-", "--replace"],
        ["copy-to"],
        ["copy-to", "mysql://elsewhere/watchtime"],
        ["copy-to", "--url-file", "/no/such/file"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_2(arguments: list[str], shell: Shell) -> None:
    ran = shell.run(*arguments)
    assert ran.code == 2
    assert "Traceback" not in ran.err
    assert "Error" in ran.err


@pytest.mark.parametrize("verb", ["collect", "run"])
def test_without_credentials_the_message_names_where_to_get_them(verb: str, shell: Shell, folder: Path) -> None:
    ran = shell.run(verb, DATA_DIR=str(folder / "data"))
    line = ran.failed_with(78)
    assert "TWITCH_CLIENT_ID and TWITCH_CLIENT_SECRET" in line
    assert "https://dev.twitch.tv/console/apps" in line
    assert ran.err == f"{line}\n"
    assert not (folder / "data").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["collect"],
        ["lake", "verify"],
        ["post"],
        ["migrate"],
        ["ask", "xQc"],
        ["spend"],
        ["backup"],
        ["web"],
        ["copy-to", "postgresql://127.0.0.1:1/elsewhere"],
        # These open the database as one of those above does.
        *(
            pytest.param([verb], marks=pytest.mark.long)
            for verb in ("daily", "prune", "enrich", "lake", "pictures", "reply", "outbox", "alias", "price")
        ),
    ],
    ids=" ".join,
)
def test_an_unreachable_database_is_one_message_without_its_password(
    arguments: list[str], shell: Shell, twitch: dict[str, str]
) -> None:
    """Each verb in a new interpreter, in which it has to import its modules itself."""
    with XSandbox(SystemClock()) as x:
        settings = twitch | x_settings_for(x) | {"DATABASE_URL": UNREACHABLE}
        ran = replace(shell, program=PROGRAM).run(*arguments, **settings)
    assert "database" in ran.failed_with(75)
    assert len(ran.err.splitlines()) == 1
    assert "planted" not in ran.out + ran.err


@pytest.mark.parametrize(
    "password", ["planted/password", "1/planted", "planted?", "1?planted", "planted#", "1#planted"]
)
def test_a_password_that_breaks_the_address_is_not_shown(password: str, shell: Shell) -> None:
    """Text after the colon is then taken for a port, text after the slash for a name, and errors quote both."""
    ran = shell.run("migrate", DATABASE_URL=f"postgresql://somebody:{password}@127.0.0.1:1/watchtime")
    assert ran.code in (75, 78)
    assert len(ran.messages) == 1
    assert "planted" not in ran.out + ran.err


@pytest.mark.parametrize("flag", ["-v", "--verbose"])
def test_verbose_output_has_more_lines_and_no_secret(flag: str, shell: Shell, twitch: dict[str, str]) -> None:
    ran = shell.run(flag, "collect", DATABASE_URL=UNREACHABLE, **twitch)
    assert ran.code == 75
    assert len(ran.messages) == 1
    assert "planted" not in ran.out + ran.err


@pytest.mark.skipif(shutil.which("make") is None, reason="needs make")
def test_make_alone_lists_the_verbs() -> None:
    output = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout  # noqa: S607
    listed = re.findall(r"^  make ([a-z-]+) +\S", output, re.MULTILINE)
    targets = re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert listed == [target for target in targets if target != "help"] or listed == targets
    assert {"install", "demo", "run", "test", "check", "bench"} <= set(listed)
