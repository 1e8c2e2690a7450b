"""All games over a range of days, by hours watched."""

import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from math import isnan, nan
from typing import Any, Final, overload

from bot.read.measurements import Measured, parts_of
from bot.web.read.column_types import (
    AverageStreams,
    AverageViewers,
    Change,
    GameName,
    MedianViewers,
    PeakViewers,
    Rank,
    Top3Share,
    TopShare,
    ViewersPerStream,
    WatchHours,
)
from bot.web.read.coverage import can_be_compared, change_per_hour, coverage_of, ratio
from bot.web.read.growth_words import growth_word, is_steady
from bot.web.read.ranges import Span
from bot.web.site import Site
from helperfunctions.database import Transaction

# Where a range cannot be compared with the days before it, its last days can sooner.
RECENT_DAYS: Final = 7
# A game that shrank by more is no advice.
NOTABLE_CHANGE: Final = 0.2


@dataclass(frozen=True, slots=True)
class GameInRange:
    """A game over some days, and in the as many days before: demand against supply. Averages are over the measured time
    since the first day of the game; `new_for_days` is the number of measured days since then for a game that came
    within the range, and None for one that was there before. `change` is that of the hours
    watched per measured hour, as a ratio. Values of the days before are None where those days were measured for a much
    shorter or longer time. The shares are those of the one channel and of the three that had most viewers at each poll;
    `median_viewers` is that of the other channels, and None for a game that never had four. All three are those of the
    days for which they are stored, and None if there are none."""

    rank: Rank
    rank_before: int | None
    game_id: str
    game: GameName
    slug: str | None
    watch_hours: WatchHours
    watch_hours_before: float | None
    change: Change | None
    average_viewers: AverageViewers
    peak_viewers: PeakViewers
    average_streams: AverageStreams
    viewers_per_stream: ViewersPerStream | None
    top_share: TopShare | None
    top3_share: Top3Share | None
    median_viewers: MedianViewers | None
    new_for_days: int | None


@dataclass(frozen=True, slots=True)
class GameTitle:
    """The name of a game, its slug if it has one, and the day on which it was first seen."""

    name: str
    slug: str | None
    first_seen_day: date


_UNNAMED = GameTitle("", None, date.min)


@dataclass(frozen=True, slots=True)
class Tracked:
    """How long a game was measured in a range: since its first day. `days` is None if that was before the range."""

    hours: float
    days: int | None


@dataclass(frozen=True, slots=True)
class _Before:
    """The rank and the hours watched of a game in the days before, and the share of its largest channels."""

    rank: int
    watch_hours: float
    top_share: float


@dataclass(frozen=True, slots=True)
class GameGrowth:
    """The change of a game's hours watched, as a ratio: of all its channels, and `of_others` without the channel that
    was largest at each update; None where that is not stored."""

    change: float
    of_others: float | None

    @property
    def lasting(self) -> float:
        """The change that one channel alone did not make: the smaller of the two, or none where they disagree."""
        if self.of_others is None:
            return self.change
        if self.change * self.of_others <= 0:
            return 0.0
        return min(self.change, self.of_others, key=abs)

    @property
    def is_steady(self) -> bool:
        """True if all that is left without a single channel, such as a guest, is no change."""
        return is_steady(self.lasting)

    @property
    def words(self) -> str:
        """Whether the game grows, also without its largest channel."""
        return growth_word(self.lasting)


