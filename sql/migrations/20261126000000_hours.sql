-- migrate:up

-- The polls that speak for the time around them: the complete ones, and a partial one where no complete one of its day
-- is near: what it missed at the bottom of the list would be missing from what is added up, while its neighbours bridge
-- it well. Days and hours alike are made of these.
create view staging.speaking_polls as
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

-- When hours came, every poll there ever was got one, also those whose games were pruned by then, so that games seemed to
-- be watched by nobody in it; and one that only a partial poll near complete ones had seen looked like a collapse. Neither
-- can be made good.
delete from hours
where
    average_streams > 0 and not exists (select from hourly_games where hourly_games.hour_at = hours.hour_at)
    or hour_at not in (select date_trunc('hour', polls.started_at, 'UTC') from staging.speaking_polls as polls);

delete from hourly_games
where not exists (select from hours where hours.hour_at = hourly_games.hour_at);

-- migrate:down

-- Hours that were false stay away.
drop view staging.speaking_polls;
