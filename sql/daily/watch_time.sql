-- name: allow_memory^
-- Let this transaction group in memory: a day of Twitch at 30 minutes takes about 15 MB; larger groups go to disk. This is
-- the limit of each sort and each hash table of a query, in one process and without compiled code, independent of the settings
-- of the server or of the connection: with 128 MB the server was killed in a container of 192 MB.
select
    set_config('work_mem', '16MB', true) as work_mem,
    set_config('hash_mem_multiplier', '1', true) as hash_mem_multiplier,
    set_config('max_parallel_workers_per_gather', '0', true) as max_parallel_workers_per_gather,
    set_config('jit', 'off', true) as jit;

-- name: gather_spans!
-- The time for which each poll of a day counts, in half milliseconds, by the definition of watch time.
-- Grain: one row per poll with a span.
create temporary table spans on commit drop as
with bounds as (
    select
        cast(:day as date) as day,
        epoch_ms(cast(:starts_at as timestamptz)) as starts_ms,
        epoch_ms(cast(:ends_at as timestamptz)) as ends_ms
),

polls as (
    select
        polls.*,
        epoch_ms(polls.started_at) as started_ms
    from staging.polls
    where polls.day = cast(:day as date)
),

counted_polls as (
    -- include: watch_time/counted_polls.sql
)

select spans.* from (
    -- include: watch_time/spans.sql
) as spans;

-- name: analyze_spans!
-- Let the planner know how few spans there are: by default it plans for a large table.
analyze spans;

-- name: gather_pairs!
-- Viewers × time, airtime and peak of a day, in half milliseconds, from which the daily tables are added up: as doubles,
-- which the server adds up faster than bigints; whole numbers up to 2^53, a billion hours, are exact in them.
-- Grain: one row per streamer, stream, game and language.
create temporary table pairs on commit drop as
with streams as (
    select * from staging.streams
    where day = cast(:day as date)
)

select pairs.* from (
    -- include: watch_time/pairs.sql
) as pairs;

-- name: delete_streamer_games!
-- Delete a day's rows before they are inserted again. Grain: one row per day, streamer and game.
delete from daily_streamer_games where day = :day;

-- name: delete_streamers!
-- Delete a day's rows before they are inserted again. Grain: one row per day and streamer.
delete from daily_streamers where day = :day;

-- name: delete_games!
-- Delete a day's rows before they are inserted again. Grain: one row per day and game.
delete from daily_games where day = :day;

-- name: delete_streams!
-- Delete a day's rows before they are inserted again. Grain: one row per day and stream.
delete from daily_streams where day = :day;

-- name: delete_languages!
-- Delete a day's rows before they are inserted again. Grain: one row per day and language.
delete from daily_languages where day = :day;

-- name: delete_game_languages!
-- Delete a day's rows before they are inserted again. Grain: one row per day, game and language.
delete from daily_game_languages where day = :day;

-- name: insert_streamer_games!
-- Watch hours, airtime and peak of a day's pairs. Grain: one row per day, streamer and game.
insert into daily_streamer_games (day, streamer_id, game_id, watch_hours, airtime_hours, peak_viewers)
select
    cast(:day as date),
    streamer_id,
    game_id,
    sum(cast(viewer_half_ms as double precision)) / 7200000,
    sum(cast(airtime_half_ms as double precision)) / 7200000,
    max(peak_viewers)
from pairs
group by game_id, streamer_id
-- In the order of the primary key, so that the index grows at its end.
order by game_id, streamer_id;

-- name: insert_streamers!
-- Watch hours, airtime and peak of a day's streamers. Grain: one row per day and streamer.
insert into daily_streamers (day, streamer_id, watch_hours, airtime_hours, peak_viewers, language)
select
    cast(:day as date),
    streamer_id,
    sum(cast(viewer_half_ms as double precision)) / 7200000,
    sum(cast(airtime_half_ms as double precision)) / 7200000,
    max(peak_viewers),
    (array_agg(language order by viewer_half_ms desc, language))[1]
from (
    select
        streamer_id,
        language,
        sum(cast(viewer_half_ms as double precision)) as viewer_half_ms,
        sum(cast(airtime_half_ms as double precision)) as airtime_half_ms,
        max(peak_viewers) as peak_viewers
    from pairs
    group by streamer_id, language
) as languages_of_streamer
group by streamer_id
order by streamer_id;

-- name: insert_streams!
-- Start, end, watch hours, airtime and peak of a day's streams. Grain: one row per day and stream.
insert into daily_streams (
    day, started_at, last_seen_at, watch_hours, airtime_hours, peak_viewers, streamer_id, stream_id, language, game_ids
)
select
    cast(:day as date),
    min(started_at),
    max(last_seen_at),
    sum(cast(viewer_half_ms as double precision)) / 7200000,
    sum(cast(airtime_half_ms as double precision)) / 7200000,
    max(peak_viewers),
    streamer_id,
    stream_id,
    (array_agg(language order by viewer_half_ms_of_language desc, language))[1],
    coalesce(
        array_agg(game_id order by viewer_half_ms_of_game desc, game_id)
        filter (where nth_of_game = 1 and game_id <> ''),
        '{}'
    )
from (
    select
        pairs.*,
        sum(viewer_half_ms) over (partition by streamer_id, stream_id, language) as viewer_half_ms_of_language,
        sum(viewer_half_ms) over (partition by streamer_id, stream_id, game_id) as viewer_half_ms_of_game,
        row_number() over (partition by streamer_id, stream_id, game_id order by language) as nth_of_game
    from pairs
) as parts
group by streamer_id, stream_id
order by streamer_id, stream_id;

