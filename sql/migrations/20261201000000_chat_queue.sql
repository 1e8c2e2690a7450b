-- migrate:up

-- Several listeners share the channels: each leases some, and renews its leases every few seconds. Those of a listener that has
-- ended are free when they are over.
alter table chat.channels
add column listener text collate "C",
add column lease_until timestamptz,
add check ((listener is null) = (lease_until is null));

-- Whether a channel is to be joined: it was live in the last ten minutes, or nobody has looked for ten minutes.
create function chat.is_wanted(last_live_at timestamptz, looked_at timestamptz, now_at timestamptz) returns boolean
language sql immutable parallel safe as $$
    select coalesce(last_live_at, '-infinity') > now_at - interval '10 minutes'
        or coalesce(looked_at, '-infinity') <= now_at - interval '10 minutes'
$$;

-- With a queue, a channel belongs to one of eight shards, and each is counted by itself. -1: all channels of a journal, without a
-- queue.
alter table chat.cursors
add column shard smallint not null default -1 check (shard between -1 and 7),
drop constraint cursors_pkey,
add primary key (journal_id, shard);

-- Processes that use the queue. One row per listener, by the id of its journal, or counter; kept for an hour after its end.
create table chat.nodes (
    name text collate "C" primary key,
    kind text collate "C" not null check (kind in ('listener', 'counter')),
    seen_at timestamptz not null,
    -- in the journal of a listener, to be sent to the queue
    waiting_bytes bigint not null default 0,
    -- since when it cannot use the queue, and why; null and empty: it can
    failing_since timestamptz,
    problem text collate "C" not null default '' check (problem in ('', 'unavailable', 'refused', 'full')),
    -- a hash of the key with which it hashes ids: all listeners need the same one, or a chatter would count twice
    key_mark text collate "C" not null default '',
    check ((failing_since is null) = (problem = ''))
);

comment on column chat.channels.listener is 'With a queue: id of the listener that has the channel.';
comment on column chat.channels.lease_until is 'With a queue: until then no other listener takes it, UTC.';

-- migrate:down

drop table chat.nodes;
delete from chat.cursors where shard <> -1;
alter table chat.cursors drop constraint cursors_pkey, drop column shard, add primary key (journal_id);
drop function chat.is_wanted(timestamptz, timestamptz, timestamptz);
alter table chat.channels drop column listener, drop column lease_until;
