-- name: state^
-- The version of all data on the dashboard: while it is the same, so is every page. Read every two seconds, so each value
-- comes from an index. Grain: one row.
select
    (select count(*) from staging.polls where day >= cast(:since as date)) as polls,
    (select max(poll_id) from staging.polls) as poll_id,
    (select max(rolled_up_at) from days) as rolled_up_at,
    (select max(summed_up_at) from genre_days) as genres_at,
    (select max(post_id) from posts) as post_id,
    (select count(*) from posts where status in ('due', 'sending', 'unknown')) as open_posts,
    (select x_id from cursors where name = 'names') as names_up_to,
    (select as_of from streamer_ranks order by days, rank limit 1) as ranks_as_of,
    (select min(day) from daily_leaders) as leaders_from,
    (select max(day) from daily_leaders) as leaders_up_to;

-- name: peak_at$
-- When the poll began that counted the most viewers in a span of time.
select started_at
from staging.polls
where
    day >= cast(cast(:from_at as timestamptz) at time zone 'UTC' as date) - 1
    and started_at >= :from_at
    and started_at < :to_at
    and status <> 'failed'
order by viewers desc, started_at
limit 1;

-- name: games_now
-- The games of one poll, most watched first, with their average viewers in an hour of yesterday and of last week.
-- Grain: one row per game.
select
    cast(:offset as bigint) + row_number() over (order by seen.viewers desc, seen.game_id) as rank,
    seen.game_id,
    coalesce(games.game_name, '') as game,
    addresses.slug,
    seen.viewers,
    seen.streams,
    cast(seen.viewers as double precision) / seen.streams as viewers_per_stream,
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

-- name: games_by_hour
-- Some games in each hour of a span of time in which they were streamed. Grain: one row per game and hour.
select
    game_id,
    hour_at,
    average_viewers
from hourly_games
where
    game_id = any(cast(:game_ids as text []))
    and hour_at >= cast(:from_at as timestamptz) and hour_at < cast(:to_at as timestamptz);

-- name: count_games_now$
-- The number of games of one poll.
select count(*) from staging.games where poll_id = :poll_id and game_id <> '';

-- name: viewers_by_hour
-- All of Twitch in each measured hour of a span of time. Grain: one row per hour.
select
    hour_at,
    average_viewers,
    peak_viewers,
    average_streams
from hours
where hour_at >= cast(:from_at as timestamptz) and hour_at < cast(:to_at as timestamptz)
order by hour_at;

-- name: viewers_at
-- Average viewers of all Twitch in some hours. Grain: one row per hour.
select
    hour_at,
    average_viewers
from hours
where hour_at = any(cast(:hours as timestamptz []));

-- name: languages_now
-- The languages of one poll, most watched first. Grain: one row per language.
select
    language,
    viewers,
    streams
from staging.languages
where poll_id = :poll_id and language <> ''
order by viewers desc, language;

-- name: live_among
-- Those of some games and streamers that were live at one poll. Grain: one row per game or stream.
select
    'game' as kind,
    games_now.game_id as id,
    games_now.viewers,
    '' as game
from staging.games as games_now
where games_now.poll_id = :poll_id and games_now.game_id = any(cast(:game_ids as text []))
union all
select
    'streamer',
    streams.streamer_id,
    streams.viewer_count,
    coalesce(games.game_name, '')
from staging.streams
left join games using (game_id)
where
    streams.day = :day and streams.poll_id = :poll_id
    and streams.streamer_id = any(cast(:streamer_ids as text []));
