"""A person who looks at the dashboard sees what is wrong, since when, and what to do."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.core.polls import PollStatus
from bot.health.causes import FIXES, REASONS, Cause
from bot.health.record import JobRecord, Loss, RunRecord
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import EmbeddedDatabaseBroken
from tests.conftest import Switch
from tests.factories import a_stream, stage, write
from tests.web.conftest import LAST_POLL, NOW, Serve, Web

HOUR = timedelta(hours=1)


def parts(web: Web) -> dict[str, dict[str, Any]]:
    """The rows of the status page, by their parts."""
    return {row["part"]: row for row in web.json("/bot/health")["rows"]}


def instant(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_update_that_failed_is_on_the_first_page_with_its_reason(database: Database, url: str, serving: Serve) -> None:
    """At five minutes past six, with polls every hour: the one at six failed, which is no problem yet."""
    stage(database, a_stream(), at=LAST_POLL - HOUR)
    stage(database, at=LAST_POLL, status=PollStatus.FAILED)
    with serving(url) as web:
        home, status = web.get("/").text, web.get("/bot").text
        row = parts(web)["poll"]
    assert f'No update since <time class="clock" datetime="{instant(LAST_POLL - HOUR)}">' in home
    assert "</time>: Twitch does not answer. See status</a>" in home
    assert 'class="sign"' in home
    assert "All is well" not in home
    assert f'next update <time class="clock" datetime="{instant(LAST_POLL + HOUR)}">' in home
    assert f'Next update</dt><dd><time datetime="{instant(LAST_POLL + HOUR)}">' in status
    assert "The newest attempt failed, and is tried again" in status
    assert (row["state"], row["is_healthy"], row["times"]) == ("notice", True, 1)
    assert (row["message"], row["reason"]) == ("1 update failed", "Twitch does not answer")
    assert datetime.fromisoformat(row["since"]) == LAST_POLL


@pytest.mark.parametrize(
    ("minutes", "words", "is_missing"),
    [(59, "next update", False), (61, "the next has been due since", False), (76, "overdue since", True)],
    ids=["before its turn", "while it may be taken", "after that"],
)
def test_time_of_the_next_update_is_never_promised_in_the_past(
    minutes: int, words: str, is_missing: bool, database: Database, url: str, serving: Serve
) -> None:
    stage(database, a_stream(), at=LAST_POLL)
    lock = database.try_lock("run")
    assert lock is not None
    with serving(url, LAST_POLL + timedelta(minutes=minutes)) as web:
        home, due = web.get("/").text, web.json("/bot/due")["rows"]
    lock.release()
    assert f'{words} <time class="clock" datetime="{instant(LAST_POLL + HOUR)}">' in home
    assert ("No update since" in home) is is_missing
    assert datetime.fromisoformat(due[0]["at"]) == LAST_POLL + HOUR


def test_bot_that_was_killed_promises_nothing_and_the_page_has_the_way_to_start_it(
    database: Database, url: str, serving: Serve
) -> None:
    """Its record is a minute old, and nobody holds the lock of the leader. A job failed before."""
    stage(database, a_stream(), at=LAST_POLL)
    failing = JobRecord(outcome="XNotYet", failures=4, failing_since=LAST_POLL, retry_at=NOW + HOUR)
    jobs = {"reply": JobRecord(), "outbox": failing}
    record = RunRecord(LAST_POLL - HOUR, NOW - timedelta(minutes=1), LAST_POLL, jobs)
    with serving(url, run_record=lambda: record) as web:
        home, status, due = web.get("/").text, web.get("/bot").text, web.json("/bot/due")["rows"]
        row, answers = parts(web)["bot"], parts(web)["answers"]
    assert 'class="sign"' in home
    assert "next update" not in home
    assert due == []
    assert "2 problems" in status
    assert "The next attempt" not in status
    assert (
        "start it with <code>watchtime run</code>, or in containers with <code>docker compose up -d bot</code>"
        in status
    )
    assert (row["state"], datetime.fromisoformat(row["since"])) == ("problem", NOW - timedelta(minutes=1))
    assert (answers["state"], answers["message"]) == ("unknown", "none while the bot is not running")


def test_failing_jobs_have_the_words_of_the_page_and_no_error_of_their_own(
    database: Database, url: str, serving: Serve
) -> None:
    """One job fails, one is overdue; the text of the error names a host."""
    stage(database, a_stream(), at=LAST_POLL)
    since = NOW - timedelta(minutes=20)
    failing = JobRecord(outcome="XUnknown", error="no answer from planted.host", failures=4, failing_since=since)
    record = RunRecord(since, NOW, LAST_POLL, {"reply": failing, "lake": JobRecord(due_at=since)})
    lock = database.try_lock("run")
    assert lock is not None
    with serving(url, run_record=lambda: record) as web:
        status, rows = web.get("/bot").text, parts(web)
    lock.release()
    assert "planted" not in status
    assert "2 problems" in status
    assert (rows["answers"]["name"], rows["answers"]["message"]) == ("Answers on X", "failed 4 times in a row")
    assert (rows["answers"]["reason"], rows["answers"]["times"]) == ("X does not answer", 4)
    assert (rows["lake"]["name"], rows["lake"]["message"], rows["lake"]["reason"]) == ("Data lake", "overdue", "")


def test_twitch_and_x_that_are_both_gone_are_one_line_of_the_first_page_and_one_problem_of_status(
    database: Database, url: str, serving: Serve
) -> None:
    stage(database, a_stream(), at=LAST_POLL - HOUR)
    stage(database, at=LAST_POLL, status=PollStatus.FAILED)
    of_x = JobRecord(outcome="XNotYet", failures=9, failing_since=LAST_POLL - timedelta(minutes=5))
    lock = database.try_lock("run")
    assert lock is not None
    with serving(url, run_record=lambda: RunRecord(LAST_POLL, NOW, None, {"reply": of_x})) as web:
        home, status = web.get("/").text, web.get("/bot").text
    lock.release()
    assert "</time>: neither Twitch nor X answers: is the network of this machine up? See status</a>" in home
    assert home.count('<p class="notice"') == 1
    assert "1 problem<" in status
    assert status.count("What to do:") == 1
    below = status.partition("Therefore also:")[2].partition("</ul>")[0]
    assert set(re.findall("<strong>(.*?)</strong>", below)) == {"Updates from Twitch", "Answers on X", "X"}


def test_x_that_refuses_is_a_row_with_its_next_attempt(database: Database, url: str, serving: Serve) -> None:
    stage(database, a_stream(), at=LAST_POLL)
    write(
        url,
        "insert into x_pauses (cause, until, reason, since) values ('credentials', %s, 'planted-words of X', %s)",
        *(NOW + HOUR, NOW - HOUR),
    )
    with serving(url) as web:
        home, status, row = web.get("/").text, web.get("/bot").text, parts(web)["x"]
    assert "planted" not in status + home
    assert "All is well" not in home
    since = f'<time class="clock" datetime="{instant(NOW - HOUR)}">'
    assert re.search(
        f"X: on hold, since {since}[^<]*</time>: X refuses the bot&#39;s credentials. See status</a>", home
    )
    assert (row["state"], row["reason"]) == ("problem", "X refuses the bot's credentials")
    assert [datetime.fromisoformat(row[field]) for field in ("since", "retry_at")] == [NOW - HOUR, NOW + HOUR]
    assert "<code>watchtime spend --resume</code> ends it at once" in status
    assert "What it means:</b> summaries and answers wait" in status


def test_stopped_bot_has_the_updates_that_were_missed_so_far_and_afterwards_those_of_the_last_day(
    database: Database, url: str, serving: Serve
) -> None:
    """With an update every hour, the bot stopped after that at six, and is started again before that at ten."""
    for at in (LAST_POLL - hours * HOUR for hours in range(30)):
        stage(database, a_stream(), at=at, day=at.date(), interval_minutes=60)
    record = RunRecord(LAST_POLL - HOUR, LAST_POLL, LAST_POLL, {})
    with serving(url, LAST_POLL + 3.5 * HOUR, run_record=lambda: record) as web:
        stopped, status = parts(web)["bot"], web.get("/bot").text
    again_at = LAST_POLL + 4 * HOUR
    stage(database, a_stream(), at=again_at, day=again_at.date(), interval_minutes=60)
    lock = database.try_lock("run")
    assert lock is not None
    with serving(url, LAST_POLL + 4.5 * HOUR) as web:
        repaired = parts(web)["poll"]
    lock.release()
    assert (stopped["message"], stopped["times"]) == ("not running", 3)
    assert stopped["meaning"] == "3 updates were missed so far, and cannot be taken later"
    assert f"What it means:</b> {stopped['meaning']}." in status
    assert repaired["state"] == "good"
    assert repaired["message"] == "1 channel; 21 of 24 updates in the last 24 hours were complete, 3 were missed"


def test_status_without_a_database_has_what_is_known_and_since_when(
    database: Database, url: str, serving: Serve, switch: Switch
) -> None:
    stage(database, a_stream(), at=LAST_POLL)
    clock = VirtualClock(NOW)
    record = RunRecord(NOW - HOUR, NOW, LAST_POLL, {})
    with serving(url, clock=clock, run_record=lambda: record) as web:
        switch.off()
        first = web.get("/bot")
        clock.advance(120)
        second, other = web.get("/bot"), web.get("/days?x=1").text
        switch.on()
        assert web.get("/bot?x=1").status_code == 200
    for page in (first, second):
        assert page.status_code == 503
        assert f'has not answered since <time class="clock" datetime="{instant(NOW)}">' in page.text
        assert "1 problem" in page.text
        assert '<a class="button" href="">Try again</a>' in page.text
        assert f"{REASONS[Cause.DATABASE]}.<" in page.text
        assert "<code>docker compose logs db</code>" in page.text
    assert '<a class="button" href="">Try again</a>' in other
    assert '<a href="/bot">Status</a> has the state of each part' in other
    assert re.search(
        f'Since <time class="clock" datetime="{instant(NOW)}">[^<]*</time>: {REASONS[Cause.DATABASE]}', other
    )
    assert "<code>docker compose logs db</code>" in other


def test_database_is_lost_since_the_bot_lost_it_and_has_one_repair(
    database: Database, url: str, serving: Serve, switch: Switch
) -> None:
    """This dashboard first looked ten minutes later, when the embedded server could not be started again."""

    def revive() -> None:
        raise EmbeddedDatabaseBroken("the embedded database in /planted/postgres does not start: x")

    stage(database, a_stream(), at=LAST_POLL)
    clock, lost_at = VirtualClock(NOW), NOW + timedelta(minutes=5)
    failed_once = JobRecord(outcome="DatabaseUnavailable", failures=1, failing_since=lost_at, error_since=lost_at)
    record = RunRecord(NOW - HOUR, NOW + timedelta(minutes=15), LAST_POLL, {"daily": failed_once}, [Loss(lost_at)])
    with serving(url, clock=clock, run_record=lambda: record, revive=revive) as web:
        switch.off()
        clock.advance(15 * 60)
        status, other = web.get("/bot").text, web.get("/days?x=1").text
    for page in (status, other):
        assert f'ince <time class="clock" datetime="{instant(lost_at)}">' in page
        assert page.count("What to do:") == 1
        assert REASONS[Cause.DATABASE_BROKEN] in page
        assert "<code>watchtime restore FILE</code>" in page
        assert "planted" not in page


@pytest.mark.parametrize(
    ("minutes", "message", "last"),
    [
        (40, "reachable again, after it was lost once within the last hour", 40),
        (61, "reachable, and not lost within the last hour", None),
    ],
    ids=["within an hour", "before"],
)
def test_database_that_was_lost_once_says_so_for_an_hour(
    minutes: int, message: str, last: int | None, database: Database, url: str, serving: Serve
) -> None:
    """One loss is no problem: an administrator may have restarted it."""
    stage(database, a_stream(), at=LAST_POLL)
    loss = Loss(NOW - timedelta(minutes=minutes), was_restart=True)
    record = RunRecord(NOW - 5 * HOUR, NOW, LAST_POLL, {}, [loss])
    with serving(url, run_record=lambda: record) as web:
        row = parts(web)["database"]
    assert (row["state"], row["message"]) == ("good", message)
    assert row["last_at"] == (None if last is None else (NOW - timedelta(minutes=last)).isoformat())


def test_database_that_only_the_dashboard_lost_says_so(
    database: Database, url: str, serving: Serve, switch: Switch
) -> None:
    """The embedded server can be away while no bot runs."""
    stage(database, a_stream(), at=LAST_POLL)
    record = RunRecord(NOW - HOUR, NOW, LAST_POLL, {})
    with serving(url, run_record=lambda: record) as web:
        switch.off()
        web.get("/bot")
        switch.on()
        assert web.get("/bot?x=1").status_code == 200
        row = parts(web)["database"]
    assert row["message"] == "reachable again, after it did not answer this dashboard within the last hour"


def test_reason_and_fix_of_a_lost_database_are_those_of_readyz_and_check(
    database: Database, url: str, serving: Serve, switch: Switch
) -> None:
    """An embedded server that cannot start again; afterwards its connections are refused."""

    def revive() -> None:
        raise EmbeddedDatabaseBroken("the embedded database in /planted/postgres does not start: x")

    stage(database, a_stream(), at=LAST_POLL)
    with serving(url, revive=revive) as web:
        switch.off()
        first, second = web.get("/bot").text, web.get("/bot?x=1").text
    for page in (first, second):
        assert "planted" not in page
        assert REASONS[Cause.DATABASE_BROKEN] in page
        assert "restore a backup: <code>watchtime restore FILE</code>" in page


def test_cause_has_its_consequences_below_it_and_is_one_problem(
    database: Database, url: str, serving: Serve, switch: Switch
) -> None:
    """Without the database, the job that polls fails, and that of daily figures is overdue."""
    stage(database, a_stream(), at=LAST_POLL)
    since = NOW - timedelta(minutes=20)
    failing = JobRecord(outcome="DatabaseUnavailable", error="planted", failures=4, failing_since=since)
    jobs = {"collect": failing, "daily": JobRecord(due_at=since, succeeded_at=NOW - HOUR)}
    record = RunRecord(since, NOW, LAST_POLL, jobs)
    with serving(url, run_record=lambda: record) as web:
        switch.off()
        status = web.get("/bot").text
    assert "1 problem<" in status
    assert status.count("What to do:") == 1
    assert FIXES[Cause.DATABASE].split("`")[0] in status
    below = status.partition("Therefore also:")[2].partition("</ul>")[0]
    assert re.findall("<strong>(.*?)</strong>", below) == ["Updates from Twitch", "Daily figures"]


def test_failing_updates_say_since_when_they_fail_and_when_the_last_one_succeeded(
    database: Database, url: str, serving: Serve
) -> None:
    for hours in range(4):
        status = PollStatus.COMPLETE if not hours else PollStatus.FAILED
        stage(database, *([] if hours else [a_stream()]), at=LAST_POLL - (3 - hours) * HOUR, status=status)
    with serving(url) as web:
        status, row = web.get("/bot").text, parts(web)["poll"]
    times = [f'<time datetime="{instant(LAST_POLL - before * HOUR)}">[^<]*</time>' for before in (2, 3)]
    assert re.search(f"3 updates failed \\(failing since {times[0]}, last good {times[1]}\\)", status)
    assert (row["state"], row["last_good_at"]) == ("problem", (LAST_POLL - 3 * HOUR).isoformat())


def test_new_bot_has_no_problem_and_what_is_not_known_says_so(database: Database, url: str, serving: Serve) -> None:
    stage(database, a_stream(), at=LAST_POLL, day=NOW.date())
    with serving(url) as web:
        home, status, rows = web.get("/").text, web.get("/bot").text, parts(web)
    assert "All systems normal" in status
    assert home.count('class="sign"') == 1
    at = f'<time class="clock" datetime="{instant(LAST_POLL)}">'
    assert f'href="/bot"><span class="sign" aria-hidden="true"></span>All is well</a>: updated {at}' in home
    assert rows["summaries"]["message"] == "none are due before those of Nov 22"
    assert {part for part, row in rows.items() if row["state"] == "unknown"} == {"bot", "answers"}
    assert rows["bot"]["message"] == rows["answers"]["message"] == "not known here"


def test_peak_has_the_time_of_its_poll(database: Database, url: str, serving: Serve) -> None:
    at = LAST_POLL - timedelta(minutes=11)
    stage(database, a_stream(900), at=at)
    stage(database, a_stream(100), at=LAST_POLL - timedelta(minutes=5))
    with serving(url) as web:
        home = web.get("/").text
    assert f'24-hour peak</dt><dd>900</dd><dd class="note">at <time class="clock" datetime="{instant(at)}">' in home
