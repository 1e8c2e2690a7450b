"""Languages of streams: now, on a day, and over some days."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final

from bot.web.read.column_types import (
    AirtimeHours,
    Column,
    GameName,
    MeasuredShareLast,
    NamedDay,
    PeakViewers,
    Rank,
    Viewers,
    WatchHours,
)
from bot.web.read.coverage import can_be_compared, change_per_hour, coverage_of, ratio
from bot.web.read.errors import NotFound
from bot.web.read.now import NewestPoll
from bot.web.read.ranges import Span
from bot.web.read.table import RowRange, TablePart, fetch_part, rows_of
from bot.web.read.trends import Trend, trend, with_days_before
from helperfunctions.database import Transaction

# The languages that a channel on Twitch can choose, by their codes in ISO 639-1.
NAMES: Final = {
    "ar": "Arabic",
    "asl": "American Sign Language",
    "bg": "Bulgarian",
    "ca": "Catalan",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fi": "Finnish",
    "fr": "French",
    "hi": "Hindi",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "ms": "Malay",
    "nl": "Dutch",
    "no": "Norwegian",
    "other": "Other",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sk": "Slovak",
    "sv": "Swedish",
    "th": "Thai",
    "tl": "Tagalog",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "vi": "Vietnamese",
    "zh": "Chinese",
    "zh-hk": "Chinese (Hong Kong)",
}
# There is a row for each day, game and language: a year of them would be slow.
_DAYS_OF_LANGUAGE: Final = 30
LanguageCode = Annotated[str, Column("Language", "language")]


@dataclass(frozen=True, slots=True)
class LanguageNow:
    """The live channels of a language at the newest poll."""

    language: LanguageCode
    viewers: Viewers
    streams: Annotated[int, Column("Live channels", "number")]


@dataclass(frozen=True, slots=True)
class LanguageOfDay:
    """A language on one of the bot's days."""

    language: LanguageCode
    watch_hours: WatchHours
    airtime_hours: Annotated[float, Column("Hours streamed", "short")]
    peak_viewers: PeakViewers


@dataclass(frozen=True, slots=True)
class LanguageOfGame:
    """A language of a game over some days."""

    language: LanguageCode
    watch_hours: WatchHours
    airtime_hours: Annotated[float, Column("Hours streamed", "short")]


_Share = Annotated[float, Column("Share", "ratio", "of the hours watched in all languages that are known")]
_ChangeOfLanguage = Annotated[
    float, Column("vs previous period", "change", "hours watched, compared with as many days before")
]
# The games of more days would take too long to add up.
MAX_DAYS_OF_GAMES: Final = 31


@dataclass(frozen=True, slots=True)
class LanguageInRange:
    """A language over some days. `share`: of the hours watched of all known languages. `change`: of the hours watched
    per measured hour against as many days before, as a ratio; None where those were measured for a much shorter or
    longer time. `average_viewers`: at any moment, in all channels of the language."""

    rank: Rank
    language: LanguageCode
    watch_hours: WatchHours
    share: _Share | None
    change: _ChangeOfLanguage | None
    average_viewers: Annotated[float, Column("Avg viewers", "number", "of all its channels at any moment")] | None
    airtime_hours: Annotated[float, Column("Hours streamed", "short", is_wide=True)]
    peak_viewers: PeakViewers


@dataclass(frozen=True, slots=True)
class LanguageDay:
    """A language on one of the bot's days. `share`: of the hours watched of all known languages."""

    day: NamedDay
    coverage: MeasuredShareLast
    watch_hours: WatchHours
    share: _Share | None
    airtime_hours: Annotated[float, Column("Hours streamed", "short", is_wide=True)]
    peak_viewers: PeakViewers


@dataclass(frozen=True, slots=True)
class GameOfLanguage:
    """A game in one language over some days. `share`: of the hours watched in this language."""

    rank: Rank
    game_id: str
    game: GameName
    slug: str | None
    watch_hours: WatchHours
    share: Annotated[float, Column("Share", "ratio", "of the hours watched in this language")] | None
    airtime_hours: AirtimeHours
    viewers_per_stream: Annotated[float, Column("Viewers per channel", "small", "in this language")] | None


def known_language(code: str) -> str:
    """The code of a language on Twitch. Raises NotFound."""
    if code not in NAMES:
        raise NotFound("no language on Twitch has this code")
    return code


