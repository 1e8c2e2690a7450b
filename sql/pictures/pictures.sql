-- name: forget_old!
-- Delete the pictures that were fetched before an instant, or by a clock that was ahead, where a newer one was refused. The
-- refusal stays, so that the picture is not requested again at once. Grain: one row per picture.
update pictures
set fetched_at = null, media_type = null, digest = null, content = null
where
    refused is not null
    and (fetched_at <= cast(:fetched_before as timestamptz) or fetched_at > cast(:now as timestamptz));

-- name: delete_old!
-- Delete the other pictures, and refusals, of before an instant, or of a clock that was ahead.
delete from pictures
where
    fetched_at <= cast(:fetched_before as timestamptz) or fetched_at > cast(:now as timestamptz)
    or tried_at <= cast(:fetched_before as timestamptz) or tried_at > cast(:now as timestamptz);

-- name: delete_all!
-- Delete all pictures.
delete from pictures;

-- name: delete_of_streamers!
-- Delete the pictures of streamers by their logins or ids.
delete from pictures
using streamers
where
    pictures.kind = 'streamer' and streamers.streamer_id = pictures.id
    and array[streamers.login, streamers.streamer_id] && cast(:logins as text []);

-- name: delete_others!
-- Delete the pictures of games and streamers that are not among these.
delete from pictures
where
    (kind = 'game' and id <> all(cast(:game_ids as text [])))
    or (kind = 'streamer' and id <> all(cast(:streamer_ids as text [])));

-- name: games_shown_most
-- The games at the top of a poll (none for null) and of the newest rolled-up day, and whether the picture of each is to
-- be fetched: that was not tried after an instant. Grain: one row per game.
select
    shown.game_id as id,
    pictures.tried_at is null as is_due
from (
    (
        select
            game_id,
            row_number() over (order by viewers desc, game_id) as place
        from staging.games
        where poll_id = cast(:poll_id as bigint) and game_id <> ''
        order by place
        limit :most
    )
    union all
    (
        select
            game_id,
            row_number() over (order by watch_hours desc, game_id) as place
        from daily_games
        where day = (select max(day) from days) and game_id <> ''
        order by place
        limit :most
    )
) as shown
left join pictures
    on
        pictures.kind = 'game' and pictures.id = shown.game_id
        and pictures.tried_at > cast(:tried_after as timestamptz)
group by shown.game_id, pictures.tried_at
order by min(shown.place), shown.game_id
limit :most;

-- name: streamers_shown_most
-- The streamers at the top of a poll (none for null) and of the newest rolled-up day, without these logins, and whether
-- the picture of each is to be fetched: that was not tried after an instant. Grain: one row per streamer.
select
    shown.streamer_id as id,
    pictures.tried_at is null as is_due
from (
    (
        select
            streamer_id,
            row_number() over (order by viewer_count desc, streamer_id) as place
        from staging.streams
        where day = cast(:day as date) and poll_id = cast(:poll_id as bigint)
        order by place
        limit :most
    )
    union all
    (
        select
            streamer_id,
            row_number() over (order by watch_hours desc, streamer_id) as place
        from daily_streamers
        where day = (select max(day) from days)
        order by place
        limit :most
    )
) as shown
left join streamers using (streamer_id)
left join pictures
    on
        pictures.kind = 'streamer' and pictures.id = shown.streamer_id
        and pictures.tried_at > cast(:tried_after as timestamptz)
where not coalesce(array[streamers.login, streamers.streamer_id] && cast(:without_logins as text []), false)
group by shown.streamer_id, pictures.tried_at
order by min(shown.place), shown.streamer_id
limit :most;

-- name: stored_bytes$
-- The bytes of all stored pictures.
select coalesce(sum(octet_length(content)), 0) from pictures;

-- name: store!
-- Store a picture in the place of an older one, or why there is no newer one: the older one can still be shown.
-- Grain: one row.
insert into pictures (kind, id, tried_at, fetched_at, media_type, digest, content, refused)
values (:kind, :id, :tried_at, :fetched_at, :media_type, :digest, :content, :refused)
on conflict (kind, id) do update set
    tried_at = excluded.tried_at,
    fetched_at = coalesce(excluded.fetched_at, pictures.fetched_at),
    media_type = coalesce(excluded.media_type, pictures.media_type),
    digest = coalesce(excluded.digest, pictures.digest),
    content = coalesce(excluded.content, pictures.content),
    refused = excluded.refused;
