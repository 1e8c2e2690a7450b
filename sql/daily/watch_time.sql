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
-- The span of each poll of a day, in milliseconds: this is the definition of watch time.
-- The span of a poll begins at the midpoint between it and the poll before (the first: at the start of the day) and ends
-- at the midpoint between it and the next poll (the last: at the end of the day), at most its polling interval each way.
-- A poll that is outside of the day's bounds, because it began under other settings, has no span.
-- A partial poll has a span only where no complete one is near (staging.counted_polls). Sums of whole milliseconds are
-- exact in a double.
-- Grain: one row per poll with a span.
create temporary table spans on commit drop as
with counted as (
    select
        polls.poll_id,
        polls.started_at,
        make_interval(mins => polls.interval_minutes) as reach
    from staging.counted_polls as polls
    where
        polls.day = :day
        and polls.started_at >= cast(:starts_at as timestamptz)
        and polls.started_at < cast(:ends_at as timestamptz)
),

neighbours as (
    select
        counted.*,
        lag(counted.started_at) over in_order as before,
        lead(counted.started_at) over in_order as after
    from counted
    window in_order as (order by counted.started_at, counted.poll_id)
),

limits as (
    select
        neighbours.poll_id,
        neighbours.started_at,
        neighbours.reach,
        coalesce(before + (started_at - before) / 2, cast(:starts_at as timestamptz)) as back_to,
        coalesce(started_at + (after - started_at) / 2, cast(:ends_at as timestamptz)) as forward_to
    from neighbours
),

reached as (
    select
        limits.poll_id,
        greatest(least(started_at - back_to, reach), interval '0') as back,
        greatest(least(forward_to - started_at, reach), interval '0') as forward
    from limits
)

select
    reached.poll_id,
    cast(round(1000 * extract(epoch from back + forward)) as double precision) as span_ms
from reached
where back + forward > interval '0';

-- name: analyze_spans!
-- Let the planner know how few spans there are: by default it plans for a large table.
analyze spans;

-- name: gather_pairs!
-- Viewer milliseconds, airtime and peak of a day. Grain: one row per streamer and game.
create temporary table pairs on commit drop as
select
    streams.streamer_id,
    streams.game_id,
    sum(streams.viewer_count * spans.span_ms) as viewer_ms,
    sum(spans.span_ms) as airtime_ms,
    max(streams.viewer_count) as peak_viewers
from staging.streams
inner join spans using (poll_id)
where streams.day = :day
group by streams.streamer_id, streams.game_id;

-- name: delete_streamer_games!
-- Delete a day's rows before they are inserted again. Grain: one row per day, streamer and game.
delete from daily_streamer_games where day = :day;

-- name: delete_streamers!
-- Delete a day's rows before they are inserted again. Grain: one row per day and streamer.
delete from daily_streamers where day = :day;

-- name: delete_games!
-- Delete a day's rows before they are inserted again. Grain: one row per day and game.
delete from daily_games where day = :day;

-- name: insert_streamer_games!
-- Watch hours, airtime and peak of a day's pairs. Grain: one row per day, streamer and game.
insert into daily_streamer_games (day, streamer_id, game_id, watch_hours, airtime_hours, peak_viewers)
select
    cast(:day as date),
    streamer_id,
    game_id,
    viewer_ms / 3600000,
    airtime_ms / 3600000,
    peak_viewers
from pairs
-- In the order of the primary key, so that the index grows at its end.
order by game_id, streamer_id;

-- name: insert_streamers!
-- Watch hours, airtime and peak of a day's streamers. Grain: one row per day and streamer.
insert into daily_streamers (day, streamer_id, watch_hours, airtime_hours, peak_viewers)
select
    cast(:day as date),
    streamer_id,
    sum(viewer_ms) / 3600000,
    sum(airtime_ms) / 3600000,
    max(peak_viewers)
from pairs
group by streamer_id
order by streamer_id;

-- name: insert_games!
-- Watch hours, airtime and peak of a day's games. They are computed from the games of each poll, not from the pairs: so
-- that the two can be compared, and because the peak is that of all streams together.
-- Grain: one row per day and game.
insert into daily_games (day, game_id, watch_hours, airtime_hours, peak_viewers)
select
    cast(:day as date),
    games.game_id,
    sum(games.viewers * spans.span_ms) / 3600000,
    sum(games.streams * spans.span_ms) / 3600000,
    max(games.viewers)
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
    -- A sum of rounded milliseconds can exceed the day by a few.
    least(covered.hours * 3600 / extract(epoch from cast(:ends_at as timestamptz) - cast(:starts_at as timestamptz)), 1),
    coalesce((select sum(watch_hours) from daily_games where day = cast(:day as date)), 0),
    coalesce((select sum(airtime_hours) from daily_games where day = cast(:day as date)), 0),
    cast(:rolled_up_at as timestamptz)
from (select coalesce(sum(span_ms), 0) / 3600000 as hours from spans) as covered
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
-- A day's watch hours and airtime hours, added up in four ways that must agree: over the pairs, the streamers, the games,
-- and the totals that each poll stored. Grain: one row per measure.
with pair as (
    select
        coalesce(sum(watch_hours), 0) as watch_hours,
        coalesce(sum(airtime_hours), 0) as airtime_hours
    from daily_streamer_games
    where day = cast(:day as date)
),

streamer as (
    select
        coalesce(sum(watch_hours), 0) as watch_hours,
        coalesce(sum(airtime_hours), 0) as airtime_hours
    from daily_streamers
    where day = cast(:day as date)
),

game as (
    select
        coalesce(sum(watch_hours), 0) as watch_hours,
        coalesce(sum(airtime_hours), 0) as airtime_hours
    from daily_games
    where day = cast(:day as date)
),

poll as (
    select
        coalesce(sum(polls.viewers * spans.span_ms), 0) / 3600000 as watch_hours,
        coalesce(sum(polls.streams * spans.span_ms), 0) / 3600000 as airtime_hours
    from staging.polls
    inner join spans using (poll_id)
)

select
    'watch hours' as measure,
    pair.watch_hours as by_pair,
    streamer.watch_hours as by_streamer,
    game.watch_hours as by_game,
    poll.watch_hours as by_poll
from pair, streamer, game, poll
union all
select
    'airtime hours' as measure,
    pair.airtime_hours as by_pair,
    streamer.airtime_hours as by_streamer,
    game.airtime_hours as by_game,
    poll.airtime_hours as by_poll
from pair, streamer, game, poll;

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
