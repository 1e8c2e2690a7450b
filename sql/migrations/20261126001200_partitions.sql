-- migrate:up

-- A partition is made apart and then attached. `create table … partition of` locks staging.streams against everybody: it
-- would wait for a backup to end, which reads that table, and every reader would wait behind it. To attach one, a lock is
-- enough that readers and writers do not notice. The new table is empty, so there is nothing to check its rows against.
create or replace function staging.make_partition(for_day date) returns void language plpgsql as $$
declare
    partition text := 'streams_' || to_char(for_day, 'YYYY_MM_DD');
begin
    if to_regclass('staging.' || partition) is not null then
        return;
    end if;
    -- Of two that make the same one at once, the second finds it made.
    perform pg_advisory_xact_lock(hashtextextended('watchtime partitions', 0));
    -- Looked up in the catalog itself: what to_regclass has found a moment ago is remembered.
    if not exists (
        select from pg_catalog.pg_class
        where relname = partition and relnamespace = cast('staging' as regnamespace)
    ) then
        execute format('create table staging.%I (like staging.streams including all)', partition);
        execute format('alter table staging.streams attach partition staging.%I for values in (%L)', partition, for_day);
    end if;
end
$$;

-- migrate:down

create or replace function staging.make_partition(for_day date) returns void language plpgsql as $$
declare
    partition text := 'streams_' || to_char(for_day, 'YYYY_MM_DD');
begin
    if to_regclass('staging.' || partition) is null then
        execute format('create table staging.%I partition of staging.streams for values in (%L)', partition, for_day);
    end if;
end
$$;
