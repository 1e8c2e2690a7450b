"""`watchtime demo`: a day of the production code that touches nothing of the user's and leaves nothing behind."""

import re
from pathlib import Path

import pytest
import requests

from bot.demo.run import PEOPLE
from tests.acceptance.conftest import PATIENCE_SECONDS, WITHOUT_DRAWING, Ran, Shell, eventually, nothing_runs_in

# The settings of a real bot; the demo uses none of them.
OTHERS = {
    "DATABASE_URL": "postgresql://somebody:planted-password@127.0.0.1:1/watchtime",
    "TWITCH_API_URL": "http://127.0.0.1:1",
}


@pytest.fixture
def scratch(folder: Path, shell: Shell) -> Path:
    """The folder for the temporary files of the demo."""
    path = folder / "scratch"
    path.mkdir()
    shell.environment["TMPDIR"] = str(path)
    return path


def went_well(ran: Ran) -> None:
    """Fail unless the day is complete, posts are out with charts, people have answers, and X was paid."""
    assert ran.code == 0, ran
    assert ran.err == ""
    assert "planted" not in ran.out
    assert re.search(r"day 2026-11-21 rolled up: 48 polls, 100\.0% covered", ran.out)
    match = re.search(r"Total: ([\d.]+) USD; in the bot's ledger: ([\d.]+) USD", ran.out)
    assert match is not None
    assert float(match[2]) >= float(match[1]) > 0


def test_files_of_the_folder_are_not_touched(shell: Shell, folder: Path) -> None:
    (folder / "full").mkdir()
    (folder / "full" / "precious").write_text("mine")
    assert "not empty" in shell.run("demo", "--keep", str(folder / "full")).failed_with(78)
    assert [path.name for path in (folder / "full").iterdir()] == ["precious"]


def test_an_interrupted_demo_leaves_nothing_behind(shell: Shell, folder: Path, scratch: Path) -> None:
    demo = shell.start("demo", "--no-web", "--channels", "1000")
    eventually(lambda: "poll 1" in shell.output_of(demo), "the demo has taken its first poll")
    demo.send_signal(2)
    ended = shell.end_of(demo)
    assert ended.code != 0
    assert "Traceback" not in ended.err
    nothing_runs_in(folder)
    assert list(scratch.iterdir()) == []


def test_a_demo_shows_posts_charts_answers_and_the_true_values_and_ends_with_a_dashboard(
    shell: Shell, folder: Path, scratch: Path, is_long: bool
) -> None:
    """With faults and without drawing; with `--long` also the other way round: then X's bill is that of the ledger."""
    for fault_rate in ("0.02", "0") if is_long else ("0.02",):
        kept = folder / f"kept-{fault_rate}"
        charts = shell.folder / f"charts-{fault_rate}"
        ran = a_day_until_the_dashboard(shell, kept, charts, fault_rate)
        went_well(ran)
        assert "Done in" in ran.out
        shows_faults_and_bill(ran.out, fault_rate)
        shows_posts_and_answers(ran.out)
        # The last day of the history is posted too.
        drawn = sorted(charts.iterdir())
        assert [path.name for path in drawn] == [f"2026-11-21-{number}.png" for number in range(1, 7)]
        assert all(path.read_bytes().startswith(b"\x89PNG") for path in drawn)
        assert "".join(ran.out.split()).count(f"{charts.name}/2026-11-21-") == len(drawn)
        is_near_the_truth(ran.out)
        nothing_runs_in(folder)
        dry_run = shell.run("post", "--dry-run", "--day", "2026-11-21", DATA_DIR=str(kept))
        assert "Most watched games on Twitch · Sat, Nov 21, 2026" in dry_run.out
        nothing_runs_in(folder)
        assert list(scratch.iterdir()) == []


