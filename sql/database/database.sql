-- name: try_lock$
-- Try to take the lock of a job for this session; false if another session has it.
select pg_try_advisory_lock(hashtextextended(:name, 0));

-- name: try_share$
-- Try to take the lock together with other sessions that share it; false if another session has it exclusively.
select pg_try_advisory_lock_shared(hashtextextended(:name, 0));

-- name: unshare$
-- Release a shared lock.
select pg_advisory_unlock_shared(hashtextextended(:name, 0));

-- name: unlock$
-- Release the lock of a job.
select pg_advisory_unlock(hashtextextended(:name, 0));

-- name: ping$
-- Whether the server answers in this session.
select true;

-- name: has_migrations$
-- Whether any migration was ever applied to this database.
select to_regclass('public.schema_migrations') is not null;

-- name: applied_migrations
-- The migrations that were applied to this database. Grain: one row per migration.
select version from public.schema_migrations order by version;

-- name: blocking_sessions
-- The sessions whose locks the sessions of a program wait for. Grain: one row per session.
select distinct
    coalesce(nullif(blocking.application_name, ''), blocking.usename, 'another session') || ' (process '
    || blocking.pid || ')' as name
from pg_catalog.pg_stat_activity as waiting
cross join lateral unnest(pg_blocking_pids(waiting.pid)) as blocker (pid)
inner join pg_catalog.pg_stat_activity as blocking on blocking.pid = blocker.pid
where waiting.datname = current_database() and waiting.application_name = :application_name;

-- name: encoding$
-- The encoding of text in this database.
select current_setting('server_encoding');

-- name: server^
-- The version and state of the server, the rights of our role, the size of the database, and the number of connections
-- that are left. Grain: one row.
with ours as (
    select
        pg_class.oid,
        pg_class.relowner
    from pg_class
    where pg_class.relkind in ('r', 'p') and pg_class.relnamespace in (
        select pg_namespace.oid from pg_namespace where pg_namespace.nspname in ('public', 'staging', 'chat')
    )
),

connected as (
    select
        count(*) as everybody,
        count(*) filter (where pg_stat_activity.usename = current_user) as our_role,
        count(*) filter (where pg_stat_activity.datname = current_database()) as our_database
    from pg_stat_activity
    where pg_stat_activity.backend_type = 'client backend'
)

select
    cast(current_setting('server_version_num') as integer) / 10000 as version,
    current_setting('server_encoding') as encoding,
    pg_is_in_recovery() as is_standby,
    current_setting('transaction_read_only') = 'on' as is_read_only,
    not exists (
        select from ours
        where not (
            has_table_privilege(ours.oid, 'select')
            and has_table_privilege(ours.oid, 'insert')
            and has_table_privilege(ours.oid, 'update')
            and has_table_privilege(ours.oid, 'delete')
        )
    ) as may_write,
    -- The bot creates a partition for each day, for which its role has to own the table.
    coalesce(
        (
            select pg_has_role(ours.relowner, 'usage') and has_schema_privilege('staging', 'create')
            from ours
            where ours.oid = to_regclass('staging.streams')
        ),
        has_database_privilege(current_database(), 'create')
    ) as may_create,
    pg_database_size(current_database()) as bytes,
    -- The strictest of the limits of the server, of our role and of this database; least() ignores null.
    least(
        cast(current_setting('max_connections') as integer)
        - cast(current_setting('superuser_reserved_connections') as integer)
        - coalesce(cast(current_setting('reserved_connections', true) as integer), 0) - connected.everybody,
        case when not pg_roles.rolsuper then nullif(pg_roles.rolconnlimit, -1) end - connected.our_role,
        case when not pg_roles.rolsuper then nullif(pg_database.datconnlimit, -1) end - connected.our_database
    ) as connections_left
from connected
cross join pg_roles
cross join pg_database
where pg_roles.rolname = current_user and pg_database.datname = current_database();

-- name: server_clock$
-- The server's time, which is compared with our clock; no other query uses it.
select statement_timestamp();

-- name: server_started_at$
-- When the database server was started: another instant means that it was restarted.
select pg_postmaster_start_time();
