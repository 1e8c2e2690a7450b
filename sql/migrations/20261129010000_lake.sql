-- migrate:up

-- The ledger of the data lake: every object that should be in it, or was. An intent is a row before the object is written
-- ('due'), in the transaction that stores what it is made of; the outcome is in the same row ('there'). A deleted object
-- stays as 'gone', so that nobody writes it again.
create table lake_objects (
    -- LAKE_URL: a lake that is begun elsewhere has rows of its own
    lake text collate "C" not null,
    dataset text collate "C" not null,
    -- day=2026-11-21, month=2026-11, or nothing
    partition text collate "C" not null,
    piece text collate "C" not null,
    key text collate "C" not null,
    -- The day that the object is about; of a month, its first day; null: of a dimension
    day date,
    poll_id bigint,
    status text collate "C" not null default 'due' check (status in ('due', 'there', 'gone')),
    -- Number of the newest intent, and of the one that the object in the lake fulfils
    revision integer not null default 1 check (revision > 0),
    written_revision integer not null default 0,
    due_at timestamptz not null,
    written_at timestamptz,
    rows bigint check (rows >= 0),
    bytes bigint check (bytes >= 0),
    etag text collate "C",
    sha256 text collate "C",
    -- What the object is made of: equal for equal rows, however they were compressed
    content text collate "C",
    problem text,
    primary key (lake, dataset, partition, piece),
    unique (lake, key),
    check (written_revision between 0 and revision),
    check (status <> 'there' or num_nulls(etag, sha256, content, rows, bytes, written_at) = 0)
);
create index lake_objects_due_idx on lake_objects (lake, dataset, day) where status = 'due';
create index lake_objects_day_idx on lake_objects (lake, day);

-- Streamers whose rows are in no object of the lake any more.
create table lake_forgotten (
    streamer_id text collate "C" primary key check (streamer_id <> ''),
    since timestamptz not null
);

-- The name of this database in the metadata of objects, so that two databases do not write into one lake.
create table lake_owner (
    owner text collate "C" primary key,
    only_row boolean not null default true unique check (only_row)
);
insert into lake_owner (owner) values (cast(gen_random_uuid() as text));

-- migrate:down

drop table lake_owner, lake_forgotten, lake_objects;
