-- migrate:up

-- What one query of a role that only reads may take of the server's memory. The dashboard's own sessions say the same;
-- here it also holds for any other program that comes in as the role.
create function limit_reader(role text) returns void language plpgsql as $$
begin
    execute format('alter role %I set work_mem = %L', role, '4MB');
    execute format('alter role %I set hash_mem_multiplier = 1', role);
    execute format('alter role %I set max_parallel_workers_per_gather = 0', role);
    execute format('alter role %I set jit = off', role);
end
$$;

-- Roles that read already. One that an administrator made is not ours to change: its sessions limit themselves.
do $$
declare
    role text;
begin
    for role in
        select distinct grantee from information_schema.role_table_grants
        where table_schema = 'public' and table_name = 'hourly_games' and grantee not in (grantor, 'PUBLIC')
    loop
        begin
            perform limit_reader(role);
        exception when insufficient_privilege then
            raise notice 'the role % is left as it is: only an administrator may change it', role;
        end;
    end loop;
end
$$;

-- migrate:down

drop function limit_reader(text);
