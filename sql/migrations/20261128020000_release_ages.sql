-- migrate:up

-- The hours of a day by the age of its games on that day, from the first release date on IGDB. A game counts once, so the
-- hours of a day add up. A game that is not released yet is under 30 days old.
create table daily_release_ages (
    day date not null,
    age text collate "C" not null check (
        age in ('under_30_days', 'under_1_year', 'under_5_years', 'older', 'not_a_game', 'unknown')
    ),
    watch_hours double precision not null,
    airtime_hours double precision not null,
    games integer not null check (games > 0),
    primary key (day, age)
);

-- All days are summed up once more: the newest within a minute.
delete from genre_days;

do $$
begin
    execute replace(
        pg_get_functiondef('make_reader(text, text)'::regprocedure),
        '''grant select on daily_classes,',
        '''grant select on daily_release_ages, daily_classes,'
    );
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
        execute format('grant select on daily_release_ages to %I', role);
    end loop;
end
$$;

-- migrate:down

do $$
begin
    execute replace(
        pg_get_functiondef('make_reader(text, text)'::regprocedure), 'daily_release_ages, daily_classes,', 'daily_classes,'
    );
end
$$;

drop table daily_release_ages;
