-- migrate:up

-- Views for people who analyse data with tools of their own. The tables change when the program needs it; a view keeps its
-- columns, their names, units and order, and new ones are added at its end.
create schema curated;
comment on schema curated is 'Twitch Watch Time: views for analysts, with a comment on each column. Hours are decimal hours, instants are UTC, shares are from 0 to 1, ids are text.';

create view curated.days as
select
    days.day,
    days.starts_at,
    days.ends_at,
    cast(extract(epoch from days.ends_at - days.starts_at) / 3600 as double precision) as day_hours,
    days.polls,
    days.covered_hours,
    days.coverage,
    days.watch_hours,
    days.airtime_hours,
    days.watch_hours / nullif(days.covered_hours, 0) as average_viewers,
    days.airtime_hours / nullif(days.covered_hours, 0) as average_streams,
    days.rolled_up_at
from days;
comment on view curated.days is 'All of Twitch on a day: one row per finished day.';

create view curated.games as
select
    games.game_id,
    games.game_name,
    games.first_seen_day,
    games.last_seen_day,
    case
        when game_matches.how = 'not_a_game' then 'not a game'
        when game_matches.igdb_id is not null then 'matched'
        when game_matches.how = 'none' then 'unknown'
        else 'not looked up'
    end as igdb_status,
    game_matches.igdb_id,
    igdb_games.name as igdb_name,
    igdb_games.first_release_date,
    (
        select string_agg(igdb_genres.name, ', ' order by igdb_genres.name)
        from igdb_games_genres as links
        inner join igdb_genres using (genre_id)
        where links.igdb_id = game_matches.igdb_id
    ) as genres,
    (
        select string_agg(igdb_game_modes.name, ', ' order by igdb_game_modes.name)
        from igdb_games_game_modes as links
        inner join igdb_game_modes using (game_mode_id)
        where links.igdb_id = game_matches.igdb_id
    ) as game_modes,
    (
        select string_agg(igdb_themes.name, ', ' order by igdb_themes.name)
        from igdb_games_themes as links
        inner join igdb_themes using (theme_id)
        where links.igdb_id = game_matches.igdb_id
    ) as themes
from games
left join game_matches using (game_id)
left join igdb_games using (igdb_id);
comment on view curated.games is 'Every category of Twitch that was seen, with what IGDB knows of it: one row per game. The row without an id has the streams without a game.';

create view curated.streamers as
select
    streamer_id,
    login,
    streamer_name,
    first_seen_day,
    last_seen_day
from streamers;
comment on view curated.streamers is 'Every streamer that was seen above the threshold of viewers: one row per streamer.';

create view curated.genres as
select genre_id, name as genre_name, slug from igdb_genres;
comment on view curated.genres is 'The genres of IGDB, and two of ours: one row per genre.';

create view curated.game_modes as
select game_mode_id, name as game_mode_name, slug from igdb_game_modes;
comment on view curated.game_modes is 'The game modes of IGDB, and two of ours: one row per game mode.';

create view curated.themes as
select theme_id, name as theme_name, slug from igdb_themes;
comment on view curated.themes is 'The themes of IGDB, and two of ours: one row per theme.';

create view curated.games_genres as
select
    games.game_id,
    games.game_name,
    igdb_genres.genre_id,
    igdb_genres.name as genre_name,
    1 / cast(coalesce(classes.parts, 1) as double precision) as share
from games
left join game_classes as classes on classes.game_id = games.game_id and classes.kind = 'genre'
inner join igdb_genres on igdb_genres.genre_id = coalesce(classes.class_id, 0);
comment on view curated.games_genres is 'Which games have which genres: one row per game and genre.';

create view curated.games_game_modes as
select
    games.game_id,
    games.game_name,
    igdb_game_modes.game_mode_id,
    igdb_game_modes.name as game_mode_name,
    1 / cast(coalesce(classes.parts, 1) as double precision) as share
from games
left join game_classes as classes on classes.game_id = games.game_id and classes.kind = 'mode'
inner join igdb_game_modes on igdb_game_modes.game_mode_id = coalesce(classes.class_id, 0);
comment on view curated.games_game_modes is 'Which games have which game modes: one row per game and game mode.';

create view curated.games_themes as
select
    games.game_id,
    games.game_name,
    igdb_themes.theme_id,
    igdb_themes.name as theme_name,
    1 / cast(coalesce(classes.parts, 1) as double precision) as share
from games
left join game_classes as classes on classes.game_id = games.game_id and classes.kind = 'theme'
inner join igdb_themes on igdb_themes.theme_id = coalesce(classes.class_id, 0);
comment on view curated.games_themes is 'Which games have which themes: one row per game and theme.';