class GameTotals:
    """Totals of every game over a range of days, by hours watched, with those of the as many days before where the two
    ranges can be compared.

    Arrays, because totals of many ranges are cached: 70 bytes per game instead of 700.
    """

    def __init__(
        self, coverage: Measured, coverage_before: Measured, measured_days: Iterable[tuple[date, float]]
    ) -> None:
        self.coverage = coverage
        self._whole = Tracked(coverage.covered_hours, None)
        measured = list(measured_days)
        self._days = [day for day, _ in measured]
        # The measured hours from each of these days on.
        self._hours_from = array("d", accumulate((hours for _, hours in reversed(measured)), initial=0.0))
        self.coverage_before = coverage_before
        self.ids: list[str] = []
        self.watch_hours = array("d")
        self.airtime_hours = array("d")
        self.peak_viewers = array("q")
        # 0: not ranked before.
        self.ranks_before = array("l")
        self.watch_hours_before = array("d")
        self.top_shares_before = array("f")
        # Not a number: unknown.
        self.top_shares = array("f")
        self.top3_shares = array("f")
        self.median_viewers = array("f")

    def add(self, games: Iterable[Any], before: Mapping[str, _Before]) -> None:
        """Append the rows of `game_totals`; `before` is by id."""
        not_before = _Before(0, nan, nan)
        for game in games:
            then = before.get(game.game_id, not_before)
            self.ids.append(sys.intern(game.game_id))
            self.watch_hours.append(game.watch_hours)
            self.airtime_hours.append(game.airtime_hours)
            self.peak_viewers.append(game.peak_viewers)
            self.ranks_before.append(then.rank)
            self.watch_hours_before.append(then.watch_hours)
            self.top_shares_before.append(then.top_share)
            self.top_shares.append(nan if game.top_share is None else game.top_share)
            self.top3_shares.append(nan if game.top3_share is None else game.top3_share)
            self.median_viewers.append(nan if game.median_viewers is None else game.median_viewers)

    def tracked_since(self, first_seen_day: date) -> Tracked:
        """How long a game that was first seen on this day was measured."""
        if not self._days or first_seen_day <= self._days[0]:
            return self._whole
        days = len(self._days) - bisect_left(self._days, first_seen_day)
        # A game that has figures was measured: its first day may be wrong in a database that was restored.
        return Tracked(self._hours_from[days], days) if days else self._whole

    def __len__(self) -> int:
        return len(self.ids)


class GameRanking(Sequence[GameInRange]):
    """The totals as rows with names. A row is made on access."""

    def __init__(self, totals: GameTotals, titles: Mapping[str, GameTitle], version: tuple[object, object]) -> None:
        self._totals = totals
        self._titles = titles
        self.version = version
        """Of the days and of the names: another ranking of the same transaction has the same."""

    @property
    def coverage(self) -> Measured:
        """Coverage of the range."""
        return self._totals.coverage

    @property
    def is_compared(self) -> bool:
        """True if the range can be compared with the as many days before."""
        return can_be_compared(self._totals.coverage, self._totals.coverage_before)

    def growths(self) -> Mapping[str, GameGrowth]:
        """How each game that was there before has changed, by its id."""
        totals = self._totals
        return {id_: found for place, id_ in enumerate(totals.ids) if (found := self._growth(place)) is not None}

    def growth_of(self, game_id: str) -> GameGrowth | None:
        """How a game has changed; None if it was not there before."""
        return self._growth(self._totals.ids.index(game_id)) if game_id in self._totals.ids else None

    def _growth(self, place: int) -> GameGrowth | None:
        totals = self._totals
        now, then = totals.watch_hours[place], totals.watch_hours_before[place]
        if isnan(then):
            return None
        whole = change_per_hour(now, totals.coverage, then, totals.coverage_before)
        now, then = now * (1 - totals.top_shares[place]), then * (1 - totals.top_shares_before[place])
        is_known = not isnan(now) and not isnan(then)
        others = change_per_hour(now, totals.coverage, then, totals.coverage_before) if is_known else None
        return None if whole is None else GameGrowth(whole, others)

    def tracked_since(self, first_seen_day: date) -> Tracked:
        """How long a game that was first seen on this day was measured in the range."""
        return self._totals.tracked_since(first_seen_day)

    def of(self, game_id: str) -> GameInRange | None:
        """The row of a game; None if it was not streamed in the range."""
        return self[self._totals.ids.index(game_id)] if game_id in self._totals.ids else None

    def __len__(self) -> int:
        return len(self._totals)

    def __iter__(self) -> Iterator[GameInRange]:
        return map(self._row, range(len(self)))

    @overload
    def __getitem__(self, place: int) -> GameInRange: ...

    @overload
    def __getitem__(self, place: slice) -> list[GameInRange]: ...

    def __getitem__(self, place: int | slice) -> GameInRange | list[GameInRange]:
        places = range(len(self))[place]
        return self._row(places) if isinstance(places, int) else [self._row(each) for each in places]

    def _row(self, place: int) -> GameInRange:
        totals = self._totals
        game_id = totals.ids[place]
        title = self._titles.get(game_id, _UNNAMED)
        tracked = totals.tracked_since(title.first_seen_day)
        watch_hours, airtime_hours = totals.watch_hours[place], totals.airtime_hours[place]
        rank_before = totals.ranks_before[place] or None
        hours_before = totals.watch_hours_before[place] if rank_before else None
        return GameInRange(
            rank=place + 1,
            rank_before=rank_before,
            game_id=game_id,
            game=title.name,
            slug=title.slug,
            watch_hours=watch_hours,
            watch_hours_before=hours_before,
            change=change_per_hour(watch_hours, totals.coverage, hours_before, totals.coverage_before),
            average_viewers=watch_hours / tracked.hours if tracked.hours else 0.0,
            peak_viewers=totals.peak_viewers[place],
            average_streams=airtime_hours / tracked.hours if tracked.hours else 0.0,
            viewers_per_stream=ratio(watch_hours, airtime_hours),
            top_share=_known(totals.top_shares[place]),
            top3_share=_known(totals.top3_shares[place]),
            median_viewers=_known(totals.median_viewers[place]),
            new_for_days=tracked.days,
        )


