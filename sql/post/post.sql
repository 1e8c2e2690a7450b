-- name: day^
-- One rolled-up day. Grain: one row per day.
select
    day,
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
-- The most watched games of a day; streams without a game are none. Grain: one row per game.
select
    games.game_name,
    daily_games.watch_hours
from daily_games
inner join games using (game_id)
where daily_games.day = :day and daily_games.game_id <> ''
order by daily_games.watch_hours desc, daily_games.game_id
limit :how_many;

-- name: top_streamers
-- The most watched streamers of a day. Grain: one row per streamer.
select
    streamers.streamer_name,
    daily_streamers.watch_hours
from daily_streamers
inner join streamers using (streamer_id)
where daily_streamers.day = :day
order by daily_streamers.watch_hours desc, daily_streamers.streamer_id
limit :how_many;

-- name: top_streamers_of_game
-- The most watched streamers of one game on a day. Grain: one row per streamer.
select
    streamers.streamer_name,
    daily_streamer_games.watch_hours
from daily_streamer_games
inner join streamers using (streamer_id)
where daily_streamer_games.day = :day and daily_streamer_games.game_id = :game_id
order by daily_streamer_games.watch_hours desc, daily_streamer_games.streamer_id
limit :how_many;

-- name: drawable_games
-- The games of a day from which one is drawn, in an order that stays. Grain: one row per game.
select
    daily_games.game_id,
    daily_games.watch_hours
from daily_games
where daily_games.day = :day and daily_games.game_id <> '' and daily_games.watch_hours > 0
order by daily_games.game_id;

-- name: keep_draw!
-- Remember the game drawn for a day; the first draw stays. Grain: one row per day.
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
