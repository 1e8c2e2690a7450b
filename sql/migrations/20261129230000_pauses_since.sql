-- migrate:up

-- When the first of the pauses began that followed one another, for the pages that say since when X is not called. It is
-- not known of a pause that began before this migration.
alter table x_pauses add column since timestamptz;

-- The dashboard shows that X is not called, and why in a word; the reason has X's own words, and stays with the bot.
do $$
declare
    role text;
begin
    execute replace(
        pg_get_functiondef('make_reader(text, text)'::regprocedure),
        '    execute format(''grant select (name, x_id) on cursors to %I'', role);',
        '    execute format(''grant select (name, x_id) on cursors to %I'', role);
    execute format(''grant select (cause, until, since) on x_pauses to %I'', role);'
    );
    -- A role that exists does not have to be made again.
    for role in
        select distinct grantee from information_schema.role_table_grants
        where table_schema = 'public' and table_name = 'hourly_games' and grantee not in (grantor, 'PUBLIC')
    loop
        execute format('grant select (cause, until, since) on x_pauses to %I', role);
    end loop;
end
$$;

-- migrate:down

do $$
declare
    role text;
begin
    execute replace(
        pg_get_functiondef('make_reader(text, text)'::regprocedure),
        '
    execute format(''grant select (cause, until, since) on x_pauses to %I'', role);',
        ''
    );
    for role in
        select distinct grantee from information_schema.role_column_grants
        where table_schema = 'public' and table_name = 'x_pauses' and grantee not in (grantor, 'PUBLIC')
    loop
        execute format('revoke select (cause, until, since) on x_pauses from %I', role);
    end loop;
end
$$;

alter table x_pauses drop column since;
