-- name: streams_of_poll
-- The streams of a poll for the lake, in the order in which they are sealed. Grain: one row per stream.
select
    streams.poll_id,
    streams.viewer_count,
    cast(extract(epoch from streams.started_at) * 1000000 as bigint) as started_at,
    cast(floor(extract(epoch from streams.started_at) * 1000) as bigint) as started_ms,
    streams.stream_id,
    streams.streamer_id,
    streams.game_id,
    streams.language
from staging.streams
where
    streams.day = cast(:day as date) and streams.poll_id = cast(:poll_id as bigint)
    and not exists (select from lake_forgotten where lake_forgotten.streamer_id = streams.streamer_id)
order by streams.streamer_id, streams.stream_id;

-- name: counts_of_poll^
-- The streams that a poll stored, those of them that are in staging, and those that are forgotten; and whether staging still
-- has its day. Grain: one row.
select
    polls.streams as stored,
    counted.streams as present,
    counted.forgotten,
    to_regclass('staging.streams_' || to_char(polls.day, 'YYYY_MM_DD')) is not null as has_streams
from staging.polls
cross join lateral (
    select
        count(*) as streams,
        count(lake_forgotten.streamer_id) as forgotten
    from staging.streams
    left join lake_forgotten using (streamer_id)
    where streams.day = polls.day and streams.poll_id = polls.poll_id
) as counted
where polls.poll_id = cast(:poll_id as bigint);

-- name: polls_of_day
-- The polls of a day for the lake, failed ones too, so that a gap is a row. Grain: one row per poll.
select
    polls.poll_id,
    cast(extract(epoch from polls.started_at) * 1000000 as bigint) as started_at,
    cast(floor(extract(epoch from polls.started_at) * 1000) as bigint) as started_ms,
    cast(extract(epoch from polls.ended_at) * 1000000 as bigint) as ended_at,
    polls.status,
    polls.ended_because,
    polls.interval_minutes,
    polls.interval_minutes * 60000 as interval_ms,
    polls.more_than_viewers,
    polls.pages,
    polls.streams,
    polls.viewers,
    polls.duplicates,
    polls.set_aside,
    cast(floor(extract(epoch from cast(:starts_at as timestamptz)) * 1000) as bigint) as day_starts_ms,
    cast(floor(extract(epoch from cast(:ends_at as timestamptz)) * 1000) as bigint) as day_ends_ms,
    days.coverage
from staging.polls
left join days using (day)
where polls.day = cast(:day as date)
order by polls.started_at, polls.poll_id;

-- name: days
-- The rolled-up days of a month for the lake. Grain: one row per day.
select
    day,
    cast(extract(epoch from starts_at) * 1000000 as bigint) as starts_at,
    cast(floor(extract(epoch from starts_at) * 1000) as bigint) as starts_ms,
    cast(extract(epoch from ends_at) * 1000000 as bigint) as ends_at,
    cast(floor(extract(epoch from ends_at) * 1000) as bigint) as ends_ms,
    polls,
    covered_hours,
    coverage,
    watch_hours,
    airtime_hours,
    cast(extract(epoch from rolled_up_at) * 1000000 as bigint) as rolled_up_at
from days
where day >= cast(:first as date) and day < cast(:until as date)
order by day;

-- name: daily_games
-- The games of a month's days for the lake. Grain: one row per day and game.
select
    day,
    game_id,
    watch_hours,
    airtime_hours,
    average_viewers,
    peak_viewers,
    top_watch_hours,
    top3_watch_hours,
    median_viewers
from daily_games
where day >= cast(:first as date) and day < cast(:until as date)
order by day, game_id;

-- name: daily_streamers
-- The streamers of a month's days for the lake. Grain: one row per day and streamer.
select
    day,
    streamer_id,
    watch_hours,
    airtime_hours,
    average_viewers,
    peak_viewers,
    language
from daily_streamers
where
    day >= cast(:first as date) and day < cast(:until as date)
    and not exists (select from lake_forgotten where lake_forgotten.streamer_id = daily_streamers.streamer_id)
order by day, streamer_id;

-- name: daily_streamer_games
-- The games of each streamer on a month's days for the lake. Grain: one row per day, game and streamer.
select
    day,
    streamer_id,
    game_id,
    watch_hours,
    airtime_hours,
    average_viewers,
    peak_viewers
from daily_streamer_games
where
    day >= cast(:first as date) and day < cast(:until as date)
    and not exists (select from lake_forgotten where lake_forgotten.streamer_id = daily_streamer_games.streamer_id)
order by day, game_id, streamer_id;

-- name: daily_streams
-- The streams of a month's days for the lake; the games as PostgreSQL writes a list, because no column is nested.
-- Grain: one row per day and stream.
select
    day,
    cast(extract(epoch from started_at) * 1000000 as bigint) as started_at,
    cast(extract(epoch from last_seen_at) * 1000000 as bigint) as last_seen_at,
    watch_hours,
    airtime_hours,
    peak_viewers,
    streamer_id,
    stream_id,
    language,
    cast(game_ids as text) as game_ids
from daily_streams
where
    day >= cast(:first as date) and day < cast(:until as date)
    and not exists (select from lake_forgotten where lake_forgotten.streamer_id = daily_streams.streamer_id)
