"""`watchtime demo`: a day of the production code that touches nothing of the user's and leaves nothing behind."""

import re
from pathlib import Path

import pytest

from tests.acceptance.conftest import Ran, Shell, eventually, nothing_runs_in

UNREACHABLE = "postgresql://somebody:planted-password@127.0.0.1:1/watchtime"


@pytest.fixture
def scratch(folder: Path, shell: Shell) -> Path:
    """Where the demo keeps what it needs for a while."""
    path = folder / "scratch"
    path.mkdir()
    shell.environment["TMPDIR"] = str(path)
    return path


def summaries_in(ran: Ran) -> list[str]:
    """The titles of the panels, fails unless the demo went well."""
    assert ran.code == 0, ran
    assert ran.err == ""
    assert re.search(r"day 2026-11-21 rolled up: 48 polls, 100\.0% covered", ran.out)
    return re.findall(r"would be posted: (\w+) ", ran.out)


def test_twice_in_a_row_it_ends_with_three_summaries_and_leaves_nothing_behind(
    shell: Shell, folder: Path, scratch: Path
) -> None:
    others = {"DATABASE_URL": UNREACHABLE, "DATA_DIR": str(folder / "data"), "TWITCH_API_URL": "http://127.0.0.1:1"}
    (shell.folder / ".env").write_text("TWICH_CLIENT_ID=a mistake that is of no concern here\n")
    for options in (["--channels", "2000"], ["--channels", "1000", "--faults", "0.02"]):
        ran = shell.run("demo", *options, **others)
        assert summaries_in(ran) == ["games", "streamers", "streamers_of_game"]
        for title in ("Most watched games on Twitch", "Most watched streamers on Twitch", "Most watched streamers of "):
            assert f"│ {title}" in ran.out
        assert ran.out.count("Sat, Nov 21, 2026") == 3
        assert "planted" not in ran.out
        struck = re.search(r"([\d,]+) faults struck", ran.out)
        assert struck is not None
        assert (struck[1] == "0") is ("--faults" not in options)
        nothing_runs_in(folder)
        assert list(scratch.iterdir()) == []
    assert not (folder / "data").exists()
    assert [path.name for path in shell.folder.iterdir()] == [".env"]


def test_what_it_measures_is_near_the_truth_that_it_prints_and_can_be_kept(
    shell: Shell, folder: Path, scratch: Path
) -> None:
    kept = folder / "kept"
    ran = shell.run("demo", "--channels", "1000", "--seed", "3", "--keep", str(kept))
    summaries_in(ran)
    told = re.search(r"Measured ([\d,]+) hours watched; the truth is ([\d,]+) \(([+-][\d.]+)%\)", ran.out)
    assert told is not None
    measured, truth = (int(number.replace(",", "")) for number in told.groups()[:2])
    assert abs(measured / truth - 1) < 0.02
    assert abs(100 * (measured / truth - 1) - float(told[3])) < 0.01
    nothing_runs_in(folder)
    looked_at = shell.run("post", "--dry-run", "--day", "2026-11-21", DATA_DIR=str(kept))
    assert "Most watched games on Twitch · Sat, Nov 21, 2026" in looked_at.out
    nothing_runs_in(folder)
    assert list(scratch.iterdir()) == []


def test_what_a_folder_holds_is_not_touched(shell: Shell, folder: Path) -> None:
    (folder / "full").mkdir()
    (folder / "full" / "precious").write_text("mine")
    assert "not empty" in shell.run("demo", "--keep", str(folder / "full")).failed_with(78)
    assert [path.name for path in (folder / "full").iterdir()] == ["precious"]


def test_interrupted_it_leaves_nothing_behind(shell: Shell, folder: Path, scratch: Path) -> None:
    demo = shell.start("demo", "--channels", "1000")
    eventually(lambda: "poll 1" in shell.said(demo), "the demo has taken its first poll")
    demo.send_signal(2)
    ended = shell.end_of(demo)
    assert ended.code != 0
    assert "Traceback" not in ended.err
    nothing_runs_in(folder)
    assert list(scratch.iterdir()) == []
