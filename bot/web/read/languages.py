"""Languages of streams: now and on a day."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Final

from bot.web.read.column_types import Column, PeakViewers, Viewers, WatchHours
from bot.web.read.now import NewestPoll
from bot.web.read.ranges import Span
from bot.web.read.table import rows_of
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
