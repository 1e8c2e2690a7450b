-- name: classes_between
-- The hours of some days by genre, by game mode or by theme, most watched first. Grain: one row per class.
select
    classes.class_id,
    classes.name,
    classes.slug,
    sum(daily_classes.watch_hours) as watch_hours,
    sum(daily_classes.watch_hours_split) as watch_hours_split,
    sum(daily_classes.airtime_hours) as airtime_hours
from daily_classes
inner join igdb_classes as classes on classes.kind = daily_classes.kind and classes.class_id = daily_classes.class_id
where daily_classes.kind = :kind and daily_classes.day between cast(:first as date) and cast(:last as date)
group by classes.class_id, classes.name, classes.slug
order by sum(daily_classes.watch_hours_split) desc, classes.class_id;

-- name: hours_of_genre_days^
-- The measured hours of the days that are summed up by genre. Grain: one row.
select
    coalesce(sum(days.covered_hours), 0) as covered_hours,
    coalesce(sum(days.watch_hours), 0) as watch_hours
from genre_days
inner join days using (day)
where genre_days.day between cast(:first as date) and cast(:last as date);

-- name: find_class^
-- The genre, game mode or theme of a slug: of several, a genre before a game mode before a theme, and the newest before one
-- that IGDB has withdrawn. Grain: one row.
select
    kind,
    class_id,
    name,
    slug
from igdb_classes
where slug = :slug and (cast(:kind as text) is null or kind = cast(:kind as text))
order by kind, class_id desc
limit 1;

-- name: class_by_day
-- A genre, game mode or theme on each day that is summed up by genre; zero where nobody watched it. Grain: one row per day.
select
    days.day,
    days.coverage,
    coalesce(daily_classes.watch_hours, 0) as watch_hours,
    coalesce(daily_classes.watch_hours_split, 0) as watch_hours_split,
    coalesce(daily_classes.airtime_hours, 0) as airtime_hours,
    coalesce(daily_classes.games, 0) as games
from genre_days
inner join days using (day)
left join daily_classes
    on daily_classes.day = days.day and daily_classes.kind = :kind and daily_classes.class_id = cast(:class_id as integer)
where days.day between cast(:first as date) and cast(:last as date) and days.covered_hours > 0
order by days.day;

-- name: games_of_class$
-- The games of a genre, game mode or theme.
select coalesce(array_agg(game_id), '{}') from game_classes where kind = :kind and class_id = cast(:class_id as integer);

-- name: games_without_class$
-- The games of which no genre, game mode or theme is known.
select coalesce(array_agg(games.game_id), '{}')
from games
where not exists (select from game_classes where game_classes.kind = :kind and game_classes.game_id = games.game_id);

-- name: classes_of_game
-- The genres, game modes and themes of a game, without those that are ours. Grain: one row per class.
select
    classes.kind,
    classes.name,
    classes.slug
from game_classes
inner join igdb_classes as classes on classes.kind = game_classes.kind and classes.class_id = game_classes.class_id
where game_classes.game_id = :game_id and classes.class_id > 0
order by classes.kind, classes.name;

-- name: genres
-- All genres that some game has, by name. Grain: one row per genre.
select
    name,
    slug
from igdb_genres
where exists (select from igdb_games_genres as links where links.genre_id = igdb_genres.genre_id)
order by name;

-- name: genre_by_hour
-- A genre in each measured hour of the days that are summed up by genre; zero where nobody watched it. Grain: one row per hour.
select
    hours.hour_at,
    coalesce(hourly_genres.average_viewers, 0) as average_viewers,
    coalesce(hourly_genres.average_streams, 0) as average_streams
from genre_days
inner join days using (day)
inner join hours on hours.hour_at >= days.starts_at and hours.hour_at < days.ends_at
left join hourly_genres
    on hourly_genres.hour_at = hours.hour_at and hourly_genres.genre_id = cast(:genre_id as integer)
where days.day between cast(:first as date) and cast(:last as date)
order by hours.hour_at;

-- name: release_ages
-- The hours of some days by the age of the games, youngest first. Grain: one row per age.
select
    age,
    sum(watch_hours) as watch_hours,
    sum(airtime_hours) as airtime_hours
from daily_release_ages
where day between cast(:first as date) and cast(:last as date)
group by age
order by array_position(
    array['under_30_days', 'under_1_year', 'under_5_years', 'older', 'not_a_game', 'unknown'], age
);
