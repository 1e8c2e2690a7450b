"""Attempts are counted, failed jobs wait, and the record of both outlives the process."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.health.record import FILE_NAME, RunRecord, dumps, loads, read
from bot.health.rules import judge_run
from bot.runtime.job_attempts import Attempts, wait_after
from helperfunctions.clock import VirtualClock
from helperfunctions.errors import (
    Busy,
    DatabaseError,
    OverBudget,
    TwitchUnavailable,
    WatchTimeError,
    XCredentialsWrong,
    XNotYet,
    XOutOfCredits,
    XRefusedForNow,
    XUnknown,
)

START = datetime(2026, 11, 21, 16, tzinfo=UTC)
NEXT_TURN = START + timedelta(minutes=15)


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(START)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / FILE_NAME


def attempt(attempts: Attempts, error: Exception | None = None, job: str = "daily") -> None:
    attempts.started(job, NEXT_TURN)
    attempts.ended(job, error, NEXT_TURN)


@pytest.mark.parametrize(
    ("error", "minutes"),
    [
        (DatabaseError("refused"), [0, 0, 1, 2, 4, 8, 16, 32, 60, 60]),
        (XUnknown("no answer"), [0, 0, 1, 2, 4, 8, 10, 10, 10, 10]),
        (TwitchUnavailable("no answer"), [0, 0, 1, 2, 4, 8, 10, 10, 10, 10]),
    ],
    ids=["our own failure", "X does not answer", "Twitch does not answer"],
)
def test_the_wait_grows_from_a_minute_to_an_hour(error: Exception, minutes: list[int]) -> None:
    assert [wait_after(failures, error) / timedelta(minutes=1) for failures in range(10)] == minutes
    assert wait_after(10_000) == timedelta(hours=1)


def test_the_record_of_a_job_has_the_outcome_of_its_newest_attempt(clock: VirtualClock, path: Path) -> None:
    attempts = Attempts(path, clock)
    attempt(attempts, DatabaseError("the database refused:\nno"))
    clock.advance(60)
    attempt(attempts, DatabaseError("the database refused: again"))
    job = attempts.record.jobs["daily"]
    assert (job.outcome, job.error) == ("DatabaseError", "the database refused: again")
    assert (job.failures, job.failing_since) == (2, START)
    assert (job.started_at, job.ended_at, job.is_running) == (clock.now(), clock.now(), False)
    assert (job.retry_at, job.due_at) == (clock.now() + timedelta(minutes=1), NEXT_TURN)
    attempt(attempts)
    job = attempts.record.jobs["daily"]
    assert (job.outcome, job.error, job.failures, job.failing_since, job.retry_at) == ("done", "", 0, None, None)
    assert job.succeeded_at == clock.now()


@pytest.mark.parametrize(
    "error",
    [
        Busy("another process does this"),
        OverBudget("the budget is spent", not_before=START + timedelta(days=3)),
        XOutOfCredits("no credits", not_before=START + timedelta(days=1)),
        XCredentialsWrong("wrong keys", not_before=START + timedelta(minutes=15)),
    ],
    ids=["another process does it", "over budget", "no credits", "wrong credentials"],
)
def test_a_postponed_job_is_neither_a_failure_nor_a_success(
    error: WatchTimeError, clock: VirtualClock, path: Path
) -> None:
    attempts = Attempts(path, clock)
    for _ in range(5):
        attempt(attempts, error)
    assert attempts.record.jobs["daily"].failures == 0
    assert attempts.waits_until("daily") is None
    attempt(attempts, DatabaseError("refused"))
    attempt(attempts, error)
    assert attempts.record.jobs["daily"].failures == 1


@pytest.mark.parametrize("error", [XNotYet, XRefusedForNow], ids=["cannot be reached", "refuses for now"])
def test_a_long_outage_of_x_is_a_failure_that_is_reported(
    error: type[XNotYet], clock: VirtualClock, path: Path
) -> None:
    attempts = Attempts(path, clock)
    for _ in range(20):
        next_turn = clock.now() + timedelta(minutes=1)
        if attempts.waits_until("reply") is None:
            attempts.started("reply", next_turn)
            not_before = clock.now() + timedelta(seconds=30)
            attempts.ended("reply", error("X cannot be reached", not_before=not_before), next_turn)
        clock.advance(60)
    assert attempts.record.jobs["reply"].failures == 6
    [problem] = judge_run(attempts.record, clock.now())
    assert "X cannot be reached" in problem.message


@pytest.mark.parametrize(
    ("minutes", "waits"), [(0.5, None), (12, 12), (600, 15)], ids=["within its turn", "a window", "an absurd time"]
)
def test_a_rate_limit_is_waited_for_and_is_one_failure(
    minutes: float, waits: int | None, clock: VirtualClock, path: Path
) -> None:
    """Each attempt until then would fail, and the window of a rate limit ends by itself."""
    attempts, next_turn = Attempts(path, clock), START + timedelta(minutes=1)
    attempts.started("reply", next_turn)
    limited = XNotYet("too many requests", not_before=START + timedelta(minutes=minutes))
    attempts.ended("reply", limited, next_turn)
    expected = None if waits is None else START + timedelta(minutes=waits)
    assert attempts.waits_until("reply") == expected
    assert attempts.record.jobs["reply"].due_at == (expected or next_turn)
    clock.move_to(expected or next_turn)
    assert judge_run(attempts.record, clock.now()) == []


def test_an_unexpected_error_is_recorded_only_by_its_type(clock: VirtualClock, path: Path) -> None:
    """Its text may contain anything, even a password."""
    attempts = Attempts(path, clock)
    attempt(attempts, KeyError("planted-password"))
    assert "planted-password" not in path.read_text()
    assert attempts.record.jobs["daily"].error == "KeyError"


def test_failures_and_waits_outlive_the_process(clock: VirtualClock, path: Path) -> None:
    attempts = Attempts(path, clock)
    for _ in range(4):
        attempt(attempts, DatabaseError("refused"))
    after = Attempts(path, clock)
    assert after.record.jobs == attempts.record.jobs
    assert after.waits_until("daily") == START + timedelta(minutes=4)
    clock.advance(4 * 60)
    assert after.waits_until("daily") is None
    assert (after.to_retry(["daily", "post"]), after.to_retry(["daily", "post"])) == (["daily"], [])


def test_a_job_during_which_the_process_is_killed_repeatedly_backs_off(clock: VirtualClock, path: Path) -> None:
    """After the first kill it is retried at once: the machine may have lost its power."""
    waits = []
    for _ in range(4):
        attempts = Attempts(path, clock)
        waits.append(attempts.waits_until("daily"))
        attempts.started("daily", NEXT_TURN)
        clock.advance(5)
        attempts.save()
    job = Attempts(path, clock).record.jobs["daily"]
    assert (job.outcome, job.failures) == ("interrupted", 4)
    assert [wait is not None for wait in waits] == [False, False, True, True]


@pytest.mark.parametrize("is_written", [True, False], ids=["as in the file", "begun since the file was written"])
def test_job_that_runs_in_this_process_is_not_interrupted_by_reading_the_file_again(
    is_written: bool, clock: VirtualClock, path: Path
) -> None:
    """The bot led, was on standby for a moment, and leads again, while its poll goes on."""
    attempts = Attempts(path, clock)
    attempts.started("collect", NEXT_TURN)
    if is_written:
        attempts.save(at_once=True)
    clock.advance(5)
    attempts.load()
    job = attempts.record.jobs["collect"]
    assert (job.is_running, job.started_at, job.due_at) == (True, START, NEXT_TURN)
    assert (job.failures, job.outcome) == (0, "")
    attempts.ended("collect", DatabaseError("refused"), NEXT_TURN)
    assert attempts.record.jobs["collect"].failures == 1


def test_job_of_another_process_is_interrupted_although_one_of_the_same_name_runs_here(
    clock: VirtualClock, path: Path
) -> None:
    ours, theirs = Attempts(path, clock), Attempts(path, clock)
    ours.started("collect", NEXT_TURN)
    clock.advance(5)
    theirs.started("collect", NEXT_TURN)
    theirs.save(at_once=True)
    ours.load()
    job = ours.record.jobs["collect"]
    assert (job.is_running, job.started_at, job.failures) == (True, START, 1)


def test_a_job_that_no_longer_runs_is_not_reported_as_failing(clock: VirtualClock, path: Path) -> None:
    """The credentials of X were removed after replies had failed."""
    attempts = Attempts(path, clock)
    for job in ("reply", "daily"):
        attempt(attempts, DatabaseError("refused"), job)
    attempts.limit_to({"daily", "collect"})
    assert list(attempts.record.jobs) == ["daily"]


def test_the_end_of_a_process_between_jobs_interrupts_none(clock: VirtualClock, path: Path) -> None:
    attempts = Attempts(path, clock)
    attempts.started("daily", NEXT_TURN)
    attempts.save(at_once=True)
    attempts.ended("daily", None, NEXT_TURN)
    attempts.save(at_once=True)
    assert Attempts(path, clock).record.jobs["daily"].failures == 0


def test_a_wait_longer_than_the_longest_is_ignored_as_of_a_wrong_clock(clock: VirtualClock, path: Path) -> None:
    attempts = Attempts(path, clock)
    for _ in range(3):
        attempt(attempts, DatabaseError("refused"))
    assert Attempts(path, VirtualClock(START - timedelta(days=1))).waits_until("daily") is None


def test_while_nothing_fails_the_file_is_written_once_a_minute(clock: VirtualClock, path: Path) -> None:
    attempts, written = Attempts(path, clock), set()
    for _ in range(60):
        attempt(attempts)
        attempts.save()
        written.add(path.read_text())
        clock.advance(5)
    assert len(written) == 5


@pytest.mark.parametrize(
    "content",
    [b"", b"{torn", b"null", b"[]", b'{"began_at": null}', b"\xff\xfe", b'{"jobs": {"daily": 1}}'],
    ids=["empty", "torn", "null", "a list", "incomplete", "not text", "of another shape"],
)
def test_an_unreadable_file_is_treated_as_no_record(content: bytes, clock: VirtualClock, path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    assert read(path) == RunRecord()
    attempts = Attempts(path, clock)
    attempt(attempts, DatabaseError("refused"))
    assert read(path).jobs["daily"].failures == 1


def test_a_written_record_is_read_unchanged(clock: VirtualClock, path: Path) -> None:
    attempts = Attempts(path, clock)
    attempt(attempts, DatabaseError("refused"))
    attempt(attempts, job="outbox")
    attempts.good_poll(START)
    attempts.database_lost()
    attempts.database_restarted()
    record = attempts.record
    assert [loss.was_restart for loss in record.losses] == [True]
    assert loads(dumps(record)) == record
    assert json.loads(path.read_text())["last_good_poll_at"] == START.isoformat()


def test_losses_of_the_database_are_remembered_for_an_hour(clock: VirtualClock, path: Path) -> None:
    for _ in range(4):
        Attempts(path, clock).database_lost()
        clock.advance(30 * 60)
    assert [loss.at for loss in read(path).losses] == [START + timedelta(minutes=60), START + timedelta(minutes=90)]


def test_a_folder_without_write_access_stops_no_job_and_is_logged_once(
    clock: VirtualClock, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    attempts = Attempts(tmp_path / "file" / FILE_NAME, clock)
    for _ in range(3):
        attempt(attempts, DatabaseError("refused"))
    assert attempts.record.jobs["daily"].failures == 3
    assert caplog.text.count("cannot be recorded") == 1
