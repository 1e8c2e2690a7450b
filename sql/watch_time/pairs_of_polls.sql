-- The pairs of any number of days in one statement, for engines that read the processed polls and streams as files.
-- Reads bounds, polls and streams, which are described where they are read. Grain: one row per day, streamer, stream,
-- game and language.
with counted_polls as (
    -- include: watch_time/counted_polls.sql
),

spans as (
    -- include: watch_time/spans.sql
)

-- include: watch_time/pairs.sql
