"""Roll up the due days from staging into the daily tables, and check their sums. The arithmetic is in sql/daily,
and the definition of watch time in sql/watch_time."""

import logging
import math
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final, TypeVar

from bot.core.calendar import OFFERED_RANGES, Calendar, Day
from bot.core.day_results import RolledUpDay
from bot.read.day_bounds import bounds_of, due_days
from bot.read.measurements import parts_of
from helperfunctions.clock import Clock
from helperfunctions.database import Database, Transaction, record
from helperfunctions.errors import DatabaseError, DatabaseUnavailable, DayNotAvailable, SumsDisagree, WatchTimeError

log = logging.getLogger(__name__)

# Sums of the same doubles in another order differ in the last bits; one missing viewer differs by far more.
RELATIVE_TOLERANCE: Final = 1e-9
# The bounds of a day are taken in whole milliseconds.
ROUNDING_HOURS: Final = 1 / 3_600_000
RECOVERY_WAITS_SECONDS: Final = (2, 5, 10, 15)

Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Rollup:
    """Rolls up days, each in one transaction. Doing a day twice gives the same rows."""

    database: Database
    clock: Clock
    calendar: Calendar
    intend: Callable[[Transaction, date], None] = lambda *_: None
    """Called in the transaction that rolls up a day: what else is to be made of it."""
    _skipped: set[date] = field(default_factory=set, compare=False)

    def daily(self) -> list[RolledUpDay]:
        """Roll up every finished day that is not done, or that got a poll since, oldest first; then sum up the months,
        find the leaders of each day, and rank the streamers.

        If a day or a month fails, the others are still done; the first error is raised at the end. A day is skipped if
        all its polls are outside of its bounds, because the settings have changed.
        """
        with self.database.exclusive("daily"):
            now = self.clock.now()
            with self.database.transaction() as tx:
                days = due_days(tx, self.calendar, now)
            self._report_skipped(days.without_polls)
            done, failed = self._each(days.due, self._roll_up)
            failed += self._sum_up_months(self.calendar.day_of(now).date)
            failed += self._rank_streamers()
            failed += self._find_leaders()
        if failed:
            raise failed[0]
        return done

    def redo(self, named: date) -> RolledUpDay:
        """Roll up one finished day again. Raises DayNotAvailable when it is not over, or its streams are gone."""
        with self.database.exclusive("daily"):
            return self._roll_up(named)

    def _report_skipped(self, days: Sequence[date]) -> None:
        """Log each skipped day once, not at every run."""
        for day in days:
            if day not in self._skipped:
                log.info("day skipped: the settings have changed, and no poll is within its bounds now day=%s", day)
        self._skipped.update(days)

    def _sum_up_months(self, today: date) -> list[WatchTimeError]:
        """Sum up every finished month that is not summed up. Returns the errors of those that failed."""
        try:
            with self.database.transaction() as tx:
                due = [row.month for row in tx.daily.due_months(today=today)]
        except DatabaseError as exc:
            return [exc]
        return self._each(due, self._sum_up_month)[1]

    def _find_leaders(self) -> list[WatchTimeError]:
        """Find the leaders of some of the days that changed, and of the days after them; the next run goes on. Returns
        the errors of failed days."""
        try:
            with self.database.transaction() as tx:
                due = [row.day for row in tx.daily.days_without_leaders()]
        except DatabaseError as exc:
            return [exc]
        return self._each(due, self._store_leaders)[1]

    def _store_leaders(self, day: date) -> None:
        with self.database.transaction() as tx:
            tx.daily.allow_memory()
            tx.daily.delete_leaders(day=day)
            tx.daily.insert_leading_games(day=day)
            tx.daily.insert_leading_streamers(day=day)
            tx.daily.store_leaders(day=day)

    def _rank_streamers(self) -> list[WatchTimeError]:
        """Store the ranks of streamers over the offered ranges, if a day has changed. Returns the error if that
        failed."""
        try:
            with self.database.transaction() as tx:
                newest = tx.daily.ranks_to_store()
                if newest is None:
                    return []
                tx.daily.allow_memory()
                for days in OFFERED_RANGES:
                    parts = parts_of(tx, newest.last_day - timedelta(days=days - 1), newest.last_day)
                    tx.daily.delete_streamer_ranks(how_many=days)
                    tx.daily.insert_streamer_ranks(
                        how_many=days, last=newest.last_day, as_of=newest.rolled_up_at, **parts
                    )
        except DatabaseError as exc:
            log.error("the streamers were not ranked: %s", exc)
            return [exc]
        return []

    def _each(self, due: Sequence[date], do: Callable[[date], Done]) -> tuple[list[Done], list[WatchTimeError]]:
        """Call `do` with each date. Returns the results, and the errors of the dates that failed."""
        done: list[Done] = []
        failed: list[WatchTimeError] = []
        for one in due:
            try:
                done.append(do(one))
            except WatchTimeError as exc:
                log.error("not rolled up, continuing with the next date=%s: %s", one, exc)
                failed.append(exc)
                if isinstance(exc, DatabaseUnavailable) and not self._is_back():
                    break
        return done, failed

    def _is_back(self) -> bool:
        """True if the database answers within half a minute: after a crash it needs some seconds to recover."""
        for wait_seconds in (0, *RECOVERY_WAITS_SECONDS):
            self.clock.sleep(wait_seconds)
            with suppress(DatabaseUnavailable), self.database.transaction() as tx:
                return bool(tx.database.ping())
        return False

    def _sum_up_month(self, month: date) -> None:
        """Add up the days of a month in one transaction."""
        with self.database.transaction() as tx:
            tx.daily.allow_memory()
            tx.daily.delete_monthly_streamer_games(month=month)
            tx.daily.insert_monthly_streamer_games(month=month)
            tx.daily.delete_monthly_streamers(month=month)
            tx.daily.insert_monthly_streamers(month=month)
            tx.daily.delete_monthly_games(month=month)
            tx.daily.insert_monthly_games(month=month)
            tx.daily.store_month(month=month, summed_up_at=self.clock.now())
        log.info("month summed up month=%s", f"{month:%Y-%m}")

    def _roll_up(self, named: date) -> RolledUpDay:
        with self.database.transaction() as tx:
            day = _bounds(tx, self.calendar.day(named))
            if day.ends_at > self.clock.now():
                raise DayNotAvailable(f"the day {named} is not over: it ends at {day.ends_at:%Y-%m-%d %H:%M} UTC")
            polls = _polls_in_staging(tx, day)
            span = {"day": day.date, "starts_at": day.starts_at, "ends_at": day.ends_at}
            tx.daily.allow_memory()
            tx.daily.gather_spans(**span)
            tx.daily.analyze_spans()
            tx.daily.gather_pairs(day=day.date)
            tx.daily.mark_month_outdated(day=day.date)
            tx.daily.mark_leaders_outdated(day=day.date)
            tx.daily.delete_streamer_games(day=day.date)
            tx.daily.delete_streamers(day=day.date)
            tx.daily.delete_streams(day=day.date)
            tx.daily.delete_games(day=day.date)
            tx.daily.delete_game_languages(day=day.date)
            tx.daily.delete_languages(day=day.date)
            tx.daily.insert_streamer_games(day=day.date)
            tx.daily.insert_streamers(day=day.date)
            tx.daily.insert_streams(day=day.date)
            tx.daily.insert_games(day=day.date)
            tx.daily.insert_game_languages(day=day.date)
            tx.daily.insert_languages(day=day.date)
            done = record(RolledUpDay, tx.daily.store_day(**span, polls=polls, rolled_up_at=self.clock.now()))
            _check_sums(tx, day)
            _check_hours(tx, day, done.covered_hours)
            self.intend(tx, day.date)
        log.info(
            "day rolled up day=%s polls=%d coverage=%.3f watch_hours=%.0f",
            done.date,
            done.polls,
            done.coverage,
            done.watch_hours,
        )
        return done


