-- name: find
-- Whose address this is, and what it is now. Grain: one row per game or streamer.
select
    addresses.id,
    current.slug
from addresses
inner join addresses as current
    on current.kind = addresses.kind and current.id = addresses.id and current.is_current
where addresses.kind = :kind and addresses.slug = :slug;

-- name: slugs
-- The addresses of some games or streamers. Grain: one row per game or streamer.
select
    id,
    slug
from addresses
where kind = :kind and is_current and id = any(cast(:ids as text []));

-- name: game^
-- A game. Grain: one row.
select
    game_name,
    first_seen_day,
    last_seen_day
from games
where game_id = :game_id;

-- name: days_version^
-- Until it is another, every sum of days stays as it is. Grain: one row.
select
    max(rolled_up_at) as rolled_up_at,
    count(*) as days
from days;

-- name: names_version$
-- Up to which poll names and addresses are told: until it is another, they stay as they are.
select x_id from cursors where name = 'names';

-- name: games_named
-- What every game is called, and its address. Grain: one row per game.
select
    games.game_id,
    games.game_name,
    addresses.slug
from games
left join addresses on addresses.kind = 'game' and addresses.id = games.game_id and addresses.is_current;

-- name: days_rolled_up^
-- The first and the last day that there is. Grain: one row.
select
    min(day) as first_day,
    max(day) as last_day
from days;

-- name: standings
-- Every game over whole months and single days, the most watched first; what is streamed without a game is none.
-- Grain: one row per game.
with parts as (
    select
        game_id,
        watch_hours,
        airtime_hours,
        peak_viewers
    from monthly_games
    where month = any(cast(:months as date []))
    union all
    select
        game_id,
        watch_hours,
        airtime_hours,
        peak_viewers
    from daily_games
    where day = any(cast(:days as date []))
)

select
    game_id,
    sum(watch_hours) as watch_hours,
    sum(airtime_hours) as airtime_hours,
    max(peak_viewers) as peak_viewers
from parts
where game_id <> ''
group by game_id
order by sum(watch_hours) desc, game_id;

-- name: game_by_day
-- Games on each measured day of a span; on a day on which one was not seen it was watched by nobody.
-- Grain: one row per game and day.
select
    asked.game_id,
    days.day,
    days.covered_hours,
    days.coverage,
    coalesce(daily_games.watch_hours, 0) as watch_hours,
    coalesce(daily_games.airtime_hours, 0) as airtime_hours,
    coalesce(daily_games.peak_viewers, 0) as peak_viewers
from days
cross join unnest(cast(:game_ids as text [])) as asked (game_id)
left join daily_games on daily_games.day = days.day and daily_games.game_id = asked.game_id
where days.day between cast(:first as date) and cast(:last as date) and days.covered_hours > 0
order by asked.game_id, days.day;

-- name: game_by_hour
-- Games in each measured hour of a span of time; in an hour in which one was not seen it was watched by nobody.
-- Grain: one row per game and hour.
select
    asked.game_id,
    hours.hour_at,
    coalesce(hourly_games.average_viewers, 0) as average_viewers,
    coalesce(hourly_games.peak_viewers, 0) as peak_viewers,
    coalesce(hourly_games.average_streams, 0) as average_streams
from hours
cross join unnest(cast(:game_ids as text [])) as asked (game_id)
left join hourly_games on hourly_games.game_id = asked.game_id and hourly_games.hour_at = hours.hour_at
where hours.hour_at >= cast(:from_at as timestamptz) and hours.hour_at < cast(:to_at as timestamptz)
order by asked.game_id, hours.hour_at;
