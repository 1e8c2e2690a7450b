-- migrate:up

-- Games as IGDB has them, with their genres, game modes and themes. Nothing is deleted when IGDB withdraws it: days that were
-- rolled up refer to it.
create table igdb_games (
    igdb_id bigint primary key check (igdb_id > 0),
    name text not null,
    slug text not null,
    -- IGDB's number of the type, such as 0 for a main game, 3 for a bundle and 11 for a port
    game_type integer,
    parent_game bigint,
    version_parent bigint,
    first_release_date date,
    checksum text,
    updated_at timestamptz,
    fetched_at timestamptz not null,
    -- An edition or a port without genres of its own has those of this game.
    inherits_from bigint
);

-- 0 and -1 are ours: every hour belongs to a genre, so that the parts add up to the whole.
create table igdb_genres (
    genre_id integer primary key,
    name text not null,
    slug text collate "C" not null
);
create table igdb_game_modes (
    game_mode_id integer primary key,
    name text not null,
    slug text collate "C" not null
);
create table igdb_themes (
    theme_id integer primary key,
    name text not null,
    slug text collate "C" not null
);
insert into igdb_genres (genre_id, name, slug) values (-1, 'Not a game', 'not-a-game'), (0, 'Unknown', 'unknown');
insert into igdb_game_modes (game_mode_id, name, slug) values (-1, 'Not a game', 'not-a-game'), (0, 'Unknown', 'unknown');
insert into igdb_themes (theme_id, name, slug) values (-1, 'Not a game', 'not-a-game'), (0, 'Unknown', 'unknown');

create table igdb_games_genres (
    igdb_id bigint not null references igdb_games on delete cascade,
    genre_id integer not null references igdb_genres,
    primary key (igdb_id, genre_id)
);
create table igdb_games_game_modes (
    igdb_id bigint not null references igdb_games on delete cascade,
    game_mode_id integer not null references igdb_game_modes,
    primary key (igdb_id, game_mode_id)
);
create table igdb_games_themes (
    igdb_id bigint not null references igdb_games on delete cascade,
    theme_id integer not null references igdb_themes,
    primary key (igdb_id, theme_id)
);

-- One row per game of Twitch that was looked up. `how`: by the reviewed table in the code (an override, or not a game), by the
-- id that Twitch names, by IGDB's list of ids on Twitch, or not at all. A game without a row was not looked up yet.
create table game_matches (
    game_id text collate "C" primary key,
    igdb_id bigint references igdb_games,
    how text collate "C" not null check (how in ('helix', 'external', 'override', 'not_a_game', 'none')),
    checked_at timestamptz not null,
    next_check_at timestamptz not null check (next_check_at > checked_at),
    check ((igdb_id is null) = (how in ('not_a_game', 'none')))
);
create index game_matches_next_check_at_idx on game_matches (next_check_at);
create index game_matches_igdb_id_idx on game_matches (igdb_id);

-- The hours of a day by genre, game mode and theme. A game of several counts wholly in each in `watch_hours`, which therefore
-- add up to more than the day, and in equal parts in `watch_hours_split`, which add up to the day.
create table daily_genres (
    day date not null,
    genre_id integer not null references igdb_genres,
    watch_hours double precision not null,
    watch_hours_split double precision not null,
    airtime_hours double precision not null,
    games integer not null check (games > 0),
    primary key (day, genre_id)
);
create table daily_game_modes (
    day date not null,
    game_mode_id integer not null references igdb_game_modes,
    watch_hours double precision not null,
    watch_hours_split double precision not null,
    airtime_hours double precision not null,
    games integer not null check (games > 0),
    primary key (day, game_mode_id)
);
create table daily_themes (
    day date not null,
    theme_id integer not null references igdb_themes,
    watch_hours double precision not null,
    watch_hours_split double precision not null,
    airtime_hours double precision not null,
    games integer not null check (games > 0),
    primary key (day, theme_id)
);
-- Viewers of the hours of a finished day: viewers of an hour are its hours watched.
create table hourly_genres (
    hour_at timestamptz not null,
    genre_id integer not null references igdb_genres,
    average_viewers double precision not null,
    average_viewers_split double precision not null,
    average_streams double precision not null,
    primary key (hour_at, genre_id)
);

