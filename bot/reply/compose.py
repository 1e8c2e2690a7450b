"""The texts of answers, within X's limit for any names of games and streamers. Pure.

Every text has many forms, numbered from 0: X refuses a text that the account has posted before, and may suspend an
account that always posts the same.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from functools import partial
from itertools import product
from typing import Final

from bot.core.questions import SubjectKind, Window, WindowKind
from bot.core.wording import LOW_COVERAGE, WIDEST_NAME, display_name
from bot.reply.answer_facts import Facts, LiveFacts, Ranked, SpanFacts
from helperfunctions.text import NO_CATEGORY, POST_LIMIT, short_number, widest_fit

# Appended when a form is used again.
_NUMBER: Final = "\n\n({})"


@dataclass(frozen=True, slots=True)
class Style:
    """One way to write an answer."""

    heading: str
    mark: str
    dash: str
    hours: str


# The first is preferred; the others differ from it as little as possible.
STYLES: Final = tuple(
    Style(heading, mark, dash, hours)
    for hours, dash, mark, heading in product(
        (" hours", " h"),
        (" – ", ": ", " · "),
        ("{rank}. ", "{rank}) ", "({rank}) "),
        ("{subject} · {when}", "{subject}, {when}", "{when} · {subject}", "{subject} | {when}"),
    )
)


def answer(facts: Facts, *, variant: int = 0) -> str:
    """The text for some facts, at most 280 characters as X counts. Names are shortened if needed, numbers never."""
    if isinstance(facts, LiveFacts):
        used = ("heading", "dash", "mark") if facts.ranked else ("heading", "dash")
        styles = _styles(*used if facts.streams else ())
        return form([partial(fitting, partial(_live, facts, style)) for style in styles], variant)
    styles = _styles(*("heading", "mark", "dash", "hours") if facts.watch_hours else ())
    return form([partial(fitting, partial(_span, facts, style)) for style in styles], variant)


def did_you_mean(names: Sequence[str], *, variant: int = 0) -> str:
    """A question back with up to three names: "Did you mean …?"."""
    starts = ("Did you mean", "Do you mean", "Is it", "Were you asking about", "Perhaps", "Could it be")
    forms = product(("?", " …?"), starts)
    return form([partial(fitting, partial(_question, start, names, end)) for end, start in forms], variant)


def time_not_known(name: str, *, variant: int = 0) -> str:
    """The answer to a time that is not understood, or has no data: the times that can be asked for."""
    firsts = ("I cannot answer for that time.", "I do not know that time.", "I have no numbers for that time.")
    times = "live, today, yesterday, last N days (up to a year), week, month, year, or a date"
    seconds = (
        f"I know: {times}. For example: {{name}} last 7 days",
        f"Ask with one of these: {times}. Such as: {{name}} last 7 days",
        f"What I know: {times}. Try: {{name}} last 7 days",
    )
    forms = product(firsts, seconds)
    return form([partial(fitting, partial(_about, f"{first} {second}", name)) for first, second in forms], variant)


def help_text(*, variant: int = 0) -> str:
    """Examples of questions. Without the account's own name, which would be a mention of itself."""
    examples = ("Just Chatting", "how is xQc doing?", "LoL last 7 days", "VALORANT live", "Fortnite today")
    starts = (
        "Tag me with a game or a streamer:",
        "Tag me and name a game or a streamer:",
        "Name a game or a streamer and tag me:",
        "Ask me about a game or a streamer:",
    )
    ends = (
        "Times: today, live, last N days, week, month, year, a date. “stop” and I never answer you again.",
        "You can add: today, live, last N days, week, month, year or a date. Say “stop” to hear no more.",
    )
    lists = ("\n".join(f"· {example}" for example in examples[n:] + examples[:n]) for n in range(len(examples)))
    return form(
        [partial("\n\n".join, (start, shown, end)) for end, shown, start in product(ends, lists, starts)], variant
    )


def stopped(*, variant: int = 0) -> str:
    """The confirmation of `stop`."""
    firsts = ("Done: I will not answer you again.", "Understood, no more answers from me.", "All right, I am silent.")
    seconds = ("Say “start” if you change your mind.", "“start” brings me back.", "Tag me with “start” to undo it.")
    return form([partial(" ".join, sentences) for sentences in product(firsts, seconds)], variant)


def started(*, variant: int = 0) -> str:
    """The confirmation of `start`."""
    firsts = ("Welcome back!", "I am here again.", "Good to have you back.")
    seconds = ("Tag me with a game or a streamer.", "Name a game or a streamer.", "Which game, which streamer?")
    return form([partial(" ".join, sentences) for sentences in product(firsts, seconds)], variant)


def hint(*, variant: int = 0) -> str:
    """The answer to a mention that was not understood."""
    firsts = ("I know no game or streamer of that name.", "I found no game or streamer in that.")
    seconds = ("“help” shows how to ask.", "Tag me with “help” for examples.", "Try “help”.")
    return form([partial(" ".join, sentences) for sentences in product(firsts, seconds)], variant)


