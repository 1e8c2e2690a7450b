-- name: make_partition$
-- Create the partition for one day's streams.
select staging.make_partition(cast(:day as date));

-- name: next_poll_id$
-- The id of the poll that begins.
select nextval(pg_get_serial_sequence('staging.polls', 'poll_id'));

-- name: insert_poll!
-- Store the result of a poll. Grain: one row per poll.
insert into staging.polls (
    poll_id, day, started_at, ended_at, status, ended_because, interval_minutes, more_than_viewers,
    pages, streams, viewers, duplicates, set_aside, error, are_names_keyed
)
values (
    :poll_id, :day, :started_at, :ended_at, :status, :ended_because, :interval_minutes, :more_than_viewers,
    :pages, :streams, :viewers, :duplicates, :set_aside, :error, false
);

-- name: kept_poll_state^
-- Whether a poll that was kept on disk is stored already, and whether it is too late: its day is rolled up and the day's
-- streams are dropped. Grain: one row.
select
    exists (select from staging.polls where poll_id = :poll_id) as is_stored,
    exists (select from days where day = cast(:day as date))
    and to_regclass('staging.streams_' || to_char(cast(:day as date), 'YYYY_MM_DD')) is null as is_too_late;

-- name: create_incoming_streamers!
-- A temporary table of the names of one poll, dropped with its transaction. Grain: one row per stream.
create temporary table incoming_streamers (
    streamer_id text collate "C", login text, streamer_name text
) on commit drop;

-- name: copy_incoming_streamers!
-- COPY: the streamers of one poll with their names.
copy incoming_streamers (streamer_id, login, streamer_name) from stdin;

-- name: copy_streams!
-- COPY: the streams of one poll.
copy staging.streams (day, poll_id, viewer_count, started_at, stream_id, streamer_id, game_id, language) from stdin;

-- name: copy_games!
-- COPY: the games of one poll with their viewers and streams.
copy staging.games (poll_id, game_id, viewers, streams, top_viewers, top3_viewers, median_viewers) from stdin;

-- name: copy_languages!
-- COPY: the languages of one poll with their viewers and streams.
copy staging.languages (poll_id, language, viewers, streams) from stdin;

-- name: copy_set_aside!
-- COPY: a sample of the streams of one poll that could not be parsed.
copy staging.set_aside (poll_id, position, reason, raw) from stdin;

-- name: has_later_poll$
-- Whether a poll that began later is stored already, so that this one's names may be older than the known ones.
select exists (
    select from staging.polls
    where
        polls.day >= cast(:day as date)
        and polls.started_at > cast(:started_at as timestamptz)
        and polls.streams > 0
);

-- name: streamers_seen_later$
-- The streamers in later polls of the same day.
select coalesce(array_agg(distinct streams.streamer_id), '{}')
from staging.streams
inner join staging.polls on polls.poll_id = streams.poll_id
where
    streams.day = cast(:day as date)
    and polls.day = cast(:day as date)
    and polls.started_at > cast(:started_at as timestamptz);

-- name: games_seen_later$
-- The games in later polls of the same day.
select coalesce(array_agg(distinct games.game_id), '{}')
from staging.games
inner join staging.polls on polls.poll_id = games.poll_id
where polls.day = cast(:day as date) and polls.started_at > cast(:started_at as timestamptz);

-- name: store_streamers!
-- Store the latest names of this poll's streamers, updating only those that are new, renamed or not yet seen that day. A
-- streamer without a name, with the id in its place, keeps the known name, and so does one that a later poll has seen.
-- Grain: one row per streamer.
insert into streamers as known (streamer_id, login, streamer_name, first_seen_day, last_seen_day)
select distinct on (incoming.streamer_id)
    incoming.streamer_id,
    named.login,
    named.streamer_name,
    cast(:day as date),
    cast(:day as date)
