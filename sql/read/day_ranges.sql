-- name: measured^
-- The days of a span that have any measurement, their measured hours, and the hours watched of all of Twitch.
-- Grain: one row.
select
    count(*) filter (where covered_hours > 0) as days,
    coalesce(sum(covered_hours), 0) as covered_hours,
    coalesce(sum(watch_hours), 0) as watch_hours
from days
where day between cast(:first as date) and cast(:last as date);

-- name: summed_up_months
-- The months that begin in a span of days and have monthly tables. Grain: one row per month.
select month
from months
where month between cast(:first as date) and cast(:last as date)
order by month;

-- name: categories_of_game$
-- The ids of all categories that have the name of this one, itself included: two categories of one name are one game.
select same_games(:game_id);

-- name: streamers_of_game
-- The streamers of some categories over whole months and single days, most watched first. `of_all`: number of streamers.
-- Grain: one row per streamer.
with parts as (
    select
        streamer_id,
        watch_hours,
        airtime_hours,
        peak_viewers
    from monthly_streamer_games
    where game_id = any(cast(:game_ids as text [])) and month = any(cast(:months as date []))
    union all
    select
        streamer_id,
        watch_hours,
        airtime_hours,
        peak_viewers
    from daily_streamer_games
    where game_id = any(cast(:game_ids as text [])) and day = any(cast(:days as date []))
),

top as (
    select
        streamer_id,
        sum(watch_hours) as watch_hours,
        sum(airtime_hours) as airtime_hours,
        max(peak_viewers) as peak_viewers,
        count(*) over () as of_all
    from parts
    group by streamer_id
    order by sum(watch_hours) desc, streamer_id
    limit :limit offset :offset
)

select
    top.streamer_id,
    coalesce(streamers.streamer_name, top.streamer_id) as streamer_name,
    addresses.slug,
    top.watch_hours,
    top.airtime_hours,
    top.peak_viewers,
    top.of_all
from top
left join streamers using (streamer_id)
left join addresses on addresses.kind = 'streamer' and addresses.id = top.streamer_id and addresses.is_current
order by top.watch_hours desc, top.streamer_id;

-- name: games_of_streamer
-- The categories of a streamer over a span of days, most watched first; streams without a category are one. `name_key` is
-- the same for categories of one name. Limit null: all. Grain: one row per category.
select
    played.game_id,
    coalesce(games.game_name, '') as game_name,
    coalesce(games.name_key, played.game_id) as name_key,
    addresses.slug,
    sum(played.watch_hours) as watch_hours,
    sum(played.airtime_hours) as airtime_hours,
    max(played.peak_viewers) as peak_viewers,
    sum(sum(played.watch_hours)) over () as watch_hours_of_all,
    sum(sum(played.airtime_hours)) over () as airtime_hours_of_all,
    count(*) over () as of_all
from daily_streamer_games as played
left join games using (game_id)
left join addresses on addresses.kind = 'game' and addresses.id = played.game_id and addresses.is_current
where played.streamer_id = :streamer_id and played.day between cast(:first as date) and cast(:last as date)
group by played.game_id, games.game_name, games.name_key, addresses.slug
order by sum(played.watch_hours) desc, played.game_id
limit :limit offset :offset;
