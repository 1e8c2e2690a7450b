-- A year of daily rows, believable in size and shape; filled in by stack.py with str.format.

-- part: names
insert into games (game_id, game_name, first_seen_day, last_seen_day)
select 'g' || n, 'Game ' || n, date '{last}' - {days}, date '{last}' + 1 from generate_series(0, {games}) as n;

insert into streamers (streamer_id, login, streamer_name, first_seen_day, last_seen_day)
select 's' || n, 'login' || n, 'Name ' || n, date '{last}' - {days}, date '{last}' + 1
from generate_series(0, {streamers}) as n;

-- part: before
-- What is not a key is created again when all rows are there, as it was: row by row it would take ten times as long.
create temporary table left_out as
select indexrelid::regclass::text as index_name, pg_get_indexdef(indexrelid) as definition
from pg_index
where
    indrelid in ('daily_games'::regclass, 'daily_streamers'::regclass, 'daily_streamer_games'::regclass)
    and not exists (select from pg_constraint where conindid = indexrelid);

do $$
declare
    one record;
begin
    for one in select index_name from left_out loop
        execute format('drop index %s', one.index_name);
    end loop;
end
$$;

-- part: day
-- Half of the streamers are there every day, the others come and go; a few games have thousands of streamers, and many a
-- handful. Each streamer has one game.
insert into daily_streamer_games (day, streamer_id, game_id, watch_hours, airtime_hours, peak_viewers)
select date '{day}', streamer_id, game_id, 50000 / (1 + rank % 997) * (1 + rank % 7), 3, 100
from (
    select
        rank,
        's' || case
            when rank % 2 = 0 then rank / 2
            else {pairs} / 2 + 1 + (rank / 2 + extract(doy from date '{day}')::int * 7) % {pairs}
        end as streamer_id,
        'g' || floor({games} * power(((rank * 7919) % {pairs}) / {pairs}.0, 4))::int as game_id
    from generate_series(1, {pairs}) as rank
) as a_day
order by game_id, streamer_id;

insert into daily_games (day, game_id, watch_hours, airtime_hours, peak_viewers)
select day, game_id, sum(watch_hours), sum(airtime_hours), max(peak_viewers)
from daily_streamer_games where day = '{day}' group by day, game_id;

insert into daily_streamers (day, streamer_id, watch_hours, airtime_hours, peak_viewers)
select day, streamer_id, sum(watch_hours), sum(airtime_hours), max(peak_viewers)
from daily_streamer_games where day = '{day}' group by day, streamer_id;

insert into days (
    day, starts_at, ends_at, polls, covered_hours, coverage, watch_hours, airtime_hours, rolled_up_at
)
select
    date '{day}', starts_at, ends_at, extract(epoch from ends_at - starts_at) / 1800,
    extract(epoch from ends_at - starts_at) / 3600, 1, watch_hours, airtime_hours, ends_at
from (
    select
        (date '{day}' + time '08:00') at time zone 'America/Los_Angeles' as starts_at,
        (date '{day}' + 1 + time '08:00') at time zone 'America/Los_Angeles' as ends_at,
        sum(watch_hours) as watch_hours,
        sum(airtime_hours) as airtime_hours
    from daily_games where day = '{day}'
) as sums;

-- part: rest
do $$
declare
    one record;
begin
    for one in select definition from left_out loop
        execute one.definition;
    end loop;
end
$$;

-- Two months by the hour, every poll of the year, and what was posted and answered in it.
insert into hourly_games (hour_at, average_viewers, average_streams, peak_viewers, game_id)
select hour_at, viewers, 1 + viewers / 300, viewers * 1.1, game_id
from (
    select
        hour_at,
        'g' || n as game_id,
        400000 / (1 + n) * (1 + 0.5 * sin((extract(hour from hour_at)::int + n % 5) * pi() / 12)) as viewers
    from
        generate_series(0, {games} - 1) as n,
        generate_series(timestamptz '{last} 00:00Z' - interval '60 days', '{last} 00:00Z', '1 hour') as hour_at
) as seen
order by game_id, hour_at;

