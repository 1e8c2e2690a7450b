-- name: days_that_may_be_due
-- Days with polls that are over and not rolled up, or that got a poll since. Whether a poll is within the bounds of its
-- day depends on the settings, too, and is not checked here. Only days whose streams are still in staging can be rolled
-- up; those of the last month are included in any case, so that a day that lost its streams is noticed.
-- Grain: one row per day.
with candidates as (
    select streams.day from staging.days_of_streams() as streams (day)
    union
    select cast(:today as date) - number from generate_series(1, 31) as number
)

select candidates.day
from candidates
left join lateral (
    select
        days.polls,
        days.starts_at,
        days.ends_at
    from days
    where days.day = candidates.day
    limit 1
) as done on true
cross join lateral (
    select count(*) as polls from staging.polls
    where
        polls.day = candidates.day
        and polls.started_at >= coalesce(done.starts_at, '-infinity')
        and polls.started_at < coalesce(done.ends_at, 'infinity')
) as counted
where
    candidates.day < cast(:today as date)
    and counted.polls > 0
    and done.polls is distinct from counted.polls
order by candidates.day;

-- name: bounds_of_day^
-- When a day starts and ends: the stored bounds of a day that is rolled up; otherwise those of the calendar, without the
-- time of any other day that is rolled up. So no hour belongs to two days, however the settings change.
-- Grain: one row.
select
    coalesce(done.starts_at, greatest(cast(:starts_at as timestamptz), before.ends_at)) as starts_at,
    coalesce(done.ends_at, least(cast(:ends_at as timestamptz), after.starts_at)) as ends_at
from (values (true)) as one (row)
left join days as done on done.day = cast(:day as date)
left join lateral (
    select ends_at from days
    where day < cast(:day as date)
    order by day desc
    limit 1
) as before on true
left join lateral (
    select starts_at from days
    where day > cast(:day as date)
    order by day
    limit 1
) as after on true;

-- name: start_of_today$
-- When the current day started: by the calendar, but not before the last finished day ended.
select
    greatest(
        cast(:starts_at as timestamptz),
        (
            select ends_at from days
            where ends_at <= cast(:now as timestamptz)
            order by day desc
            limit 1
        )
    );

-- name: staging_of_day^
-- The number of polls between the start and the end of a day, and whether its streams are still in staging.
-- Grain: one row.
select
    (
        select count(*) from staging.polls
        where
            polls.day = cast(:day as date)
            and polls.started_at >= cast(:starts_at as timestamptz)
            and polls.started_at < cast(:ends_at as timestamptz)
    ) as polls,
    to_regclass('staging.streams_' || to_char(cast(:day as date), 'YYYY_MM_DD')) is not null as has_streams,
    exists (select from days where days.day = cast(:day as date)) as is_rolled_up;

-- name: has_games$
-- Whether the games of a day's polls are in staging. A prune drops them with the streams; if streams disappear for any
-- other reason, the games are still there.
select exists (
    select from staging.games
    where games.poll_id = any(array(select polls.poll_id from staging.polls where polls.day = cast(:day as date)))
);
