-- migrate:up

-- Twitch's chat, in numbers: no text, no name of a chatter, and nothing from which one could be found.
create schema chat;

-- One row per channel whose chat is followed.
create table chat.channels (
    channel_id text collate "C" primary key,
    login text collate "C" not null unique check (login ~ '^[a-z0-9_]{1,25}$'),
    state text collate "C" not null check (state in ('wanted', 'joining', 'joined', 'refused', 'parted')),
    -- why it is refused; one of the listener's own words or a code of Twitch
    reason text collate "C" not null default '',
    asked_by text collate "C" not null default 'operator' check (asked_by in ('operator', 'visitor')),
    asked_at timestamptz not null,
    state_at timestamptz not null,
    -- a visitor's channel is followed until then: a week after it was viewed last; null: pinned
    expires_at timestamptz,
    last_viewed_at timestamptz,
    -- at the last look at the live streams; null before the first
    looked_at timestamptz,
    last_live_at timestamptz,
    check ((state = 'refused') = (reason <> '')),
    check ((asked_by = 'visitor') = (expires_at is not null))
);

-- One row per channel and minute, partitioned by day (UTC). The state of a minute, never a difference: it is overwritten while
-- the minute is open, and never again after it was closed. Half of each page is left free, and no index has a column that
-- changes, so that overwriting needs neither a new place nor a new entry in an index.
create table chat.minutes (
    minute_at timestamptz not null,
    channel_id text collate "C" not null,
    messages integer not null default 0 check (messages >= 0),
    -- written in another channel of a shared chat; not among `messages`
    mirrored_messages integer not null default 0 check (mirrored_messages >= 0),
    -- distinct authors of `messages`
    chatters integer not null default 0 check (chatters between 0 and messages),
    -- parts of `messages`
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
    -- came in this minute, dated in a closed one or more than a minute ahead; in no `messages`
    late_messages integer not null default 0,
    -- for so long we heard everything that the server sent
    covered_seconds smallint not null default 0 check (covered_seconds between 0 and 60),
    -- the five emotes that were used most, most first, and how often
    top_emotes text [] not null default '{}',
    top_emote_uses integer [] not null default '{}',
    is_closed boolean not null default false,
    -- as of Twitch's list of live streams in this minute; null if the channel was not live, or nobody looked
    viewers integer check (viewers >= 0),
    game_id text collate "C",
    primary key (channel_id, minute_at),
    check (cardinality(top_emotes) = cardinality(top_emote_uses))
) partition by range (minute_at);

-- Whether everything was heard that the server sent in a minute: only such minutes are compared with viewers and with other
-- minutes.
create function chat.is_covered(is_closed boolean, covered_seconds smallint) returns boolean
language sql immutable parallel safe as $$ select is_closed and covered_seconds = 60 $$;

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

-- The sums of an hour, a broadcast or a day, of closed minutes.
create table chat.sums (
    messages bigint not null,
    mirrored_messages bigint not null,
    subscriber_messages bigint not null,
    first_time_messages bigint not null,
    bot_messages bigint not null,
    emote_only_messages bigint not null,
    command_messages bigint not null,
    bits bigint not null,
    subs bigint not null,
    gifted_subs bigint not null,
    raid_viewers bigint not null,
    removed_messages bigint not null,
    timeouts bigint not null,
    late_messages bigint not null,
    -- minutes in which we were in the chat, and those of them that were heard whole
    minutes integer not null,
    covered_minutes integer not null,
    -- most messages of a covered minute
    peak_messages integer not null,
    -- the sums of viewers and of messages over the covered minutes whose viewers are known
    viewer_minutes bigint not null,
    watched_messages bigint not null
);

-- One row per channel and hour (UTC).
create table chat.hours (
    channel_id text collate "C" not null,
    hour_at timestamptz not null,
    like chat.sums,
    -- distinct authors, about: by the sketch, from which no author can be found, but with the key whether one was there
    chatters integer not null default 0,
    -- kept for as long as the minutes
    chatters_sketch bytea,
    primary key (channel_id, hour_at)
);

