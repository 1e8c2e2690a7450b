"""When newer credentials are looked for, and which are taken."""

import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from pydantic import SecretStr

from bot.core.polls import CrawlEnd, Poll, PollStatus
from bot.runtime.credentials import LOOK_EVERY, Renewal, run_renewed
from bot.runtime.schedule import Job
from bot.runtime.signals import Stop
from helperfunctions.clock import VirtualClock
from helperfunctions.errors import (
    DatabaseUnavailable,
    OverBudget,
    SecretsUnavailable,
    SettingsError,
    TwitchRefused,
    WatchTimeError,
    XCredentialsWrong,
)
from helperfunctions.settings import Settings

NO_TIME = timedelta(0)
START = datetime(2026, 11, 21, 16, tzinfo=UTC)
OLD = Settings(twitch_client_id="id", twitch_client_secret=SecretStr("planted-old"), min_viewers=10)
NEW = Settings(twitch_client_id="id", twitch_client_secret=SecretStr("planted-new"), min_viewers=99)
X_REFUSES = XCredentialsWrong("X answered 401", not_before=START)


class Stage:
    """A renewal, what it loads next, and how often it did."""

    def __init__(self) -> None:
        self.clock = VirtualClock(START)
        self.stop = Stop()
        self.next: Settings | WatchTimeError = OLD
        self.loads = 0
        self.renewal = Renewal(OLD, self.load, self.clock, self.stop)

    def load(self) -> Settings:
        self.loads += 1
        if isinstance(self.next, WatchTimeError):
            raise self.next
        return self.next

    def do(self, job: Job, outcome: object) -> object:
        """One turn of a job that ends like this."""
        return self.watched({job: outcome})[job]()

    def watched(self, outcomes: dict[Job, object]) -> dict[Job, Callable[[], object]]:
        return self.renewal.watched({job: partial(ended, outcome) for job, outcome in outcomes.items()})


def ended(outcome: object) -> object:
    if isinstance(outcome, WatchTimeError):
        raise outcome
    return outcome


def poll(ended_because: CrawlEnd) -> Poll:
    return Poll(1, START.date(), START, START, PollStatus.FAILED, ended_because, 0, 0, 0, 0, 0, "why")


@pytest.fixture
def stage() -> Stage:
    return Stage()


REFUSALS = {
    "X": (Job.REPLY, X_REFUSES),
    "Twitch": (Job.COLLECT, TwitchRefused("no")),
    "Twitch's poll": (Job.COLLECT, poll(CrawlEnd.TWITCH_REFUSED)),
    "the database": (Job.DAILY, DatabaseUnavailable("password authentication failed")),
}


@pytest.mark.parametrize("who", REFUSALS)
def test_who_is_refused_looks_at_once_and_goes_on_with_what_is_new(who: str, stage: Stage) -> None:
    job, outcome = REFUSALS[who]
    stage.next = NEW
    if isinstance(outcome, WatchTimeError):
        with pytest.raises(type(outcome)):
            stage.do(job, outcome)
    else:
        assert stage.do(job, outcome) is outcome
    assert stage.renewal.has_renewed
    assert stage.stop.wait(NO_TIME)
    assert not stage.stop.is_for_good
    assert stage.renewal.settings.twitch_credentials() == ("id", "planted-new")
    assert stage.renewal.settings.min_viewers == 10, "nothing but credentials"


@pytest.mark.parametrize(
    "outcome",
    [None, 3, poll(CrawlEnd.TWITCH_UNAVAILABLE), OverBudget("spent", not_before=START), SettingsError(["x"])],
    ids=repr,
)
def test_no_other_end_of_a_job_is_a_reason_to_look(outcome: object, stage: Stage) -> None:
    with suppress(WatchTimeError):
        stage.do(Job.OUTBOX, outcome)
    assert stage.loads == 0


def test_while_one_is_refused_every_job_looks_but_not_more_often_than_agreed(stage: Stage) -> None:
    jobs = stage.watched({Job.REPLY: X_REFUSES, Job.OUTBOX: 0})
    with pytest.raises(XCredentialsWrong):
        jobs[Job.REPLY]()
    for _ in range(31):
        jobs[Job.OUTBOX]()
        stage.clock.advance(10)
    assert stage.loads == 2
    assert timedelta(minutes=5) == LOOK_EVERY


