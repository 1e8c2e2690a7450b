-- Five years of a bot, up to 2026-11-21 16:00 UTC: 1,825 days of 48 polls, 60,000 mentions with their answers and what
-- they cost, 10,000 games. For a session that checks no foreign keys, which would take longer than the rows.
set timezone = 'UTC';

insert into days (day, starts_at, ends_at, polls, covered_hours, coverage, watch_hours, airtime_hours, rolled_up_at)
select day, day + interval '16 hours', day + interval '40 hours', 48, 24, 1, 1e7, 1e5, day + interval '41 hours'
from (select date '2026-11-21' - number as day from generate_series(1, 1825) as number) as measured;

insert into staging.polls (
    day, started_at, ended_at, status, ended_because, interval_minutes, more_than_viewers, pages, streams, viewers,
    duplicates, set_aside, error
)
select
    day,
    starts_at + number * interval '30 minutes',
    starts_at + number * interval '30 minutes' + interval '20 seconds',
    case number when 7 then 'partial' when 8 then 'failed' else 'complete' end,
    'below_threshold',
    30,
    50,
    70,
    case number when 8 then 0 else 7000 end,
    2000000,
    0,
    0,
    case when number in (7, 8) then 'Twitch does not answer' end
from days, generate_series(0, 47) as number
order by day, number;

insert into mentions (
    mention_id, author_id, text, posted_at, seen_at, first_version, is_repost, is_explicit, is_to_us, status, reason,
    question, decided_at
)
select
    cast(1000000000000000000 + number as text),
    cast(number % 6000 as text),
    case when number > 58800 then 'what about chess' end,
    at,
    at + interval '1 minute',
    cast(1000000000000000000 + number as text),
    false,
    true,
    false,
    case when number % 3 = 0 then 'ignored' else 'answered' end,
    case when number % 3 = 0 then 'no question' end,
    'chess',
    at + interval '1 minute'
from (
    select number, timestamptz '2021-11-22 16:00Z' + number * interval '43 minutes 46 seconds' as at
    from generate_series(1, 60000) as number
) as numbered;

insert into posts (
    kind, mention_id, text, status, created_at, next_try_at, expires_at, attempts, claimed_at, x_id, sent_at, after_x_id
)
select
    'reply',
    mention_id,
    'an answer to ' || mention_id,
    'sent',
    seen_at,
    seen_at,
    seen_at + interval '1 day',
    1,
    seen_at,
    cast(cast(mention_id as bigint) + 500000000 as text),
    seen_at + interval '5 seconds',
    '1'
from mentions
order by mention_id;

insert into x_charges (charged_at, kind, purpose, units, usd, status, post_id)
select created_at, 'reply', 'replies', 1, 0.01, 'made', post_id
from posts
order by post_id;

-- Names of one word: of "Game 5000" the index has "game", too, and no real name is shared by thousands of games.
insert into games (game_id, game_name, first_seen_day, last_seen_day)
select cast(number as text), 'Game' || number, date '2021-11-22', date '2021-11-22' + number % 1825
from generate_series(1, 10000) as number;

insert into streamers (streamer_id, login, streamer_name, first_seen_day, last_seen_day, are_names_keyed)
select 's' || number, 'login' || number, 'Name' || number, '2021-11-22', '2026-11-21', true
from generate_series(1, 100000) as number;

update games set are_names_keyed = true;

insert into names (kind, id, key, name, login)
select 'streamer', streamer_id, login, streamer_name, login from streamers;
