"""The commands in the documentation and in help texts, split into words."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = tuple(
    path.relative_to(ROOT).as_posix()
    for path in (
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / "SECURITY.md",
        *sorted((ROOT / "docs").glob("*.md")),
    )
)
_OPERATORS = {"&&", "||", ";", "|"}
_REDIRECTIONS = {">", ">>", "<"}
_ASSIGNMENT = re.compile(r"[A-Z_][A-Z0-9_]*=.*", re.DOTALL)
_WATCHTIME = ("watchtime", ".venv/bin/watchtime", "../.venv/bin/watchtime")


@dataclass(frozen=True)
class Command:
    """One simple command: its words without variables set for it and without redirections."""

    words: tuple[str, ...]
    variables: tuple[str, ...] = ()

    @property
    def program(self) -> str:
        return self.words[0]

    @property
    def watchtime(self) -> tuple[str, ...] | None:
        """The arguments of `watchtime`, for each way to start it; None for another program."""
        if self.program in _WATCHTIME:
            return self.words[1:]
        return self.words[3:] if self.words[:3] == ("python3", "-m", "bot") else None


def lines_of(page: str) -> list[str]:
    """The lines after a prompt in the console blocks of a page, continuation lines joined."""
    blocks = re.findall(r"^```console\n(.*?)^```", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)
    return [
        line.replace("\\\n", " ")
        for block in blocks
        for line in re.findall(r"^\$ ((?:.*\\\n)*.*(?:\n  .*)*)$", block, re.MULTILINE)
    ]


def commands_in(line: str) -> Iterator[Command]:
    """The simple commands of a line of shell; text after # is a comment."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = "#"
    words: list[str] = []
    variables: list[str] = []
    tokens = iter(lexer)
    for token in tokens:
        if token in _OPERATORS:
            yield Command(tuple(words), tuple(variables))
            words, variables = [], []
        elif token in _REDIRECTIONS:
            next(tokens)
        elif not words and _ASSIGNMENT.fullmatch(token):
            variables.append(token)
        else:
            words.append(token)
    if words:
        yield Command(tuple(words), tuple(variables))


def code_between_backticks(page: str) -> list[str]:
    """The inline code of a page."""
    text = re.sub(r"^```.*?^```", "", (ROOT / page).read_text(), flags=re.MULTILINE | re.DOTALL)
    return [re.sub(r"\s+", " ", code).strip() for code in re.findall(r"`([^`]+)`", text)]
