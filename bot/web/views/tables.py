"""The row classes of the tables, under the names that templates use, and the columns that a page shows of one."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.web.read import (
    bot_status,
    chat,
    games,
    genres,
    languages,
    now,
    previous,
    rankings,
    streamer_ranking,
    streamers,
)
from bot.web.read.column_types import Column, columns_of, for_phone

TABLES: Final[Mapping[str, type]] = {
    "games_now": now.GameNow,
    "streams_now": now.StreamNow,
    "hours_of_all": now.HourOfAll,
    "all_games": rankings.GameInRange,
    "game_days": games.GameDay,
    "game_days_compared": previous.GameDayCompared,
    "game_hours": games.GameHour,
    "streamers_of_game": games.StreamerOfGame,
    "streamer_days": streamers.StreamerDay,
    "streamer_days_compared": previous.StreamerDayCompared,
    "games_of_streamer": streamers.GameOfStreamer,
    "day_coverage": bot_status.DayCoverage,
    "streams_of_streamer": streamers.StreamOfStreamer,
    "all_streamers": streamer_ranking.StreamerInRange,
    "genres": genres.ClassInRange,
    "genre_days": genres.ClassOnDay,
    "release_ages": genres.AgeInRange,
    "languages_of_day": languages.LanguageOfDay,
    "languages": languages.LanguageInRange,
    "language_days": languages.LanguageDay,
    "games_of_language": languages.GameOfLanguage,
    "chat_minutes": chat.ChatMinute,
    "chat_days": chat.ChatDay,
    "chat_broadcasts": chat.ChatBroadcast,
    "chat_emotes": chat.ChatEmote,
    "chat_moments": chat.ChatMoment,
    "compared_chat": chat.ComparedChat,
    "moments_of_day": chat.MomentOfDay,
}


def table_columns(
    row_class: type,
    rows: Sequence[Any],
    only: Sequence[str] | None,
    phone: Sequence[str],
    on_phone: int,
    sorted_by: str | None,
) -> tuple[Column, ...]:
    """The columns of a table, those for which a phone has no room marked as wide: all, or the fields of `only`, but no
    changes where none is known."""
    columns = tuple(
        column
        for column in columns_of(row_class)
        if (only is None or column.field in only)
        and (
            column.format != "change"
            or column.field == sorted_by
            or any(getattr(row, column.field) is not None for row in rows)
        )
    )
    # With the name of the row, and its number where there is one.
    named = sum(1 for column in columns if column.is_heading or column.title == "#")
    return for_phone(columns, tuple(phone), len(phone) or max(1, on_phone - named), sorted_by)
