-- migrate:up

-- An instant in whole milliseconds since 1970 in UTC: watch time is counted in whole numbers, so that it is the same on
-- every engine (sql/watch_time). Stable, not immutable, so that it is inlined.
create function epoch_ms(at timestamptz) returns bigint language sql stable parallel safe as $$
    select cast(floor(1000 * extract(epoch from at)) as bigint)
$$;

-- Hours of a sum of half milliseconds. Sums stay whole numbers until here.
create function hours_of(half_ms numeric) returns double precision language sql immutable parallel safe as $$
    select cast(half_ms as double precision) / 7200000
$$;

-- Which polls count is now said in sql/watch_time/counted_polls.sql alone.
drop view staging.counted_polls;

-- migrate:down

create view staging.counted_polls as
select
    polls.poll_id,
    polls.day,
    polls.started_at,
    polls.interval_minutes,
    polls.viewers,
    polls.streams
from staging.polls
where
    polls.status = 'complete'
    or polls.status = 'partial' and not exists (
        select from staging.polls as near
        where
            near.day = polls.day
            and near.status = 'complete'
            and near.started_at between polls.started_at - make_interval(mins => polls.interval_minutes) * 1.5
            and polls.started_at + make_interval(mins => polls.interval_minutes) * 1.5
    );

drop function hours_of(numeric);
drop function epoch_ms(timestamptz);
