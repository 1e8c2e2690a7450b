"""/readyz, `watchtime check` and the dashboard's page about the bot come to the same verdict on the same situation."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.check import Doctor
from bot.findings import Verdict
from bot.health.facts import gather
from bot.health.record import FILE_NAME, JobRecord, Loss, RunRecord, dumps, read
from bot.health.rules import Expected
from bot.health.watch import Watch
from bot.web import own
from bot.web.site import Site
from bot.wiring import open_site
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database, ReadPool
from helperfunctions.queries import Queries
from helperfunctions.settings import DEFAULT, Loaded, Settings
from tests.factories import DAY_START, HALF_HOUR, a_stream, stage, write

# By which finding of `check`, and by which part of the page, a part of /readyz is presented.
FINDINGS = {"poll": "polls", "day": "days", "outbox": "outbox", "mentions": "outbox", "jobs": "jobs"}
FINDINGS |= {"database restarts": "database restarts"}
ON_THE_PAGE = {"poll": "poll", "day": "day", "outbox": "posts"}
BEGAN = DAY_START - timedelta(days=1)


@dataclass
class Bot:
    """A bot that has been running for days, with its database and its record, as all three presenters see it."""

    url: str
    database: Database
    clock: VirtualClock
    settings: Settings
    site: Site

    def record(self, **changes: Any) -> None:
        """What the bot has just recorded."""
        run = RunRecord(began_at=BEGAN, written_at=self.clock.now(), **changes)
        (self.settings.data_dir / FILE_NAME).write_text(dumps(run))

    def readyz(self) -> set[str]:
        """The parts that /readyz complains about."""
        watch = Watch(
            clock=self.clock,
            read=lambda: gather(self.database, self.clock, self.site.calendar, self.settings),
            expected=Expected(self.site.calendar, HALF_HOUR, self.settings.post_at, since=BEGAN),
            data_dir=self.settings.data_dir,
            leads=lambda: True,
            kept_polls=lambda: 0,
            rate_limits=dict,
            alerter=None,
            record=lambda: read(self.settings.data_dir / FILE_NAME),
        )
        page = watch.pages()["/readyz"]()
        told = json.loads(page.body)
        assert (page.status == 200) == told["ready"] == (told["troubles"] == [])
        return {trouble["part"] for trouble in told["troubles"]}

    def check(self) -> set[str]:
        """The findings of `check` about the work that are not good."""
        loaded = Loaded(self.settings, dict.fromkeys(Settings.model_fields, DEFAULT))
        findings = list(Doctor(lambda: loaded, self.clock, is_offline=True).findings())
        work = [finding for finding in findings if finding.name in FINDINGS.values()]
        assert {finding.name for finding in work} == set(FINDINGS.values())
        return {finding.name for finding in work if finding.verdict in (Verdict.WARNING, Verdict.BAD)}

    def page(self) -> set[str]:
        """The parts that the page about the bot says are not well."""
        with self.site.reads.transaction() as tx:
            return {row.part for row in own.health(tx, self.site) if not row.is_well}


@pytest.fixture
def bot(url: str, database: Database, clock: VirtualClock, queries: Queries, tmp_path: Path) -> Iterator[Bot]:
    """Three hours into a day; its poll is a minute old and nothing is wrong."""
    clock.move_to(DAY_START + timedelta(hours=3))
    settings = Settings(database_url=SecretStr(url), data_dir=tmp_path)
    pool = ReadPool(url, queries)
    found = Bot(url, database, clock, settings, open_site(settings, pool, clock))
    stage(database, a_stream(1000), at=clock.now() - timedelta(minutes=1))
    found.record()
    yield found
    pool.close()


def poll_began_before(minutes: int) -> Callable[[Bot], None]:
    return lambda bot: bot.clock.advance((minutes - 1) * 60)


def day_ended_before(minutes: int) -> Callable[[Bot], None]:
    def then(bot: Bot) -> None:
        bot.clock.move_to(DAY_START + timedelta(days=1, minutes=minutes))
        day = bot.site.calendar.day_of(bot.clock.now()).date
        stage(bot.database, a_stream(1000), at=bot.clock.now() - timedelta(minutes=1), day=day)

    return then


def post_due_before(minutes: int, status: str) -> Callable[[Bot], None]:
    def then(bot: Bot) -> None:
        now = bot.clock.now()
        write(
            bot.url,
            "insert into posts (kind, day, text, status, created_at, next_try_at, expires_at, claimed_at) "
            "values ('games', '2026-11-20', 'words', %s, %s, %s, %s, %s)",
            *(status, now - timedelta(days=1), now - timedelta(minutes=minutes), now + timedelta(days=1)),
            now - timedelta(minutes=minutes) if status == "sending" else None,
        )

    return then


def mention_seen_before(minutes: int) -> Callable[[Bot], None]:
    def then(bot: Bot) -> None:
        at = bot.clock.now() - timedelta(minutes=minutes)
        write(
            bot.url,
            "insert into mentions (mention_id, author_id, text, posted_at, seen_at, first_version, is_repost, "
            "is_explicit, is_to_us) values ('1', '2', 'chess', %s, %s, '1', false, true, true)",
            *(at, at),
        )

    return then


def failed(times: int, minutes: int) -> Callable[[Bot], None]:
    def then(bot: Bot) -> None:
        since = bot.clock.now() - timedelta(minutes=minutes)
        bot.record(jobs={"daily": JobRecord(outcome="DatabaseError", failures=times, failing_since=since)})

    return then


def overdue(minutes: int, *, is_running: bool) -> Callable[[Bot], None]:
    def then(bot: Bot) -> None:
        due_at = bot.clock.now() - timedelta(minutes=minutes)
        bot.record(jobs={"daily": JobRecord(due_at=due_at, started_at=due_at, is_running=is_running)})

    return then


def lost_database(*minutes_ago: int) -> Callable[[Bot], None]:
    def then(bot: Bot) -> None:
        now: datetime = bot.clock.now()
        bot.record(losses=[Loss(now - timedelta(minutes=minutes)) for minutes in minutes_ago])

    return then


SITUATIONS: dict[str, tuple[Callable[[Bot], None], set[str]]] = {
    "nothing is wrong": (lambda bot: None, set()),
    "a poll 70 minutes old": (poll_began_before(70), set()),
    "a poll 75 minutes old": (poll_began_before(75), set()),
    "a poll 76 minutes old": (poll_began_before(76), {"poll"}),
    "a day over for 59 minutes": (day_ended_before(59), set()),
    "a day over for 61 minutes": (day_ended_before(61), {"day"}),
    "a mention undecided for 14 minutes": (mention_seen_before(14), set()),
    "a mention undecided for 16 minutes": (mention_seen_before(16), {"mentions"}),
    "a job that failed twice within 4 minutes": (failed(2, 4), set()),
    "a job that failed twice over 5 minutes": (failed(2, 5), {"jobs"}),
    "a job that failed three times": (failed(3, 1), {"jobs"}),
    "a job that failed once": (failed(1, 50), set()),
    "a job overdue for 4 minutes": (overdue(4, is_running=False), set()),
    "a job overdue for 6 minutes": (overdue(6, is_running=False), {"jobs"}),
    "a job that still runs at its next turn": (overdue(6, is_running=True), {"jobs"}),
    "a database lost twice within an hour": (lost_database(61, 50, 1), set()),
    "a database lost three times within an hour": (lost_database(59, 50, 1), {"database restarts"}),
}
for _status in ("due", "sending", "unknown"):
    SITUATIONS[f"a post {_status} for 29 minutes"] = (post_due_before(29, _status), set())
    SITUATIONS[f"a post {_status} for 45 minutes"] = (post_due_before(45, _status), {"outbox"})


@pytest.mark.parametrize(("then", "wrong"), SITUATIONS.values(), ids=SITUATIONS)
def test_all_who_say_whether_it_is_well_say_the_same(then: Callable[[Bot], None], wrong: set[str], bot: Bot) -> None:
    then(bot)
    run = read(bot.settings.data_dir / FILE_NAME)
    bot.record(jobs=run.jobs, losses=run.losses)
    assert bot.readyz() == wrong
    assert bot.check() == {FINDINGS[part] for part in wrong}
    assert bot.page() == {ON_THE_PAGE[part] for part in wrong if part in ON_THE_PAGE}
