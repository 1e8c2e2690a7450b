"""The jobs of every minute take as long after five years as in the first week.

The jobs run for real against a database with five years of polls, posts and mentions, and each of their queries is
explained as it runs: none reads a growing table from end to end, and none reads more than a bounded
number of pages. Pages are counted, not milliseconds: they are the same on every machine.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import SecretStr

from bot.collect.prune import Pruner
from bot.core.calendar import Calendar
from bot.daily.rollup import Rollup
from bot.health.health_facts import gather
from bot.health.totals import Totals
from bot.names.database_names import DatabaseNames
from bot.post.plan import Planner
from bot.runtime.leader import Leadership, Role
from bot.web.http.version import DataVersion
from bot.wiring import open_site
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database, ReadPool
from helperfunctions.queries import Queries
from helperfunctions.settings import Settings
from tests.conftest import clone, database_url, execute
from tests.factories import rows, write
from tests.integration.conftest import MakeInbox

CALENDAR = Calendar(ZoneInfo("America/Los_Angeles"), time(8))
NOW = datetime(2026, 11, 21, 17, tzinfo=UTC)
LAST = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)
# Of 8 kB each. The tables have thousands: staging.polls 1,500, posts 1,400.
MOST_PAGES = 700
YEARS = Path(__file__).with_name("five_years.sql")


@dataclass
class Plan:
    """The plan with which the server ran one query."""

    name: str
    top: Mapping[str, Any]

    @property
    def pages(self) -> int:
        """Number of pages read, in memory or on disk; a page that was read twice counts twice."""
        return int(self.top["Shared Hit Blocks"]) + int(self.top["Shared Read Blocks"])

    def read_whole(self) -> set[str]:
        """The tables that were read from end to end."""
        return {node["Relation Name"] for node in _nodes(self.top) if node["Node Type"] == "Seq Scan"}


def _nodes(top: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield top
    for below in top.get("Plans", ()):
        yield from _nodes(below)


@dataclass
class ExplainedQuery:
    """A query that is explained before each run; the changes of the explained run are rolled back."""

    name: str
    query: Any
    plans: list[Plan]

    @property
    def sql(self) -> str:
        return str(self.query.sql)

    def __call__(self, connection: Any, **given: Any) -> Any:
        if self.sql.split(maxsplit=1)[0].lower() in ("select", "with", "insert", "update", "delete"):
            with connection.cursor() as cursor:
                cursor.execute("savepoint explained")
                cursor.execute(f"explain (analyze, buffers, timing off, format json) {self.sql}", given)
                self.plans.append(Plan(self.name, cursor.fetchone()[0][0]["Plan"]))
                cursor.execute("rollback to savepoint explained")
        return self.query(connection, **given)


@dataclass
class ExplainedStep:
    """The queries of one step."""

    step: str
    queries: Any
    plans: list[Plan]

    def __getattr__(self, name: str) -> ExplainedQuery:
        return ExplainedQuery(f"{self.step}.{name}", getattr(self.queries, name), self.plans)


class ExplainedQueries(Queries):
    """The queries, except those for locks, with their plans."""

    def __init__(self) -> None:
        super().__init__()
        self.plans: list[Plan] = []
        self.steps = {
            step: queries if step == "database" else ExplainedStep(step, queries, self.plans)
            for step, queries in self.steps.items()
        }


@pytest.fixture(scope="module")
def five_years(server_url: str, template: str) -> str:
    """The name of a database of five years in which no job has work left."""
    url = clone(server_url, template, "five_years")
    execute(url, f"set session_replication_role = replica; {YEARS.read_text()}")
    execute(url, "vacuum analyze")
    return "five_years"


@pytest.fixture
def url(server_url: str, five_years: str) -> str:
    return database_url(server_url, five_years)


@pytest.fixture
def explained() -> ExplainedQueries:
    return ExplainedQueries()


@pytest.fixture
def database(url: str, explained: ExplainedQueries) -> Database:
    return Database(url, explained)


@pytest.fixture
def clock() -> VirtualClock:
    """A clock an hour after the end of the fifth year."""
    return VirtualClock(NOW)


def growing(url: str) -> set[str]:
    """The tables that have grown in five years."""
    return {name for (name,) in rows(url, "select relname from pg_class where relkind = 'r' and reltuples > 1000")}


def assert_bounded(plans: Sequence[Plan], url: str) -> None:
    """Fail if a query read a growing table from end to end, or more pages than allowed."""
    grown = growing(url)
    assert {"polls", "days", "posts", "mentions", "x_charges"} <= grown
    assert {plan.name: plan.read_whole() & grown for plan in plans if plan.read_whole() & grown} == {}
    assert {plan.name: plan.pages for plan in plans if plan.pages > MOST_PAGES} == {}


def test_no_job_of_a_minute_reads_a_growing_table_from_end_to_end(
    make_inbox: MakeInbox, database: Database, explained: ExplainedQueries, url: str, clock: VirtualClock
) -> None:
    """Mentions are read, decided and answered, the outbox is sent, health is checked; a day is about to be rolled up,
    staging to be pruned, and summaries to be planned."""
    inbox = make_inbox(budget_usd="1000")
    totals = Totals()
    # Old rows are counted once a day; the leaders of old days are found once.
    gather(database, clock, CALENDAR, Settings(), totals)
    write(url, "update days set has_leaders = true")
    leadership = Leadership(database, clock, prepare=lambda: None, revive=lambda: None)
    explained.plans.clear()

    inbox.tag("@watchtimebot Game7")
    assert inbox.respond() == 1
    assert inbox.outside.sender.send() == 1
    facts = gather(database, clock, CALENDAR, Settings(), totals)
    assert leadership.refresh() is Role.LEADING
    leadership.close()
    assert DatabaseNames(database).refresh() == 0
    assert Rollup(database, clock, CALENDAR).daily() == []
    assert Pruner(database, clock, CALENDAR, timedelta(hours=48)).prune() == []
    Planner(database, clock, lambda: 0.5, CALENDAR, time(14)).plan_if_due()

    assert (facts.polls["complete"], facts.mentions["answered"], facts.work.last_good_poll_at) == (
        83_950,
        40_001,
        LAST,
    )
    ran = {plan.name for plan in explained.plans}
    assert ran >= {
        "health.posts_by_status",
        "daily.days_that_may_be_due",
        "outbox.claim_next",
        "outbox.release_claims",
        "outbox.expire",
        "outbox.unknown_posts",
        "reply.next_mention",
        "reply.delete_texts",
        "spend.month_by_kind",
    }
    assert_bounded(explained.plans, url)


def test_dashboard_checks_for_changes_by_index(url: str, explained: ExplainedQueries, clock: VirtualClock) -> None:
    """The dashboard checks every two seconds, and reads the health of the bot every few."""
    pool = ReadPool(url, explained)
    site = open_site(Settings(database_url=SecretStr(url)), pool, clock)
    version = DataVersion(site)
    version.read()
    assert {plan.name for plan in explained.plans} == {"web.state"}
    version.read()
    with pool.transaction() as tx:
        tx.read.last_poll()
        tx.read.last_good_poll()
        tx.read.newest_poll(whole_since=NOW)
    pool.close()
    assert {plan.name for plan in explained.plans} >= {
        "health.first_day",
        "health.has_leader",
        "health.pauses",
        "web.good_polls",
        "web.state",
        "read.last_poll",
        "read.last_good_poll",
        "read.newest_poll",
    }
    assert_bounded(explained.plans, url)


def test_old_rows_are_counted_once_a_day_and_new_ones_every_time(
    database: Database, explained: ExplainedQueries, url: str, clock: VirtualClock
) -> None:
    totals = Totals()

    def counted() -> tuple[int, int, int]:
        explained.plans.clear()
        facts = gather(database, clock, CALENDAR, Settings(), totals)
        pages = sum(plan.pages for plan in explained.plans if plan.name.endswith("_by_status"))
        return facts.mentions["ignored"], facts.posts["reply", "sent"], pages

    ignored, sent, at_first = counted()
    write(url, "update mentions set status = 'ignored', reason = 'test' where mention_id = '1000000000000059999'")
    assert counted()[:2] == (ignored + 1, sent)
    assert counted()[2] < at_first / 5
    # A changed old row is counted on the next day.
    write(url, "update mentions set status = 'ignored', reason = 'test' where mention_id = '1000000000000000001'")
    assert counted()[0] == ignored + 1
    clock.advance(24 * 3600)
    assert counted()[0] == ignored + 2


def test_names_of_a_poll_are_keyed_without_reading_all_names(
    database: Database, explained: ExplainedQueries, url: str
) -> None:
    """One streamer is new, and one was renamed."""
    database_names = DatabaseNames(database)
    database_names.refresh()
    write(url, "insert into streamers values ('new', 'new', 'New', '2026-11-21', '2026-11-21')")
    write(url, "update streamers set login = 'renamed', streamer_name = 'Renamed' where streamer_id = 's77'")
    write(
        url, "update staging.polls set are_names_keyed = false where poll_id = (select max(poll_id) from staging.polls)"
    )
    explained.plans.clear()
    assert database_names.refresh() == 2
    found = database_names.exact(["new", "renamed", "login77"])
    assert {key: [subject.id for subject in subjects] for key, subjects in found.items()} == {
        "new": ["new"],
        "renamed": ["s77"],
    }
    assert {"names.games_without_keys", "names.streamers_without_keys"} <= {plan.name for plan in explained.plans}
    assert {"games", "streamers"} <= growing(url)
    assert_bounded(explained.plans, url)
