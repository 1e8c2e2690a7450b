-- migrate:up

-- One row per game and month: the days of whole months added up, as for streamers and games, so that a year of all games
-- is a matter of a few months and days.
create table monthly_games (
    month date not null,
    game_id text collate "C" not null,
    watch_hours double precision not null,
    airtime_hours double precision not null,
    peak_viewers bigint not null,
    primary key (month, game_id)
);

-- And of streamers and games all that a table shows, so that none of its rows takes a look at its days.
truncate monthly_streamer_games;
alter table monthly_streamer_games
add column airtime_hours double precision not null,
add column peak_viewers bigint not null;

-- Every month is summed up anew by the next roll-up; until then its days are looked at one by one.
delete from months;

-- As before, and the months of games, and how far names are keyed.
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

-- Whoever has the role already goes on reading without it being made anew.
do $$
declare
    role text;
begin
    for role in
        select distinct grantee from information_schema.role_table_grants
        where table_schema = 'public' and table_name = 'hourly_games' and grantee not in (grantor, 'PUBLIC')
    loop
        execute format('grant select on monthly_games to %I', role);
        execute format('grant select (name, x_id) on cursors to %I', role);
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
        ' hourly_games, hours, monthly_streamer_games, months, names, schema_migrations, streamers, staging.games,'
        ' staging.polls, staging.streams to %I',
        role
    );
    execute format(
        'grant select (post_id, kind, day, text, chart, alt_text, status, reason, created_at, next_try_at, x_id, sent_at)'
        ' on posts to %I',
        role
    );
end
$$;

drop table monthly_games;
alter table monthly_streamer_games drop column airtime_hours, drop column peak_viewers;
