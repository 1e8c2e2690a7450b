"""`watchtime check` and problems of Twitch and of X: access, failures, clocks, budget."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.health.causes import TWITCH_KEYS
from helperfunctions.clock import SystemClock, VirtualClock
from sandbox.faults import Faults
from sandbox.server import TwitchSandbox
from sandbox.world import World
from sandbox.x.faults import XFault
from sandbox.x.server import XSandbox
from tests.acceptance.checks import Settings, check, good, leader, nobody, polled, x
from tests.acceptance.conftest import (
    CLIENT_SECRET,
    Serve,
    Shell,
    settings_for,
    x_settings_for,
)
from tests.factories import rows, write

__all__ = ["good", "leader", "nobody", "polled", "x"]


def test_the_account_is_read_and_charged_once_a_day(shell: Shell, good: Settings, x: XSandbox) -> None:
    for _ in range(2):
        check(shell, good)
    assert x.bill().total_usd == Decimal("0.010")
    charges = "select purpose, kind, units, usd, status from x_charges"
    assert rows(good["DATABASE_URL"], charges) == [("account", "user_read", 1, Decimal("0.010000"), "made")]
    assert rows(good["DATABASE_URL"], "select username from x_accounts") == [("watchtimebot",)]


def test_a_wrong_twitch_secret_is_reported(shell: Shell, good: Settings) -> None:
    checked = check(shell, good | {"TWITCH_CLIENT_SECRET": f"{CLIENT_SECRET}-but-wrong"})
    assert checked.code == 78
    assert checked.named("bad") == {"Twitch"}
    assert "403" in checked["Twitch"]["message"]
    assert checked["Twitch"]["fix"] == TWITCH_KEYS


def test_an_unavailable_twitch_is_reported(shell: Shell, good: Settings, nobody: str) -> None:
    checked = check(shell, good | {"TWITCH_API_URL": f"http://{nobody}", "TWITCH_AUTH_URL": f"http://{nobody}"})
    assert checked.code == 75
    assert checked.named("bad") == {"Twitch"}
    assert "tried once" in checked["Twitch"]["message"]
    assert checked["X"]["verdict"] == "good"


def test_failures_and_rate_limits_of_twitch_are_reported(shell: Shell, good: Settings, serve: Serve) -> None:
    for fault in ("server_error", "too_many_requests", "html"):
        checked = check(shell, good | settings_for(serve(faults=Faults({fault: 1}))))
        assert checked.code == 75, fault
        assert checked.named("bad") == {"Twitch"}


@pytest.mark.parametrize("name", ["X_API_KEY", "X_ACCESS_TOKEN_SECRET"])
def test_wrong_keys_of_x_are_reported(name: str, shell: Shell, good: Settings, x: XSandbox) -> None:
    wrong = good | {name: "planted-but-wrong"}
    checked = check(shell, wrong)
    assert checked.code == 78
    # The credentials are wrong for every call, so X is not called: one finding.
    assert checked.named("bad") == {"X"}
    assert "401" in checked["X"]["message"]
    assert "https://console.x.com" in checked["X"]["fix"]
    assert "X is not called until" in check(shell, wrong)["X"]["message"]
    assert x.requests == 1
    assert rows(good["DATABASE_URL"], "select count(*) from x_charges") == [(0,)]
    shell.run("spend", "--resume", **good)
    assert check(shell, good).code == 0


def test_a_read_only_access_token_is_reported(shell: Shell, good: Settings) -> None:
    with XSandbox(SystemClock(), can_write=False) as x:
        checked = check(shell, good | x_settings_for(x))
    assert checked.code == 78
    assert checked.named("bad") == {"X"}
    assert checked["X"]["message"] == "account @watchtimebot may only read"
    assert "create a new access token" in checked["X"]["fix"]


@pytest.mark.parametrize(
    ("fault", "message", "bad"),
    [
        (XFault.NO_CREDITS, "402", {"X"}),
        (XFault.USAGE_CAP, "429", {"X"}),
        (XFault.TOO_MANY_REQUESTS, "429", {"X"}),
        (XFault.SERVER_ERROR, "503", {"X"}),
        (XFault.RESET_BEFORE, "did not answer", {"X"}),
        (XFault.UNREADABLE, "not JSON", {"X"}),
    ],
)
def test_refusals_and_failures_of_x_are_reported(
    fault: XFault, message: str, bad: set[str], shell: Shell, good: Settings, x: XSandbox
) -> None:
    x.faults.cue(fault)
    checked = check(shell, good)
    assert checked.code == 75
    assert checked.named("bad") == bad
    assert message in checked["X"]["message"]


def test_an_unavailable_x_is_reported(shell: Shell, good: Settings, nobody: str) -> None:
    checked = check(shell, good | {"X_API_URL": f"http://{nobody}"})
    assert checked.code == 75
    assert checked.named("bad") == {"X"}
    assert "cannot be reached" in checked["X"]["message"]


def test_ownership_of_the_app_is_read_from_the_settings(shell: Shell, good: Settings) -> None:
    unsaid = {name: value for name, value in good.items() if name != "X_ACCOUNT_OWNS_APP"}
    checked = check(shell, unsaid)
    assert checked.code == 0
    assert checked.named("warning") == {"X app"}
    assert "X does not report whether @watchtimebot owns the app" in checked["X app"]["message"]
    assert "X_ACCOUNT_OWNS_APP=true" in checked["X app"]["fix"]
    owner = check(shell, good | {"X_ACCOUNT_OWNS_APP": "true"})
    assert owner["X app"]["verdict"] == "good"
    assert "at a fifth" in owner["X app"]["message"]


@pytest.mark.parametrize(("seconds", "verdict", "code"), [(600, "bad", 78), (60, "warning", 0), (-600, "bad", 78)])
def test_a_clock_that_differs_from_twitchs_is_reported(
    seconds: int, verdict: str, code: int, shell: Shell, good: Settings, small_world: World
) -> None:
    theirs = VirtualClock(SystemClock().now() - timedelta(seconds=seconds))
    with TwitchSandbox(small_world, theirs, client_secret=CLIENT_SECRET) as twitch:
        checked = check(shell, good | settings_for(twitch))
    assert checked.code == code
    assert checked["clock"]["verdict"] == verdict
    assert f"{'ahead of' if seconds > 0 else 'behind'} that of Twitch" in checked["clock"]["message"]
    assert "NTP" in checked["clock"]["fix"]


def test_a_clock_that_differs_from_xs_is_found_even_when_x_refuses_the_keys(shell: Shell, good: Settings) -> None:
    with XSandbox(VirtualClock(SystemClock().now() + timedelta(minutes=10))) as x:
        checked = check(shell, good | x_settings_for(x) | {"X_API_KEY": "planted-but-wrong"})
    assert checked.code == 78
    assert checked.named("bad") == {"X", "clock"}
    assert "10 min behind that of X" in checked["clock"]["message"]


def test_a_budget_that_is_spent_is_reported(shell: Shell, good: Settings, x: XSandbox) -> None:
    checked = check(shell, good | {"X_MONTHLY_BUDGET_USD": "0"})
    assert checked.code == 75
    assert checked.named("bad") == {"budget"}
    assert "nothing is posted any more" in checked["budget"]["message"]
    assert "X_MONTHLY_BUDGET_USD" in checked["budget"]["fix"]
    assert "the account was not read" in checked["X"]["message"]
    assert x.requests == 0


def test_a_post_that_x_refused_is_reported(shell: Shell, good: Settings) -> None:
    now = SystemClock().now()
    write(
        good["DATABASE_URL"],
        "insert into posts (kind, day, text, status, reason, created_at, next_try_at, expires_at) "
        "values ('games', '2026-11-20', 'planted-words', 'refused', 'X answered 403', %s, %s, %s)",
        *(now,) * 3,
    )
    checked = check(shell, good)
    assert checked.named("warning") == {"outbox"}
    assert "0 posts wait, 1 failed" in checked["outbox"]["message"]
    assert "outbox retry ID" in checked["outbox"]["fix"]


def test_the_fix_names_an_address_other_than_twitchs(shell: Shell, twitch: dict[str, str]) -> None:
    ran = shell.run("check", **twitch | {"TWITCH_API_URL": f"{twitch['TWITCH_API_URL']}/nowhere"})
    assert "→ check TWITCH_API_URL and TWITCH_AUTH_URL, which are not Twitch's own" in ran.out
