-- migrate:up

-- A minute of chat in about a third of its place: emotes by number instead of by id, no place for what did not happen, and no
-- free place in the pages of a day that is over. `chat.minutes`, `chat.hour_emotes` and `chat.daily_emotes` are views with the
-- columns that they had as tables.
create temporary table chat_comments on commit drop as
select
    class.relname as relation,
    columns.attname as column_name,
    coalesce(col_description(class.oid, columns.attnum), '') as meaning,
    obj_description(class.oid, 'pg_class') as meaning_of_all
from pg_catalog.pg_class as class
inner join pg_catalog.pg_attribute as columns on columns.attrelid = class.oid and columns.attnum > 0
where
    class.relnamespace = cast('chat' as regnamespace)
    and class.relname in ('minutes', 'counted_minutes', 'hour_emotes', 'daily_emotes');

drop view chat.counted_minutes;
alter table chat.minutes rename to plain_minutes;
alter table chat.hour_emotes rename to plain_hour_emotes;
alter table chat.daily_emotes rename to plain_daily_emotes;

-- The numbers of emotes in the tables below. One row per emote that was counted.
create table chat.emotes (
    emote_number integer generated always as identity primary key,
    emote_id text collate "C" not null unique
);

-- Give a number to each emote that has none. Numbers are not used up for those that have one, and of several counters with new
-- emotes one waits for the other, so that no two wait for each other.
create function chat.number_emotes(given_ids text []) returns void language plpgsql as $$
begin
    if exists (
        select from unnest(given_ids) as given (emote_id)
        where not exists (select from chat.emotes where emotes.emote_id = given.emote_id)
    ) then
        perform pg_advisory_xact_lock(hashtextextended('watchtime numbers of emotes', 0));
        insert into chat.emotes (emote_id)
        select given.emote_id
        from unnest(given_ids) as given (emote_id)
        where not exists (select from chat.emotes where emotes.emote_id = given.emote_id);
    end if;
end
$$;

-- One row per channel and minute, partitioned by day (UTC). The state of a minute, never a difference: it is overwritten while
-- the minute is open, and never again after it was closed. A part of each page of a running day is left free, and no index has
-- a column that changes, so that overwriting needs neither a new place nor a new entry in an index: with 15 % free that was so
-- for 96 % of the changes of 90 channels once a second, with 50 % for all, which took half as much disk again. `finish_partition`
-- takes away what is free. Columns of what is rare are null instead of 0: a null takes no place. Widest types first: no gaps.
create table chat.minute_counts (
    minute_at timestamptz not null,
    bits bigint,
    messages integer not null default 0 check (messages >= 0),
    -- distinct authors of `messages`
    chatters integer not null default 0 check (chatters between 0 and messages),
    -- parts of `messages`
    subscriber_messages integer not null default 0,
    first_time_messages integer,
    bot_messages integer,
    emote_only_messages integer,
    command_messages integer,
    -- written in another channel of a shared chat; not among `messages`
    mirrored_messages integer check (mirrored_messages >= 0),
    subs integer,
    gifted_subs integer,
    raid_viewers integer,
    removed_messages integer,
    timeouts integer,
    -- came in this minute, dated in a closed one or more than a minute ahead; in no `messages`
    late_messages integer,
    -- as of Twitch's list of live streams in this minute; null if the channel was not live, or nobody looked
    viewers integer check (viewers >= 0),
    -- the numbers of the five emotes that were used most, most first, and how often; an array would take 21 bytes more
    emote_1 integer,
    emote_2 integer,
    emote_3 integer,
    emote_4 integer,
    emote_5 integer,
    uses_1 integer,
    uses_2 integer,
    uses_3 integer,
    uses_4 integer,
    uses_5 integer,
    -- for so long we heard everything that the server sent
    covered_seconds smallint not null default 0 check (covered_seconds between 0 and 60),
    is_closed boolean not null default false,
    channel_id text collate "C" not null,
    game_id text collate "C",
    primary key (channel_id, minute_at),
    check (num_nulls(emote_1, emote_2, emote_3, emote_4, emote_5) = num_nulls(uses_1, uses_2, uses_3, uses_4, uses_5))
) partition by range (minute_at);

