-- name: streamer^
-- The name and login of a streamer, and when they were seen. Grain: one row.
select
    streamer_name as streamer,
    login,
    first_seen_day,
    last_seen_day
from streamers
where streamer_id = :streamer_id;

-- name: streamer_by_day
-- Streamers on each measured day of a span; zero on a day without a stream. Averages are over the time on the air.
-- Grain: one row per streamer and day.
select
    wanted.id,
    days.day,
    days.covered_hours,
    days.coverage,
    coalesce(daily_streamers.watch_hours, 0) as watch_hours,
    coalesce(daily_streamers.airtime_hours, 0) as airtime_hours,
    daily_streamers.watch_hours / nullif(daily_streamers.airtime_hours, 0) as average_viewers,
    coalesce(daily_streamers.peak_viewers, 0) as peak_viewers
from days
cross join unnest(cast(:streamer_ids as text [])) as wanted (id)
left join daily_streamers on daily_streamers.day = days.day and daily_streamers.streamer_id = wanted.id
where days.day between cast(:first as date) and cast(:last as date) and days.covered_hours > 0
order by wanted.id, days.day;

-- name: records_of_streamer
-- The best days of a streamer: peak and average viewers, hours watched, hours on the air. Grain: one row per record.
with on_air as materialized (
    select distinct daily_streamer_games.day
    from daily_streamer_games
    where daily_streamer_games.streamer_id = :streamer_id
),

seen as materialized (
    select daily_streamers.*
    from on_air
    inner join daily_streamers
        on daily_streamers.day = on_air.day and daily_streamers.streamer_id = :streamer_id
)

(
    select
        'peak_viewers' as record,
        seen.day,
        cast(seen.peak_viewers as double precision) as value
    from seen
    order by seen.peak_viewers desc, seen.day
    limit 1
)
union all
(
    select
        'average_viewers',
        seen.day,
        seen.average_viewers
    from seen
    where seen.airtime_hours >= 1
    order by seen.average_viewers desc, seen.day
    limit 1
)
union all
(
    select
        'watch_hours',
        seen.day,
        seen.watch_hours
    from seen
    order by seen.watch_hours desc, seen.day
    limit 1
)
union all
(
    select
        'airtime_hours',
        seen.day,
        seen.airtime_hours
    from seen
    order by seen.airtime_hours desc, seen.day
    limit 1
);

-- name: names_of
-- The names of some games or streamers. Grain: one row per game or streamer.
select
    game_id as id,
    game_name as name
from games
where cast(:kind as text) = 'game' and game_id = any(cast(:ids as text []))
union all
select
    streamer_id,
    streamer_name
from streamers
where cast(:kind as text) = 'streamer' and streamer_id = any(cast(:ids as text []));
