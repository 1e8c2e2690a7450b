-- name: hour_is_whole$
-- Whether the games of every poll of an hour are still there: of an hour that is partly pruned the old sum is the better.
select not exists (
    select from staging.polls
    where
        polls.day between cast(:day as date) - 1 and cast(:day as date) + 1
        and polls.started_at >= cast(:hour_at as timestamptz)
        and polls.started_at < cast(:hour_at as timestamptz) + interval '1 hour'
        and polls.streams > 0
        and not exists (select from staging.games where games.poll_id = polls.poll_id)
);

-- name: sum_up_hour!
-- All of Twitch in one hour, from the polls that count: the complete ones or, where there is none, the partial ones.
-- Grain: one row per hour.
insert into hours as known (hour_at, average_viewers, average_streams, peak_viewers, polls)
select
    cast(:hour_at as timestamptz),
    avg(counted.viewers),
    avg(counted.streams),
    max(counted.viewers),
    count(*)
from (
    select
        polls.viewers,
        polls.streams,
        rank() over (order by polls.status = 'complete' desc) as place
    from staging.polls
    where
        polls.day between cast(:day as date) - 1 and cast(:day as date) + 1
        and polls.started_at >= cast(:hour_at as timestamptz)
        and polls.started_at < cast(:hour_at as timestamptz) + interval '1 hour'
        and polls.status <> 'failed'
) as counted
where counted.place = 1
having count(*) > 0
on conflict (hour_at) do update
set
    average_viewers = excluded.average_viewers,
    average_streams = excluded.average_streams,
    peak_viewers = excluded.peak_viewers,
    polls = excluded.polls;

-- name: forget_hourly_games!
-- Make way for an hour that is summed up anew.
delete from hourly_games where hour_at = cast(:hour_at as timestamptz);

-- name: sum_up_hourly_games!
-- The games of one hour, from the polls that count; where one was not seen it was watched by nobody.
-- Grain: one row per hour and game.
insert into hourly_games (hour_at, average_viewers, average_streams, peak_viewers, game_id)
select
    cast(:hour_at as timestamptz),
    sum(games.viewers) / cast(max(counted.polls) as double precision),
    sum(games.streams) / cast(max(counted.polls) as double precision),
    max(games.viewers),
    games.game_id
from (
    select
        ranked.poll_id,
        count(*) over () as polls
    from (
        select
            polls.poll_id,
            rank() over (order by polls.status = 'complete' desc) as place
        from staging.polls
        where
            polls.day between cast(:day as date) - 1 and cast(:day as date) + 1
            and polls.started_at >= cast(:hour_at as timestamptz)
            and polls.started_at < cast(:hour_at as timestamptz) + interval '1 hour'
            and polls.status <> 'failed'
    ) as ranked
    where ranked.place = 1
) as counted
inner join staging.games using (poll_id)
group by games.game_id;
