"""What README and CONTRIBUTING tell people to type exists, and every verb is told."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import typer.main

from bot.cli.app import EXIT_CODES, app
from helperfunctions import errors
from helperfunctions.errors import WatchTimeError
from tests.acceptance.conftest import ROOT, VERBS

PAGES = ("README.md", "CONTRIBUTING.md", "docs/dashboard.md", "docs/ec2.md", "docs/sizing.md", "SECURITY.md")
EXIT_CODES_PAGE = "README.md"
# Debian keeps nginx where only root's PATH leads.
NGINX, OPENSSL = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or "", shutil.which("openssl") or ""


def code_in(page: str) -> list[str]:
    """What stands in code blocks and between backticks; a comment behind a command is none of it."""
    text = (ROOT / page).read_text()
    blocks = re.findall(r"^```.*?\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`([^`]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    lines = [line for block in blocks for line in block.splitlines()]
    return [re.sub(r"\s+", " ", code.split(" #")[0]).strip() for code in lines + inline]


def options_by_verb() -> dict[str, set[str]]:
    """The verbs of the command line, and the options of each."""
    group = typer.main.get_command(app)
    commands = getattr(group, "commands", {})
    return {
        name: {"--help"} | {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
        for name, command in commands.items()
    }


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def told_of(page: str, program: str) -> list[tuple[str, list[str]]]:
    """The verbs of a program that a page names, each with the options that follow."""
    told = []
    for code in code_in(page):
        found = re.search(rf"(?:^|[\s/]){program} ([a-z][a-z-]*)(.*)", code)
        if found:
            told.append((found[1], re.findall(r"(?<![\w-])--[a-z-]+", found[2])))
    return told


def test_the_verbs_are_those_of_the_issue() -> None:
    assert set(options_by_verb()) == set(VERBS)


@pytest.mark.parametrize("page", PAGES)
def test_every_watchtime_verb_on_a_page_exists(page: str) -> None:
    existing = options_by_verb()
    for verb, options in told_of(page, "watchtime"):
        assert verb in existing, f"{page}: watchtime {verb}"
        assert set(options) <= existing[verb], f"{page}: watchtime {verb} {options}"


@pytest.mark.parametrize("page", PAGES)
def test_every_make_verb_on_a_page_exists(page: str) -> None:
    told = told_of(page, "make")
    assert told or page == "SECURITY.md"
    for verb, options in told:
        assert verb in make_targets(), f"{page}: make {verb}"
        assert verb != "demo" or set(options) <= options_by_verb()["demo"], f"{page}: make {verb} {options}"


def test_the_readme_tells_of_every_verb() -> None:
    assert {verb for verb, _ in told_of("README.md", "watchtime")} == set(options_by_verb())


def test_the_pages_tell_of_every_way_to_make() -> None:
    told = {verb for page in PAGES for verb, _ in told_of(page, "make")}
    assert make_targets() - told <= {"help", "clean", "format"}


@pytest.mark.parametrize("page", PAGES)
def test_every_file_that_a_page_links_to_exists(page: str) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", (ROOT / page).read_text()):
        assert target.startswith("https://") or (ROOT / page).parent.joinpath(target).exists(), f"{page}: {target}"


def test_the_exit_codes_are_documented_as_the_help_explains_them() -> None:
    rows = re.findall(r"^\| (\d+) \| (.*) \|$", (ROOT / EXIT_CODES_PAGE).read_text(), re.MULTILINE)
    assert [(int(code), meaning) for code, meaning in rows] == list(EXIT_CODES.items())
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, WatchTimeError)}
    assert {kind.exit_code for kind in kinds - {WatchTimeError, errors.CannotBeAsked}} <= EXIT_CODES.keys()


@pytest.mark.skipif(
    not shutil.which("nginx") or not shutil.which("openssl"), reason="nginx or openssl is not installed"
)
def test_the_example_for_nginx_is_a_valid_configuration(tmp_path: Path) -> None:
    [example] = re.findall(r"^```nginx\n(.*?)^```", (ROOT / "docs/dashboard.md").read_text(), re.MULTILINE | re.DOTALL)
    names = ("fullchain.pem", "privkey.pem")
    subject = ["-subj", "/CN=watchtime.example.org"]
    made = [OPENSSL, "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject, "-out", names[0], "-keyout", names[1]]
    subprocess.run(made, cwd=tmp_path, check=True, capture_output=True)
    for name in names:
        assert f"/etc/letsencrypt/live/watchtime.example.org/{name}" in example
    here = example.replace("/etc/letsencrypt/live/watchtime.example.org", str(tmp_path))
    whole = f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{here}}}\n"
    (tmp_path / "nginx.conf").write_text(whole)
    tested = subprocess.run(
        [NGINX, "-t", "-c", str(tmp_path / "nginx.conf")], capture_output=True, text=True, check=False
    )
    assert tested.returncode == 0, tested.stderr
    assert "[warn]" not in tested.stderr
