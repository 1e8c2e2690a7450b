"""`kill -9` during answers and posts, while X drops connections after accepting: every post is published once."""

import random
import time
from collections import Counter
from datetime import time as time_of_day
from datetime import timedelta
from functools import partial
from zoneinfo import ZoneInfo

import pytest

from bot.core.calendar import Calendar
from bot.daily.rollup import Rollup
from bot.post.plan import Planner
from helperfunctions.clock import SystemClock, VirtualClock
from helperfunctions.database import Database
from sandbox.x.faults import XFault, XFaults
from sandbox.x.server import XSandbox
from tests.acceptance.conftest import WITHOUT_DRAWING, Shell, eventually, x_settings_for
from tests.factories import a_stream, rows, stage

CALENDAR = Calendar(ZoneInfo("America/Los_Angeles"), time_of_day(8))
FAULTS = {
    XFault.DROP_AFTER: 0.3,
    XFault.UNREADABLE: 0.1,
    XFault.RESET_BEFORE: 0.1,
    XFault.SERVER_ERROR: 0.05,
    XFault.HTML: 0.05,
}


def plan_three_summaries(database: Database) -> list[str]:
    """Roll up the last finished day and put its posts into the outbox; their texts."""
    now = SystemClock().now()
    day = CALENDAR.last_finished(now)
    stage(database, a_stream(), at=day.starts_at, day=day.date, polls=40)
    Rollup(database, VirtualClock(day.ends_at), CALENDAR).daily()
    planner = Planner(database, SystemClock(), lambda: 0.5, CALENDAR, time_of_day(14))
    plan = planner.plan(day.date, expires_at=now + timedelta(hours=6))
    return [summary.text for summary in plan.summaries]


def is_done(url: str, mentions: int) -> bool:
    """True if no post waits and every mention is answered."""
    open_posts = rows(url, "select 1 from posts where status in ('due', 'sending', 'unknown')")
    return not open_posts and rows(url, "select count(*) from mentions where status = 'answered'") == [(mentions,)]


@pytest.mark.timeout(3_600)
def test_every_post_is_published_once_after_any_number_of_kills(
    shell: Shell, url: str, database: Database, is_long: bool
) -> None:
    """Thirty kills, with `--long` a thousand; about one in four while a question is being answered."""
    kills = 1_000 if is_long else 30
    mentions = kills // 4
    draw = random.Random(200)
    summaries = plan_three_summaries(database)
    with XSandbox(SystemClock(), faults=XFaults(seed=5), rate_limits=False) as x:
        settings = x_settings_for(x) | {"DATABASE_URL": url, "X_SETTLE_AFTER_SECONDS": "1"} | WITHOUT_DRAWING
        # A thousand kills cost more than the share of a day.
        settings["X_MONTHLY_BUDGET_USD"] = "1000"
        assert shell.run("reply", **settings).code == 0, "the first start"
        x.faults.set_rates({fault.value: rate for fault, rate in FAULTS.items()})
        asked: list[str] = []
        start = partial(shell.forker.start, [], shell.folder, shell.environment | settings, program="answer and send")
        for number in range(kills):
            if len(asked) < mentions and number % 3 == 0:
                asked.append(x.tag(f"person{number}", "@watchtimebot help"))
            calls = x.requests
            child = start()
            # Usually in the middle of a call; sometimes before the first, or late enough for a chart to be drawn.
            if draw.random() < 0.9:
                eventually(lambda before=calls: x.requests > before, "it calls X")  # type: ignore[misc]
                time.sleep(draw.uniform(0, 0.1))
            else:
                time.sleep(draw.uniform(0.01, 1))
            child.kill()
            child.wait()
        assert sum(x.faults.injected().values()) > kills / 7
        x.faults.clear()
        child = start()
        eventually(lambda: is_done(url, mentions), "everything is posted")
        child.kill()
        child.wait()
        posted = x.posts()
    assert Counter(post.reply_to.post_id for post in posted if post.reply_to) == Counter(asked)
    assert Counter(post.text for post in posted if post.reply_to is None) == Counter(summaries)
    assert all(len(post.media) == 1 and post.media[0].alt_text for post in posted if post.reply_to is None)
    assert rows(url, "select status, count(*), count(x_id) from posts group by 1") == [
        ("sent", mentions + 3, mentions + 3)
    ]
    assert {post.post_id for post in posted} == {x_id for (x_id,) in rows(url, "select x_id from posts")}
    ((spent,),) = rows(url, "select sum(usd) from x_charges where status <> 'not_made'")
    assert spent >= x.bill().total_usd
