-- name: mark_month_outdated!
-- Mark the month of a day as not summed up, because the day changes.
delete from months where month = date_trunc('month', cast(:day as date));

-- name: due_months
-- Finished months that have rolled-up days and are not summed up. Grain: one row per month.
select cast(begun.month as date) as month
from (select date_trunc('month', min(days.day)) as month, date_trunc('month', cast(:today as date)) as this_month from days)
    as first
cross join lateral generate_series(first.month, first.this_month - interval '1 day', interval '1 month') as begun (month)
where
    not exists (select from months where months.month = cast(begun.month as date))
    and exists (
        select from days
        where days.day >= cast(begun.month as date) and days.day < cast(begun.month + interval '1 month' as date)
    )
order by begun.month;

-- name: delete_monthly_streamer_games!
-- Delete a month's rows before they are inserted again. Grain: one row per month, game and streamer.
delete from monthly_streamer_games where month = :month;

-- name: insert_monthly_streamer_games!
-- Insert the sums of the days of a month. Grain: one row per month, game and streamer.
insert into monthly_streamer_games (month, game_id, streamer_id, watch_hours, airtime_hours, peak_viewers)
select
    cast(:month as date),
    game_id,
    streamer_id,
    sum(watch_hours),
    sum(airtime_hours),
    max(peak_viewers)
from daily_streamer_games
where day >= cast(:month as date) and day < cast(:month as date) + interval '1 month'
group by game_id, streamer_id
order by game_id, streamer_id;

-- name: delete_monthly_streamers!
-- Delete a month's rows before they are inserted again. Grain: one row per month, streamer and language of the days.
delete from monthly_streamers where month = :month;

-- name: insert_monthly_streamers!
-- Insert the sums of the days of a month. Grain: one row per month, streamer and language of the days.
insert into monthly_streamers (month, streamer_id, language, watch_hours, airtime_hours, peak_viewers)
select
    cast(:month as date),
    streamer_id,
    coalesce(language, ''),
    sum(watch_hours),
    sum(airtime_hours),
    max(peak_viewers)
from daily_streamers
where day >= cast(:month as date) and day < cast(:month as date) + interval '1 month'
group by streamer_id, coalesce(language, '')
order by streamer_id, coalesce(language, '');

-- name: delete_monthly_games!
-- Delete a month's rows before they are inserted again. Grain: one row per month and game.
delete from monthly_games where month = :month;

-- name: insert_monthly_games!
-- Insert the sums of the days of a month. Grain: one row per month and game.
insert into monthly_games (
    month, game_id, watch_hours, airtime_hours, peak_viewers, top_watch_hours, top3_watch_hours, watch_hours_with_shares,
    median_viewers, airtime_hours_with_median
)
select
    cast(:month as date),
    game_id,
    sum(watch_hours),
    sum(airtime_hours),
    max(peak_viewers),
    sum(top_watch_hours),
    sum(top3_watch_hours),
    sum(watch_hours) filter (where top_watch_hours is not null),
    sum(median_viewers * airtime_hours) / sum(airtime_hours) filter (where median_viewers is not null),
    sum(airtime_hours) filter (where median_viewers is not null)
from daily_games
where day >= cast(:month as date) and day < cast(:month as date) + interval '1 month'
group by game_id
order by game_id;

-- name: store_month!
-- Store that a month is summed up. Grain: one row per month.
insert into months (month, summed_up_at)
values (:month, :summed_up_at)
on conflict (month) do update set summed_up_at = excluded.summed_up_at;
