"""The version of the data on the dashboard: it changes with everything that a page shows."""

from datetime import timedelta

import pytest

from bot.daily.rollup import Rollup
from bot.names.database_names import DatabaseNames
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from tests.factories import DAY, DAY_START, HALF_HOUR, a_stream, stage, write
from tests.integration.conftest import CALENDAR


def version(database: Database) -> tuple[object, ...]:
    with database.transaction() as tx:
        return tuple(tx.web.state(since=DAY - timedelta(days=30)))


def test_version_changes_with_polls_days_and_names_and_not_without(database: Database) -> None:
    """Also with a poll that was kept on disk, whose id is lower than any other, and with a day that is done again."""
    clock = VirtualClock(DAY_START + timedelta(days=1))
    rollup = Rollup(database, clock, CALENDAR)
    later = Rollup(database, VirtualClock(clock.now() + timedelta(minutes=1)), CALENDAR)
    seen = [version(database)]
    for step in (
        lambda: stage(database, a_stream()),
        lambda: stage(database, a_stream(), at=DAY_START + HALF_HOUR, poll_id=-17),
        lambda: DatabaseNames(database).refresh(),
        rollup.daily,
        lambda: later.redo(DAY),
    ):
        step()
        seen.append(version(database))
    assert len(set(seen)) == len(seen)
    assert version(database) == seen[-1]


@pytest.mark.parametrize("before", ["due", "sending", "unknown"])
def test_version_changes_when_a_post_is_sent(before: str, database: Database, url: str) -> None:
    write(
        url,
        "insert into posts (kind, day, text, status, created_at, next_try_at, expires_at, claimed_at)"
        " values ('games', %s, 'words', %s, %s, %s, %s, %s)",
        *(DAY, before, DAY_START, DAY_START, DAY_START + HALF_HOUR, DAY_START),
    )
    open_before = version(database)
    write(url, "update posts set status = 'sent', sent_at = %s, x_id = '9'", DAY_START)
    assert version(database) != open_before
