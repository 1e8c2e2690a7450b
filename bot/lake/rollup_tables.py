"""The daily tables of a day, computed by DuckDB from sealed streams: the same rows as those of PostgreSQL.

The parts, spans and pairs, are the queries in sql/watch_time, which every engine runs.
"""

from collections.abc import Mapping
from typing import Final

from bot.lake.layout import CURATED
from helperfunctions.duck import type_of

# Half milliseconds in an hour. Sums are whole numbers; the division comes last.
HALF_MS_PER_HOUR: Final = 7_200_000
_HOURS: Final = (
    f"cast(sum(viewer_half_ms) as double) / {HALF_MS_PER_HOUR} as watch_hours, "
    f"cast(sum(airtime_half_ms) as double) / {HALF_MS_PER_HOUR} as airtime_hours"
)
_AVERAGE: Final = "watch_hours / airtime_hours as average_viewers"

# An id as PostgreSQL writes it in a list: in quotes if it could be taken for something else.
_ELEMENT: Final = (
    r"""case when regexp_matches(game_id, '[{}",\\\s\x0b]') or lower(game_id) = 'null' """
    r"""then '"' || regexp_replace(game_id, '(["\\])', '\\\1', 'g') || '"' else game_id end"""
)

# The games of each poll, with the shares of the largest channels, of some polls: medians have all values in memory.
GAMES_OF_POLLS: Final = """
select
    poll_id,
    game_id,
    sum(viewer_count) as viewers,
    count(*) as streams,
    max(viewer_count) as top_viewers,
    sum(viewer_count) filter (nth <= 3) as top3_viewers,
    cast(median(viewer_count) filter (nth > 3) as float) as median_viewers
from (
    select
        poll_id,
        game_id,
        viewer_count,
        row_number() over (partition by poll_id, game_id order by viewer_count desc) as nth
    from streams
    where poll_id between {first} and {last}
)
group by poll_id, game_id
"""
# The most rows of polls of which the games are computed at once.
ROWS_AT_ONCE: Final = 2_000_000

# Each reads pairs, spans, streams and games_of_polls.
QUERIES: Final[Mapping[str, str]] = {
    "daily_streamer_games": f"""
        select *, {_AVERAGE} from (
            select day, streamer_id, game_id, {_HOURS}, max(peak_viewers) as peak_viewers
            from pairs group by day, streamer_id, game_id
        )
        order by day, game_id, streamer_id
    """,
    "daily_streamers": f"""
        select *, {_AVERAGE} from (
            select
                day, streamer_id, {_HOURS}, max(peak_viewers) as peak_viewers,
                first(language order by viewer_half_ms desc, language) as language
            from (
                select
                    day, streamer_id, language, sum(viewer_half_ms) as viewer_half_ms,
                    sum(airtime_half_ms) as airtime_half_ms, max(peak_viewers) as peak_viewers
                from pairs group by day, streamer_id, language
            )
            group by day, streamer_id
        )
        order by day, streamer_id
    """,
    "daily_languages": f"""
        select day, language, {_HOURS}, max(viewers) as peak_viewers
        from (
            select
                spans.day, streams.language, sum(viewer_count) as viewers,
                sum(viewer_count) * max(span_half_ms) as viewer_half_ms, count(*) * max(span_half_ms) as airtime_half_ms
            from streams inner join spans using (poll_id)
            group by spans.day, streams.language, poll_id
        )
        group by day, language
        order by day, language
    """,
    "daily_game_languages": f"""
        select day, game_id, language, {_HOURS}
        from pairs group by day, game_id, language
        order by day, game_id, language
    """,
    "daily_games": f"""
        select *, {_AVERAGE} from (
            select
                spans.day, game_id,
                cast(sum(viewers * span_half_ms) as double) / {HALF_MS_PER_HOUR} as watch_hours,
                cast(sum(streams * span_half_ms) as double) / {HALF_MS_PER_HOUR} as airtime_hours,
                max(viewers) as peak_viewers,
                cast(sum(top_viewers * span_half_ms) as double) / {HALF_MS_PER_HOUR} as top_watch_hours,
                cast(sum(top3_viewers * span_half_ms) as double) / {HALF_MS_PER_HOUR} as top3_watch_hours,
                sum(cast(median_viewers as double) * span_half_ms)
                / sum(span_half_ms) filter (median_viewers is not null) as median_viewers
            from games_of_polls inner join spans using (poll_id)
            group by spans.day, game_id
        )
        order by day, game_id
    """,
    "daily_streams": f"""
        select
            day, min(started_at) as started_at, max(last_seen_at) as last_seen_at, {_HOURS},
            max(peak_viewers) as peak_viewers, streamer_id, stream_id,
            first(language order by of_language desc, language) as language,
            '{{' || coalesce(
                string_agg({_ELEMENT}, ',' order by of_game desc, game_id) filter (nth = 1 and game_id <> ''), ''
            ) || '}}' as game_ids
        from (
            select
                *,
                sum(viewer_half_ms) over (partition by streamer_id, stream_id, language) as of_language,
                sum(viewer_half_ms) over (partition by streamer_id, stream_id, game_id) as of_game,
                row_number() over (partition by streamer_id, stream_id, game_id order by language) as nth
            from pairs
        )
        group by day, streamer_id, stream_id
        order by day, streamer_id, stream_id
    """,
}


def typed(name: str, query: str) -> str:
    """A query with the columns of a curated table, in their order and types."""
    columns = ", ".join(
        f'cast("{column}" as {type_of(kind)}) as "{column}"' for column, kind in CURATED[name].columns.items()
    )
    return f"select {columns} from ({query})"
