"""The bot about itself: what it said, what it does next, how well it measured, whether all is well."""

from datetime import datetime, timedelta
from typing import Final

from bot.core.day_bounds import due_days
from bot.health.lateness import is_day_late, is_poll_late, is_post_late
from bot.web.read.ranges import Span
from bot.web.read.rows import DayCoverage, Due, Health, Part, PostRow, Rows
from bot.web.site import Site
from helperfunctions.database import Transaction
from helperfunctions.errors import NotThere

_LITTLE_COVERAGE: Final = 0.5


def posts(tx: Transaction, part: Part, status: str | None = None) -> Rows[PostRow]:
    """What was posted and answered, and what is to be, the newest first."""
    rows = tx.web.posts(status=status, limit=part.limit, offset=part.offset)
    return Rows([PostRow(*row) for row in rows], int(tx.web.count_posts(status=status)))


def chart_of_post(tx: Transaction, post_id: int) -> dict[str, object]:
    """The specification of the chart that went out with a post. Raises NotThere."""
    chart = tx.web.chart_of_post(post_id=post_id)
    if chart is None:
        raise NotThere("no chart goes with this post")
    return dict(chart)


def coverage(tx: Transaction, span: Span, part: Part) -> Rows[DayCoverage]:
    """How well each day was measured, the newest first."""
    rows = tx.web.coverage(first=span.first, last=span.last, limit=part.limit, offset=part.offset)
    days = int(tx.web.count_days(first=span.first, last=span.last))
    return Rows([DayCoverage(*row) for row in rows], days)


def due(site: Site) -> list[Due]:
    """What the bot does next."""
    now = site.clock.now()
    calendar = site.calendar
    today = calendar.day_of(now)
    local = now.astimezone(calendar.timezone)
    post_at = datetime.combine(local.date(), site.post_at, calendar.timezone)
    if post_at <= local:
        post_at = datetime.combine(local.date() + timedelta(days=1), site.post_at, calendar.timezone)
    hour = now.replace(minute=0, second=0, microsecond=0)
    polls_passed = (now - hour) // site.poll_every
    return [
        Due("poll", hour + (polls_passed + 1) * site.poll_every),
        Due("day", today.ends_at),
        Due("summaries", post_at.astimezone(now.tzinfo)),
    ]


def health(tx: Transaction, site: Site) -> list[Health]:
    """Whether polls, days and posts are as they should be by now; of the other parts only the bot itself knows."""
    return [_poll_health(tx, site), _day_health(tx, site), _post_health(tx, site)]


def _poll_health(tx: Transaction, site: Site) -> Health:
    last, last_good_at = tx.read.last_poll(), tx.read.last_good_poll()
    if last is None:
        return Health("poll", False, "no poll yet")
    since = tx.web.polls_between(since=site.clock.now() - timedelta(days=1))
    of_last_day = ", ".join(f"{polls} {how}" for how, polls in since) or "none"
    is_late = last_good_at is None or is_poll_late(site.clock.now(), last_good_at, site.poll_every)
    says = f"the newest is {last.status} with {last.streams:,} streams; of the last 24 hours: {of_last_day}"
    return Health("poll", not is_late, f"late: {says}" if is_late else says)


def _day_health(tx: Transaction, site: Site) -> Health:
    now = site.clock.now()
    late = [
        str(day) for day in due_days(tx, site.calendar, now).due if is_day_late(now, site.calendar.day(day).ends_at)
    ]
    newest = tx.web.days_rolled_up()[1]
    if newest is None:
        return Health("day", not late, "no day is rolled up yet")
    if late:
        return Health("day", False, f"{', '.join(late)} is not rolled up; the newest is {newest}")
    [day] = tx.web.coverage(first=newest, last=newest, limit=1, offset=0)
    share = DayCoverage(*day).coverage
    return Health("day", share >= _LITTLE_COVERAGE, f"{newest} is rolled up, {share:.0%} of it measured")


def _post_health(tx: Transaction, site: Site) -> Health:
    waiting, since = tx.web.posts_waiting()
    if not waiting:
        return Health("posts", True, "nothing waits to be sent")
    is_late = is_post_late(site.clock.now(), since)
    return Health(
        "posts", not is_late, f"{waiting} wait to be sent" + (f" since {since:%F %H:%M} UTC" if is_late else "")
    )