def _bounds(tx: Transaction, calendar_day: Day) -> Day:
    """The bounds of a day. Raises DayNotAvailable if all its time belongs to other days."""
    day = bounds_of(tx, calendar_day)
    if day.starts_at >= day.ends_at:
        raise DayNotAvailable(f"the day {day.date} has no hours of its own: they belong to days that are rolled up")
    if day != calendar_day:
        log.info(
            "the bounds of the day differ from the settings day=%s starts_at=%s ends_at=%s",
            *(day.date, day.starts_at, day.ends_at),
        )
    return day


def _polls_in_staging(tx: Transaction, day: Day) -> int:
    staging = tx.daily.staging_of_day(day=day.date, starts_at=day.starts_at, ends_at=day.ends_at)
    if staging.has_streams and staging.polls:
        return int(staging.polls)
    if staging.is_rolled_up:
        raise DayNotAvailable(
            f"the day {day.date} cannot be rolled up again: its streams are no longer in staging, where "
            "STAGING_RETENTION_HOURS limits their age; its daily tables are unchanged"
        )
    why = "its streams are not in staging" if staging.polls else "it has no polls"
    raise DayNotAvailable(f"the day {day.date} cannot be rolled up: {why}")


def _check_sums(tx: Transaction, day: Day) -> None:
    """Compare a day's totals, which are added up over each table. Raises SumsDisagree."""
    sums = list(tx.daily.sums_of_day(day=day.date))
    for measure in ("watch_hours", "airtime_hours"):
        totals = {row.way: getattr(row, measure) for row in sums}
        if not all(_is_close(total, totals["pairs"]) for total in totals.values()):
            listed = ", ".join(f"{way} {total!r}" for way, total in totals.items())
            raise SumsDisagree(
                f"the {measure.replace('_', ' ')} of {day.date} do not add up: {listed}; nothing of this roll-up was "
                "stored"
            )


def _is_close(one: float, other: float) -> bool:
    return math.isclose(one, other, rel_tol=RELATIVE_TOLERANCE, abs_tol=1e-6)


def _check_hours(tx: Transaction, day: Day, covered_hours: float) -> None:
    """Compare a day's covered hours with its length, and all airtimes with its covered hours. Raises SumsDisagree."""
    length_hours = day.length / timedelta(hours=1)
    if covered_hours > length_hours + ROUNDING_HOURS:
        raise SumsDisagree(
            f"the day {day.date} has {length_hours:.3f} hours and its polls cover {covered_hours:.3f}; nothing of this "
            "roll-up was stored"
        )
    impossible = [
        f"{row.streamer_id} {row.airtime_hours:.3f}"
        for row in tx.daily.impossible_airtime(day=day.date, covered_hours=covered_hours)
    ]
    if impossible:
        raise SumsDisagree(
            f"streamers on the air for longer than the {covered_hours:.3f} hours measured of {day.date}: "
            f"{', '.join(impossible)}; nothing of this roll-up was stored"
        )
