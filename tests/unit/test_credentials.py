"""Newer credentials are checked for after refusals, and replace the old ones."""

import signal
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from bot.core.polls import CrawlEnd, Poll, PollStatus
from bot.runtime.credentials import CHECK_EVERY, CredentialReload, run_reloading
from bot.runtime.signals import Stop
from helperfunctions.clock import VirtualClock
from helperfunctions.errors import (
    DatabaseUnavailable,
    OverBudget,
    SecretsUnavailable,
    SettingsError,
    TwitchRefused,
    TwitchUnavailable,
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
    """A reload, the settings that it loads next, and how often it loaded them."""

    def __init__(self) -> None:
        self.clock = VirtualClock(START)
        self.stop = Stop()
        self.next: Settings | WatchTimeError = OLD
        self.loads = 0
        self.reload = CredentialReload(OLD, self.load, self.clock, self.stop)

    def load(self) -> Settings:
        self.loads += 1
        if isinstance(self.next, WatchTimeError):
            raise self.next
        return self.next

    def attempt(self, job: str, outcome: object) -> None:
        """An attempt of a job that ends with this result or error. A failed poll has both, as in the runner."""
        if isinstance(outcome, WatchTimeError):
            self.reload.after_attempt(job, None, outcome)
        elif isinstance(outcome, Poll) and outcome.status is PollStatus.FAILED:
            is_refused = outcome.ended_because is CrawlEnd.TWITCH_REFUSED
            self.reload.after_attempt(job, outcome, (TwitchRefused if is_refused else TwitchUnavailable)("why"))
        else:
            self.reload.after_attempt(job, outcome, None)


def poll(ended_because: CrawlEnd, status: PollStatus = PollStatus.FAILED) -> Poll:
    return Poll(1, START.date(), START, START, status, ended_because, 0, 0, 0, 0, 0, "why")


@pytest.fixture
def stage() -> Stage:
    return Stage()


REFUSALS = {
    "X": ("reply", X_REFUSES),
    "Twitch": ("collect", TwitchRefused("no")),
    "a poll that Twitch refused": ("collect", poll(CrawlEnd.TWITCH_REFUSED)),
    "the database": ("daily", DatabaseUnavailable("password authentication failed")),
}


@pytest.mark.parametrize(("job", "outcome"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_followed_by_a_check_and_a_restart_with_the_new_credentials(
    job: str, outcome: object, stage: Stage
) -> None:
    stage.next = NEW
    stage.attempt(job, outcome)
    assert stage.reload.has_changed
    assert stage.stop.wait(NO_TIME)
    assert not stage.stop.is_for_good
    assert stage.reload.settings.twitch_credentials() == ("id", "planted-new")
    assert stage.reload.settings.min_viewers == 10, "nothing but credentials"


@pytest.mark.parametrize(
    "outcome",
    [None, 3, poll(CrawlEnd.TWITCH_UNAVAILABLE), OverBudget("spent", not_before=START), SettingsError(["x"])],
    ids=["no result", "a number", "Twitch is away", "the budget is spent", "settings are wrong"],
)
def test_another_outcome_of_a_job_is_followed_by_no_check(outcome: object, stage: Stage) -> None:
    stage.attempt("outbox", outcome)
    assert stage.loads == 0


def test_while_one_job_is_refused_every_job_checks_but_at_most_every_five_minutes(stage: Stage) -> None:
    stage.attempt("reply", X_REFUSES)
    for _ in range(31):
        stage.attempt("outbox", 0)
        stage.clock.advance(10)
    assert stage.loads == 2
    assert timedelta(minutes=5) == CHECK_EVERY


def test_clock_that_is_set_back_delays_no_check(stage: Stage) -> None:
    stage.attempt("reply", X_REFUSES)
    stage.clock.set_back(timedelta(days=1))
    stage.attempt("reply", X_REFUSES)
    assert stage.loads == 2


@pytest.mark.parametrize(
    "outcome",
    [poll(CrawlEnd.BELOW_THRESHOLD, PollStatus.COMPLETE), poll(CrawlEnd.TWITCH_UNAVAILABLE)],
    ids=["works", "is away"],
)
def test_a_job_that_is_no_longer_refused_ends_the_checks(outcome: Poll, stage: Stage) -> None:
    stage.attempt("collect", poll(CrawlEnd.TWITCH_REFUSED))
    stage.attempt("collect", outcome)
    stage.clock.advance(3600)
    stage.attempt("outbox", 0)
    assert stage.loads == 1


def test_unchanged_credentials_restart_nothing(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.next = OLD.model_copy(update={"min_viewers": 99})
    stage.attempt("collect", poll(CrawlEnd.TWITCH_REFUSED))
    assert stage.loads == 1
    assert not stage.reload.has_changed
    assert caplog.text == ""


@pytest.mark.parametrize(
    "error",
    [SecretsUnavailable("AWS is away"), SettingsError(["one is wrong", "two is missing"])],
    ids=["secrets cannot be fetched", "settings are wrong"],
)
def test_a_check_that_fails_is_logged_in_one_line_and_changes_nothing(
    error: WatchTimeError, stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.next = error
    stage.attempt("collect", poll(CrawlEnd.TWITCH_REFUSED))
    assert not stage.reload.has_changed
    assert caplog.messages == [f"the credentials cannot be read again: {'; '.join(str(error).splitlines())}"]


def test_a_credential_that_is_missing_now_is_kept(stage: Stage, caplog: pytest.LogCaptureFixture) -> None:
    stage.reload.settings = OLD.model_copy(update={"database_url": SecretStr("postgresql://somebody@db/watch")})
    stage.next = NEW
    stage.attempt("collect", poll(CrawlEnd.TWITCH_REFUSED))
    assert not stage.reload.has_changed
    assert "keeping the old ones names=DATABASE_URL" in caplog.text


def test_the_log_names_the_credentials_that_changed_without_their_values(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    stage.next = NEW
    stage.attempt("collect", poll(CrawlEnd.TWITCH_REFUSED))
    assert caplog.messages == ["credentials have changed; restarting with the new ones names=TWITCH_CLIENT_SECRET"]


def test_the_bot_is_run_again_until_it_is_stopped_for_good(stage: Stage) -> None:
    runs: list[Settings] = []

    def run(settings: Settings) -> None:
        runs.append(settings)
        if len(runs) == 3:
            stage.stop.for_good()

    run_reloading(stage.reload, run, stage.stop)
    assert len(runs) == 3


def test_an_error_of_the_first_run_ends_the_process(stage: Stage) -> None:
    def run(settings: Settings) -> None:
        raise DatabaseUnavailable("away")

    with pytest.raises(DatabaseUnavailable):
        run_reloading(stage.reload, run, stage.stop)


def test_an_error_of_a_later_run_is_retried_with_the_newest_credentials() -> None:
    stage = Stage()
    stage.reload.check_every = timedelta(0)
    runs: list[Settings] = []

    def run(settings: Settings) -> None:
        runs.append(settings)
        if len(runs) == 2:
            stage.next = NEW
            raise DatabaseUnavailable("password authentication failed")
        if len(runs) == 3:
            stage.stop.for_good()

    run_reloading(stage.reload, run, stage.stop)
    assert [one.twitch_client_secret for one in runs] == [
        OLD.twitch_client_secret,
        OLD.twitch_client_secret,
        NEW.twitch_client_secret,
    ]


def test_a_run_that_fails_early_is_not_retried_without_a_pause() -> None:
    """It fails before the request to restart is cleared, so the next wait would end at once."""
    requested: list[bool] = []

    class RecordedStop(Stop):
        def wait(self, at_most: timedelta) -> bool:
            requested.append(super().wait(NO_TIME))
            self.for_good()
            return True

    stop = RecordedStop()
    reload = CredentialReload(OLD, lambda: OLD, VirtualClock(START), stop)

    def run(_: Settings) -> None:
        if runs:
            raise DatabaseUnavailable("the port is taken")
        runs.append(True)
        stop.for_now()

    runs: list[bool] = []
    run_reloading(reload, run, stop)
    assert requested == [False]


def test_after_a_stop_for_good_a_wait_ends_at_once() -> None:
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
def test_the_end_of_a_run_does_not_end_the_next_but_a_signal_in_between_does() -> None:
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
