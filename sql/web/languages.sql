-- name: languages_between
-- The languages of some days, most watched first, without streams of unknown language. Grain: one row per language.
select
    language,
    sum(watch_hours) as watch_hours,
    sum(airtime_hours) as airtime_hours,
    max(peak_viewers) as peak_viewers
from daily_languages
where day between cast(:first as date) and cast(:last as date) and language <> ''
group by language
order by sum(watch_hours) desc, language;

-- name: language_by_day
-- A language on each measured day of a span for which languages are stored, with the hours watched of all known languages; zero
-- on a day without a stream. Grain: one row per day.
select
    days.day,
    days.covered_hours,
    days.coverage,
    coalesce(own.watch_hours, 0) as watch_hours,
    coalesce(own.airtime_hours, 0) as airtime_hours,
    coalesce(own.peak_viewers, 0) as peak_viewers,
    spoken.watch_hours as watch_hours_of_all
from days
inner join lateral (
    select sum(daily_languages.watch_hours) as watch_hours
    from daily_languages
    where daily_languages.day = days.day and daily_languages.language <> ''
) as spoken on spoken.watch_hours > 0
left join daily_languages as own on own.day = days.day and own.language = :language
where days.day between cast(:first as date) and cast(:last as date) and days.covered_hours > 0
order by days.day;

-- name: games_of_language
-- The games of a language on some days, most watched first. Grain: one row per game.
select
    played.game_id,
    coalesce(games.game_name, '') as game,
    addresses.slug,
    played.watch_hours,
    played.airtime_hours,
    sum(played.watch_hours) over () as watch_hours_of_all,
    count(*) over () as of_all
from (
    select
        game_id,
        sum(watch_hours) as watch_hours,
        sum(airtime_hours) as airtime_hours
    from daily_game_languages
    where day = any(cast(:days as date [])) and language = :language and game_id <> ''
    group by game_id
) as played
left join games using (game_id)
left join addresses on addresses.kind = 'game' and addresses.id = played.game_id and addresses.is_current
order by played.watch_hours desc, played.game_id
limit :limit offset :offset;
