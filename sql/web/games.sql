-- name: find^
-- The game or streamer to which a slug leads, and its current slug. Grain: one row.
select
    addresses.id,
    current.slug
from addresses
inner join addresses as current
    on current.kind = addresses.kind and current.id = addresses.id and current.is_current
where addresses.kind = :kind and addresses.slug = :slug;

-- name: slugs
-- The current slugs of some games or streamers. Grain: one row per game or streamer.
select
    id,
    slug
from addresses
where kind = :kind and is_current and id = any(cast(:ids as text []));

-- name: game^
-- The name of a game, and when it was seen. Grain: one row.
select
    game_name as game,
    first_seen_day,
    last_seen_day
from games
where game_id = :game_id;

-- name: days_version^
-- Changes whenever a total of days can change. Grain: one row.
select
    max(rolled_up_at) as rolled_up_at,
    count(*) as days
from days;

-- name: names_version$
-- The poll up to which names and addresses are current: it changes whenever one of them can change.
select x_id from cursors where name = 'names';

-- name: game_titles
-- The name of every game, its slug, and its first day. Grain: one row per game.
select
    games.game_id,
    games.game_name as game,
    games.first_seen_day,
    addresses.slug
from games
left join addresses on addresses.kind = 'game' and addresses.id = games.game_id and addresses.is_current;

-- name: measured_days
-- The measured days of a span, with their measured hours. Grain: one row per day.
select
    day,
    covered_hours
from days
where day between cast(:first as date) and cast(:last as date) and covered_hours > 0
order by day;

-- name: days_rolled_up^
-- The first and the last day that is rolled up. Grain: one row.
select
    min(day) as first_day,
    max(day) as last_day
from days;

-- name: game_totals
-- Totals of every game over whole months and single days, most watched first. Streams without a game are left out. How the
-- viewers are spread is that of the days for which it was stored; null if there are none.
-- Grain: one row per game.
with parts as (
    select
        game_id,
        watch_hours,
        airtime_hours,
        peak_viewers,
        top_watch_hours,
        top3_watch_hours,
        watch_hours_with_shares,
        median_viewers,
        airtime_hours_with_median
    from monthly_games
    where month = any(cast(:months as date []))
    union all
    select
        game_id,
        watch_hours,
        airtime_hours,
        peak_viewers,
        top_watch_hours,
        top3_watch_hours,
        case when top_watch_hours is not null then watch_hours end as watch_hours_with_shares,
        median_viewers,
        case when median_viewers is not null then airtime_hours end as airtime_hours_with_median
    from daily_games
    where day = any(cast(:days as date []))
)

select
    game_id,
    sum(watch_hours) as watch_hours,
    sum(airtime_hours) as airtime_hours,
    max(peak_viewers) as peak_viewers,
    sum(top_watch_hours) / nullif(sum(watch_hours_with_shares), 0) as top_share,
    sum(top3_watch_hours) / nullif(sum(watch_hours_with_shares), 0) as top3_share,
    sum(median_viewers * airtime_hours_with_median) / nullif(sum(airtime_hours_with_median), 0) as median_viewers
from parts
where game_id <> ''
group by game_id
order by sum(watch_hours) desc, game_id;

-- name: game_by_day
-- Games on each measured day of a span, from the first day of each; zero on a day on which nobody streamed one. Averages are
-- over the measured time. Grain: one row per game and day.
select
    wanted.id,
    days.day,
    days.covered_hours,
    days.coverage,
    coalesce(daily_games.watch_hours, 0) as watch_hours,
    coalesce(daily_games.airtime_hours, 0) as airtime_hours,
    coalesce(daily_games.watch_hours, 0) / days.covered_hours as average_viewers,
    coalesce(daily_games.peak_viewers, 0) as peak_viewers,
    coalesce(daily_games.airtime_hours, 0) / days.covered_hours as average_streams,
    daily_games.watch_hours / nullif(daily_games.airtime_hours, 0) as viewers_per_stream
from days
cross join unnest(cast(:game_ids as text [])) as wanted (id)
left join games on games.game_id = wanted.id
left join daily_games on daily_games.day = days.day and daily_games.game_id = wanted.id
where
    days.day between cast(:first as date) and cast(:last as date) and days.covered_hours > 0
    and (daily_games.game_id is not null or games.first_seen_day <= days.day)
order by wanted.id, days.day;

-- name: game_by_hour
-- A game in each measured hour of a span of time, from its first day on; zero in an hour in which nobody streamed it.
-- Grain: one row per hour.
select
    hours.hour_at,
    coalesce(hourly_games.average_viewers, 0) as average_viewers,
    coalesce(hourly_games.peak_viewers, 0) as peak_viewers,
    coalesce(hourly_games.average_streams, 0) as average_streams