insert into hours (hour_at, average_viewers, average_streams, peak_viewers, polls)
select hour_at, sum(average_viewers), sum(average_streams), sum(peak_viewers), 2
from hourly_games
where hour_at <= '{last} 00:00Z' -- the hour of the first poll has its sum
group by hour_at;

insert into staging.polls (
    day, started_at, ended_at, status, ended_because, interval_minutes, more_than_viewers, pages, streams, viewers,
    duplicates, set_aside, poll_id
)
select
    day, at, at + interval '20 seconds', 'complete', 'threshold', 30, 50, 70, 7000, 1000000, 0, 0,
    nextval('staging.polls_poll_id_seq')
from days, generate_series(starts_at, ends_at - interval '30 minutes', '30 minutes') as at
order by at;

-- Only columns whose names the previous release has, too.
insert into posts (
    kind, day, text, alt_text, status, created_at, next_try_at, expires_at, attempts, x_id, sent_at
)
select
    kind, day, 'Hours watched on ' || day || E':\n1. Game 0: 5.3M\n2. Game 1: 2.1M\n3. Game 2: 1.9M', 'A chart.',
    'sent', ends_at, ends_at, ends_at + interval '1 day', 1,
    (row_number() over (order by day, kind))::text, ends_at + interval '6 hours'
from days, unnest(array['games', 'streamers', 'streamers_of_game']) as kind;

insert into mentions (
    mention_id, author_id, posted_at, seen_at, first_version, is_repost, is_explicit, is_to_us, status, reason,
    decided_at
)
select
    (1000000 + row_number() over (order by starts_at, n))::text, 'a' || n, starts_at, starts_at, '0', false, true, true,
    'ignored', 'not understood', starts_at
from days, generate_series(1, 100) as n;

analyze;

-- part: month of this version
-- What the previous release did not store, for the days of a month: streams, languages, and how a game's viewers are spread.
-- A streamer has a stream a day, which ends before the next; the numbers of its only game are those of the stream.
insert into daily_streams (
    day, started_at, last_seen_at, watch_hours, airtime_hours, peak_viewers, streamer_id, stream_id, language, game_ids
)
select
    day, starts_at + n % 20 * interval '1 hour', starts_at + (n % 20 + 3) * interval '1 hour', watch_hours, airtime_hours,
    peak_viewers, streamer_id, day - date '2000-01-01' || streamer_id,
    (array['en', 'es', 'de', 'fr', 'pt', 'ru', 'ja', 'ko', 'it', 'other'])[1 + floor(10 * power(n % 97 / 97.0, 2))::int],
    array[game_id]
from (
    select pairs.*, starts_at, substr(streamer_id, 2)::int as n
    from daily_streamer_games as pairs inner join days using (day)
    where pairs.streamer_id ~ '^s' and date_trunc('month', day) = '{month}'
) as streams
order by day, streamer_id;

insert into daily_game_languages (day, game_id, language, watch_hours, airtime_hours)
select day, game_ids[1], language, sum(watch_hours), sum(airtime_hours)
from daily_streams where date_trunc('month', day) = '{month}'
group by day, game_ids[1], language
order by day, game_ids[1], language;

insert into daily_languages (day, language, watch_hours, airtime_hours, peak_viewers)
select day, language, sum(watch_hours), sum(airtime_hours), sum(peak_viewers)
from daily_streams where date_trunc('month', day) = '{month}'
group by day, language
order by day, language;

-- part: rest of this version
update daily_games set
    top_watch_hours = watch_hours / 5, top3_watch_hours = watch_hours / 3, median_viewers = 20
where game_id ~ '^g';

-- Of the last month alone: to rewrite every row of the year would double the table.
update daily_streamers set language = streams.language
from daily_streams as streams
where
    daily_streamers.day > date '{last}' - 28 and streams.day = daily_streamers.day
    and streams.streamer_id = daily_streamers.streamer_id;

vacuum (analyze);
