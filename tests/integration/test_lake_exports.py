"""CSV files of each poll: whole rows, cleaned by written rules, harmless in a spreadsheet, and gone in time."""

import csv
from dataclasses import replace
from datetime import timedelta
from typing import Final

import pytest

from bot.core.polls import PollStatus
from bot.lake.exports import RULES
from bot.lake.forget import forget
from bot.lake.prune import prune
from bot.lake.verify import repair, verify
from tests.factories import DAY, DAY_START, HALF_HOUR, a_stream, write
from tests.lakes import LakeOfTest

# On S3, the store's own tests do the rest.
pytestmark = pytest.mark.parametrize("lake", ["folder"], indirect=True)
DATED: Final = "exports/streams/day=2026-11-21/streams_data-20261121T160000Z.csv"
# What a spreadsheet computes, and what breaks its lines.
FORMULA: Final = '=HYPERLINK("http://example.org","free")'
NAMES: Final = {
    "formula": (FORMULA, f"'{FORMULA}"),
    "wide at sign": ("＠SUM(1)", "'＠SUM(1)"),
    "line break": ("two\nlines", "two lines"),
    "quotes and commas": ('a "b", c', 'a "b", c'),
    "other scripts": ("原神 🙏", "原神 🙏"),
}


@pytest.fixture
def exporting(lake: LakeOfTest) -> LakeOfTest:
    return replace(lake, lake=replace(lake.lake, has_exports=True))


def table(lake: LakeOfTest, key: str) -> list[dict[str, str]]:
    """The rows of a CSV file, read by another program than wrote it."""
    file = lake.folder / "read.csv"
    lake.lake.store.get(key, file)
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    with file.open(encoding="utf-8-sig", newline="") as opened:
        return list(csv.DictReader(opened, strict=True))


def test_without_the_setting_there_are_no_exports(lake: LakeOfTest) -> None:
    lake.poll()
    lake.turn()
    assert lake.keys("exports/") == []


def test_each_complete_poll_has_files_and_the_newest_are_replaced(exporting: LakeOfTest) -> None:
    exporting.poll(a_stream(900), a_stream(70, streamer="bob", started_at=None, game="", game_name="", language=""))
    exporting.turn()
    exporting.poll(a_stream(500), at=DAY_START + HALF_HOUR)
    assert exporting.turn().left == 0
    kinds, stamps = ("streams", "games", "cleaning"), ("20261121T160000Z", "20261121T163000Z")
    dated = {f"exports/{kind}/day=2026-11-21/{kind}_data-{stamp}.csv" for kind in kinds for stamp in stamps}
    assert set(exporting.keys("exports/")) == dated | {f"exports/{kind}_data.csv" for kind in kinds}
    assert table(exporting, DATED) == [
        {
            "stream_id": "stream-of-ada", "streamer_id": "ada", "login": "ada", "streamer_name": "Ada",
            "game_id": "chess", "game_name": "Chess", "viewer_count": "900", "language": "en",
            "started_at": "2026-11-21T16:00:00Z", "polled_at": "2026-11-21T16:00:00Z",
        },
        {
            "stream_id": "stream-of-bob", "streamer_id": "bob", "login": "bob", "streamer_name": "Bob",
            "game_id": "", "game_name": "", "viewer_count": "70", "language": "",
            "started_at": "", "polled_at": "2026-11-21T16:00:00Z",
        },
    ]  # fmt: skip
    [newest] = table(exporting, "exports/streams_data.csv")
    assert (newest["viewer_count"], newest["polled_at"]) == ("500", "2026-11-21T16:30:00Z")
    assert verify(exporting.lake, deep=True).findings == []
    assert exporting.turn().put == 0


def test_games_are_the_twenty_with_the_most_viewers(exporting: LakeOfTest) -> None:
    games = [a_stream(100 + number, streamer=f"s{number}", game=f"g{number:02}") for number in range(22)]
    exporting.poll(*games, a_stream(9999, streamer="none", game="", game_name=""))
    exporting.turn()
    found = table(exporting, "exports/games_data.csv")
    assert [(row["rank"], row["game_id"], row["viewers"], row["streams"]) for row in found] == [
        (str(rank), f"g{22 - rank:02}", str(122 - rank), "1") for rank in range(1, 21)
    ]
    assert {(row["igdb_id"], row["box_art_url"]) for row in found} == {("", "")}


