"""Read the facts that a question asks for from the tables. Writes nothing."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from bot.core.calendar import Calendar
from bot.core.questions import Question, Subject, SubjectKind, Window, WindowKind
from bot.core.wording import TOP
from bot.read.measurements import NewestPoll, measured, newest_poll, parts_of
from bot.reply.answer_facts import Facts, LiveFacts, Ranked, SpanFacts
from helperfunctions.clock import Clock
from helperfunctions.database import Database, Transaction

# Yesterday is rolled up a moment after its end; until then, the day before is the newest that can be answered.
NEWEST_WITHIN: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Totals:
    """Totals of a subject over a span of time, and its ranking, most watched first."""

    watch_hours: float
    airtime_hours: float
    peak_viewers: int
    ranked: tuple[Ranked, ...]


@dataclass(frozen=True, slots=True)
class Lookup:
    """Answers questions from the daily tables, and `today` and `live` from staging.

    `live_within`: the greatest age of a poll that is answered as live.
    """

    database: Database
    calendar: Calendar
    clock: Clock
    live_within: timedelta = timedelta(hours=1)

    def facts(self, question: Question) -> Facts:
        """The facts for a question. For yesterday, while it is not rolled up: the day before, with its date."""
        with self.database.transaction() as tx:
            match question.window.kind:
                case WindowKind.LIVE:
                    return self._live(tx, question.subject)
                case WindowKind.TODAY:
                    return self._today(tx, question)
            return self._days(tx, self._on_newest_day(tx, question))

    def _on_newest_day(self, tx: Transaction, question: Question) -> Question:
        """The question itself, or, of yesterday while it is not rolled up, the same for the day before."""
        window = question.window
        yesterday = self.calendar.last_finished(self.clock.now()).date
        if window.first != window.last or window.last != yesterday:
            return question
        newest = tx.reply.newest_day_of(first=yesterday - NEWEST_WITHIN, last=yesterday)
        if newest is None:
            return question
        return replace(question, window=replace(window, first=newest, last=newest))

    def _days(self, tx: Transaction, question: Question) -> SpanFacts:
        window = question.window
        coverage = measured(tx, window.first, window.last)
        hours = self.calendar.day(window.last).ends_at - self.calendar.day(window.first).starts_at
        totals = (_game_over_days if question.subject.kind is SubjectKind.GAME else _streamer_over_days)(tx, question)
        return SpanFacts(
            subject=question.subject,
            window=window,
            days_measured=coverage.days,
            covered_hours=coverage.covered_hours,
            hours=hours / timedelta(hours=1),
            watch_hours=totals.watch_hours,
            airtime_hours=totals.airtime_hours,
            peak_viewers=totals.peak_viewers,
            ranked=totals.ranked,
            more_than_viewers=self._threshold(tx),
        )

    def _today(self, tx: Transaction, question: Question) -> SpanFacts:
        now = self.clock.now()
        today = self.calendar.day_of(now)
        starts_at = tx.daily.start_of_today(starts_at=today.starts_at, now=now)
        tx.daily.gather_spans(day=today.date, starts_at=starts_at, ends_at=now)
        tx.daily.analyze_spans()
        covered_hours = float(tx.reply.measured_today())
        subject = question.subject
        totals = (_game_today if subject.kind is SubjectKind.GAME else _streamer_today)(tx, subject, today.date)
        return SpanFacts(
            subject=subject,
            window=question.window,
            days_measured=1 if covered_hours else 0,
            covered_hours=covered_hours,
            hours=(now - starts_at) / timedelta(hours=1),
            watch_hours=totals.watch_hours,
            airtime_hours=totals.airtime_hours,
            peak_viewers=totals.peak_viewers,
            ranked=totals.ranked,
            more_than_viewers=self._threshold(tx),
        )

    def _live(self, tx: Transaction, subject: Subject) -> LiveFacts:
        poll = newest_poll(tx, whole_since=self._live_since())
        if poll is None or poll.started_at < self._live_since():
            return LiveFacts(
                subject=subject,
                polled_at=None,
                is_whole=False,
                viewers=0,
                streams=0,
                game_name=None,
                ranked=(),
                more_than_viewers=poll.more_than_viewers if poll else 0,
            )
        return (_game_now if subject.kind is SubjectKind.GAME else _streamer_now)(tx, subject, poll)

    def _live_since(self) -> datetime:
        return self.clock.now() - self.live_within

    def _threshold(self, tx: Transaction) -> int:
        """Streams with more viewers than this are counted, as of the newest poll."""
        poll = newest_poll(tx, whole_since=self._live_since())
        return poll.more_than_viewers if poll else 0


def _game_over_days(tx: Transaction, question: Question) -> _Totals:
    game_ids, window = _categories(tx, question.subject), question.window
    totals = tx.reply.game_over_days(game_ids=game_ids, days=_days_of(window))
    parts = parts_of(tx, window.first, window.last)
    streamers = tx.read.streamers_of_game(game_ids=game_ids, **parts, limit=TOP, offset=0)
    return _totals(totals, (Ranked(row.streamer_name, float(row.watch_hours)) for row in streamers))


def _streamer_over_days(tx: Transaction, question: Question) -> _Totals:
    streamer_id, window = question.subject.id, question.window
    totals = tx.reply.streamer_over_days(streamer_id=streamer_id, days=_days_of(window))
    played = tx.read.games_of_streamer(
        streamer_id=streamer_id, first=window.first, last=window.last, limit=None, offset=0
    )
    return _totals(totals, _one_per_name(played))


def _days_of(window: Window) -> list[date]:
    return [window.first + timedelta(days=number) for number in range((window.last - window.first).days + 1)]


def _one_per_name(categories: Iterable[Any]) -> list[Ranked]:
    """The games with the most hours. Categories of one name are one game, which has the name of the most watched."""
    by_name: defaultdict[str, list[Any]] = defaultdict(list)
    for row in categories:
        by_name[row.name_key].append(row)
    games = [
        (sum(row.watch_hours for row in rows), min(row.game_id for row in rows), rows) for rows in by_name.values()
    ]
    games.sort(key=lambda game: (-game[0], game[1]))
    return [Ranked(rows[0].game_name, float(watch_hours)) for watch_hours, _, rows in games[:TOP]]


def _game_today(tx: Transaction, game: Subject, day: date) -> _Totals:
    game_ids = _categories(tx, game)
    totals = tx.reply.game_today(game_ids=game_ids)
    streamers = tx.reply.streamers_of_game_today(day=day, game_ids=game_ids, limit=TOP)
    return _totals(totals, (Ranked(row.streamer_name, float(row.watch_hours)) for row in streamers))


def _streamer_today(tx: Transaction, streamer: Subject, day: date) -> _Totals:
    games = list(tx.reply.games_of_streamer_today(day=day, streamer_id=streamer.id))
    return _Totals(
        watch_hours=float(sum(row.watch_hours for row in games)),
        airtime_hours=float(sum(row.airtime_hours for row in games)),
        peak_viewers=max((row.peak_viewers for row in games), default=0),
        ranked=tuple(Ranked(row.game_name, float(row.watch_hours)) for row in games[:TOP]),
    )


def _game_now(tx: Transaction, subject: Subject, poll: NewestPoll) -> LiveFacts:
    game_ids = _categories(tx, subject)
    seen = tx.read.game_now(poll_id=poll.poll_id, game_ids=game_ids)
    streams = tx.read.streamers_now(day=poll.day, poll_id=poll.poll_id, game_ids=game_ids, limit=TOP, offset=0)
    return LiveFacts(
        subject=subject,
        polled_at=poll.started_at,
        is_whole=poll.is_whole,
        viewers=int(seen.viewers) if seen else 0,
        streams=int(seen.streams) if seen else 0,
        game_name=None,
        ranked=tuple(Ranked(row.streamer_name, float(row.viewer_count)) for row in streams) if seen else (),
        more_than_viewers=poll.more_than_viewers,
    )


def _streamer_now(tx: Transaction, subject: Subject, poll: NewestPoll) -> LiveFacts:
    seen = tx.read.streamer_now(day=poll.day, poll_id=poll.poll_id, streamer_id=subject.id)
    return LiveFacts(
        subject=subject,
        polled_at=poll.started_at,
        is_whole=poll.is_whole,
        viewers=int(seen.viewer_count) if seen else 0,
        streams=1 if seen else 0,
        game_name=seen.game_name if seen else None,
        ranked=(),
        more_than_viewers=poll.more_than_viewers,
    )


def _categories(tx: Transaction, game: Subject) -> list[str]:
    """The ids of the categories that have the name of a game, or of the games of a genre."""
    if game.game_ids:
        return list(game.game_ids)
    return list(tx.read.categories_of_game(game_id=game.id))


def _totals(row: Any, ranked: Iterable[Ranked]) -> _Totals:
    return _Totals(float(row.watch_hours), float(row.airtime_hours), int(row.peak_viewers), tuple(ranked))
