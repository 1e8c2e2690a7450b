-- name: try_lock$
-- Take the lock of a job for this session, or say that another session has it.
select pg_try_advisory_lock(hashtextextended(:name, 0));

-- name: unlock$
-- Give the lock of a job back.
select pg_advisory_unlock(hashtextextended(:name, 0));

-- name: ping$
-- Whether this session is still there.
select true;

-- name: has_migrations$
-- Whether any migration was ever applied here.
select to_regclass('public.schema_migrations') is not null;

-- name: applied_migrations
-- The migrations that this database has. Grain: one row per migration.
select version from public.schema_migrations order by version;

-- name: encoding$
-- How this database keeps text.
select current_setting('server_encoding');