def _known(value: float) -> float | None:
    return None if isnan(value) else value


def game_ranking(tx: Transaction, site: Site, span: Span, *, like: GameRanking | None = None) -> GameRanking:
    """Every game over a range of days. Totals are cached until a day changes, names until one does. `like` is another
    ranking of this transaction, which knows whether they did."""
    version = like.version if like else (tuple(tx.web.days_version()), tx.web.names_version())
    days_version, names_version = version
    totals: GameTotals = site.game_totals((span, days_version), lambda: _totals(tx, span))
    titles: Mapping[str, GameTitle] = site.game_titles(
        names_version,
        lambda: {game.game_id: GameTitle(game.game, game.slug, game.first_seen_day) for game in tx.web.game_titles()},
    )
    return GameRanking(totals, titles, version)


@dataclass(frozen=True, slots=True)
class Growth:
    """The days whose hours watched are compared with the as many days before, and the games of these days."""

    span: Span
    games: GameRanking


def growth(tx: Transaction, site: Site, span: Span, ranking: GameRanking) -> Growth | None:
    """The growth over a range of days, or over its last seven days where the whole range cannot be compared with the
    days before it. None where these cannot either. `ranking` is that of the range."""
    if ranking.is_compared:
        return Growth(span, ranking)
    if span.days <= RECENT_DAYS:
        return None
    recent = Span(span.last - timedelta(days=RECENT_DAYS - 1), span.last)
    ranking = game_ranking(tx, site, recent, like=ranking)
    return Growth(recent, ranking) if ranking.is_compared else None


def _totals(tx: Transaction, span: Span) -> GameTotals:
    measured_days = [(row.day, row.covered_hours) for row in tx.web.measured_days(first=span.first, last=span.last)]
    totals = GameTotals(coverage_of(tx, span), coverage_of(tx, span.before), measured_days)
    before = {}
    if can_be_compared(totals.coverage, totals.coverage_before):
        games = tx.web.game_totals(**parts_of(tx, span.before.first, span.before.last))
        before = {
            game.game_id: _Before(rank, game.watch_hours, nan if game.top_share is None else game.top_share)
            for rank, game in enumerate(games, start=1)
        }
    totals.add(tx.web.game_totals(**parts_of(tx, span.first, span.last)), before)
    return totals
