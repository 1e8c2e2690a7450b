"""Compose the summary of a ranking: a text that fits X's limit with any names, and a chart. Pure."""

import logging
from functools import partial

from bot.core.posts import Chart, Summary, SummaryKind
from bot.core.wording import LOW_COVERAGE, NO_NAME, WIDEST_NAME, display_name
from bot.post.chart import Bar, bar_chart
from bot.post.ranking import Ranking, is_cut_short, measured, written_date
from helperfunctions.text import one_line, short_number, widest_fit

log = logging.getLogger(__name__)


def summary(ranking: Ranking) -> Summary:
    """The summary of a ranking; without a chart if none can be composed."""
    return Summary(ranking.kind, text(ranking), _chart_if_possible(ranking))


def text(ranking: Ranking) -> str:
    """The text. Names are shortened only as far as the limit of X requires, numbers never."""
    return widest_fit(partial(_text, ranking), widest=WIDEST_NAME)


def chart(ranking: Ranking) -> Chart:
    """The ranking as a bar chart."""
    bars = [
        Bar(entry.name or NO_NAME, entry.plain_name, entry.watch_hours, ranking.note(rank))
        for rank, entry in enumerate(ranking.entries, start=1)
    ]
    day = ranking.day
    subject = (one_line(ranking.game_name) or NO_NAME) if _names_game(ranking) else ""
    return bar_chart(
        ranking.title,
        f"Hours watched · {written_date(day)} · {measured(day)} measured",
        "hours",
        bars,
        subject=subject,
        plain_subject="the day's game",
    )


def _chart_if_possible(ranking: Ranking) -> Chart | None:
    try:
        return chart(ranking)
    except Exception:  # The text matters more: no error in a chart, not even a bug, may keep the day's posts back.
        log.warning("no chart day=%s kind=%s", ranking.day.date, ranking.kind, exc_info=True)
        return None


def _text(ranking: Ranking, name_width: int) -> str:
    day = ranking.day
    subject = f" {display_name(ranking.game_name, name_width)}" if _names_game(ranking) else ""
    lines = [f"{ranking.title}{subject} · {written_date(day)}", ""]
    for rank, entry in enumerate(ranking.entries, start=1):
        hours, note = short_number(entry.watch_hours), ranking.note(rank)
        unit = " hours" if rank == 1 else ""
        lines.append(f"{rank}. {display_name(entry.name, name_width)} – {hours}{unit}{f' {note}' if note else ''}")
    if day.coverage < LOW_COVERAGE or is_cut_short(day):
        lines += ["", f"Measured: {measured(day)}"]
    return "\n".join(lines)


def _names_game(ranking: Ranking) -> bool:
    return ranking.kind is SummaryKind.STREAMERS_OF_GAME
