-- name: genres_of_kind
-- The genres, game modes or themes of IGDB that some game on Twitch has, with these games. Grain: one row per class.
select
    classes.class_id,
    classes.name,
    array_agg(game_classes.game_id order by game_classes.game_id) as game_ids
from igdb_classes as classes
inner join game_classes on game_classes.kind = classes.kind and game_classes.class_id = classes.class_id
where classes.kind = :kind and classes.class_id > 0
group by classes.class_id, classes.name
order by classes.class_id;
