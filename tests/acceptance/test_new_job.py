"""A new job is one row in bot/jobs.py, one folder in bot/ and one folder in sql/: shown by adding one to a copy."""

import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from tests.acceptance.conftest import ROOT, Shell, eventually

ROW = """
def _count(bot):
    from bot.count.count import Counter

    return Counter(bot.database, bot.settings.data_dir).count


ADDED = Job(
    name="count",
    does="Count the polls that are in staging.",
    due=lambda settings: (Minutes("*/5"),),
    run=_count,
    report=lambda polls: f"{polls} polls are in staging.",
)
JOBS = (*JOBS, ADDED)
"""
STEP = """
import sys, threading, traceback

class Counter:
    def __init__(self, database, folder):
        self.database, self.folder = database, folder

    def count(self):
        main = sys._current_frames()[threading.main_thread().ident]
        stack = [*traceback.extract_stack(main), *traceback.extract_stack()]
        ours = [frame.name for frame in stack if "/bot/" in frame.filename and frame.name != "<module>"]
        waiting = ours.index("run_until_stopped") if "run_until_stopped" in ours else 0
        in_thread = ours.index("run_turn") if "run_turn" in ours else len(ours)
        chain = ours[: waiting + 1] + ours[in_thread:]
        with self.database.transaction() as tx:
            polls = tx.count.polls()
        (self.folder / "count.txt").write_text(" ".join(chain))
        return polls
"""
QUERIES = """-- name: polls$
-- The number of polls in staging.
-- Grain: one row.
select count(*) from staging.polls;
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The program with one more job."""
    for package in ("bot", "helperfunctions", "sql"):
        # Compiled modules are copied, too, but not those that another process writes at this moment.
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("*.pyc.*"))
    with (tmp_path / "bot" / "jobs.py").open("a") as table:
        table.write(ROW)
    for path, text in (("bot/count/count.py", STEP), ("sql/count/count.sql", QUERIES)):
        (tmp_path / path).parent.mkdir()
        (tmp_path / path).write_text(text)
    return tmp_path


def test_a_job_that_is_added_as_a_row_runs_at_start_within_eight_calls_of_main_and_has_a_verb(
    copy: Path, shell: Shell, url: str, twitch: dict[str, str]
) -> None:
    shell = replace(
        shell, program=(sys.executable, "-m", "bot"), environment=shell.environment | {"PYTHONPATH": str(copy)}
    )
    settings = twitch | {"DATABASE_URL": url, "DATA_DIR": str(shell.folder / "data")}
    bot = shell.start("run", **settings)
    noted = shell.folder / "data" / "count.txt"
    eventually(noted.exists, "the added job has run")
    bot.terminate()
    assert shell.end_of(bot).code == 0
    chain = noted.read_text().split()
    assert chain[0] == "main"
    assert chain[-1] == "count"
    assert len(chain) - 1 <= 8, chain
    by_hand = shell.run("count", **settings)
    assert (by_hand.code, by_hand.out.strip().endswith("polls are in staging.")) == (0, True), by_hand
    assert "Count the polls that are in staging." in shell.run("--help").out