def test_box_art_of_a_game_is_an_address_of_twitch(exporting: LakeOfTest) -> None:
    address = "https://static-cdn.jtvnw.net/ttv-boxart/743-{width}x{height}.jpg"
    exporting.poll()
    write(
        exporting.database.url,
        "insert into game_matches values ('chess', null, 'none', now(), now() + interval '1 day', %s)",
        address,
    )
    exporting.turn()
    assert [row["box_art_url"] for row in table(exporting, "exports/games_data.csv")] == [address]


def test_the_newest_file_of_streams_is_pruned_when_no_poll_comes_any_more(exporting: LakeOfTest) -> None:
    """By the verb alone, too, which is all that another scheduler calls."""
    exporting.poll()
    exporting.turn()
    exporting.to_the_end_of(DAY, timedelta(hours=25))
    assert prune(exporting.lake) == 3
    assert [key for key in exporting.keys("exports/") if "streams_data" in key] == []


@pytest.mark.parametrize(("name", "cell"), NAMES.values(), ids=NAMES)
def test_a_name_is_text_of_one_line_that_no_spreadsheet_computes(exporting: LakeOfTest, name: str, cell: str) -> None:
    exporting.poll(a_stream(streamer_name=name))
    exporting.turn()
    assert [row["streamer_name"] for row in table(exporting, "exports/streams_data.csv")] == [cell]
    cleaning = {row["rule"]: int(row["streams"]) for row in table(exporting, "exports/cleaning_data.csv")}
    # The login of the factory is the id.
    assert cleaning == dict.fromkeys(RULES, 0) | {
        "without_login": 1,
        "formulas": int(cell.startswith("'")),
        "control_characters": int("\n" in name),
    }


def test_what_cleaning_left_out_or_left_empty_is_counted(exporting: LakeOfTest) -> None:
    poll = exporting.poll(
        a_stream(900, streamer="ada"),
        a_stream(800, streamer="bob", started_at=None, language=""),
        a_stream(700, streamer="cid", game="", game_name="", streamer_name="cid"),
    )
    write(exporting.database.url, "update staging.polls set set_aside = 4, duplicates = 2")
    write(exporting.database.url, "insert into lake_forgotten values ('ada', now())")
    exporting.turn()
    found = {row["rule"]: int(row["streams"]) for row in table(exporting, "exports/cleaning_data.csv")}
    assert found == dict.fromkeys(RULES, 0) | {
        "set_aside": 4, "duplicates": 2, "forgotten": 1, "without_game": 1, "without_start": 1, "without_language": 1,
        "without_login": 3,
    }  # fmt: skip
    assert [row["streamer_id"] for row in table(exporting, "exports/streams_data.csv")] == ["bob", "cid"]
    assert poll.streams == 3


def test_a_partial_poll_has_no_files(exporting: LakeOfTest) -> None:
    exporting.poll(status=PollStatus.PARTIAL)
    exporting.turn()
    assert exporting.keys("exports/") == []


def test_files_of_streams_are_deleted_in_time_and_those_of_games_stay(exporting: LakeOfTest) -> None:
    exporting.poll()
    exporting.turn()
    exporting.to_the_end_of(DAY, timedelta(hours=25))
    exporting.turn()
    left = exporting.keys("exports/")
    assert [key for key in left if "streams_data" in key] == []
    assert "exports/games/day=2026-11-21/games_data-20261121T160000Z.csv" in left
    assert verify(exporting.lake).findings == []


def test_a_forgotten_streamer_is_in_no_file(exporting: LakeOfTest) -> None:
    exporting.poll(a_stream(900, streamer="ada"), a_stream(800, streamer="bob"))
    exporting.turn()
    games = table(exporting, "exports/games_data.csv")
    assert forget(exporting.lake, "ada") == 3
    for key in (DATED, "exports/streams_data.csv"):
        assert [row["streamer_id"] for row in table(exporting, key)] == ["bob"]
    assert table(exporting, "exports/games_data.csv") == games
    assert verify(exporting.lake, deep=True).findings == []


def test_a_deleted_file_is_found_missing_and_made_again(exporting: LakeOfTest) -> None:
    exporting.poll()
    exporting.turn()
    before = table(exporting, DATED)
    exporting.lake.store.delete(DATED)
    found = verify(exporting.lake).findings
    assert [str(one) for one in found] == [f"{DATED}: missing"]
    assert repair(exporting.lake, found).failed == {}
    assert table(exporting, DATED) == before
