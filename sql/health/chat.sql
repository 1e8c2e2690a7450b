-- name: chat^
-- The followed channels by state, their closed minutes of the last hour, and the processes that use a queue. Grain: one row.
with followed as (
    select
        channels.channel_id,
        channels.state,
        (
            select greatest(max(broadcasts.first_seen_at), channels.asked_at)
            from chat.broadcasts
            where
                broadcasts.channel_id = channels.channel_id
                and broadcasts.last_seen_at > cast(:now as timestamptz) - interval '3 minutes'
        ) as live_since
    from chat.channels
),

last_hour as (
    select
        minutes.*,
        chat.is_covered(minutes.is_closed, minutes.covered_seconds) as is_covered
    from chat.minutes
    inner join followed using (channel_id)
    where minutes.minute_at > cast(:now as timestamptz) - interval '1 hour'
),

nodes as (
    select *
    from chat.nodes
    where seen_at > cast(:now as timestamptz) - interval '2 minutes'
)

select
    (select count(*) from followed) as channels,
    (select count(*) from followed where state = 'joined') as joined,
    (select count(*) from followed where state = 'refused') as refused,
    (select min(live_since) from followed where state <> 'refused') as live_since,
    max(minute_at) filter (where is_covered) as covered_at,
    cast(avg(covered_seconds / 60.0) filter (where is_closed and viewers is not null) as double precision) as coverage,
    coalesce(sum(messages), 0) as messages,
    coalesce(sum(late_messages), 0) as late_messages,
    (select count(*) from nodes where kind = 'listener') as listeners,
    (select cast(coalesce(sum(waiting_bytes), 0) as bigint) from nodes) as waiting_bytes,
    (select min(failing_since) from nodes) as queue_failing_since,
    coalesce(
        (select problem from nodes where failing_since is not null order by failing_since, name limit 1), ''
    ) as queue_problem
from last_hour;
