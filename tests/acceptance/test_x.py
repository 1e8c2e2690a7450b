"""The verbs that use X, with a simulated X."""

import re
from collections.abc import Iterator
from datetime import time, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.core.calendar import Calendar
from bot.daily.rollup import Rollup
from helperfunctions.clock import SystemClock, VirtualClock
from helperfunctions.database import Database
from sandbox.x.faults import XFault
from sandbox.x.server import XSandbox
from tests.acceptance.conftest import WITHOUT_DRAWING, Shell, eventually, x_settings_for
from tests.factories import a_stream, rows, stage

CALENDAR = Calendar(ZoneInfo("America/Los_Angeles"), time(8))


@pytest.fixture
def x() -> Iterator[XSandbox]:
    with XSandbox(SystemClock()) as sandbox:
        yield sandbox


@pytest.fixture
def measured(database: Database, url: str) -> dict[str, str]:
    """Settings for a database in which the last finished day is rolled up: Ada with chess, Bob with Go."""
    day = CALENDAR.last_finished(SystemClock().now())
    stage(
        database,
        a_stream(1000, streamer="ada", game="chess"),
        a_stream(500, streamer="bob", game="go"),
        at=day.starts_at,
        day=day.date,
        polls=48,
    )
    Rollup(database, VirtualClock(day.ends_at + timedelta(minutes=1)), CALENDAR).daily()
    return {"DATABASE_URL": url}


@pytest.fixture
def settings(measured: dict[str, str], x: XSandbox) -> dict[str, str]:
    return measured | x_settings_for(x)


def test_the_summaries_are_posted_once_with_their_charts(shell: Shell, settings: dict[str, str], x: XSandbox) -> None:
    for _ in range(2):
        ran = shell.run("post", **settings)
        assert ran.code == 0, ran
        assert re.findall(r"^(\w+): sent \d+$", ran.out, re.MULTILINE) == ["games", "streamers", "streamers_of_game"]
    games, streamers, of_game = x.posts()
    assert "1. Chess – " in games.text
    assert "1. Ada – " in streamers.text
    assert "Most watched streamers of " in of_game.text
    for post in x.posts():
        assert post.media[0].content.startswith(b"\x89PNG")
        assert (post.media[0].alt_text or "").startswith("Bar chart. ")


def test_a_dry_run_sends_nothing_and_can_draw_the_charts(
    shell: Shell, settings: dict[str, str], x: XSandbox, folder: Path
) -> None:
    ran = shell.run("post", "--dry-run", "--charts", str(folder / "charts"), **settings)
    assert ran.code == 0, ran
    assert ran.out.count("Most watched ") >= 3
    assert x.requests == 0
    assert len(list((folder / "charts").glob("*.png"))) == 3
    assert rows(settings["DATABASE_URL"], "select * from posts") == []


def test_without_credentials_posts_are_written_to_the_log_and_not_sent_later(
    shell: Shell, measured: dict[str, str], x: XSandbox
) -> None:
    ran = shell.run("post", **measured)
    assert ran.code == 0, ran
    assert ran.out.count("not_sent – no credentials for X were set") == 3
    assert ran.err.count("not sent, because X_API_KEY") == 3
    assert "1. Chess – " in ran.err
    later = shell.run("post", **measured, **x_settings_for(x))
    assert later.out.count("not_sent") == 3
    assert x.posts() == []


