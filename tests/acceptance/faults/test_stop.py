"""SIGTERM, and `kill -9`, in the middle of each job."""

from tests.acceptance.conftest import eventually
from tests.acceptance.faults.conftest import Life
from tests.acceptance.faults.jobs_at_once import JobsAtOnce


def test_sigterm_in_the_middle_of_every_job_lets_each_job_finish(life: Life) -> None:
    with JobsAtOnce.made(life) as jobs:
        bot = life.start()
        jobs.are_in_the_middle()
        bot.terminate()
        eventually(lambda: "stopping; waiting for the jobs that run" in life.log(bot), "it has heard")
        assert jobs.nothing_is_done()
        jobs.let_go()
        ended = life.shell.end_of(bot)
    assert ended.code == 0, ended
    # Prune waits only a second for a table that another job uses, and retries at its next turn.
    failed = [line for line in ended.err.splitlines() if "failed" in line and "job=prune failed: another" not in line]
    assert failed == []
    for job, is_done in jobs.done().items():
        assert job in ("outbox", "prune") or is_done(), f"{job} was not finished: {ended.err}"
    later = life.start()
    jobs.are_all_done()
    life.ends_well(later)


def test_kill_9_in_the_middle_of_every_job_leaves_nothing_half_done_and_the_next_start_does_every_job(
    life: Life,
) -> None:
    with JobsAtOnce.made(life) as jobs:
        first = life.start()
        jobs.are_in_the_middle()
        first.kill()
        first.wait()
        jobs.let_go()
        assert jobs.nothing_is_done()
        second = life.start()
        jobs.are_all_done()
    life.ends_well(second)
