"""The words of the summaries: within X's limit whatever games and streamers are called. Pure."""

from collections.abc import Sequence

from bot.models import RolledUpDay, Summary, SummaryKind, Watched
from helperfunctions.text import POST_LIMIT, one_line, short_number, shortened, weighted_length

# Below this share of the day measured, a summary says how much was; below half, there is none.
TELL_COVERAGE_BELOW = 0.9
SAY_NOTHING_BELOW = 0.5

# A name longer than this is cut even where there is room: a list reads better when its lines do not wrap.
WIDEST_NAME = 40
NO_NAME = "(no name)"


def reason_to_skip(day: RolledUpDay) -> str | None:
    """Why nothing should be said about a day, if so."""
    if day.coverage < SAY_NOTHING_BELOW:
        return f"only {day.coverage:.0%} of {day.date} was measured, less than half"
    if not day.watch_hours:
        return f"no stream was seen on {day.date}"
    return None


def games_summary(day: RolledUpDay, games: Sequence[Watched]) -> Summary:
    """The most watched games of a day."""
    return Summary(SummaryKind.GAMES, _post("Most watched games on Twitch", "", day, games))


def streamers_summary(day: RolledUpDay, streamers: Sequence[Watched]) -> Summary:
    """The most watched streamers of a day."""
    return Summary(SummaryKind.STREAMERS, _post("Most watched streamers on Twitch", "", day, streamers))


def streamers_of_game_summary(day: RolledUpDay, game_name: str, streamers: Sequence[Watched]) -> Summary:
    """The most watched streamers of the day's drawn game."""
    return Summary(SummaryKind.STREAMERS_OF_GAME, _post("Most watched streamers of", game_name, day, streamers))


def _post(title: str, subject: str, day: RolledUpDay, ranked: Sequence[Watched]) -> str:
    """The post with its names as wide as fit: none is cut shorter than the limit demands, no number ever."""
    low, high = 1, WIDEST_NAME
    while low < high:
        middle = (low + high + 1) // 2
        if weighted_length(_text(title, subject, day, ranked, middle)) <= POST_LIMIT:
            low = middle
        else:
            high = middle - 1
    return _text(title, subject, day, ranked, low)


def _text(title: str, subject: str, day: RolledUpDay, ranked: Sequence[Watched], name_width: int) -> str:
    heading = f"{title} {_name(subject, name_width)}" if subject else title
    date = f"{day.date:%a, %b} {day.date.day}, {day.date.year}"
    lines = [f"{heading} · {date}", ""]
    lines += [
        f"{rank}. {_name(entry.name, name_width)} – {_hours(entry.watch_hours, in_words=rank == 1)}"
        for rank, entry in enumerate(ranked, start=1)
    ]
    if day.coverage < TELL_COVERAGE_BELOW:
        length = (day.ends_at - day.starts_at).total_seconds() / 3600
        lines += ["", f"Measured: {day.covered_hours:.1f} of {length:.0f} hours"]
    return "\n".join(lines)


def _name(name: str, width: int) -> str:
    return shortened(one_line(name) or NO_NAME, width)


def _hours(hours: float, *, in_words: bool) -> str:
    return f"{short_number(hours)} hours" if in_words else short_number(hours)
