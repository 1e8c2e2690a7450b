-- name: polls_by_status
-- How many polls the days of a span had; `before` is not part of it. Grain: one row per status.
select
    status,
    count(*) as polls
from staging.polls
where day >= cast(:since as date) and day < cast(:before as date)
group by status;

-- name: last_day^
-- The newest day that is rolled up. Grain: one row.
select day, ends_at, polls, coverage, watch_hours, rolled_up_at
from days
order by day desc
limit 1;

-- name: posts_by_status
-- How many posts were made in a span of days (UTC); `before` is not part of it. Grain: one row per kind and status.
select
    kind,
    status,
    count(*) as posts
from posts
where
    created_at >= cast(:since as date) at time zone 'UTC'
    and created_at < cast(:before as date) at time zone 'UTC'
group by kind, status;

-- name: waiting_since$
-- Since when the oldest post waits that should have been sent, or settled. When it is tried next says nothing about that:
-- each attempt that fails moves it.
select min(coalesce(due_since, created_at)) from posts where status in ('due', 'sending', 'unknown');

-- name: mentions_by_status
-- How many mentions were written in a span of days (UTC); `before` is not part of it. Grain: one row per status.
select
    status,
    count(*) as mentions
from mentions
where
    posted_at >= cast(:since as date) at time zone 'UTC'
    and posted_at < cast(:before as date) at time zone 'UTC'
group by status;

-- name: undecided_since$
-- Since when the oldest mention waits to be decided.
select min(seen_at) from mentions where status = 'new';

-- name: answer_latency^
-- From a question on X to its answer there, in seconds, of the answers of a span of time. Grain: one row.
select
    count(*) as answers,
    percentile_cont(0.5) within group (order by extract(epoch from posts.sent_at - mentions.posted_at)) as median,
    percentile_cont(0.95) within group (order by extract(epoch from posts.sent_at - mentions.posted_at)) as p95
from posts
inner join mentions using (mention_id)
where posts.kind = 'reply' and posts.status = 'sent' and posts.created_at >= :since;

-- name: database_bytes$
-- What the database takes on disk.
select pg_database_size(current_database());
