-- name: chat_since^
-- The chat of a channel in the hours and minutes since an instant: messages, whether all of it was heard, and the busiest hype
-- moment. Grain: one row; `minutes` is 0 if it was not followed.
select
    count(*) as minutes,
    coalesce(sum(minutes.messages), 0) as messages,
    coalesce(sum(minutes.covered_seconds) / (60.0 * count(*)), 0) as coverage,
    (
        select coalesce(max(hours.chatters), 0)
        from chat.hours
        where hours.channel_id = :channel_id and hours.hour_at >= cast(:since as timestamptz) - interval '1 hour'
    ) as most_chatters,
    best.starts_at as best_at,
    best.times_usual as best_times
from chat.minutes
left join lateral (
    select
        moments.starts_at,
        moments.times_usual
    from chat.moments
    where moments.channel_id = :channel_id and moments.starts_at >= cast(:since as timestamptz)
    order by moments.times_usual desc, moments.starts_at
    limit 1
) as best on true
where
    minutes.channel_id = :channel_id
    and minutes.is_closed
    and minutes.minute_at >= cast(:since as timestamptz)
group by best.starts_at, best.times_usual;
