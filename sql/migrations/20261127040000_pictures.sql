-- migrate:up

-- Pictures of games and streamers, for the dashboard: a cache that is deleted after 23 hours, because Twitch allows 24.
-- Unlogged, so that no copy is in the write-ahead log, its archive, or a standby; backups leave the rows out too.
-- One row per game or streamer. `refused`: why there is no picture; it is not requested again for some hours.
create unlogged table pictures (
    kind text collate "C" not null check (kind in ('game', 'streamer')),
    id text collate "C" not null check (id <> ''),
    fetched_at timestamptz not null,
    media_type text check (media_type in ('image/jpeg', 'image/png', 'image/webp')),
    -- Part of the address, so that a browser can keep a picture without asking again.
    digest text collate "C" check (digest ~ '^[0-9a-f]{16}$'),
    content bytea check (octet_length(content) between 1 and 100000),
    refused text,
    primary key (kind, id),
    check (num_nulls(content, media_type, digest) in (0, 3)),
    check ((content is null) = (refused is not null))
);
-- Pictures are compressed already.
alter table pictures alter column content set storage external;

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

-- A role that exists keeps reading; it does not have to be made again.
do $$
declare
    role text;
begin
    for role in
        select distinct grantee from information_schema.role_table_grants
        where table_schema = 'public' and table_name = 'hourly_games' and grantee not in (grantor, 'PUBLIC')
    loop
        execute format('grant select on pictures to %I', role);
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

drop table pictures;
