-- name: best_days
-- Each game or streamer's best day by a measure, highest first: the first 50 of all time. Grain: one row per game or streamer.
with best as (
    select distinct on (id)
        id,
        day,
        value
    from daily_leaders
    where kind = :kind and measure = :measure
    order by id, value desc, day
),

top as (
    select * from best
    order by value desc, id
    limit 50
)

select
    cast(:kind as text) as kind,
    top.id,
    coalesce(games.game_name, streamers.streamer_name, '') as name,
    addresses.slug,
    top.value,
    top.day,
    count(*) over () as of_all
from top
left join games on cast(:kind as text) = 'game' and games.game_id = top.id
left join streamers on cast(:kind as text) = 'streamer' and streamers.streamer_id = top.id
left join addresses on addresses.kind = :kind and addresses.id = top.id and addresses.is_current
order by top.value desc, top.id
limit :limit offset :offset;

-- name: leaders_of_day
-- The streamers with the most hours watched of a day, the first 50. Grain: one row per streamer.
select
    row_number() over (order by leaders.value desc, leaders.id) as rank,
    leaders.id,
    coalesce(streamers.streamer_name, '') as streamer,
    addresses.slug
from daily_leaders as leaders
left join streamers on streamers.streamer_id = leaders.id
left join addresses on addresses.kind = 'streamer' and addresses.id = leaders.id and addresses.is_current
where leaders.day = :day and leaders.kind = 'streamer' and leaders.measure = 'watch_hours'
order by leaders.value desc, leaders.id;

-- name: record_of^
-- The newest record of hours watched that one game or streamer set on some days, and the best day before it, as in `records_set`.
-- Grain: one row.
select
    day,
    value,
    best_before
from daily_leaders
where
    day = any(cast(:days as date [])) and kind = :kind and measure = 'watch_hours' and id = :id
    and value > best_before and days_before >= 7
order by day desc
limit 1;

-- name: records_set
-- The records that leaders set on some days, by games, by streamers, or by both, and by one measure or by both, the newest day
-- first, and on a day the largest of each measure. Who was live on less than a week of days has none. Of several records of one measure, the last one
-- counts; it is more than `best_before`, the best of all days before it, as on every page.
-- Grain: one row per kind, game or streamer, and measure.
with records as (
    select distinct on (kind, id, measure)
        kind,
        id,
        measure,
        day,
        value,
        best_before
    from daily_leaders
    where
        day between cast(:first as date) and cast(:last as date)
        and value > best_before and days_before >= 7
        and (cast(:kind as text) is null or kind = cast(:kind as text))
        and (cast(:measure as text) is null or measure = cast(:measure as text))
    order by kind, id, measure, day desc
)

select
    records.kind,
    records.id,
    coalesce(games.game_name, streamers.streamer_name, '') as name,
    addresses.slug,
    records.measure,
    records.value,
    records.best_before,
    records.day,
    count(*) over () as of_all
from records
left join games on records.kind = 'game' and games.game_id = records.id
left join streamers on records.kind = 'streamer' and streamers.streamer_id = records.id
left join addresses on addresses.kind = records.kind and addresses.id = records.id and addresses.is_current
order by
    records.day desc,
    row_number() over (partition by records.day, records.measure order by records.value desc, records.id), records.kind, records.id,
    records.measure
limit :limit offset :offset;

-- name: new_games
-- Games that were first seen on some days and led the new ones of any of them, most watched first, with the sums of these days.
-- Grain: one row per game.
with seen as (
    select
        games.game_id,
        games.game_name,
        games.first_seen_day,
        sums.*
    from (
        select distinct daily_leaders.id
        from daily_leaders
        where
            daily_leaders.day between cast(:first as date) and cast(:last as date)
            and daily_leaders.kind = 'game' and daily_leaders.measure = 'new_watch_hours'
    ) as candidates
    inner join games on games.game_id = candidates.id and games.first_seen_day >= cast(:first as date)
    cross join lateral (
        select
            sum(found.watch_hours) as watch_hours,
            sum(found.airtime_hours) as airtime_hours,
            max(found.peak_viewers) as peak_viewers
        from days
        cross join lateral (
            select
                daily_games.watch_hours,
                daily_games.airtime_hours,
                daily_games.peak_viewers
            from daily_games
            where daily_games.day = days.day and daily_games.game_id = games.game_id
            limit 1
        ) as found
        where days.day between games.first_seen_day and cast(:last as date)
    ) as sums
)

select
    'game' as kind,
    seen.game_id as id,
    seen.game_name as name,
    addresses.slug,
    seen.first_seen_day,
    seen.watch_hours,
    seen.airtime_hours,
    seen.peak_viewers,
    count(*) over () as of_all
from seen
left join addresses on addresses.kind = 'game' and addresses.id = seen.game_id and addresses.is_current
where seen.watch_hours > 0
order by seen.watch_hours desc, seen.game_id
limit :limit offset :offset;

-- name: new_streamers
-- Streamers that were first seen on some days and led the new ones of any of them, as for games. Grain: one row per streamer.
with seen as (
    select
        streamers.streamer_id,
        streamers.streamer_name,
        streamers.first_seen_day,
        sums.*
    from (
        select distinct daily_leaders.id
        from daily_leaders
        where
            daily_leaders.day between cast(:first as date) and cast(:last as date)
            and daily_leaders.kind = 'streamer' and daily_leaders.measure = 'new_watch_hours'
    ) as candidates
    inner join streamers on streamers.streamer_id = candidates.id and streamers.first_seen_day >= cast(:first as date)
    cross join lateral (
        select
            sum(found.watch_hours) as watch_hours,
            sum(found.airtime_hours) as airtime_hours,
            max(found.peak_viewers) as peak_viewers
        from days
        cross join lateral (
            select
                daily_streamers.watch_hours,
                daily_streamers.airtime_hours,
                daily_streamers.peak_viewers
            from daily_streamers
            where daily_streamers.day = days.day and daily_streamers.streamer_id = streamers.streamer_id
            limit 1
        ) as found
        where days.day between streamers.first_seen_day and cast(:last as date)
    ) as sums
)

select
    'streamer' as kind,
    seen.streamer_id as id,
    seen.streamer_name as name,
    addresses.slug,
    seen.first_seen_day,
    seen.watch_hours,
    seen.airtime_hours,
    seen.peak_viewers,
    count(*) over () as of_all
from seen
left join addresses on addresses.kind = 'streamer' and addresses.id = seen.streamer_id and addresses.is_current
where seen.watch_hours > 0
order by seen.watch_hours desc, seen.streamer_id
limit :limit offset :offset;

-- name: records_of_all^
-- The most watched day and the day with the highest peak of all Twitch. Grain: one row.
select
    best_day.day,
    best_day.watch_hours,
    best_hour.peak_viewers,
    (
        select days.day from days
        where days.starts_at <= best_hour.hour_at and days.ends_at > best_hour.hour_at
        limit 1
    ) as peak_day
from (values (true)) as one (row)
left join lateral (
    select
        days.day,
        days.watch_hours
    from days
    where days.watch_hours > 0
    order by days.watch_hours desc, days.day
    limit 1
) as best_day on true
left join lateral (
    select
        hours.hour_at,
        hours.peak_viewers
    from hours
    order by hours.peak_viewers desc, hours.hour_at
    limit 1
) as best_hour on true;