-- Days whose hours by genre are those of the present genres. A day without a row, or rolled up since, is due.
create table genre_days (
    day date primary key references days on delete cascade,
    summed_up_at timestamptz not null
);
create index genre_days_summed_up_at_idx on genre_days (summed_up_at);

-- The genres, game modes and themes of each game of Twitch, and their number. A game without a row is 'unknown'.
create view game_classes as
select
    game_matches.game_id,
    'genre' as kind,
    links.genre_id as class_id,
    count(*) over (partition by game_matches.game_id) as parts
from game_matches
inner join igdb_games_genres as links using (igdb_id)
union all
select
    game_matches.game_id,
    'mode' as kind,
    links.game_mode_id as class_id,
    count(*) over (partition by game_matches.game_id) as parts
from game_matches
inner join igdb_games_game_modes as links using (igdb_id)
union all
select
    game_matches.game_id,
    'theme' as kind,
    links.theme_id as class_id,
    count(*) over (partition by game_matches.game_id) as parts
from game_matches
inner join igdb_games_themes as links using (igdb_id)
union all
select
    game_matches.game_id,
    kinds.kind,
    -1 as class_id,
    1 as parts
from game_matches
cross join (values ('genre'), ('mode'), ('theme')) as kinds (kind)
where game_matches.how = 'not_a_game';

create view igdb_classes as
select
    'genre' as kind,
    genre_id as class_id,
    name,
    slug
from igdb_genres
union all
select
    'mode' as kind,
    game_mode_id as class_id,
    name,
    slug
from igdb_game_modes
union all
select
    'theme' as kind,
    theme_id as class_id,
    name,
    slug
from igdb_themes;

create view daily_classes as
select
    day,
    'genre' as kind,
    genre_id as class_id,
    watch_hours,
    watch_hours_split,
    airtime_hours,
    games
from daily_genres
union all
select
    day,
    'mode' as kind,
    game_mode_id as class_id,
    watch_hours,
    watch_hours_split,
    airtime_hours,
    games
from daily_game_modes
union all
select
    day,
    'theme' as kind,
    theme_id as class_id,
    watch_hours,
    watch_hours_split,
    airtime_hours,
    games
from daily_themes;

-- The function that makes a reader grants these tables too. It is changed in place, because its list of the other tables is
-- that of the migrations before, whichever they are.
do $$
begin
    execute replace(
        pg_get_functiondef('make_reader(text, text)'::regprocedure),
        '''grant select on addresses,',
        '''grant select on daily_classes, daily_game_modes, daily_genres, daily_themes, game_classes, game_matches,'
        ' genre_days, hourly_genres, igdb_classes, igdb_game_modes, igdb_games, igdb_games_game_modes, igdb_games_genres,'
        ' igdb_games_themes, igdb_genres, igdb_themes, addresses,'
    );
end
$$;

-- A role that exists keeps reading; it does not have to be made again.
do $$
declare
    role text;
begin
    for role in
        select distinct grantee from information_schema.role_table_grants
        where table_schema = 'public' and table_name = 'hourly_games' and grantee not in (grantor, 'PUBLIC')
    loop
        execute format(
            'grant select on daily_classes, daily_game_modes, daily_genres, daily_themes, game_classes, game_matches,'
            ' genre_days, hourly_genres, igdb_classes, igdb_game_modes, igdb_games, igdb_games_game_modes, igdb_games_genres,'
            ' igdb_games_themes, igdb_genres, igdb_themes to %I',
            role
        );
    end loop;
end
$$;

-- migrate:down

do $$
begin
    execute replace(
        pg_get_functiondef('make_reader(text, text)'::regprocedure),
        'daily_classes, daily_game_modes, daily_genres, daily_themes, game_classes, game_matches,'
        ' genre_days, hourly_genres, igdb_classes, igdb_game_modes, igdb_games, igdb_games_game_modes, igdb_games_genres,'
        ' igdb_games_themes, igdb_genres, igdb_themes, addresses,',
        'addresses,'
    );
end
$$;

drop view daily_classes, igdb_classes, game_classes;
drop table genre_days, hourly_genres, daily_themes, daily_game_modes, daily_genres, game_matches, igdb_games_themes,
igdb_games_game_modes, igdb_games_genres, igdb_themes, igdb_game_modes, igdb_genres, igdb_games;
