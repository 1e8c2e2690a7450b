"""The row classes of the tables, under the names that templates use."""

from collections.abc import Mapping
from typing import Final

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