def languages_between(tx: Transaction, span: Span) -> list[LanguageInRange]:
    """The languages of some days, most watched first; without streams of unknown language."""
    coverage, coverage_before = coverage_of(tx, span), coverage_of(tx, span.before)
    rows = list(tx.web.languages_between(first=span.first, last=span.last))
    before: dict[str, float] = {}
    if can_be_compared(coverage, coverage_before):
        earlier = tx.web.languages_between(first=span.before.first, last=span.before.last)
        before = {row.language: row.watch_hours for row in earlier}
    whole = sum(row.watch_hours for row in rows)
    return [
        LanguageInRange(
            rank=rank,
            language=row.language,
            watch_hours=row.watch_hours,
            share=ratio(row.watch_hours, whole),
            change=change_per_hour(row.watch_hours, coverage, before.get(row.language), coverage_before),
            average_viewers=ratio(row.watch_hours, coverage.covered_hours),
            airtime_hours=row.airtime_hours,
            peak_viewers=int(row.peak_viewers),
        )
        for rank, row in enumerate(rows, start=1)
    ]


def language_by_day(tx: Transaction, language: str, span: Span) -> list[LanguageDay]:
    """A language on each measured day for which languages are stored."""
    return [
        LanguageDay(
            day=row.day,
            coverage=row.coverage,
            watch_hours=row.watch_hours,
            share=ratio(row.watch_hours, row.watch_hours_of_all),
            airtime_hours=row.airtime_hours,
            peak_viewers=row.peak_viewers,
        )
        for row in tx.web.language_by_day(language=language, first=span.first, last=span.last)
    ]


def trend_of(tx: Transaction, language: str, span: Span) -> Trend | None:
    """Whether a language rises or falls."""
    days = with_days_before(span)
    return trend(list(tx.web.language_by_day(language=language, first=days.first, last=days.last)), span)


def span_of_games(span: Span) -> Span:
    """The newest of some days, as many as the games of a language are added up for."""
    return Span(max(span.first, span.last - timedelta(days=MAX_DAYS_OF_GAMES - 1)), span.last)


def games_of_language(tx: Transaction, language: str, span: Span, wanted: RowRange) -> TablePart[GameOfLanguage]:
    """The games of a language, most watched first, over some days, or the newest of these: see `span_of_games`."""
    span = span_of_games(span)
    days = [span.first + timedelta(days=number) for number in range(span.days)]
    found = fetch_part(tx.web.games_of_language, wanted, language=language, days=days)
    rows = [
        GameOfLanguage(
            rank=rank,
            game_id=row.game_id,
            game=row.game,
            slug=row.slug,
            watch_hours=row.watch_hours,
            share=ratio(row.watch_hours, row.watch_hours_of_all),
            airtime_hours=row.airtime_hours,
            viewers_per_stream=ratio(row.watch_hours, row.airtime_hours),
        )
        for rank, row in enumerate(found.rows, wanted.offset + 1)
    ]
    return TablePart(rows, found.total)


@dataclass(frozen=True, slots=True)
class LanguageInGame:
    """The part of a language in a game, of its viewers and of its live channels, as ratios."""

    of_viewers: float
    of_streams: float


def language_in_games(
    tx: Transaction, language: str, game_ids: Iterable[str], span: Span
) -> Mapping[str, LanguageInGame]:
    """The part of a language in each of some games that has it, by id, over the last 30 days of a range."""
    days = [span.last - timedelta(days=number) for number in range(min(span.days, _DAYS_OF_LANGUAGE))]
    rows = tx.web.languages_in_games(language=language, game_ids=list(game_ids), days=days)
    return {row.game_id: LanguageInGame(row.of_viewers or 0.0, row.of_streams) for row in rows}


def languages_of_game(tx: Transaction, game_id: str, span: Span) -> list[LanguageOfGame]:
    """The languages of a game over some days, most watched first; without streams of unknown language."""
    days = [span.first + timedelta(days=number) for number in range(span.days)]
    return rows_of(LanguageOfGame, tx.web.languages_of_game(game_id=game_id, days=days))


def languages_now(tx: Transaction, poll: NewestPoll | None) -> list[LanguageNow]:
    """The languages of the newest poll, most watched first; without streams of unknown language."""
    return [] if poll is None else rows_of(LanguageNow, tx.web.languages_now(poll_id=poll.poll_id))


def languages_of_day(tx: Transaction, day: date) -> list[LanguageOfDay]:
    """The languages of a day, most watched first; without streams of unknown language."""
    return rows_of(LanguageOfDay, tx.web.languages_of_day(day=day))


def language_name(code: str) -> str:
    """A language in English; its code, if it is none that is known."""
    return NAMES.get(code, code)