-- Chat by the minute, as the documentation has it. Grain: one row per channel and minute.
create view chat.minutes as
select
    minute_at,
    channel_id,
    messages,
    coalesce(mirrored_messages, 0) as mirrored_messages,
    chatters,
    subscriber_messages,
    coalesce(first_time_messages, 0) as first_time_messages,
    coalesce(bot_messages, 0) as bot_messages,
    coalesce(emote_only_messages, 0) as emote_only_messages,
    coalesce(command_messages, 0) as command_messages,
    coalesce(bits, 0) as bits,
    coalesce(subs, 0) as subs,
    coalesce(gifted_subs, 0) as gifted_subs,
    coalesce(raid_viewers, 0) as raid_viewers,
    coalesce(removed_messages, 0) as removed_messages,
    coalesce(timeouts, 0) as timeouts,
    coalesce(late_messages, 0) as late_messages,
    covered_seconds,
    array(
        select emotes.emote_id
        from unnest(array[emote_1, emote_2, emote_3, emote_4, emote_5]) with ordinality as used (emote_number, place)
        inner join chat.emotes on emotes.emote_number = used.emote_number
        order by used.place
    ) as top_emotes,
    array_remove(array[uses_1, uses_2, uses_3, uses_4, uses_5], null) as top_emote_uses,
    is_closed,
    viewers,
    game_id
from chat.minute_counts;

-- What the closed minutes add to the sums of hours, broadcasts and days: the definitions of these sums. Messages per watch hour
-- are 60 * watched_messages / viewer_minutes, of covered minutes with known viewers only. Grain: one row per channel and minute.
create view chat.counted_minutes as
select
    minutes.*,
    cast(covered.is_covered as integer) as covered_minutes,
    case when covered.is_covered then messages else 0 end as covered_messages,
    case when covered.is_covered and viewers is not null then viewers else 0 end as viewer_minutes,
    case when covered.is_covered and viewers is not null then messages else 0 end as watched_messages
from chat.minutes
cross join lateral (select chat.is_covered(is_closed, covered_seconds) as is_covered) as covered
where is_closed;

-- One row per channel and hour (UTC): the numbers of its emotes, their uses, and the messages with them. After two days the
-- twenty emotes that were used most. Counted from closed minutes.
create table chat.hour_emote_counts (
    channel_id text collate "C" not null,
    hour_at timestamptz not null,
    emote_numbers integer [] not null,
    uses integer [] not null,
    messages integer [] not null,
    primary key (channel_id, hour_at),
    check (cardinality(emote_numbers) = cardinality(uses) and cardinality(uses) = cardinality(messages))
);

-- One row per channel and day of the bot: the same of the fifty emotes that were used most. Kept for good.
create table chat.daily_emote_counts (
    channel_id text collate "C" not null,
    day date not null,
    emote_numbers integer [] not null,
    uses integer [] not null,
    messages integer [] not null,
    primary key (channel_id, day),
    check (cardinality(emote_numbers) = cardinality(uses) and cardinality(uses) = cardinality(messages))
);

-- Emotes by the hour. Grain: one row per channel, hour and emote.
create view chat.hour_emotes as
select
    counts.channel_id,
    counts.hour_at,
    emotes.emote_id,
    used.uses,
    used.messages,
    cast('twitch' as text) collate "C" as source
from chat.hour_emote_counts as counts
cross join lateral unnest(counts.emote_numbers, counts.uses, counts.messages) as used (emote_number, uses, messages)
inner join chat.emotes on emotes.emote_number = used.emote_number;

-- Emotes by the day. Grain: one row per day, channel and emote.
create view chat.daily_emotes as
select
    counts.day,
    counts.channel_id,
    emotes.emote_id,
    used.uses,
    used.messages,
    cast('twitch' as text) collate "C" as source
from chat.daily_emote_counts as counts
cross join lateral unnest(counts.emote_numbers, counts.uses, counts.messages) as used (emote_number, uses, messages)
inner join chat.emotes on emotes.emote_number = used.emote_number;

-- A partition is made apart and then attached: see staging.make_partition.
create or replace function chat.make_partition(for_day date) returns void language plpgsql as $$
declare
    partition text := 'minute_counts_' || to_char(for_day, 'YYYY_MM_DD');
begin
    if to_regclass('chat.' || partition) is not null then
        return;
    end if;
    -- Of two that make the same one at once, the second finds it made.
    perform pg_advisory_xact_lock(hashtextextended('watchtime partitions', 0));
    if not exists (
        select from pg_catalog.pg_class
        where relname = partition and relnamespace = cast('chat' as regnamespace)
    ) then
        execute format('create table chat.%I (like chat.minute_counts including all) with (fillfactor = 85)', partition);
        execute format(
            'alter table chat.minute_counts attach partition chat.%I for values from (%L) to (%L)',
            partition,
            for_day at time zone 'UTC',
            (for_day + 1) at time zone 'UTC'
        );
    end if;
