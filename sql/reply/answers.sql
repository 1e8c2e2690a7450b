-- name: newest_day_of$
-- The newest rolled-up day of a span of days.
select max(day) from days where day between cast(:first as date) and cast(:last as date);

-- name: game_over_days^
-- The categories of a game together over some days; the peak is that of the category with the highest. Each day is one
-- lookup in the primary key. Grain: one row.
select
    coalesce(sum(watch_hours), 0) as watch_hours,
    coalesce(sum(airtime_hours), 0) as airtime_hours,
    coalesce(max(peak_viewers), 0) as peak_viewers
from daily_games
where game_id = any(cast(:game_ids as text [])) and day = any(cast(:days as date []));

-- name: streamer_over_days^
-- A streamer over some days. Each day is one lookup in the primary key. Grain: one row.
select
    coalesce(sum(watch_hours), 0) as watch_hours,
    coalesce(sum(airtime_hours), 0) as airtime_hours,
    coalesce(max(peak_viewers), 0) as peak_viewers
from daily_streamers
where streamer_id = :streamer_id and day = any(cast(:days as date []));

-- name: measured_today$
-- The hours of the current day that its polls have measured so far.
select coalesce(hours_of(sum(span_half_ms)), 0) from spans;

-- name: game_today^
-- The categories of a game together on the current day so far. Grain: one row.
select
    coalesce(hours_of(sum(seen.viewers * spans.span_half_ms)), 0) as watch_hours,
    coalesce(hours_of(sum(seen.streams * spans.span_half_ms)), 0) as airtime_hours,
    coalesce(max(seen.viewers), 0) as peak_viewers
from (
    select
        games.poll_id,
        sum(games.viewers) as viewers,
        sum(games.streams) as streams
    from staging.games
    where games.game_id = any(cast(:game_ids as text [])) and games.poll_id in (select spans.poll_id from spans)
    group by games.poll_id
) as seen
inner join spans using (poll_id);

-- name: streamers_of_game_today
-- The streamers of some categories on the current day so far, most watched first. Grain: one row per streamer.
select
    coalesce(streamers.streamer_name, seen.streamer_id) as streamer_name,
    seen.watch_hours
from (
    select
        streams.streamer_id,
        hours_of(sum(streams.viewer_count * spans.span_half_ms)) as watch_hours
    from staging.streams
    inner join spans using (poll_id)
    where streams.day = :day and streams.game_id = any(cast(:game_ids as text []))
    group by streams.streamer_id
    order by watch_hours desc, streams.streamer_id
    limit :limit
) as seen
left join streamers using (streamer_id)
order by seen.watch_hours desc, seen.streamer_id;

-- name: games_of_streamer_today
-- The games of a streamer on the current day so far, most watched first. Grain: one row per name of a game.
select
    coalesce(min(games.game_name), '') as game_name,
    hours_of(sum(streams.viewer_count * spans.span_half_ms)) as watch_hours,
    hours_of(sum(spans.span_half_ms)) as airtime_hours,
    max(streams.viewer_count) as peak_viewers
from staging.streams
inner join spans using (poll_id)
left join games using (game_id)
where streams.day = :day and streams.streamer_id = :streamer_id
group by coalesce(games.name_key, streams.game_id)
order by watch_hours desc, min(streams.game_id);
