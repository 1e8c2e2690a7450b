"""CSV files: UTF-8 for Excel, and no text that it would compute."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from bot.web.views.spreadsheet import csv_of


@dataclass(frozen=True)
class Row:
    name: str
    change: float | None
    day: date
    at: datetime


def read_back(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))


def test_csv_has_a_byte_order_mark_a_header_and_every_value() -> None:
    at = datetime(2026, 11, 21, 16, 30, tzinfo=UTC)
    text = csv_of([Row("한동숙, é", -0.5, date(2026, 11, 21), at), Row("", None, date(2026, 11, 22), at)], Row)
    assert text == (
        "\ufeffname,change,day,at\r\n"
        '"한동숙, é",-0.5,2026-11-21,2026-11-21T16:30:00+00:00\r\n'
        ",,2026-11-22,2026-11-21T16:30:00+00:00\r\n"
    )


def test_a_list_is_json() -> None:
    @dataclass(frozen=True)
    class History:
        history: list[int | None]

    assert read_back(csv_of([History([None, 531])], History))[1] == ["[null, 531]"]


COMPUTED = (
    "=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\tx", "\rx", "\nx", " =1", "\u00a0=1", "\u3000=1", "\u200b=1", "\ufeff=1",
    "\0=1", "＝1", "＋1", "－1", "＠1", " ＝1", "﹢1", "﹣1", "﹦1", "﹫1", "-", "=",
    "\u00ad=1", "\u061c+1", "\u202e@x", "\u2066-1", "\u2800=1", "\ufe0f=1", "\u115f=1", "\u2028=1",
)  # fmt: skip


@pytest.mark.parametrize("name", COMPUTED, ids=ascii)
def test_text_that_a_spreadsheet_would_compute_is_quoted(name: str) -> None:
    day, at = date(2026, 11, 21), datetime(2026, 11, 21, tzinfo=UTC)
    assert read_back(csv_of([Row(name, 1.0, day, at)], Row))[1][0] == f"'{name}"


@pytest.mark.parametrize("name", ["", " ", "a=1", "1", "1-2", "'=1", "é", "#1", "한"], ids=ascii)
def test_other_text_is_unchanged(name: str) -> None:
    day, at = date(2026, 11, 21), datetime(2026, 11, 21, tzinfo=UTC)
    assert read_back(csv_of([Row(name, -1.0, day, at)], Row))[1][:2] == [name, "-1.0"]
