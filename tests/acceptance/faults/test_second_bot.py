"""A second bot, started by mistake or as a spare, on the same database."""

import signal

import pytest

from tests.acceptance.conftest import eventually
from tests.acceptance.faults.conftest import Life


@pytest.mark.parametrize("how", [pytest.param(signal.SIGTERM, marks=pytest.mark.long), signal.SIGKILL])
def test_the_second_bot_is_on_standby_and_takes_over_when_the_first_is_gone(how: signal.Signals, life: Life) -> None:
    first = life.started()
    spare = str(life.shell.folder / "spare")
    second = life.start(DATA_DIR=spare)
    eventually(lambda: "on standby" in life.log(second), "it has seen the first")
    life.ask("ann")
    life.clock.until(14, 10)
    eventually(lambda: len(life.polls()) > 1, "a poll is taken")
    eventually(life.is_answered, "the first answers")
    assert "running jobs" not in life.log(second)
    first.send_signal(how)
    first.wait(30)
    polls = life.polls()
    life.ask("ben")
    eventually(lambda: "running jobs=" in life.log(second), "the second takes over")
    eventually(life.is_answered, "the second answers")
    eventually(lambda: "no poll to catch up" in life.log(second), "the last poll is younger than an interval")
    assert life.polls() == polls
    life.clock.until(14, 20)
    eventually(lambda: len(life.polls()) > len(polls), "it takes the next poll at its turn")
    log = life.ends_well(second)
    assert log.count("on standby") == 1
    assert "failed" not in log, log


def test_a_first_bot_that_comes_back_is_on_standby(life: Life) -> None:
    first = life.started()
    second = life.start(DATA_DIR=str(life.shell.folder / "spare"))
    eventually(lambda: "on standby" in life.log(second), "it has seen the first")
    first.kill()
    first.wait()
    eventually(lambda: "running jobs=" in life.log(second), "the second takes over")
    again = life.start()
    eventually(lambda: "on standby" in life.log(again), "the first has seen the second")
    life.ask("ann")
    eventually(life.is_answered, "somebody answers")
    again.terminate()
    assert life.shell.end_of(again).code == 0
    life.ends_well(second)
