-- name: day^
-- One rolled-up day. Grain: one row per day.
select
    day as date,
    starts_at,
    ends_at,
    polls,
    covered_hours,
    coverage,
    watch_hours,
    airtime_hours
from days
where day = :day;

-- name: top_games
-- The most watched games of a day, with their hours and rank on the day before; streams without a game do not count.
-- Categories of one name are one game. Grain: one row per game name.
with named as (
    select
        daily_games.day,
        games.name_key,
        min(daily_games.game_id) as game_id,
        sum(daily_games.watch_hours) as watch_hours,
        (array_agg(games.game_name order by daily_games.watch_hours desc, daily_games.game_id))[1] as game_name
    from daily_games
    inner join games using (game_id)
    where daily_games.day in (cast(:day as date), cast(:day_before as date)) and daily_games.game_id <> ''
    group by daily_games.day, games.name_key
),

top as (
    select
        name_key,
        game_id,
        game_name,
        watch_hours
    from named
    where day = cast(:day as date)
    order by watch_hours desc, game_id
    limit :how_many
)

select
    top.game_name as name,
    top.watch_hours,
    cast(null as text) as plain_name,
    before.watch_hours as hours_before,
    case
        when before.watch_hours is not null then (
            select count(*) + 1 from named as above
            where
                above.day = cast(:day_before as date)
                and (above.watch_hours, before.game_id) > (before.watch_hours, above.game_id)
        )
    end as rank_before
from top
left join named as before on before.day = cast(:day_before as date) and before.name_key = top.name_key
order by top.watch_hours desc, top.game_id;

-- name: top_streamers
-- The most watched streamers of a day, with their hours and rank on the day before. Grain: one row per streamer.
with top as (
    select
        streamer_id,
        watch_hours
    from daily_streamers
    where day = :day
    order by watch_hours desc, streamer_id
    limit :how_many
)

select
    streamers.streamer_name as name,
    top.watch_hours,
    streamers.login as plain_name,
    before.watch_hours as hours_before,
    case
        when before.watch_hours is not null then (
            select count(*) + 1 from daily_streamers as above
            where
                above.day = cast(:day_before as date)
                and (above.watch_hours, before.streamer_id) > (before.watch_hours, above.streamer_id)
        )
    end as rank_before
from top
inner join streamers using (streamer_id)
left join daily_streamers as before
    on before.day = cast(:day_before as date) and before.streamer_id = top.streamer_id
order by top.watch_hours desc, top.streamer_id;

-- name: top_streamers_of_game
-- The most watched streamers of one game on a day, with their hours and rank on the day before. Categories of one name
-- are one game. Grain: one row per streamer.
with watched as (
    select
        day,
        streamer_id,
        sum(watch_hours) as watch_hours
    from daily_streamer_games
    where day in (cast(:day as date), cast(:day_before as date)) and game_id = any(same_games(:game_id))
    group by day, streamer_id
),

top as (
    select
        streamer_id,
        watch_hours
    from watched
    where day = cast(:day as date)
    order by watch_hours desc, streamer_id
    limit :how_many
)

select
    streamers.streamer_name as name,
    top.watch_hours,
    streamers.login as plain_name,
    before.watch_hours as hours_before,
    case
        when before.watch_hours is not null then (
            select count(*) + 1 from watched as above
            where
                above.day = cast(:day_before as date)
                and (above.watch_hours, before.streamer_id) > (before.watch_hours, above.streamer_id)
        )
    end as rank_before
from top
inner join streamers using (streamer_id)
left join watched as before on before.day = cast(:day_before as date) and before.streamer_id = top.streamer_id
order by top.watch_hours desc, top.streamer_id;

-- name: drawable_games
-- The games of a day from which one is drawn, in a stable order. Categories of one name are one game, with the id of the
-- most watched of them. Grain: one row per game name.
select
    (array_agg(daily_games.game_id order by daily_games.watch_hours desc, daily_games.game_id))[1] as game_id,
    sum(daily_games.watch_hours) as watch_hours
from daily_games
left join games using (game_id)
where daily_games.day = :day and daily_games.game_id <> '' and daily_games.watch_hours > 0
group by coalesce(games.name_key, daily_games.game_id)
order by game_id;

-- name: store_draw!
-- Store the game drawn for a day; the first draw stays. Grain: one row per day.
insert into draws (day, game_id, drawn_at)
values (:day, :game_id, :drawn_at)
on conflict (day) do nothing;

-- name: drawn_game^
-- The game drawn for a day. Grain: one row per day.
select
    draws.game_id,
    games.game_name
from draws
inner join games using (game_id)
where draws.day = :day;

-- name: has_posts$
-- Whether the outbox has the summaries of a day, skipped ones included.
select exists (select from posts where day = :day);

-- name: store_post!
-- Put a summary into the outbox, if there is none of its day and kind yet. Grain: one row per day and kind.
insert into posts (
    kind, day, text, chart, alt_text, status, reason, created_at, next_try_at, expires_at
)
values (
    :kind, :day, :text, cast(:chart as jsonb), :alt_text, :status, :reason, :created_at, :created_at, :expires_at
)
on conflict (day, kind) do nothing;

-- name: measured^
-- Since when Twitch is measured: the first rolled-up day, and the first poll in staging that found a stream.
-- Grain: one row, of nulls where nothing is measured.
select
    (select min(day) from days) as first_day,
    first_poll.started_at as first_poll_at,
    first_poll.interval_minutes
from (select true) as always
left join lateral (
    select
        started_at,
        interval_minutes
    from staging.polls
    where streams > 0
    order by started_at
    limit 1
) as first_poll on true;
