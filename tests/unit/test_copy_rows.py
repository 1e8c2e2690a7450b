"""Rows in the text format of COPY are escaped, found and removed."""

import pytest

from helperfunctions.database import CopyRows


def written(*rows: tuple[str | None, ...]) -> CopyRows:
    found = CopyRows()
    found.add(rows)
    return found


@pytest.mark.parametrize(
    "value",
    ["a\tb", "a\nb", "a\rb", "a\\b", "\\N", None],
    ids=["tab", "new line", "carriage return", "backslash", "the notation of NULL", "NULL"],
)
def test_a_value_that_has_to_be_escaped_does_not_change_the_rows_around_it(value: str | None) -> None:
    rows = written(("1", "x"), ("2", value), ("3", "z"))
    escaped = {"a\tb": "a\\tb", "a\nb": "a\\nb", "a\rb": "a\\rb", "a\\b": "a\\\\b", "\\N": "\\\\N", None: "\\N"}[value]
    assert rows.file().getvalue().decode() == f"1\tx\n2\t{escaped}\n3\tz\n"


@pytest.mark.parametrize(
    ("place", "value"),
    [(0, "7"), (3, "77"), (2, "a\\b")],
    ids=["the first row", "the last row", "escaped, in the middle"],
)
def test_a_row_is_found_by_a_whole_value_of_its_column_and_can_be_removed(place: int, value: str) -> None:
    others = [("77", "6"), ("8", "7"), ("9", "x7")]
    rows = written(*others[:place], ("1", value), *others[place:])
    assert rows.find(1, value) == rows.remove(1, value) == ["1", value.replace("\\", "\\\\")]
    rows.add([("10", "y")])
    assert list(rows.split()) == [*map(list, others), ["10", "y"]]


def test_a_value_that_no_row_has_in_that_column_is_an_error() -> None:
    for column, value in ((0, "x"), (1, "1"), (1, "2")):
        with pytest.raises(ValueError, match="no row has"):
            written(("1", "x")).find(column, value)