create view curated.daily_games as
select
    daily_games.day,
    daily_games.game_id,
    games.game_name,
    daily_games.watch_hours,
    daily_games.airtime_hours,
    daily_games.watch_hours / nullif(days.covered_hours, 0) as average_viewers,
    daily_games.airtime_hours / nullif(days.covered_hours, 0) as average_streams,
    daily_games.watch_hours / nullif(daily_games.airtime_hours, 0) as viewers_per_channel,
    daily_games.peak_viewers,
    daily_games.top_watch_hours / nullif(daily_games.watch_hours, 0) as top_channel_share,
    daily_games.top3_watch_hours / nullif(daily_games.watch_hours, 0) as top3_channels_share,
    cast(daily_games.median_viewers as double precision) as typical_channel_viewers,
    daily_games.watch_hours / nullif(days.watch_hours, 0) as share_of_day
from daily_games
inner join days using (day)
left join games using (game_id);
comment on view curated.daily_games is 'Games by day: one row per day and game. Its hours watched add up to those of curated.days.';

create view curated.daily_streamers as
select
    daily_streamers.day,
    daily_streamers.streamer_id,
    streamers.login,
    streamers.streamer_name,
    daily_streamers.language,
    daily_streamers.watch_hours,
    daily_streamers.airtime_hours,
    daily_streamers.watch_hours / nullif(daily_streamers.airtime_hours, 0) as average_viewers,
    daily_streamers.peak_viewers
from daily_streamers
left join streamers using (streamer_id);
comment on view curated.daily_streamers is 'Streamers by day: one row per day and streamer. Its hours watched add up to those of curated.days.';

create view curated.daily_streamer_games as
select
    pairs.day,
    pairs.streamer_id,
    streamers.login,
    streamers.streamer_name,
    pairs.game_id,
    games.game_name,
    pairs.watch_hours,
    pairs.airtime_hours,
    pairs.watch_hours / nullif(pairs.airtime_hours, 0) as average_viewers,
    pairs.peak_viewers
from daily_streamer_games as pairs
left join streamers using (streamer_id)
left join games using (game_id);
comment on view curated.daily_streamer_games is 'What each streamer streamed on a day: one row per day, streamer and game. Its hours watched add up to those of curated.days.';

create view curated.daily_streams as
select
    daily_streams.day,
    daily_streams.stream_id,
    daily_streams.streamer_id,
    streamers.login,
    streamers.streamer_name,
    daily_streams.language,
    daily_streams.started_at,
    daily_streams.last_seen_at,
    daily_streams.watch_hours,
    daily_streams.airtime_hours,
    daily_streams.watch_hours / nullif(daily_streams.airtime_hours, 0) as average_viewers,
    cast(daily_streams.peak_viewers as bigint) as peak_viewers,
    array_to_string(daily_streams.game_ids, ',') as game_ids
from daily_streams
left join streamers using (streamer_id);
comment on view curated.daily_streams is 'Streams by day: one row per day and stream. A stream that runs past the end of a day has a row on each day, with the figures of that day.';

create view curated.daily_languages as
select
    daily_languages.day,
    daily_languages.language,
    daily_languages.watch_hours,
    daily_languages.airtime_hours,
    daily_languages.watch_hours / nullif(days.covered_hours, 0) as average_viewers,
    daily_languages.airtime_hours / nullif(days.covered_hours, 0) as average_streams,
    daily_languages.peak_viewers
from daily_languages
inner join days using (day);
comment on view curated.daily_languages is 'Languages by day: one row per day and language. Its hours watched add up to those of curated.days.';

create view curated.daily_game_languages as
select
    parts.day,
    parts.game_id,
    games.game_name,
    parts.language,
    parts.watch_hours,
    parts.airtime_hours
from daily_game_languages as parts
left join games using (game_id);
comment on view curated.daily_game_languages is 'Games by day and language: one row per day, game and language.';

create view curated.daily_genres as
select
    daily_genres.day,
    daily_genres.genre_id,
    igdb_genres.name as genre_name,
    daily_genres.watch_hours,
    daily_genres.watch_hours_split,
    daily_genres.airtime_hours,
    daily_genres.games
from daily_genres
inner join igdb_genres using (genre_id);
comment on view curated.daily_genres is 'Genres by day: one row per day and genre. The split hours add up to those of curated.days; a day appears some minutes after it is rolled up.';

