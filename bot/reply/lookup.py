"""The tables -> what is known about a question. Nothing is written."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from bot.core.calendar import Calendar, months_and_days
from bot.core.questions import Question, SubjectKind, WindowKind
from bot.core.wording import TOP
from bot.reply.facts import Facts, LiveFacts, Ranked, SpanFacts
from helperfunctions.clock import Clock
from helperfunctions.database import Database, Transaction

# Yesterday's numbers come a moment after the day's end; until then, the day before is the newest that there is.
NEWEST_WITHIN: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Lookup:
    """Answers questions from the daily tables; for `today` and `live` from staging. `live_within`: how old the newest
    poll may be."""

    database: Database
    calendar: Calendar
    clock: Clock
    live_within: timedelta = timedelta(hours=1)

    def facts(self, question: Question) -> Facts:
        """What is known. Of yesterday, before it is rolled up: the day before, which says its date."""
        with self.database.transaction() as tx:
            match question.window.kind:
                case WindowKind.LIVE:
                    return self._live(tx, question)
                case WindowKind.TODAY:
                    return self._today(tx, question)
            return self._days(tx, self._newest(tx, question))

    def _newest(self, tx: Transaction, question: Question) -> Question:
        window = question.window
        yesterday = self.calendar.last_finished(self.clock.now()).date
        if window.first != window.last or window.last != yesterday:
            return question
        newest = tx.reply.newest_day_of(first=yesterday - NEWEST_WITHIN, last=yesterday)
        if newest is None:
            return question
        return replace(question, window=replace(window, first=newest, last=newest))

    def _days(self, tx: Transaction, question: Question) -> SpanFacts:
        subject, window = question.subject, question.window
        span = {"first": window.first, "last": window.last}
        days_measured, covered_hours = tx.reply.measured(**span)
        days = list(_dates(window.first, window.last))
        about = {"subject_id": subject.id}
        if subject.kind is SubjectKind.GAME:
            totals = tx.reply.game_over_days(**about, days=days)
            summed_up = [month for (month,) in tx.reply.summed_up_months(**span)]
            months, single = months_and_days(window.first, window.last, summed_up)
            ranked = tx.reply.streamers_of_game(**about, months=months, days=single, how_many=TOP)
        else:
            totals = tx.reply.streamer_over_days(**about, days=days)
            ranked = tx.reply.games_of_streamer(**about, **span, how_many=TOP)
        hours = self.calendar.day(window.last).ends_at - self.calendar.day(window.first).starts_at
        return SpanFacts(
            subject=subject,
            window=window,
            days_measured=int(days_measured),
            covered_hours=float(covered_hours),
            hours=hours / timedelta(hours=1),
            watch_hours=float(totals[0]),
            airtime_hours=float(totals[1]),
            peak_viewers=int(totals[2]),
            ranked=_ranked(ranked),
            more_than_viewers=_threshold(tx),
        )

    def _today(self, tx: Transaction, question: Question) -> SpanFacts:
        subject = question.subject
        now = self.clock.now()
        today = self.calendar.day_of(now)
        starts_at = tx.daily.start_of_today(starts_at=today.starts_at, now=now)
        tx.daily.gather_spans(day=today.date, starts_at=starts_at, ends_at=now)
        tx.daily.analyze_spans()
        covered_hours = float(tx.reply.spoken_for())
        if subject.kind is SubjectKind.GAME:
            watch_hours, airtime_hours, peak_viewers = tx.reply.game_today(subject_id=subject.id)
            ranked = _ranked(tx.reply.streamers_of_game_today(day=today.date, subject_id=subject.id, how_many=TOP))
        else:
            played = list(tx.reply.streamer_today(day=today.date, subject_id=subject.id))
            watch_hours, airtime_hours = (sum(row[column] for row in played) for column in (1, 2))
            peak_viewers = max((row[3] for row in played), default=0)
            ranked = _ranked((name, hours) for name, hours, _, _ in played[:TOP])
        return SpanFacts(
            subject=subject,
            window=question.window,
            days_measured=1 if covered_hours else 0,
            covered_hours=covered_hours,
            hours=(now - starts_at) / timedelta(hours=1),
            watch_hours=float(watch_hours),
            airtime_hours=float(airtime_hours),
            peak_viewers=int(peak_viewers),
            ranked=ranked,
            more_than_viewers=_threshold(tx),
        )

    def _live(self, tx: Transaction, question: Question) -> LiveFacts:
        subject = question.subject
        poll = tx.reply.live_poll(since=self.clock.now() - self.live_within)
        if poll is None:
            return LiveFacts(subject, None, False, 0, 0, None, (), _threshold(tx))
        poll_id, day, polled_at, is_whole, more_than_viewers = poll
        at_poll = {"poll_id": poll_id, "subject_id": subject.id}
        game_name: str | None = None
        ranked: tuple[Ranked, ...] = ()
        if subject.kind is SubjectKind.GAME:
            viewers, streams = tx.reply.game_live(**at_poll) or (0, 0)
            ranked = _ranked(tx.reply.streamers_of_game_live(**at_poll, day=day, how_many=TOP)) if streams else ()
        else:
            seen = tx.reply.streamer_live(**at_poll, day=day)
            viewers, game_name = seen or (0, None)
            streams = 1 if seen else 0
        return LiveFacts(subject, polled_at, is_whole, int(viewers), int(streams), game_name, ranked, more_than_viewers)


def _dates(first: date, last: date) -> Iterable[date]:
    return (first + timedelta(days=number) for number in range((last - first).days + 1))


def _ranked(rows: Iterable[Any]) -> tuple[Ranked, ...]:
    return tuple(Ranked(str(name), float(value)) for name, value in rows)


def _threshold(tx: Transaction) -> int:
    return int(tx.reply.threshold() or 0)
