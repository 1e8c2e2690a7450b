"""The errors are those of the tree in the docstring of their module, and each has an exit code for scripts."""

import inspect
import re

from helperfunctions import errors
from helperfunctions.errors import SettingsError, WatchTimeError

ALL = [one for _, one in inspect.getmembers(errors, inspect.isclass) if issubclass(one, WatchTimeError)]

# sysexits.h
EX_TEMPFAIL = 75
SYSEXITS = range(64, 79)


def drawn() -> set[tuple[str, str]]:
    """Each class and its parent in the tree of the docstring, which has four columns per level."""
    parents: list[str] = []
    found: set[tuple[str, str]] = set()
    for line in (errors.__doc__ or "").splitlines():
        match = re.match(r"    (?P<branch>(?:[│ ] {3})*(?:[├└]── )?)(?P<name>[A-Z]\w+) {2,}\S", line)
        if match is None:
            continue
        depth = len(match["branch"]) // 4
        parents[depth:] = [match["name"]]
        found.add((match["name"], parents[depth - 1] if depth else "Exception"))
    return found


def test_the_tree_in_the_docstring_is_the_tree_of_the_classes() -> None:
    assert drawn() == {(one.__name__, one.__bases__[0].__name__) for one in ALL}


def test_every_error_has_its_own_docstring_and_exit_code_and_the_code_agrees_on_retries() -> None:
    """A class that inherits them was probably not thought about."""
    own = [one for one in ALL if one is not WatchTimeError]
    assert [one for one in own if not {"__doc__", "exit_code"} <= vars(one).keys() or not one.__doc__] == []
    assert [one for one in own if one.exit_code not in SYSEXITS] == []
    assert [one for one in ALL if one.can_retry != (one.exit_code == EX_TEMPFAIL)] == []


def test_wrong_settings_are_reported_one_per_line() -> None:
    error = SettingsError(["one is wrong", "two is missing"])
    assert error.problems == ["one is wrong", "two is missing"]
    assert str(error) == "one is wrong\ntwo is missing"