create view curated.daily_game_modes as
select
    daily_game_modes.day,
    daily_game_modes.game_mode_id,
    igdb_game_modes.name as game_mode_name,
    daily_game_modes.watch_hours,
    daily_game_modes.watch_hours_split,
    daily_game_modes.airtime_hours,
    daily_game_modes.games
from daily_game_modes
inner join igdb_game_modes using (game_mode_id);
comment on view curated.daily_game_modes is 'Game modes by day: one row per day and game mode. The split hours add up to those of curated.days.';

create view curated.daily_themes as
select
    daily_themes.day,
    daily_themes.theme_id,
    igdb_themes.name as theme_name,
    daily_themes.watch_hours,
    daily_themes.watch_hours_split,
    daily_themes.airtime_hours,
    daily_themes.games
from daily_themes
inner join igdb_themes using (theme_id);
comment on view curated.daily_themes is 'Themes by day: one row per day and theme. The split hours add up to those of curated.days.';

create view curated.hours as
select
    hour_at,
    cast(average_viewers as double precision) as average_viewers,
    cast(average_streams as double precision) as average_streams,
    peak_viewers,
    cast(polls as integer) as polls
from hours;
comment on view curated.hours is 'All of Twitch by the hour: one row per hour with a poll, the present one included.';

create view curated.hourly_games as
select
    hourly_games.hour_at,
    hourly_games.game_id,
    games.game_name,
    cast(hourly_games.average_viewers as double precision) as average_viewers,
    cast(hourly_games.average_streams as double precision) as average_streams,
    hourly_games.peak_viewers
from hourly_games
left join games using (game_id);
comment on view curated.hourly_games is 'Games by the hour: one row per hour and game.';

create view curated.hourly_genres as
select
    hourly_genres.hour_at,
    hourly_genres.genre_id,
    igdb_genres.name as genre_name,
    hourly_genres.average_viewers,
    hourly_genres.average_viewers_split,
    hourly_genres.average_streams
from hourly_genres
inner join igdb_genres using (genre_id);
comment on view curated.hourly_genres is 'Genres by the hour, of finished days: one row per hour and genre.';

create view curated.monthly_games as
select
    monthly_games.month,
    monthly_games.game_id,
    games.game_name,
    monthly_games.watch_hours,
    monthly_games.airtime_hours,
    monthly_games.watch_hours / nullif(monthly_games.airtime_hours, 0) as viewers_per_channel,
    monthly_games.peak_viewers
from monthly_games
left join games using (game_id);
comment on view curated.monthly_games is 'Games by month: one row per finished month and game.';

create view curated.monthly_streamers as
select
    monthly_streamers.month,
    monthly_streamers.streamer_id,
    streamers.login,
    streamers.streamer_name,
    monthly_streamers.language,
    monthly_streamers.watch_hours,
    monthly_streamers.airtime_hours,
    monthly_streamers.watch_hours / nullif(monthly_streamers.airtime_hours, 0) as average_viewers,
    cast(monthly_streamers.peak_viewers as bigint) as peak_viewers
from monthly_streamers
left join streamers using (streamer_id);
comment on view curated.monthly_streamers is 'Streamers by month: one row per finished month, streamer and language; who changed their language has several.';

create view curated.monthly_streamer_games as
select
    pairs.month,
    pairs.streamer_id,
    streamers.login,
    streamers.streamer_name,
    pairs.game_id,
    games.game_name,
    pairs.watch_hours,
    pairs.airtime_hours,
    pairs.watch_hours / nullif(pairs.airtime_hours, 0) as average_viewers,
    pairs.peak_viewers
from monthly_streamer_games as pairs
left join streamers using (streamer_id)
left join games using (game_id);
comment on view curated.monthly_streamer_games is 'What each streamer streamed in a month: one row per finished month, streamer and game. Its index is by game.';

create view curated.polls as
select
    poll_id,
    day,
    started_at,
    ended_at,
    status,
    interval_minutes,
    more_than_viewers,
    streams,
    viewers,
    duplicates,
    set_aside
from staging.polls;
comment on view curated.polls is 'The readings of the list of live streams, also those that failed: one row per poll. Gaps of the data are gaps here.';

create view curated.streams as
select
    streams.day,
    streams.poll_id,
    polls.started_at as polled_at,
    streams.stream_id,
    streams.streamer_id,
    streamers.login,
    streamers.streamer_name,
    streams.game_id,
    games.game_name,
    streams.language,
    streams.viewer_count,
    streams.started_at
from staging.streams
inner join staging.polls using (poll_id)
left join streamers using (streamer_id)
left join games using (game_id);
comment on view curated.streams is 'Single streams as polled: one row per poll and stream. Rows are deleted after STAGING_RETENTION_HOURS, because Twitch''s agreement allows no permanent copy. Always filter by day.';

