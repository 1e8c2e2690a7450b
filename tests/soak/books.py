"""The books of a soak: the database compared with what Twitch and X received. Each finding is one line."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

from bot.health.alert import REPORT_AFTER
from tests.soak.diary import Attempt, Diary, Level
from tests.soak.life import QUARTER
from tests.soak.plan import Kind
from tests.soak.world import Alert, World

# Within it a problem is reported, from the first look that finds it; and withdrawn, once it was away for as long.
SOON: Final = QUARTER
# Turns that are due at the same moment follow each other, and move the clock: a poll gives up after two minutes of
# retries, and the health check comes after it.
_A_MOMENT: Final = timedelta(minutes=3)
_A_QUARTER: Final = timedelta(minutes=15)
_LONGEST_LIST: Final = 12

NOT_WHOLE: Final = """
    select polls.poll_id
    from staging.polls
    left join (
        select poll_id, count(*) as streams, sum(viewer_count) as viewers from staging.streams group by poll_id
    ) as staged using (poll_id)
    where
        (coalesce(staged.streams, 0) <> polls.streams or coalesce(staged.viewers, 0) <> polls.viewers)
        and to_regclass('staging.streams_' || to_char(polls.day, 'YYYY_MM_DD')) is not null
"""
# Grain: one row per day whose parts differ from the whole by more than rounding.
UNEQUAL_DAYS: Final = """
    select days.day, days.watch_hours, parts.name, parts.hours
    from days
    inner join (
        select day, 'games' as name, sum(watch_hours) as hours from daily_games group by day
        union all
        select day, 'streamers', sum(watch_hours) from daily_streamers group by day
        union all
        select day, 'pairs', sum(watch_hours) from daily_streamer_games group by day
    ) as parts using (day)
    where abs(days.watch_hours - parts.hours) > 1e-6 * greatest(days.watch_hours, 1)
"""
IMPOSSIBLE_DAYS: Final = """
    select day, covered_hours, extract(epoch from ends_at - starts_at) / 3600
    from days
    where covered_hours > extract(epoch from ends_at - starts_at) / 3600 + 1e-6
"""
TOO_LONG_ON_AIR: Final = """
    select day, streamer_id, daily_streamers.airtime_hours, covered_hours
    from daily_streamers inner join days using (day)
    where daily_streamers.airtime_hours > covered_hours + 1e-6
"""
UNEQUAL_MONTHS: Final = """
    select months.month, m.hours, d.hours
    from months
    inner join (select month, sum(watch_hours) as hours from monthly_games group by month) as m using (month)
    inner join (
        select date_trunc('month', day)::date as month, sum(watch_hours) as hours from daily_games group by 1
    ) as d using (month)
    where abs(m.hours - d.hours) > 1e-6 * greatest(d.hours, 1)
"""
# A day that is over for two and has polls, but no row.
MISSING_DAYS: Final = """
    select distinct polls.day
    from staging.polls
    where polls.status <> 'failed' and polls.day < (select max(day) - 1 from staging.polls)
        and not exists (select from days where days.day = polls.day)