from incoming_streamers as incoming
left join streamers as seen using (streamer_id)
cross join lateral (
    select
        case
            when incoming.streamer_id = any(cast(:seen_later as text [])) or seen.last_seen_day > cast(:day as date)
                then coalesce(nullif(seen.login, incoming.streamer_id), incoming.login)
            else coalesce(nullif(incoming.login, incoming.streamer_id), seen.login, incoming.streamer_id)
        end as login,
        case
            when incoming.streamer_id = any(cast(:seen_later as text [])) or seen.last_seen_day > cast(:day as date)
                then coalesce(nullif(seen.streamer_name, incoming.streamer_id), incoming.streamer_name)
            else coalesce(nullif(incoming.streamer_name, incoming.streamer_id), seen.streamer_name, incoming.streamer_id)
        end as streamer_name
) as named
where
    seen.streamer_id is null
    or cast(:day as date) not between seen.first_seen_day and seen.last_seen_day
    or (seen.login, seen.streamer_name) <> (named.login, named.streamer_name)
order by incoming.streamer_id
on conflict (streamer_id) do update
set
    login = excluded.login,
    streamer_name = excluded.streamer_name,
    first_seen_day = least(known.first_seen_day, excluded.first_seen_day),
    last_seen_day = greatest(known.last_seen_day, excluded.last_seen_day);

-- name: store_games!
-- Store the latest names of this poll's games, updating only those that are new, renamed or not yet seen that day. A game
-- without a name keeps the known name, and so does one that a later poll has seen.
-- Grain: one row per game.
insert into games as known (game_id, game_name, first_seen_day, last_seen_day)
select
    incoming.game_id,
    named.game_name,
    cast(:day as date),
    cast(:day as date)
from unnest(cast(:game_ids as text []), cast(:game_names as text [])) as incoming (game_id, game_name)
left join games as seen using (game_id)
cross join lateral (
    select
        case
            when incoming.game_id = any(cast(:seen_later as text [])) or seen.last_seen_day > cast(:day as date)
                then coalesce(nullif(seen.game_name, incoming.game_id), incoming.game_name)
            else coalesce(nullif(incoming.game_name, incoming.game_id), seen.game_name, incoming.game_id)
        end as game_name
) as named
where
    seen.game_id is null
    or cast(:day as date) not between seen.first_seen_day and seen.last_seen_day
    or seen.game_name <> named.game_name
order by incoming.game_id
on conflict (game_id) do update
set
    game_name = excluded.game_name,
    first_seen_day = least(known.first_seen_day, excluded.first_seen_day),
    last_seen_day = greatest(known.last_seen_day, excluded.last_seen_day);

-- name: days_to_prune
-- Days whose streams can be dropped: those rolled up and past retention; and those over, not rolled up, and with every
-- poll past retention. Of the latter only those can be dropped that have no poll within their bounds, which depend on the
-- settings, too. A poll that began outside of its day's bounds does not count. Grain: one row per day.
with counted as (
    select
        streams.day,
        days.polls as polls_rolled_up,
        days.ends_at,
        count(polls.poll_id) filter (
            where polls.started_at >= days.starts_at and polls.started_at < days.ends_at
        ) as own_polls,
        max(polls.started_at) as newest_at
    from staging.days_of_streams() as streams (day)
    left join days using (day)
    left join staging.polls using (day)
    group by streams.day, days.polls, days.ends_at
)

select
    counted.day,
    counted.polls_rolled_up is not null as is_rolled_up
from counted
where
    counted.polls_rolled_up = counted.own_polls and counted.ends_at <= cast(:older_than as timestamptz)
    or counted.polls_rolled_up is null and counted.day < cast(:today as date)
    and (counted.newest_at is null or counted.newest_at <= cast(:older_than as timestamptz))
order by counted.day;

-- name: drop_partition$
-- Drop one day's streams. While this waits for a reader, such as a backup, every other reader waits, too.
select staging.drop_partition(cast(:day as date));

-- name: limit_lock_wait$
-- Let this transaction fail soon if another session reads the table that it is about to drop.
select set_config('lock_timeout', '1s', true);

-- name: delete_games!
-- Delete one day's games per poll.
delete from staging.games
using staging.polls
where polls.poll_id = games.poll_id and polls.day = :day;

-- name: delete_languages!
-- Delete one day's languages per poll.
delete from staging.languages
using staging.polls
where polls.poll_id = languages.poll_id and polls.day = :day;

-- name: delete_set_aside!
-- Delete one day's streams that could not be parsed.
delete from staging.set_aside
using staging.polls
where polls.poll_id = set_aside.poll_id and polls.day = :day;
