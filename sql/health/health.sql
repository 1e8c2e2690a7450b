-- name: polls_by_status
-- The number of polls in a span of days; `before` is not part of it. Grain: one row per status.
select
    status,
    count(*) as polls
from staging.polls
where day >= cast(:since as date) and day < cast(:before as date)
group by status;

-- name: close_polls$
-- The number of polls since an instant that began less than half of their interval after the poll before.
select count(*)
from (
    select
        interval_minutes,
        started_at - lag(started_at) over (order by started_at, poll_id) as gap
    from staging.polls
    where
        day >= cast(cast(:since as timestamptz) at time zone 'UTC' as date) - 1
        and started_at >= cast(:since as timestamptz)
) as polls
where gap < make_interval(mins => interval_minutes) / 2;

-- name: last_day^
-- The newest day that is rolled up. Grain: one row.
select
    day,
    ends_at,
    polls,
    coverage,
    watch_hours,
    rolled_up_at
from days
order by day desc
limit 1;

-- name: failed_polls^
-- The polls that failed since an instant without a good one in between: their number, when the first began, and when the
-- first began of those that ended for the same reason as the newest. Grain: one row.
with failed as (
    select
        started_at,
        ended_because,
        last_value(ended_because) over (
            order by started_at rows between unbounded preceding and unbounded following
        ) as newest_reason
    from staging.polls
    where
        day >= cast(cast(:since as timestamptz) at time zone 'UTC' as date) - 1
        and started_at > cast(:since as timestamptz)
        and status = 'failed'
)
select
    count(*) as polls,
    min(started_at) as since,
    min(started_at) filter (
        where started_at > coalesce(
            (select max(others.started_at) from failed as others where others.ended_because <> others.newest_reason),
            '-infinity'
        )
    ) as reason_since
from failed;

-- name: has_leader$
-- Whether a session holds the lock of the leader. The dashboard's role may read pg_locks, and not try the lock.
select exists (
    select 1
    from pg_locks
    where
        locktype = 'advisory'
        and granted
        and objsubid = 1
        and database = (select oid from pg_database where datname = current_database())
        and (cast(classid as bigint) << 32 | cast(objid as bigint)) = hashtextextended(:name, 0)
);

-- name: first_day$
-- The first day that has a poll, or is rolled up.
select least((select min(day) from staging.polls), (select min(day) from days));

-- name: pauses
-- The causes for which X is not called now, without X's own words, which the dashboard's role may not read. Grain: one row
-- per cause.
select
    cause,
    until,
    '' as reason,
    since
from x_pauses
where until > :now
order by until desc;

-- name: is_rolled_up$
-- Whether a day is rolled up.
select exists (select 1 from days where day = cast(:day as date));

-- name: summaries
-- The states of a day's summaries, from columns that the dashboard's role may read. Grain: one row per post.
select
    kind,
    status,
    coalesce(reason, '') as reason
from posts
where day = cast(:day as date)
order by post_id;

-- name: errors_of_summaries
-- The errors of the newest attempts to send a day's summaries, which the dashboard's role may not read. Grain: one row per
-- post that has one.
select
    kind,
    last_error
from posts
where day = cast(:day as date) and last_error is not null
order by post_id;

-- name: posts_by_status
-- The number of posts made in a span of days (UTC); `before` is not part of it. Grain: one row per kind and status.
select
    kind,
    status,
    count(*) as posts
from posts
where
    created_at >= cast(:since as date) at time zone 'UTC'
    and created_at < cast(:before as date) at time zone 'UTC'
group by kind, status;

-- name: waiting^
-- The number of posts that wait to be sent or settled, and since when the oldest has been due. The time of the next
-- attempt does not show that: each failed attempt moves it. Grain: one row.
select
    count(*) as posts,
    min(coalesce(due_since, created_at)) as since
from posts
where status in ('due', 'sending', 'unknown');

-- name: mentions_by_status
-- The number of mentions posted in a span of days (UTC); `before` is not part of it. Grain: one row per status.
select
    status,
    count(*) as mentions
from mentions
where
    posted_at >= cast(:since as date) at time zone 'UTC'
    and posted_at < cast(:before as date) at time zone 'UTC'
group by status;

-- name: undecided_since$
-- When the oldest mention without a decision was first read.
select min(seen_at) from mentions where status = 'new';

-- name: answer_latency^
-- Seconds from a question on X to its answer there, for the answers since an instant. Grain: one row.
select
    count(*) as answers,
    percentile_cont(0.5) within group (order by extract(epoch from posts.sent_at - mentions.posted_at)) as median,
    percentile_cont(0.95) within group (order by extract(epoch from posts.sent_at - mentions.posted_at)) as p95
from posts
inner join mentions using (mention_id)
where posts.kind = 'reply' and posts.status = 'sent' and posts.created_at >= :since;

-- name: database_bytes$
-- The size of the database on disk, in bytes.
select pg_database_size(current_database());
