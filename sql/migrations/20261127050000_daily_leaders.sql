-- migrate:up

-- One row per day, kind, measure and game or streamer: the 50 of each kind that led a day by its measure. An all-time list of
-- the first 50 needs no other rows: one who is in it was among the 50 of their best day. So records are read from some
-- hundred rows a day, instead of from all games and streamers.
-- `measure`: peak_viewers, watch_hours, or new_watch_hours, the hours watched of those first seen in the 30 days up to that
-- day. `best_before` and `days_before`: the most on any earlier day, and the number of earlier days on which it was live;
-- of new_watch_hours there are none.
create table daily_leaders (
    day date not null,
    kind text collate "C" not null check (kind in ('game', 'streamer')),
    measure text collate "C" not null check (measure in ('peak_viewers', 'watch_hours', 'new_watch_hours')),
    id text collate "C" not null,
    value double precision not null,
    best_before double precision,
    days_before integer not null default 0,
    primary key (day, kind, measure, id)
);

-- Whether the leaders of the day, and what they had before it, are stored. The next roll-up stores those of all days.
alter table days add column has_leaders boolean not null default false;
create index days_without_leaders on days (day) where not has_leaders;

-- The hours watched of streamers by their rank over the offered ranges of days up to the newest. One row per range and rank:
-- the first 1,000, every tenth up to 10,000, every hundredth after it, and the last. The sums of all streamers would take
-- a page too long. `as_of`: the newest roll-up whose days are in it.
create table streamer_ranks (
    days integer not null,
    rank integer not null,
    watch_hours double precision not null,
    of_all integer not null,
    last_day date not null,
    as_of timestamptz not null,
    primary key (days, rank)
);

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
        'grant select on addresses, daily_game_languages, daily_games, daily_languages, daily_leaders,'
        ' daily_streamer_games, daily_streamers, daily_streams, days, game_aliases, games, hourly_games, hours,'
        ' monthly_games, monthly_streamer_games, monthly_streamers, months, names, pictures, schema_migrations,'
        ' streamer_ranks, streamers, staging.games, staging.languages, staging.polls, staging.streams to %I',
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
        execute format('grant select on daily_leaders, streamer_ranks to %I', role);
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
        'grant select on addresses, daily_game_languages, daily_games, daily_languages, daily_streamer_games,'
        ' daily_streamers, daily_streams, days, game_aliases, games, hourly_games, hours, monthly_games,'
        ' monthly_streamer_games, monthly_streamers, months, names, pictures, schema_migrations, streamers, staging.games,'
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

drop table streamer_ranks;
alter table days drop column has_leaders;
drop table daily_leaders;
