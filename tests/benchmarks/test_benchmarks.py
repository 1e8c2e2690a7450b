"""Each benchmark runs through at a tiny size and prints its table; how fast it finds us is not judged here."""

import pytest

from benchmarks import accuracy, ask, crawl, memory, rollup, staging, web
from benchmarks.__main__ import main


def test_staging_measures_every_way(capsys: pytest.CaptureFixture[str]) -> None:
    staging.main(sizes=[(300, 1)])
    printed = capsys.readouterr().out
    for way in (staging.BARE_COPY, "execute_values", "ours, all names new", "ours, all names known"):
        assert way in printed


def test_crawl_reads_all_pages_in_every_way(capsys: pytest.CaptureFixture[str]) -> None:
    crawl.main(pages=12, rounds=1, channels=2_000)
    printed = capsys.readouterr().out
    for way in ("twitchAPI", "ours", "bare requests"):
        assert way in printed


def test_rollup_measures_first_and_second_time(capsys: pytest.CaptureFixture[str]) -> None:
    rollup.main(sizes=[rollup.Size(every_minutes=240, streams=500, rounds=1, disk_gb=0.1)])
    printed = capsys.readouterr().out
    assert "6 × 500 = 0.00 M" in printed
    assert "ours, once more" in printed


def test_rollup_leaves_out_what_the_disk_has_no_room_for(capsys: pytest.CaptureFixture[str]) -> None:
    rollup.main(sizes=[rollup.Size(every_minutes=240, streams=500, rounds=1, disk_gb=1e9)])
    assert capsys.readouterr().out == ""


def test_accuracy_judges_three_rules_in_two_worlds(capsys: pytest.CaptureFixture[str]) -> None:
    accuracy.main(channels=500, seeds=[1], intervals=[30, 60])
    printed = capsys.readouterr().out
    assert printed.count("Back to started_at where audiences gather") == 2
    assert "Counting back to started_at: " in printed
    assert printed.count("plain ") >= 8


def test_an_unknown_name_is_refused_with_the_known_ones(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["speed"])
    assert "staging, crawl, rollup, accuracy, ask, memory, web" in capsys.readouterr().err


def test_ask_measures_a_day_a_week_and_a_year(capsys: pytest.CaptureFixture[str]) -> None:
    ask.main(years=(1,), pairs=40, rounds=2)
    printed = capsys.readouterr().out
    for part in ("yesterday", "7 days", "a year", "most watched game", "a streamer in the middle"):
        assert part in printed


def test_memory_measures_every_stage_of_bot_drawing_and_database(capsys: pytest.CaptureFixture[str]) -> None:
    memory.main(pages=3, polls=40, channels=2_000)
    lines = capsys.readouterr().out.splitlines()
    stages = (
        "idle, just started",
        "a crawl of 3 pages",
        "a day of 40 polls",
        "drawing the three charts",
        "idle, after",
    )
    for stage in stages:
        [line] = [line for line in lines if stage in line]
        bot, drawing, database = (int(word) for word in line.replace("│", " ").split()[-5:-2])
        assert bot > 20
        assert database > 5
        assert (drawing > 20) == ("drawing" in stage)


def test_web_measures_every_page_and_every_call_of_the_api(capsys: pytest.CaptureFixture[str]) -> None:
    web.main(sizes=[(1, 40)], games=30, seconds=0.01, readers=2)
    printed = capsys.readouterr().out
    for part in ("/explore?days=365", "/api/v1/games/game-0/week", "/api/v1/search?q=gamme+12", "at most 200,000: yes"):
        assert part in printed
