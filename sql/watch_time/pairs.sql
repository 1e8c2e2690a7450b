-- Viewers × time and airtime, both in half milliseconds, peak, start and last sight, of which every table of a day is made.
-- Reads streams (day, poll_id, streamer_id, stream_id, game_id, language, viewer_count, started_at), and spans.
-- Grain: one row per day, streamer, stream, game and language.
select
    streams.day,
    streams.streamer_id,
    streams.stream_id,
    streams.game_id,
    streams.language,
    -- Engines differ in the type of a sum of whole numbers.
    cast(sum(streams.viewer_count * spans.span_half_ms) as bigint) as viewer_half_ms,
    -- PostgreSQL adds up integers in less memory than bigints.
    cast(sum(cast(spans.span_half_ms as integer)) as bigint) as airtime_half_ms,
    max(streams.viewer_count) as peak_viewers,
    coalesce(min(streams.started_at), min(spans.started_at)) as started_at,
    -- Engines differ in the greatest of a value and null.
    greatest(max(spans.started_at), coalesce(min(streams.started_at), max(spans.started_at))) as last_seen_at
from streams
inner join spans on spans.day = streams.day and spans.poll_id = streams.poll_id
group by streams.day, streams.streamer_id, streams.stream_id, streams.game_id, streams.language
