"""The verdicts of `watchtime check`, and its findings when a check fails."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.health.causes import Cause
from bot.health.checks.database import Server, judge_schema, judge_server
from bot.health.checks.settings_and_disk import ROOM_FOR_DATABASE, ROOM_FOR_POLLS, Room, judge_lake, judge_room
from bot.health.checks.twitch_and_x import judge_account, judge_clock, judge_pause, judge_streams, token_owner
from bot.health.checks.work import judge_budget, judge_outbox, judge_poll, judge_restarts, judge_schedulers
from bot.health.doctor import outcome
from bot.health.findings import Finding, Verdict, exit_code, from_error
from bot.health.health_facts import LastPoll
from bot.health.problem import Problem
from bot.spend.allowance import Allowance
from bot.spend.month import month_of
from bot.spend.report import Pause, Spending, Spent
from helperfunctions.disk import free_bytes_if_known
from helperfunctions.errors import (
    DatabaseError,
    DatabaseUnavailable,
    EmbeddedDatabaseBroken,
    TwitchRefused,
    WatchTimeError,
)
from helperfunctions.settings import Settings
from helperfunctions.x_models import XAccount

NOW = datetime(2026, 11, 21, 16, tzinfo=UTC)
SERVER = Server(
    version=17,
    encoding="UTF8",
    is_standby=False,
    is_read_only=False,
    may_write=True,
    may_create=True,
    bytes=8_000_000,
    connections_left=90,
)
GOOD = Finding("a", Verdict.GOOD, "it is well")
BAD = Finding("b", Verdict.BAD, "it is not", "fix it")
AWAY = Finding("c", Verdict.BAD, "it is away", "wait", is_temporary=True)
ALLOWANCE = Allowance(Decimal(10), Decimal(0), Decimal(10), Decimal(0), Decimal(1))


@pytest.mark.parametrize(
    ("findings", "code"),
    [
        ([], 0),
        ([GOOD, replace(BAD, verdict=Verdict.WARNING), replace(BAD, verdict=Verdict.SKIPPED)], 0),
        ([GOOD, AWAY], 75),
        ([AWAY, BAD, GOOD], 78),
    ],
    ids=["nothing", "a warning", "something is away", "bad"],
)
def test_the_exit_code_shows_whether_a_person_has_to_fix_something(findings: list[Finding], code: int) -> None:
    assert exit_code(findings) == code


def test_a_check_that_hangs_is_a_finding() -> None:
    never = threading.Event()

    def hang() -> Finding:
        never.wait()
        return GOOD

    [found] = outcome("b", hang, 0.05)
    never.set()
    assert (found.name, found.verdict, found.is_temporary) == ("b", Verdict.BAD, True)
    assert "no response within" in found.message


def test_a_check_that_raises_is_a_finding_without_the_text_of_the_error() -> None:
    def breaks() -> Finding:
        raise KeyError("planted-password")

    [found] = outcome("b", breaks, 5)
    assert (found.verdict, found.is_temporary) == (Verdict.BAD, False)
    assert found.message == "the check itself failed: KeyError"


@pytest.mark.parametrize(
    ("error", "is_temporary"), [(DatabaseUnavailable("it went away"), True), (DatabaseError("it refused: why"), False)]
)
def test_an_error_of_ours_is_a_finding_with_its_message(error: WatchTimeError, is_temporary: bool) -> None:
    def fails() -> Finding:
        raise error

    [found] = outcome("b", fails, 5)
    assert (found.verdict, found.message, found.is_temporary) == (Verdict.BAD, str(error), is_temporary)
    assert found.fix


@pytest.mark.parametrize(
    ("server", "verdict", "message"),
    [
        (SERVER, Verdict.GOOD, "PostgreSQL 17, UTF8, 8.0 MB in our database, 90 connections free"),
        (replace(SERVER, version=15), Verdict.GOOD, "90 connections free"),
        (replace(SERVER, version=18), Verdict.GOOD, "90 connections free"),
        (replace(SERVER, version=14), Verdict.BAD, "too old"),
        (replace(SERVER, version=19), Verdict.WARNING, "newer than any tested"),
        (replace(SERVER, is_standby=True, is_read_only=True), Verdict.BAD, "a read-only standby"),
        (replace(SERVER, connections_left=7), Verdict.WARNING, "7 connections are free"),
        (replace(SERVER, version=14, connections_left=7), Verdict.BAD, "too old; 7 connections are free"),
    ],
    ids=["17", "15", "18", "14", "19", "standby", "few connections", "14, few connections"],
)
def test_a_database_is_judged_by_version_encoding_rights_and_connections(
    server: Server, verdict: Verdict, message: str
) -> None:
    found = judge_server("PostgreSQL", server)
    assert found.verdict is verdict
    assert message in found.message
    assert (found.fix is None) == (verdict is Verdict.GOOD)


@pytest.mark.parametrize(
    ("free", "room", "verdict"),
    [
        (1_000_000_000, ROOM_FOR_DATABASE, Verdict.GOOD),
        (999_999_999, ROOM_FOR_DATABASE, Verdict.WARNING),
        (200_000_000, ROOM_FOR_DATABASE, Verdict.WARNING),
        (199_999_999, ROOM_FOR_DATABASE, Verdict.BAD),
        (500_000_000, ROOM_FOR_POLLS, Verdict.GOOD),
        (499_999_999, ROOM_FOR_POLLS, Verdict.WARNING),
        (199_999_999, ROOM_FOR_POLLS, Verdict.BAD),
    ],
    ids=lambda value: {ROOM_FOR_DATABASE: "database", ROOM_FOR_POLLS: "polls"}.get(value),
)
def test_the_free_space_that_is_needed_depends_on_the_database(free: int, room: Room, verdict: Verdict) -> None:
    assert judge_room(Path("/data"), free, room, exists=True).verdict is verdict


def test_unknown_free_space_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    free = free_bytes_if_known(tmp_path / "link")
    finding = judge_room(Path("/data"), free, ROOM_FOR_POLLS, exists=True)
    assert finding.verdict is Verdict.WARNING
    assert "the free space is not known" in finding.message


@pytest.mark.parametrize(
    ("applied", "verdict", "message"),
    [
        (["1", "2", "3"], Verdict.GOOD, "up to date"),
        (["1"], Verdict.BAD, "it lacks 2 migrations"),
        (["1", "3"], Verdict.BAD, "it lacks 1 migrations"),
        (["1", "2", "3", "4"], Verdict.BAD, "4 is newer than this program's 3"),
    ],
)
def test_a_schema_is_compared_with_the_migrations_of_this_program(
    applied: list[str], verdict: Verdict, message: str
) -> None:
    found = judge_schema(applied, ["1", "2", "3"])
    assert found.verdict is verdict
    assert message in found.message


@pytest.mark.parametrize(
    ("level", "token_is_for", "verdict", "message"),
    [
        ("read-write", "7", Verdict.GOOD, "may post"),
        ("read-write-directmessages", None, Verdict.GOOD, "may post"),
        ("read", "7", Verdict.BAD, "may only read"),
        (None, "7", Verdict.WARNING, "does not report"),
        ("read-write", "8", Verdict.WARNING, "created for account 8"),
    ],
)
def test_an_account_is_judged_by_its_access_level_and_token(
    level: str | None, token_is_for: str | None, verdict: Verdict, message: str
) -> None:
    found = judge_account(XAccount("7", "bot", level), token_is_for)
    assert found.verdict is verdict
    assert message in found.message


@pytest.mark.parametrize(("token", "owner"), [("123-planted-token", "123"), ("planted-token", None), ("", None)])
def test_an_access_token_begins_with_the_id_of_its_account(token: str, owner: str | None) -> None:
    rest = dict.fromkeys(("x_api_key", "x_api_key_secret", "x_access_token_secret"), "planted-one")
    given = {**rest, "x_access_token": token} if token else {}
    assert token_owner(Settings.model_validate(given)) == owner


@pytest.mark.parametrize(
    ("seconds", "verdict", "message"),
    [
        ({"Twitch": 0, "X": 4, "the database": -4}, Verdict.GOOD, "within 5 s of Twitch and X and the database"),
        ({"Twitch": 0, "X": -6}, Verdict.WARNING, "6 s behind that of X"),
        ({"Twitch": 299, "X": 0}, Verdict.WARNING, "5 min ahead of that of Twitch"),
        ({"Twitch": 301, "X": 300}, Verdict.BAD, "X refuses requests signed with this time"),
        ({"Twitch": 1, "the database": 3600}, Verdict.WARNING, "correct; the database's clock is off by 60 min"),
        ({"the database": 3600}, Verdict.WARNING, "60 min ahead of that of the database"),
    ],
)
def test_our_clock_is_compared_with_those_of_servers(seconds: dict[str, int], verdict: Verdict, message: str) -> None:
    found = judge_clock({who: timedelta(seconds=ahead) for who, ahead in seconds.items()})
    assert found.verdict is verdict
    assert message in found.message


def a_month(usd: str, forecast: str, *pauses: Pause) -> Spending:
    rows = [Spent("summaries", "post", 1, Decimal(usd), Decimal(0))]
    return Spending(month_of(NOW), Decimal(10), rows, Decimal(forecast), pauses, ALLOWANCE, Decimal(0))


@pytest.mark.parametrize(
    ("month", "verdict", "is_temporary", "message"),
    [
        (a_month("1", "2"), Verdict.GOOD, False, "1.000 of 10.00 USD spent, 9.000 left"),
        (a_month("9", "11"), Verdict.WARNING, False, "11.00 by the end of November"),
        (a_month("10", "11"), Verdict.BAD, True, "nothing is posted any more"),
        (a_month("1", "2", Pause("credits", NOW, "none left")), Verdict.GOOD, False, "nothing is spent while X is not"),
    ],
    ids=["enough", "not enough", "spent", "X is not called, which is a finding of its own"],
)
def test_a_budget_is_judged_by_spending_forecast_and_pauses(
    month: Spending, verdict: Verdict, is_temporary: bool, message: str
) -> None:
    found = judge_budget(month)
    assert (found.verdict, found.is_temporary) == (verdict, is_temporary)
    assert message in found.message


@pytest.mark.parametrize(
    ("cause", "is_temporary", "fix"),
    [(Cause.X_CREDITS, True, "buy credits"), (Cause.X_CREDENTIALS, False, "copy all four keys again")],
)
def test_a_pause_of_x_is_one_finding_with_its_end_and_the_way_to_end_it_sooner(
    cause: Cause, is_temporary: bool, fix: str
) -> None:
    found = judge_pause(Problem("x", "X is not called until then, when it is retried by itself: 401", cause=cause))
    assert (found.name, found.verdict, found.is_temporary) == ("X", Verdict.BAD, is_temporary)
    assert found.fix is not None
    assert found.fix.startswith(fix)
    assert found.fix.endswith("`watchtime spend --resume`, which calls it at once")


def test_posts_that_wait_because_x_is_not_called_refer_to_x() -> None:
    late = [Problem("outbox", "a post has been due")]
    assert judge_outbox([], late, x_is_paused=True).fix == "see X: they are sent when it is called again"
    assert "is `watchtime run` running?" in str(judge_outbox([], late).fix)


@pytest.mark.parametrize(
    ("losses", "words"), [(0, "at no time"), (1, "once"), (2, "2 times")], ids=["none", "one", "two"]
)
def test_losses_of_the_database_are_counted_in_words(losses: int, words: str) -> None:
    assert judge_restarts([], losses).message == f"the bot lost the database {words} within the last hour"


def test_damaged_files_of_the_embedded_database_have_a_fix_for_them() -> None:
    """A setting of an address would not help, and neither does waiting."""
    broken = from_error("database", EmbeddedDatabaseBroken("the embedded database in data/postgres does not start: x"))
    assert (broken.verdict, broken.is_temporary, exit_code([broken])) == (Verdict.BAD, False, 78)
    assert "`watchtime restore FILE`" in str(broken.fix)
    waits = from_error("database", DatabaseUnavailable("data/postgres does not start: x", "embedded"))
    assert (exit_code([waits]), "DATABASE_URL" in str(waits.fix)) == (75, False)


@pytest.mark.parametrize(
    ("status", "late", "verdict"),
    [
        ("complete", [], Verdict.GOOD),
        ("failed", [], Verdict.WARNING),
        ("complete", [Problem("poll", "last successful poll: never")], Verdict.WARNING),
    ],
    ids=["in time", "failed", "late"],
)
def test_a_poll_is_judged_by_its_status_and_lateness(status: str, late: list[Problem], verdict: Verdict) -> None:
    ended_at = NOW - timedelta(minutes=10)
    poll = LastPoll(ended_at, ended_at, status, 1, 1, 1, 0, 0, None)
    found = judge_poll(poll, now=NOW, late=late)
    assert found.verdict is verdict


def test_a_poll_that_twitch_refused_has_the_fix_of_twitch() -> None:
    poll = LastPoll(NOW, NOW, "failed", 0, 0, 0, 0, 0, "Twitch refuses both (401)")
    found = judge_poll(poll, now=NOW, late=[], cause=Cause.TWITCH_REFUSED)
    assert str(found.fix).startswith(str(from_error("Twitch", TwitchRefused("refused: why")).fix))


@pytest.mark.parametrize(
    ("close_polls", "external", "found"),
    [
        (2, (), []),
        (3, (), [(Verdict.WARNING, "two schedulers take polls")]),
        (3, ("collect",), [(Verdict.WARNING, "two schedulers take polls")]),
        (0, ("lake", "collect"), [(Verdict.GOOD, "another scheduler runs collect and lake")]),
    ],
    ids=["two polls by hand", "a double start", "a double start in spite of the setting", "jobs elsewhere"],
)
def test_two_schedulers_are_noticed_by_polls_that_are_too_close(
    close_polls: int, external: Sequence[str], found: list[tuple[Verdict, str]]
) -> None:
    findings = judge_schedulers(close_polls, external)
    assert [one.verdict for one in findings] == [verdict for verdict, _ in found]
    assert all(text in one.message for one, (_, text) in zip(findings, found, strict=True))


def test_a_page_without_streams_is_a_warning() -> None:
    assert judge_streams(0, None).verdict is Verdict.WARNING


@pytest.mark.parametrize(
    ("hours", "has_raw", "verdict", "message"),
    [
        (24, False, Verdict.GOOD, "streams are deleted 24 hours after the end of their day"),
        (6, True, Verdict.GOOD, "streams and the pages of Twitch are deleted 6 hours after"),
        (25, False, Verdict.WARNING, "LAKE_STREAMS_HOURS=25: Twitch's developer agreement (schedule 1.C) allows 24"),
    ],
    ids=["as allowed", "shorter, with pages", "longer"],
)
def test_a_longer_life_of_streams_in_the_lake_is_a_warning(
    hours: int, has_raw: bool, verdict: Verdict, message: str
) -> None:
    found = judge_lake(hours, has_raw=has_raw)
    assert (found.verdict, found.message[: len(message)]) == (verdict, message)
