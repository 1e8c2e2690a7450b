-- name: posts
-- The posts and replies, published or waiting, newest first; without those that concern one person alone.
-- Grain: one row per post.
select
    post_id,
    kind,
    day,
    status,
    created_at,
    sent_at,
    x_id,
    text,
    alt_text,
    reason,
    chart is not null as has_chart
from posts
where not is_private and (cast(:status as text) is null or status = :status)
order by post_id desc
limit :limit offset :offset;

-- name: summaries_of_day
-- The summaries of one day, published or not, in the order in which they are posted. Grain: one row per post.
select
    post_id,
    kind,
    day,
    status,
    created_at,
    sent_at,
    x_id,
    text,
    alt_text,
    reason,
    chart is not null as has_chart
from posts
where day = cast(:day as date) and kind <> 'reply'
order by post_id;

-- name: count_posts$
-- The number of these posts, of all or with one status.
select count(*) from posts where not is_private and (cast(:status as text) is null or status = :status);

-- name: chart_of_post$
-- The chart of one post.
select chart from posts where post_id = :post_id and chart is not null;

-- name: coverage
-- The coverage of each day of a span, newest first. Grain: one row per day.
select
    day,
    starts_at,
    ends_at,
    polls,
    covered_hours,
    coverage,
    watch_hours,
    airtime_hours,
    rolled_up_at
from days
where day between cast(:first as date) and cast(:last as date)
order by day desc
limit :limit offset :offset;

-- name: count_days$
-- The number of days of a span that are rolled up.
select count(*) from days where day between cast(:first as date) and cast(:last as date);

-- name: good_polls
-- The polls since an instant that brought streams, oldest first. Grain: one row per poll.
select
    status,
    started_at,
    interval_minutes
from staging.polls
where
    day >= cast(cast(:since as timestamptz) as date) - 1
    and started_at >= cast(:since as timestamptz)
    and status <> 'failed'
order by started_at;

-- name: neighbours_of_day^
-- The days with figures before and after a day. Grain: one row.
select
    (select max(day) from days where day < cast(:day as date)) as day_before,
    (select min(day) from days where day > cast(:day as date)) as day_after;

-- name: languages_of_day
-- The languages of a day, most watched first. Grain: one row per language.
select
    language,
    watch_hours,
    airtime_hours,
    peak_viewers
from daily_languages
where day = cast(:day as date) and language <> ''
order by watch_hours desc, language;