-- A column of a name means the same in every view that has it. The few exceptions follow.
do $$
declare
    described record;
begin
    for described in
        select columns.table_name, columns.column_name, meanings.meaning
        from (
            values
            ('day', 'Day of the bot: from 08:00 to 08:00 in Los Angeles unless set otherwise, named after the date on which it starts.'),
            ('month', 'First day of the calendar month that the days belong to.'),
            ('hour_at', 'Start of the hour, UTC.'),
            ('starts_at', 'Start of the day, UTC.'),
            ('ends_at', 'End of the day, UTC, not included.'),
            ('day_hours', 'Length of the day in hours: 24, or 23 or 25 when the clocks change.'),
            ('polls', 'Number of polls, those that failed included.'),
            ('covered_hours', 'Hours of the day for which a poll counts.'),
            ('coverage', 'Covered hours as a share of the day, from 0 to 1.'),
            ('rolled_up_at', 'When the figures were computed last, UTC.'),
            ('watch_hours', 'Hours watched: viewers times hours, summed over the polls.'),
            ('watch_hours_split', 'Hours watched with 1/n of a game in each of its n classes: they add up to the total.'),
            ('airtime_hours', 'Hours streamed, all channels together.'),
            ('average_viewers', 'Average viewers while on the air: hours watched / hours streamed.'),
            ('average_viewers_split', 'Average viewers with 1/n of a game in each of its n genres: they add up to the total.'),
            ('average_streams', 'Average number of live streams.'),
            ('viewers_per_channel', 'Average viewers of one channel: hours watched / hours streamed.'),
            ('peak_viewers', 'Most viewers at one poll.'),
            ('top_channel_share', 'Share of the hours watched of the channel that was largest at each poll, from 0 to 1; null if not stored.'),
            ('top3_channels_share', 'Share of the hours watched of the three channels that were largest at each poll, from 0 to 1; null if not stored.'),
            ('typical_channel_viewers', 'Median viewers of the channels without the three largest, averaged over the polls; null if there are no others.'),
            ('share_of_day', 'Share of all hours watched of the day, from 0 to 1.'),
            ('game_id', 'Twitch''s id of the category; empty for streams without one.'),
            ('game_name', 'Twitch''s present name of the category.'),
            ('first_seen_day', 'Day of the first poll that counted it.'),
            ('last_seen_day', 'Day of the last poll that counted it.'),
            ('igdb_status', 'Result of the search on IGDB: matched, not a game, unknown, or not looked up.'),
            ('igdb_id', 'IGDB''s id of the game; null if it is not matched.'),
            ('igdb_name', 'IGDB''s name of the game.'),
            ('first_release_date', 'First release of the game on any platform, by IGDB.'),
            ('themes', 'Names of the themes, with commas between them; null if there are none.'),
            ('streamer_id', 'Twitch''s id of the streamer; it stays when the login changes.'),
            ('login', 'Present login of the streamer, as in twitch.tv/login.'),
            ('streamer_name', 'Present display name of the streamer.'),
            ('language', 'Language of the stream, ISO 639-1 or "other"; empty if unknown.'),
            ('genre_id', 'IGDB''s id of the genre; 0 is unknown, -1 is not a game.'),
            ('genre_name', 'IGDB''s name of the genre.'),
            ('game_mode_id', 'IGDB''s id of the game mode; 0 is unknown, -1 is not a game.'),
            ('game_mode_name', 'IGDB''s name of the game mode.'),
            ('theme_id', 'IGDB''s id of the theme; 0 is unknown, -1 is not a game.'),
            ('theme_name', 'IGDB''s name of the theme.'),
            ('slug', 'Name in addresses, of lower-case letters, digits and hyphens.'),
            ('share', 'Part of the game that counts here when hours are split: 1 / number of its classes.'),
            ('stream_id', 'Twitch''s id of the stream.'),
            ('started_at', 'Start of the stream as Twitch reports it, UTC.'),
            ('last_seen_at', 'Last poll of the day that contained the stream, UTC.'),
            ('game_ids', 'Ids of the games of the stream, most watched first, with commas between them.'),
            ('poll_id', 'Number of the poll; numbers may be missing.'),
            ('polled_at', 'Start of the poll, UTC.'),
            ('ended_at', 'End of the poll, UTC.'),
            ('status', 'complete: read down to the threshold; partial: ended earlier; failed: nothing was stored.'),
            ('interval_minutes', 'Minutes between two polls at that time: a poll counts for at most as long in each direction.'),
            ('more_than_viewers', 'Threshold: streams with more viewers than this were counted.'),
            ('streams', 'Number of streams of the poll.'),
            ('viewers', 'Viewers of all streams of the poll.'),
            ('viewer_count', 'Viewers of the stream at the poll.'),
            ('duplicates', 'Number of streams that Twitch listed twice, counted once.'),
            ('set_aside', 'Number of entries that could not be understood, not counted.')
        ) as meanings (column_name, meaning)
        inner join information_schema.columns
            on columns.table_schema = 'curated' and columns.column_name = meanings.column_name
    loop
        execute format(
            'comment on column curated.%I.%I is %L', described.table_name, described.column_name, described.meaning
        );
    end loop;
