-- name: state^
-- What everything shown is made of: while it is the same, so is every page. Asked for every two seconds, so of each table
-- what its index tells at once. Grain: one row.
select
    (select count(*) from staging.polls where day >= cast(:since as date)) as polls,
    (select max(poll_id) from staging.polls) as poll_id,
    (select max(rolled_up_at) from days) as rolled_up_at,
    (select max(post_id) from posts) as post_id,
    (select count(*) from posts where status in ('due', 'sending', 'unknown')) as open_posts,
    (select x_id from cursors where name = 'names') as named;

-- name: games_now
-- The games of one poll, the most watched first, with what they had in an hour of yesterday and of last week.
-- Grain: one row per game.
select
    seen.game_id,
    coalesce(games.game_name, '') as game_name,
    addresses.slug,
    seen.viewers,
    seen.streams,
    yesterday.average_viewers as viewers_yesterday,
    last_week.average_viewers as viewers_last_week
from (
    select * from staging.games
    where poll_id = :poll_id and game_id <> ''
    order by viewers desc, game_id
    limit :limit offset :offset
) as seen
left join games using (game_id)
left join addresses on addresses.kind = 'game' and addresses.id = seen.game_id and addresses.is_current
left join hourly_games as yesterday
    on yesterday.game_id = seen.game_id and yesterday.hour_at = cast(:yesterday as timestamptz)
left join hourly_games as last_week
    on last_week.game_id = seen.game_id and last_week.hour_at = cast(:last_week as timestamptz)
order by seen.viewers desc, seen.game_id;

-- name: count_games_now$
-- How many games one poll saw.
select count(*) from staging.games where poll_id = :poll_id and game_id <> '';

-- name: viewers_by_hour
-- All of Twitch, by the hour, of a span of time. Grain: one row per hour.
select
    hour_at,
    average_viewers,
    peak_viewers,
    average_streams
from hours
where hour_at >= cast(:from_at as timestamptz) and hour_at < cast(:to_at as timestamptz)
order by hour_at;

-- name: hours_at
-- All of Twitch in certain hours. Grain: one row per hour.
select
    hour_at,
    average_viewers
from hours
where hour_at = any(cast(:hours as timestamptz []));