from hours
left join hourly_games on hourly_games.game_id = :game_id and hourly_games.hour_at = hours.hour_at
where
    hours.hour_at >= cast(:from_at as timestamptz) and hours.hour_at < cast(:to_at as timestamptz)
    and (
        hourly_games.game_id is not null
        or hours.hour_at >= coalesce(
            (
                select days.starts_at
                from games
                inner join days on days.day = games.first_seen_day
                where games.game_id = :game_id
            ), '-infinity'
        )
    )
order by hours.hour_at;

-- name: games_by_hours_of_week
-- Some games in those hours of some whole weeks of the bot's days, up to one, that are some hours of the week on the wall clock
-- of a time zone; 0 is Monday from 0:00 to 1:00. `of_week`: the viewers per channel of the game in the whole week around the
-- hour, `of_all`: in all these weeks. Grain: one row per game and hour.
with clock as materialized (
    select
        hour_at,
        (cast(extract(epoch from cast(:to_at as timestamptz) - hour_at) as integer) - 1) / 604800 as week,
        in_zone.place
    from generate_series(
        date_trunc('hour', cast(:from_at as timestamptz), 'UTC'), cast(:to_at as timestamptz), interval '1 hour'
    ) as hours (hour_at)
    cross join lateral (
        select
            cast(
                24 * (extract(isodow from hour_at at time zone :timezone) - 1)
                + extract(hour from hour_at at time zone :timezone) as integer
            ) as place
    ) as in_zone
    where
        hour_at >= cast(:from_at as timestamptz) and hour_at < cast(:to_at as timestamptz)
        and in_zone.place = any(cast(:places as integer []))
),

weeks as materialized (
    select
        game_id,
        (cast(:last as date) - day) / 7 as week,
        sum(watch_hours) / nullif(sum(airtime_hours), 0) as of_week,
        sum(sum(watch_hours)) over of_game / nullif(sum(sum(airtime_hours)) over of_game, 0) as of_all
    from daily_games
    where day = any(cast(:days as date [])) and game_id = any(cast(:game_ids as text []))
    group by game_id, (cast(:last as date) - day) / 7
    window of_game as (partition by game_id)
)

select
    hourly_games.game_id,
    hourly_games.hour_at,
    hourly_games.average_viewers,
    hourly_games.average_streams,
    clock.place,
    coalesce(weeks.of_week, 0) as of_week,
    coalesce(weeks.of_all, 0) as of_all
from weeks
inner join clock using (week)
inner join hourly_games on hourly_games.game_id = weeks.game_id and hourly_games.hour_at = clock.hour_at
order by hourly_games.game_id, hourly_games.hour_at;

-- name: languages_in_games
-- The share of one language in some games over some days, of the hours watched and of the hours streamed. Grain: one row per
-- game that has the language.
select
    game_id,
    sum(watch_hours) filter (where language = :language) / nullif(sum(watch_hours), 0) as of_viewers,
    sum(airtime_hours) filter (where language = :language) / nullif(sum(airtime_hours), 0) as of_streams
from daily_game_languages
where day = any(cast(:days as date [])) and game_id = any(cast(:game_ids as text []))
group by game_id
having sum(airtime_hours) filter (where language = :language) > 0
order by game_id;

-- name: languages_of_game
-- The languages of a game over some days, most watched first. Grain: one row per language.
select
    language,
    sum(watch_hours) as watch_hours,
    sum(airtime_hours) as airtime_hours
from daily_game_languages
where day = any(cast(:days as date [])) and game_id = :game_id and language <> ''
group by language
order by sum(watch_hours) desc, language;

-- name: ranked_days_of_game
-- The newest days with a game, newest first, each with its rank among the games of the day. Averages are over the measured
-- time. Grain: one row per day.
with newest as (
    select
        days.day,
        days.rolled_up_at,
        days.coverage,
        own.watch_hours,
        own.watch_hours / nullif(days.covered_hours, 0) as average_viewers,
        own.peak_viewers
    from days
    inner join daily_games as own on own.day = days.day and own.game_id = :game_id
    order by days.day desc
    limit :limit
)

select
    newest.*,
    placed.rank,
    placed.ranked
from newest
cross join lateral (
    select
        1 + count(*) filter (
            where daily_games.watch_hours > newest.watch_hours
            or (daily_games.watch_hours = newest.watch_hours and daily_games.game_id < :game_id)
        ) as rank,
        count(*) as ranked
    from daily_games
    where daily_games.day = newest.day and daily_games.game_id <> ''
) as placed
order by newest.day desc;

-- name: shares_by_day
-- Some games on each day of a span, with the hours watched of all Twitch on it. Grain: one row per day and game, in the given
-- order of the games.
select
    days.day,
    wanted.id as game_id,
    coalesce(daily_games.watch_hours, 0) as watch_hours,
    days.watch_hours as of_all
from days
cross join unnest(cast(:game_ids as text [])) with ordinality as wanted (id, place)
left join daily_games on daily_games.day = days.day and daily_games.game_id = wanted.id
where days.day between cast(:first as date) and cast(:last as date) and days.watch_hours > 0
order by days.day, wanted.place;
