-- name: owner$
-- The name of this database in the metadata of objects.
select owner from lake_owner;

-- name: due_objects
-- The objects of some datasets that are due, oldest day first. Grain: one row per object.
select
    dataset,
    partition,
    piece,
    key,
    day,
    poll_id,
    status,
    revision,
    written_revision,
    rows,
    bytes,
    etag,
    sha256,
    content
from lake_objects
where lake = cast(:lake as text) and status = 'due' and dataset = any(cast(:datasets as text []))
order by day nulls last, key;

-- name: objects_of_day
-- The objects of some datasets of a day, whatever their status. Grain: one row per object.
select
    dataset,
    partition,
    piece,
    key,
    day,
    poll_id,
    status,
    revision,
    written_revision,
    rows,
    bytes,
    etag,
    sha256,
    content
from lake_objects
where lake = cast(:lake as text) and day = cast(:day as date) and dataset = any(cast(:datasets as text []))
order by key;

-- name: all_objects
-- The whole ledger of a lake. Grain: one row per object.
select
    dataset,
    partition,
    piece,
    key,
    day,
    poll_id,
    status,
    revision,
    written_revision,
    rows,
    bytes,
    etag,
    sha256,
    content
from lake_objects
where lake = cast(:lake as text)
order by key;

-- name: object_of_key^
-- One object of the ledger. Grain: one row.
select
    dataset,
    partition,
    piece,
    key,
    day,
    poll_id,
    status,
    revision,
    written_revision,
    rows,
    bytes,
    etag,
    sha256,
    content
from lake_objects
where lake = cast(:lake as text) and key = cast(:key as text);

-- name: statuses
-- The objects of some datasets that are not gone, and those of some keys whatever their status. Grain: one row per object.
select
    key,
    status
from lake_objects
where
    lake = cast(:lake as text)
    and (status <> 'gone' and dataset = any(cast(:datasets as text [])) or key = any(cast(:keys as text [])));

-- name: delete_finished!
-- Delete what the ledger has of older days all of whose streams are gone from the lake and from staging, so that it does not grow
-- by thousands of rows a month: nothing can write these objects again. Grain: one row per object.
delete from lake_objects
where
    lake_objects.lake = cast(:lake as text)
    and lake_objects.status = 'gone'
    and lake_objects.day < cast(:before as date)
    and lake_objects.dataset = any(cast(:datasets as text []))
    and not exists (select from staging.days_of_streams() as kept (day) where kept.day = lake_objects.day)
    and not exists (
        select from lake_objects as others
        where
            others.lake = lake_objects.lake and others.day = lake_objects.day
            and others.dataset = any(cast(:datasets as text [])) and others.status <> 'gone'
    );

-- name: store_outcome!
-- Store what was written for an intent. A newer intent, which came meanwhile, stays due. Grain: one row.
update lake_objects
set
    status = case when revision = cast(:revision as integer) then 'there' else status end,
    written_revision = cast(:revision as integer),
    etag = :etag,
    sha256 = :sha256,
    content = :content,
    rows = :rows,
    bytes = :bytes,
    written_at = :now,
    problem = null
where
    lake = cast(:lake as text) and key = cast(:key as text) and status <> 'gone'
    and written_revision <= cast(:revision as integer) and revision >= cast(:revision as integer);

-- name: store_problem!
-- Store why an object could not be written. Grain: one row.
update lake_objects
set problem = :problem
where lake = cast(:lake as text) and key = cast(:key as text) and status = 'due';

-- name: store_gone!
-- Store that an object is to be in the lake no longer, before it is deleted there. Grain: one row per object.
update lake_objects
set status = 'gone', problem = :problem
where lake = cast(:lake as text) and key = any(cast(:keys as text []));

-- name: totals
-- Number, rows and bytes of objects, the oldest intent and a problem. Grain: one row per dataset and status.
select
    dataset,
    status,
    count(*) as objects,
    coalesce(sum(rows), 0) as stored_rows,
    coalesce(sum(bytes), 0) as stored_bytes,
    min(due_at) as oldest_due_at,
    max(written_at) as newest_written_at,
    max(problem) as problem
from lake_objects
where lake = cast(:lake as text)
group by dataset, status
order by dataset, status;

-- name: forget_streamer!
-- Store that a streamer's rows are to be in no object of the lake. Grain: one row.
insert into lake_forgotten (streamer_id, since) values (:streamer_id, :now) on conflict do nothing;

-- name: streamers_called
-- The streamers who have a text as their id or login. Grain: one row per streamer.
select streamer_id from streamers where streamer_id = cast(:name as text) or login = lower(cast(:name as text));

-- name: forgotten_streamers
-- The streamers whose rows are to be in no object. Grain: one row per streamer.
select streamer_id from lake_forgotten order by streamer_id;

-- name: days_to_clear
-- Days that are sealed while objects of their polls are still there. Grain: one row per day.
select distinct landed.day
from lake_objects as landed
inner join lake_objects as sealed using (lake, day)
where
    landed.lake = cast(:lake as text) and landed.dataset = 'landing/streams' and landed.status = 'there'
    and sealed.dataset = 'processed/streams' and sealed.status = 'there'
order by landed.day;

-- name: store_counted_poll!
-- Store the rows that a sealed day has of a poll, after rows were taken out, or it was made again. Grain: one row.
update lake_objects
set rows = :rows, content = :content
where lake = cast(:lake as text) and key = cast(:key as text);

-- name: day_to_compare^
-- The hours watched of a rolled-up day, but for days that forgotten streamers were part of. Grain: one row.
select watch_hours
from days
where
    day = cast(:day as date)
    and not exists (
        select from daily_streamers
        inner join lake_forgotten using (streamer_id)
        where daily_streamers.day = days.day
    );

-- name: newest_rolled_up_day$
-- The newest day that is rolled up.
select max(day) from days;
