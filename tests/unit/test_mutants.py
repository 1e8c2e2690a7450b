"""The mutation check makes the documented changes, the same ones for the same seed."""

import random

import pytest

from tests.mutants.changes import changes_of, draw
from tests.mutants.rooms import EVERYTHING, ROOT, SUBJECTS, first_tests, may_be_changed

PYTHON = """def is_late(age: int) -> bool:
    return age > 30 and age != 99
"""


def texts_after(path: str, text: str) -> set[str]:
    changes = [make() for make in changes_of(path, text)]
    return {change.after for change in changes if change is not None}


def test_python_borders_guards_and_numbers_are_changed() -> None:
    after = texts_after("bot/late.py", PYTHON)
    assert PYTHON.replace("> 30", ">= 30") in after
    assert PYTHON.replace(" and ", " or ") in after
    assert PYTHON.replace("30", "31") in after


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("sql/a.sql", "where day <= :day", "where day < :day"),
        ("sql/a.sql", "order by day desc", "order by day"),
        ("docker-compose.yml", "  cap_drop: [ALL]\n", "  cap_drop: [NET_RAW]\n"),
        ("docker-compose.yml", "    network_mode: none\n", ""),
        ("docker-compose.yml", '    ports: ["127.0.0.1:8000:8000"]\n', '    ports: [8000:8000"]\n'),
        ("entrypoint.sh", "  exec python3 -m bot\n", "  python3 -m bot\n"),
    ],
    ids=["border", "order", "capability", "dropped line", "open port", "exec"],
)
def test_text_files_are_changed(path: str, before: str, after: str) -> None:
    assert after in texts_after(path, before)


def test_comments_and_strings_of_sql_stay() -> None:
    assert texts_after("sql/a.sql", "-- the day <= 3 and not null\nselect 'a <= b'\n") == set()


def test_lines_without_an_effect_are_not_drawn() -> None:
    assert draw("bot/a.py", "@dataclass(frozen=True, slots=True)\nclass Point: ...\n", random.Random(1)) is None


def test_same_seed_draws_the_same_change() -> None:
    drawn = [draw("bot/late.py", PYTHON, random.Random(5)) for _ in range(2)]
    assert drawn[0] == drawn[1]
    assert drawn[0] is not None
    assert drawn[0].after != PYTHON


def test_shipped_files_take_part_and_migrations_do_not() -> None:
    assert may_be_changed("bot/post/plan.py")
    assert may_be_changed("sql/daily/watch_time.sql")
    assert not may_be_changed("sql/migrations/20261101000000_spine.sql")
    assert not may_be_changed("tests/unit/test_mutants.py")


def test_the_first_tests_of_a_change_are_those_of_its_subject() -> None:
    assert "tests/integration/test_plan.py" in first_tests("sql/post/post.sql")
    assert first_tests("bot/nothing_of_this_name.py") == EVERYTHING
    assert all((ROOT / path).exists() for path in EVERYTHING)


@pytest.mark.parametrize(("prefix", "subjects"), SUBJECTS)
def test_every_subject_has_files_and_tests(prefix: str, subjects: str) -> None:
    assert list(ROOT.glob(f"{prefix}*"))
    assert all(list((ROOT / "tests").glob(f"*/test_{subject}*.py")) for subject in subjects.split())