end
$$;

-- The days that have a partition of minutes. `is_finished`: it has no free place left.
drop function chat.days_of_minutes();
create function chat.days_of_minutes() returns table (day date, is_finished boolean) language sql stable as $$
    select
        to_date(right(class.relname, 10), 'YYYY_MM_DD'),
        coalesce('fillfactor=100' = any(class.reloptions), false)
    from pg_catalog.pg_inherits as inherits
    inner join pg_catalog.pg_class as class on class.oid = inherits.inhrelid
    where inherits.inhparent = cast('chat.minute_counts' as regclass)
$$;

-- Rewrite the minutes of a day, channel by channel, without free places. Rows can still be added and changed afterwards.
create function chat.finish_partition(for_day date) returns void language plpgsql as $$
declare
    partition text := 'minute_counts_' || to_char(for_day, 'YYYY_MM_DD');
begin
    execute format('alter table chat.%I set (fillfactor = 100)', partition);
    execute format('alter index chat.%I set (fillfactor = 100)', partition || '_pkey');
    execute format('cluster chat.%I using %I', partition, partition || '_pkey');
end
$$;

create or replace function chat.drop_partition(for_day date) returns void language plpgsql as $$
begin
    execute format('drop table if exists chat.%I', 'minute_counts_' || to_char(for_day, 'YYYY_MM_DD'));
end
$$;

-- The rows that are there.
insert into chat.emotes (emote_id)
select unnest(top_emotes) from chat.plain_minutes
union
select emote_id from chat.plain_hour_emotes
union
select emote_id from chat.plain_daily_emotes;
analyze chat.emotes;

do $$
declare
    a_day date;
    newest date;
begin
    select max(to_date(right(class.relname, 10), 'YYYY_MM_DD')) into newest
    from pg_catalog.pg_inherits as inherits
    inner join pg_catalog.pg_class as class on class.oid = inherits.inhrelid
    where inherits.inhparent = cast('chat.plain_minutes' as regclass);
    for a_day in
        select to_date(right(class.relname, 10), 'YYYY_MM_DD')
        from pg_catalog.pg_inherits as inherits
        inner join pg_catalog.pg_class as class on class.oid = inherits.inhrelid
        where inherits.inhparent = cast('chat.plain_minutes' as regclass)
        order by 1
    loop
        perform chat.make_partition(a_day);
        insert into chat.minute_counts (
            minute_at, bits, messages, chatters, subscriber_messages, first_time_messages, bot_messages,
            emote_only_messages, command_messages, mirrored_messages, subs, gifted_subs, raid_viewers, removed_messages,
            timeouts, late_messages, viewers, emote_1, emote_2, emote_3, emote_4, emote_5, uses_1, uses_2, uses_3,
            uses_4, uses_5, covered_seconds, is_closed, channel_id, game_id
        )
        select
            plain.minute_at,
            nullif(plain.bits, 0),
            plain.messages,
            plain.chatters,
            plain.subscriber_messages,
            nullif(plain.first_time_messages, 0),
            nullif(plain.bot_messages, 0),
            nullif(plain.emote_only_messages, 0),
            nullif(plain.command_messages, 0),
            nullif(plain.mirrored_messages, 0),
            nullif(plain.subs, 0),
            nullif(plain.gifted_subs, 0),
            nullif(plain.raid_viewers, 0),
            nullif(plain.removed_messages, 0),
            nullif(plain.timeouts, 0),
            nullif(plain.late_messages, 0),
            plain.viewers,
            (select emote_number from chat.emotes where emote_id = plain.top_emotes[1]),
            (select emote_number from chat.emotes where emote_id = plain.top_emotes[2]),
            (select emote_number from chat.emotes where emote_id = plain.top_emotes[3]),
            (select emote_number from chat.emotes where emote_id = plain.top_emotes[4]),
            (select emote_number from chat.emotes where emote_id = plain.top_emotes[5]),
            plain.top_emote_uses[1],
            plain.top_emote_uses[2],
            plain.top_emote_uses[3],
            plain.top_emote_uses[4],
            plain.top_emote_uses[5],
            plain.covered_seconds,
            plain.is_closed,
            plain.channel_id,
            plain.game_id
        from chat.plain_minutes as plain
        where plain.minute_at >= a_day at time zone 'UTC' and plain.minute_at < (a_day + 1) at time zone 'UTC';
        if a_day < newest then
            perform chat.finish_partition(a_day);
        end if;
    end loop;
