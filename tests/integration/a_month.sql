-- A month of 40,000 pairs of a streamer and a game a day, half of them in one game. Without keys while rows go in: they
-- take longer than the rows.
alter table daily_streamer_games drop constraint daily_streamer_games_pkey;
drop index daily_streamer_games_streamer_idx;

insert into days (day, starts_at, ends_at, polls, covered_hours, coverage, watch_hours, airtime_hours, rolled_up_at)
select day, day + interval '16 hours', day + interval '40 hours', 48, 24, 1, 1e7, 1e5, day + interval '41 hours'
from (select date '2026-10-01' + number as day from generate_series(0, 30) as number) as measured;

insert into daily_streamer_games (day, streamer_id, game_id, watch_hours, airtime_hours, peak_viewers)
select
    days.day,
    cast(100000000 + (number * 7 + extract(day from days.day)::integer * 3001) % 90000 as text),
    case when number % 2 = 0 then '509658' else cast(number * number % 3989 as text) end,
    100 + number,
    4,
    number
from days
cross join generate_series(1, 40000) as number;

insert into daily_games (day, game_id, watch_hours, airtime_hours, peak_viewers)
select day, game_id, sum(watch_hours), sum(airtime_hours), max(peak_viewers)
from daily_streamer_games
group by day, game_id;

set maintenance_work_mem = '128MB';
alter table daily_streamer_games add primary key (day, game_id, streamer_id);
analyze daily_streamer_games, daily_games, days;
