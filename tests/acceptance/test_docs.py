"""The documentation: its commands can be run, its links and paths exist, its tables are complete."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml

from benchmarks.__main__ import BENCHMARKS
from bot.cli.app import EXIT_CODES, app
from helperfunctions import errors
from helperfunctions.errors import WatchTimeError
from tests.acceptance.conftest import VERBS
from tests.acceptance.doc_commands import PAGES, ROOT, Command, code_between_backticks, commands_in, lines_of

# Debian installs nginx in a folder that only root's PATH has.
NGINX, OPENSSL = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") or "", shutil.which("openssl") or ""
COMMANDS_PAGE = "docs/self-hosting.md"
TOP_FOLDERS = ("bot", "helperfunctions", "sql", "sandbox", "tests", "benchmarks", "docs", "docker", ".github", ".ci")
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
# Programs of the system; their arguments are not checked.
OF_THE_SYSTEM = {
    *(
        "apt-get",
        "aws",
        "cat",
        "cd",
        "chmod",
        "cp",
        "curl",
        "docker",
        "export",
        "git",
        "grep",
        "mkdir",
        "mv",
        "psql",
        "python3",
    ),
    *("rm", "sudo", "umask", "unset", "vi", ".venv/bin/pip"),
}
COMPOSE_OPTIONS = {"-T", "--rm", "--no-deps", "-d", "--build", "--volumes", "-f", "--pull"}
COMPOSE_ACTIONS = {"up", "down", "exec", "run", "stop", "restart", "logs", "pull", "build"}


def verbs() -> dict[str, Any]:
    return dict(getattr(typer.main.get_command(app), "commands", {}))


def check_watchtime(arguments: Sequence[str]) -> None:
    """Fail unless the command line accepts these arguments. They are parsed, and nothing runs."""
    words = [word for word in arguments if word not in ("--verbose", "-v", "--version")]
    if not words:
        return
    assert words[0] in verbs(), f"no such verb: {words[0]}"
    command, rest = verbs()[words[0]], words[1:]
    if rest and rest[0] in getattr(command, "commands", {}):
        command, rest = command.commands[rest[0]], rest[1:]
    command.make_context(words[0], list(rest))


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def check_make(words: Sequence[str]) -> None:
    """Fail unless the target exists and accepts these variables."""
    variables = dict(word.split("=", 1) for word in words if "=" in word)
    targets = [word for word in words if "=" not in word and not word.startswith("-")]
    assert set(targets) <= make_targets(), targets
    handed_on = shlex.split(variables.pop("ARGS", ""))
    for target in targets:
        if target in verbs():
            check_watchtime([target, *([variables["FILE"]] if "FILE" in variables else []), *handed_on])
        if target == "bench":
            assert set(handed_on) <= BENCHMARKS.keys(), handed_on
    assert variables.keys() <= {"FILE", "PYTHON"}


def check_compose(words: Sequence[str]) -> None:
    """Fail unless the services exist and accept the verbs that run in them."""
    rest, services = list(words), SERVICES
    while rest and rest[0] in ("--profile", "-f"):
        if rest[0] == "-f":
            services = services | yaml.safe_load((ROOT / rest[1]).read_text())["services"]
        else:
            assert any(rest[1] in service.get("profiles", []) for service in services.values()), rest[1]
        del rest[:2]
    action, rest = rest[0], [word for word in rest[1:] if word not in COMPOSE_OPTIONS]
    assert action in COMPOSE_ACTIONS, action
    if action in ("exec", "run"):
        assert rest[0] in services, rest[0]
        inside = Command(tuple(rest[1:])) if rest[1:] else None
        arguments = rest[1:] if action == "run" else inside.watchtime if inside else None
        if arguments:
            check_watchtime(arguments)
    else:
        assert set(rest) <= services.keys(), rest


def check(command: Command) -> None:
    if command.watchtime is not None:
        check_watchtime(command.watchtime)
    elif command.program == "make":
        check_make(command.words[1:])
    elif command.words[:2] == ("docker", "compose"):
        check_compose(command.words[2:])
    else:
        assert command.program in OF_THE_SYSTEM, f"{command.program} is not known here"


@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_can_be_run_as_it_is_written(page: str) -> None:
    for line in lines_of(page):
        for command in commands_in(line):
            check(command)


def test_documented_commands_in_containers_that_would_ask_are_told_the_answer() -> None:
    """`docker compose run` and `exec` with -T have no terminal, and the command ends with 2. A pipe needs -T."""
    found = [command for page in PAGES for line in lines_of(page) for command in commands_in(line)]
    piped = [one.words for one in found if one.words[:2] == ("docker", "compose") and "-" in one.words]
    assert len([words for words in piped if "restore" in words]) >= 3
    for words in piped:
        assert "-T" in words, words
        assert "--replace" not in words or "--yes" in words, words


def inline(page: str, program: str) -> Iterator[tuple[str, list[str]]]:
    """The verbs of a program in the inline code of a page, each with the options that follow."""
    for code in code_between_backticks(page):
        found = re.match(rf"(?:\S*/)?{program} ([a-z][a-z-]*)(.*)", code)
        if found:
            yield found[1], re.findall(r"(?<![\w-])--[a-z-]+", found[2])


@pytest.mark.parametrize("page", PAGES)
def test_every_verb_and_option_in_the_text_of_a_page_exists(page: str) -> None:
    for verb, options in inline(page, "watchtime"):
        assert verb in verbs(), f"watchtime {verb}"
        commands = [verbs()[verb], *getattr(verbs()[verb], "commands", {}).values()]
        known = {"--help"} | {
            option for command in commands for one in command.params for option in (*one.opts, *one.secondary_opts)
        }
        assert set(options) <= known, f"watchtime {verb} {options}"
    for target, _ in inline(page, "make"):
        assert target in make_targets(), f"make {target}"


def test_the_table_of_commands_has_every_verb() -> None:
    assert set(verbs()) == set(VERBS)
    listed = re.findall(r"^\| `watchtime ([a-z-]+)", (ROOT / COMMANDS_PAGE).read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(verbs())


def test_the_pages_mention_every_target_of_make() -> None:
    mentioned = {target for page in PAGES for target, _ in inline(page, "make")}
    for page in PAGES:
        for line in lines_of(page):
            mentioned |= {word for command in commands_in(line) if command.program == "make" for word in command.words}
    assert make_targets() - mentioned <= {"help", "clean", "format"}


@pytest.mark.parametrize("verb", VERBS)
def test_the_help_of_every_verb_has_an_example_that_can_be_run(verb: str) -> None:
    command = verbs()[verb]
    for explained in (command, *getattr(command, "commands", {}).values()):
        heading, *lines = (explained.epilog or "").removeprefix("\b\n").splitlines()
        assert heading == "Examples:", explained.name
        assert lines
        for line in lines:
            for example in commands_in(line):
                check(example)


@pytest.mark.parametrize("verb", VERBS)
def test_the_list_of_verbs_shows_a_whole_sentence_for_each(verb: str) -> None:
    """The help cuts texts that are too long for a line of 80 columns."""
    assert not verbs()[verb].get_short_help_str(65).endswith("...")


def test_the_exit_codes_are_documented_as_the_help_explains_them() -> None:
    rows = re.findall(r"^\| (\d+) \| (.*) \|$", (ROOT / COMMANDS_PAGE).read_text(), re.MULTILINE)
    assert [(int(code), meaning) for code, meaning in rows] == list(EXIT_CODES.items())
    kinds = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, WatchTimeError)}
    assert {kind.exit_code for kind in kinds - {WatchTimeError}} <= EXIT_CODES.keys()


def anchors(path: Path) -> set[str]:
    """The anchors that GitHub makes of the headings of a page."""
    headings = re.findall(r"^#+ (.*)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_leads_somewhere(page: str) -> None:
    here = ROOT / page
    for target, anchor in re.findall(r"\]\(([^)#\s]*)#?([^)\s]*)\)", here.read_text()):
        if target.startswith("https://"):
            continue
        path = here.parent / target if target else here
        assert path.exists(), target
        assert not anchor or anchor in anchors(path), f"{target}#{anchor}"


@pytest.mark.parametrize("page", PAGES)
def test_every_path_in_the_text_of_a_page_exists(page: str) -> None:
    for code in code_between_backticks(page):
        if re.fullmatch(r"[\w.-]+(/[\w.-]+)*/?", code) and code.split("/")[0] in TOP_FOLDERS:
            assert (ROOT / code).exists(), code


def test_the_readme_fits_on_a_few_screens() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 150


def test_the_glossary_has_at_most_twenty_terms() -> None:
    glossary = (ROOT / "CONTRIBUTING.md").read_text().split("\n## Glossary\n")[1].split("\n## ")[0]
    assert 10 <= len(re.findall(r"^\| \*\*", glossary, re.MULTILINE)) <= 20


def test_the_messages_about_aws_in_the_guide_are_those_of_the_program() -> None:
    table = (ROOT / "docs/ec2.md").read_text().split("| message | fix |")[1]
    program = (ROOT / "helperfunctions/aws_secrets.py").read_text()
    messages = re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)
    assert len(messages) >= 5
    for message in messages:
        assert message.split(" …")[0] in program, message


@pytest.mark.skipif(not NGINX or not OPENSSL, reason="nginx or openssl is not installed")
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
