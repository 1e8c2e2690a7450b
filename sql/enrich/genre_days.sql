-- name: due_days
-- Days whose hours by genre are missing, or not those of the day's newest roll-up and of the genres of its games, newest
-- first. Grain: one row per day.
select days.day
from days
left join genre_days using (day)
where genre_days.rolled_up_at is distinct from days.rolled_up_at
order by days.day desc
limit :limit;

-- name: is_any_game_matched$
-- Whether any game was looked up on IGDB. Before, every hour would be of an unknown genre.
select exists (select from game_matches);

-- name: lock_day^
-- Read a day that is summed up, so that no roll-up changes it meanwhile, and no other process sums it up. Grain: one row.
select
    starts_at,
    ends_at,
    rolled_up_at
from days
where day = cast(:day as date)
for no key update;

-- name: delete_day!
-- Delete a day's hours by genre, game mode, theme and age before they are inserted again. Grain: one row per day and theme.
with genres as (
    delete from daily_genres where day = cast(:day as date)
),

ages as (
    delete from daily_release_ages where day = cast(:day as date)
),

modes as (
    delete from daily_game_modes where day = cast(:day as date)
)

delete from daily_themes where day = cast(:day as date);

-- name: delete_hours!
-- Delete the hours of a day by genre before they are inserted again. An hour belongs to the day in which it ends: a day
-- can begin in the middle of one, whose second half is not measured yet when the day before is over. Grain: one row per hour
-- and genre.
delete from hourly_genres
where
    hour_at > cast(:starts_at as timestamptz) - interval '1 hour'
    and hour_at <= cast(:ends_at as timestamptz) - interval '1 hour';

-- name: insert_genres!
-- Hours of a day by genre: whole, and split among the genres of each game. Grain: one row per day and genre.
insert into daily_genres (day, genre_id, watch_hours, watch_hours_split, airtime_hours, games)
select
    cast(:day as date),
    coalesce(classes.class_id, 0),
    sum(daily_games.watch_hours),
    sum(daily_games.watch_hours / coalesce(classes.parts, 1)),
    sum(daily_games.airtime_hours),
    count(*)
from daily_games
left join game_classes as classes on classes.game_id = daily_games.game_id and classes.kind = 'genre'
where daily_games.day = cast(:day as date)
group by coalesce(classes.class_id, 0);

-- name: insert_game_modes!
-- Hours of a day by game mode: whole, and split among the modes of each game. Grain: one row per day and game mode.
insert into daily_game_modes (day, game_mode_id, watch_hours, watch_hours_split, airtime_hours, games)
select
    cast(:day as date),
    coalesce(classes.class_id, 0),
    sum(daily_games.watch_hours),
    sum(daily_games.watch_hours / coalesce(classes.parts, 1)),
    sum(daily_games.airtime_hours),
    count(*)
from daily_games
left join game_classes as classes on classes.game_id = daily_games.game_id and classes.kind = 'mode'
where daily_games.day = cast(:day as date)
group by coalesce(classes.class_id, 0);

-- name: insert_themes!
-- Hours of a day by theme: whole, and split among the themes of each game. Grain: one row per day and theme.
insert into daily_themes (day, theme_id, watch_hours, watch_hours_split, airtime_hours, games)
select
    cast(:day as date),
    coalesce(classes.class_id, 0),
    sum(daily_games.watch_hours),
    sum(daily_games.watch_hours / coalesce(classes.parts, 1)),
    sum(daily_games.airtime_hours),
    count(*)
from daily_games
left join game_classes as classes on classes.game_id = daily_games.game_id and classes.kind = 'theme'
where daily_games.day = cast(:day as date)
group by coalesce(classes.class_id, 0);

-- name: insert_release_ages!
-- Hours of a day by the age of its games on that day. Grain: one row per day and age.
insert into daily_release_ages (day, age, watch_hours, airtime_hours, games)
select
    cast(:day as date),
    aged.age,
    sum(aged.watch_hours),
    sum(aged.airtime_hours),
    count(*)
from (
    select
        daily_games.watch_hours,
        daily_games.airtime_hours,
        case
            when game_matches.how = 'not_a_game' then 'not_a_game'
            when igdb_games.first_release_date is null then 'unknown'
            when igdb_games.first_release_date > cast(:day as date) - 30 then 'under_30_days'
            when igdb_games.first_release_date > cast(:day as date) - interval '1 year' then 'under_1_year'
            when igdb_games.first_release_date > cast(:day as date) - interval '5 years' then 'under_5_years'
            else 'older'
        end as age
    from daily_games
    left join game_matches on game_matches.game_id = daily_games.game_id
    left join igdb_games on igdb_games.igdb_id = game_matches.igdb_id
    where daily_games.day = cast(:day as date)
) as aged
group by aged.age;

-- name: insert_hours!
-- Viewers in each hour of a day by genre: whole, and split among the genres of each game. Grain: one row per hour and genre.
insert into hourly_genres (hour_at, genre_id, average_viewers, average_viewers_split, average_streams)
select
    hourly_games.hour_at,
    coalesce(classes.class_id, 0),
    sum(cast(hourly_games.average_viewers as double precision)),
    sum(cast(hourly_games.average_viewers as double precision) / coalesce(classes.parts, 1)),
    sum(cast(hourly_games.average_streams as double precision))
from hourly_games
left join game_classes as classes on classes.game_id = hourly_games.game_id and classes.kind = 'genre'
where
    hourly_games.hour_at > cast(:starts_at as timestamptz) - interval '1 hour'
    and hourly_games.hour_at <= cast(:ends_at as timestamptz) - interval '1 hour'
group by hourly_games.hour_at, coalesce(classes.class_id, 0);

-- name: sums_of_day
-- The hours watched of a day over its games, genres, game modes, themes and ages, and the viewers of its hours over games and
-- genres: each total is compared with that of its games. Grain: one row per measure and way.
select
    'hours watched' as measure,
    'games' as way,
    coalesce(sum(watch_hours), 0) as total
from daily_games
where day = cast(:day as date)
union all
select
    'hours watched' as measure,
    kind as way,
    sum(watch_hours_split) as total
from daily_classes
where day = cast(:day as date)
group by kind
union all
select
    'hours watched' as measure,
    'ages' as way,
    sum(watch_hours) as total
from daily_release_ages
where day = cast(:day as date)
having count(*) > 0
union all
select
    'viewers of the hours' as measure,
    'games' as way,
    coalesce(sum(cast(average_viewers as double precision)), 0) as total
from hourly_games
where
    hour_at > cast(:starts_at as timestamptz) - interval '1 hour'
    and hour_at <= cast(:ends_at as timestamptz) - interval '1 hour'
union all
select
    'viewers of the hours' as measure,
    'genre' as way,
    coalesce(sum(average_viewers_split), 0) as total
from hourly_genres
where
    hour_at > cast(:starts_at as timestamptz) - interval '1 hour'
    and hour_at <= cast(:ends_at as timestamptz) - interval '1 hour';

-- name: store_day!
-- Store that a day is summed up by genre, and from which roll-up. Grain: one row per day.
insert into genre_days (day, summed_up_at, rolled_up_at)
values (:day, :summed_up_at, :rolled_up_at)
on conflict (day) do update
set
    summed_up_at = excluded.summed_up_at,
    rolled_up_at = excluded.rolled_up_at;
