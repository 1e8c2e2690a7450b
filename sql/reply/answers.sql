-- name: measured^
-- How much of a span of days was measured. Grain: one row.
select
    count(*) as days,
    coalesce(sum(covered_hours), 0) as covered_hours
from days
where day between cast(:first as date) and cast(:last as date);

-- name: newest_day_of$
-- The newest rolled-up day of a span of days.
select max(day) from days where day between cast(:first as date) and cast(:last as date);

-- name: threshold$
-- Streams with more viewers than this are counted, as of the newest poll.
-- By the day too, which is what the index has.
select more_than_viewers from staging.polls order by day desc, started_at desc limit 1;

-- name: game_over_days^
-- A game over some days, all categories of its name together; its peak is that of the one with the highest. Each day is
-- one probe of the key. Grain: one row.
select
    coalesce(sum(watch_hours), 0) as watch_hours,
    coalesce(sum(airtime_hours), 0) as airtime_hours,
    coalesce(max(peak_viewers), 0) as peak_viewers
from daily_games
where game_id = any(same_games(:subject_id)) and day = any(cast(:days as date []));

-- name: streamer_over_days^
-- A streamer over some days. Each day is one probe of the key. Grain: one row.
select
    coalesce(sum(watch_hours), 0) as watch_hours,
    coalesce(sum(airtime_hours), 0) as airtime_hours,
    coalesce(max(peak_viewers), 0) as peak_viewers
from daily_streamers
where streamer_id = :subject_id and day = any(cast(:days as date []));

-- name: summed_up_months
-- The months of a span of days that are summed up. Grain: one row per month.
select month
from months
where month between cast(:first as date) and cast(:last as date)
order by month;

-- name: streamers_of_game
-- Who was watched most with a game over whole months and single days. Grain: one row per streamer.
with hours as (
    select
        streamer_id,
        watch_hours
    from monthly_streamer_games
    where game_id = any(same_games(:subject_id)) and month = any(cast(:months as date []))
    union all
    select
        streamer_id,
        watch_hours
    from daily_streamer_games
    where game_id = any(same_games(:subject_id)) and day = any(cast(:days as date []))
),

top as (
    select
        streamer_id,
        sum(watch_hours) as watch_hours
    from hours
    group by streamer_id
    order by sum(watch_hours) desc, streamer_id
    limit :how_many
)

select
    coalesce(streamers.streamer_name, top.streamer_id) as streamer_name,
    top.watch_hours
from top
left join streamers using (streamer_id)
order by top.watch_hours desc, top.streamer_id;

-- name: games_of_streamer
-- With what a streamer was watched most over some days; streams without a game are one, and so are categories of one
-- name. Grain: one row per name of a game.
select
    coalesce((array_agg(games.game_name order by played.watch_hours desc, played.game_id))[1], '') as game_name,
    sum(played.watch_hours) as watch_hours
from daily_streamer_games as played
left join games using (game_id)
where played.streamer_id = :subject_id and played.day between cast(:first as date) and cast(:last as date)
group by coalesce(games.name_key, played.game_id)
order by sum(played.watch_hours) desc, min(played.game_id)
limit :how_many;

-- name: spoken_for$
-- For how many hours the polls of the day so far speak.
select coalesce(sum(span_ms), 0) / 3600000 from spans;

-- name: game_today^
-- A game on the day so far, all categories of its name together. Grain: one row.
select
    coalesce(sum(seen.viewers * spans.span_ms), 0) / 3600000 as watch_hours,
    coalesce(sum(seen.streams * spans.span_ms), 0) / 3600000 as airtime_hours,
    coalesce(max(seen.viewers), 0) as peak_viewers
from (
    select
        games.poll_id,
        sum(games.viewers) as viewers,
        sum(games.streams) as streams
    from staging.games
    where games.game_id = any(same_games(:subject_id)) and games.poll_id in (select spans.poll_id from spans)
    group by games.poll_id
) as seen
inner join spans using (poll_id);

-- name: streamers_of_game_today
-- Who was watched most with a game on the day so far. Grain: one row per streamer.
select
    coalesce(streamers.streamer_name, seen.streamer_id) as streamer_name,
    seen.watch_hours
from (
    select
        streams.streamer_id,
        sum(streams.viewer_count * spans.span_ms) / 3600000 as watch_hours
    from staging.streams
    inner join spans using (poll_id)
    where streams.day = :day and streams.game_id = any(same_games(:subject_id))
    group by streams.streamer_id
    order by watch_hours desc, streams.streamer_id
    limit :how_many
) as seen
left join streamers using (streamer_id)
order by seen.watch_hours desc, seen.streamer_id;

-- name: streamer_today
-- A streamer on the day so far. Grain: one row per name of a game.
select
    coalesce(min(games.game_name), '') as game_name,
    sum(streams.viewer_count * spans.span_ms) / 3600000 as watch_hours,
    sum(spans.span_ms) / 3600000 as airtime_hours,
    max(streams.viewer_count) as peak_viewers
from staging.streams
inner join spans using (poll_id)
left join games using (game_id)
where streams.day = :day and streams.streamer_id = :subject_id
group by coalesce(games.name_key, streams.game_id)
order by watch_hours desc, min(streams.game_id);

-- name: live_poll^
-- The newest poll that saw anything, not older than a certain time; one that is whole rather than one that broke off.
-- Grain: one row.
select
    poll_id,
    day,
    started_at,
    status = 'complete' as is_whole,
    more_than_viewers
from staging.polls
where status <> 'failed' and started_at >= :since
order by status = 'complete' desc, started_at desc
limit 1;

-- name: game_live^
-- A game at one poll, all categories of its name together. Grain: one row, none when nobody streams it.
select
    sum(viewers) as viewers,
    sum(streams) as streams
from staging.games
where poll_id = :poll_id and game_id = any(same_games(:subject_id))
having count(*) > 0;

-- name: streamers_of_game_live
-- Who is watched most with a game at one poll. Grain: one row per stream.
select
    coalesce(streamers.streamer_name, streams.streamer_id) as streamer_name,
    streams.viewer_count
from staging.streams
left join streamers using (streamer_id)
where streams.day = :day and streams.poll_id = :poll_id and streams.game_id = any(same_games(:subject_id))
order by streams.viewer_count desc, streams.streamer_id
limit :how_many;

-- name: streamer_live^
-- A streamer at one poll. Grain: one row per stream.
select
    streams.viewer_count,
    coalesce(games.game_name, '') as game_name
from staging.streams
left join games using (game_id)
where streams.day = :day and streams.poll_id = :poll_id and streams.streamer_id = :subject_id
order by streams.viewer_count desc
limit 1;
