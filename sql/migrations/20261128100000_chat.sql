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
    asked_at timestamptz not null,
    state_at timestamptz not null,
    -- at the last look at the live streams; null before the first
    looked_at timestamptz,
    last_live_at timestamptz,
    check ((state = 'refused') = (reason <> ''))
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

-- migrate:down

drop schema chat cascade;
