-- name: hours_to_sum_up
-- The hours that a poll changes: its own, and those of partial polls near it, which do not count near a complete one.
-- Grain: one row per hour.
select date_trunc('hour', cast(:started_at as timestamptz), 'UTC') as hour_at
union
select date_trunc('hour', polls.started_at, 'UTC')
from staging.polls
where
    polls.day = cast(:day as date)
    and polls.status = 'partial'
    and cast(:started_at as timestamptz) between polls.started_at - make_interval(mins => polls.interval_minutes) * 1.5
    and polls.started_at + make_interval(mins => polls.interval_minutes) * 1.5
order by hour_at;

-- name: hour_is_whole$
-- Whether the games of every poll of an hour are still in staging: an hour that is partly pruned keeps its old sums.
select not exists (
    select from staging.polls
    where
        polls.day between cast(:day as date) - 1 and cast(:day as date) + 1
        and polls.started_at >= cast(:hour_at as timestamptz)
        and polls.started_at < cast(:hour_at as timestamptz) + interval '1 hour'
        and polls.streams > 0
        and not exists (select from staging.games where games.poll_id = polls.poll_id)
);

-- name: delete_hour!
-- Delete an hour before it is summed up again.
delete from hours where hour_at = cast(:hour_at as timestamptz);

-- name: sum_up_hour!
-- Sum up all of Twitch in one hour, from the polls that count. Grain: one row per hour.
insert into hours (hour_at, average_viewers, average_streams, peak_viewers, polls)
with polls as (
    select
        polls.*,
        epoch_ms(polls.started_at) as started_ms
    from staging.polls
    where polls.day between cast(:day as date) - 1 and cast(:day as date) + 1
)

select
    cast(:hour_at as timestamptz),
    avg(polls.viewers),
    avg(polls.streams),
    max(polls.viewers),
    count(*)
from (
    -- include: watch_time/counted_polls.sql
) as counted_polls
inner join polls using (poll_id)
where
    counted_polls.started_at >= cast(:hour_at as timestamptz)
    and counted_polls.started_at < cast(:hour_at as timestamptz) + interval '1 hour'
having count(*) > 0;

-- name: delete_hourly_games!
-- Delete the games of an hour before it is summed up again.
delete from hourly_games where hour_at = cast(:hour_at as timestamptz);

-- name: sum_up_hourly_games!
-- Sum up the games of one hour, from the polls that count; a game that a poll does not contain had no viewers in it.
-- Grain: one row per hour and game.
insert into hourly_games (hour_at, average_viewers, average_streams, peak_viewers, game_id)
with polls as (
    select
        polls.*,
        epoch_ms(polls.started_at) as started_ms
    from staging.polls
    where polls.day between cast(:day as date) - 1 and cast(:day as date) + 1
)

select
    cast(:hour_at as timestamptz),
    sum(games.viewers) / cast(max(counted.polls) as double precision),
    sum(games.streams) / cast(max(counted.polls) as double precision),
    max(games.viewers),
    games.game_id
from (
    select
        counted_polls.poll_id,
        count(*) over () as polls
    from (
        -- include: watch_time/counted_polls.sql
    ) as counted_polls
    where
        counted_polls.started_at >= cast(:hour_at as timestamptz)
        and counted_polls.started_at < cast(:hour_at as timestamptz) + interval '1 hour'
) as counted
inner join staging.games using (poll_id)
group by games.game_id;
