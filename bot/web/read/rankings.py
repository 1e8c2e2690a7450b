"""All games over some days, each in its place."""

import sys
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import nan
from typing import overload

from bot.core.read import Measured, measured, parts_of
from bot.web.read.coverage import can_be_compared, change_per_hour, ratio
from bot.web.read.ranges import Span
from bot.web.read.rows import GameInRange
from bot.web.site import Site
from helperfunctions.database import Transaction

Names = Mapping[str, tuple[str, str | None]]


class Sums:
    """What every game comes to over some days, the most watched first, beside what it came to in the as many days
    before where those can be held against them. Kept for many ranges, so in fifty bytes a game and not in five hundred.
    """

    def __init__(self, now: Measured, before: Measured) -> None:
        self.measured = now
        self.measured_before = before
        self.ids: list[str] = []
        self.watch_hours = array("d")
        self.airtime_hours = array("d")
        self.peak_viewers = array("q")
        # 0: it had none.
        self.ranks_before = array("l")
        self.watch_hours_before = array("d")

    def add(self, games: Iterable[tuple[str, float, float, int]], before: Mapping[str, tuple[int, float]]) -> None:
        """Games as they come: id, hours watched, airtime hours, peak viewers; of those before: rank, hours watched."""
        for game_id, watch_hours, airtime_hours, peak_viewers in games:
            rank_before, hours_before = before.get(game_id, (0, nan))
            self.ids.append(sys.intern(game_id))
            self.watch_hours.append(watch_hours)
            self.airtime_hours.append(airtime_hours)
            self.peak_viewers.append(int(peak_viewers))
            self.ranks_before.append(rank_before)
            self.watch_hours_before.append(hours_before)

    def __len__(self) -> int:
        return len(self.ids)


class Standings(Sequence[GameInRange]):
    """The same as rows, with names. A row is made when it is looked at."""

    def __init__(self, sums: Sums, names: Names) -> None:
        self._sums = sums
        self._names = names

    @property
    def measured(self) -> Measured:
        """How much of these days was."""
        return self._sums.measured

    def of(self, game_id: str) -> GameInRange | None:
        """A game, if it was seen in these days."""
        return self[self._sums.ids.index(game_id)] if game_id in self._sums.ids else None

    def __len__(self) -> int:
        return len(self._sums)

    def __iter__(self) -> Iterator[GameInRange]:
        return map(self._row, range(len(self)))

    @overload
    def __getitem__(self, place: int) -> GameInRange: ...

    @overload
    def __getitem__(self, place: slice) -> list[GameInRange]: ...

    def __getitem__(self, place: int | slice) -> GameInRange | list[GameInRange]:
        places = range(len(self))[place]
        return self._row(places) if isinstance(places, int) else [self._row(one) for one in places]

    def _row(self, place: int) -> GameInRange:
        sums = self._sums
        game_id, covered_hours = sums.ids[place], sums.measured.covered_hours
        name, slug = self._names.get(game_id, ("", None))
        watch_hours, airtime_hours = sums.watch_hours[place], sums.airtime_hours[place]
        rank_before = sums.ranks_before[place] or None
        hours_before = sums.watch_hours_before[place] if rank_before else None
        return GameInRange(
            rank=place + 1,
            rank_before=rank_before,
            game_id=game_id,
            game=name,
            slug=slug,
            watch_hours=watch_hours,
            watch_hours_before=hours_before,
            change=change_per_hour(watch_hours, sums.measured, hours_before, sums.measured_before),
            average_viewers=watch_hours / covered_hours if covered_hours else 0.0,
            peak_viewers=sums.peak_viewers[place],
            average_streams=airtime_hours / covered_hours if covered_hours else 0.0,
            viewers_per_stream=ratio(watch_hours, airtime_hours),
        )


def standings(tx: Transaction, site: Site, span: Span) -> Standings:
    """Every game over some days, beside the as many days before. Sums are kept until a day changes, names until one
    does."""
    days, names = tuple(tx.web.days_version()), tx.web.names_version()
    sums: Sums = site.kept_sums((span, days), lambda: _sums(tx, span))
    named: Names = site.kept_names(names, lambda: {id_: (name, slug) for id_, name, slug in tx.web.games_named()})
    return Standings(sums, named)


def _sums(tx: Transaction, span: Span) -> Sums:
    sums = Sums(measured(tx, span.first, span.last), measured(tx, span.before.first, span.before.last))
    before = {}
    if can_be_compared(sums.measured, sums.measured_before):
        rows = tx.web.standings(**parts_of(tx, span.before.first, span.before.last))
        before = {game_id: (rank, hours) for rank, (game_id, hours, *_) in enumerate(rows, start=1)}
    sums.add(tx.web.standings(**parts_of(tx, span.first, span.last)), before)
    return sums
