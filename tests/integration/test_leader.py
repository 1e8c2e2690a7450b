"""Leader election: one of several bots leads, and prepares the database again after a lost connection."""

import logging
import re
from datetime import timedelta
from pathlib import Path
from random import random

import pytest
from pydantic import SecretStr

from bot.jobs import Bot
from bot.runtime.leader import Leadership, Role
from bot.runtime.run import prepare
from bot.wiring import open_bot
from helperfunctions import migrations
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.errors import DatabaseError, DatabaseUnavailable, SchemaMismatch
from helperfunctions.queries import Queries
from helperfunctions.settings import Settings
from tests.conftest import Switch
from tests.factories import write
from tests.integration.leading import Leads, Prepared


def test_the_first_bot_leads_and_the_second_is_on_standby_until_the_first_is_gone(leads: Leads) -> None:
    ours, theirs = Prepared(), Prepared()
    first, second = leads(ours), leads(theirs)
    assert [first.refresh(), second.refresh(), first.refresh(), second.refresh()] == [
        Role.LEADING,
        Role.STANDBY,
        Role.LEADING,
        Role.STANDBY,
    ]
    assert (ours.times, theirs.times) == (1, 0)
    first.close()
    assert (second.refresh(), theirs.times) == (Role.LEADING, 1)
    assert first.refresh() is Role.STANDBY