end
$$;

insert into chat.hour_emote_counts (channel_id, hour_at, emote_numbers, uses, messages)
select
    plain.channel_id,
    plain.hour_at,
    array_agg(emotes.emote_number order by emotes.emote_number),
    array_agg(plain.uses order by emotes.emote_number),
    array_agg(plain.messages order by emotes.emote_number)
from chat.plain_hour_emotes as plain
inner join chat.emotes on emotes.emote_id = plain.emote_id
group by plain.channel_id, plain.hour_at;

insert into chat.daily_emote_counts (channel_id, day, emote_numbers, uses, messages)
select
    plain.channel_id,
    plain.day,
    array_agg(emotes.emote_number order by emotes.emote_number),
    array_agg(plain.uses order by emotes.emote_number),
    array_agg(plain.messages order by emotes.emote_number)
from chat.plain_daily_emotes as plain
inner join chat.emotes on emotes.emote_id = plain.emote_id
group by plain.channel_id, plain.day;

drop table chat.plain_minutes;
drop table chat.plain_hour_emotes;
drop table chat.plain_daily_emotes;

do $$
declare
    described record;
begin
    for described in select * from pg_temp.chat_comments loop
        execute format('comment on view chat.%I is %L', described.relation, described.meaning_of_all);
        execute format(
            'comment on column chat.%I.%I is %L', described.relation, described.column_name, nullif(described.meaning, '')
        );
    end loop;
end
$$;
comment on table chat.emotes is 'Numbers of emotes in the tables minute_counts, hour_emote_counts and daily_emote_counts.';
comment on table chat.minute_counts is 'What the view minutes is made of.';
comment on table chat.hour_emote_counts is 'What the view hour_emotes is made of.';
comment on table chat.daily_emote_counts is 'What the view daily_emotes is made of.';

-- A role that exists does not have to be made again.
do $$
declare
    role text;
begin
    for role in
        select distinct grantee from information_schema.role_table_grants
        where table_schema = 'public' and table_name = 'hourly_games' and grantee not in (grantor, 'PUBLIC')
    loop
        perform chat.grant_to_reader(role);
    end loop;
end
$$;

-- migrate:down

create temporary table chat_comments on commit drop as
select
    class.relname as relation,
    class.relkind as kind,
    columns.attname as column_name,
    coalesce(col_description(class.oid, columns.attnum), '') as meaning,
    obj_description(class.oid, 'pg_class') as meaning_of_all
from pg_catalog.pg_class as class
inner join pg_catalog.pg_attribute as columns on columns.attrelid = class.oid and columns.attnum > 0
where
    class.relnamespace = cast('chat' as regnamespace)
    and class.relname in ('minutes', 'counted_minutes', 'hour_emotes', 'daily_emotes');

create table chat.plain_minutes (
    minute_at timestamptz not null,
    channel_id text collate "C" not null,
    messages integer not null default 0 check (messages >= 0),
    mirrored_messages integer not null default 0 check (mirrored_messages >= 0),
    chatters integer not null default 0 check (chatters between 0 and messages),
    subscriber_messages integer not null default 0,
    first_time_messages integer not null default 0,
    bot_messages integer not null default 0,
    emote_only_messages integer not null default 0,
    command_messages integer not null default 0,
    bits bigint not null default 0,
    subs integer not null default 0,
    gifted_subs integer not null default 0,
    raid_viewers integer not null default 0,
    removed_messages integer not null default 0,
    timeouts integer not null default 0,
    late_messages integer not null default 0,
    covered_seconds smallint not null default 0 check (covered_seconds between 0 and 60),
    top_emotes text [] not null default '{}',
    top_emote_uses integer [] not null default '{}',
    is_closed boolean not null default false,
    viewers integer check (viewers >= 0),
    game_id text collate "C",
    primary key (channel_id, minute_at),
    check (cardinality(top_emotes) = cardinality(top_emote_uses))
) partition by range (minute_at);
create table chat.plain_hour_emotes (
    channel_id text collate "C" not null,
    hour_at timestamptz not null,
    emote_id text collate "C" not null,
    uses integer not null,
    messages integer not null,
    source text collate "C" not null default 'twitch',
    primary key (channel_id, hour_at, emote_id)
);
create table chat.plain_daily_emotes (
    day date not null,
    channel_id text collate "C" not null,
    emote_id text collate "C" not null,
    uses integer not null,
    messages integer not null,
    source text collate "C" not null,
    primary key (channel_id, day, emote_id)
);