order by day, streamer_id, stream_id;

-- name: daily_languages
-- The languages of a month's days for the lake. Grain: one row per day and language.
select
    day,
    language,
    watch_hours,
    airtime_hours,
    peak_viewers
from daily_languages
where day >= cast(:first as date) and day < cast(:until as date)
order by day, language;

-- name: daily_game_languages
-- The languages of each game on a month's days for the lake. Grain: one row per day, game and language.
select
    day,
    game_id,
    language,
    watch_hours,
    airtime_hours
from daily_game_languages
where day >= cast(:first as date) and day < cast(:until as date)
order by day, game_id, language;

-- name: daily_genres
-- The genres of a month's days for the lake. Grain: one row per day and genre.
select
    day,
    genre_id,
    watch_hours,
    watch_hours_split,
    airtime_hours,
    games
from daily_genres
where day >= cast(:first as date) and day < cast(:until as date)
order by day, genre_id;

-- name: daily_game_modes
-- The game modes of a month's days for the lake. Grain: one row per day and game mode.
select
    day,
    game_mode_id,
    watch_hours,
    watch_hours_split,
    airtime_hours,
    games
from daily_game_modes
where day >= cast(:first as date) and day < cast(:until as date)
order by day, game_mode_id;

-- name: daily_themes
-- The themes of a month's days for the lake. Grain: one row per day and theme.
select
    day,
    theme_id,
    watch_hours,
    watch_hours_split,
    airtime_hours,
    games
from daily_themes
where day >= cast(:first as date) and day < cast(:until as date)
order by day, theme_id;

-- name: hourly_genres
-- The genres of the hours of a month's days for the lake. Grain: one row per hour and genre.
select
    days.day,
    cast(extract(epoch from hourly_genres.hour_at) * 1000000 as bigint) as hour_at,
    cast(floor(extract(epoch from hourly_genres.hour_at) * 1000) as bigint) as hour_ms,
    hourly_genres.genre_id,
    hourly_genres.average_viewers,
    hourly_genres.average_viewers_split,
    hourly_genres.average_streams
from days
inner join hourly_genres on hourly_genres.hour_at >= days.starts_at and hourly_genres.hour_at < days.ends_at
where days.day >= cast(:first as date) and days.day < cast(:until as date)
order by hourly_genres.hour_at, hourly_genres.genre_id;

-- name: games
-- All games with what they are on IGDB, for the lake. Grain: one row per game.
select
    games.game_id,
    games.game_name,
    games.first_seen_day,
    games.last_seen_day,
    game_matches.igdb_id,
    game_matches.how as matched_how,
    igdb_games.name as igdb_name,
    igdb_games.first_release_date
from games
left join game_matches using (game_id)
left join igdb_games using (igdb_id)
order by games.game_id;

-- name: streamers
-- All streamers with their newest names, for the lake. Grain: one row per streamer.
select
    streamer_id,
    login,
    streamer_name,
    first_seen_day,
    last_seen_day
from streamers
where not exists (select from lake_forgotten where lake_forgotten.streamer_id = streamers.streamer_id)
order by streamer_id;

-- name: genres
-- All genres of IGDB, withdrawn ones too, for the lake. Grain: one row per genre.
select
    genre_id,
    name,
    slug
from igdb_genres
order by genre_id;

-- name: game_modes
-- All game modes of IGDB for the lake. Grain: one row per game mode.
select
    game_mode_id,
    name,
    slug
from igdb_game_modes
order by game_mode_id;

-- name: themes
-- All themes of IGDB for the lake. Grain: one row per theme.
select
    theme_id,
    name,
    slug
from igdb_themes
order by theme_id;

-- name: game_classes
-- The genres, game modes and themes of each game, for the lake. Grain: one row per game, kind and class.
select
    game_id,
    kind,
    class_id,
    parts
from game_classes
order by game_id, kind, class_id;

-- name: poll_of_id^
-- A poll, to read it again from its raw pages. Grain: one row.
select
    poll_id,
    day,
    started_at,
    more_than_viewers,
    streams
from staging.polls
where poll_id = cast(:poll_id as bigint);

-- name: create_streams_again!
-- A temporary table of the streams of a poll that is read again, dropped with its transaction. Grain: one row per stream.
create temporary table streams_again (like staging.streams) on commit drop;

-- name: copy_streams_again!
-- COPY: the streams of a poll that is read again.
copy streams_again (day, poll_id, viewer_count, started_at, stream_id, streamer_id, game_id, language) from stdin;

-- name: streams_again
-- The streams of a poll that is read again, in the form and order of `streams_of_poll`. Grain: one row per stream.
select
    streams_again.poll_id,
    streams_again.viewer_count,
    cast(extract(epoch from streams_again.started_at) * 1000000 as bigint) as started_at,
    cast(floor(extract(epoch from streams_again.started_at) * 1000) as bigint) as started_ms,
    streams_again.stream_id,
    streams_again.streamer_id,
    streams_again.game_id,
    streams_again.language
from streams_again
where not exists (select from lake_forgotten where lake_forgotten.streamer_id = streams_again.streamer_id)
order by streams_again.streamer_id, streams_again.stream_id;
