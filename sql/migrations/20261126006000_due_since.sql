-- migrate:up

-- Since when a post is expected to be sent, if not since it was made: a person retried it, or the budget let it wait until
-- then. An attempt that fails moves next_try_at alone, so that a post keeps failing becomes late.
alter table posts add column due_since timestamptz;

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

-- A role that exists keeps reading; it does not have to be made again.
do $$
declare
    role text;
begin
    for role in
        select distinct grantee from information_schema.role_table_grants
        where table_schema = 'public' and table_name = 'hourly_games' and grantee not in (grantor, 'PUBLIC')
    loop
        execute format('grant select (due_since) on posts to %I', role);
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
        'grant select (post_id, kind, day, text, chart, alt_text, status, reason, created_at, next_try_at, x_id, sent_at)'
        ' on posts to %I',
        role
    );
    execute format('grant select (name, x_id) on cursors to %I', role);
end
$$;

alter table posts drop column due_since;