def test_reply_answers_and_ask_prints_the_same_text(shell: Shell, settings: dict[str, str], x: XSandbox) -> None:
    first = shell.run("reply", **settings)
    assert first.out == "0 mentions decided, 0 posts sent.\n", first
    asked = x.tag("ann", "hey @watchtimebot, how is ada doing?")
    x.tag("bob", "@watchtimebot stop")
    ran = shell.run("reply", **settings)
    assert ran.out == "2 mentions decided, 2 posts sent.\n", ran
    (answer,) = [post for post in x.posts() if post.reply_to and post.reply_to.post_id == asked]
    assert answer.text.startswith("Ada · ")
    same = shell.run("ask", "how is ada doing?", **settings)
    assert same.out == f"{answer.text}\n"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Chess", "Chess · "),
        ("game: chess last 7 days", "(7 days)"),
        ("help", "Tag me with a game or a streamer:"),
        ("nothing that is known", "(no answer: nothing was understood: no game or streamer that was measured is named"),
        ("game: ches", "Chess"),
    ],
)
def test_ask_works_without_x(shell: Shell, measured: dict[str, str], question: str, answer: str) -> None:
    ran = shell.run("ask", question, **measured)
    assert (ran.code, ran.err) == (0, ""), ran
    assert answer in ran.out


def test_ask_prints_live_figures_while_the_last_poll_is_fresh_and_reports_when_it_is_not(
    shell: Shell, database: Database, url: str
) -> None:
    now = SystemClock().now()
    ada = a_stream(1000, streamer="ada", game="chess")
    stage(database, ada, at=now - timedelta(hours=2), day=CALENDAR.day_of(now - timedelta(hours=2)).date)
    stale = shell.run("ask", "Ada live", DATABASE_URL=url)
    assert "I have no recent numbers from Twitch" in stale.out, stale
    stage(database, ada, at=now, day=CALENDAR.day_of(now).date)
    fresh = shell.run("ask", "Ada live", DATABASE_URL=url)
    assert "1.0K viewers – Chess" in fresh.out, fresh


def test_reply_without_credentials_names_where_to_get_them(shell: Shell, measured: dict[str, str]) -> None:
    message = shell.run("reply", **measured).failed_with(78)
    assert "https://console.x.com" in message
    assert "X_ACCESS_TOKEN_SECRET" in message


def test_the_outbox_lists_failed_posts_with_their_reasons_and_a_person_can_retry_or_drop_them(
    shell: Shell, settings: dict[str, str], x: XSandbox
) -> None:
    assert shell.run("outbox", **settings).out == "Nothing waits, and nothing failed in the last week.\n"
    x.faults.cue(XFault.GENERIC_403)
    settings |= WITHOUT_DRAWING
    shell.run("post", **settings)
    shown = shell.run("outbox", **settings).out
    assert " due " in shown, "it waits, since it may pass"
    assert "You are not permitted to perform this action" in shown
    assert shown.count("\n") == 2
    number = shown.splitlines()[1].split()[0]
    assert shell.run("outbox", "retry", number, **settings).out == f"Post {number} is due again.\n"
    assert shell.run("outbox", "drop", number, **settings).out == f"Post {number} is dropped.\n"
    assert "is dropped; nothing was changed" in shell.run("outbox", "drop", number, COLUMNS="200", **settings).err
    shell.run("outbox", "retry", number, **settings)
    assert shell.run("outbox", "send", **settings).out == "1 posts sent.\n"
    assert len(x.posts()) == 3
    everything = shell.run("outbox", "--all", **settings).out
    assert everything.count(" sent ") == 3
    assert "there is no post 999" in shell.run("outbox", "retry", "999", COLUMNS="200", **settings).err


def test_spend_shows_the_month_and_its_forecast(shell: Shell, settings: dict[str, str], x: XSandbox) -> None:
    shell.run("post", **settings, **WITHOUT_DRAWING)
    shown = shell.run("spend", **settings).out
    assert re.search(r"summaries +post +3 × = +0\.045 USD", shown)
    assert re.search(r"summaries +media_metadata +3 × = +0\.015 USD", shown)
    assert re.search(r"0\.060 of 10\.00 USD spent; at this pace [\d.]+ by its end", shown)
    assert re.search(r"today \(UTC\) mentions and answers cost 0\.000 USD of their share of [\d.]+; [\d.]+ left", shown)
    assert x.bill().total_usd == Decimal("0.060")


