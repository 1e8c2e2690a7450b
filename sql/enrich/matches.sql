-- name: due_games
-- Games that were not looked up on IGDB yet, then those that are due again. Grain: one row per game.
select
    games.game_id,
    game_matches.how,
    game_matches.next_check_at - game_matches.checked_at as waited
from games
left join game_matches using (game_id)
where games.game_id <> '' and (game_matches.game_id is null or game_matches.next_check_at <= cast(:now as timestamptz))
order by game_matches.next_check_at nulls first, games.last_seen_day desc, games.game_id
limit :limit;

-- name: store_genres!
-- Store the present genres of IGDB; a withdrawn one is kept. Grain: one row per genre.
insert into igdb_genres (genre_id, name, slug)
select * from unnest(cast(:ids as integer []), cast(:names as text []), cast(:slugs as text []))
on conflict (genre_id) do update set name = excluded.name, slug = excluded.slug
where (igdb_genres.name, igdb_genres.slug) <> (excluded.name, excluded.slug);

-- name: store_game_modes!
-- Store the present game modes of IGDB; a withdrawn one is kept. Grain: one row per game mode.
insert into igdb_game_modes (game_mode_id, name, slug)
select * from unnest(cast(:ids as integer []), cast(:names as text []), cast(:slugs as text []))
on conflict (game_mode_id) do update set name = excluded.name, slug = excluded.slug
where (igdb_game_modes.name, igdb_game_modes.slug) <> (excluded.name, excluded.slug);

-- name: store_themes!
-- Store the present themes of IGDB; a withdrawn one is kept. Grain: one row per theme.
insert into igdb_themes (theme_id, name, slug)
select * from unnest(cast(:ids as integer []), cast(:names as text []), cast(:slugs as text []))
on conflict (theme_id) do update set name = excluded.name, slug = excluded.slug
where (igdb_themes.name, igdb_themes.slug) <> (excluded.name, excluded.slug);

-- name: store_igdb_game!
-- Store a game of IGDB. Grain: one row per game.
insert into igdb_games (
    igdb_id, name, slug, game_type, parent_game, version_parent, first_release_date, checksum, updated_at, fetched_at,
    inherits_from
)
values (
    :igdb_id, :name, :slug, :game_type, :parent_game, :version_parent, :first_release_date, :checksum, :updated_at,
    :fetched_at, :inherits_from
)
on conflict (igdb_id) do update
set
    name = excluded.name,
    slug = excluded.slug,
    game_type = excluded.game_type,
    parent_game = excluded.parent_game,
    version_parent = excluded.version_parent,
    first_release_date = excluded.first_release_date,
    checksum = excluded.checksum,
    updated_at = excluded.updated_at,
    fetched_at = excluded.fetched_at,
    inherits_from = excluded.inherits_from;

-- name: delete_links!
-- Delete the genres, game modes and themes of some games of IGDB before they are inserted again. Grain: one row per link.
with genres as (
    delete from igdb_games_genres where igdb_id = any(cast(:igdb_ids as bigint []))
),

modes as (
    delete from igdb_games_game_modes where igdb_id = any(cast(:igdb_ids as bigint []))
)

delete from igdb_games_themes where igdb_id = any(cast(:igdb_ids as bigint []));

-- name: insert_genre_links!
-- Insert the genres of games of IGDB; one that is not known is left out. Grain: one row per game and genre.
insert into igdb_games_genres (igdb_id, genre_id)
select links.igdb_id, igdb_genres.genre_id
from unnest(cast(:igdb_ids as bigint []), cast(:class_ids as integer [])) as links (igdb_id, genre_id)
inner join igdb_genres using (genre_id)
where igdb_genres.genre_id > 0;

-- name: insert_game_mode_links!
-- Insert the game modes of games of IGDB; one that is not known is left out. Grain: one row per game and game mode.
insert into igdb_games_game_modes (igdb_id, game_mode_id)
select links.igdb_id, igdb_game_modes.game_mode_id
from unnest(cast(:igdb_ids as bigint []), cast(:class_ids as integer [])) as links (igdb_id, game_mode_id)
inner join igdb_game_modes using (game_mode_id)
where igdb_game_modes.game_mode_id > 0;

-- name: insert_theme_links!
-- Insert the themes of games of IGDB; one that is not known is left out. Grain: one row per game and theme.
insert into igdb_games_themes (igdb_id, theme_id)
select links.igdb_id, igdb_themes.theme_id
from unnest(cast(:igdb_ids as bigint []), cast(:class_ids as integer [])) as links (igdb_id, theme_id)
inner join igdb_themes using (theme_id)
where igdb_themes.theme_id > 0;

-- name: store_match!
-- Store what a game of Twitch is on IGDB. Grain: one row per game.
insert into game_matches (game_id, igdb_id, how, checked_at, next_check_at, box_art_url)
values (:game_id, :igdb_id, :how, :checked_at, :next_check_at, :box_art_url)
on conflict (game_id) do update
set
    igdb_id = excluded.igdb_id,
    how = excluded.how,
    checked_at = excluded.checked_at,
    next_check_at = excluded.next_check_at,
    box_art_url = coalesce(excluded.box_art_url, game_matches.box_art_url);

-- name: keep_match!
-- Store that a game was looked up and stays what it was. Grain: one row per game.
update game_matches
set
    checked_at = :checked_at,
    next_check_at = :next_check_at,
    box_art_url = coalesce(:box_art_url, box_art_url)
where game_id = :game_id;

-- name: games_of_igdb$
-- The games of Twitch that are matched with some games of IGDB.
select coalesce(array_agg(game_id), '{}') from game_matches where igdb_id = any(cast(:igdb_ids as bigint []));

-- name: classes_of_games
-- The genres, game modes and themes of some games of Twitch, and their date of release, as days since 2000.
-- Grain: one row per game, kind and class.
select
    game_id,
    kind,
    class_id
from game_classes
where game_id = any(cast(:game_ids as text []))
union all
select
    game_matches.game_id,
    'released' as kind,
    igdb_games.first_release_date - date '2000-01-01' as class_id
from game_matches
inner join igdb_games using (igdb_id)
where game_matches.game_id = any(cast(:game_ids as text [])) and igdb_games.first_release_date is not null;

-- name: mark_days_outdated!
-- Mark the days on which some games were watched as summed up by former genres. Pages show these sums until the days are
-- summed up again. Grain: one row per day.
update genre_days
set rolled_up_at = null
where
    genre_days.rolled_up_at is not null
    and genre_days.day >= (select min(first_seen_day) from games where game_id = any(cast(:game_ids as text [])))
    and exists (
        select from daily_games
        where daily_games.day = genre_days.day and daily_games.game_id = any(cast(:game_ids as text []))
    );