-- One row per channel, hour (UTC) and emote; after a day the twenty that were used most. Counted from closed minutes.
create table chat.hour_emotes (
    channel_id text collate "C" not null,
    hour_at timestamptz not null,
    emote_id text collate "C" not null,
    uses integer not null,
    -- messages with the emote
    messages integer not null,
    -- who offers the emote
    source text collate "C" not null default 'twitch',
    primary key (channel_id, hour_at, emote_id)
);

-- One row per broadcast, by Twitch's id of the stream, from when we saw it live.
create table chat.broadcasts (
    stream_id text collate "C" primary key,
    channel_id text collate "C" not null,
    started_at timestamptz not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    like chat.sums,
    chatters integer not null default 0,
    -- summed up after its end; it does not change any more
    is_final boolean not null default false
);
create index broadcasts_of_channel on chat.broadcasts (channel_id, started_at);
create index open_broadcasts on chat.broadcasts (last_seen_at) where not is_final;

-- One row per day of the bot and channel. Kept for good.
create table chat.daily_chats (
    day date not null,
    channel_id text collate "C" not null,
    like chat.sums,
    chatters integer not null default 0,
    primary key (channel_id, day)
);
create index daily_chats_by_day on chat.daily_chats (day);

-- One row per day of the bot, channel and emote: the fifty that were used most. Kept for good.
create table chat.daily_emotes (
    day date not null,
    channel_id text collate "C" not null,
    emote_id text collate "C" not null,
    uses integer not null,
    messages integer not null,
    source text collate "C" not null,
    primary key (channel_id, day, emote_id)
);

-- One row per hype moment: the definition is in bot/chat/moments.py.
create table chat.moments (
    channel_id text collate "C" not null,
    starts_at timestamptz not null,
    minutes integer not null check (minutes > 0),
    -- messages of its busiest minute, and how many times as many as usual that is
    peak_messages integer not null,
    times_usual double precision not null,
    kind text collate "C" not null check (kind in ('hype', 'raid', 'subs')),
    top_emotes text [] not null default '{}',
    primary key (channel_id, starts_at)
);
create index moments_by_time on chat.moments (starts_at);

-- It was only the pattern of the others.
drop table chat.sums;

-- What people ask for on the dashboard; the bot answers within seconds. One row per channel and kind.
create table chat.requests (
    login text collate "C" not null check (login ~ '^[a-z0-9_]{1,25}$'),
    kind text collate "C" not null check (kind in ('follow', 'leave', 'view')),
    -- owner: with WEB_TOKEN; otherwise a hash of the address, with a key that only the running dashboard has
    asked_by text collate "C" not null,
    asked_at timestamptz not null,
    is_done boolean not null default false,
    -- why it was not done
    answer text collate "C" not null default '',
    primary key (login, kind)
);

-- What the dashboard may ask for: one row, written by the bot from its settings.
create table chat.choice (
    only_row boolean primary key default true check (only_row),
    is_on boolean not null,
    is_open boolean not null,
    most_channels integer not null
);

-- Ask the bot to follow a channel or to leave it, or note that its page is viewed: one row, within the limits. The only
-- thing that the dashboard's role can write. Returns 'ok', or why nothing was written.
create function chat.ask(a_login text, a_kind text, asker text, at timestamptz) returns text
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    allowed chat.choice;
    recent integer;
    others integer;
begin
    select * into allowed from chat.choice;
    if not found or not allowed.is_on then
        return 'off';
    end if;
    if a_login !~ '^[a-z0-9_]{1,25}$' or a_kind not in ('follow', 'leave', 'view') or length(asker) > 40 then
        return 'invalid';
    end if;
    perform pg_advisory_xact_lock(hashtextextended('watchtime chat requests', 0));
    if a_kind = 'view' then
        if not exists (select from chat.channels where login = a_login) then
            return 'unknown';
        end if;
    elsif asker <> 'owner' then
        select count(*) into recent from chat.requests where asked_by = asker and asked_at > at - interval '1 day';
        select count(*) into others from (
            select login from chat.channels
            union
            select login from chat.requests where kind = 'follow' and not is_done
        ) as wanted
        where login <> a_login;
        if not allowed.is_open or a_kind <> 'follow' then
            return 'closed';
        elsif exists (select from chat.channels where login = a_login) then
            return 'ok';
        elsif recent >= 3 then
            return 'too_many';
        elsif others >= allowed.most_channels then
            return 'full';
        end if;
    end if;
    if (select count(*) from chat.requests) >= 1000 then
        return 'full';
    end if;
    insert into chat.requests (login, kind, asked_by, asked_at)
    values (a_login, a_kind, asker, at)
    on conflict (login, kind) do update
    set asked_by = excluded.asked_by, asked_at = excluded.asked_at, is_done = false, answer = '';
    return 'ok';