def test_without_credits_x_is_not_called_until_a_person_resumes_it(
    shell: Shell, settings: dict[str, str], x: XSandbox
) -> None:
    x.faults.set_rates({"no_credits": 1})
    settings |= WITHOUT_DRAWING
    ran = shell.run("post", **settings)
    assert ran.out.count("due – X ") == 3, ran
    assert x.requests == 1
    x.faults.clear()
    shell.run("outbox", "send", **settings)
    assert x.requests == 1
    assert "X is not called until" in shell.run("spend", **settings).out
    assert "X is not called" not in shell.run("spend", "--resume", **settings).out
    assert shell.run("outbox", "send", **settings).out == "3 posts sent.\n"


def test_short_names_of_games_can_be_added_and_removed(shell: Shell, measured: dict[str, str]) -> None:
    assert re.search(r"^lol +League of Legends$", shell.run("alias", **measured).out, re.MULTILINE)
    assert "nothing was understood" in shell.run("ask", "the royal one", **measured).out
    added = shell.run("alias", "add", "the royal one", "Chess", **measured)
    assert (added.out, added.err.count("watchtime: ")) == ("the royal one now means Chess.\n", 0)
    assert shell.run("ask", "the royal one", **measured).out.startswith("Chess · ")
    assert shell.run("alias", "remove", "The Royal One", **measured).out == (
        "The Royal One no longer means Chess. Undo with: watchtime alias add 'The Royal One' Chess\n"
    )
    assert "is not a short name" in shell.run("alias", "remove", "the royal one", **measured).failed_with(1)
    assert shell.run("alias", "add", " ", "Chess", **measured).code == 2
    misspelled = shell.run("alias", "add", "lol2", "Ches", **measured)
    assert (misspelled.code, misspelled.out) == (0, "lol2 now means Ches.\n")
    warning = "watchtime: no game named Ches has been measured yet; did you mean Chess"
    assert warning in misspelled.err
    changed = shell.run("alias", "add", "lol2", "Chess", **measured)
    assert changed.out == "lol2 now means Chess; before, it meant Ches.\n"


def test_prices_can_be_changed(shell: Shell, measured: dict[str, str]) -> None:
    assert re.search(r"^reply +0\.0100 USD ", shell.run("price", **measured).out, re.MULTILINE)
    assert shell.run("price", "set", "reply", "0.02", **measured).out == "reply costs 0.02 USD from now on.\n"
    assert re.search(r"^reply +0\.0200 USD ", shell.run("price", **measured).out, re.MULTILINE)
    for wrong in (("reply", "cheap"), ("reply", "-1"), ("reply", "nan"), ("nothing", "1")):
        assert shell.run("price", "set", *wrong, **measured).code == 2
    negative = shell.run("price", "set", "--", "reply", "-0.0001", **measured)
    assert (negative.code, "-0.0001 is not a price" in negative.err) == (2, True)
    # A call that X has made free.
    assert shell.run("price", "set", "reply", "0", **measured).out == "reply costs 0 USD from now on.\n"
    assert re.search(r"^reply +0\.0000 USD ", shell.run("price", **measured).out, re.MULTILINE)


def test_run_does_all_jobs_and_a_failed_job_delays_no_other(
    shell: Shell, measured: dict[str, str], x: XSandbox, twitch: dict[str, str]
) -> None:
    """Twitch refuses the credentials, and answers are posted nevertheless."""
    settings = measured | x_settings_for(x) | twitch | {"TWITCH_CLIENT_SECRET": "planted-but-wrong"}
    bot = shell.start("run", **settings, MENTIONS_EVERY_SECONDS="5")
    eventually(lambda: "first start" in shell.output_of(bot, "err"), "the mentions are read")
    asked = x.tag("ann", "@watchtimebot Chess")
    eventually(lambda: [post for post in x.posts() if post.reply_to], "the answer is out")
    bot.terminate()
    ended = shell.end_of(bot)
    assert ended.code == 0, ended
    assert [post.reply_to.post_id for post in x.posts() if post.reply_to] == [asked]
    assert "planted-but-wrong" not in ended.err
    for secret in x_settings_for(x).values():
        assert secret == x.api_url or secret not in ended.err
