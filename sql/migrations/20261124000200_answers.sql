-- migrate:up

-- A streamer's games over a span of days.
create index daily_streamer_games_streamer_idx on daily_streamer_games (streamer_id, day);

-- One row per month that is over and summed up; it is gone as soon as one of its days is rolled up again.
create table months (
    month date primary key check (extract(day from month) = 1),
    summed_up_at timestamptz not null
);

-- One row per game, month and streamer: the days of whole months added up, so that a year of a game that thousands
-- stream every day is a matter of a few months and days. The order of the key is that in which it is asked.
create table monthly_streamer_games (
    month date not null,
    game_id text collate "C" not null,
    streamer_id text collate "C" not null,
    watch_hours double precision not null,
    primary key (game_id, month, streamer_id)
);

-- migrate:down

drop table monthly_streamer_games, months;
drop index daily_streamer_games_streamer_idx;