end
$$;

comment on column curated.days.average_viewers is 'Average viewers of all of Twitch above the threshold: hours watched / covered hours.';
comment on column curated.daily_games.average_viewers is 'Average viewers over the day: hours watched / covered hours of the day.';
comment on column curated.daily_languages.average_viewers is 'Average viewers over the day: hours watched / covered hours of the day.';
comment on column curated.hours.average_viewers is 'Average viewers of all of Twitch above the threshold, over the polls of the hour.';
comment on column curated.hours.polls is 'Number of polls that count for the hour.';
comment on column curated.hourly_games.average_viewers is 'Average viewers over the polls of the hour; a poll without the game counts as 0.';
comment on column curated.hourly_genres.average_viewers is 'Average viewers of the hour; a game of several genres counts wholly in each, so they add up to more than the total.';
comment on column curated.daily_genres.watch_hours is 'Hours watched; a game of several genres counts wholly in each, so they add up to more than the day.';
comment on column curated.daily_game_modes.watch_hours is 'Hours watched; a game of several modes counts wholly in each, so they add up to more than the day.';
comment on column curated.daily_themes.watch_hours is 'Hours watched; a game of several themes counts wholly in each, so they add up to more than the day.';
comment on column curated.daily_genres.games is 'Number of games.';
comment on column curated.daily_game_modes.games is 'Number of games.';
comment on column curated.daily_themes.games is 'Number of games.';
comment on column curated.games.genres is 'Names of the genres, with commas between them; null if there are none.';
comment on column curated.games.game_modes is 'Names of the game modes, with commas between them; null if there are none.';
comment on column curated.daily_streamers.language is 'Language watched longest on the day, ISO 639-1 or "other"; empty if unknown, null before languages were stored.';
comment on column curated.daily_streams.airtime_hours is 'Hours streamed.';
comment on column curated.daily_streamers.airtime_hours is 'Hours streamed.';
comment on column curated.daily_streamer_games.airtime_hours is 'Hours streamed.';
comment on column curated.monthly_streamers.airtime_hours is 'Hours streamed.';
comment on column curated.monthly_streamer_games.airtime_hours is 'Hours streamed.';
comment on column curated.monthly_streamers.language is 'Language of the days that are summed up here: the one watched longest on each.';
comment on column curated.polls.started_at is 'Start of the poll, UTC.';

-- The read-only role reads all views of this schema, also those that a later version adds.
do $$
begin
    execute replace(
        pg_get_functiondef('make_reader(text, text)'::regprocedure),
        '    execute format(''revoke all on all tables in schema public, staging from %I'', role);
    execute format(''grant usage on schema public, staging to %I'', role);',
        '    execute format(''revoke all on all tables in schema public, staging, curated from %I'', role);
    execute format(''grant usage on schema public, staging, curated to %I'', role);
    execute format(''grant select on all tables in schema curated to %I'', role);'
    );
end
$$;

-- A role that exists does not have to be made again.
do $$
declare
    role text;
begin
    for role in
        select distinct grantee from information_schema.role_table_grants
        where table_schema = 'public' and table_name = 'hourly_games' and grantee not in (grantor, 'PUBLIC')
    loop
        execute format('grant usage on schema curated to %I', role);
        execute format('grant select on all tables in schema curated to %I', role);
    end loop;
end
$$;

-- migrate:down

do $$
begin
    execute replace(
        pg_get_functiondef('make_reader(text, text)'::regprocedure),
        '    execute format(''revoke all on all tables in schema public, staging, curated from %I'', role);
    execute format(''grant usage on schema public, staging, curated to %I'', role);
    execute format(''grant select on all tables in schema curated to %I'', role);',
        '    execute format(''revoke all on all tables in schema public, staging from %I'', role);
    execute format(''grant usage on schema public, staging to %I'', role);'
    );
end
$$;
drop schema curated cascade;
