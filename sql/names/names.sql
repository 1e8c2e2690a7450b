-- name: polls_to_key^
-- The newest stored poll (null: none), whether names were ever keyed, and the polls whose names are not keyed, in the
-- order in which they began. Grain: one row.
select
    newest.poll_id,
    newest.ended_at,
    exists (select from cursors where cursors.name = :cursor) as is_begun,
    waiting.poll_ids
from (
    select coalesce(array_agg(polls.poll_id order by polls.started_at), cast('{}' as bigint [])) as poll_ids
    from staging.polls
    where not polls.are_names_keyed
) as waiting
left join lateral (
    select
        polls.poll_id,
        polls.ended_at
    from staging.polls
    order by polls.poll_id desc
    limit 1
) as newest on true;

-- name: mark_keyed!
-- Mark the names of these polls as keyed.
update staging.polls set are_names_keyed = true
where poll_id = any(cast(:poll_ids as bigint []));

-- name: lock_names$
-- Wait for any other transaction that writes keys, and block others until the end of this one; readers do not wait.
select pg_advisory_xact_lock(hashtext('watchtime names'));

-- name: find_games_without_keys!
-- Mark the names of all games that have no keys as not keyed.
update games set are_names_keyed = false
where
    games.are_names_keyed
    and not exists (select from names where names.kind = 'game' and names.id = games.game_id);

-- name: find_streamers_without_keys!
-- Mark the names of all streamers that have no keys as not keyed.
update streamers set are_names_keyed = false
where
    streamers.are_names_keyed
    and not exists (select from names where names.kind = 'streamer' and names.id = streamers.streamer_id);

-- name: games_without_keys
-- Some games that are new or were renamed since their keys were written. Grain: one row per game.
select
    games.game_id,
    games.game_name
from games
where not games.are_names_keyed and games.game_name <> ''
limit :how_many;

-- name: streamers_without_keys
-- Some streamers that are new or were renamed since their keys were written. Grain: one row per streamer.
select
    streamers.streamer_id,
    streamers.streamer_name,
    streamers.login
from streamers
where not streamers.are_names_keyed
limit :how_many;

-- name: mark_games_keyed!
-- Mark the names of games as keyed, unless another transaction has renamed the game since they were read.
update games set are_names_keyed = true
from unnest(cast(:ids as text []), cast(:names as text [])) as keyed (game_id, game_name)
where games.game_id = keyed.game_id and games.game_name = keyed.game_name;

-- name: mark_streamers_keyed!
-- Mark the names of streamers as keyed, unless another transaction has renamed the streamer since they were read.
update streamers set are_names_keyed = true
from
    unnest(cast(:ids as text []), cast(:names as text []), cast(:logins as text []))
        as keyed (streamer_id, streamer_name, login)
where
    streamers.streamer_id = keyed.streamer_id
    and streamers.streamer_name = keyed.streamer_name
    and streamers.login = keyed.login;

-- name: create_new_names!
-- A temporary table of new keys, dropped with its transaction. Grain: one row per game or streamer and key.
create temporary table new_names (
    kind text collate "C", id text collate "C", key text collate "C", name text, login text
) on commit drop;

-- name: copy_new_names!
-- COPY: the new keys of games and streamers.
copy new_names (kind, id, key, name, login) from stdin;

-- name: delete_old_keys!
-- Delete the earlier keys of games and streamers that get new ones.
delete from names using new_names
where names.kind = new_names.kind and names.id = new_names.id;

-- name: store_new_keys!
-- Store the new keys. Grain: one row per game or streamer and key.
insert into names (kind, id, key, name, login)
select
    kind,
    id,
    key,
    name,
    login
from new_names
on conflict (kind, id, key) do update
set
    name = excluded.name,
    login = excluded.login;

-- name: named_exactly
-- Games and streamers that have these keys, and games that have these short names, with their watch hours of the newest 30
-- rolled-up days, each looked up by the primary key of its daily table. `main_id` is that of `most_watched_names`.
-- Grain: one row per key and game or streamer.
with wanted as materialized (
    select
        names.key,
        names.kind,
        names.id,
        names.name
    from names
    where names.key = any(cast(:keys as text []))
    union
    select
        game_aliases.alias_key as key,
        named.kind,
        named.id,
        named.name
    from game_aliases
    cross join lateral (
        select
            names.kind,
            names.id,
            names.name
        from names
        where names.key = game_aliases.game_key
        -- By the index of keys alone: the planner may take games for few, and read all of them.
        offset 0
    ) as named
    where game_aliases.alias_key = any(cast(:keys as text [])) and named.kind = 'game'
),

recent as materialized (
    select days.day from days
    order by days.day desc
    limit 30
),

wanted_games as materialized (
    select distinct
        games.game_id,
        games.name_key
    from wanted
    inner join games on games.game_id = wanted.id
    where wanted.kind = 'game' and games.game_id <> ''
),