def a_day_until_the_dashboard(shell: Shell, kept: Path, charts: Path, fault_rate: str) -> Ran:
    """Run the demo with a day of history, visit its dashboard, and interrupt it."""
    where = ("--keep", str(kept), "--charts", charts.name, "--web-port", "0")
    given = OTHERS if fault_rate == "0" else OTHERS | WITHOUT_DRAWING
    demo = shell.start("demo", "--channels", "1000", "--history", "1", "--faults", fault_rate, *where, **given)
    eventually(lambda: "Ctrl-C ends it" in " ".join(shell.output_of(demo).split()), "the dashboard is served")
    match = re.search(r"the dashboard of this demo is at\s+(http://\S+)/", shell.output_of(demo))
    assert match is not None
    shows_the_days(match[1])
    demo.send_signal(2)
    return shell.end_of(demo)


def shows_faults_and_bill(out: str, fault_rate: str) -> None:
    """Fails unless faults were simulated, or X's bill is exactly the ledger's."""
    struck = re.search(r"Simulated faults: ([\d,]+)", out)
    assert struck is not None
    assert (struck[1] == "0") == (fault_rate == "0")
    bill = re.search(r"Total: ([\d.]+) USD; in the bot's ledger: ([\d.]+) USD", out)
    assert bill is not None
    assert bill[1] == bill[2] or fault_rate != "0"


def shows_the_days(address: str) -> None:
    """Fail unless the dashboard has the day of the demo and the day of history before it."""
    days = requests.get(f"{address}/api/v1/bot/days", timeout=PATIENCE_SECONDS).json()["rows"]
    assert [(day["day"], day["polls"], round(day["coverage"], 6)) for day in days] == [
        ("2026-11-21", 48, 1),
        ("2026-11-20", 24, 1),
    ]
    # The days are of one world: their hours differ by less than half.
    hours = [day["watch_hours"] for day in days]
    assert max(hours) < 1.3 * min(hours)
    now = requests.get(address, timeout=PATIENCE_SECONDS).text
    assert "Data is out of date" not in now
    assert "Just Chatting" in now
    posts = requests.get(f"{address}/api/v1/bot/posts", timeout=PATIENCE_SECONDS).json()
    assert {"games", "streamers", "streamers_of_game", "reply"} == {post["kind"] for post in posts["rows"]}


def shows_posts_and_answers(out: str) -> None:
    """Fail unless the three posts are shown, and every question with its outcome."""
    for title in ("Most watched games on Twitch", "Most watched streamers on Twitch", "Most watched streamers of "):
        assert f"│ {title}" in out
    assert len(re.findall(r"posted Sun 2[23]:\d\d UTC", out)) == 3
    assert len(re.findall(r"╭─ \w+ [\d:]+ UTC, @(\w+) ─", out)) == len(PEOPLE)
    assert out.count("(no answer: ") == 3
    assert "agar.io to everyone" not in out


def is_near_the_truth(out: str) -> None:
    """Fail unless the measured hours are within two percent of the true ones, and the difference is shown."""
    match = re.search(r"Measured ([\d,]+) hours watched; the true value is ([\d,]+) \(([+-][\d.]+)%\)", out)
    assert match is not None
    measured, truth = (int(number.replace(",", "")) for number in match.groups()[:2])
    assert abs(measured / truth - 1) < 0.02
    assert abs(100 * (measured / truth - 1) - float(match[3])) < 0.01


def test_a_signal_to_end_before_the_dashboard_leaves_nothing_behind(shell: Shell, folder: Path, scratch: Path) -> None:
    (shell.folder / ".env").write_text("TWICH_CLIENT_ID=a mistake that does not concern the demo\n")
    arguments = ("--channels", "1000", "--history", "0", "--web-port", "0")
    demo = shell.start("demo", *arguments, **OTHERS, DATA_DIR=str(folder / "data"))
    eventually(lambda: "A real PostgreSQL runs in " in shell.output_of(demo), "its database runs")
    demo.terminate()
    ended = shell.end_of(demo)
    assert (ended.code, ended.err) == (143, "")
    assert list(scratch.iterdir()) == []
    assert not (folder / "data").exists()
    assert [path.name for path in shell.folder.iterdir()] == [".env"]
    nothing_runs_in(folder)
