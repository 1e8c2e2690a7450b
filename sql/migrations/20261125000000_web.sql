-- migrate:up

-- What the dashboard needs that the daily tables do not tell. Kept for good, so narrow: the wide columns first, the id last.

-- One row per hour, named by its beginning, in which a poll saw anything: all of Twitch. Averages are over the polls of
-- the hour that count: the complete ones, or, where there is none, the partial ones.
create table hours (
    hour_at timestamptz primary key check (date_trunc('hour', hour_at, 'UTC') = hour_at),
    peak_viewers bigint not null check (peak_viewers >= 0),
    average_viewers real not null check (average_viewers >= 0),
    average_streams real not null check (average_streams >= 0),
    polls smallint not null check (polls > 0)
);

-- One row per hour and game that was seen in it; at a poll that did not see it, it was watched by nobody. No foreign keys,
-- as for the daily tables.
create table hourly_games (
    hour_at timestamptz not null,
    peak_viewers bigint not null,
    average_viewers real not null,
    average_streams real not null,
    game_id text collate "C" not null,
    primary key (game_id, hour_at)
);

create index hourly_games_hour_idx on hourly_games (hour_at);

-- One row per address: what stands for a game or streamer in a link. Who is renamed gets a new one and keeps the old, so
-- a link that was shared stays valid; an address never changes hands.
create table addresses (
    kind text collate "C" not null check (kind in ('game', 'streamer')),
    slug text collate "C" not null check (slug <> ''),
    id text collate "C" not null,
    is_current boolean not null,
    primary key (kind, slug)
);

create unique index addresses_current_idx on addresses (kind, id) where is_current;

-- Addresses are made together with the keys of names: everybody gets both anew.
delete from names;
delete from cursors where name = 'names';

-- What staging still has.
with counted as (
    select
        polls.*,
        date_trunc('hour', polls.started_at, 'UTC') as hour_at,
        rank() over (
            partition by date_trunc('hour', polls.started_at, 'UTC') order by polls.status = 'complete' desc
        ) as place
    from staging.polls
    where polls.status <> 'failed'
),

of_hours as (
    insert into hours (hour_at, average_viewers, average_streams, peak_viewers, polls)
    select hour_at, avg(viewers), avg(streams), max(viewers), count(*)
    from counted
    where place = 1
    group by hour_at
    returning hour_at, polls
)

insert into hourly_games (hour_at, average_viewers, average_streams, peak_viewers, game_id)
select
    of_hours.hour_at,
    sum(games.viewers) / max(of_hours.polls),
    sum(games.streams) / cast(max(of_hours.polls) as real),
    max(games.viewers),
    games.game_id
from counted
inner join of_hours using (hour_at)
inner join staging.games using (poll_id)
where counted.place = 1
group by of_hours.hour_at, games.game_id;

-- Makes the role as which the dashboard reads, or mends it. It may read what the dashboard shows, and nothing of who
-- asked, who wants to be left alone, or what X costs. What was granted before goes first, so it never has more than this.
create function make_reader(role text, password text) returns void language plpgsql as $$
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

-- migrate:down

drop function make_reader;
drop table addresses, hourly_games, hours;