create or replace function chat.make_partition(for_day date) returns void language plpgsql as $$
declare
    partition text := 'minutes_' || to_char(for_day, 'YYYY_MM_DD');
begin
    if to_regclass('chat.' || partition) is not null then
        return;
    end if;
    -- Of two that make the same one at once, the second finds it made.
    perform pg_advisory_xact_lock(hashtextextended('watchtime partitions', 0));
    if not exists (
        select from pg_catalog.pg_class
        where relname = partition and relnamespace = cast('chat' as regnamespace)
    ) then
        execute format('create table chat.%I (like chat.minutes including all) with (fillfactor = 50)', partition);
        execute format(
            'alter table chat.minutes attach partition chat.%I for values from (%L) to (%L)',
            partition,
            for_day at time zone 'UTC',
            (for_day + 1) at time zone 'UTC'
        );
    end if;
end
$$;
create or replace function chat.drop_partition(for_day date) returns void language plpgsql as $$
begin
    execute format('drop table if exists chat.%I', 'minutes_' || to_char(for_day, 'YYYY_MM_DD'));
end
$$;

do $$
declare
    a_day date;
    partition text;
begin
    for a_day in select day from chat.days_of_minutes() loop
        partition := 'minutes_' || to_char(a_day, 'YYYY_MM_DD');
        execute format('create table chat.%I (like chat.plain_minutes including all) with (fillfactor = 50)', partition);
        execute format(
            'alter table chat.plain_minutes attach partition chat.%I for values from (%L) to (%L)',
            partition,
            a_day at time zone 'UTC',
            (a_day + 1) at time zone 'UTC'
        );
    end loop;
end
$$;
insert into chat.plain_minutes select * from chat.minutes;
insert into chat.plain_hour_emotes select * from chat.hour_emotes;
insert into chat.plain_daily_emotes select * from chat.daily_emotes;

drop view chat.counted_minutes;
drop view chat.minutes;
drop view chat.hour_emotes;
drop view chat.daily_emotes;
drop table chat.minute_counts;
drop table chat.hour_emote_counts;
drop table chat.daily_emote_counts;
drop table chat.emotes;
drop function chat.finish_partition(date);
drop function chat.number_emotes(text []);
drop function chat.days_of_minutes();
alter table chat.plain_minutes rename to minutes;
alter table chat.plain_hour_emotes rename to hour_emotes;
alter table chat.plain_daily_emotes rename to daily_emotes;
create function chat.days_of_minutes() returns table (day date) language sql stable as $$
    select to_date(substr(class.relname, 9), 'YYYY_MM_DD')
    from pg_catalog.pg_inherits as inherits
    inner join pg_catalog.pg_class as class on class.oid = inherits.inhrelid
    where inherits.inhparent = cast('chat.minutes' as regclass)
$$;
create view chat.counted_minutes as
select
    minutes.*,
    cast(covered.is_covered as integer) as covered_minutes,
    case when covered.is_covered then messages else 0 end as covered_messages,
    case when covered.is_covered and viewers is not null then viewers else 0 end as viewer_minutes,
    case when covered.is_covered and viewers is not null then messages else 0 end as watched_messages
from chat.minutes
cross join lateral (select chat.is_covered(is_closed, covered_seconds) as is_covered) as covered
where is_closed;

do $$
declare
    described record;
begin
    for described in select * from pg_temp.chat_comments loop
        execute format(
            'comment on %s chat.%I is %L',
            case when described.relation = 'counted_minutes' then 'view' else 'table' end,
            described.relation,
            described.meaning_of_all
        );
        execute format(
            'comment on column chat.%I.%I is %L', described.relation, described.column_name, nullif(described.meaning, '')
        );
    end loop;
end
$$;
do $$
declare
    role text;
begin
    for role in
        select distinct grantee from information_schema.role_table_grants
        where table_schema = 'public' and table_name = 'hourly_games' and grantee not in (grantor, 'PUBLIC')
    loop
        perform chat.grant_to_reader(role);
    end loop;
end
$$;
