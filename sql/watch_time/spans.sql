-- The time for which each poll counts, in half milliseconds: this is the definition of watch time.
-- The span of a poll begins at the midpoint between it and the poll before (the first: at the start of the day) and ends
-- at the midpoint between it and the next poll (the last: at the end of the day), at most its polling interval each way.
-- A poll that is outside of the day's bounds, because it began under other settings, has no span.
-- The unit is half a millisecond because a midpoint between two whole milliseconds is a whole number of it: nothing is
-- rounded, and sums are equal in any order and on any engine. An hour has 7,200,000.
-- Reads counted_polls, and bounds (day, starts_ms, ends_ms), one row per day. Grain: one row per poll with a span.
with neighbours as (
    select
        counted_polls.day,
        counted_polls.poll_id,
        counted_polls.started_at,
        counted_polls.started_ms,
        lag(counted_polls.started_ms) over (
            partition by counted_polls.day order by counted_polls.started_ms, counted_polls.poll_id
        ) as before_ms,
        lead(counted_polls.started_ms) over (
            partition by counted_polls.day order by counted_polls.started_ms, counted_polls.poll_id
        ) as after_ms,
        bounds.starts_ms,
        bounds.ends_ms,
        120000 * counted_polls.interval_minutes as reach_half_ms
    from counted_polls
    inner join bounds on bounds.day = counted_polls.day
    where counted_polls.started_ms >= bounds.starts_ms and counted_polls.started_ms < bounds.ends_ms
),

reached as (
    select
        neighbours.day,
        neighbours.poll_id,
        neighbours.started_at,
        least(coalesce(started_ms - before_ms, 2 * (started_ms - starts_ms)), reach_half_ms)
        + least(coalesce(after_ms - started_ms, 2 * (ends_ms - started_ms)), reach_half_ms) as span_half_ms
    from neighbours
)

select
    reached.day,
    reached.poll_id,
    reached.started_at,
    reached.span_half_ms
from reached
where reached.span_half_ms > 0
