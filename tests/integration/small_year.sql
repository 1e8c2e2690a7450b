-- A year of days up to 2026-11-21, with few rows each, so that it is made in seconds; raw streams of its last two days.
set timezone = 'UTC';

insert into days
select day, day + interval '16 hours', day + interval '40 hours', 48, 24, 1, 1e7, 1e5, now()
from (select date '2026-11-22' - number as day from generate_series(1, 365) as number) as measured;
insert into games
select 'g' || number, 'Game ' || number, '2026-01-01', '2026-11-21' from generate_series(1, 2000) as number;
insert into streamers
select 's' || number, 'login' || number, 'Name ' || number, '2026-01-01', '2026-11-21'
from generate_series(1, 4000) as number;
insert into daily_games (day, game_id, watch_hours, airtime_hours, peak_viewers)
select day, 'g' || number, 1000, 10, 100 from days, generate_series(1, 60) as number;
insert into daily_streamers (day, streamer_id, watch_hours, airtime_hours, peak_viewers)
select day, 's' || number, 1000, 10, 100 from days, generate_series(1, 100) as number;
insert into daily_streamer_games (day, streamer_id, game_id, watch_hours, airtime_hours, peak_viewers)
select day, 's' || number, 'g' || number % 200, 1000, 10, 100 from days, generate_series(1, 100) as number;
insert into daily_streams
select day, now(), now(), 1000, 10, 100, 's' || number, day || '-' || number, 'en', '{}' from days, generate_series(1, 100) as number;
insert into daily_languages select day, 'l' || number, 1000, 10, 100 from days, generate_series(1, 20) as number;
insert into daily_game_languages
select day, 'g' || number, 'en', 1000, 10 from days, generate_series(1, 60) as number;
insert into igdb_genres select number, 'Genre ' || number, 'genre-' || number from generate_series(1, 23) as number;
insert into igdb_game_modes select number, 'Mode ' || number, 'mode-' || number from generate_series(1, 6) as number;
insert into igdb_themes select number, 'Theme ' || number, 'theme-' || number from generate_series(1, 22) as number;
insert into igdb_games (igdb_id, name, slug, fetched_at)
select number, 'Game ' || number, 'game-' || number, now() from generate_series(1, 2000) as number;
insert into igdb_games_genres select igdb_id, igdb_id % 20 + number from igdb_games, generate_series(1, 3) as number;
insert into igdb_games_game_modes select igdb_id, igdb_id % 5 + 1 from igdb_games;
insert into igdb_games_themes select igdb_id, igdb_id % 20 + number from igdb_games, generate_series(1, 2) as number;
insert into game_matches select 'g' || igdb_id, igdb_id, 'helix', now(), now() + interval '1 day' from igdb_games;
insert into daily_genres select day, genre_id, 1000, 500, 10, 9 from days, igdb_genres;
insert into daily_game_modes select day, game_mode_id, 1000, 500, 10, 9 from days, igdb_game_modes;
insert into daily_themes select day, theme_id, 1000, 500, 10, 9 from days, igdb_themes;
insert into hours
select starts_at + number * interval '1 hour', 100, 10, 10, 2 from days, generate_series(0, 23) as number;
insert into hourly_genres select hour_at, genre_id, 100, 50, 10 from hours, generate_series(1, 5) as genre_id;
insert into hourly_games select hour_at, 100, 10, 10, 'g' || number from hours, generate_series(1, 5) as number;
insert into monthly_games (month, game_id, watch_hours, airtime_hours, peak_viewers)
select distinct cast(date_trunc('month', day) as date), 'g' || number, 1000, 10, 100
from days, generate_series(1, 500) as number;
insert into monthly_streamers
select distinct cast(date_trunc('month', day) as date), 's' || number, 'en', 1000, 10, 100
from days, generate_series(1, 1000) as number;
insert into monthly_streamer_games
select month, 'g' || cast(substr(streamer_id, 2) as int) % 500, streamer_id, 1000, 10, 100 from monthly_streamers;
insert into staging.polls (
    day, started_at, ended_at, status, ended_because, interval_minutes, more_than_viewers, pages, streams, viewers,
    duplicates, set_aside
)
select day, starts_at + number * interval '30 minutes', starts_at + number * interval '30 minutes', 'complete',
    'below_threshold', 30, 50, 70, 400, 40000, 0, 0
from days, generate_series(0, 47) as number;
select staging.make_partition(day) from (values (date '2026-11-20'), (date '2026-11-21')) as kept (day);
insert into staging.streams (day, poll_id, viewer_count, started_at, stream_id, streamer_id, game_id, language)
select day, poll_id, 100, now(), 'a' || number, 's' || number, 'g' || number % 200, 'en'
from staging.polls, generate_series(1, 400) as number
where day >= '2026-11-20';
