-- For backup, restore and copying. Ours are the schemas public and staging, whole; what belongs to an extension is not
-- ours.

-- name: server_version$
-- The major version of the server.
select current_setting('server_version_num')::int / 10000;

-- name: export_snapshot$
-- The name under which another connection sees what this transaction sees.
select pg_export_snapshot();

-- name: take_time^
-- Let this transaction wait idly as long as it has to, and for a lock not long. Values are written as text in one way.
select
    set_config('idle_in_transaction_session_timeout', '0', true),
    set_config('statement_timeout', '0', true),
    set_config('lock_timeout', '10s', true),
    set_config('timezone', 'UTC', true),
    set_config('datestyle', 'ISO, YMD', true),
    set_config('intervalstyle', 'iso_8601', true),
    set_config('extra_float_digits', '1', true),
    set_config('bytea_output', 'hex', true);

-- name: counting
-- The statements that tell what is in each table: its rows, and if asked for a checksum that does not depend on their
-- order. Partitions count as their table. Grain: one row per table.
select
    namespace.nspname || '.' || class.relname as table_name,
    'select count(*), '
    || case
        when :checksums then 'coalesce(sum((''x'' || left(md5(one_row::text), 15))::bit(60)::bigint), 0)'
        else '0'
    end
    || ' from ' || quote_ident(namespace.nspname) || '.' || quote_ident(class.relname) || ' as one_row' as statement
from pg_catalog.pg_class as class
inner join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
where
    namespace.nspname in ('public', 'staging')
    and class.relkind in ('r', 'p')
    and not class.relispartition
    and not exists (
        select from pg_catalog.pg_depend as dependency
        where
            dependency.classid = 'pg_catalog.pg_class'::regclass
            and dependency.objid = class.oid
            and dependency.deptype = 'e'
    )
order by table_name;

-- name: sequences
-- How far each sequence has come; null before its first number. Grain: one row per sequence.
select schemaname || '.' || sequencename as sequence_name, last_value
from pg_catalog.pg_sequences
where schemaname in ('public', 'staging')
order by sequence_name;

-- name: clearing
-- The statements that take away everything of ours, to be run in this order. Grain: one row per thing.
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
            -- of an extension, or of a column that goes with its table
            and dependency.deptype in ('e', 'a', 'i')
    )
    union all
    select 0, 'schema', 'staging'
) as all_of_it
order by turn, name;

-- name: refresh_statistics!
-- Tell the planner what is in the tables now.
analyze;