main_ids as materialized (
    select
        wanted_keys.name_key,
        same.main_id
    from (select distinct wanted_games.name_key from wanted_games) as wanted_keys
    cross join lateral (
        select min(games.game_id) as main_id from games
        where games.name_key = wanted_keys.name_key and games.game_id <> ''
    ) as same
)

select
    wanted.key,
    wanted.kind,
    wanted.id,
    wanted.name,
    nullif(main_ids.main_id, wanted.id) as main_id,
    case wanted.kind
        when 'game' then (
            select coalesce(sum(one.watch_hours), 0)
            from recent
            cross join lateral (
                select daily_games.watch_hours from daily_games
                where daily_games.day = recent.day and daily_games.game_id = wanted.id
                limit 1
            ) as one
        )
        else (
            select coalesce(sum(one.watch_hours), 0)
            from recent
            cross join lateral (
                select daily_streamers.watch_hours from daily_streamers
                where daily_streamers.day = recent.day and daily_streamers.streamer_id = wanted.id
                limit 1
            ) as one
        )
    end as watch_hours
from wanted
left join wanted_games on wanted.kind = 'game' and wanted_games.game_id = wanted.id
left join main_ids using (name_key)
order by wanted.key, watch_hours desc, wanted.kind, wanted.id;

-- name: most_watched_names
-- All games, and the streamers watched most, over the newest 30 days that are rolled up; before there are any, any
-- streamers. `main_id` represents the categories that have the name of a game, null where that is its own id.
-- Grain: one row per game or streamer and key, the most watched first.
with recent as materialized (
    select days.day from days
    order by days.day desc
    limit 30
),

watched_games as (
    select
        game_id,
        sum(watch_hours) as watch_hours
    from daily_games
    where day in (select recent.day from recent)
    group by game_id
),

main_ids as (
    select
        game_id,
        nullif(min(game_id) over (partition by name_key), game_id) as main_id
    from games
    where game_id <> ''
),

watched_streamers as (
    select
        streamer_id,
        sum(watch_hours) as watch_hours
    from daily_streamers
    where day in (select recent.day from recent)
    group by streamer_id
    order by watch_hours desc
    limit :how_many_streamers
)

select
    names.key,
    names.kind,
    names.id,
    names.name,
    coalesce(watched_games.watch_hours, 0) as watch_hours,
    main_ids.main_id
from names
left join watched_games on names.id = watched_games.game_id
left join main_ids on names.id = main_ids.game_id
-- A key with a tilde has its words in alphabetical order: no user types that.
where names.kind = 'game' and not starts_with(names.key, '~')
union all
select
    names.key,
    names.kind,
    names.id,
    names.name,
    watched_streamers.watch_hours,
    null as main_id
from watched_streamers
inner join names on names.kind = 'streamer' and names.id = watched_streamers.streamer_id
union all
-- Only until the first day is rolled up.
(
    select
        names.key,
        names.kind,
        names.id,
        names.name,
        0 as watch_hours,
        null as main_id
    from names
    where names.kind = 'streamer' and not exists (select from recent)
    limit :how_many_streamers
)
order by watch_hours desc, kind, id, key;

-- name: is_any_named$
-- Whether any game or streamer has a key.
select exists (select from names) as is_any;

-- name: aliases
-- The short names of games. Grain: one row per short name.
select
    alias,
    game_name
from game_aliases
order by game_name, alias;

-- name: add_alias!
-- Make a short name mean a game, also if it had another meaning before. Grain: one row per short name.
insert into game_aliases (alias_key, alias, game_key, game_name)
values (:alias_key, :alias, :game_key, :game_name)
on conflict (alias_key) do update
set
    alias = excluded.alias,
    game_key = excluded.game_key,
    game_name = excluded.game_name;

-- name: remove_alias$
-- Delete a short name.
delete from game_aliases where alias_key = :alias_key
returning game_name;

-- name: move_cursor!
-- Store which poll's names were keyed last: the dashboard refreshes its names when it changes. Grain: one row.
insert into cursors (name, x_id, moved_at)
values (:name, :x_id, :moved_at)
on conflict (name) do update
set
    x_id = excluded.x_id,
    moved_at = excluded.moved_at;

-- name: addresses
-- The games or streamers that have some addresses. Grain: one row per address.
select
    slug,
    id
from addresses
where kind = :kind and slug = any(cast(:slugs as text []));

-- name: retire_addresses!
-- Mark the addresses of games or streamers that are about to get new ones as no longer current; they stay valid.
update addresses set is_current = false
from unnest(cast(:ids as text []), cast(:slugs as text [])) as given (id, slug)
where
    addresses.kind = :kind
    and addresses.id = given.id
    and addresses.is_current
    and addresses.slug <> given.slug;

-- name: assign_addresses!
-- Assign addresses to games or streamers; an earlier address of theirs becomes current again. Grain: one row per
-- address.
insert into addresses (kind, slug, id, is_current)
select
    cast(:kind as text),
    given.slug,
    given.id,
    true
from unnest(cast(:ids as text []), cast(:slugs as text [])) as given (id, slug)
on conflict (kind, slug) do update
set is_current = true;