def test_a_bot_that_lost_its_connection_leads_again_and_prepares_again(
    leads: Leads, switch: Switch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    ours = Prepared()
    leadership = leads(ours)
    leadership.refresh()
    switch.off()
    assert [leadership.refresh() for _ in range(3)] == [Role.WITHOUT_DATABASE] * 3
    assert caplog.text.count("waiting for the database") == 1
    assert "not currently accepting connections" in caplog.text
    assert ours.revived == 3
    switch.on()
    assert (leadership.refresh(), ours.times) == (Role.LEADING, 2)
    assert "leading again" in caplog.text


def test_a_lock_lost_to_another_is_noticed(leads: Leads, switch: Switch) -> None:
    first, second = leads(Prepared()), leads(Prepared())
    first.refresh()
    switch.off()
    switch.on()
    assert second.refresh() is Role.LEADING
    assert first.refresh() is Role.STANDBY


def test_a_wrong_schema_is_raised_and_the_lock_is_released(leads: Leads) -> None:
    ours = Prepared()
    ours.error = SchemaMismatch("the database has a newer schema")
    with pytest.raises(SchemaMismatch):
        leads(ours).refresh()
    assert leads(Prepared()).refresh() is Role.LEADING


@pytest.mark.parametrize(
    "error",
    [
        pytest.param(DatabaseUnavailable("it restarts"), id="goes away"),
        pytest.param(DatabaseError("the database refused: permission denied"), id="refuses"),
    ],
)
def test_preparation_that_fails_is_retried(
    error: DatabaseError, leads: Leads, caplog: pytest.LogCaptureFixture
) -> None:
    """This includes the first start."""
    ours = Prepared()
    ours.error = error
    leadership = leads(ours)
    assert leadership.refresh() is Role.WITHOUT_DATABASE
    assert leadership.why_without_database is error
    assert f"polls are kept on disk meanwhile: {error}" in caplog.text
    ours.error = None
    assert leadership.refresh() is Role.LEADING
    assert leadership.why_without_database is None


@pytest.mark.parametrize(
    "taken_away",
    ["select on schema_migrations", "execute on function pg_catalog.pg_try_advisory_lock(bigint)"],
    ids=["the table of migrations", "the lock of the leader"],
)
def test_a_revoked_right_does_not_end_the_bot(taken_away: str, url: str, queries: Queries, clock: VirtualClock) -> None:
    write(url, "create role leads login")
    write(url, "grant select on all tables in schema public to leads")
    limited = Database(url.replace("postgres@", "leads@"), queries)
    leadership = Leadership(
        limited, clock, prepare=lambda: migrations.ensure(limited, upgrade=True), revive=lambda: None
    )
    where = "public" if "function" in taken_away else "leads"
    try:
        assert leadership.refresh() is Role.LEADING
        leadership.close()
        write(url, f"revoke {taken_away} from {where}")
        for _ in range(3):
            assert leadership.refresh() is Role.WITHOUT_DATABASE
        assert "permission denied" in str(leadership.why_without_database)
        write(url, f"grant {taken_away} to {where}")
        clock.advance(3600)
        assert leadership.refresh() is Role.LEADING
    finally:
        leadership.close()
        write(url, "drop owned by leads")
        write(url, "drop role leads")


def test_each_loss_of_the_database_is_reported_once(leads: Leads, switch: Switch) -> None:
    ours = Prepared()
    leadership = leads(ours)
    leadership.refresh()
    assert ours.losses == []
    for _ in range(2):
        switch.off()
        leadership.refresh()
        leadership.refresh()
        switch.on()
        leadership.refresh()
        leadership.refresh()
    assert ours.losses == ["lost", "lost"]


def test_a_loss_is_reported_although_the_database_is_back_before_the_next_refresh(leads: Leads, switch: Switch) -> None:
    ours = Prepared()
    leadership = leads(ours)
    leadership.refresh()
    switch.off()
    switch.on()
    assert (leadership.refresh(), ours.losses) == (Role.LEADING, ["lost"])


@pytest.mark.parametrize(
    "error", [DatabaseUnavailable("it was killed"), DatabaseError("it was killed")], ids=["it dies", "it refuses"]
)
def test_preparation_that_kills_the_database_is_retried_after_growing_waits(
    error: DatabaseError,
    leads: Leads,
    clock: VirtualClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Refreshes are five seconds apart."""
    ours = Prepared()
    ours.error = error
    leadership = leads(ours)
    prepared_at = []
    for second in range(0, 600, 5):
        before = ours.times
        assert leadership.refresh() is Role.WITHOUT_DATABASE
        prepared_at += [second] * (ours.times - before)
        clock.advance(5)
    assert prepared_at == [0, 5, 65, 185, 425]
    ours.error = None
    clock.advance(3600)
    assert leadership.refresh() is Role.LEADING
    assert (
        "could not be prepared 2 times in a row; next attempt at 2026-11-21 16:01:05 UTC: it was killed" in caplog.text
    )


def test_failed_preparations_are_counted_anew_after_one_that_ended_well(
    leads: Leads, clock: VirtualClock, switch: Switch, caplog: pytest.LogCaptureFixture
) -> None:
    ours = Prepared()
    leadership = leads(ours)
    for error in (DatabaseUnavailable("it was killed"), None, DatabaseUnavailable("it was killed again")):
        ours.error = error
        for _ in range(4 if error else 1):
            clock.advance(3600)
            assert leadership.refresh() is (Role.WITHOUT_DATABASE if error else Role.LEADING)
        switch.off()
        switch.on()
        waits = re.findall(r"could not be prepared (\d) times in a row", caplog.text)
        assert waits == ([] if error is None else ["2", "3", "4"])
        caplog.clear()


def test_preparation_during_which_the_database_dies_counts_as_a_loss(leads: Leads, switch: Switch) -> None:
    """One that the database refuses does not."""

    class Killing(Prepared):
        is_deadly = False

        def prepare(self) -> None:
            if self.is_deadly:
                switch.off()
                switch.on()
            super().prepare()

    ours = Killing()
    ours.error = DatabaseError("the database refused")
    leadership = leads(ours)
    assert (leadership.refresh(), ours.losses) == (Role.WITHOUT_DATABASE, [])
    ours.is_deadly, ours.error = True, DatabaseUnavailable("it was killed")
    assert (leadership.refresh(), ours.losses) == (Role.WITHOUT_DATABASE, ["lost"])


def test_clock_that_is_set_back_does_not_delay_the_next_preparation(leads: Leads, clock: VirtualClock) -> None:
    ours = Prepared()
    ours.error = DatabaseUnavailable("it was killed")
    leadership = leads(ours)
    for _ in range(2):
        assert leadership.refresh() is Role.WITHOUT_DATABASE
    ours.error = None
    clock.set_back(timedelta(days=1))
    assert leadership.refresh() is Role.LEADING


def test_while_the_database_is_prepared_the_role_is_preparing(database: Database, clock: VirtualClock) -> None:
    seen: list[Role | None] = []
    leadership = Leadership(database, clock, prepare=lambda: seen.append(leadership.role), revive=lambda: None)
    assert (leadership.role, leadership.refresh(), seen) == (None, Role.LEADING, [Role.PREPARING])
    leadership.close()


def test_new_credentials_end_the_pauses_of_x_once_and_not_at_each_election(
    url: str, clock: VirtualClock, switch: Switch, tmp_path: Path
) -> None:
    """Later pauses are about the new credentials."""
    settings = Settings(database_url=SecretStr(url), data_dir=tmp_path)

    def pauses_after_an_election(bot: Bot, leadership: Leadership) -> int:
        with bot.database.transaction() as tx:
            tx.spend.pause(
                cause="credentials", until=clock.now() + timedelta(hours=1), reason="X rejects them", now=clock.now()
            )
        switch.off()
        switch.on()
        assert leadership.refresh() is Role.LEADING
        with bot.database.transaction() as tx:
            return len(list(tx.spend.pauses(now=clock.now())))

    with open_bot(settings, clock=clock, random=random) as bot:
        leadership = prepare(bot, has_new_credentials=True).leadership
        assert [pauses_after_an_election(bot, leadership) for _ in range(2)] == [0, 1]
        leadership.close()