def _styles(*used: str) -> list[Style]:
    """The styles that differ in these parts, the only ones that a text uses."""
    return list({tuple(getattr(style, part) for part in used): style for style in reversed(STYLES)}.values())[::-1]


def form(forms: Sequence[Callable[[], str]], variant: int) -> str:
    """The form of that number. After the last, the first is used again with a number at its end, and so on."""
    turn, place = divmod(variant, len(forms))
    return forms[place]() + (_NUMBER.format(turn + 1) if turn else "")


def fitting(write: Callable[[int], str]) -> str:
    """The text with its names as wide as the limit permits."""
    return widest_fit(write, widest=WIDEST_NAME, limit=POST_LIMIT - len(_NUMBER.format(9999)))


def _about(text: str, name: str, width: int) -> str:
    return text.format(name=display_name(name, width))


def _span(facts: SpanFacts, style: Style, width: int) -> str:
    subject, when = display_name(facts.subject.name, width), _when(facts.window)
    note = _coverage(facts)
    if not facts.days_measured:
        missing = f"{_capital(when)} was not measured, so I have no numbers for {subject}."
        return missing if facts.window.kind is WindowKind.TODAY else f"{missing} Ask for “today” or “live”."
    if not facts.watch_hours:
        verb = "were" if facts.subject.game_ids else "was"
        seen = (
            f"{subject} {verb} not seen: {when}. Only streams with more than {facts.more_than_viewers} viewers count."
        )
        return "\n\n".join([seen, *note])
    lines = [style.heading.format(subject=subject, when=when), _totals(facts, style)]
    return "\n\n".join(["\n".join(lines), _list(facts.ranked, style, width, style.hours), *note])


def _totals(facts: SpanFacts, style: Style) -> str:
    parts = [f"{short_number(facts.watch_hours)}{style.hours} watched", f"peak {short_number(facts.peak_viewers)}"]
    if facts.subject.game_ids:
        # The highest of several games is no peak of all of them together.
        return parts[0]
    if facts.subject.kind is SubjectKind.STREAMER:
        parts.append(f"average {short_number(facts.average_viewers)} viewers")
    else:
        parts[-1] += " viewers"
    return ", ".join(parts)


def _live(facts: LiveFacts, style: Style, width: int) -> str:
    subject = display_name(facts.subject.name, width)
    if facts.polled_at is None:
        return f"I have no recent numbers from Twitch, so I cannot answer for {subject} now."
    at = f"{facts.polled_at.astimezone(UTC):%H:%M} UTC"
    if not facts.streams:
        whole = "" if facts.is_whole else ", in an incomplete poll"
        verb = "are" if facts.subject.game_ids else "is"
        return f"{subject} {verb} not live with more than {facts.more_than_viewers} viewers{whole} ({at})."
    if facts.subject.kind is SubjectKind.STREAMER:
        game = display_name(facts.game_name or NO_CATEGORY, width)
        return (
            f"{style.heading.format(subject=subject, when=f'live, {at}')}\n{_viewers(facts.viewers)}{style.dash}{game}"
        )
    heading = style.heading.format(subject=subject, when=f"live, {at}")
    streams = f"{short_number(facts.streams)} stream{'' if facts.streams == 1 else 's'}"
    listed = _list(facts.ranked, style, width, " viewers")
    return f"{heading}\n{_viewers(facts.viewers)}, {streams}\n\n{listed}"


def _viewers(count: int) -> str:
    return f"{short_number(count)} viewer{'' if count == 1 else 's'}"


def _list(ranked: Sequence[Ranked], style: Style, width: int, unit: str) -> str:
    """One line for each; the unit is written once."""
    return "\n".join(
        f"{style.mark.format(rank=rank)}{display_name(entry.name or NO_CATEGORY, width)}{style.dash}"
        f"{short_number(entry.value)}{unit if rank == 1 else ''}"
        for rank, entry in enumerate(ranked, start=1)
    )


def _coverage(facts: SpanFacts) -> list[str]:
    if not facts.hours or facts.covered_hours >= LOW_COVERAGE * facts.hours:
        return []
    if facts.days_measured < facts.days:
        return [f"Measured: {facts.days_measured} of {facts.days} days"]
    return [f"Measured: {facts.covered_hours:.1f} of {facts.hours:.0f} hours"]


def _when(window: Window) -> str:
    match window.kind:
        case WindowKind.LIVE:
            return "live"
        case WindowKind.TODAY:
            return "today so far"
    if window.first == window.last:
        return f"{window.first:%a}, {_day(window.first)}, {window.first.year}"
    days = f"({(window.last - window.first).days + 1} days)"
    if window.first.year != window.last.year:
        return f"{_day(window.first)}, {window.first.year} – {_day(window.last)}, {window.last.year} {days}"
    last = f"{window.last.day}" if window.first.month == window.last.month else _day(window.last)
    return f"{_day(window.first)} – {last}, {window.last.year} {days}"


def _day(day: date) -> str:
    return f"{day:%b} {day.day}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _question(start: str, names: Sequence[str], end: str, width: int) -> str:
    *firsts, last = (display_name(name, width) for name in names[:3])
    return f"{start} {', '.join(firsts)}{' or ' if firsts else ''}{last}{end}"
