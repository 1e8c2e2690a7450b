-- For backup, restore and copy. Our tables are those of the schemas public, staging and chat that belong to no extension;
-- the schema curated has views only.

-- name: server_version$
-- The major version of the server.
select current_setting('server_version_num')::int / 10000;

-- name: export_snapshot$
-- The name under which another connection sees what this transaction sees.
select pg_export_snapshot();

-- name: take_time^
-- Remove the time limits of this transaction, but wait at most 10 s for a lock. Values are written in one text format.
select
    set_config('idle_in_transaction_session_timeout', '0', true) as idle_in_transaction_session_timeout,
    set_config('statement_timeout', '0', true) as statement_timeout,
    set_config('lock_timeout', '10s', true) as lock_timeout,
    set_config('timezone', 'UTC', true) as timezone,
    set_config('datestyle', 'ISO, YMD', true) as datestyle,
    set_config('intervalstyle', 'iso_8601', true) as intervalstyle,
    set_config('extra_float_digits', '1', true) as extra_float_digits,
    set_config('bytea_output', 'hex', true) as bytea_output;

-- name: counting
-- The statements that count the rows of each table and, if `checksums` is set, add up a checksum that does not depend
-- on their order. Partitions count as their table; the cache of pictures, which backups leave out, does not count.
-- `is_seeded`: migrations insert rows into this table, so its rows do not mean that the database is in use.
-- Grain: one row per table.
select
    namespace.nspname || '.' || class.relname as table_name,
    'select count(*), '
    || case
        when :checksums then 'coalesce(sum((''x'' || left(md5(one_row::text), 15))::bit(60)::bigint), 0)'
        else '0'
    end
    || ' from ' || quote_ident(namespace.nspname) || '.' || quote_ident(class.relname) || ' as one_row' as statement,
    namespace.nspname = 'public' and class.relname in (
        'schema_migrations', 'x_prices', 'game_aliases', 'igdb_genres', 'igdb_game_modes', 'igdb_themes',
        'lake_owner'
    ) as is_seeded
from pg_catalog.pg_class as class
inner join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
where
    namespace.nspname in ('public', 'staging', 'chat')
    and class.relkind in ('r', 'p')
    and not class.relispartition
    and class.oid is distinct from to_regclass('public.pictures')
    and not exists (
        select from pg_catalog.pg_depend as dependency
        where
            dependency.classid = 'pg_catalog.pg_class'::regclass
            and dependency.objid = class.oid
            and dependency.deptype = 'e'
    )
order by table_name;

-- name: sequences
-- The last value of each sequence; null before its first. Grain: one row per sequence.
select schemaname || '.' || sequencename as sequence_name, last_value
from pg_catalog.pg_sequences
where schemaname in ('public', 'staging', 'chat')
order by sequence_name;

-- name: clearing
-- The statements that drop everything that is ours, in the order in which to run them. Grain: one row per object.
with ours as (
    select
        1 as turn, 'pg_catalog.pg_class'::regclass as catalog, class.oid,
        case class.relkind
            when 'v' then 'view' when 'm' then 'materialized view' when 'S' then 'sequence'
            when 'f' then 'foreign table' else 'table'
        end as kind,
        'public.' || quote_ident(class.relname) as name
    from pg_catalog.pg_class as class
    where
        class.relnamespace = 'public'::regnamespace
        and class.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
        and not class.relispartition
    union all
    select
        2, 'pg_catalog.pg_proc'::regclass, routine.oid, 'routine',
        'public.' || quote_ident(routine.proname) || '(' || pg_get_function_identity_arguments(routine.oid) || ')'
    from pg_catalog.pg_proc as routine
    where routine.pronamespace = 'public'::regnamespace
    union all
    select 3, 'pg_catalog.pg_type'::regclass, type.oid, 'type', 'public.' || quote_ident(type.typname)
    from pg_catalog.pg_type as type
    left join pg_catalog.pg_class as class on class.oid = type.typrelid
    where
        type.typnamespace = 'public'::regnamespace
        and (type.typtype in ('e', 'd', 'r') or class.relkind = 'c')
)

select 'drop ' || kind || ' if exists ' || name || ' cascade' as statement
from (
    select turn, kind, name from ours
    where not exists (
        select from pg_catalog.pg_depend as dependency
        where
            dependency.classid = ours.catalog
            and dependency.objid = ours.oid
            -- of an extension, or of a column that is dropped with its table
            and dependency.deptype in ('e', 'a', 'i')
    )
    union all
    select 0, 'schema', 'staging'
    union all
    select 0, 'schema', 'chat'
    union all
    -- Somebody else may have a schema of this name.
    select 0, 'schema', nspname
    from pg_catalog.pg_namespace
    where nspname = 'curated' and left(obj_description(oid, 'pg_namespace'), 18) = 'Twitch Watch Time:'
) as all_of_it
order by turn, name;

-- name: refresh_statistics!
-- Refresh the statistics of the query planner.
analyze;
