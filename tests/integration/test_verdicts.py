"""/readyz, /metrics, `watchtime check` and the status page of the dashboard have the same verdict."""

import ast
import inspect
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.core.polls import PollStatus
from bot.daily.rollup import Rollup
from bot.health import common_causes, rules, watch
from bot.health.causes import FIXES, Cause
from bot.health.findings import FINDING_OF, SEE_NETWORK, Finding, Verdict
from bot.health.health_facts import LEADER_LOCK, gather
from bot.health.problem import Expected
from bot.health.record import FILE_NAME, JobRecord, Loss, RunRecord, dumps, read
from bot.health.watch import Watch
from bot.web.read import bot_health
from bot.web.site import Site
from bot.wiring import examine, open_site
from helperfunctions import reader
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database, ReadPool
from helperfunctions.errors import EmbeddedDatabaseBroken
from helperfunctions.queries import Queries
from helperfunctions.settings import DEFAULT, Loaded, Settings
from tests.conftest import Switch
from tests.factories import DAY, DAY_START, HALF_HOUR, a_stream, stage, write

# The findings of `check` about the work, and the parts of /readyz that the page presents as well: its role may not read
# mentions and spending.
WORK = {"bot", "polls", "days", "outbox", "budget", "X", "jobs", "chat", "database restarts"}
# The row of the page that has the problems of each part; a job has the row of what it does.
ROW_OF = {"bot": "bot", "poll": "poll", "day": "day", "summaries": "summaries", "outbox": "outbox", "x": "x"}
ROW_OF |= {"jobs": "day", "chat": "chat", "database restarts": "database"}
BEGAN = DAY_START - timedelta(days=1)


