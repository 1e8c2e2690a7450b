-- The polls that count: every complete one, and a partial one where no complete one of its day is near. What a partial
-- poll has missed at the bottom of the list would be missing from the sums, while its neighbours bridge it well. Near is
-- one and a half of its polling intervals, in both directions.
-- Reads polls (day, poll_id, started_at, started_ms, status, interval_minutes). Grain: one row per poll that counts.
select
    polls.day,
    polls.poll_id,
    polls.started_at,
    polls.started_ms,
    polls.interval_minutes
from polls
where polls.status = 'complete'
union all
select
    polls.day,
    polls.poll_id,
    polls.started_at,
    polls.started_ms,
    polls.interval_minutes
from polls
where
    polls.status = 'partial'
    and not exists (
        select 1 from polls as near
        where
            near.day = polls.day
            and near.status = 'complete'
            and near.started_ms between polls.started_ms - 90000 * polls.interval_minutes
            and polls.started_ms + 90000 * polls.interval_minutes
    )
