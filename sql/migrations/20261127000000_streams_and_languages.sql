-- migrate:up

-- A language is ISO 639-1 or "other", as Twitch reports it; '' is unknown. What was measured before this migration has none:
-- its rows are '' in staging, and null or missing in the daily tables.
alter table staging.streams add column language text collate "C" not null default '';

-- How the viewers of a game are spread: those of the largest channel, of the three largest, and the median of the others,
-- which is null for a game of at most three channels.
alter table staging.games
add column top_viewers integer check (top_viewers <= viewers),
add column top3_viewers bigint check (top3_viewers <= viewers),
add column median_viewers real;

-- One row per poll and language.
create table staging.languages (
    poll_id bigint not null references staging.polls on delete cascade,
    language text collate "C" not null,
    viewers bigint not null check (viewers >= 0),
    streams integer not null check (streams > 0),
    primary key (poll_id, language)
);

-- Of the polls that are still in staging.
insert into staging.languages (poll_id, language, viewers, streams)
select
    polls.poll_id,
    '',
    polls.viewers,
    polls.streams
from staging.polls
where polls.streams > 0 and exists (select from staging.games where games.poll_id = polls.poll_id);

-- `top_watch_hours` and `top3_watch_hours`: of the channel, and of the three, that were the largest at each poll.
-- `median_viewers`: the average over the polls.
alter table daily_games
add column top_watch_hours double precision,
add column top3_watch_hours double precision,
add column median_viewers real;

-- The language that was watched longest on that day.
alter table daily_streamers add column language text collate "C";

-- One row per day and language.
create table daily_languages (
    day date not null,
    language text collate "C" not null,
    watch_hours double precision not null,
    airtime_hours double precision not null,
    -- the most that watched the language at one poll, all its streams together
    peak_viewers bigint not null,
    primary key (day, language)
);

-- One row per day, game and language.
create table daily_game_languages (
    day date not null,
    game_id text collate "C" not null,
    language text collate "C" not null,
    watch_hours double precision not null,
    airtime_hours double precision not null,
    primary key (day, game_id, language)
);

-- One row per day and stream: one that runs past the end of the day has a row on each day, with the numbers of that day.
-- `game_ids`: its games of that day, most watched first; a stream without a game has none.
create table daily_streams (
    day date not null,
    started_at timestamptz not null,
    last_seen_at timestamptz not null,
    watch_hours double precision not null,
    airtime_hours double precision not null,
    peak_viewers integer not null,
    streamer_id text collate "C" not null,
    stream_id text collate "C" not null,
    language text collate "C" not null,
    game_ids text [] collate "C" not null,
    primary key (day, streamer_id, stream_id)
);

-- One row per month, streamer and language: the sums of the days on which the streamer was watched longest in it.
create table monthly_streamers (
    month date not null,
    streamer_id text collate "C" not null,
    language text collate "C" not null,
    watch_hours double precision not null,
    airtime_hours double precision not null,
    peak_viewers integer not null,
    primary key (month, streamer_id, language)
);

-- The sums over those days of the month that have them, and the hours of these days, so that a share is one of the same days.
alter table monthly_games
add column top_watch_hours double precision,
add column top3_watch_hours double precision,
add column watch_hours_with_shares double precision,
add column median_viewers real,
add column airtime_hours_with_median double precision;

-- An answer that concerns one person alone, the confirmation of `stop` or `start`: no page shows it.
alter table posts add column is_private boolean not null default false;
update posts set is_private = true
from mentions
where mentions.mention_id = posts.mention_id and mentions.question in ('stop', 'start');

-- The next roll-up sums up every month again; until then its days are read one by one.
delete from months;

create or replace function make_reader(role text, password text) returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('watchtime reader', 0));
    if not exists (select from pg_catalog.pg_roles where rolname = role) then
        execute format('create role %I', role);
    end if;
    execute format(
        'alter role %I login nocreatedb nocreaterole noinherit connection limit 20 password %L', role, nullif(password, '')
    );
    execute format('alter role %I set default_transaction_read_only = on', role);
    execute format('revoke all on all tables in schema public, staging from %I', role);
    execute format('grant usage on schema public, staging to %I', role);
    execute format(
        'grant select on addresses, daily_game_languages, daily_games, daily_languages, daily_streamer_games,'
        ' daily_streamers, daily_streams, days, game_aliases, games, hourly_games, hours, monthly_games,'
        ' monthly_streamer_games, monthly_streamers, months, names, schema_migrations, streamers, staging.games,'
        ' staging.languages, staging.polls, staging.streams to %I',
        role
    );
    execute format(
        'grant select (post_id, kind, day, text, chart, alt_text, status, reason, created_at, next_try_at, due_since, x_id,'
        ' sent_at, is_private) on posts to %I',
        role
    );
    execute format('grant select (name, x_id) on cursors to %I', role);
end
$$;

-- A role that exists keeps reading; it does not have to be made again.
do $$
declare
    role text;
begin
    for role in
        select distinct grantee from information_schema.role_table_grants
        where table_schema = 'public' and table_name = 'hourly_games' and grantee not in (grantor, 'PUBLIC')
    loop
        execute format(
            'grant select on daily_game_languages, daily_languages, daily_streams, monthly_streamers, staging.languages to %I',
            role
        );
        execute format('grant select (is_private) on posts to %I', role);
    end loop;
end
$$;

-- migrate:down

create or replace function make_reader(role text, password text) returns void language plpgsql as $$
begin
    perform pg_advisory_xact_lock(hashtextextended('watchtime reader', 0));
    if not exists (select from pg_catalog.pg_roles where rolname = role) then
        execute format('create role %I', role);
    end if;
    execute format(
        'alter role %I login nocreatedb nocreaterole noinherit connection limit 20 password %L', role, nullif(password, '')
    );
    execute format('alter role %I set default_transaction_read_only = on', role);
    execute format('revoke all on all tables in schema public, staging from %I', role);
    execute format('grant usage on schema public, staging to %I', role);
    execute format(
        'grant select on addresses, daily_games, daily_streamer_games, daily_streamers, days, game_aliases, games,'
        ' hourly_games, hours, monthly_games, monthly_streamer_games, months, names, schema_migrations, streamers,'
        ' staging.games, staging.polls, staging.streams to %I',
        role
    );
    execute format(
        'grant select (post_id, kind, day, text, chart, alt_text, status, reason, created_at, next_try_at, due_since, x_id,'
        ' sent_at) on posts to %I',
        role
    );
    execute format('grant select (name, x_id) on cursors to %I', role);
end
$$;

alter table posts drop column is_private;
alter table monthly_games
drop column airtime_hours_with_median,
drop column median_viewers,
drop column watch_hours_with_shares,
drop column top3_watch_hours,
drop column top_watch_hours;
drop table monthly_streamers, daily_streams, daily_game_languages, daily_languages;
alter table daily_streamers drop column language;
alter table daily_games
drop column median_viewers,
drop column top3_watch_hours,
drop column top_watch_hours;
drop table staging.languages;
alter table staging.games
drop column median_viewers,
drop column top3_viewers,
drop column top_viewers;
alter table staging.streams drop column language;
