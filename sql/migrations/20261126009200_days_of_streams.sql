-- migrate:up

-- The days whose streams are in staging, from the names of the partitions. A planner may compute a date before it has
-- found which tables are partitions, for tables with any name: it is null for those, where to_date would fail.
create function staging.days_of_streams() returns setof date language sql stable as $$
    select to_date(substring(pg_class.relname from '^streams_(\d{4}_\d{2}_\d{2})$'), 'YYYY_MM_DD')
    from pg_catalog.pg_inherits
    inner join pg_catalog.pg_class on pg_class.oid = pg_inherits.inhrelid
    where pg_inherits.inhparent = cast('staging.streams' as regclass)
$$;

-- migrate:down

drop function staging.days_of_streams();