"""


@dataclass
class Books:
    """Figures for the report, and findings."""

    diary: Diary
    figures: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def close(self, world: World, limits: tuple[float, float]) -> None:
        """Run all checks. `limits`: MB of memory that bot and database may take."""
        self.wrong += self.diary.wrong
        self._polls(world)
        self._days(world)
        self._posts(world)
        self._mentions(world)
        self._problems(world.alerts)
        self._levels(limits)

    def _list(self, what: str, found: Sequence[object]) -> None:
        self.wrong += [f"{what}: {one}" for one in found[:_LONGEST_LIST]]
        if len(found) > _LONGEST_LIST:
            self.wrong.append(f"{what}: and {len(found) - _LONGEST_LIST} more")

    # --- polls

    def _polls(self, world: World) -> None:
        stored = world.rows("select poll_id, started_at, status, streams from staging.polls order by started_at")
        unmatched = {poll_id: (started_at, status, streams) for poll_id, started_at, status, streams in stored}
        became: Counter[str] = Counter()
        missing = []
        # First those whose number is known: another, whose end is not, may have begun at the same moment.
        for attempt in sorted(self.diary.attempts, key=lambda one: one.poll is None):
            poll_id = _row_of(attempt, unmatched)
            if poll_id is not None:
                _, status, streams = unmatched.pop(poll_id)
                if attempt.poll and (status, streams) != (attempt.poll["status"], attempt.poll["streams"]):
                    missing.append(f"poll {poll_id} was {attempt.poll}, and is {status} with {streams} streams")
            if poll_id is None and not attempt.is_certain:
                continue
            became[_became(attempt, is_stored=poll_id is not None)] += 1
            if poll_id is None and not _may_be_missing(attempt):
                missing.append(f"{attempt.began:%F %H:%M} {attempt.outcome}: {attempt.message[:160] or attempt.poll}")
        self._list("a poll is not accounted for", missing)
        self._list("a poll in the database that was never taken", list(unmatched.values()))
        self._list("a poll is not whole", world.rows(NOT_WHOLE))
        by_status = Counter(status for _, _, status, _ in stored)
        self.figures += [
            f"polls asked for: {became.total():,}; in the database: {len(stored):,} ({_counted(by_status)})",
            f"  of those asked for: {_counted(became)}",
            f"streams in polls: {sum(streams for *_, streams in stored):,}",
        ]
        folder = world.bot.folder / "data" / "polls"
        self._list("a poll was left on disk", sorted(path.name for path in folder.glob("*")) if folder.exists() else [])

    def _days(self, world: World) -> None:
        ((days, first, last),) = world.rows("select count(*), min(day), max(day) from days")
        ((months,),) = world.rows("select count(*) from months")
        lengths = world.rows("select extract(epoch from ends_at - starts_at) / 3600, count(*) from days group by 1")
        self.figures.append(
            f"days: {days} ({first} to {last}), months: {months}; hours of a day: "
            + ", ".join(f"{float(hours):g} h × {number}" for hours, number in sorted(lengths))
        )
        self._list("a day's parts do not add up", world.rows(UNEQUAL_DAYS))
        self._list("a day has more covered hours than hours", world.rows(IMPOSSIBLE_DAYS))
        self._list("a streamer was on the air longer than was measured", world.rows(TOO_LONG_ON_AIR))
        self._list("a month is not the sum of its days", world.rows(UNEQUAL_MONTHS))
        self._list("a day with polls was not rolled up", world.rows(MISSING_DAYS))

    # --- X

    def _posts(self, world: World) -> None:
        outbox = world.rows("select post_id, kind, day, mention_id, status, coalesce(reason, ''), x_id from posts")
        posted = world.x.posts()
        by_x_id = {x_id: post_id for post_id, *_, x_id in outbox if x_id}
        self._list(
            "X has a post that the outbox does not know, or knows as another",
            [f"{post.created_at:%F %H:%M} {post.text[:60]!r}" for post in posted if post.post_id not in by_x_id],
        )
        sent = {x_id for *_, status, _, x_id in outbox if status == "sent"}
        self._list("the outbox says sent, and X has no such post", sorted(sent - {post.post_id for post in posted}))
        replies = Counter(post.reply_to.post_id for post in posted if post.reply_to)
        self._list("answered more than once", [one for one, times in replies.items() if times > 1])
        texts = Counter(post.text for post in posted if post.reply_to is None)
        self._list("a summary was posted more than once", [text[:80] for text, times in texts.items() if times > 1])
        open_posts = [(row[0], row[1], row[4]) for row in outbox if row[4] in ("due", "sending", "unknown")]
        self._list("a post is still waiting at the quiet end", open_posts)
        self._summaries(world, outbox)
        statuses = _counted(Counter(row[4] for row in outbox))
        self.figures.append(f"posts on X: {len(posted)} ({sum(replies.values())} answers); outbox: {statuses}")

    def _summaries(self, world: World, outbox: Sequence[tuple[Any, ...]]) -> None:
        per_day: defaultdict[object, list[tuple[str, str, str]]] = defaultdict(list)
        for _, kind, day, mention_id, status, reason, _ in outbox:
            if mention_id is None:
                per_day[day].append((kind, status, reason))
        without: Counter[str] = Counter()
        silent = []
        for day, ends_at, rolled_up_at in world.rows("select day, ends_at, rolled_up_at from days order by day"):
            if len(per_day[day]) not in (0, 3):
                silent.append(f"{day}: {per_day[day]}")
            for _, status, reason in per_day[day]:
                if status != "sent":
                    without[f"{status}: {reason[:60]}"] += 1
            if not per_day[day] and self._could_be_posted(ends_at, rolled_up_at):
                silent.append(f"{day}: none, though it was rolled up at {rolled_up_at:%F %H:%M}")
        self._list("a day without its three summaries", silent)
        whole = sum(all(status == "sent" for _, status, _ in posts) for posts in per_day.values() if posts)
        self.figures.append(f"days with all three summaries sent: {whole}; others: {_counted(without) or 'none'}")

    def _could_be_posted(self, ends_at: datetime, rolled_up_at: datetime) -> bool:
        """True if the job had a turn in the hours in which it posts about that day."""
        # From half past three in the afternoon at the latest until midnight, Pacific: 8 to 16 hours after its end.
        first, last = ends_at + timedelta(hours=9, minutes=45), ends_at + timedelta(hours=14)
        turns = [at for at in self.diary.posts_planned_at if max(first, rolled_up_at) < at < last]
        return len(turns) > 1

    def _mentions(self, world: World) -> None:
        known = dict(world.rows("select mention_id, status from mentions"))
        lost = [
            one for one, written_at in self.diary.tagged.items() if one not in known and self._could_be_read(written_at)
        ]
        self._list("somebody's mention was never read", lost)
        undecided = [one for one, status in known.items() if status == "new"]
        self._list("a mention is undecided at the quiet end", undecided)
        self.figures.append(f"mentions: {len(self.diary.tagged)} written; {_counted(Counter(known.values()))}")

    def _could_be_read(self, written_at: datetime) -> bool:
        """True unless the database or X was away at every check of the day after it: an older mention is never read,
        because that would buy a long backlog."""
        last = written_at + timedelta(days=1) - _A_QUARTER
        checks = [_parts(names) for at, names in self.diary.problems if written_at <= at <= last]
        return not checks or any(not parts & {"database", "x"} for parts in checks)

    # --- problems

    def _problems(self, alerts: Sequence[Alert]) -> None:
        seen = Counter(part for _, names in self.diary.problems for part in _parts(names))
        self.figures.append(f"problems seen, in quarters of an hour: {_counted(seen) or 'none'}")
        self.figures.append(f"alerts: {_counted(Counter(alert.status for alert in alerts)) or 'none'}")
        self._list("a problem was not reported in time", list(self._unreported(alerts)))
        self._list("an alert was not withdrawn in time", list(self._unwithdrawn(alerts)))
        self._list("a fault was not noticed", list(self._unnoticed()))
        last = self.diary.problems[-1][1] if self.diary.problems else frozenset()
        # Summaries that were not sent stay a problem until the next are due; those of each day are checked elsewhere.
        if _parts(last) - {"summaries"}:
            self.wrong.append(f"still a problem at the quiet end: {sorted(last)}")
        statuses = [alert.status for alert in alerts]
        # Alerts follow each other while different parts have problems; their texts differ.
        states = [(alert.status, alert.text if alert.status == "problem" else "") for alert in alerts]
        if any(one == other for one, other in pairwise(states)):
            self.wrong.append("an alert was sent twice in a row, or withdrawn twice")
        if statuses and statuses[-1] == "problem" and not last:
            self.wrong.append("an alert was not withdrawn")

    def _unreported(self, alerts: Sequence[Alert]) -> Iterator[str]:
        """Problems longer than a quarter of an hour that were not reported within it; each begins by itself.

        A bot that has just started has its checks here less often than every minute: then the first check counts at
        which the problem has lasted long enough.
        """
        for name in sorted({name for _, names in self.diary.problems for name in names}):
            for begin, end in self._spans(name):
                checks = [at for at, _ in self.diary.problems if begin + REPORT_AFTER <= at <= end]
                late_at = max([begin + SOON, *checks[:1]]) + _A_MOMENT
                if end >= late_at and _newest(alerts, late_at) != "problem":
                    yield f"{name} from {begin:%F %H:%M} to {end:%F %H:%M}"

    def _unwithdrawn(self, alerts: Sequence[Alert]) -> Iterator[str]:
        """Spans without a problem, longer than twice that, in which the alert was not withdrawn."""
        for begin, end in self._spans(None):
            if end >= begin + 2 * SOON + _A_MOMENT and _newest(alerts, begin + 2 * SOON + _A_MOMENT) == "problem":
                yield f"well from {begin:%F %H:%M} to {end:%F %H:%M}"

    def _spans(self, name: str | None) -> Iterator[tuple[datetime, datetime]]:
        """First and last health check of each span in which one bot ran with a problem; None: without any."""
        begin: datetime | None = None
        last: datetime | None = None
        for at, names in self.diary.problems:
            holds = name in names if name is not None else not names
            is_other_bot = last is not None and any(last <= restart < at for restart in self.diary.restarts)
            if begin is not None and last is not None and (not holds or is_other_bot):
                yield begin, last
                begin = None
            if begin is None and holds:
                begin = at
            last = at
        if begin is not None and last is not None:
            yield begin, last

    def _unnoticed(self) -> Iterator[str]:
        for one in self.diary.happened:
            expected = _NOTICED.get(one.kind)
            if expected is None:
                continue
            part, after = expected
            late_at = one.at + after + 2 * SOON
            # A new bot counts from its own start.
            if one.until < late_at or any(one.at <= at < late_at for at in self.diary.restarts):
                continue
            checks = [names for at, names in self.diary.problems if one.at + after <= at <= late_at]
            # Without the database a bot does nothing else that could fail, and reports the database.
            blind = [names for names in checks if part != "database" and "database" in _parts(names)]
            if len(checks) > len(blind) and not any(part in _parts(names) for names in checks):
                yield f"{one.kind} from {one.at:%F %H:%M} to {one.until:%F %H:%M}: no {part!r} in {checks}"

    # --- levels

    def _levels(self, limits: tuple[float, float]) -> None:
        levels = self.diary.levels
        if not levels:
            return
        for name, limit, most in (
            ("bot", limits[0], max(level.bot for level in levels)),
            ("database", limits[1], max(level.database for level in levels)),
        ):
            self.figures.append(f"memory of the {name} at most: {most:.0f} MB of {limit:.0f}")
            if most > limit:
                self.wrong.append(f"the {name} took {most:.0f} MB where {limit:.0f} is the limit")
        quarters = _quarters(levels)
        for number, quarter in enumerate(quarters, start=1):
            self.figures.append(
                f"  quarter {number}: bot {_median([level.bot for level in quarter]):.0f} MB, "
                f"database {_median([level.database for level in quarter]):.0f} MB (medians of the days' highest), "
                f"{quarter[-1].disk:,.0f} MB on disk"
            )
        if len(levels) >= 40:
            self._growth(quarters)

    def _growth(self, quarters: Sequence[Sequence[Level]]) -> None:
        second, fourth = quarters[1], quarters[3]
        for name in ("bot", "database"):
            before, after = (_median([getattr(level, name) for level in quarter]) for quarter in (second, fourth))
            if after > 1.15 * before + 5:
                self.wrong.append(f"the memory of the {name} grew from {before:.0f} to {after:.0f} MB")
        grew = [(quarter[-1].disk - quarter[0].disk) / len(quarter) for quarter in (second, fourth)]
        self.figures.append(f"disk: {grew[0]:.1f} MB a day in the second quarter, {grew[1]:.1f} in the fourth")
        if grew[1] > 1.5 * grew[0] + 1:
            self.wrong.append(f"the disk fills faster and faster: {grew[0]:.1f}, then {grew[1]:.1f} MB a day")


# Faults that must be noticed, and when that is late: `bot.health.lateness` and `bot.health.rules`.
_NOTICED: Final = {
    # The last good poll may be as old as an interval when it begins.
    Kind.TWITCH_DOWN: ("poll", timedelta(minutes=2 * 30 + 15)),
    Kind.DATABASE_GONE: ("database", timedelta(0)),
    Kind.X_UNPAID: ("x", timedelta(minutes=30)),
}


def _parts(names: frozenset[str]) -> set[str]:
    """The parts that have a problem; a name may have a subject after it, as in `jobs (collect)`."""
    return {name.partition(" (")[0] for name in names}


def _newest(alerts: Sequence[Alert], at: datetime) -> str | None:
    """The status of the last alert up to an instant."""
    return next((alert.status for alert in reversed(alerts) if alert.at <= at), None)


def _row_of(attempt: Attempt, unmatched: dict[int, tuple[datetime, str, int]]) -> int | None:
    """The row of a poll, by its number, or by its time if it waited on disk or its end is not known."""
    if attempt.poll is not None:
        poll_id = int(attempt.poll["poll_id"])
        return poll_id if poll_id in unmatched else None
    for poll_id, (started_at, _, _) in unmatched.items():
        if attempt.began <= started_at <= attempt.ended:
            return poll_id
        if started_at > attempt.ended:
            break
    return None


def _became(attempt: Attempt, *, is_stored: bool) -> str:
    if attempt.poll is not None:
        return "stored at once"
    if not attempt.outcome:
        return "stored, and the bot killed" if is_stored else "lost with the bot that was killed"
    return "kept on disk and stored" if is_stored else f"not taken ({attempt.outcome})"


def _may_be_missing(attempt: Attempt) -> bool:
    """True if no poll was taken, or it could not have been stored anywhere."""
    return not attempt.outcome or attempt.outcome == "Busy"


def _quarters(levels: Sequence[Level]) -> list[Sequence[Level]]:
    size = max(1, len(levels) // 4)
    return [levels[at : at + size] for at in range(0, min(len(levels), 4 * size), size)]


def _median(values: Sequence[float]) -> float:
    return sorted(values)[len(values) // 2]


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{count:,} {what}" for what, count in counts.most_common())
