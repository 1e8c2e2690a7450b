-- name: delete_days!
-- Delete some days from the daily tables, before they are restored from the lake. Grain: one row per day.
with games as (
    delete from daily_games where day = any(cast(:days as date []))
),

streamers as (
    delete from daily_streamers where day = any(cast(:days as date []))
),

streamer_games as (
    delete from daily_streamer_games where day = any(cast(:days as date []))
),

streams as (
    delete from daily_streams where day = any(cast(:days as date []))
),

languages as (
    delete from daily_languages where day = any(cast(:days as date []))
),

game_languages as (
    delete from daily_game_languages where day = any(cast(:days as date []))
),

genres as (
    delete from daily_genres where day = any(cast(:days as date []))
),

game_modes as (
    delete from daily_game_modes where day = any(cast(:days as date []))
),

themes as (
    delete from daily_themes where day = any(cast(:days as date []))
)

delete from days where day = any(cast(:days as date []));

-- name: delete_hours!
-- Delete the hours by genre of some days, before they are restored. Grain: one row per hour and genre.
delete from hourly_genres
using days
where
    days.day = any(cast(:days as date []))
    and hourly_genres.hour_at >= days.starts_at and hourly_genres.hour_at < days.ends_at;

-- name: create_restored_games!
-- A temporary table of the games of the lake, dropped with its transaction. Grain: one row per game.
create temporary table restored_games (
    game_id text, game_name text, first_seen_day date, last_seen_day date
) on commit drop;

-- name: create_restored_streamers!
-- A temporary table of the streamers of the lake, dropped with its transaction. Grain: one row per streamer.
create temporary table restored_streamers (
    streamer_id text, login text, streamer_name text, first_seen_day date, last_seen_day date
) on commit drop;

-- name: create_restored_genres!
-- A temporary table of the genres of the lake, dropped with its transaction. Grain: one row per genre.
create temporary table restored_genres (genre_id integer, name text, slug text) on commit drop;

-- name: create_restored_game_modes!
-- A temporary table of the game modes of the lake, dropped with its transaction. Grain: one row per game mode.
create temporary table restored_game_modes (game_mode_id integer, name text, slug text) on commit drop;

-- name: create_restored_themes!
-- A temporary table of the themes of the lake, dropped with its transaction. Grain: one row per theme.
create temporary table restored_themes (theme_id integer, name text, slug text) on commit drop;

-- name: insert_restored_games!
-- Insert the games that the database does not know. Grain: one row per game.
insert into games (game_id, game_name, first_seen_day, last_seen_day)
select game_id, game_name, first_seen_day, last_seen_day from restored_games
on conflict do nothing;

-- name: insert_restored_streamers!
-- Insert the streamers that the database does not know. Grain: one row per streamer.
insert into streamers (streamer_id, login, streamer_name, first_seen_day, last_seen_day)
select streamer_id, login, streamer_name, first_seen_day, last_seen_day from restored_streamers
on conflict do nothing;

-- name: insert_restored_genres!
-- Insert the genres that the database does not know. Grain: one row per genre.
insert into igdb_genres (genre_id, name, slug)
select genre_id, name, slug from restored_genres
on conflict do nothing;

-- name: insert_restored_game_modes!
-- Insert the game modes that the database does not know. Grain: one row per game mode.
insert into igdb_game_modes (game_mode_id, name, slug)
select game_mode_id, name, slug from restored_game_modes
on conflict do nothing;

-- name: insert_restored_themes!
-- Insert the themes that the database does not know. Grain: one row per theme.
insert into igdb_themes (theme_id, name, slug)
select theme_id, name, slug from restored_themes
on conflict do nothing;

-- name: store_restored_genre_days!
-- Store that the restored days are summed up by genre, where they are. Grain: one row per day.
insert into genre_days (day, summed_up_at)
select days.day, days.rolled_up_at from days
where
    days.day = any(cast(:days as date []))
    and exists (select from daily_genres where daily_genres.day = days.day)
on conflict do nothing;