end
$$;
revoke all on function chat.ask(text, text, text, timestamptz) from public;

-- How far each journal is counted. One row per journal (a file of a listener).
create table chat.cursors (
    journal_id text collate "C" primary key,
    -- every batch up to this one is in closed minutes only
    seq bigint not null check (seq >= 0),
    -- every minute before this instant is closed
    closed_until timestamptz not null,
    moved_at timestamptz not null
);

-- Who does not want to be counted. One row per channel, by its id, or chatter, by a hash of theirs with this installation's
-- key.
create table chat.opt_outs (
    kind text collate "C" not null check (kind in ('channel', 'chatter')),
    id text collate "C" not null,
    since timestamptz not null,
    primary key (kind, id)
);

-- A partition is made apart and then attached: see staging.make_partition.
create function chat.make_partition(for_day date) returns void language plpgsql as $$
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

-- The days that have a partition of minutes.
create function chat.days_of_minutes() returns table (day date) language sql stable as $$
    select to_date(substr(class.relname, 9), 'YYYY_MM_DD')
    from pg_catalog.pg_inherits as inherits
    inner join pg_catalog.pg_class as class on class.oid = inherits.inhrelid
    where inherits.inhparent = cast('chat.minutes' as regclass)
$$;

create function chat.drop_partition(for_day date) returns void language plpgsql as $$
begin
    execute format('drop table if exists chat.%I', 'minutes_' || to_char(for_day, 'YYYY_MM_DD'));
end
$$;

-- For people who read the tables with tools of their own.
comment on table chat.channels is 'Followed channels: one row per channel.';
comment on table chat.minutes is 'Chat by the minute: one row per channel and minute.';
comment on table chat.hours is 'Chat by the hour: one row per channel and hour.';
comment on table chat.hour_emotes is 'Emotes by the hour: one row per channel, hour and emote.';
comment on table chat.broadcasts is 'Chat of broadcasts: one row per stream of Twitch.';
comment on table chat.daily_chats is 'Chat by the day: one row per day and channel.';
comment on table chat.daily_emotes is 'Emotes by the day: one row per day, channel and emote.';
comment on table chat.moments is 'Hype moments: one row per moment.';
comment on view chat.counted_minutes is 'Closed minutes with what they add to sums: one row per channel and minute.';
do $$
declare
    described record;
