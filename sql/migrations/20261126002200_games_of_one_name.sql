-- migrate:up

-- Twitch has categories with different ids and one name. What is said about a game is added up over all of them: names
-- that differ in case or spaces alone are one.
alter table games add column name_key text collate "C"
generated always as (lower(regexp_replace(btrim(game_name), '\s+', ' ', 'g'))) stored;

create index games_name_key_idx on games (name_key);

-- The ids of all games that have the name of this one; its own is always among them.
create function same_games(of_game text) returns text [] language sql stable as $$
    select array_agg(ids.game_id)
    from (
        select same.game_id from public.games as named
        inner join public.games as same on same.name_key = named.name_key
        where named.game_id = of_game and named.game_id <> '' and same.game_id <> ''
        union
        select of_game
    ) as ids
$$;

-- migrate:down

drop function same_games(text);
alter table games drop column name_key;
