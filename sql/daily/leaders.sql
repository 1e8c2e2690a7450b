-- name: mark_leaders_outdated!
-- Mark the leaders of a day, and of the days after it, as not stored, because the day changes.
update days set has_leaders = false where day >= cast(:day as date) and has_leaders;

-- name: days_without_leaders
-- The newest rolled-up days whose leaders are not stored. Not all at once: after an upgrade there can be years of them, each of
-- which takes seconds, and the next day must not wait for them. Grain: one row per day.
select day from days
where not has_leaders
order by day desc
limit 20;

-- name: delete_leaders!
-- Delete a day's rows before they are inserted again. Grain: one row per day, kind, measure and game or streamer.
delete from daily_leaders where day = :day;

-- name: insert_leading_games!
-- The 50 games with the highest peak, the most hours watched, and the most hours watched of those that are new: first seen in
-- the 30 days up to this one, and not in the first week of all, when every game is. Each earlier day is looked up by key.
-- Grain: one row per day, measure and game.
insert into daily_leaders (day, kind, measure, id, value, best_before, days_before)
with leaders as (
    (
        select
            'peak_viewers' as measure,
            game_id,
            cast(peak_viewers as double precision) as value
        from daily_games
        where day = cast(:day as date) and game_id <> ''
        order by peak_viewers desc, game_id
        limit 50
    )
    union all
    (
        select
            'watch_hours',
            game_id,
            watch_hours
        from daily_games
        where day = cast(:day as date) and game_id <> ''
        order by watch_hours desc, game_id
        limit 50
    )
    union all
    (
        select
            'new_watch_hours',
            daily_games.game_id,
            daily_games.watch_hours
        from daily_games
        inner join games on games.game_id = daily_games.game_id
        where
            daily_games.day = cast(:day as date) and daily_games.game_id <> ''
            and games.first_seen_day > cast(:day as date) - 30
            and games.first_seen_day >= (select min(days.day) + 7 from days)
        order by daily_games.watch_hours desc, daily_games.game_id
        limit 50
    )
),

before as (
    select
        wanted.game_id,
        max(found.peak_viewers) as peak_viewers,
        max(found.watch_hours) as watch_hours,
        count(*) as days
    from (select distinct leaders.game_id from leaders where leaders.measure <> 'new_watch_hours') as wanted
    cross join days
    cross join lateral (
        select
            daily_games.peak_viewers,
            daily_games.watch_hours
        from daily_games
        where daily_games.day = days.day and daily_games.game_id = wanted.game_id
        limit 1
    ) as found
    where days.day < cast(:day as date)
    group by wanted.game_id
)

select
    cast(:day as date),
    'game',
    leaders.measure,
    leaders.game_id,
    leaders.value,
    case leaders.measure when 'peak_viewers' then before.peak_viewers when 'watch_hours' then before.watch_hours end,
    case when leaders.measure <> 'new_watch_hours' then coalesce(before.days, 0) else 0 end
from leaders
left join before on before.game_id = leaders.game_id;

-- name: insert_leading_streamers!
-- The 50 streamers with the highest peak, the most hours watched, and the most hours watched of those that are new, as for
-- games. Grain: one row per day, measure and streamer.
insert into daily_leaders (day, kind, measure, id, value, best_before, days_before)
with leaders as (
    (
        select
            'peak_viewers' as measure,
            streamer_id,
            cast(peak_viewers as double precision) as value
        from daily_streamers
        where day = cast(:day as date)
        order by peak_viewers desc, streamer_id
        limit 50
    )
    union all
    (
        select
            'watch_hours',
            streamer_id,
            watch_hours
        from daily_streamers
        where day = cast(:day as date)
        order by watch_hours desc, streamer_id
        limit 50
    )
    union all
    (
        select
            'new_watch_hours',
            daily_streamers.streamer_id,
            daily_streamers.watch_hours
        from daily_streamers
        inner join streamers on streamers.streamer_id = daily_streamers.streamer_id
        where
            daily_streamers.day = cast(:day as date)
            and streamers.first_seen_day > cast(:day as date) - 30
            and streamers.first_seen_day >= (select min(days.day) + 7 from days)
        order by daily_streamers.watch_hours desc, daily_streamers.streamer_id
        limit 50
    )
),

before as (
    select
        wanted.streamer_id,
        max(found.peak_viewers) as peak_viewers,
        max(found.watch_hours) as watch_hours,
        count(*) as days
    from (select distinct leaders.streamer_id from leaders where leaders.measure <> 'new_watch_hours') as wanted
    cross join days
    cross join lateral (
        select
            daily_streamers.peak_viewers,
            daily_streamers.watch_hours
        from daily_streamers
        where daily_streamers.day = days.day and daily_streamers.streamer_id = wanted.streamer_id
        limit 1
    ) as found
    where days.day < cast(:day as date)
    group by wanted.streamer_id
)

select
    cast(:day as date),
    'streamer',
    leaders.measure,
    leaders.streamer_id,
    leaders.value,
    case leaders.measure when 'peak_viewers' then before.peak_viewers when 'watch_hours' then before.watch_hours end,
    case when leaders.measure <> 'new_watch_hours' then coalesce(before.days, 0) else 0 end
from leaders
left join before on before.streamer_id = leaders.streamer_id;

-- name: store_leaders!
-- Store that the leaders of a day are stored.
update days set has_leaders = true where day = :day;
