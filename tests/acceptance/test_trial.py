"""The commands of the trial without accounts in docs/self-hosting.md work."""

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import requests

from tests.acceptance.conftest import Shell, eventually
from tests.acceptance.doc_commands import ROOT, Command, commands_in

SECTION = "\n## A full trial without accounts\n"
# Mentions from before this line are not answered; the page asks the reader to wait for it.
READS_MENTIONS = "mentions are answered from now on"
DOCUMENTED_X = "http://127.0.0.1:8501"


def trial() -> list[Command]:
    """The commands of the section, in order."""
    section = (ROOT / "docs/self-hosting.md").read_text().split(SECTION)[1].split("\n## ")[0]
    lines = re.findall(r"^\$ (.*)$", section, re.MULTILINE)
    return [command for line in lines for command in commands_in(line)]


def started_sandbox(shell: Shell, command: Command) -> tuple[list[str], str]:
    """The settings that the documented command prints, and the address of the simulated X; on free ports."""
    assert command.watchtime == ("sandbox",)
    sandbox = shell.start("sandbox", "--port", "0", "--x-port", "0", "--chat-port", "0", "--channels", "1000")
    eventually(lambda: "Stop it with" in shell.output_of(sandbox), "the sandbox serves")
    settings = re.findall(r"^  ([A-Z_]+=\S+)$", shell.output_of(sandbox), re.MULTILINE)
    return settings, next(line.partition("=")[2] for line in settings if line.startswith("X_API_URL="))


def starts_reading_mentions(shell: Shell) -> None:
    bot = shell.start("run")
    eventually(lambda: READS_MENTIONS in shell.output_of(bot, "err"), "the bot reads mentions")


def serves_dashboard(shell: Shell) -> None:
    server = shell.start("web", WEB_PORT="0")
    eventually(lambda: "The dashboard is at" in shell.output_of(server), "the dashboard serves")


def test_the_trial_without_accounts_works_as_documented(shell: Shell, folder: Path) -> None:
    first, *commands = trial()
    settings, x_url = started_sandbox(shell, first)
    assert len(settings) == 11
    here = shell
    answered = False
    for command in commands:
        match command.words:
            case ("mkdir", name):
                (here.folder / name).mkdir()
            case ("cd", name):
                here = replace(here, folder=here.folder / name)
            case ("vi", ".env"):
                (here.folder / ".env").write_text("\n".join(settings))
            case ("export", *variables):
                values = dict(variable.replace("$PWD", str(here.folder)).split("=", 1) for variable in variables)
                here = replace(here, environment=here.environment | values)
            case ("curl", address, "-d", body):
                assert address.startswith(DOCUMENTED_X)
                assert requests.post(x_url + urlsplit(address).path, data=body, timeout=30).ok
                eventually(
                    lambda: "Just Chatting · live" in requests.get(x_url, timeout=30).text, "the bot answers on X"
                )
                answered = True
            case (_, "run"):
                starts_reading_mentions(here)
            case (_, "web"):
                serves_dashboard(here)
            case _:
                assert command.watchtime is not None
                ran = here.run(*command.watchtime)
                assert (ran.code, ran.messages) == (0, []), ran
    assert answered
    for process in shell.started:
        if process.poll() is None:
            process.terminate()
            assert shell.end_of(process).code == 0
    assert (here.folder / "data" / "postgres").is_dir()
    assert not (shell.folder / ".local").exists(), "nothing is stored outside of the folder"
