"""Steps the clock through a plan: turns of jobs, faults that begin and end, posts of people, changes of settings."""

import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from heapq import heappop, heappush
from itertools import count
from signal import SIGINT, SIGKILL, SIGQUIT
from time import monotonic
from typing import Any, Final
from zoneinfo import ZoneInfo

import psycopg2

from bot.jobs import JOBS
from bot.runtime.schedule import Entry, schedule
from bot.spend.ledger import resume_x
from helperfunctions.database import Database
from helperfunctions.queries import Queries
from helperfunctions.settings import Settings
from sandbox.faults import Fault, Faults
from sandbox.x.faults import XFault, XFaults
from tests.soak.diary import Attempt, Diary, Level
from tests.soak.plan import Happening, Kind, Plan, settings_after
from tests.soak.world import Sampler, World

PACIFIC: Final = ZoneInfo("America/Los_Angeles")
# The interval of mentions, outbox and health checks: with one minute, a year takes a day.
QUARTER: Final = timedelta(minutes=15)
# The order of jobs that are due at the same moment.
_ORDER: Final = [job.name for job in JOBS]
# The bot of this year has neither a lake nor chat, so its runner does not know these jobs.
_SWITCHED_OFF: Final = {"lake", "chat", "chat-live"}
# The tolerance of the window of a poll: a retry moves the clock while the bot is killed.
_SLACK: Final = timedelta(seconds=1)


