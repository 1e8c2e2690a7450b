-- name: see_node!
-- Note that a process uses the queue, and whether it can. Grain: one row.
insert into chat.nodes (name, kind, seen_at, waiting_bytes, failing_since, problem, key_mark)
values (
    cast(:name as text),
    cast(:kind as text),
    cast(:now as timestamptz),
    cast(:waiting_bytes as bigint),
    cast(:failing_since as timestamptz),
    cast(:problem as text),
    cast(:key_mark as text)
)
on conflict (name) do update
set
seen_at = excluded.seen_at,
waiting_bytes = excluded.waiting_bytes,
failing_since = excluded.failing_since,
problem = excluded.problem,
key_mark = excluded.key_mark;

-- name: forget_nodes!
-- Delete the processes that were not seen for some time.
delete from chat.nodes where seen_at < cast(:before as timestamptz);

-- name: forget_node!
-- Delete a process that ends.
delete from chat.nodes where name = cast(:name as text);

-- name: share^
-- How many listeners there are, how many channels are wanted, and whether another listener has another key. Grain: one row.
select
    count(*) as listeners,
    coalesce(bool_or(key_mark <> cast(:key_mark as text)), false) as has_other_key,
    (
        select count(*) from chat.channels
        where chat.is_wanted(last_live_at, looked_at, cast(:now as timestamptz))
    ) as wanted
from chat.nodes
where kind = 'listener' and seen_at > cast(:since as timestamptz);

-- name: renew_leases!
-- Renew the leases of a listener. Grain: one row per channel.
update chat.channels
set lease_until = cast(:until as timestamptz)
where listener = cast(:listener as text);

-- name: give_back_leases!
-- Give back the leases of a listener on channels that are not wanted, and those that are more than it should have. Grain: one
-- row per channel.
update chat.channels
set listener = null, lease_until = null
where
    channel_id in (
        select mine.channel_id
        from (
            select
                channel_id,
                chat.is_wanted(last_live_at, looked_at, cast(:now as timestamptz)) as is_wanted,
                row_number() over (order by login) as place
            from chat.channels
            where listener = cast(:listener as text)
        ) as mine
        where not mine.is_wanted or mine.place > cast(:most as integer)
    );

-- name: take_leases!
-- Lease free channels to a listener, up to a number of them in all; not one that another listener was refused for good. Grain:
-- one row per channel.
update chat.channels
set listener = cast(:listener as text), lease_until = cast(:until as timestamptz)
where
    channel_id in (
        select channel_id
        from chat.channels
        where
            chat.is_wanted(last_live_at, looked_at, cast(:now as timestamptz))
            and (listener is null or lease_until <= cast(:now as timestamptz))
            and (state <> 'refused' or reason = any(cast(:may_pass as text [])))
        order by login
        limit greatest(
            0,
            cast(:most as integer) - (select count(*) from chat.channels where listener = cast(:listener as text))
        )
        for update skip locked
    );

-- name: leased
-- The channels that a listener has, by login. Grain: one row per channel.
select channel_id, login, asked_at
from chat.channels
where listener = cast(:listener as text)
order by login;

-- name: end_leases!
-- Give back all leases of a listener. Grain: one row per channel.
update chat.channels
set listener = null, lease_until = null
where listener = cast(:listener as text);

-- name: mark_left_channels!
-- Note that channels are joined by nobody: those that are not wanted, and those whose listener has ended. Grain: one row per
-- channel.
update chat.channels
set
state = case when chat.is_wanted(last_live_at, looked_at, cast(:now as timestamptz)) then 'wanted' else 'parted' end,
reason = '',
state_at = cast(:now as timestamptz)
where
    coalesce(lease_until, '-infinity') <= cast(:now as timestamptz)
    and state <> 'refused'
    and state
    <> case when chat.is_wanted(last_live_at, looked_at, cast(:now as timestamptz)) then 'wanted' else 'parted' end;

-- name: shard_cursor^
-- How far a shard of a journal is counted; or the journal without a queue, if that was later. `stored_seq`: the cursor of the
-- shard itself. Grain: one row, or none.
select
    newest.seq,
    newest.closed_until,
    own.seq as stored_seq
from chat.cursors as newest
left join chat.cursors as own on own.journal_id = newest.journal_id and own.shard = cast(:shard as smallint)
where newest.journal_id = cast(:journal_id as text) and newest.shard in (-1, cast(:shard as smallint))
order by newest.seq desc, newest.shard desc
limit 1;

-- name: move_shard_cursor^
-- Store how far a shard of a journal is counted, unless another process has done so since we read it. Grain: one row, or none.
insert into chat.cursors (journal_id, shard, seq, closed_until, moved_at)
values (
    cast(:journal_id as text),
    cast(:shard as smallint),
    cast(:seq as bigint),
    cast(:closed_until as timestamptz),
    cast(:moved_at as timestamptz)
)
on conflict (journal_id, shard) do update
set seq = excluded.seq, closed_until = excluded.closed_until, moved_at = excluded.moved_at
where cursors.seq = cast(:was as bigint)
returning seq;
