"""The words of the summaries: within X's limit whatever games and streamers are called. Pure."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from bot.core.posts import Summary, SummaryKind
from bot.core.watch_time import RolledUpDay, Watched
from helperfunctions.text import plain, short_number, shortened, widest_fit

# Below this share of the day measured, a summary says how much was; below half, there is none.
TELL_COVERAGE_BELOW = 0.9
SAY_NOTHING_BELOW = 0.5
# With the change of the clocks a day has 23 hours.
SHORTEST_WHOLE_DAY = timedelta(hours=23)

# A name longer than this is cut even where there is room: a list reads better when its lines do not wrap.
WIDEST_NAME = 40
NO_NAME = "(no name)"
GAMES_TITLE = "Most watched games on Twitch"
STREAMERS_TITLE = "Most watched streamers on Twitch"
STREAMERS_OF_GAME_TITLE = "Most watched streamers of"
# From so many times the hours of the day before, percents are no help.
MANY_TIMES = 10.0


def reason_to_skip(day: RolledUpDay) -> str | None:
    """Why nothing should be said about a day, if so."""
    if day.coverage < SAY_NOTHING_BELOW:
        return f"only {day.coverage:.0%} of {day.date} was measured, less than half"
    if not day.watch_hours:
        return f"no stream was seen on {day.date}"
    return None


def tells_change(before: RolledUpDay | None, day: RolledUpDay | None = None) -> bool:
    """Whether enough is known of the day before to say what has changed since, and both days are about as long."""
    if before is None or before.coverage < SAY_NOTHING_BELOW:
        return False
    return day is None or is_cut_short(before) == is_cut_short(day)


def is_cut_short(day: RolledUpDay) -> bool:
    """Whether a day is shorter than the change of the clocks makes it: because its start or end was set otherwise."""
    return day.ends_at - day.starts_at < SHORTEST_WHOLE_DAY


def games_summary(day: RolledUpDay, games: Sequence[Watched], *, tell_change: bool = False) -> Summary:
    """The most watched games of a day."""
    return Summary(SummaryKind.GAMES, _post(GAMES_TITLE, "", day, games, tell_change))


def streamers_summary(day: RolledUpDay, streamers: Sequence[Watched], *, tell_change: bool = False) -> Summary:
    """The most watched streamers of a day."""
    return Summary(SummaryKind.STREAMERS, _post(STREAMERS_TITLE, "", day, streamers, tell_change))


def streamers_of_game_summary(
    day: RolledUpDay, game_name: str, streamers: Sequence[Watched], *, tell_change: bool = False
) -> Summary:
    """The most watched streamers of the day's drawn game."""
    return Summary(
        SummaryKind.STREAMERS_OF_GAME, _post(STREAMERS_OF_GAME_TITLE, game_name, day, streamers, tell_change)
    )


def change(rank: int, entry: Watched) -> str:
    """How a line differs from the day before: its rank if that has changed, otherwise its hours in percent.

    `new` is who was not seen at all.
    """
    if entry.rank_before is None or not entry.hours_before:
        return "new"
    if entry.rank_before != rank:
        return f"▲{entry.rank_before - rank}" if entry.rank_before > rank else f"▼{rank - entry.rank_before}"
    ratio = entry.watch_hours / entry.hours_before
    if ratio >= MANY_TIMES:
        return f"×{ratio:.0f}"
    percent = max(round(100 * (ratio - 1)), -99)  # what was watched at all has not lost everything
    return f"{percent:+d}%" if percent else "="


def written_date(day: RolledUpDay) -> str:
    """Sat, Nov 21, 2026"""
    return f"{day.date:%a, %b} {day.date.day}, {day.date.year}"


def measured(day: RolledUpDay) -> str:
    """20.1 of 24 hours"""
    length = (day.ends_at - day.starts_at).total_seconds() / 3600
    return f"{day.covered_hours:.1f} of {length:.0f} hours"


def _post(title: str, subject: str, day: RolledUpDay, ranked: Sequence[Watched], tell_change: bool) -> str:
    """The post with its names as wide as fit: none is cut shorter than the limit demands, no number ever."""
    return widest_fit(partial(_text, title, subject, day, ranked, tell_change), widest=WIDEST_NAME)


def _text(
    title: str, subject: str, day: RolledUpDay, ranked: Sequence[Watched], tell_change: bool, name_width: int
) -> str:
    heading = f"{title} {_name(subject, name_width)}" if subject else title
    lines = [f"{heading} · {written_date(day)}", ""]
    lines += [
        f"{rank}. {_name(entry.name, name_width)} – {_hours(entry.watch_hours, in_words=rank == 1)}"
        + (f" {change(rank, entry)}" if tell_change else "")
        for rank, entry in enumerate(ranked, start=1)
    ]
    if day.coverage < TELL_COVERAGE_BELOW or is_cut_short(day):
        lines += ["", f"Measured: {measured(day)}"]
    return "\n".join(lines)


def _name(name: str, width: int) -> str:
    return shortened(plain(name) or NO_NAME, width)


def _hours(hours: float, *, in_words: bool) -> str:
    return f"{short_number(hours)} hours" if in_words else short_number(hours)