def test_once_it_works_again_nobody_looks(stage: Stage) -> None:
    outcomes = iter([poll(CrawlEnd.TWITCH_REFUSED), poll(CrawlEnd.BELOW_THRESHOLD)])
    jobs = stage.renewal.watched({Job.COLLECT: lambda: next(outcomes), Job.OUTBOX: lambda: 0})
    for _ in range(2):
        jobs[Job.COLLECT]()
    stage.clock.advance(3600)
    jobs[Job.OUTBOX]()
    assert stage.loads == 1


def test_what_has_not_changed_ends_nothing(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.next = OLD.model_copy(update={"min_viewers": 99})
    stage.do(Job.COLLECT, poll(CrawlEnd.TWITCH_REFUSED))
    assert stage.loads == 1
    assert not stage.renewal.has_renewed
    assert caplog.text == ""


@pytest.mark.parametrize(
    "trouble", [SecretsUnavailable("AWS is away"), SettingsError(["one is wrong", "two is missing"])], ids=repr
)
def test_a_look_that_fails_is_told_in_a_line_and_changes_nothing(
    trouble: WatchTimeError, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.next = trouble
    stage.do(Job.COLLECT, poll(CrawlEnd.TWITCH_REFUSED))
    assert not stage.renewal.has_renewed
    assert caplog.messages == [f"the credentials cannot be read again: {'; '.join(str(trouble).splitlines())}"]


def test_a_credential_that_is_gone_is_kept(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.renewal.settings = OLD.model_copy(update={"database_url": SecretStr("postgresql://somebody@db/watch")})
    stage.next = NEW
    stage.do(Job.COLLECT, poll(CrawlEnd.TWITCH_REFUSED))
    assert not stage.renewal.has_renewed
    assert "are gone" in caplog.text
    assert "DATABASE_URL" in caplog.text


def test_what_has_changed_is_told_by_name_alone(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    stage.next = NEW
    stage.do(Job.COLLECT, poll(CrawlEnd.TWITCH_REFUSED))
    assert caplog.messages == ["credentials have changed, starting anew with them names=TWITCH_CLIENT_SECRET"]


def test_it_runs_until_it_is_stopped_for_good(stage: Stage) -> None:
    rounds: list[Settings] = []

    def one_round(settings: Settings) -> None:
        rounds.append(settings)
        if len(rounds) == 3:
            stage.stop.for_good()

    run_renewed(stage.renewal, one_round, stage.stop)
    assert len(rounds) == 3


def test_what_is_wrong_at_the_first_start_ends_it(stage: Stage) -> None:
    def one_round(settings: Settings) -> None:
        raise DatabaseUnavailable("away")

    with pytest.raises(DatabaseUnavailable):
        run_renewed(stage.renewal, one_round, stage.stop)


def test_what_is_wrong_later_is_tried_again_with_what_is_newest_then() -> None:
    stage = Stage()
    stage.renewal.look_every = timedelta(0)
    rounds: list[Settings] = []

    def one_round(settings: Settings) -> None:
        rounds.append(settings)
        if len(rounds) == 2:
            stage.next = NEW
            raise DatabaseUnavailable("password authentication failed")
        if len(rounds) == 3:
            stage.stop.for_good()

    run_renewed(stage.renewal, one_round, stage.stop)
    assert [one.twitch_client_secret for one in rounds] == [
        OLD.twitch_client_secret,
        OLD.twitch_client_secret,
        NEW.twitch_client_secret,
    ]


def test_stopped_for_good_nothing_is_waited_for() -> None:
    stop = Stop()
    stop.for_good()
    assert stop.wait(timedelta(days=1))
    assert stop.is_for_good


@pytest.fixture
def signals_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("signals_as_before")
def test_what_ended_one_round_does_not_end_the_next_but_a_signal_in_between_does() -> None:
    stop = Stop()
    stop.begin()
    stop.for_now()
    assert stop.wait(NO_TIME)
    stop.begin()
    assert not stop.wait(NO_TIME)
    signal.raise_signal(signal.SIGTERM)
    stop.begin()
    assert stop.wait(NO_TIME)
    assert stop.is_for_good
