"""The demo: more than a day of the production code, on a virtual clock, against a make-believe Twitch.

Nothing is pretended but Twitch and the time: the HTTP client, COPY, SQL and the very triggers of the timetable are what
`watchtime run` uses.
"""

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from pydantic import SecretStr

from bot.models import DaySummaries, Poll, RolledUpDay
from bot.timetable import Entry, Job
from bot.wiring import Bot, open_bot
from helperfunctions.clock import VirtualClock
from helperfunctions.errors import SettingsError
from helperfunctions.screen import Screen
from helperfunctions.settings import Settings
from sandbox.faults import Faults
from sandbox.server import TwitchSandbox
from sandbox.world import World

# A Saturday. The day before the clocks change or after would do as well.
DAY = date(2026, 11, 21)
SECONDS_PER_REQUEST = 0.2
# A time-out is lived through for real; in the demo it need not be a long one.
TIMEOUT = (2.0, 0.3)
SLOW_SECONDS = 0.45


@dataclass(frozen=True, slots=True)
class Due:
    """One moment of the timetable."""

    at: datetime
    job: Job


def run_demo(*, channels: int, seed: int, fault_rate: float, keep: Path | None, screen: Screen | None = None) -> None:
    """Live from the start of a day to the posts of the next, and show what was measured and what would be said."""
    began = time.monotonic()
    screen = screen or Screen()
    world = World(seed=seed, channels=channels)
    faults = Faults(seed=seed, slow_seconds=SLOW_SECONDS)
    faults.set_rates(Faults.everything(fault_rate))
    with ExitStack() as stack:
        folder = stack.enter_context(_folder(keep))
        clock = VirtualClock(datetime.fromisoformat(f"{DAY}T15:59:59+00:00"))
        sandbox = stack.enter_context(
            TwitchSandbox(world, clock, faults=faults, seconds_per_request=SECONDS_PER_REQUEST)
        )
        screen.line(f"A make-believe Twitch of {channels:,} channels answers at {sandbox.url}")
        bot = stack.enter_context(
            open_bot(_settings(sandbox, folder), clock=clock, random=random.Random(seed).random, migrate=True)
        )
        screen.line(f"A real PostgreSQL runs in {folder}")
        said = _live_through(bot, clock, screen)
        _show_measured(bot, world, screen)
        screen.line(f"Twitch was asked {sandbox.requests:,} times; {sum(faults.struck().values()):,} faults struck.")
        screen.line()
        _show_said([summaries for summaries in said if summaries.date == DAY], screen)
    screen.line(f"Done in {time.monotonic() - began:.0f} s. Nothing is left running{'' if keep else ', nothing kept'}.")


def _settings(sandbox: TwitchSandbox, folder: Path) -> Settings:
    """The demo's own settings: neither the environment nor .env has a say, so real data is out of reach."""
    return Settings(
        data_dir=folder,
        twitch_client_id=sandbox.client_id,
        twitch_client_secret=SecretStr(sandbox.client_secret),
        twitch_api_url=sandbox.api_url,
        twitch_auth_url=sandbox.auth_url,
    )


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="watchtime-demo-") as folder:
            yield Path(folder)
        return
    if keep.exists() and any(keep.iterdir()):
        raise SettingsError([f"--keep {keep}: the folder is not empty; name a new one"])
    keep.mkdir(parents=True, exist_ok=True)
    yield keep.resolve()


def _live_through(bot: Bot, clock: VirtualClock, screen: Screen) -> list[DaySummaries]:
    """Step the clock along the timetable to the posts of the second day; what was to be said."""
    said: list[DaySummaries] = []
    end = bot.calendar.day(DAY).ends_at + timedelta(hours=6, minutes=1)
    schedule = moments(bot.timetable(), clock.now(), end)
    with bot.collector(timeout=TIMEOUT) as collector, screen.progress(len(schedule)) as advance:
        jobs = bot.jobs(collector, said.append)
        for due in schedule:
            clock.move_to(due.at)
            done = jobs[due.job]()
            advance(f"{clock.now().astimezone(bot.settings.timezone):%a %H:%M} {due.job}")
            _tell(due, done, bot, screen)
    return said


def moments(entries: list[Entry], start: datetime, end: datetime) -> list[Due]:
    """Every moment of a timetable after `start` and up to `end`, in order."""
    found: list[Due] = []
    for entry in entries:
        at = entry.next_after(start)
        while at <= end:
            found.append(Due(at, entry.job))
            at = entry.next_after(at)
    order = list(Job)
    return sorted(found, key=lambda due: (due.at, order.index(due.job)))


def _tell(due: Due, done: object, bot: Bot, screen: Screen) -> None:
    """A line for what is worth one: the polls of every third hour, a day rolled up."""
    local = due.at.astimezone(bot.settings.timezone)
    if isinstance(done, Poll) and local.minute == 0 and local.hour % 3 == 2:
        screen.line(
            f"{local:%a %H:%M}  poll {done.poll_id}: {done.status}, {done.streams:,} streams, "
            f"{done.viewers:,} viewers, {done.pages} pages"
        )
    if due.job is Job.DAILY and isinstance(done, list):
        for day in done:
            screen.line(f"{local:%a %H:%M}  day {day.date} rolled up: {day.polls} polls, {day.coverage:.1%} covered")


def _show_measured(bot: Bot, world: World, screen: Screen) -> None:
    """Our estimate beside the sandbox's truth, which a real Twitch never tells."""
    day = bot.calendar.day(DAY)
    with bot.database.transaction() as tx:
        watch_hours = RolledUpDay(*tx.post.day(day=DAY)).watch_hours
    truth = world.truth(day.starts_at, day.ends_at, bot.settings.min_viewers)
    screen.line(
        f"Measured {watch_hours:,.0f} hours watched; the truth is {truth.watch.total:,.0f} "
        f"({watch_hours / truth.watch.total - 1:+.2%})."
    )


def _show_said(said: list[DaySummaries], screen: Screen) -> None:
    for summaries in said:
        if summaries.skipped_because:
            screen.line(f"Not posted: {summaries.skipped_because}.")
        for summary in summaries.summaries:
            screen.panel(f"would be posted: {summary.kind}", summary.text)
