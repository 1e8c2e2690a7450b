-- migrate:up

-- Of a day, only the polls that lie between its start and its end count: a poll that was named after it under another
-- DAY_STARTS_AT or TIMEZONE is none of its own. So a day that is rolled up does not become due by such polls.
update days set polls = counted.polls
from (
    select
        days.day,
        count(polls.poll_id) as polls
    from days
    left join staging.polls
        on polls.day = days.day and polls.started_at >= days.starts_at and polls.started_at < days.ends_at
    group by days.day
) as counted
where counted.day = days.day and counted.polls <> days.polls;

-- A day covers no more hours than it has; a second is for the rounding of spans to milliseconds. Days from before this
-- rule stay as they are.
alter table days add constraint days_covered_hours_check1
check (covered_hours * 3600 <= extract(epoch from ends_at - starts_at) + 1) not valid;

-- Streams that a poll has twice of one streamer, from before there was one per streamer and poll: the day could not be
-- rolled up with them.
create temporary table doubled on commit drop as
select
    ranked.day,
    ranked.poll_id,
    ranked.stream_id,
    ranked.game_id,
    ranked.viewer_count
from (
    select
        streams.*,
        row_number() over (
            partition by streams.day, streams.poll_id, streams.streamer_id
            order by streams.started_at desc nulls last, length(streams.stream_id) desc, streams.stream_id desc
        ) as place
    from staging.streams
) as ranked
where ranked.place > 1;

delete from staging.streams
using doubled
where
    streams.day = doubled.day
    and streams.poll_id = doubled.poll_id
    and streams.stream_id = doubled.stream_id;

delete from staging.games
using (
    select
        doubled.poll_id,
        doubled.game_id,
        count(*) as streams
    from doubled
    group by doubled.poll_id, doubled.game_id
) as less
where games.poll_id = less.poll_id and games.game_id = less.game_id and games.streams = less.streams;

update staging.games set viewers = games.viewers - less.viewers, streams = games.streams - less.streams
from (
    select
        doubled.poll_id,
        doubled.game_id,
        sum(doubled.viewer_count) as viewers,
        count(*) as streams
    from doubled
    group by doubled.poll_id, doubled.game_id
) as less
where games.poll_id = less.poll_id and games.game_id = less.game_id;

update staging.polls
set
    viewers = polls.viewers - less.viewers,
    streams = polls.streams - less.streams,
    duplicates = polls.duplicates + less.streams
from (
    select
        doubled.poll_id,
        sum(doubled.viewer_count) as viewers,
        count(*) as streams
    from doubled
    group by doubled.poll_id
) as less
where polls.poll_id = less.poll_id;

-- migrate:down

alter table days drop constraint days_covered_hours_check1;