begin
    for described in
        select columns.table_name, columns.column_name, meanings.meaning
        from (
            values
            ('channel_id', 'Twitch''s id of the channel, which is that of its streamer.'),
            ('minute_at', 'Start of the minute, UTC.'),
            ('hour_at', 'Start of the hour, UTC.'),
            ('day', 'Day of the bot, named after the date on which it starts.'),
            ('messages', 'Messages written in this channel, each once, bots included; without those of a shared chat from other channels.'),
            ('mirrored_messages', 'Messages of a shared chat from other channels; not among messages.'),
            ('chatters', 'Distinct authors of messages: exact in minutes, about in hours, broadcasts and days.'),
            ('subscriber_messages', 'Part of messages: by subscribers of the channel.'),
            ('first_time_messages', 'Part of messages: somebody''s first in this channel.'),
            ('bot_messages', 'Part of messages: by known bots, and accounts with the badge of a bot.'),
            ('emote_only_messages', 'Part of messages: only emotes.'),
            ('command_messages', 'Part of messages: beginning with an exclamation mark.'),
            ('bits', 'Bits in messages.'),
            ('subs', 'Subscriptions and renewals.'),
            ('gifted_subs', 'Subscriptions given away, each counted once.'),
            ('raid_viewers', 'Viewers that came with raids.'),
            ('removed_messages', 'Messages that moderators removed; messages contains them.'),
            ('timeouts', 'Chatters who were timed out or banned.'),
            ('late_messages', 'Messages that came in this time and were dated in a closed minute, or more than a minute ahead; in no messages.'),
            ('covered_seconds', 'Seconds for which everything was heard that the server sent.'),
            ('viewers', 'Viewers by Twitch''s list of live streams; null if not live or not known.'),
            ('game_id', 'Twitch''s id of the category.'),
            ('top_emotes', 'Ids of the five emotes used most, most first.'),
            ('top_emote_uses', 'Uses of these emotes.'),
            ('is_closed', 'The minute does not change any more.'),
            ('minutes', 'Minutes in which we were in the chat; of a moment: from its first to its last.'),
            ('covered_minutes', 'Of these, the minutes that were heard whole.'),
            ('peak_messages', 'Most messages of a minute that was heard whole.'),
            ('viewer_minutes', 'Sum of the viewers of the covered minutes whose viewers are known.'),
            ('watched_messages', 'Messages of these minutes: messages per hour watched are 60 * watched_messages / viewer_minutes.'),
            ('emote_id', 'Twitch''s id of the emote.'),
            ('uses', 'Number of uses.'),
            ('source', 'Who offers the emote.'),
            ('stream_id', 'Twitch''s id of the stream.'),
            ('started_at', 'Start of the stream as Twitch reports it, UTC.'),
            ('first_seen_at', 'When we saw it live first, UTC.'),
            ('last_seen_at', 'When we saw it live last, UTC.'),
            ('is_final', 'It is over and does not change any more.'),
            ('starts_at', 'Its first minute, UTC.'),
            ('times_usual', 'How many times the median of the 15 covered minutes before its busiest minute has.'),
            ('kind', 'hype, or raid or subs if such a notice came at most two minutes before.'),
            ('login', 'Present login of the channel.'),
            ('state', 'wanted, joining, joined, refused or parted.'),
            ('reason', 'Why it is refused.'),
            ('covered_messages', 'Messages of the minute if it was heard whole, else 0.')
        ) as meanings (column_name, meaning)
        inner join information_schema.columns
            on columns.table_schema = 'chat' and columns.column_name = meanings.column_name
        where columns.table_name in ('channels', 'minutes', 'hours', 'hour_emotes', 'broadcasts', 'daily_chats', 'daily_emotes', 'moments', 'counted_minutes')
    loop
        execute format('comment on column chat.%I.%I is %L', described.table_name, described.column_name, described.meaning);
    end loop;
end
$$;

-- The read-only role reads the numbers, and may call the function above.
do $$
begin
    execute replace(
        pg_get_functiondef('make_reader(text, text)'::regprocedure),
        '    execute format(''grant select on all tables in schema curated to %I'', role);',
        '    execute format(''grant select on all tables in schema curated to %I'', role);
    perform chat.grant_to_reader(role);'
    );
end
$$;

create function chat.grant_to_reader(role text) returns void language plpgsql as $$
begin
    execute format('revoke all on all tables in schema chat from %I', role);
    execute format('grant usage on schema chat to %I', role);
    execute format(
        'grant select on chat.channels, chat.minutes, chat.counted_minutes, chat.hours, chat.hour_emotes, chat.broadcasts,'
        ' chat.daily_chats, chat.daily_emotes, chat.moments, chat.choice to %I',
        role
    );
    execute format('grant select (login, kind, asked_at, is_done, answer) on chat.requests to %I', role);
    execute format('grant execute on function chat.ask(text, text, text, timestamptz) to %I', role);
end
$$;

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

do $$
begin
    execute replace(
        pg_get_functiondef('make_reader(text, text)'::regprocedure),
        '
    perform chat.grant_to_reader(role);',
        ''
    );
end
$$;
drop schema chat cascade;
