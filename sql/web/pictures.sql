-- name: shown_pictures
-- The pictures that were fetched after an instant, without those of streamers with these logins.
-- Grain: one row per picture.
select
    kind,
    id,
    digest
from pictures
where
    content is not null and fetched_at > cast(:fetched_after as timestamptz)
    and not exists (
        select from streamers
        where
            pictures.kind = 'streamer' and streamers.streamer_id = pictures.id
            and array[streamers.login, streamers.streamer_id] && cast(:without_logins as text [])
    );

-- name: picture^
-- A picture, if it was fetched after an instant and is not of a streamer with one of these logins. Grain: one row.
select
    media_type,
    digest,
    content,
    fetched_at
from pictures
where
    kind = :kind and id = :id and content is not null and fetched_at > cast(:fetched_after as timestamptz)
    and not exists (
        select from streamers
        where
            pictures.kind = 'streamer' and streamers.streamer_id = pictures.id
            and array[streamers.login, streamers.streamer_id] && cast(:without_logins as text [])
    );
