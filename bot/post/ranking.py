"""The rankings in the summaries of a day, and the conditions for posting them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.core.day_results import RankedEntry, RolledUpDay
from bot.core.posts import SummaryKind

# Of a day measured less than this, no summary is posted.
LOWEST_COVERAGE: Final = 0.5
# A day with a change of the clocks has 23 hours.
SHORTEST_WHOLE_DAY: Final = timedelta(hours=23)
# From this multiple of the previous day's hours on, the change is shown as a multiple instead of percent.
MANY_TIMES: Final = 10.0
TITLES: Final[Mapping[SummaryKind, str]] = {
    SummaryKind.GAMES: "Most watched games on Twitch",
    SummaryKind.STREAMERS: "Most watched streamers on Twitch",
    # The name of the game follows.
    SummaryKind.STREAMERS_OF_GAME: "Most watched streamers of",
}


@dataclass(frozen=True, slots=True)
class Ranking:
    """The most watched games or streamers of a day, the most watched first: the content of one summary.

    `shows_change`: whether each entry is compared with the day before. `game_name`: the game of STREAMERS_OF_GAME.
    """

    kind: SummaryKind
    day: RolledUpDay
    entries: Sequence[RankedEntry]
    shows_change: bool = False
    game_name: str = ""

    @property
    def title(self) -> str:
        """The title; the name of the game follows that of STREAMERS_OF_GAME."""
        return TITLES[self.kind]

    def note(self, rank: int) -> str:
        """The change of the entry of a rank (from 1) since the day before, as text; empty if no changes are shown."""
        return change(rank, self.entries[rank - 1]) if self.shows_change else ""


def reason_to_skip(day: RolledUpDay) -> str | None:
    """The reason not to post the summaries of a day; None if they are posted."""
    if day.coverage < LOWEST_COVERAGE:
        return f"only {day.coverage:.0%} of {day.date} was measured, less than half"
    if not day.watch_hours:
        return f"no stream was seen on {day.date}"
    return None


def is_comparable(before: RolledUpDay | None, day: RolledUpDay) -> bool:
    """True if a day can be compared with the day before: that one has enough coverage and about the same length."""
    if before is None or before.coverage < LOWEST_COVERAGE:
        return False
    return is_cut_short(before) == is_cut_short(day)


def is_cut_short(day: RolledUpDay) -> bool:
    """True if a day is shorter than 23 hours, because the settings of its bounds have changed."""
    return day.ends_at - day.starts_at < SHORTEST_WHOLE_DAY


def change(rank: int, entry: RankedEntry) -> str:
    """The change of an entry since the day before, as text: its rank if that has changed, else its hours in percent.

    "new" if it was not seen that day.
    """
    if entry.rank_before is None or not entry.hours_before:
        return "new"
    if entry.rank_before != rank:
        return f"▲{entry.rank_before - rank}" if entry.rank_before > rank else f"▼{rank - entry.rank_before}"
    ratio = entry.watch_hours / entry.hours_before
    if ratio >= MANY_TIMES:
        return f"×{ratio:.0f}"
    percent = max(round(100 * (ratio - 1)), -99)  # -100% would mean that nobody watched it
    return f"{percent:+d}%" if percent else "="


def written_date(day: RolledUpDay) -> str:
    """The date of a day, such as "Sat, Nov 21, 2026"."""
    return f"{day.date:%a, %b} {day.date.day}, {day.date.year}"


def measured(day: RolledUpDay) -> str:
    """The measured part of a day, such as "20.1 of 24 hours"."""
    length = (day.ends_at - day.starts_at) / timedelta(hours=1)
    return f"{day.covered_hours:.1f} of {length:.0f} hours"
