-- name: last_poll^
-- The newest poll, however it ended. Grain: one row.
select
    started_at,
    ended_at,
    status,
    pages,
    streams,
    viewers,
    duplicates,
    set_aside,
    error,
    ended_because
from staging.polls
-- By the day too, as in the index.
order by day desc, started_at desc
limit 1;

-- name: last_good_poll$
-- When the newest poll began that stored any streams.
select started_at from staging.polls
where status <> 'failed'
order by day desc, started_at desc
limit 1;

-- name: newest_poll^
-- The poll that is shown as "now": the newest complete one since an instant, else the newest that stored any streams.
-- Grain: one row.
select
    poll_id,
    day,
    started_at,
    status = 'complete' as is_whole,
    viewers,
    streams,
    more_than_viewers,
    interval_minutes
from staging.polls
where
    poll_id = coalesce(
        (
            select whole.poll_id from staging.polls as whole
            where
                whole.status = 'complete'
                -- A day may have begun two dates before the UTC date of an instant in it.
                and whole.day >= cast(cast(:whole_since as timestamptz) as date) - 2
                and whole.started_at >= cast(:whole_since as timestamptz)
            order by whole.day desc, whole.started_at desc
            limit 1
        ),
        (
            select newest.poll_id from staging.polls as newest
            where newest.status <> 'failed'
            order by newest.day desc, newest.started_at desc
            limit 1
        )
    );

-- name: game_now^
-- The categories of a game together, at one poll. Grain: one row; none when nobody streams the game.
select
    sum(viewers) as viewers,
    sum(streams) as streams
from staging.games
where poll_id = :poll_id and game_id = any(cast(:game_ids as text []))
having count(*) > 0;

-- name: streamers_now
-- The live streams of one poll, of some categories or (null) of all, most watched first. Grain: one row per stream.
select
    seen.streamer_id,
    coalesce(streamers.streamer_name, seen.streamer_id) as streamer_name,
    of_streamer.slug,
    seen.viewer_count,
    seen.game_id,
    coalesce(games.game_name, '') as game_name,
    of_game.slug as game_slug,
    seen.started_at
from (
    select * from staging.streams
    where
        day = :day and poll_id = :poll_id
        and (cast(:game_ids as text []) is null or game_id = any(cast(:game_ids as text [])))
    order by viewer_count desc, streamer_id
    limit :limit offset :offset
) as seen
left join streamers using (streamer_id)
left join games using (game_id)
left join addresses as of_streamer
    on of_streamer.kind = 'streamer' and of_streamer.id = seen.streamer_id and of_streamer.is_current
left join addresses as of_game on of_game.kind = 'game' and of_game.id = seen.game_id and of_game.is_current
order by seen.viewer_count desc, seen.streamer_id;

-- name: streamer_now^
-- The live stream of a streamer at one poll. Grain: one row; none when the streamer is not live.
select
    streams.viewer_count,
    coalesce(games.game_name, '') as game_name,
    addresses.slug as game_slug,
    streams.started_at
from staging.streams
left join games using (game_id)
left join addresses on addresses.kind = 'game' and addresses.id = streams.game_id and addresses.is_current
where streams.day = :day and streams.poll_id = :poll_id and streams.streamer_id = :streamer_id
order by streams.viewer_count desc
limit 1;