@dataclass
class Life:
    """One run."""

    plan: Plan
    world: World
    sampler: Sampler
    advance: Callable[[str], None]
    diary: Diary = field(default_factory=Diary)
    changes: int = 0
    is_twitch_well: bool = True
    _queue: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)
    _next: dict[str, datetime] = field(default_factory=dict)
    _kills: list[tuple[str, float]] = field(default_factory=list)
    _seconds: dict[str, float] = field(default_factory=dict)
    _during: list[Callable[[], None]] = field(default_factory=list)

    def live(self) -> Diary:
        """Run from beginning to end."""
        clock = self.world.clock
        for one in self.plan.happenings:
            self._at(one.at, self._beginning(one))
        for at, who, text in self.plan.tags():
            self._at(at, self._posting(who, text))
        self._start_bot()
        self._plan_turns(clock.now())
        day = clock.now().astimezone(PACIFIC).date()
        while True:
            job, at = min(self._next.items(), key=lambda one: (one[1], _ORDER.index(one[0])))
            if at > self.plan.end:
                return self.diary
            while self._queue and self._queue[0][0] <= at:
                when, _, do = heappop(self._queue)
                clock.move_to(when)
                do()
                at = self._next[job]
            clock.move_to(at)
            self._turn(job)
            self._next[job] = self._after(job, at)
            today = clock.now().astimezone(PACIFIC).date()
            if today != day:
                self._close_day(day)
                day = today

    @property
    def settings(self) -> dict[str, str]:
        """The settings in force."""
        return settings_after(self.changes)

    def _at(self, instant: datetime, do: Callable[[], None]) -> None:
        heappush(self._queue, (instant, next(self._numbers), do))

    # --- the timetable

    def _entries(self) -> dict[str, Entry]:
        in_force = self.settings
        settings = Settings(
            poll_every_minutes=int(in_force["POLL_EVERY_MINUTES"]),
            timezone=PACIFIC,
            day_starts_at=time.fromisoformat(in_force["DAY_STARTS_AT"]),
            post_at=time.fromisoformat(in_force["POST_AT"]),
        )
        entries = schedule(settings, shortest_interval=QUARTER)
        return {entry.job.name: entry for entry in entries if entry.job.name not in _SWITCHED_OFF}

    def _plan_turns(self, now: datetime) -> None:
        self._timetable = self._entries()
        self._next = {job: entry.next_after(now) for job, entry in self._timetable.items()}

    def _after(self, job: str, at: datetime) -> datetime:
        """The next turn of a job; of several turns that were missed, one is made up for."""
        entry, now = self._timetable[job], self.world.clock.now()
        following = entry.next_after(at)
        while following < now and (later := entry.next_after(following)) <= now:
            following = later
        return following

    # --- turns

    def _turn(self, job: str) -> None:
        bot, clock = self.world.bot, self.world.clock
        if bot.process is None:
            return
        kill_after = self._killed_after(job)
        for do in self._during:
            do()
        self._during.clear()
        began, began_at = clock.now(), monotonic()
        response = bot.turn(began, job, kill_after=kill_after)
        if kill_after is None:
            # The duration of the last turns; newer ones have more weight.
            self._seconds[job] = (self._seconds.get(job, 0.0) + monotonic() - began_at) / 2
        else:
            self.diary.outcomes["kill", "in the middle" if response is None else "after the job"] += 1
        if response is None:
            self.diary.attempts.append(Attempt(began, clock.now(), is_certain=job == "collect"))
        for one in response["done"] if response else ():
            self._note(one, began)
        if kill_after is None and response is None:
            self._ended_by_itself(job)
        if bot.process is None or response is None:
            self._start_bot()

    def _killed_after(self, job: str) -> float | None:
        """Seconds of the machine's clock after which the bot is killed during this job; None if it is not killed."""
        due = next((one for one in self._kills if one[0] == job), None)
        if due is None:
            return None
        self._kills.remove(due)
        return due[1] * self._seconds.get(job, 0.1)

    def _note(self, one: dict[str, Any], began: datetime) -> None:
        diary, now = self.diary, self.world.clock.now()
        job, outcome = one["job"], one["outcome"]
        diary.outcomes[job, outcome] += 1
        if job == "collect":
            attempt = Attempt(began, now, outcome, one.get("message", ""), one.get("poll"))
            diary.attempts.append(attempt)
            self._compare(attempt)
        elif job == "watch" and outcome == "done":
            diary.problems.append((now, frozenset(one.get("problems", ()))))
        elif job == "post" and outcome == "done":
            diary.posts_planned_at.append(now)
        if outcome == "failed unexpectedly":
            diary.wrong.append(f"{now:%F %H:%M} the job {job} failed unexpectedly: {one.get('message', '')[:200]}")

    def _compare(self, attempt: Attempt) -> None:
        """Check that a complete poll of a Twitch without faults has all live streams."""
        if attempt.poll is None or attempt.poll["status"] != "complete" or not self.is_twitch_well:
            return
        live = self.world.twitch.world.live_at(attempt.began)
        there = int((live.viewers > int(self.settings["MIN_VIEWERS"])).sum())
        if abs(attempt.poll["streams"] - there) > 0.05 * there + 20:
            self.diary.wrong.append(
                f"{attempt.began:%F %H:%M} a complete poll has {attempt.poll['streams']} streams, {there} were live"
            )

    def _ended_by_itself(self, job: str) -> None:
        bot = self.world.bot
        last = bot.log.read_text(errors="replace").splitlines()[-3:]
        self.diary.wrong.append(
            f"{self.world.clock.now():%F %H:%M} the bot ended with {bot.ended_with} over {job}: {' / '.join(last)}"
        )

    def _start_bot(self) -> None:
        self.world.bot.environment.update(self.settings)
        self.world.bot.start()
        self.diary.restarts.append(self.world.clock.now())

    # --- people

    def _posting(self, who: str, text: str) -> Callable[[], None]:
        def post() -> None:
            twitch, clock = self.world.twitch.world, self.world.clock
            if "{streamer}" in text:
                live = twitch.live_at(clock.now())
                streamer = twitch.streamers.login(int(live.streamers[int(live.viewers.argmax())]))
            else:
                streamer = ""
            self.diary.tagged[self.world.x.tag(who, text.format(streamer=streamer))] = clock.now()

        return post

    # --- faults

    def _beginning(self, one: Happening) -> Callable[[], None]:
        def begin() -> None:
            draw = random.Random(one.number)
            end = _HANDLERS[one.kind](self, draw)
            self.diary.happened.append(one)
            if end is not None:
                self._at(one.until, end)

        return begin

    def _twitch(self, rates: dict[str, float]) -> Callable[[], None]:
        self.world.twitch.faults.set_rates(rates)
        self.is_twitch_well = False
        return self._twitch_is_well

    def _twitch_is_well(self) -> None:
        self.world.twitch.faults.clear()
        self.is_twitch_well = True

    def _twitch_odd(self, draw: random.Random) -> Callable[[], None]:
        rate = draw.uniform(0.001, 0.02)
        return self._twitch(Faults.everything(rate) | {Fault.SLOW: min(rate, 0.002)})

    def _twitch_slow(self, _: random.Random) -> Callable[[], None]:
        return self._twitch({Fault.SLOW: 0.02})

    def _twitch_down(self, draw: random.Random) -> Callable[[], None]:
        ways = (Fault.SERVER_ERROR, Fault.RESET, Fault.HTML, Fault.TOO_MANY_REQUESTS, Fault.TRUNCATED)
        return self._twitch({draw.choice(ways): 1.0})

    def _x(self, rates: dict[str, float]) -> Callable[[], None]:
        self.world.x.faults.set_rates(rates)
        return self.world.x.faults.clear

    def _x_odd(self, draw: random.Random) -> Callable[[], None]:
        but = (XFault.USAGE_CAP, XFault.NO_CREDITS, XFault.UNAUTHORIZED)
        return self._x(XFaults.everything(draw.uniform(0.01, 0.1), but=but) | {XFault.SLOW: 0.01})

    def _x_unknown(self, _: random.Random) -> Callable[[], None]:
        return self._x({XFault.DROP_AFTER: 0.4, XFault.UNREADABLE: 0.2})

    def _x_limited(self, _: random.Random) -> Callable[[], None]:
        return self._x({XFault.TOO_MANY_REQUESTS: 0.8})

    def _x_down(self, draw: random.Random) -> Callable[[], None]:
        return self._x({draw.choice((XFault.SERVER_ERROR, XFault.HTML, XFault.RESET_BEFORE)): 1.0})

    def _x_unpaid(self, _: random.Random) -> Callable[[], None]:
        end = self._x({XFault.NO_CREDITS: 1.0})

        def paid() -> None:
            end()
            # `watchtime spend --resume`, by the clock of here.
            try:
                resume_x(Database(self.world.server.url, Queries()), self.world.clock.now())
            except Exception as exc:
                self._at(self.world.clock.now() + QUARTER, paid)
                self.diary.outcomes["spend --resume", type(exc).__name__] += 1

        return paid

    def _in_the_middle(self, draw: random.Random, do: Callable[[], None]) -> None:
        """Do something while the next job is at work, or before it."""
        if draw.random() < 0.5:
            do()
            return
        timer = threading.Timer(draw.uniform(0.0, 0.4), do)
        self._during.append(timer.start)

    def _database_restarted(self, draw: random.Random) -> None:
        def restart() -> None:
            self.world.server.stop(SIGINT)
            self.world.server.start()

        self._in_the_middle(draw, restart)

    def _database_killed(self, draw: random.Random) -> None:
        server, how = self.world.server, draw.choice((SIGQUIT, SIGKILL, None))

        def kill() -> None:
            if how is None:
                server.kill_one(draw.randrange(100))
                return
            left = server.processes
            server.stop(how)
            for process in left:
                if process.is_running():
                    process.kill()
            server.start()

        self._in_the_middle(draw, kill)

    def _database_gone(self, _: random.Random) -> Callable[[], None]:
        self.world.server.stop(SIGINT)
        return self.world.server.start

    def _database_full(self, _: random.Random) -> Callable[[], None]:
        self.world.fill_disk()

        def empty() -> None:
            self.world.empty_disk()
            # It exits when there is no room for its journal.
            self.world.server.start()

        return empty

    def _database_slow(self, draw: random.Random) -> None:
        def lock() -> None:
            try:
                self.world.lock_for(draw.uniform(0.5, 3.0))
            except psycopg2.Error:
                # The database is away at the moment.
                return

        self._during.append(lock)

    def _bot_killed(self, draw: random.Random) -> None:
        job = draw.choice(("collect", "collect", "daily", "post", "reply", "outbox", "prune"))
        self._kills.append((job, draw.random()))

    def _bot_stopped(self, _: random.Random) -> Callable[[], None]:
        self.world.bot.stop()
        return self._start_bot

    def _settings_changed(self, _: random.Random) -> None:
        self.changes += 1
        if self.world.bot.process is not None:
            self.world.bot.stop()
            self._start_bot()
        self._plan_turns(self.world.clock.now())

    # --- days

    def _close_day(self, day: date) -> None:
        bot, database = self.sampler.taken()
        disk = self.diary.levels[-1].disk if self.diary.levels else 0.0
        try:
            ((size,),) = self.world.rows("select pg_database_size(current_database())")
            disk = size / 1e6
        except psycopg2.Error:
            self.diary.outcomes["books of a day", "the database is away"] += 1
        self.diary.levels.append(Level(day, bot, database, disk))
        self.advance(f"{day}")


_HANDLERS: Final[dict[Kind, Callable[[Life, random.Random], Callable[[], None] | None]]] = {
    Kind.TWITCH_ODD: Life._twitch_odd,
    Kind.TWITCH_SLOW: Life._twitch_slow,
    Kind.TWITCH_DOWN: Life._twitch_down,
    Kind.X_ODD: Life._x_odd,
    Kind.X_UNKNOWN: Life._x_unknown,
    Kind.X_LIMITED: Life._x_limited,
    Kind.X_DOWN: Life._x_down,
    Kind.X_UNPAID: Life._x_unpaid,
    Kind.DATABASE_RESTARTED: Life._database_restarted,
    Kind.DATABASE_KILLED: Life._database_killed,
    Kind.DATABASE_GONE: Life._database_gone,
    Kind.DATABASE_FULL: Life._database_full,
    Kind.DATABASE_SLOW: Life._database_slow,
    Kind.BOT_KILLED: Life._bot_killed,
    Kind.BOT_STOPPED: Life._bot_stopped,
    Kind.SETTINGS_CHANGED: Life._settings_changed,
}
