-- name: intend_exports!
-- Intend the CSV files of every complete poll whose streams are in staging. Grain: one row per poll and file.
insert into lake_objects (lake, dataset, partition, piece, key, day, poll_id, due_at)
select
    cast(:lake as text),
    'exports/' || kind,
    'day=' || polls.day,
    kind || '_data-' || stamp,
    'exports/' || kind || '/day=' || polls.day || '/' || kind || '_data-' || stamp || '.csv',
    polls.day,
    polls.poll_id,
    cast(:now as timestamptz)
from staging.days_of_streams() as kept (day)
inner join staging.polls on polls.day = kept.day
cross join lateral (select to_char(polls.started_at at time zone 'UTC', 'YYYYMMDD"T"HH24MISS"Z"') as stamp) as named
cross join unnest(cast(:kinds as text [])) as kind
where
    polls.status = 'complete'
    and not exists (
        select from lake_objects as known
        where
            known.lake = cast(:lake as text) and known.day = polls.day
            and known.dataset = 'exports/' || kind and known.poll_id = polls.poll_id
    )
on conflict do nothing;

-- name: intend_newest_exports!
-- Intend the CSV files of the newest complete poll, in the place of those of the poll before. Grain: one row per file.
insert into lake_objects (lake, dataset, partition, piece, key, day, poll_id, due_at)
select
    cast(:lake as text),
    'exports/newest',
    '',
    kind || '_data',
    'exports/' || kind || '_data.csv',
    newest.day,
    newest.poll_id,
    cast(:now as timestamptz)
from (
    select
        polls.day,
        polls.poll_id
    from staging.days_of_streams() as kept (day)
    inner join staging.polls on polls.day = kept.day
    where polls.status = 'complete'
    order by polls.started_at desc, polls.poll_id desc
    limit 1
) as newest
cross join unnest(cast(:kinds as text [])) as kind
on conflict (lake, dataset, partition, piece) do update
set
    day = excluded.day,
    poll_id = excluded.poll_id,
    status = 'due',
    revision = lake_objects.revision + 1,
    due_at = excluded.due_at
where lake_objects.poll_id is distinct from excluded.poll_id;

-- name: exported_streams
-- The streams of a poll for a CSV file, most viewers first. Grain: one row per stream.
select
    streams.stream_id,
    streams.streamer_id,
    coalesce(streamers.login, streams.streamer_id) as login,
    coalesce(streamers.streamer_name, streams.streamer_id) as streamer_name,
    streams.game_id,
    coalesce(games.game_name, '') as game_name,
    streams.viewer_count,
    streams.language,
    streams.started_at,
    polls.started_at as polled_at
from staging.streams
inner join staging.polls using (poll_id)
left join streamers using (streamer_id)
left join games using (game_id)
where
    streams.day = cast(:day as date) and streams.poll_id = cast(:poll_id as bigint)
    and not exists (select from lake_forgotten where lake_forgotten.streamer_id = streams.streamer_id)
order by streams.viewer_count desc, streams.streamer_id, streams.stream_id;

-- name: exported_games
-- The games of a poll with the most viewers, for a CSV file. Streams without a game are none. Grain: one row per game.
select
    row_number() over (order by staged.viewers desc, staged.game_id) as rank,
    staged.game_id,
    coalesce(games.game_name, '') as game_name,
    game_matches.igdb_id,
    staged.viewers,
    staged.streams,
    polls.started_at as polled_at,
    game_matches.box_art_url
from staging.games as staged
inner join staging.polls using (poll_id)
left join games using (game_id)
left join game_matches using (game_id)
where staged.poll_id = cast(:poll_id as bigint) and staged.game_id <> ''
order by staged.viewers desc, staged.game_id
limit cast(:at_most as integer);

-- name: cleaning_of_poll^
-- What reading a poll left out or left empty. Grain: one row.
select
    polls.set_aside,
    polls.duplicates,
    counted.without_game,
    counted.without_start,
    counted.without_language,
    counted.without_login
from staging.polls
cross join lateral (
    select
        count(*) filter (where streams.game_id = '') as without_game,
        count(*) filter (where streams.started_at is null) as without_start,
        count(*) filter (where streams.language = '') as without_language,
        count(*) filter (where streamers.login = streams.streamer_id) as without_login
    from staging.streams
    left join streamers using (streamer_id)
    where streams.day = polls.day and streams.poll_id = polls.poll_id
) as counted
where polls.poll_id = cast(:poll_id as bigint);
