"""The books of a soak find each kind of fault."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.soak.books import Books
from tests.soak.diary import Diary
from tests.soak.life import QUARTER
from tests.soak.limits import Shipped
from tests.soak.plan import Happening, Kind
from tests.soak.world import Alert

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def checks(*parts: str) -> list[tuple[datetime, frozenset[str]]]:
    """Health checks a quarter of an hour apart, with the part that has a problem, or "" for none."""
    return [(NOON + number * QUARTER, frozenset({part} - {""})) for number, part in enumerate(parts)]


def alert(quarters: int, status: str, text: str = "") -> Alert:
    return Alert(NOON + quarters * QUARTER, status, text)


@pytest.mark.parametrize(
    ("parts", "alerts", "wrong"),
    [
        (["", "x", "x", "x", "", "", ""], [alert(2, "problem"), alert(5, "resolved")], []),
        (["", "x", "x", "x", "", "", ""], [alert(3, "problem"), alert(5, "resolved")], ["not reported in time"]),
        (["", "x", "x", "x", "", "", ""], [], ["not reported in time"]),
        (["", "x", "", "x", "", "", ""], [], []),
        (["", "x", "y", "y", "", ""], [alert(3, "problem"), alert(4, "resolved")], []),
        (
            ["", "x", "x", "", "", "", "", ""],
            [alert(2, "problem"), alert(7, "resolved")],
            ["not withdrawn in time"],
        ),
        (["", "x", "x", "", "", "", ""], [alert(2, "problem")], ["not withdrawn in time", "alert was not withdrawn"]),
        (["", "", "x"], [], ["still a problem"]),
        (["", "summaries", "summaries"], [alert(2, "problem")], []),
        (["", ""], [alert(1, "problem"), alert(1, "problem"), alert(1, "resolved")], ["sent twice in a row"]),
        (["", ""], [alert(1, "problem", "x"), alert(1, "problem", "x, y"), alert(1, "resolved")], []),
        (["", ""], [alert(1, "problem"), alert(1, "resolved"), alert(1, "resolved")], ["withdrawn twice"]),
    ],
    ids=[
        "reported and withdrawn",
        "late",
        "never",
        "short",
        "a short one, and then another one",
        "withdrawn late",
        "never withdrawn",
        "at the end",
        "summaries that were not sent on the last day",
        "twice",
        "another part later",
        "withdrawn twice",
    ],
)
def test_a_problem_has_to_be_reported_and_withdrawn(parts: list[str], alerts: list[Alert], wrong: list[str]) -> None:
    books = Books(Diary(problems=checks(*parts)))
    books._problems(alerts)
    assert len(books.wrong) == len(wrong), books.wrong
    for expected, line in zip(wrong, books.wrong, strict=True):
        assert expected in line


@pytest.mark.parametrize(("reported_after", "is_late"), [(23, False), (26, False), (27, True), (38, True)])
def test_problem_is_reported_at_the_first_check_after_ten_minutes_of_it(reported_after: int, is_late: bool) -> None:
    """A bot that starts between two checks has its second one a few minutes after the first."""
    problems = [(NOON + timedelta(minutes=minute), frozenset({"x"})) for minute in (0, 8, 23, 38)]
    reported = Alert(NOON + timedelta(minutes=reported_after), "problem", "")
    assert bool(list(Books(Diary(problems=problems))._unreported([reported]))) is is_late


def test_fault_of_x_is_not_noticed_while_the_database_is_away() -> None:
    unpaid = Happening(Kind.X_UNPAID, NOON, NOON + timedelta(hours=3))
    wrong = [
        list(Books(Diary(problems=checks(*parts), happened=[unpaid]))._unnoticed())
        for parts in (["database"] * 12, ["database"] * 2 + [""] * 10, ["database"] * 2 + ["x"] * 10)
    ]
    assert [len(lines) for lines in wrong] == [0, 1, 0]


@pytest.mark.parametrize(
    ("parts", "is_wrong"),
    [(["database"] * 96, False), (["x"] * 40 + ["database"] * 56, False), (["database"] * 90 + [""] * 6, True)],
    ids=["database away for a day", "X and then the database", "an hour left"],
)
def test_a_mention_that_could_not_be_read_for_a_day_is_not_missed(parts: list[str], is_wrong: bool) -> None:
    books = Books(Diary(problems=checks(*parts)))
    assert books._could_be_read(NOON) is is_wrong


def test_a_fault_that_no_check_finds_is_reported() -> None:
    outage = Happening(Kind.DATABASE_GONE, NOON, NOON + timedelta(hours=2))
    blind, seeing = (Books(Diary(problems=checks(*parts), happened=[outage])) for parts in ([""] * 4, ["database"] * 4))
    assert list(blind._unnoticed()) != []
    assert list(seeing._unnoticed()) == []


def test_the_soaks_server_has_the_shipped_options_and_limit() -> None:
    shipped = Shipped.of("db")
    assert {"jit=off", "work_mem=4MB", "hash_mem_multiplier=1"} <= set(shipped.options)
    assert shipped.memory == 256 << 20