@dataclass
class Bot:
    """A bot that has been running for days, with its database and its record."""

    url: str
    database: Database
    clock: VirtualClock
    settings: Settings
    site: Site

    def record(self, **changes: Any) -> None:
        """Replace the record of the bot."""
        run = RunRecord(began_at=BEGAN, written_at=self.clock.now(), **changes)
        (self.settings.data_dir / FILE_NAME).write_text(dumps(run))

    def watch(self) -> Watch:
        """The watch of the bot, with the record on disk."""
        return Watch(
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

    def readyz(self) -> set[str]:
        """The parts with a problem in /readyz and in /metrics."""
        watch = self.watch()
        page = watch.pages()["/readyz"]()
        content = json.loads(page.body)
        assert (page.status == 200) == content["ready"] == (content["problems"] == [])
        parts = {problem["part"] for problem in content["problems"]}
        metrics = watch.pages()["/metrics"]().body.decode()
        assert set(re.findall(r'^watchtime_problem\{part="(.*)"\} 1.0$', metrics, re.MULTILINE)) == parts
        return parts

    def findings(self) -> list[Finding]:
        """The findings of `check`."""
        loaded = Loaded(self.settings, dict.fromkeys(Settings.model_fields, DEFAULT))
        return list(examine(lambda: loaded, self.clock, is_offline=True))

    def check(self) -> set[str]:
        """The findings of `check` about jobs and posts that are not good."""
        findings = self.findings()
        work = [finding for finding in findings if finding.name in WORK]
        assert {finding.name for finding in work} == WORK
        return {finding.name for finding in work if finding.verdict in (Verdict.WARNING, Verdict.BAD)}

    def page(self) -> set[str]:
        """The parts with a problem on the status page, which is read with the dashboard's role."""
        with self.site.database.transaction() as tx:
            found = bot_health.health(tx, self.site)
        assert {row.part for row in found.parts} == {*ROW_OF.values(), "answers"}
        assert {row.part for row in found.problems} == {row.part for row in found.parts if not row.is_healthy}
        assert all(row.since and row.what_to_do for row in found.problems)
        return {row.part for row in found.problems}


@pytest.fixture
def bot(url: str, database: Database, clock: VirtualClock, queries: Queries, tmp_path: Path) -> Iterator[Bot]:
    """A bot three hours into a day, with a poll a minute ago and without a problem."""
    clock.move_to(DAY_START + timedelta(hours=3))
    secret = SecretStr("planted")
    settings = Settings(
        database_url=SecretStr(url),
        data_dir=tmp_path,
        chat_source="anonymous",
        x_api_key=secret,
        x_api_key_secret=secret,
        x_access_token=secret,
        x_access_token_secret=secret,
    )
    reading = f"postgresql://watchtime_verdicts@{url.split('@')[1]}"
    reader.prepare(database, reading)
    pool = ReadPool(reading, queries)
    found = Bot(url, database, clock, settings, open_site(settings, pool, clock))
    stage(database, a_stream(1000), at=clock.now() - timedelta(minutes=1))
    found.record()
    leader = database.try_lock(LEADER_LOCK)
    assert leader is not None
    yield found
    leader.release()
    pool.close()


def poll_began_before(minutes: int) -> Callable[[Bot], None]:
    return lambda bot: bot.clock.advance((minutes - 1) * 60)


def day_ended_before(minutes: int) -> Callable[[Bot], None]:
    def then(bot: Bot) -> None:
        bot.clock.move_to(DAY_START + timedelta(days=1, minutes=minutes))
        day = bot.site.calendar.day_of(bot.clock.now()).date
        stage(bot.database, a_stream(1000), at=bot.clock.now() - timedelta(minutes=1), day=day)

    return then


def an_older_day_failed(bot: Bot) -> None:
    day_ended_before(61)(bot)
    Rollup(bot.database, bot.clock, bot.site.calendar).daily()
    before = bot.site.calendar.day(DAY - timedelta(days=1))
    stage(bot.database, a_stream(1000), at=before.starts_at, day=before.date)


def post_due_before(minutes: int, status: str) -> Callable[[Bot], None]:
    def then(bot: Bot) -> None:
        now = bot.clock.now()
        write(
            bot.url,
            "insert into posts (kind, day, text, status, created_at, next_try_at, expires_at, claimed_at) "
            "values ('games', '2026-11-20', 'words', %s, %s, %s, %s, %s)",
            # The newest attempt failed and delayed the next one.
            *(status, now - timedelta(minutes=minutes), now + timedelta(minutes=9), now + timedelta(days=1)),
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


def summaries(status: str, minutes: int) -> Callable[[Bot], None]:
    """The summaries of the finished day, this long after two in the afternoon."""

    def then(bot: Bot) -> None:
        stage(bot.database, a_stream(1000), at=DAY_START, polls=48)
        bot.clock.move_to(DAY_START + timedelta(days=1, minutes=1))
        Rollup(bot.database, bot.clock, bot.site.calendar).daily()
        bot.clock.move_to(DAY_START + timedelta(days=1, hours=6, minutes=minutes))
        now = bot.clock.now()
        stage(bot.database, a_stream(1000), at=now - timedelta(minutes=1), day=bot.site.calendar.day_of(now).date)
        for kind in ("games", "streamers", "streamers_of_game"):
            write(
                bot.url,
                "insert into posts (kind, day, text, status, reason, created_at, next_try_at, expires_at) "
                "values (%s, %s, 'words', %s, %s, %s, %s, %s)",
                *(
                    kind,
                    DAY,
                    status,
                    None if status == "due" else "because",
                    now,
                    now + timedelta(minutes=5),
                    now + timedelta(days=1),
                ),
            )

    return then


def x_is_paused(bot: Bot) -> None:
    until = bot.clock.now() + timedelta(hours=1)
    with bot.database.transaction() as tx:
        tx.spend.pause(cause="credits", until=until, reason="no credits are left", now=bot.clock.now())


def chat_heard_before(minutes: int) -> Callable[[Bot], None]:
    """A followed channel has been live for an hour, and its newest minute that was heard whole is so old."""

    def then(bot: Bot) -> None:
        now = bot.clock.now()
        with bot.database.transaction() as tx:
            tx.chat.add_channel(channel_id="11", login="ann", now=BEGAN, asked_by="operator", expires_at=None)
            for at in (now - timedelta(hours=1), now):
                tx.chat.see_broadcasts(now=at, stream_ids=["1"], channel_ids=["11"], starts=[BEGAN])
            tx.chat.make_partition(day=now.date())
        write(
            bot.url,
            "insert into chat.minutes (minute_at, channel_id, messages, chatters, covered_seconds, is_closed, viewers)"
            " select %s - n * interval '1 minute', '11', 60, 7, case when n >= %s then 60 else 59 end, true, 100"
            " from generate_series(1, 59) as n",
            *(now, minutes),
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
    "an older day that failed, the newest is rolled up": (an_older_day_failed, {"day"}),
    "a mention undecided for 14 minutes": (mention_seen_before(14), set()),
    "a mention undecided for 16 minutes": (mention_seen_before(16), {"mentions"}),
    "summaries due for 59 minutes": (summaries("due", 59), set()),
    "summaries due for 61 minutes": (summaries("due", 61), {"summaries"}),
    "summaries dropped": (summaries("dropped", 61), set()),
    "summaries refused": (summaries("refused", 61), {"summaries"}),
    "summaries that expired at midnight": (summaries("expired", 11 * 60), {"summaries"}),
    "summaries that expired, the day after is over too": (summaries("expired", 23 * 60), {"summaries"}),
    "X is not called": (x_is_paused, {"x"}),
    "chat heard 10 minutes ago": (chat_heard_before(10), set()),
    "chat heard 11 minutes ago": (chat_heard_before(11), {"chat"}),
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
def test_all_presenters_have_the_same_verdict(then: Callable[[Bot], None], wrong: set[str], bot: Bot) -> None:
    then(bot)
    run = read(bot.settings.data_dir / FILE_NAME)
    bot.record(jobs=run.jobs, losses=run.losses)
    assert bot.readyz() == wrong
    assert bot.check() == {FINDING_OF[part] for part in wrong}
    assert bot.page() == {ROW_OF[part] for part in wrong if part in ROW_OF}


def test_readyz_notes_an_attempt_that_failed_and_is_no_problem_yet(bot: Bot) -> None:
    """A minute after everything became unreachable, nothing is late; ready must not look like well."""
    now = bot.clock.now()
    bot.record(
        jobs={"collect": JobRecord(failures=1, failing_since=now, outcome="TwitchUnavailable", error="no answer")}
    )
    content = json.loads(bot.watch().pages()["/readyz"]().body)
    message = f"collect failed once since {now:%F %H:%M} UTC: no answer"
    assert content["ready"] is True
    assert content["last_failures"] == [{"job": "collect", "message": message, "since": now.isoformat()}]
    bot.record(jobs={"daily": JobRecord(failures=4, failing_since=now, outcome="DatabaseError", error="refused")})
    content = json.loads(bot.watch().pages()["/readyz"]().body)
    assert [(one["part"], one["since"]) for one in content["problems"]] == [("jobs", now.isoformat())]
    assert content["last_failures"] == []


def test_twitch_and_x_that_are_both_gone_are_one_problem_everywhere(bot: Bot) -> None:
    """The first poll without Twitch is no problem yet, and calls of X have failed for ten minutes."""
    now = bot.clock.now()
    since = now - timedelta(minutes=10)
    stage(bot.database, at=now, status=PollStatus.FAILED)
    of_twitch = JobRecord(outcome="TwitchUnavailable", error="no answer", failures=1, failing_since=now)
    of_x = JobRecord(outcome="XNotYet", error="X cannot be reached", failures=5, failing_since=since)
    bot.record(jobs={"reply": of_x, "outbox": of_x, "collect": of_twitch})
    message = f"neither Twitch nor X answers since {since:%F %H:%M} UTC: is the network of this machine up?"

    problems = json.loads(bot.watch().pages()["/readyz"]().body)["problems"]
    found = [(one["message"], one["since"], one["fix"]) for one in problems if one["caused_by"] is None]
    assert found == [(message, since.isoformat(), FIXES[Cause.NETWORK])]
    assert {one["caused_by"] for one in problems if one["part"] == "jobs"} == {"network"}

    findings = {finding.name: finding for finding in bot.findings()}
    assert findings["network"] == Finding("network", Verdict.BAD, message, FIXES[Cause.NETWORK], is_temporary=True)
    assert [findings[name].fix for name in ("jobs", "polls")] == [SEE_NETWORK, SEE_NETWORK]

    with bot.site.database.transaction() as tx:
        page = bot_health.health(tx, bot.site)
    [cause] = page.causes
    assert (cause.part, cause.message, cause.since) == ("network", "neither Twitch nor X answers", since)
    assert {row.part for row in page.caused_by(cause)} == {"answers", "outbox", "poll", "x"}
    assert page.why == f"neither Twitch nor X answers: {cause.reason}"


def test_check_has_since_when_the_bot_has_lost_the_database(bot: Bot, switch: Switch) -> None:
    since = bot.clock.now() - timedelta(minutes=20)
    bot.record(losses=[Loss(since)])
    switch.off()
    [finding] = [finding for finding in bot.findings() if finding.name == "database"]
    switch.on()
    assert finding.message.endswith(f"; lost since {since:%F %H:%M} UTC")
    assert finding.fix == FIXES[Cause.DATABASE]


def test_lost_database_has_since_when_and_one_fix_in_readyz(bot: Bot, switch: Switch) -> None:
    """The bot lost it before the first request; the leader knows why the server does not start."""
    watch, lost_at = bot.watch(), bot.clock.now() + timedelta(minutes=1)
    watch.problems()
    failed = JobRecord(outcome="DatabaseUnavailable", failures=3, failing_since=lost_at, error_since=lost_at)
    bot.record(jobs={"daily": failed}, losses=[Loss(lost_at)])
    watch.why_without_database = lambda: EmbeddedDatabaseBroken("postgres does not start: a file is missing")
    watch.fresh_seconds = 0
    switch.off()
    bot.clock.advance(300)
    database, daily = json.loads(watch.pages()["/readyz"]().body)["problems"]
    switch.on()
    assert (database["since"], database["fix"]) == (lost_at.isoformat(), FIXES[Cause.DATABASE_BROKEN])
    assert (daily["caused_by"], daily["fix"]) == ("database", database["fix"])


def test_every_part_of_the_rules_is_presented_by_check() -> None:
    """A part that only /readyz presents would always be good for `check`."""
    parts = {
        node.args[0].value
        for module in (rules, watch, common_causes)
        for node in ast.walk(ast.parse(inspect.getsource(module)))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in ("Problem", "_problem")
        and isinstance(node.args[0], ast.Constant)
    }
    assert parts == set(FINDING_OF)
