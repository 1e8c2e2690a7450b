"""The small changes that can be made to a file, each a whole new text of that file.

Python files are changed by the operators of cosmic-ray, which reads the syntax tree. For SQL, YAML and shell scripts no
maintained tool exists: theirs are substitutions in the text, outside of comments and, in SQL, outside of strings.
"""

import difflib
import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import Final, TypeAlias

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

# Operators that move a border, drop a guard or swap two values. Replacing any operator by any other is left out:
# such a change is larger than the mistakes that people make, and nearly every test notices it.
_PYTHON: Final = (
    "core/AddNot",
    "core/ExceptionReplacer",
    "core/NumberReplacer",
    "core/ReplaceAndWithOr",
    "core/ReplaceBinaryOperator_Add_Sub",
    "core/ReplaceBinaryOperator_Sub_Add",
    "core/ReplaceBreakWithContinue",
    "core/ReplaceComparisonOperator_Eq_NotEq",
    "core/ReplaceComparisonOperator_Gt_GtE",
    "core/ReplaceComparisonOperator_GtE_Gt",
    "core/ReplaceComparisonOperator_Lt_LtE",
    "core/ReplaceComparisonOperator_LtE_Lt",
    "core/ReplaceContinueWithBreak",
    "core/ReplaceFalseWithTrue",
    "core/ReplaceOrWithAnd",
    "core/ReplaceTrueWithFalse",
    "core/ReplaceUnaryOperator_Delete_Not",
    "core/ZeroIterationForLoop",
)
# Lines on which a change cannot alter what the program does for its users.
_WITHOUT_EFFECT: Final = re.compile(r"@dataclass|^\s*log\.|strict=True|slots=True|timeout=|TIMEOUT|daemon=")

_Substitution: TypeAlias = tuple[str, str | Callable[[re.Match[str]], str]]


def _one_more(match: re.Match[str]) -> str:
    return str(int(match[0]) + 1)


_SQL: Final[Sequence[_Substitution]] = (
    (r"(?<![<>=!-])<=(?!>)", "<"),
    (r"(?<![<>=!-])>=", ">"),
    (r"(?<![<>=!-])<(?![=>-])", "<="),
    (r"(?<![<>=!-])>(?![=>])", ">="),
    (r"(?<= )= (?!excluded)", "<> "),
    (r"\band\b", "or"),
    (r"\bor\b(?! replace)", "and"),
    (r"(?<= )\+ ", "- "),
    (r"(?<= )- ", "+ "),
    (r" desc\b", ""),
    (r"\bmin\(", "max("),
    (r"\bmax\(", "min("),
    (r"\bsum\(", "max("),
    (r"\bis null\b", "is not null"),
    (r"\bis not null\b", "is null"),
    (r"\bnot exists\b", "exists"),
    (r"\bdistinct ", ""),
    (r"\bleft join\b", "join"),
    (r"\bleast\(", "greatest("),
    (r"\bgreatest\(", "least("),
    (r"\btrue\b", "false"),
    (r"\bfalse\b", "true"),
    (r"(?<![\w.%$])\d+(?![\w.])", _one_more),
)
_YAML: Final[Sequence[_Substitution]] = (
    (r":ro\b", ""),
    (r"\btrue\b", "false"),
    (r"\bfalse\b", "true"),
    (r"cap_drop: \[ALL\]", "cap_drop: [NET_RAW]"),
    (r"cap_add: \[", "cap_add: [SYS_ADMIN, "),
    (r"networks: \[", "networks: [outside, "),
    (r"\"?127\.0\.0\.1:(?=\d)", ""),
    (r"service_completed_successfully", "service_started"),
    (r"service_healthy", "service_started"),
    (r"(?<![\w.:])\d+(?=[ms]\b)", lambda match: str(int(match[0]) * 2)),
    (r"(?m)^ +(?!- &)[\w-]+: [^\n{|>]+\n", ""),
    (r"(?m)^ +- [^\n{|>:]+\n", ""),
)
_SHELL: Final[Sequence[_Substitution]] = (
    (r"\bexec ", ""),
    (r"\bset -eu\b", ":"),
    (r"(?m)^ *(umask|chmod|mv|chown) [^\n]+\n", ""),
    (r"! -s", "-s"),
    (r"\|\|", "&&"),
    (r"&&", "||"),
    (r"\b0?4[04]{2}\b", "0666"),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One change to one file: the path from the top folder, what was done, and the file's text before and after."""

    path: str
    what: str
    before: str
    after: str

    def diff(self) -> str:
        """The lines that differ, as in a unified diff without context."""
        lines = difflib.unified_diff(self.before.splitlines(), self.after.splitlines(), n=0, lineterm="")
        return "\n".join(f"    {line}" for line in list(lines)[2:])

    @property
    def is_without_effect(self) -> bool:
        """True if only lines changed that no user of the program could notice."""
        removed = [line[4:] for line in self.diff().splitlines() if line.startswith("    -")]
        return bool(removed) and all(_WITHOUT_EFFECT.search(line[1:]) for line in removed)


def changes_of(path: str, text: str) -> Iterator[Callable[[], Change | None]]:
    """Every change that can be made to a file; each is worked out only when called, since parsing takes its time."""
    suffix = PurePosixPath(path).suffix
    if suffix == ".py":
        yield from _python_changes(path, text)
    else:
        table = {".sql": _SQL, ".yml": _YAML, ".sh": _SHELL}[suffix]
        comment = "--" if suffix == ".sql" else "#"
        yield from _text_changes(path, text, table, comment)


def draw(path: str, text: str, random_source: random.Random) -> Change | None:
    """One change of a file at random; None where there is none that a user could notice."""
    possible = list(changes_of(path, text))
    random_source.shuffle(possible)
    for make in possible:
        change = make()
        if change is not None and not change.is_without_effect:
            return change
    return None


def _python_changes(path: str, text: str) -> Iterator[Callable[[], Change | None]]:
    nodes = list(ast_nodes(get_ast(text)))
    for name in _PYTHON:
        operator = get_operator(name)()
        count = sum(len(list(operator.mutation_positions(node))) for node in nodes)
        for occurrence in range(count):
            yield partial(_changed_python, path, text, name, occurrence)


def _changed_python(path: str, text: str, name: str, occurrence: int) -> Change | None:
    after = mutate_code(text, get_operator(name)(), occurrence)
    return None if after is None else Change(path, name.removeprefix("core/"), text, after)


def _text_changes(
    path: str, text: str, table: Sequence[_Substitution], comment: str
) -> Iterator[Callable[[], Change | None]]:
    protected = [match.span() for match in re.finditer(rf"{comment}[^\n]*|'[^'\n]*'", text)]
    for pattern, replacement in table:
        for match in re.finditer(pattern, text):
            if any(start <= match.start() < end for start, end in protected):
                continue
            after = text[: match.start()] + _replaced(match, replacement) + text[match.end() :]
            yield partial(Change, path, pattern, text, after)


def _replaced(match: re.Match[str], replacement: str | Callable[[re.Match[str]], str]) -> str:
    return replacement if isinstance(replacement, str) else replacement(match)