-- name: insert_game_languages!
-- Watch hours and airtime of a day's games by language. Grain: one row per day, game and language.
insert into daily_game_languages (day, game_id, language, watch_hours, airtime_hours)
select
    cast(:day as date),
    game_id,
    language,
    sum(cast(viewer_half_ms as double precision)) / 7200000,
    sum(cast(airtime_half_ms as double precision)) / 7200000
from pairs
group by game_id, language
order by game_id, language;

-- name: insert_languages!
-- Watch hours, airtime and peak of a day's languages, computed from the languages of each poll as games are from its games.
-- Grain: one row per day and language.
insert into daily_languages (day, language, watch_hours, airtime_hours, peak_viewers)
select
    cast(:day as date),
    languages.language,
    hours_of(sum(languages.viewers * spans.span_half_ms)),
    hours_of(sum(languages.streams * spans.span_half_ms)),
    max(languages.viewers)
from staging.languages
inner join spans using (poll_id)
group by languages.language;

-- name: insert_games!
-- Watch hours, airtime and peak of a day's games. They are computed from the games of each poll, not from the pairs: so
-- that the two can be compared, and because the peak is that of all streams together. The shares of the largest channels
-- are null on a day with a poll that has none.
-- Grain: one row per day and game.
insert into daily_games (
    day, game_id, watch_hours, airtime_hours, peak_viewers, top_watch_hours, top3_watch_hours, median_viewers
)
select
    cast(:day as date),
    games.game_id,
    hours_of(sum(games.viewers * spans.span_half_ms)),
    hours_of(sum(games.streams * spans.span_half_ms)),
    max(games.viewers),
    case when every(games.top_viewers is not null) then hours_of(sum(games.top_viewers * spans.span_half_ms)) end,
    case when every(games.top3_viewers is not null) then hours_of(sum(games.top3_viewers * spans.span_half_ms)) end,
    sum(games.median_viewers * spans.span_half_ms)
    / sum(spans.span_half_ms) filter (where games.median_viewers is not null)
from staging.games
inner join spans using (poll_id)
group by games.game_id;

-- name: store_day^
-- Store that a day is rolled up. Grain: one row per day.
insert into days (
    day, starts_at, ends_at, polls, covered_hours, coverage, watch_hours, airtime_hours, rolled_up_at
)
select
    cast(:day as date),
    cast(:starts_at as timestamptz),
    cast(:ends_at as timestamptz),
    cast(:polls as integer),
    covered.hours,
    -- A quotient of rounded hours can exceed 1 in its last bit.
    least(covered.hours * 3600 / extract(epoch from cast(:ends_at as timestamptz) - cast(:starts_at as timestamptz)), 1),
    coalesce((select sum(watch_hours) from daily_games where day = cast(:day as date)), 0),
    coalesce((select sum(airtime_hours) from daily_games where day = cast(:day as date)), 0),
    cast(:rolled_up_at as timestamptz)
from (select coalesce(hours_of(sum(span_half_ms)), 0) as hours from spans) as covered
on conflict (day) do update
set
    starts_at = excluded.starts_at,
    ends_at = excluded.ends_at,
    polls = excluded.polls,
    covered_hours = excluded.covered_hours,
    coverage = excluded.coverage,
    watch_hours = excluded.watch_hours,
    airtime_hours = excluded.airtime_hours,
    rolled_up_at = excluded.rolled_up_at
returning day as date, starts_at, ends_at, polls, covered_hours, coverage, watch_hours, airtime_hours;

-- name: sums_of_day
-- A day's watch hours and airtime hours, added up in seven ways that must agree: over each daily table, and over the totals
-- that each poll stored. Grain: one row per way.
select
    'pairs' as way,
    coalesce(sum(watch_hours), 0) as watch_hours,
    coalesce(sum(airtime_hours), 0) as airtime_hours
from daily_streamer_games
where day = cast(:day as date)
union all
select
    'streamers' as way,
    coalesce(sum(watch_hours), 0) as watch_hours,
    coalesce(sum(airtime_hours), 0) as airtime_hours
from daily_streamers
where day = cast(:day as date)
union all
select
    'streams' as way,
    coalesce(sum(watch_hours), 0) as watch_hours,
    coalesce(sum(airtime_hours), 0) as airtime_hours
from daily_streams
where day = cast(:day as date)
union all
select
    'games' as way,
    coalesce(sum(watch_hours), 0) as watch_hours,
    coalesce(sum(airtime_hours), 0) as airtime_hours
from daily_games
where day = cast(:day as date)
union all
select
    'languages of games' as way,
    coalesce(sum(watch_hours), 0) as watch_hours,
    coalesce(sum(airtime_hours), 0) as airtime_hours
from daily_game_languages
where day = cast(:day as date)
union all
select
    'languages' as way,
    coalesce(sum(watch_hours), 0) as watch_hours,
    coalesce(sum(airtime_hours), 0) as airtime_hours
from daily_languages
where day = cast(:day as date)
union all
select
    'polls' as way,
    coalesce(hours_of(sum(polls.viewers * spans.span_half_ms)), 0) as watch_hours,
    coalesce(hours_of(sum(polls.streams * spans.span_half_ms)), 0) as airtime_hours
from staging.polls
inner join spans using (poll_id);

-- name: impossible_airtime
-- Up to five streamers with more airtime than the covered hours of the day, which is impossible. Grain: one row per
-- streamer.
select
    daily_streamers.streamer_id,
    daily_streamers.airtime_hours
from daily_streamers
where
    daily_streamers.day = cast(:day as date)
    and daily_streamers.airtime_hours > cast(:covered_hours as double precision) * (1 + 1e-9) + 1e-6
order by daily_streamers.airtime_hours desc, daily_streamers.streamer_id
limit 5;
