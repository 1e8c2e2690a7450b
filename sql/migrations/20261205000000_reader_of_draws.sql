-- migrate:up

-- The page of a game has the posts about the streamers of the game that was drawn for a day.
do $$
begin
    execute replace(
        pg_get_functiondef('make_reader(text, text)'::regprocedure),
        ' daily_streams, days, game_aliases,',
        ' daily_streams, days, draws, game_aliases,'
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
        execute format('grant select on draws to %I', role);
    end loop;
end
$$;

-- migrate:down

do $$
declare
    role text;
begin
    execute replace(pg_get_functiondef('make_reader(text, text)'::regprocedure), ' days, draws, game_aliases,', ' days, game_aliases,');
    for role in
        select distinct grantee from information_schema.role_table_grants
        where table_schema = 'public' and table_name = 'draws' and grantee not in (grantor, 'PUBLIC')
    loop
        execute format('revoke select on draws from %I', role);
    end loop;
end
$$;
