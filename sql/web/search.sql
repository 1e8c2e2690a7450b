-- name: named_like
-- Whose key begins with these letters, the more watched of the newest days first. Grain: one row per game or streamer.
with begins as materialized (
    select distinct
        names.kind,
        names.id,
        names.name
    from names
    where names.key >= :prefix and names.key < :behind
    limit 1000
),

recent as materialized (
    select days.day from days
    order by days.day desc
    limit 7
)

select
    begins.kind,
    begins.id,
    begins.name,
    coalesce(sum(coalesce(daily_games.watch_hours, daily_streamers.watch_hours)), 0) as watch_hours
from begins
left join recent on true
left join daily_games
    on begins.kind = 'game' and daily_games.day = recent.day and daily_games.game_id = begins.id
left join daily_streamers
    on begins.kind = 'streamer' and daily_streamers.day = recent.day and daily_streamers.streamer_id = begins.id
group by begins.kind, begins.id, begins.name
order by 4 desc, begins.name
limit :how_many;
