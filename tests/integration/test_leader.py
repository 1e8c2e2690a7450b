"""Which of several bots is the leader, and what it does when it loses the database."""

import logging
from collections.abc import Callable

import pytest

from bot.runtime.leader import Lead, Standing
from helperfunctions import migrations
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import DatabaseError, DatabaseUnavailable, SchemaMismatch
from helperfunctions.queries import Queries
from tests.conftest import Switch
from tests.factories import write
from tests.integration.leading import Prepared


def test_the_first_leads_and_the_second_stands_by_until_it_is_gone(leads: Callable[[Prepared], Lead]) -> None:
    ours, theirs = Prepared(), Prepared()
    first, second = leads(ours), leads(theirs)
    assert [first.look(), second.look(), first.look(), second.look()] == [
        Standing.LEADING,
        Standing.STANDING_BY,
        Standing.LEADING,
        Standing.STANDING_BY,
    ]
    assert (ours.times, theirs.times) == (1, 0)
    first.close()
    assert (second.look(), theirs.times) == (Standing.LEADING, 1)
    assert first.look() is Standing.STANDING_BY


def test_who_lost_its_connection_leads_again_and_prepares_again(
    leads: Callable[[Prepared], Lead], switch: Switch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    ours = Prepared()
    lead = leads(ours)
    lead.look()
    switch.off()
    assert [lead.look() for _ in range(3)] == [Standing.WITHOUT_DATABASE] * 3
    assert caplog.text.count("waiting for the database") == 1
    assert "not currently accepting connections" in caplog.text
    assert ours.revived == 3
    switch.on()
    assert (lead.look(), ours.times) == (Standing.LEADING, 2)
    assert "leading again" in caplog.text


def test_a_lock_lost_to_another_is_noticed(leads: Callable[[Prepared], Lead], switch: Switch) -> None:
    first, second = leads(Prepared()), leads(Prepared())
    first.look()
    switch.off()
    switch.on()
    assert second.look() is Standing.LEADING
    assert first.look() is Standing.STANDING_BY


def test_what_a_person_must_mend_is_raised_and_the_lock_is_free(leads: Callable[[Prepared], Lead]) -> None:
    ours = Prepared()
    ours.error = SchemaMismatch("the database has a newer schema")
    with pytest.raises(SchemaMismatch):
        leads(ours).look()
    assert leads(Prepared()).look() is Standing.LEADING


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(DatabaseUnavailable("it restarts"), id="goes away"),
        pytest.param(DatabaseError("the database refused: permission denied"), id="refuses"),
    ],
)
def test_a_database_that_cannot_be_prepared_is_waited_for(
    error: DatabaseError, leads: Callable[[Prepared], Lead], caplog: pytest.LogCaptureFixture
) -> None:
    """At the first start as well."""
    ours = Prepared()
    ours.error = error
    lead = leads(ours)
    assert lead.look() is Standing.WITHOUT_DATABASE
    assert lead.why_without_database == str(error)
    assert f"polls are kept on disk meanwhile: {error}" in caplog.text
    ours.error = None
    assert lead.look() is Standing.LEADING
    assert lead.why_without_database == ""


@pytest.mark.parametrize(
    "taken_away",
    ["select on schema_migrations", "execute on function pg_catalog.pg_try_advisory_lock(bigint)"],
    ids=["the table of migrations", "the lock of the leader"],
)
def test_a_revoked_right_ends_no_bot(taken_away: str, url: str, queries: Queries, clock: VirtualClock) -> None:
    write(url, "create role leads login")
    write(url, "grant select on all tables in schema public to leads")
    limited = Database(url.replace("postgres@", "leads@"), queries)
    lead = Lead(limited, clock, prepare=lambda: migrations.ensure(limited, upgrade=True), revive=lambda: None)
    where = "public" if "function" in taken_away else "leads"
    try:
        assert lead.look() is Standing.LEADING
        lead.close()
        write(url, f"revoke {taken_away} from {where}")
        for _ in range(3):
            assert lead.look() is Standing.WITHOUT_DATABASE
        assert "permission denied" in lead.why_without_database
        write(url, f"grant {taken_away} to {where}")
        clock.advance(3600)
        assert lead.look() is Standing.LEADING
    finally:
        lead.close()
        write(url, "drop owned by leads")
        write(url, "drop role leads")


def test_each_loss_of_the_database_is_reported_once(leads: Callable[[Prepared], Lead], switch: Switch) -> None:
    ours = Prepared()
    lead = leads(ours)
    lead.look()
    assert ours.losses == []
    for _ in range(2):
        switch.off()
        lead.look()
        lead.look()
        switch.on()
        lead.look()
        lead.look()
    assert ours.losses == ["lost", "lost"]


def test_a_database_that_comes_back_before_it_is_missed_was_lost_all_the_same(
    leads: Callable[[Prepared], Lead], switch: Switch
) -> None:
    ours = Prepared()
    lead = leads(ours)
    lead.look()
    switch.off()
    switch.on()
    assert (lead.look(), ours.losses) == (Standing.LEADING, ["lost"])


@pytest.mark.parametrize(
    "error", [DatabaseUnavailable("it was killed"), DatabaseError("it was killed")], ids=["it dies", "it refuses"]
)
def test_a_database_that_dies_of_its_preparation_is_left_alone_for_longer_each_time(
    error: DatabaseError,
    leads: Callable[[Prepared], Lead],
    clock: VirtualClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Each look is five seconds after the one before."""
    ours = Prepared()
    ours.error = error
    lead = leads(ours)
    prepared_at = []
    for second in range(0, 600, 5):
        before = ours.times
        assert lead.look() is Standing.WITHOUT_DATABASE
        prepared_at += [second] * (ours.times - before)
        clock.advance(5)
    assert prepared_at == [0, 5, 65, 185, 425]
    ours.error = None
    clock.advance(3600)
    assert lead.look() is Standing.LEADING
    assert (
        "could not be prepared 2 times in a row; next attempt at 2026-11-21 16:01:05 UTC: it was killed" in caplog.text
    )


def test_while_the_database_is_prepared_the_bot_says_so(database: Database, clock: VirtualClock) -> None:
    seen: list[Standing | None] = []
    lead = Lead(database, clock, prepare=lambda: seen.append(lead.standing), revive=lambda: None)
    assert (lead.standing, lead.look(), seen) == (None, Standing.LEADING, [Standing.PREPARING])
    lead.close()
