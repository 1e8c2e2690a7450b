-- Written by `make schema` from sql/migrations, for reading. A test keeps the two equal.
CREATE SCHEMA chat;

CREATE SCHEMA curated;

COMMENT ON SCHEMA curated IS 'Twitch Watch Time: views for analysts, with a comment on each column. Hours are decimal hours, instants are UTC, shares are from 0 to 1, ids are text.';

CREATE SCHEMA staging;

CREATE FUNCTION chat.ask(a_login text, a_kind text, asker text, at timestamp with time zone) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $_$
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
$_$;

CREATE FUNCTION chat.days_of_minutes() RETURNS TABLE(day date, is_finished boolean)
    LANGUAGE sql STABLE
    AS $$
    select
        to_date(right(class.relname, 10), 'YYYY_MM_DD'),
        coalesce('fillfactor=100' = any(class.reloptions), false)
    from pg_catalog.pg_inherits as inherits
    inner join pg_catalog.pg_class as class on class.oid = inherits.inhrelid
    where inherits.inhparent = cast('chat.minute_counts' as regclass)
$$;

CREATE FUNCTION chat.drop_partition(for_day date) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    execute format('drop table if exists chat.%I', 'minute_counts_' || to_char(for_day, 'YYYY_MM_DD'));
end
$$;

CREATE FUNCTION chat.emote_codes(ids text[]) RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    select coalesce(string_agg(coalesce(emote_names.code, given.id), ' ' order by given.place), '')
    from unnest(ids) with ordinality as given (id, place)
    left join chat.emote_names on emote_names.emote_id = given.id
$$;

CREATE FUNCTION chat.finish_partition(for_day date) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    partition text := 'minute_counts_' || to_char(for_day, 'YYYY_MM_DD');
begin
    execute format('alter table chat.%I set (fillfactor = 100)', partition);
    execute format('alter index chat.%I set (fillfactor = 100)', partition || '_pkey');
    execute format('cluster chat.%I using %I', partition, partition || '_pkey');
end
$$;

CREATE FUNCTION chat.grant_to_reader(role text) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    execute format('revoke all on all tables in schema chat from %I', role);
    execute format('grant usage on schema chat to %I', role);
    execute format(
        'grant select on chat.channels, chat.minutes, chat.counted_minutes, chat.hours, chat.hour_emotes, chat.broadcasts,'
        ' chat.daily_chats, chat.daily_emotes, chat.moments, chat.choice, chat.emote_names, chat.nodes to %I',
        role
    );
    execute format('grant select (login, kind, asked_at, is_done, answer) on chat.requests to %I', role);
    execute format('grant execute on function chat.ask(text, text, text, timestamptz) to %I', role);
end
$$;

CREATE FUNCTION chat.is_covered(is_closed boolean, covered_seconds smallint) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ select is_closed and covered_seconds = 60 $$;

CREATE FUNCTION chat.is_wanted(last_live_at timestamp with time zone, looked_at timestamp with time zone, now_at timestamp with time zone) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select coalesce(last_live_at, '-infinity') > now_at - interval '10 minutes'
        or coalesce(looked_at, '-infinity') <= now_at - interval '10 minutes'
$$;

CREATE FUNCTION chat.make_partition(for_day date) RETURNS void
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION chat.number_emotes(given_ids text[]) RETURNS void
    LANGUAGE plpgsql
    AS $$
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

CREATE FUNCTION chat.sums_of(a_channel_id text, from_at timestamp with time zone, until_at timestamp with time zone, by_hours boolean) RETURNS TABLE(messages bigint, mirrored_messages bigint, subscriber_messages bigint, first_time_messages bigint, bot_messages bigint, emote_only_messages bigint, command_messages bigint, bits bigint, subs bigint, gifted_subs bigint, raid_viewers bigint, removed_messages bigint, timeouts bigint, late_messages bigint, minutes integer, covered_minutes integer, peak_messages integer, viewer_minutes bigint, watched_messages bigint)
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    with whole as (
        select
            case when by_hours and first_at < end_at then first_at else until_at end as first_at,
            case when by_hours and first_at < end_at then end_at else until_at end as end_at
        from (
            select
                date_bin('1 hour', from_at + interval '59 minutes 59.999999 seconds', '2000-01-01 00:00+00') as first_at,
                date_bin('1 hour', until_at, '2000-01-01 00:00+00') as end_at
        ) as rounded
    ),

    parts as (
        select
            hours.messages,
            hours.mirrored_messages,
            hours.subscriber_messages,
            hours.first_time_messages,
            hours.bot_messages,
            hours.emote_only_messages,
            hours.command_messages,
            hours.bits,
            hours.subs,
            hours.gifted_subs,
            hours.raid_viewers,
            hours.removed_messages,
            hours.timeouts,
            hours.late_messages,
            hours.minutes,
            hours.covered_minutes,
            hours.peak_messages,
            hours.viewer_minutes,
            hours.watched_messages
        from chat.hours
        where
            hours.channel_id = a_channel_id
            and hours.hour_at >= (select first_at from whole)
            and hours.hour_at < (select end_at from whole)
        union all
        select
            counted.messages,
            counted.mirrored_messages,
            counted.subscriber_messages,
            counted.first_time_messages,
            counted.bot_messages,
            counted.emote_only_messages,
            counted.command_messages,
            counted.bits,
            counted.subs,
            counted.gifted_subs,
            counted.raid_viewers,
            counted.removed_messages,
            counted.timeouts,
            counted.late_messages,
            1,
            counted.covered_minutes,
            counted.covered_messages,
            counted.viewer_minutes,
            counted.watched_messages
        from chat.counted_minutes as counted
        where
            counted.channel_id = a_channel_id
            and counted.minute_at >= from_at
            and counted.minute_at < (select first_at from whole)
        union all
        select
            counted.messages,
            counted.mirrored_messages,
            counted.subscriber_messages,
            counted.first_time_messages,
            counted.bot_messages,
            counted.emote_only_messages,
            counted.command_messages,
            counted.bits,
            counted.subs,
            counted.gifted_subs,
            counted.raid_viewers,
            counted.removed_messages,
            counted.timeouts,
            counted.late_messages,
            1,
            counted.covered_minutes,
            counted.covered_messages,
            counted.viewer_minutes,
            counted.watched_messages
        from chat.counted_minutes as counted
        where
            counted.channel_id = a_channel_id
            and counted.minute_at >= (select end_at from whole)
            and counted.minute_at < until_at
    )

    select
        cast(sum(parts.messages) as bigint),
        cast(sum(parts.mirrored_messages) as bigint),
        cast(sum(parts.subscriber_messages) as bigint),
        cast(sum(parts.first_time_messages) as bigint),
        cast(sum(parts.bot_messages) as bigint),
        cast(sum(parts.emote_only_messages) as bigint),
        cast(sum(parts.command_messages) as bigint),
        cast(sum(parts.bits) as bigint),
        cast(sum(parts.subs) as bigint),
        cast(sum(parts.gifted_subs) as bigint),
        cast(sum(parts.raid_viewers) as bigint),
        cast(sum(parts.removed_messages) as bigint),
        cast(sum(parts.timeouts) as bigint),
        cast(sum(parts.late_messages) as bigint),
        cast(sum(parts.minutes) as integer),
        cast(sum(parts.covered_minutes) as integer),
        cast(max(parts.peak_messages) as integer),
        cast(sum(parts.viewer_minutes) as bigint),
        cast(sum(parts.watched_messages) as bigint)
    from parts
$$;

CREATE FUNCTION public.epoch_ms(at timestamp with time zone) RETURNS bigint
    LANGUAGE sql STABLE PARALLEL SAFE
    AS $$
    select cast(floor(1000 * extract(epoch from at)) as bigint)
$$;

CREATE FUNCTION public.hours_of(half_ms numeric) RETURNS double precision
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$
    select cast(half_ms as double precision) / 7200000
$$;

CREATE FUNCTION public.limit_reader(role text) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    execute format('alter role %I set work_mem = %L', role, '4MB');
    execute format('alter role %I set hash_mem_multiplier = 1', role);
    execute format('alter role %I set max_parallel_workers_per_gather = 0', role);
    execute format('alter role %I set jit = off', role);
end
$$;

CREATE FUNCTION public.make_reader(role text, password text) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    perform pg_advisory_xact_lock(hashtextextended('watchtime reader', 0));
    if not exists (select from pg_catalog.pg_roles where rolname = role) then
        execute format('create role %I', role);
    end if;
    execute format(
        'alter role %I login nocreatedb nocreaterole noinherit connection limit 20 password %L', role, nullif(password, '')
    );
    execute format('alter role %I set default_transaction_read_only = on', role);
    execute format('revoke all on all tables in schema public, staging, curated from %I', role);
    execute format('grant usage on schema public, staging, curated to %I', role);
    execute format('grant select on all tables in schema curated to %I', role);
    perform chat.grant_to_reader(role);
    execute format(
        'grant select on daily_release_ages, daily_classes, daily_game_modes, daily_genres, daily_themes, game_classes, game_matches, genre_days, hourly_genres, igdb_classes, igdb_game_modes, igdb_games, igdb_games_game_modes, igdb_games_genres, igdb_games_themes, igdb_genres, igdb_themes, addresses, daily_game_languages, daily_games, daily_languages, daily_leaders,'
        ' daily_streamer_games, daily_streamers, daily_streams, days, draws, game_aliases, games, hourly_games, hours,'
        ' monthly_games, monthly_streamer_games, monthly_streamers, months, names, pictures, schema_migrations,'
        ' streamer_ranks, streamers, staging.games, staging.languages, staging.polls, staging.streams to %I',
        role
    );
    execute format(
        'grant select (post_id, kind, day, text, chart, alt_text, status, reason, created_at, next_try_at, due_since, x_id,'
        ' sent_at, is_private) on posts to %I',
        role
    );
    execute format('grant select (name, x_id) on cursors to %I', role);
    execute format('grant select (cause, until, since) on x_pauses to %I', role);
end
$$;

CREATE FUNCTION public.names_are_not_keyed() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
begin
    new.are_names_keyed := false;
    return new;
end
$$;

CREATE FUNCTION public.same_games(of_game text) RETURNS text[]
    LANGUAGE sql STABLE
    AS $$
    select array_agg(ids.game_id)
    from (
        select same.game_id from public.games as named
        inner join public.games as same on same.name_key = named.name_key
        where named.game_id = of_game and named.game_id <> '' and same.game_id <> ''
        union
        select of_game
    ) as ids
$$;

CREATE FUNCTION staging.days_of_streams() RETURNS SETOF date
    LANGUAGE sql STABLE
    AS $_$
    select to_date(substring(pg_class.relname from '^streams_(\d{4}_\d{2}_\d{2})$'), 'YYYY_MM_DD')
    from pg_catalog.pg_inherits
    inner join pg_catalog.pg_class on pg_class.oid = pg_inherits.inhrelid
    where pg_inherits.inhparent = cast('staging.streams' as regclass)
$_$;

CREATE FUNCTION staging.drop_partition(of_day date) RETURNS void
    LANGUAGE plpgsql
    AS $$
begin
    execute format('drop table if exists staging.%I', 'streams_' || to_char(of_day, 'YYYY_MM_DD'));
end
$$;

CREATE FUNCTION staging.make_partition(for_day date) RETURNS void
    LANGUAGE plpgsql
    AS $$
declare
    partition text := 'streams_' || to_char(for_day, 'YYYY_MM_DD');
begin
    if to_regclass('staging.' || partition) is not null then
        return;
    end if;
    -- Of two that make the same one at once, the second finds it made.
    perform pg_advisory_xact_lock(hashtextextended('watchtime partitions', 0));
    -- Looked up in the catalog itself: what to_regclass has found a moment ago is remembered.
    if not exists (
        select from pg_catalog.pg_class
        where relname = partition and relnamespace = cast('staging' as regnamespace)
    ) then
        execute format('create table staging.%I (like staging.streams including all)', partition);
        execute format('alter table staging.streams attach partition staging.%I for values in (%L)', partition, for_day);
    end if;
end
$$;

CREATE TABLE chat.broadcasts (
    stream_id text NOT NULL COLLATE pg_catalog."C",
    channel_id text NOT NULL COLLATE pg_catalog."C",
    started_at timestamp with time zone NOT NULL,
    first_seen_at timestamp with time zone NOT NULL,
    last_seen_at timestamp with time zone NOT NULL,
    messages bigint CONSTRAINT sums_messages_not_null NOT NULL,
    mirrored_messages bigint CONSTRAINT sums_mirrored_messages_not_null NOT NULL,
    subscriber_messages bigint CONSTRAINT sums_subscriber_messages_not_null NOT NULL,
    first_time_messages bigint CONSTRAINT sums_first_time_messages_not_null NOT NULL,
    bot_messages bigint CONSTRAINT sums_bot_messages_not_null NOT NULL,
    emote_only_messages bigint CONSTRAINT sums_emote_only_messages_not_null NOT NULL,
    command_messages bigint CONSTRAINT sums_command_messages_not_null NOT NULL,
    bits bigint CONSTRAINT sums_bits_not_null NOT NULL,
    subs bigint CONSTRAINT sums_subs_not_null NOT NULL,
    gifted_subs bigint CONSTRAINT sums_gifted_subs_not_null NOT NULL,
    raid_viewers bigint CONSTRAINT sums_raid_viewers_not_null NOT NULL,
    removed_messages bigint CONSTRAINT sums_removed_messages_not_null NOT NULL,
    timeouts bigint CONSTRAINT sums_timeouts_not_null NOT NULL,
    late_messages bigint CONSTRAINT sums_late_messages_not_null NOT NULL,
    minutes integer CONSTRAINT sums_minutes_not_null NOT NULL,
    covered_minutes integer CONSTRAINT sums_covered_minutes_not_null NOT NULL,
    peak_messages integer CONSTRAINT sums_peak_messages_not_null NOT NULL,
    viewer_minutes bigint CONSTRAINT sums_viewer_minutes_not_null NOT NULL,
    watched_messages bigint CONSTRAINT sums_watched_messages_not_null NOT NULL,
    chatters integer DEFAULT 0 NOT NULL,
    is_final boolean DEFAULT false NOT NULL
);

COMMENT ON TABLE chat.broadcasts IS 'Chat of broadcasts: one row per stream of Twitch.';

COMMENT ON COLUMN chat.broadcasts.stream_id IS 'Twitch''s id of the stream.';

COMMENT ON COLUMN chat.broadcasts.channel_id IS 'Twitch''s id of the channel, which is that of its streamer.';

COMMENT ON COLUMN chat.broadcasts.started_at IS 'Start of the stream as Twitch reports it, UTC.';

COMMENT ON COLUMN chat.broadcasts.first_seen_at IS 'When we saw it live first, UTC.';

COMMENT ON COLUMN chat.broadcasts.last_seen_at IS 'When we saw it live last, UTC.';

COMMENT ON COLUMN chat.broadcasts.messages IS 'Messages written in this channel, each once, bots included; without those of a shared chat from other channels.';

COMMENT ON COLUMN chat.broadcasts.mirrored_messages IS 'Messages of a shared chat from other channels; not among messages.';

COMMENT ON COLUMN chat.broadcasts.subscriber_messages IS 'Part of messages: by subscribers of the channel.';

COMMENT ON COLUMN chat.broadcasts.first_time_messages IS 'Part of messages: somebody''s first in this channel.';

COMMENT ON COLUMN chat.broadcasts.bot_messages IS 'Part of messages: by known bots, and accounts with the badge of a bot.';

COMMENT ON COLUMN chat.broadcasts.emote_only_messages IS 'Part of messages: only emotes.';

COMMENT ON COLUMN chat.broadcasts.command_messages IS 'Part of messages: beginning with an exclamation mark.';

COMMENT ON COLUMN chat.broadcasts.bits IS 'Bits in messages.';

COMMENT ON COLUMN chat.broadcasts.subs IS 'Subscriptions and renewals.';

COMMENT ON COLUMN chat.broadcasts.gifted_subs IS 'Subscriptions given away, each counted once.';

COMMENT ON COLUMN chat.broadcasts.raid_viewers IS 'Viewers that came with raids.';

COMMENT ON COLUMN chat.broadcasts.removed_messages IS 'Messages that moderators removed; messages contains them.';

COMMENT ON COLUMN chat.broadcasts.timeouts IS 'Chatters who were timed out or banned.';

COMMENT ON COLUMN chat.broadcasts.late_messages IS 'Messages that came in this time and were dated in a closed minute, or more than a minute ahead; in no messages.';

COMMENT ON COLUMN chat.broadcasts.minutes IS 'Minutes in which we were in the chat; of a moment: from its first to its last.';

COMMENT ON COLUMN chat.broadcasts.covered_minutes IS 'Of these, the minutes that were heard whole.';

COMMENT ON COLUMN chat.broadcasts.peak_messages IS 'Most messages of a minute that was heard whole.';

COMMENT ON COLUMN chat.broadcasts.viewer_minutes IS 'Sum of the viewers of the covered minutes whose viewers are known.';

COMMENT ON COLUMN chat.broadcasts.watched_messages IS 'Messages of these minutes: messages per hour watched are 60 * watched_messages / viewer_minutes.';

COMMENT ON COLUMN chat.broadcasts.chatters IS 'Distinct authors of messages: exact in minutes, about in hours, broadcasts and days.';

COMMENT ON COLUMN chat.broadcasts.is_final IS 'It is over and does not change any more.';

CREATE TABLE chat.channels (
    channel_id text NOT NULL COLLATE pg_catalog."C",
    login text NOT NULL COLLATE pg_catalog."C",
    state text NOT NULL COLLATE pg_catalog."C",
    reason text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    asked_by text DEFAULT 'operator'::text NOT NULL COLLATE pg_catalog."C",
    asked_at timestamp with time zone NOT NULL,
    state_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone,
    last_viewed_at timestamp with time zone,
    looked_at timestamp with time zone,
    last_live_at timestamp with time zone,
    listener text COLLATE pg_catalog."C",
    lease_until timestamp with time zone,
    CONSTRAINT channels_asked_by_check CHECK ((asked_by = ANY (ARRAY['operator'::text, 'visitor'::text]))),
    CONSTRAINT channels_check CHECK (((state = 'refused'::text) = (reason <> ''::text))),
    CONSTRAINT channels_check1 CHECK (((asked_by = 'visitor'::text) = (expires_at IS NOT NULL))),
    CONSTRAINT channels_check2 CHECK (((listener IS NULL) = (lease_until IS NULL))),
    CONSTRAINT channels_login_check CHECK ((login ~ '^[a-z0-9_]{1,25}$'::text)),
    CONSTRAINT channels_state_check CHECK ((state = ANY (ARRAY['wanted'::text, 'joining'::text, 'joined'::text, 'refused'::text, 'parted'::text])))
);

COMMENT ON TABLE chat.channels IS 'Followed channels: one row per channel.';

COMMENT ON COLUMN chat.channels.channel_id IS 'Twitch''s id of the channel, which is that of its streamer.';

COMMENT ON COLUMN chat.channels.login IS 'Present login of the channel.';

COMMENT ON COLUMN chat.channels.state IS 'wanted, joining, joined, refused or parted.';

COMMENT ON COLUMN chat.channels.reason IS 'Why it is refused.';

COMMENT ON COLUMN chat.channels.listener IS 'With a queue: id of the listener that has the channel.';

COMMENT ON COLUMN chat.channels.lease_until IS 'With a queue: until then no other listener takes it, UTC.';

CREATE TABLE chat.choice (
    only_row boolean DEFAULT true NOT NULL,
    is_on boolean NOT NULL,
    is_open boolean NOT NULL,
    most_channels integer NOT NULL,
    CONSTRAINT choice_only_row_check CHECK (only_row)
);

CREATE TABLE chat.emotes (
    emote_number integer NOT NULL,
    emote_id text NOT NULL COLLATE pg_catalog."C"
);

COMMENT ON TABLE chat.emotes IS 'Numbers of emotes in the tables minute_counts, hour_emote_counts and daily_emote_counts.';

CREATE TABLE chat.minute_counts (
    minute_at timestamp with time zone NOT NULL,
    bits bigint,
    messages integer DEFAULT 0 NOT NULL,
    chatters integer DEFAULT 0 NOT NULL,
    subscriber_messages integer DEFAULT 0 NOT NULL,
    first_time_messages integer,
    bot_messages integer,
    emote_only_messages integer,
    command_messages integer,
    mirrored_messages integer,
    subs integer,
    gifted_subs integer,
    raid_viewers integer,
    removed_messages integer,
    timeouts integer,
    late_messages integer,
    viewers integer,
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
    covered_seconds smallint DEFAULT 0 NOT NULL,
    is_closed boolean DEFAULT false NOT NULL,
    channel_id text NOT NULL COLLATE pg_catalog."C",
    game_id text COLLATE pg_catalog."C",
    CONSTRAINT minute_counts_check CHECK (((chatters >= 0) AND (chatters <= messages))),
    CONSTRAINT minute_counts_check1 CHECK ((num_nulls(emote_1, emote_2, emote_3, emote_4, emote_5) = num_nulls(uses_1, uses_2, uses_3, uses_4, uses_5))),
    CONSTRAINT minute_counts_covered_seconds_check CHECK (((covered_seconds >= 0) AND (covered_seconds <= 60))),
    CONSTRAINT minute_counts_messages_check CHECK ((messages >= 0)),
    CONSTRAINT minute_counts_mirrored_messages_check CHECK ((mirrored_messages >= 0)),
    CONSTRAINT minute_counts_viewers_check CHECK ((viewers >= 0))
)
PARTITION BY RANGE (minute_at);

COMMENT ON TABLE chat.minute_counts IS 'What the view minutes is made of.';

CREATE VIEW chat.minutes AS
 SELECT minute_at,
    channel_id,
    messages,
    COALESCE(mirrored_messages, 0) AS mirrored_messages,
    chatters,
    subscriber_messages,
    COALESCE(first_time_messages, 0) AS first_time_messages,
    COALESCE(bot_messages, 0) AS bot_messages,
    COALESCE(emote_only_messages, 0) AS emote_only_messages,
    COALESCE(command_messages, 0) AS command_messages,
    COALESCE(bits, (0)::bigint) AS bits,
    COALESCE(subs, 0) AS subs,
    COALESCE(gifted_subs, 0) AS gifted_subs,
    COALESCE(raid_viewers, 0) AS raid_viewers,
    COALESCE(removed_messages, 0) AS removed_messages,
    COALESCE(timeouts, 0) AS timeouts,
    COALESCE(late_messages, 0) AS late_messages,
    covered_seconds,
    ARRAY( SELECT emotes.emote_id
           FROM (unnest(ARRAY[minute_counts.emote_1, minute_counts.emote_2, minute_counts.emote_3, minute_counts.emote_4, minute_counts.emote_5]) WITH ORDINALITY used(emote_number, place)
             JOIN chat.emotes ON ((emotes.emote_number = used.emote_number)))
          ORDER BY used.place) AS top_emotes,
    array_remove(ARRAY[uses_1, uses_2, uses_3, uses_4, uses_5], NULL::integer) AS top_emote_uses,
    is_closed,
    viewers,
    game_id
   FROM chat.minute_counts;

COMMENT ON VIEW chat.minutes IS 'Chat by the minute: one row per channel and minute.';

COMMENT ON COLUMN chat.minutes.minute_at IS 'Start of the minute, UTC.';

COMMENT ON COLUMN chat.minutes.channel_id IS 'Twitch''s id of the channel, which is that of its streamer.';

COMMENT ON COLUMN chat.minutes.messages IS 'Messages written in this channel, each once, bots included; without those of a shared chat from other channels.';

COMMENT ON COLUMN chat.minutes.mirrored_messages IS 'Messages of a shared chat from other channels; not among messages.';

COMMENT ON COLUMN chat.minutes.chatters IS 'Distinct authors of messages: exact in minutes, about in hours, broadcasts and days.';

COMMENT ON COLUMN chat.minutes.subscriber_messages IS 'Part of messages: by subscribers of the channel.';

COMMENT ON COLUMN chat.minutes.first_time_messages IS 'Part of messages: somebody''s first in this channel.';

COMMENT ON COLUMN chat.minutes.bot_messages IS 'Part of messages: by known bots, and accounts with the badge of a bot.';

COMMENT ON COLUMN chat.minutes.emote_only_messages IS 'Part of messages: only emotes.';

COMMENT ON COLUMN chat.minutes.command_messages IS 'Part of messages: beginning with an exclamation mark.';

COMMENT ON COLUMN chat.minutes.bits IS 'Bits in messages.';

COMMENT ON COLUMN chat.minutes.subs IS 'Subscriptions and renewals.';

COMMENT ON COLUMN chat.minutes.gifted_subs IS 'Subscriptions given away, each counted once.';

COMMENT ON COLUMN chat.minutes.raid_viewers IS 'Viewers that came with raids.';

COMMENT ON COLUMN chat.minutes.removed_messages IS 'Messages that moderators removed; messages contains them.';

COMMENT ON COLUMN chat.minutes.timeouts IS 'Chatters who were timed out or banned.';

COMMENT ON COLUMN chat.minutes.late_messages IS 'Messages that came in this time and were dated in a closed minute, or more than a minute ahead; in no messages.';

COMMENT ON COLUMN chat.minutes.covered_seconds IS 'Seconds for which everything was heard that the server sent.';

COMMENT ON COLUMN chat.minutes.top_emotes IS 'Ids of the five emotes used most, most first.';

COMMENT ON COLUMN chat.minutes.top_emote_uses IS 'Uses of these emotes.';

COMMENT ON COLUMN chat.minutes.is_closed IS 'The minute does not change any more.';

COMMENT ON COLUMN chat.minutes.viewers IS 'Viewers by Twitch''s list of live streams; null if not live or not known.';

COMMENT ON COLUMN chat.minutes.game_id IS 'Twitch''s id of the category.';

CREATE VIEW chat.counted_minutes AS
 SELECT minutes.minute_at,
    minutes.channel_id,
    minutes.messages,
    minutes.mirrored_messages,
    minutes.chatters,
    minutes.subscriber_messages,
    minutes.first_time_messages,
    minutes.bot_messages,
    minutes.emote_only_messages,
    minutes.command_messages,
    minutes.bits,
    minutes.subs,
    minutes.gifted_subs,
    minutes.raid_viewers,
    minutes.removed_messages,
    minutes.timeouts,
    minutes.late_messages,
    minutes.covered_seconds,
    minutes.top_emotes,
    minutes.top_emote_uses,
    minutes.is_closed,
    minutes.viewers,
    minutes.game_id,
    (covered.is_covered)::integer AS covered_minutes,
        CASE
            WHEN covered.is_covered THEN minutes.messages
            ELSE 0
        END AS covered_messages,
        CASE
            WHEN (covered.is_covered AND (minutes.viewers IS NOT NULL)) THEN minutes.viewers
            ELSE 0
        END AS viewer_minutes,
        CASE
            WHEN (covered.is_covered AND (minutes.viewers IS NOT NULL)) THEN minutes.messages
            ELSE 0
        END AS watched_messages
   FROM (chat.minutes
     CROSS JOIN LATERAL ( SELECT chat.is_covered(minutes.is_closed, minutes.covered_seconds) AS is_covered) covered)
  WHERE minutes.is_closed;

COMMENT ON VIEW chat.counted_minutes IS 'Closed minutes with what they add to sums: one row per channel and minute.';

COMMENT ON COLUMN chat.counted_minutes.minute_at IS 'Start of the minute, UTC.';

COMMENT ON COLUMN chat.counted_minutes.channel_id IS 'Twitch''s id of the channel, which is that of its streamer.';

COMMENT ON COLUMN chat.counted_minutes.messages IS 'Messages written in this channel, each once, bots included; without those of a shared chat from other channels.';

COMMENT ON COLUMN chat.counted_minutes.mirrored_messages IS 'Messages of a shared chat from other channels; not among messages.';

COMMENT ON COLUMN chat.counted_minutes.chatters IS 'Distinct authors of messages: exact in minutes, about in hours, broadcasts and days.';

COMMENT ON COLUMN chat.counted_minutes.subscriber_messages IS 'Part of messages: by subscribers of the channel.';

COMMENT ON COLUMN chat.counted_minutes.first_time_messages IS 'Part of messages: somebody''s first in this channel.';

COMMENT ON COLUMN chat.counted_minutes.bot_messages IS 'Part of messages: by known bots, and accounts with the badge of a bot.';

COMMENT ON COLUMN chat.counted_minutes.emote_only_messages IS 'Part of messages: only emotes.';

COMMENT ON COLUMN chat.counted_minutes.command_messages IS 'Part of messages: beginning with an exclamation mark.';

COMMENT ON COLUMN chat.counted_minutes.bits IS 'Bits in messages.';

COMMENT ON COLUMN chat.counted_minutes.subs IS 'Subscriptions and renewals.';

COMMENT ON COLUMN chat.counted_minutes.gifted_subs IS 'Subscriptions given away, each counted once.';

COMMENT ON COLUMN chat.counted_minutes.raid_viewers IS 'Viewers that came with raids.';

COMMENT ON COLUMN chat.counted_minutes.removed_messages IS 'Messages that moderators removed; messages contains them.';

COMMENT ON COLUMN chat.counted_minutes.timeouts IS 'Chatters who were timed out or banned.';

COMMENT ON COLUMN chat.counted_minutes.late_messages IS 'Messages that came in this time and were dated in a closed minute, or more than a minute ahead; in no messages.';

COMMENT ON COLUMN chat.counted_minutes.covered_seconds IS 'Seconds for which everything was heard that the server sent.';

COMMENT ON COLUMN chat.counted_minutes.top_emotes IS 'Ids of the five emotes used most, most first.';

COMMENT ON COLUMN chat.counted_minutes.top_emote_uses IS 'Uses of these emotes.';

COMMENT ON COLUMN chat.counted_minutes.is_closed IS 'The minute does not change any more.';

COMMENT ON COLUMN chat.counted_minutes.viewers IS 'Viewers by Twitch''s list of live streams; null if not live or not known.';

COMMENT ON COLUMN chat.counted_minutes.game_id IS 'Twitch''s id of the category.';

COMMENT ON COLUMN chat.counted_minutes.covered_minutes IS 'Of these, the minutes that were heard whole.';

COMMENT ON COLUMN chat.counted_minutes.covered_messages IS 'Messages of the minute if it was heard whole, else 0.';

COMMENT ON COLUMN chat.counted_minutes.viewer_minutes IS 'Sum of the viewers of the covered minutes whose viewers are known.';

COMMENT ON COLUMN chat.counted_minutes.watched_messages IS 'Messages of these minutes: messages per hour watched are 60 * watched_messages / viewer_minutes.';

CREATE TABLE chat.cursors (
    journal_id text NOT NULL COLLATE pg_catalog."C",
    seq bigint NOT NULL,
    closed_until timestamp with time zone NOT NULL,
    moved_at timestamp with time zone NOT NULL,
    shard smallint DEFAULT '-1'::integer NOT NULL,
    CONSTRAINT cursors_seq_check CHECK ((seq >= 0)),
    CONSTRAINT cursors_shard_check CHECK (((shard >= '-1'::integer) AND (shard <= 7)))
);

CREATE TABLE chat.daily_chats (
    day date NOT NULL,
    channel_id text NOT NULL COLLATE pg_catalog."C",
    messages bigint CONSTRAINT sums_messages_not_null NOT NULL,
    mirrored_messages bigint CONSTRAINT sums_mirrored_messages_not_null NOT NULL,
    subscriber_messages bigint CONSTRAINT sums_subscriber_messages_not_null NOT NULL,
    first_time_messages bigint CONSTRAINT sums_first_time_messages_not_null NOT NULL,
    bot_messages bigint CONSTRAINT sums_bot_messages_not_null NOT NULL,
    emote_only_messages bigint CONSTRAINT sums_emote_only_messages_not_null NOT NULL,
    command_messages bigint CONSTRAINT sums_command_messages_not_null NOT NULL,
    bits bigint CONSTRAINT sums_bits_not_null NOT NULL,
    subs bigint CONSTRAINT sums_subs_not_null NOT NULL,
    gifted_subs bigint CONSTRAINT sums_gifted_subs_not_null NOT NULL,
    raid_viewers bigint CONSTRAINT sums_raid_viewers_not_null NOT NULL,
    removed_messages bigint CONSTRAINT sums_removed_messages_not_null NOT NULL,
    timeouts bigint CONSTRAINT sums_timeouts_not_null NOT NULL,
    late_messages bigint CONSTRAINT sums_late_messages_not_null NOT NULL,
    minutes integer CONSTRAINT sums_minutes_not_null NOT NULL,
    covered_minutes integer CONSTRAINT sums_covered_minutes_not_null NOT NULL,
    peak_messages integer CONSTRAINT sums_peak_messages_not_null NOT NULL,
    viewer_minutes bigint CONSTRAINT sums_viewer_minutes_not_null NOT NULL,
    watched_messages bigint CONSTRAINT sums_watched_messages_not_null NOT NULL,
    chatters integer DEFAULT 0 NOT NULL
);

COMMENT ON TABLE chat.daily_chats IS 'Chat by the day: one row per day and channel.';

COMMENT ON COLUMN chat.daily_chats.day IS 'Day of the bot, named after the date on which it starts.';

COMMENT ON COLUMN chat.daily_chats.channel_id IS 'Twitch''s id of the channel, which is that of its streamer.';

COMMENT ON COLUMN chat.daily_chats.messages IS 'Messages written in this channel, each once, bots included; without those of a shared chat from other channels.';

COMMENT ON COLUMN chat.daily_chats.mirrored_messages IS 'Messages of a shared chat from other channels; not among messages.';

COMMENT ON COLUMN chat.daily_chats.subscriber_messages IS 'Part of messages: by subscribers of the channel.';

COMMENT ON COLUMN chat.daily_chats.first_time_messages IS 'Part of messages: somebody''s first in this channel.';

COMMENT ON COLUMN chat.daily_chats.bot_messages IS 'Part of messages: by known bots, and accounts with the badge of a bot.';

COMMENT ON COLUMN chat.daily_chats.emote_only_messages IS 'Part of messages: only emotes.';

COMMENT ON COLUMN chat.daily_chats.command_messages IS 'Part of messages: beginning with an exclamation mark.';

COMMENT ON COLUMN chat.daily_chats.bits IS 'Bits in messages.';

COMMENT ON COLUMN chat.daily_chats.subs IS 'Subscriptions and renewals.';

COMMENT ON COLUMN chat.daily_chats.gifted_subs IS 'Subscriptions given away, each counted once.';

COMMENT ON COLUMN chat.daily_chats.raid_viewers IS 'Viewers that came with raids.';

COMMENT ON COLUMN chat.daily_chats.removed_messages IS 'Messages that moderators removed; messages contains them.';

COMMENT ON COLUMN chat.daily_chats.timeouts IS 'Chatters who were timed out or banned.';

COMMENT ON COLUMN chat.daily_chats.late_messages IS 'Messages that came in this time and were dated in a closed minute, or more than a minute ahead; in no messages.';

COMMENT ON COLUMN chat.daily_chats.minutes IS 'Minutes in which we were in the chat; of a moment: from its first to its last.';

COMMENT ON COLUMN chat.daily_chats.covered_minutes IS 'Of these, the minutes that were heard whole.';

COMMENT ON COLUMN chat.daily_chats.peak_messages IS 'Most messages of a minute that was heard whole.';

COMMENT ON COLUMN chat.daily_chats.viewer_minutes IS 'Sum of the viewers of the covered minutes whose viewers are known.';

COMMENT ON COLUMN chat.daily_chats.watched_messages IS 'Messages of these minutes: messages per hour watched are 60 * watched_messages / viewer_minutes.';

COMMENT ON COLUMN chat.daily_chats.chatters IS 'Distinct authors of messages: exact in minutes, about in hours, broadcasts and days.';

CREATE TABLE chat.daily_emote_counts (
    channel_id text NOT NULL COLLATE pg_catalog."C",
    day date NOT NULL,
    emote_numbers integer[] NOT NULL,
    uses integer[] NOT NULL,
    messages integer[] NOT NULL,
    CONSTRAINT daily_emote_counts_check CHECK (((cardinality(emote_numbers) = cardinality(uses)) AND (cardinality(uses) = cardinality(messages))))
);

COMMENT ON TABLE chat.daily_emote_counts IS 'What the view daily_emotes is made of.';

CREATE VIEW chat.daily_emotes AS
 SELECT counts.day,
    counts.channel_id,
    emotes.emote_id,
    used.uses,
    used.messages,
    ('twitch'::text COLLATE "C") AS source
   FROM ((chat.daily_emote_counts counts
     CROSS JOIN LATERAL UNNEST(counts.emote_numbers, counts.uses, counts.messages) used(emote_number, uses, messages))
     JOIN chat.emotes ON ((emotes.emote_number = used.emote_number)));

COMMENT ON VIEW chat.daily_emotes IS 'Emotes by the day: one row per day, channel and emote.';

COMMENT ON COLUMN chat.daily_emotes.day IS 'Day of the bot, named after the date on which it starts.';

COMMENT ON COLUMN chat.daily_emotes.channel_id IS 'Twitch''s id of the channel, which is that of its streamer.';

COMMENT ON COLUMN chat.daily_emotes.emote_id IS 'Twitch''s id of the emote.';

COMMENT ON COLUMN chat.daily_emotes.uses IS 'Number of uses.';

COMMENT ON COLUMN chat.daily_emotes.messages IS 'Messages written in this channel, each once, bots included; without those of a shared chat from other channels.';

COMMENT ON COLUMN chat.daily_emotes.source IS 'Who offers the emote.';

CREATE TABLE chat.emote_lists (
    owner_id text NOT NULL COLLATE pg_catalog."C",
    fetched_at timestamp with time zone NOT NULL
);

CREATE TABLE chat.emote_names (
    emote_id text NOT NULL COLLATE pg_catalog."C",
    code text NOT NULL COLLATE pg_catalog."C",
    owner_id text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT emote_names_code_check CHECK ((code ~ '^[!-~]{1,64}$'::text))
);

COMMENT ON TABLE chat.emote_names IS 'Names of emotes: one row per emote.';

COMMENT ON COLUMN chat.emote_names.emote_id IS 'Twitch''s id of the emote.';

COMMENT ON COLUMN chat.emote_names.code IS 'What people write to use it.';

COMMENT ON COLUMN chat.emote_names.owner_id IS 'Twitch''s id of the channel that offers it; empty for an emote that everybody has.';

ALTER TABLE chat.emotes ALTER COLUMN emote_number ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME chat.emotes_emote_number_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE chat.hour_emote_counts (
    channel_id text NOT NULL COLLATE pg_catalog."C",
    hour_at timestamp with time zone NOT NULL,
    emote_numbers integer[] NOT NULL,
    uses integer[] NOT NULL,
    messages integer[] NOT NULL,
    CONSTRAINT hour_emote_counts_check CHECK (((cardinality(emote_numbers) = cardinality(uses)) AND (cardinality(uses) = cardinality(messages))))
);

COMMENT ON TABLE chat.hour_emote_counts IS 'What the view hour_emotes is made of.';

CREATE VIEW chat.hour_emotes AS
 SELECT counts.channel_id,
    counts.hour_at,
    emotes.emote_id,
    used.uses,
    used.messages,
    ('twitch'::text COLLATE "C") AS source
   FROM ((chat.hour_emote_counts counts
     CROSS JOIN LATERAL UNNEST(counts.emote_numbers, counts.uses, counts.messages) used(emote_number, uses, messages))
     JOIN chat.emotes ON ((emotes.emote_number = used.emote_number)));

COMMENT ON VIEW chat.hour_emotes IS 'Emotes by the hour: one row per channel, hour and emote.';

COMMENT ON COLUMN chat.hour_emotes.channel_id IS 'Twitch''s id of the channel, which is that of its streamer.';

COMMENT ON COLUMN chat.hour_emotes.hour_at IS 'Start of the hour, UTC.';

COMMENT ON COLUMN chat.hour_emotes.emote_id IS 'Twitch''s id of the emote.';

COMMENT ON COLUMN chat.hour_emotes.uses IS 'Number of uses.';

COMMENT ON COLUMN chat.hour_emotes.messages IS 'Messages written in this channel, each once, bots included; without those of a shared chat from other channels.';

COMMENT ON COLUMN chat.hour_emotes.source IS 'Who offers the emote.';

CREATE TABLE chat.hours (
    channel_id text NOT NULL COLLATE pg_catalog."C",
    hour_at timestamp with time zone NOT NULL,
    messages bigint CONSTRAINT sums_messages_not_null NOT NULL,
    mirrored_messages bigint CONSTRAINT sums_mirrored_messages_not_null NOT NULL,
    subscriber_messages bigint CONSTRAINT sums_subscriber_messages_not_null NOT NULL,
    first_time_messages bigint CONSTRAINT sums_first_time_messages_not_null NOT NULL,
    bot_messages bigint CONSTRAINT sums_bot_messages_not_null NOT NULL,
    emote_only_messages bigint CONSTRAINT sums_emote_only_messages_not_null NOT NULL,
    command_messages bigint CONSTRAINT sums_command_messages_not_null NOT NULL,
    bits bigint CONSTRAINT sums_bits_not_null NOT NULL,
    subs bigint CONSTRAINT sums_subs_not_null NOT NULL,
    gifted_subs bigint CONSTRAINT sums_gifted_subs_not_null NOT NULL,
    raid_viewers bigint CONSTRAINT sums_raid_viewers_not_null NOT NULL,
    removed_messages bigint CONSTRAINT sums_removed_messages_not_null NOT NULL,
    timeouts bigint CONSTRAINT sums_timeouts_not_null NOT NULL,
    late_messages bigint CONSTRAINT sums_late_messages_not_null NOT NULL,
    minutes integer CONSTRAINT sums_minutes_not_null NOT NULL,
    covered_minutes integer CONSTRAINT sums_covered_minutes_not_null NOT NULL,
    peak_messages integer CONSTRAINT sums_peak_messages_not_null NOT NULL,
    viewer_minutes bigint CONSTRAINT sums_viewer_minutes_not_null NOT NULL,
    watched_messages bigint CONSTRAINT sums_watched_messages_not_null NOT NULL,
    chatters integer DEFAULT 0 NOT NULL,
    chatters_sketch bytea
);

COMMENT ON TABLE chat.hours IS 'Chat by the hour: one row per channel and hour.';

COMMENT ON COLUMN chat.hours.channel_id IS 'Twitch''s id of the channel, which is that of its streamer.';

COMMENT ON COLUMN chat.hours.hour_at IS 'Start of the hour, UTC.';

COMMENT ON COLUMN chat.hours.messages IS 'Messages written in this channel, each once, bots included; without those of a shared chat from other channels.';

COMMENT ON COLUMN chat.hours.mirrored_messages IS 'Messages of a shared chat from other channels; not among messages.';

COMMENT ON COLUMN chat.hours.subscriber_messages IS 'Part of messages: by subscribers of the channel.';

COMMENT ON COLUMN chat.hours.first_time_messages IS 'Part of messages: somebody''s first in this channel.';

COMMENT ON COLUMN chat.hours.bot_messages IS 'Part of messages: by known bots, and accounts with the badge of a bot.';

COMMENT ON COLUMN chat.hours.emote_only_messages IS 'Part of messages: only emotes.';

COMMENT ON COLUMN chat.hours.command_messages IS 'Part of messages: beginning with an exclamation mark.';

COMMENT ON COLUMN chat.hours.bits IS 'Bits in messages.';

COMMENT ON COLUMN chat.hours.subs IS 'Subscriptions and renewals.';

COMMENT ON COLUMN chat.hours.gifted_subs IS 'Subscriptions given away, each counted once.';

COMMENT ON COLUMN chat.hours.raid_viewers IS 'Viewers that came with raids.';

COMMENT ON COLUMN chat.hours.removed_messages IS 'Messages that moderators removed; messages contains them.';

COMMENT ON COLUMN chat.hours.timeouts IS 'Chatters who were timed out or banned.';

COMMENT ON COLUMN chat.hours.late_messages IS 'Messages that came in this time and were dated in a closed minute, or more than a minute ahead; in no messages.';

COMMENT ON COLUMN chat.hours.minutes IS 'Minutes in which we were in the chat; of a moment: from its first to its last.';

COMMENT ON COLUMN chat.hours.covered_minutes IS 'Of these, the minutes that were heard whole.';

COMMENT ON COLUMN chat.hours.peak_messages IS 'Most messages of a minute that was heard whole.';

COMMENT ON COLUMN chat.hours.viewer_minutes IS 'Sum of the viewers of the covered minutes whose viewers are known.';

COMMENT ON COLUMN chat.hours.watched_messages IS 'Messages of these minutes: messages per hour watched are 60 * watched_messages / viewer_minutes.';

COMMENT ON COLUMN chat.hours.chatters IS 'Distinct authors of messages: exact in minutes, about in hours, broadcasts and days.';

CREATE TABLE chat.moments (
    channel_id text NOT NULL COLLATE pg_catalog."C",
    starts_at timestamp with time zone NOT NULL,
    minutes integer NOT NULL,
    peak_messages integer NOT NULL,
    times_usual double precision NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    top_emotes text[] DEFAULT '{}'::text[] NOT NULL,
    alerted_at timestamp with time zone,
    CONSTRAINT moments_kind_check CHECK ((kind = ANY (ARRAY['hype'::text, 'raid'::text, 'subs'::text]))),
    CONSTRAINT moments_minutes_check CHECK ((minutes > 0))
);

COMMENT ON TABLE chat.moments IS 'Hype moments: one row per moment.';

COMMENT ON COLUMN chat.moments.channel_id IS 'Twitch''s id of the channel, which is that of its streamer.';

COMMENT ON COLUMN chat.moments.starts_at IS 'Its first minute, UTC.';

COMMENT ON COLUMN chat.moments.minutes IS 'Minutes in which we were in the chat; of a moment: from its first to its last.';

COMMENT ON COLUMN chat.moments.peak_messages IS 'Most messages of a minute that was heard whole.';

COMMENT ON COLUMN chat.moments.times_usual IS 'How many times the median of the 15 covered minutes before its busiest minute has.';

COMMENT ON COLUMN chat.moments.kind IS 'hype, or raid or subs if such a notice came at most two minutes before.';

COMMENT ON COLUMN chat.moments.top_emotes IS 'Ids of the five emotes used most, most first.';

COMMENT ON COLUMN chat.moments.alerted_at IS 'When a message about it was sent to the webhook, UTC; null: none was.';

CREATE TABLE chat.nodes (
    name text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    seen_at timestamp with time zone NOT NULL,
    waiting_bytes bigint DEFAULT 0 NOT NULL,
    failing_since timestamp with time zone,
    problem text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    key_mark text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT nodes_check CHECK (((failing_since IS NULL) = (problem = ''::text))),
    CONSTRAINT nodes_kind_check CHECK ((kind = ANY (ARRAY['listener'::text, 'counter'::text]))),
    CONSTRAINT nodes_problem_check CHECK ((problem = ANY (ARRAY[''::text, 'unavailable'::text, 'refused'::text, 'full'::text])))
);

CREATE TABLE chat.opt_outs (
    kind text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    since timestamp with time zone NOT NULL,
    CONSTRAINT opt_outs_kind_check CHECK ((kind = ANY (ARRAY['channel'::text, 'chatter'::text])))
);

CREATE TABLE chat.requests (
    login text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    asked_by text NOT NULL COLLATE pg_catalog."C",
    asked_at timestamp with time zone NOT NULL,
    is_done boolean DEFAULT false NOT NULL,
    answer text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C",
    CONSTRAINT requests_kind_check CHECK ((kind = ANY (ARRAY['follow'::text, 'leave'::text, 'view'::text]))),
    CONSTRAINT requests_login_check CHECK ((login ~ '^[a-z0-9_]{1,25}$'::text))
);

CREATE TABLE public.daily_game_languages (
    day date NOT NULL,
    game_id text NOT NULL COLLATE pg_catalog."C",
    language text NOT NULL COLLATE pg_catalog."C",
    watch_hours double precision NOT NULL,
    airtime_hours double precision NOT NULL
);

CREATE TABLE public.games (
    game_id text NOT NULL COLLATE pg_catalog."C",
    game_name text NOT NULL,
    first_seen_day date NOT NULL,
    last_seen_day date NOT NULL,
    name_key text GENERATED ALWAYS AS (translate(lower(btrim(regexp_replace((game_name COLLATE "C"), '[\s\u00a0\u2000-\u200a\u202f\u3000]+'::text, ' '::text, 'g'::text))), 'ÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞĀĂĄĆĈĊČĎĐĒĔĖĘĚĜĞĠĢĤĦĨĪĬĮĲĴĶĹĻĽĿŁŃŅŇŊŌŎŐŒŔŖŘŚŜŞŠŢŤŦŨŪŬŮŰŲŴŶŸŹŻŽΆΈΉΊΌΎΏΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΪΫЀЁЂЃЄЅІЇЈЉЊЋЌЍЎЏАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ'::text, 'àáâãäåæçèéêëìíîïðñòóôõöøùúûüýþāăąćĉċčďđēĕėęěĝğġģĥħĩīĭįĳĵķĺļľŀłńņňŋōŏőœŕŗřśŝşšţťŧũūŭůűųŵŷÿźżžάέήίόύώαβγδεζηθικλμνξοπρστυφχψωϊϋѐёђѓєѕіїјљњћќѝўџабвгдежзийклмнопрстуфхцчшщъыьэюя'::text)) STORED COLLATE pg_catalog."C",
    are_names_keyed boolean DEFAULT false NOT NULL,
    CONSTRAINT games_check CHECK ((first_seen_day <= last_seen_day))
);

CREATE VIEW curated.daily_game_languages AS
 SELECT parts.day,
    parts.game_id,
    games.game_name,
    parts.language,
    parts.watch_hours,
    parts.airtime_hours
   FROM (public.daily_game_languages parts
     LEFT JOIN public.games USING (game_id));

COMMENT ON VIEW curated.daily_game_languages IS 'Games by day and language: one row per day, game and language.';

COMMENT ON COLUMN curated.daily_game_languages.day IS 'Day of the bot: from 08:00 to 08:00 in Los Angeles unless set otherwise, named after the date on which it starts.';

COMMENT ON COLUMN curated.daily_game_languages.game_id IS 'Twitch''s id of the category; empty for streams without one.';

COMMENT ON COLUMN curated.daily_game_languages.game_name IS 'Twitch''s present name of the category.';

COMMENT ON COLUMN curated.daily_game_languages.language IS 'Language of the stream, ISO 639-1 or "other"; empty if unknown.';

COMMENT ON COLUMN curated.daily_game_languages.watch_hours IS 'Hours watched: viewers times hours, summed over the polls.';

COMMENT ON COLUMN curated.daily_game_languages.airtime_hours IS 'Hours streamed, all channels together.';

CREATE TABLE public.daily_game_modes (
    day date NOT NULL,
    game_mode_id integer NOT NULL,
    watch_hours double precision NOT NULL,
    watch_hours_split double precision NOT NULL,
    airtime_hours double precision NOT NULL,
    games integer NOT NULL,
    CONSTRAINT daily_game_modes_games_check CHECK ((games > 0))
);

CREATE TABLE public.igdb_game_modes (
    game_mode_id integer NOT NULL,
    name text NOT NULL,
    slug text NOT NULL COLLATE pg_catalog."C"
);

CREATE VIEW curated.daily_game_modes AS
 SELECT daily_game_modes.day,
    daily_game_modes.game_mode_id,
    igdb_game_modes.name AS game_mode_name,
    daily_game_modes.watch_hours,
    daily_game_modes.watch_hours_split,
    daily_game_modes.airtime_hours,
    daily_game_modes.games
   FROM (public.daily_game_modes
     JOIN public.igdb_game_modes USING (game_mode_id));

COMMENT ON VIEW curated.daily_game_modes IS 'Game modes by day: one row per day and game mode. The split hours add up to those of curated.days.';

COMMENT ON COLUMN curated.daily_game_modes.day IS 'Day of the bot: from 08:00 to 08:00 in Los Angeles unless set otherwise, named after the date on which it starts.';

COMMENT ON COLUMN curated.daily_game_modes.game_mode_id IS 'IGDB''s id of the game mode; 0 is unknown, -1 is not a game.';

COMMENT ON COLUMN curated.daily_game_modes.game_mode_name IS 'IGDB''s name of the game mode.';

COMMENT ON COLUMN curated.daily_game_modes.watch_hours IS 'Hours watched; a game of several modes counts wholly in each, so they add up to more than the day.';

COMMENT ON COLUMN curated.daily_game_modes.watch_hours_split IS 'Hours watched with 1/n of a game in each of its n classes: they add up to the total.';

COMMENT ON COLUMN curated.daily_game_modes.airtime_hours IS 'Hours streamed, all channels together.';

COMMENT ON COLUMN curated.daily_game_modes.games IS 'Number of games.';

CREATE TABLE public.daily_games (
    day date NOT NULL,
    game_id text NOT NULL COLLATE pg_catalog."C",
    watch_hours double precision NOT NULL,
    airtime_hours double precision NOT NULL,
    average_viewers double precision GENERATED ALWAYS AS ((watch_hours / airtime_hours)) STORED,
    peak_viewers bigint NOT NULL,
    top_watch_hours double precision,
    top3_watch_hours double precision,
    median_viewers real
);

CREATE TABLE public.days (
    day date NOT NULL,
    starts_at timestamp with time zone NOT NULL,
    ends_at timestamp with time zone NOT NULL,
    polls integer NOT NULL,
    covered_hours double precision NOT NULL,
    coverage double precision NOT NULL,
    watch_hours double precision NOT NULL,
    airtime_hours double precision NOT NULL,
    rolled_up_at timestamp with time zone NOT NULL,
    has_leaders boolean DEFAULT false NOT NULL,
    CONSTRAINT days_airtime_hours_check CHECK ((airtime_hours >= (0)::double precision)),
    CONSTRAINT days_check CHECK ((starts_at < ends_at)),
    CONSTRAINT days_coverage_check CHECK (((coverage >= (0)::double precision) AND (coverage <= (1)::double precision))),
    CONSTRAINT days_covered_hours_check CHECK ((covered_hours >= (0)::double precision)),
    CONSTRAINT days_polls_check CHECK ((polls >= 0)),
    CONSTRAINT days_watch_hours_check CHECK ((watch_hours >= (0)::double precision))
);

CREATE VIEW curated.daily_games AS
 SELECT daily_games.day,
    daily_games.game_id,
    games.game_name,
    daily_games.watch_hours,
    daily_games.airtime_hours,
    (daily_games.watch_hours / NULLIF(days.covered_hours, (0)::double precision)) AS average_viewers,
    (daily_games.airtime_hours / NULLIF(days.covered_hours, (0)::double precision)) AS average_streams,
    (daily_games.watch_hours / NULLIF(daily_games.airtime_hours, (0)::double precision)) AS viewers_per_channel,
    daily_games.peak_viewers,
    (daily_games.top_watch_hours / NULLIF(daily_games.watch_hours, (0)::double precision)) AS top_channel_share,
    (daily_games.top3_watch_hours / NULLIF(daily_games.watch_hours, (0)::double precision)) AS top3_channels_share,
    (daily_games.median_viewers)::double precision AS typical_channel_viewers,
    (daily_games.watch_hours / NULLIF(days.watch_hours, (0)::double precision)) AS share_of_day
   FROM ((public.daily_games
     JOIN public.days USING (day))
     LEFT JOIN public.games USING (game_id));

COMMENT ON VIEW curated.daily_games IS 'Games by day: one row per day and game. Its hours watched add up to those of curated.days.';

COMMENT ON COLUMN curated.daily_games.day IS 'Day of the bot: from 08:00 to 08:00 in Los Angeles unless set otherwise, named after the date on which it starts.';

COMMENT ON COLUMN curated.daily_games.game_id IS 'Twitch''s id of the category; empty for streams without one.';

COMMENT ON COLUMN curated.daily_games.game_name IS 'Twitch''s present name of the category.';

COMMENT ON COLUMN curated.daily_games.watch_hours IS 'Hours watched: viewers times hours, summed over the polls.';

COMMENT ON COLUMN curated.daily_games.airtime_hours IS 'Hours streamed, all channels together.';

COMMENT ON COLUMN curated.daily_games.average_viewers IS 'Average viewers over the day: hours watched / covered hours of the day.';

COMMENT ON COLUMN curated.daily_games.average_streams IS 'Average number of live streams.';

COMMENT ON COLUMN curated.daily_games.viewers_per_channel IS 'Average viewers of one channel: hours watched / hours streamed.';

COMMENT ON COLUMN curated.daily_games.peak_viewers IS 'Most viewers at one poll.';

COMMENT ON COLUMN curated.daily_games.top_channel_share IS 'Share of the hours watched of the channel that was largest at each poll, from 0 to 1; null if not stored.';

COMMENT ON COLUMN curated.daily_games.top3_channels_share IS 'Share of the hours watched of the three channels that were largest at each poll, from 0 to 1; null if not stored.';

COMMENT ON COLUMN curated.daily_games.typical_channel_viewers IS 'Median viewers of the channels without the three largest, averaged over the polls; null if there are no others.';

COMMENT ON COLUMN curated.daily_games.share_of_day IS 'Share of all hours watched of the day, from 0 to 1.';

CREATE TABLE public.daily_genres (
    day date NOT NULL,
    genre_id integer NOT NULL,
    watch_hours double precision NOT NULL,
    watch_hours_split double precision NOT NULL,
    airtime_hours double precision NOT NULL,
    games integer NOT NULL,
    CONSTRAINT daily_genres_games_check CHECK ((games > 0))
);

CREATE TABLE public.igdb_genres (
    genre_id integer NOT NULL,
    name text NOT NULL,
    slug text NOT NULL COLLATE pg_catalog."C"
);

CREATE VIEW curated.daily_genres AS
 SELECT daily_genres.day,
    daily_genres.genre_id,
    igdb_genres.name AS genre_name,
    daily_genres.watch_hours,
    daily_genres.watch_hours_split,
    daily_genres.airtime_hours,
    daily_genres.games
   FROM (public.daily_genres
     JOIN public.igdb_genres USING (genre_id));

COMMENT ON VIEW curated.daily_genres IS 'Genres by day: one row per day and genre. The split hours add up to those of curated.days; a day appears some minutes after it is rolled up.';

COMMENT ON COLUMN curated.daily_genres.day IS 'Day of the bot: from 08:00 to 08:00 in Los Angeles unless set otherwise, named after the date on which it starts.';

COMMENT ON COLUMN curated.daily_genres.genre_id IS 'IGDB''s id of the genre; 0 is unknown, -1 is not a game.';

COMMENT ON COLUMN curated.daily_genres.genre_name IS 'IGDB''s name of the genre.';

COMMENT ON COLUMN curated.daily_genres.watch_hours IS 'Hours watched; a game of several genres counts wholly in each, so they add up to more than the day.';

COMMENT ON COLUMN curated.daily_genres.watch_hours_split IS 'Hours watched with 1/n of a game in each of its n classes: they add up to the total.';

COMMENT ON COLUMN curated.daily_genres.airtime_hours IS 'Hours streamed, all channels together.';

COMMENT ON COLUMN curated.daily_genres.games IS 'Number of games.';

CREATE TABLE public.daily_languages (
    day date NOT NULL,
    language text NOT NULL COLLATE pg_catalog."C",
    watch_hours double precision NOT NULL,
    airtime_hours double precision NOT NULL,
    peak_viewers bigint NOT NULL
);

CREATE VIEW curated.daily_languages AS
 SELECT daily_languages.day,
    daily_languages.language,
    daily_languages.watch_hours,
    daily_languages.airtime_hours,
    (daily_languages.watch_hours / NULLIF(days.covered_hours, (0)::double precision)) AS average_viewers,
    (daily_languages.airtime_hours / NULLIF(days.covered_hours, (0)::double precision)) AS average_streams,
    daily_languages.peak_viewers
   FROM (public.daily_languages
     JOIN public.days USING (day));

COMMENT ON VIEW curated.daily_languages IS 'Languages by day: one row per day and language. Its hours watched add up to those of curated.days.';

COMMENT ON COLUMN curated.daily_languages.day IS 'Day of the bot: from 08:00 to 08:00 in Los Angeles unless set otherwise, named after the date on which it starts.';

COMMENT ON COLUMN curated.daily_languages.language IS 'Language of the stream, ISO 639-1 or "other"; empty if unknown.';

COMMENT ON COLUMN curated.daily_languages.watch_hours IS 'Hours watched: viewers times hours, summed over the polls.';

COMMENT ON COLUMN curated.daily_languages.airtime_hours IS 'Hours streamed, all channels together.';

COMMENT ON COLUMN curated.daily_languages.average_viewers IS 'Average viewers over the day: hours watched / covered hours of the day.';

COMMENT ON COLUMN curated.daily_languages.average_streams IS 'Average number of live streams.';

COMMENT ON COLUMN curated.daily_languages.peak_viewers IS 'Most viewers at one poll.';

CREATE TABLE public.daily_streamer_games (
    day date NOT NULL,
    streamer_id text NOT NULL COLLATE pg_catalog."C",
    game_id text NOT NULL COLLATE pg_catalog."C",
    watch_hours double precision NOT NULL,
    airtime_hours double precision NOT NULL,
    average_viewers double precision GENERATED ALWAYS AS ((watch_hours / airtime_hours)) STORED,
    peak_viewers bigint NOT NULL
);

CREATE TABLE public.streamers (
    streamer_id text NOT NULL COLLATE pg_catalog."C",
    login text NOT NULL,
    streamer_name text NOT NULL,
    first_seen_day date NOT NULL,
    last_seen_day date NOT NULL,
    are_names_keyed boolean DEFAULT false NOT NULL,
    CONSTRAINT streamers_check CHECK ((first_seen_day <= last_seen_day))
)
WITH (fillfactor='50');

CREATE VIEW curated.daily_streamer_games AS
 SELECT pairs.day,
    pairs.streamer_id,
    streamers.login,
    streamers.streamer_name,
    pairs.game_id,
    games.game_name,
    pairs.watch_hours,
    pairs.airtime_hours,
    (pairs.watch_hours / NULLIF(pairs.airtime_hours, (0)::double precision)) AS average_viewers,
    pairs.peak_viewers
   FROM ((public.daily_streamer_games pairs
     LEFT JOIN public.streamers USING (streamer_id))
     LEFT JOIN public.games USING (game_id));

COMMENT ON VIEW curated.daily_streamer_games IS 'What each streamer streamed on a day: one row per day, streamer and game. Its hours watched add up to those of curated.days.';

COMMENT ON COLUMN curated.daily_streamer_games.day IS 'Day of the bot: from 08:00 to 08:00 in Los Angeles unless set otherwise, named after the date on which it starts.';

COMMENT ON COLUMN curated.daily_streamer_games.streamer_id IS 'Twitch''s id of the streamer; it stays when the login changes.';

COMMENT ON COLUMN curated.daily_streamer_games.login IS 'Present login of the streamer, as in twitch.tv/login.';

COMMENT ON COLUMN curated.daily_streamer_games.streamer_name IS 'Present display name of the streamer.';

COMMENT ON COLUMN curated.daily_streamer_games.game_id IS 'Twitch''s id of the category; empty for streams without one.';

COMMENT ON COLUMN curated.daily_streamer_games.game_name IS 'Twitch''s present name of the category.';

COMMENT ON COLUMN curated.daily_streamer_games.watch_hours IS 'Hours watched: viewers times hours, summed over the polls.';

COMMENT ON COLUMN curated.daily_streamer_games.airtime_hours IS 'Hours streamed.';

COMMENT ON COLUMN curated.daily_streamer_games.average_viewers IS 'Average viewers while on the air: hours watched / hours streamed.';

COMMENT ON COLUMN curated.daily_streamer_games.peak_viewers IS 'Most viewers at one poll.';

CREATE TABLE public.daily_streamers (
    day date NOT NULL,
    streamer_id text NOT NULL COLLATE pg_catalog."C",
    watch_hours double precision NOT NULL,
    airtime_hours double precision NOT NULL,
    average_viewers double precision GENERATED ALWAYS AS ((watch_hours / airtime_hours)) STORED,
    peak_viewers bigint NOT NULL,
    language text COLLATE pg_catalog."C"
);

CREATE VIEW curated.daily_streamers AS
 SELECT daily_streamers.day,
    daily_streamers.streamer_id,
    streamers.login,
    streamers.streamer_name,
    daily_streamers.language,
    daily_streamers.watch_hours,
    daily_streamers.airtime_hours,
    (daily_streamers.watch_hours / NULLIF(daily_streamers.airtime_hours, (0)::double precision)) AS average_viewers,
    daily_streamers.peak_viewers
   FROM (public.daily_streamers
     LEFT JOIN public.streamers USING (streamer_id));

COMMENT ON VIEW curated.daily_streamers IS 'Streamers by day: one row per day and streamer. Its hours watched add up to those of curated.days.';

COMMENT ON COLUMN curated.daily_streamers.day IS 'Day of the bot: from 08:00 to 08:00 in Los Angeles unless set otherwise, named after the date on which it starts.';

COMMENT ON COLUMN curated.daily_streamers.streamer_id IS 'Twitch''s id of the streamer; it stays when the login changes.';

COMMENT ON COLUMN curated.daily_streamers.login IS 'Present login of the streamer, as in twitch.tv/login.';

COMMENT ON COLUMN curated.daily_streamers.streamer_name IS 'Present display name of the streamer.';

COMMENT ON COLUMN curated.daily_streamers.language IS 'Language watched longest on the day, ISO 639-1 or "other"; empty if unknown, null before languages were stored.';

COMMENT ON COLUMN curated.daily_streamers.watch_hours IS 'Hours watched: viewers times hours, summed over the polls.';

COMMENT ON COLUMN curated.daily_streamers.airtime_hours IS 'Hours streamed.';

COMMENT ON COLUMN curated.daily_streamers.average_viewers IS 'Average viewers while on the air: hours watched / hours streamed.';

COMMENT ON COLUMN curated.daily_streamers.peak_viewers IS 'Most viewers at one poll.';

CREATE TABLE public.daily_streams (
    day date NOT NULL,
    started_at timestamp with time zone NOT NULL,
    last_seen_at timestamp with time zone NOT NULL,
    watch_hours double precision NOT NULL,
    airtime_hours double precision NOT NULL,
    peak_viewers integer NOT NULL,
    streamer_id text NOT NULL COLLATE pg_catalog."C",
    stream_id text NOT NULL COLLATE pg_catalog."C",
    language text NOT NULL COLLATE pg_catalog."C",
    game_ids text[] NOT NULL COLLATE pg_catalog."C"
);

CREATE VIEW curated.daily_streams AS
 SELECT daily_streams.day,
    daily_streams.stream_id,
    daily_streams.streamer_id,
    streamers.login,
    streamers.streamer_name,
    daily_streams.language,
    daily_streams.started_at,
    daily_streams.last_seen_at,
    daily_streams.watch_hours,
    daily_streams.airtime_hours,
    (daily_streams.watch_hours / NULLIF(daily_streams.airtime_hours, (0)::double precision)) AS average_viewers,
    (daily_streams.peak_viewers)::bigint AS peak_viewers,
    array_to_string(daily_streams.game_ids, ','::text) AS game_ids
   FROM (public.daily_streams
     LEFT JOIN public.streamers USING (streamer_id));

COMMENT ON VIEW curated.daily_streams IS 'Streams by day: one row per day and stream. A stream that runs past the end of a day has a row on each day, with the figures of that day.';

COMMENT ON COLUMN curated.daily_streams.day IS 'Day of the bot: from 08:00 to 08:00 in Los Angeles unless set otherwise, named after the date on which it starts.';

COMMENT ON COLUMN curated.daily_streams.stream_id IS 'Twitch''s id of the stream.';

COMMENT ON COLUMN curated.daily_streams.streamer_id IS 'Twitch''s id of the streamer; it stays when the login changes.';

COMMENT ON COLUMN curated.daily_streams.login IS 'Present login of the streamer, as in twitch.tv/login.';

COMMENT ON COLUMN curated.daily_streams.streamer_name IS 'Present display name of the streamer.';

COMMENT ON COLUMN curated.daily_streams.language IS 'Language of the stream, ISO 639-1 or "other"; empty if unknown.';

COMMENT ON COLUMN curated.daily_streams.started_at IS 'Start of the stream as Twitch reports it, UTC.';

COMMENT ON COLUMN curated.daily_streams.last_seen_at IS 'Last poll of the day that contained the stream, UTC.';

COMMENT ON COLUMN curated.daily_streams.watch_hours IS 'Hours watched: viewers times hours, summed over the polls.';

COMMENT ON COLUMN curated.daily_streams.airtime_hours IS 'Hours streamed.';

COMMENT ON COLUMN curated.daily_streams.average_viewers IS 'Average viewers while on the air: hours watched / hours streamed.';

COMMENT ON COLUMN curated.daily_streams.peak_viewers IS 'Most viewers at one poll.';

COMMENT ON COLUMN curated.daily_streams.game_ids IS 'Ids of the games of the stream, most watched first, with commas between them.';

CREATE TABLE public.daily_themes (
    day date NOT NULL,
    theme_id integer NOT NULL,
    watch_hours double precision NOT NULL,
    watch_hours_split double precision NOT NULL,
    airtime_hours double precision NOT NULL,
    games integer NOT NULL,
    CONSTRAINT daily_themes_games_check CHECK ((games > 0))
);

CREATE TABLE public.igdb_themes (
    theme_id integer NOT NULL,
    name text NOT NULL,
    slug text NOT NULL COLLATE pg_catalog."C"
);

CREATE VIEW curated.daily_themes AS
 SELECT daily_themes.day,
    daily_themes.theme_id,
    igdb_themes.name AS theme_name,
    daily_themes.watch_hours,
    daily_themes.watch_hours_split,
    daily_themes.airtime_hours,
    daily_themes.games
   FROM (public.daily_themes
     JOIN public.igdb_themes USING (theme_id));

COMMENT ON VIEW curated.daily_themes IS 'Themes by day: one row per day and theme. The split hours add up to those of curated.days.';

COMMENT ON COLUMN curated.daily_themes.day IS 'Day of the bot: from 08:00 to 08:00 in Los Angeles unless set otherwise, named after the date on which it starts.';

COMMENT ON COLUMN curated.daily_themes.theme_id IS 'IGDB''s id of the theme; 0 is unknown, -1 is not a game.';

COMMENT ON COLUMN curated.daily_themes.theme_name IS 'IGDB''s name of the theme.';

COMMENT ON COLUMN curated.daily_themes.watch_hours IS 'Hours watched; a game of several themes counts wholly in each, so they add up to more than the day.';

COMMENT ON COLUMN curated.daily_themes.watch_hours_split IS 'Hours watched with 1/n of a game in each of its n classes: they add up to the total.';

COMMENT ON COLUMN curated.daily_themes.airtime_hours IS 'Hours streamed, all channels together.';

COMMENT ON COLUMN curated.daily_themes.games IS 'Number of games.';

CREATE VIEW curated.days AS
 SELECT day,
    starts_at,
    ends_at,
    ((EXTRACT(epoch FROM (ends_at - starts_at)) / (3600)::numeric))::double precision AS day_hours,
    polls,
    covered_hours,
    coverage,
    watch_hours,
    airtime_hours,
    (watch_hours / NULLIF(covered_hours, (0)::double precision)) AS average_viewers,
    (airtime_hours / NULLIF(covered_hours, (0)::double precision)) AS average_streams,
    rolled_up_at
   FROM public.days;

COMMENT ON VIEW curated.days IS 'All of Twitch on a day: one row per finished day.';

COMMENT ON COLUMN curated.days.day IS 'Day of the bot: from 08:00 to 08:00 in Los Angeles unless set otherwise, named after the date on which it starts.';

COMMENT ON COLUMN curated.days.starts_at IS 'Start of the day, UTC.';

COMMENT ON COLUMN curated.days.ends_at IS 'End of the day, UTC, not included.';

COMMENT ON COLUMN curated.days.day_hours IS 'Length of the day in hours: 24, or 23 or 25 when the clocks change.';

COMMENT ON COLUMN curated.days.polls IS 'Number of polls, those that failed included.';

COMMENT ON COLUMN curated.days.covered_hours IS 'Hours of the day for which a poll counts.';

COMMENT ON COLUMN curated.days.coverage IS 'Covered hours as a share of the day, from 0 to 1.';

COMMENT ON COLUMN curated.days.watch_hours IS 'Hours watched: viewers times hours, summed over the polls.';

COMMENT ON COLUMN curated.days.airtime_hours IS 'Hours streamed, all channels together.';

COMMENT ON COLUMN curated.days.average_viewers IS 'Average viewers of all of Twitch above the threshold: hours watched / covered hours.';

COMMENT ON COLUMN curated.days.average_streams IS 'Average number of live streams.';

COMMENT ON COLUMN curated.days.rolled_up_at IS 'When the figures were computed last, UTC.';

CREATE VIEW curated.game_modes AS
 SELECT game_mode_id,
    name AS game_mode_name,
    slug
   FROM public.igdb_game_modes;

COMMENT ON VIEW curated.game_modes IS 'The game modes of IGDB, and two of ours: one row per game mode.';

COMMENT ON COLUMN curated.game_modes.game_mode_id IS 'IGDB''s id of the game mode; 0 is unknown, -1 is not a game.';

COMMENT ON COLUMN curated.game_modes.game_mode_name IS 'IGDB''s name of the game mode.';

COMMENT ON COLUMN curated.game_modes.slug IS 'Name in addresses, of lower-case letters, digits and hyphens.';

CREATE TABLE public.game_matches (
    game_id text NOT NULL COLLATE pg_catalog."C",
    igdb_id bigint,
    how text NOT NULL COLLATE pg_catalog."C",
    checked_at timestamp with time zone NOT NULL,
    next_check_at timestamp with time zone NOT NULL,
    box_art_url text,
    CONSTRAINT game_matches_check CHECK ((next_check_at > checked_at)),
    CONSTRAINT game_matches_check1 CHECK (((igdb_id IS NULL) = (how = ANY (ARRAY['not_a_game'::text, 'none'::text])))),
    CONSTRAINT game_matches_how_check CHECK ((how = ANY (ARRAY['helix'::text, 'external'::text, 'override'::text, 'not_a_game'::text, 'none'::text])))
);

CREATE TABLE public.igdb_games (
    igdb_id bigint NOT NULL,
    name text NOT NULL,
    slug text NOT NULL,
    game_type integer,
    parent_game bigint,
    version_parent bigint,
    first_release_date date,
    checksum text,
    updated_at timestamp with time zone,
    fetched_at timestamp with time zone NOT NULL,
    inherits_from bigint,
    CONSTRAINT igdb_games_igdb_id_check CHECK ((igdb_id > 0))
);

CREATE TABLE public.igdb_games_game_modes (
    igdb_id bigint NOT NULL,
    game_mode_id integer NOT NULL
);

CREATE TABLE public.igdb_games_genres (
    igdb_id bigint NOT NULL,
    genre_id integer NOT NULL
);

CREATE TABLE public.igdb_games_themes (
    igdb_id bigint NOT NULL,
    theme_id integer NOT NULL
);

CREATE VIEW curated.games AS
 SELECT games.game_id,
    games.game_name,
    games.first_seen_day,
    games.last_seen_day,
        CASE
            WHEN (game_matches.how = 'not_a_game'::text) THEN 'not a game'::text
            WHEN (game_matches.igdb_id IS NOT NULL) THEN 'matched'::text
            WHEN (game_matches.how = 'none'::text) THEN 'unknown'::text
            ELSE 'not looked up'::text
        END AS igdb_status,
    game_matches.igdb_id,
    igdb_games.name AS igdb_name,
    igdb_games.first_release_date,
    ( SELECT string_agg(igdb_genres.name, ', '::text ORDER BY igdb_genres.name) AS string_agg
           FROM (public.igdb_games_genres links
             JOIN public.igdb_genres USING (genre_id))
          WHERE (links.igdb_id = game_matches.igdb_id)) AS genres,
    ( SELECT string_agg(igdb_game_modes.name, ', '::text ORDER BY igdb_game_modes.name) AS string_agg
           FROM (public.igdb_games_game_modes links
             JOIN public.igdb_game_modes USING (game_mode_id))
          WHERE (links.igdb_id = game_matches.igdb_id)) AS game_modes,
    ( SELECT string_agg(igdb_themes.name, ', '::text ORDER BY igdb_themes.name) AS string_agg
           FROM (public.igdb_games_themes links
             JOIN public.igdb_themes USING (theme_id))
          WHERE (links.igdb_id = game_matches.igdb_id)) AS themes
   FROM ((public.games
     LEFT JOIN public.game_matches USING (game_id))
     LEFT JOIN public.igdb_games USING (igdb_id));

COMMENT ON VIEW curated.games IS 'Every category of Twitch that was seen, with what IGDB knows of it: one row per game. The row without an id has the streams without a game.';

COMMENT ON COLUMN curated.games.game_id IS 'Twitch''s id of the category; empty for streams without one.';

COMMENT ON COLUMN curated.games.game_name IS 'Twitch''s present name of the category.';

COMMENT ON COLUMN curated.games.first_seen_day IS 'Day of the first poll that counted it.';

COMMENT ON COLUMN curated.games.last_seen_day IS 'Day of the last poll that counted it.';

COMMENT ON COLUMN curated.games.igdb_status IS 'Result of the search on IGDB: matched, not a game, unknown, or not looked up.';

COMMENT ON COLUMN curated.games.igdb_id IS 'IGDB''s id of the game; null if it is not matched.';

COMMENT ON COLUMN curated.games.igdb_name IS 'IGDB''s name of the game.';

COMMENT ON COLUMN curated.games.first_release_date IS 'First release of the game on any platform, by IGDB.';

COMMENT ON COLUMN curated.games.genres IS 'Names of the genres, with commas between them; null if there are none.';

COMMENT ON COLUMN curated.games.game_modes IS 'Names of the game modes, with commas between them; null if there are none.';

COMMENT ON COLUMN curated.games.themes IS 'Names of the themes, with commas between them; null if there are none.';

CREATE VIEW public.game_classes AS
 SELECT game_matches.game_id,
    'genre'::text AS kind,
    links.genre_id AS class_id,
    count(*) OVER (PARTITION BY game_matches.game_id) AS parts
   FROM (public.game_matches
     JOIN public.igdb_games_genres links USING (igdb_id))
UNION ALL
 SELECT game_matches.game_id,
    'mode'::text AS kind,
    links.game_mode_id AS class_id,
    count(*) OVER (PARTITION BY game_matches.game_id) AS parts
   FROM (public.game_matches
     JOIN public.igdb_games_game_modes links USING (igdb_id))
UNION ALL
 SELECT game_matches.game_id,
    'theme'::text AS kind,
    links.theme_id AS class_id,
    count(*) OVER (PARTITION BY game_matches.game_id) AS parts
   FROM (public.game_matches
     JOIN public.igdb_games_themes links USING (igdb_id))
UNION ALL
 SELECT game_matches.game_id,
    kinds.kind,
    '-1'::integer AS class_id,
    1 AS parts
   FROM (public.game_matches
     CROSS JOIN ( VALUES ('genre'::text), ('mode'::text), ('theme'::text)) kinds(kind))
  WHERE (game_matches.how = 'not_a_game'::text);

CREATE VIEW curated.games_game_modes AS
 SELECT games.game_id,
    games.game_name,
    igdb_game_modes.game_mode_id,
    igdb_game_modes.name AS game_mode_name,
    ((1)::double precision / (COALESCE(classes.parts, (1)::bigint))::double precision) AS share
   FROM ((public.games
     LEFT JOIN public.game_classes classes ON (((classes.game_id = games.game_id) AND (classes.kind = 'mode'::text))))
     JOIN public.igdb_game_modes ON ((igdb_game_modes.game_mode_id = COALESCE(classes.class_id, 0))));

COMMENT ON VIEW curated.games_game_modes IS 'Which games have which game modes: one row per game and game mode.';

COMMENT ON COLUMN curated.games_game_modes.game_id IS 'Twitch''s id of the category; empty for streams without one.';

COMMENT ON COLUMN curated.games_game_modes.game_name IS 'Twitch''s present name of the category.';

COMMENT ON COLUMN curated.games_game_modes.game_mode_id IS 'IGDB''s id of the game mode; 0 is unknown, -1 is not a game.';

COMMENT ON COLUMN curated.games_game_modes.game_mode_name IS 'IGDB''s name of the game mode.';

COMMENT ON COLUMN curated.games_game_modes.share IS 'Part of the game that counts here when hours are split: 1 / number of its classes.';

CREATE VIEW curated.games_genres AS
 SELECT games.game_id,
    games.game_name,
    igdb_genres.genre_id,
    igdb_genres.name AS genre_name,
    ((1)::double precision / (COALESCE(classes.parts, (1)::bigint))::double precision) AS share
   FROM ((public.games
     LEFT JOIN public.game_classes classes ON (((classes.game_id = games.game_id) AND (classes.kind = 'genre'::text))))
     JOIN public.igdb_genres ON ((igdb_genres.genre_id = COALESCE(classes.class_id, 0))));

COMMENT ON VIEW curated.games_genres IS 'Which games have which genres: one row per game and genre.';

COMMENT ON COLUMN curated.games_genres.game_id IS 'Twitch''s id of the category; empty for streams without one.';

COMMENT ON COLUMN curated.games_genres.game_name IS 'Twitch''s present name of the category.';

COMMENT ON COLUMN curated.games_genres.genre_id IS 'IGDB''s id of the genre; 0 is unknown, -1 is not a game.';

COMMENT ON COLUMN curated.games_genres.genre_name IS 'IGDB''s name of the genre.';

COMMENT ON COLUMN curated.games_genres.share IS 'Part of the game that counts here when hours are split: 1 / number of its classes.';

CREATE VIEW curated.games_themes AS
 SELECT games.game_id,
    games.game_name,
    igdb_themes.theme_id,
    igdb_themes.name AS theme_name,
    ((1)::double precision / (COALESCE(classes.parts, (1)::bigint))::double precision) AS share
   FROM ((public.games
     LEFT JOIN public.game_classes classes ON (((classes.game_id = games.game_id) AND (classes.kind = 'theme'::text))))
     JOIN public.igdb_themes ON ((igdb_themes.theme_id = COALESCE(classes.class_id, 0))));

COMMENT ON VIEW curated.games_themes IS 'Which games have which themes: one row per game and theme.';

COMMENT ON COLUMN curated.games_themes.game_id IS 'Twitch''s id of the category; empty for streams without one.';

COMMENT ON COLUMN curated.games_themes.game_name IS 'Twitch''s present name of the category.';

COMMENT ON COLUMN curated.games_themes.theme_id IS 'IGDB''s id of the theme; 0 is unknown, -1 is not a game.';

COMMENT ON COLUMN curated.games_themes.theme_name IS 'IGDB''s name of the theme.';

COMMENT ON COLUMN curated.games_themes.share IS 'Part of the game that counts here when hours are split: 1 / number of its classes.';

CREATE VIEW curated.genres AS
 SELECT genre_id,
    name AS genre_name,
    slug
   FROM public.igdb_genres;

COMMENT ON VIEW curated.genres IS 'The genres of IGDB, and two of ours: one row per genre.';

COMMENT ON COLUMN curated.genres.genre_id IS 'IGDB''s id of the genre; 0 is unknown, -1 is not a game.';

COMMENT ON COLUMN curated.genres.genre_name IS 'IGDB''s name of the genre.';

COMMENT ON COLUMN curated.genres.slug IS 'Name in addresses, of lower-case letters, digits and hyphens.';

CREATE TABLE public.hourly_games (
    hour_at timestamp with time zone NOT NULL,
    peak_viewers bigint NOT NULL,
    average_viewers real NOT NULL,
    average_streams real NOT NULL,
    game_id text NOT NULL COLLATE pg_catalog."C"
);

CREATE VIEW curated.hourly_games AS
 SELECT hourly_games.hour_at,
    hourly_games.game_id,
    games.game_name,
    (hourly_games.average_viewers)::double precision AS average_viewers,
    (hourly_games.average_streams)::double precision AS average_streams,
    hourly_games.peak_viewers
   FROM (public.hourly_games
     LEFT JOIN public.games USING (game_id));

COMMENT ON VIEW curated.hourly_games IS 'Games by the hour: one row per hour and game.';

COMMENT ON COLUMN curated.hourly_games.hour_at IS 'Start of the hour, UTC.';

COMMENT ON COLUMN curated.hourly_games.game_id IS 'Twitch''s id of the category; empty for streams without one.';

COMMENT ON COLUMN curated.hourly_games.game_name IS 'Twitch''s present name of the category.';

COMMENT ON COLUMN curated.hourly_games.average_viewers IS 'Average viewers over the polls of the hour; a poll without the game counts as 0.';

COMMENT ON COLUMN curated.hourly_games.average_streams IS 'Average number of live streams.';

COMMENT ON COLUMN curated.hourly_games.peak_viewers IS 'Most viewers at one poll.';

CREATE TABLE public.hourly_genres (
    hour_at timestamp with time zone NOT NULL,
    genre_id integer NOT NULL,
    average_viewers double precision NOT NULL,
    average_viewers_split double precision NOT NULL,
    average_streams double precision NOT NULL
);

CREATE VIEW curated.hourly_genres AS
 SELECT hourly_genres.hour_at,
    hourly_genres.genre_id,
    igdb_genres.name AS genre_name,
    hourly_genres.average_viewers,
    hourly_genres.average_viewers_split,
    hourly_genres.average_streams
   FROM (public.hourly_genres
     JOIN public.igdb_genres USING (genre_id));

COMMENT ON VIEW curated.hourly_genres IS 'Genres by the hour, of finished days: one row per hour and genre.';

COMMENT ON COLUMN curated.hourly_genres.hour_at IS 'Start of the hour, UTC.';

COMMENT ON COLUMN curated.hourly_genres.genre_id IS 'IGDB''s id of the genre; 0 is unknown, -1 is not a game.';

COMMENT ON COLUMN curated.hourly_genres.genre_name IS 'IGDB''s name of the genre.';

COMMENT ON COLUMN curated.hourly_genres.average_viewers IS 'Average viewers of the hour; a game of several genres counts wholly in each, so they add up to more than the total.';

COMMENT ON COLUMN curated.hourly_genres.average_viewers_split IS 'Average viewers with 1/n of a game in each of its n genres: they add up to the total.';

COMMENT ON COLUMN curated.hourly_genres.average_streams IS 'Average number of live streams.';

CREATE TABLE public.hours (
    hour_at timestamp with time zone NOT NULL,
    peak_viewers bigint NOT NULL,
    average_viewers real NOT NULL,
    average_streams real NOT NULL,
    polls smallint NOT NULL,
    CONSTRAINT hours_average_streams_check CHECK ((average_streams >= (0)::double precision)),
    CONSTRAINT hours_average_viewers_check CHECK ((average_viewers >= (0)::double precision)),
    CONSTRAINT hours_hour_at_check CHECK ((date_trunc('hour'::text, hour_at, 'UTC'::text) = hour_at)),
    CONSTRAINT hours_peak_viewers_check CHECK ((peak_viewers >= 0)),
    CONSTRAINT hours_polls_check CHECK ((polls > 0))
);

CREATE VIEW curated.hours AS
 SELECT hour_at,
    (average_viewers)::double precision AS average_viewers,
    (average_streams)::double precision AS average_streams,
    peak_viewers,
    (polls)::integer AS polls
   FROM public.hours;

COMMENT ON VIEW curated.hours IS 'All of Twitch by the hour: one row per hour with a poll, the present one included.';

COMMENT ON COLUMN curated.hours.hour_at IS 'Start of the hour, UTC.';

COMMENT ON COLUMN curated.hours.average_viewers IS 'Average viewers of all of Twitch above the threshold, over the polls of the hour.';

COMMENT ON COLUMN curated.hours.average_streams IS 'Average number of live streams.';

COMMENT ON COLUMN curated.hours.peak_viewers IS 'Most viewers at one poll.';

COMMENT ON COLUMN curated.hours.polls IS 'Number of polls that count for the hour.';

CREATE TABLE public.monthly_games (
    month date NOT NULL,
    game_id text NOT NULL COLLATE pg_catalog."C",
    watch_hours double precision NOT NULL,
    airtime_hours double precision NOT NULL,
    peak_viewers bigint NOT NULL,
    top_watch_hours double precision,
    top3_watch_hours double precision,
    watch_hours_with_shares double precision,
    median_viewers real,
    airtime_hours_with_median double precision
);

CREATE VIEW curated.monthly_games AS
 SELECT monthly_games.month,
    monthly_games.game_id,
    games.game_name,
    monthly_games.watch_hours,
    monthly_games.airtime_hours,
    (monthly_games.watch_hours / NULLIF(monthly_games.airtime_hours, (0)::double precision)) AS viewers_per_channel,
    monthly_games.peak_viewers
   FROM (public.monthly_games
     LEFT JOIN public.games USING (game_id));

COMMENT ON VIEW curated.monthly_games IS 'Games by month: one row per finished month and game.';

COMMENT ON COLUMN curated.monthly_games.month IS 'First day of the calendar month that the days belong to.';

COMMENT ON COLUMN curated.monthly_games.game_id IS 'Twitch''s id of the category; empty for streams without one.';

COMMENT ON COLUMN curated.monthly_games.game_name IS 'Twitch''s present name of the category.';

COMMENT ON COLUMN curated.monthly_games.watch_hours IS 'Hours watched: viewers times hours, summed over the polls.';

COMMENT ON COLUMN curated.monthly_games.airtime_hours IS 'Hours streamed, all channels together.';

COMMENT ON COLUMN curated.monthly_games.viewers_per_channel IS 'Average viewers of one channel: hours watched / hours streamed.';

COMMENT ON COLUMN curated.monthly_games.peak_viewers IS 'Most viewers at one poll.';

CREATE TABLE public.monthly_streamer_games (
    month date NOT NULL,
    game_id text NOT NULL COLLATE pg_catalog."C",
    streamer_id text NOT NULL COLLATE pg_catalog."C",
    watch_hours double precision NOT NULL,
    airtime_hours double precision NOT NULL,
    peak_viewers bigint NOT NULL
);

CREATE VIEW curated.monthly_streamer_games AS
 SELECT pairs.month,
    pairs.streamer_id,
    streamers.login,
    streamers.streamer_name,
    pairs.game_id,
    games.game_name,
    pairs.watch_hours,
    pairs.airtime_hours,
    (pairs.watch_hours / NULLIF(pairs.airtime_hours, (0)::double precision)) AS average_viewers,
    pairs.peak_viewers
   FROM ((public.monthly_streamer_games pairs
     LEFT JOIN public.streamers USING (streamer_id))
     LEFT JOIN public.games USING (game_id));

COMMENT ON VIEW curated.monthly_streamer_games IS 'What each streamer streamed in a month: one row per finished month, streamer and game. Its index is by game.';

COMMENT ON COLUMN curated.monthly_streamer_games.month IS 'First day of the calendar month that the days belong to.';

COMMENT ON COLUMN curated.monthly_streamer_games.streamer_id IS 'Twitch''s id of the streamer; it stays when the login changes.';

COMMENT ON COLUMN curated.monthly_streamer_games.login IS 'Present login of the streamer, as in twitch.tv/login.';

COMMENT ON COLUMN curated.monthly_streamer_games.streamer_name IS 'Present display name of the streamer.';

COMMENT ON COLUMN curated.monthly_streamer_games.game_id IS 'Twitch''s id of the category; empty for streams without one.';

COMMENT ON COLUMN curated.monthly_streamer_games.game_name IS 'Twitch''s present name of the category.';

COMMENT ON COLUMN curated.monthly_streamer_games.watch_hours IS 'Hours watched: viewers times hours, summed over the polls.';

COMMENT ON COLUMN curated.monthly_streamer_games.airtime_hours IS 'Hours streamed.';

COMMENT ON COLUMN curated.monthly_streamer_games.average_viewers IS 'Average viewers while on the air: hours watched / hours streamed.';

COMMENT ON COLUMN curated.monthly_streamer_games.peak_viewers IS 'Most viewers at one poll.';

CREATE TABLE public.monthly_streamers (
    month date NOT NULL,
    streamer_id text NOT NULL COLLATE pg_catalog."C",
    language text NOT NULL COLLATE pg_catalog."C",
    watch_hours double precision NOT NULL,
    airtime_hours double precision NOT NULL,
    peak_viewers integer NOT NULL
);

CREATE VIEW curated.monthly_streamers AS
 SELECT monthly_streamers.month,
    monthly_streamers.streamer_id,
    streamers.login,
    streamers.streamer_name,
    monthly_streamers.language,
    monthly_streamers.watch_hours,
    monthly_streamers.airtime_hours,
    (monthly_streamers.watch_hours / NULLIF(monthly_streamers.airtime_hours, (0)::double precision)) AS average_viewers,
    (monthly_streamers.peak_viewers)::bigint AS peak_viewers
   FROM (public.monthly_streamers
     LEFT JOIN public.streamers USING (streamer_id));

COMMENT ON VIEW curated.monthly_streamers IS 'Streamers by month: one row per finished month, streamer and language; who changed their language has several.';

COMMENT ON COLUMN curated.monthly_streamers.month IS 'First day of the calendar month that the days belong to.';

COMMENT ON COLUMN curated.monthly_streamers.streamer_id IS 'Twitch''s id of the streamer; it stays when the login changes.';

COMMENT ON COLUMN curated.monthly_streamers.login IS 'Present login of the streamer, as in twitch.tv/login.';

COMMENT ON COLUMN curated.monthly_streamers.streamer_name IS 'Present display name of the streamer.';

COMMENT ON COLUMN curated.monthly_streamers.language IS 'Language of the days that are summed up here: the one watched longest on each.';

COMMENT ON COLUMN curated.monthly_streamers.watch_hours IS 'Hours watched: viewers times hours, summed over the polls.';

COMMENT ON COLUMN curated.monthly_streamers.airtime_hours IS 'Hours streamed.';

COMMENT ON COLUMN curated.monthly_streamers.average_viewers IS 'Average viewers while on the air: hours watched / hours streamed.';

COMMENT ON COLUMN curated.monthly_streamers.peak_viewers IS 'Most viewers at one poll.';

CREATE TABLE staging.polls (
    poll_id bigint NOT NULL,
    day date NOT NULL,
    started_at timestamp with time zone NOT NULL,
    ended_at timestamp with time zone NOT NULL,
    status text NOT NULL,
    ended_because text NOT NULL,
    interval_minutes integer NOT NULL,
    more_than_viewers integer NOT NULL,
    pages integer NOT NULL,
    streams integer NOT NULL,
    viewers bigint NOT NULL,
    duplicates integer NOT NULL,
    set_aside integer NOT NULL,
    error text,
    are_names_keyed boolean DEFAULT true NOT NULL,
    CONSTRAINT polls_check CHECK ((started_at <= ended_at)),
    CONSTRAINT polls_check1 CHECK (((status <> 'failed'::text) OR ((streams = 0) AND (error IS NOT NULL)))),
    CONSTRAINT polls_check2 CHECK (((status <> 'complete'::text) OR (error IS NULL))),
    CONSTRAINT polls_duplicates_check CHECK ((duplicates >= 0)),
    CONSTRAINT polls_interval_minutes_check CHECK (((interval_minutes >= 1) AND (interval_minutes <= 1440))),
    CONSTRAINT polls_more_than_viewers_check CHECK ((more_than_viewers >= 0)),
    CONSTRAINT polls_pages_check CHECK ((pages >= 0)),
    CONSTRAINT polls_set_aside_check CHECK ((set_aside >= 0)),
    CONSTRAINT polls_status_check CHECK ((status = ANY (ARRAY['complete'::text, 'partial'::text, 'failed'::text]))),
    CONSTRAINT polls_streams_check CHECK ((streams >= 0)),
    CONSTRAINT polls_viewers_check CHECK ((viewers >= 0))
);

CREATE VIEW curated.polls AS
 SELECT poll_id,
    day,
    started_at,
    ended_at,
    status,
    interval_minutes,
    more_than_viewers,
    streams,
    viewers,
    duplicates,
    set_aside
   FROM staging.polls;

COMMENT ON VIEW curated.polls IS 'The readings of the list of live streams, also those that failed: one row per poll. Gaps of the data are gaps here.';

COMMENT ON COLUMN curated.polls.poll_id IS 'Number of the poll; numbers may be missing.';

COMMENT ON COLUMN curated.polls.day IS 'Day of the bot: from 08:00 to 08:00 in Los Angeles unless set otherwise, named after the date on which it starts.';

COMMENT ON COLUMN curated.polls.started_at IS 'Start of the poll, UTC.';

COMMENT ON COLUMN curated.polls.ended_at IS 'End of the poll, UTC.';

COMMENT ON COLUMN curated.polls.status IS 'complete: read down to the threshold; partial: ended earlier; failed: nothing was stored.';

COMMENT ON COLUMN curated.polls.interval_minutes IS 'Minutes between two polls at that time: a poll counts for at most as long in each direction.';

COMMENT ON COLUMN curated.polls.more_than_viewers IS 'Threshold: streams with more viewers than this were counted.';

COMMENT ON COLUMN curated.polls.streams IS 'Number of streams of the poll.';

COMMENT ON COLUMN curated.polls.viewers IS 'Viewers of all streams of the poll.';

COMMENT ON COLUMN curated.polls.duplicates IS 'Number of streams that Twitch listed twice, counted once.';

COMMENT ON COLUMN curated.polls.set_aside IS 'Number of entries that could not be understood, not counted.';

CREATE VIEW curated.streamers AS
 SELECT streamer_id,
    login,
    streamer_name,
    first_seen_day,
    last_seen_day
   FROM public.streamers;

COMMENT ON VIEW curated.streamers IS 'Every streamer that was seen above the threshold of viewers: one row per streamer.';

COMMENT ON COLUMN curated.streamers.streamer_id IS 'Twitch''s id of the streamer; it stays when the login changes.';

COMMENT ON COLUMN curated.streamers.login IS 'Present login of the streamer, as in twitch.tv/login.';

COMMENT ON COLUMN curated.streamers.streamer_name IS 'Present display name of the streamer.';

COMMENT ON COLUMN curated.streamers.first_seen_day IS 'Day of the first poll that counted it.';

COMMENT ON COLUMN curated.streamers.last_seen_day IS 'Day of the last poll that counted it.';

CREATE TABLE staging.streams (
    day date NOT NULL,
    poll_id bigint NOT NULL,
    viewer_count integer NOT NULL,
    started_at timestamp with time zone,
    stream_id text NOT NULL COLLATE pg_catalog."C",
    streamer_id text NOT NULL COLLATE pg_catalog."C",
    game_id text NOT NULL COLLATE pg_catalog."C",
    language text DEFAULT ''::text NOT NULL COLLATE pg_catalog."C"
)
PARTITION BY LIST (day);

CREATE VIEW curated.streams AS
 SELECT streams.day,
    streams.poll_id,
    polls.started_at AS polled_at,
    streams.stream_id,
    streams.streamer_id,
    streamers.login,
    streamers.streamer_name,
    streams.game_id,
    games.game_name,
    streams.language,
    streams.viewer_count,
    streams.started_at
   FROM (((staging.streams
     JOIN staging.polls USING (poll_id))
     LEFT JOIN public.streamers USING (streamer_id))
     LEFT JOIN public.games USING (game_id));

COMMENT ON VIEW curated.streams IS 'Single streams as polled: one row per poll and stream. Rows are deleted after STAGING_RETENTION_HOURS, because Twitch''s agreement allows no permanent copy. Always filter by day.';

COMMENT ON COLUMN curated.streams.day IS 'Day of the bot: from 08:00 to 08:00 in Los Angeles unless set otherwise, named after the date on which it starts.';

COMMENT ON COLUMN curated.streams.poll_id IS 'Number of the poll; numbers may be missing.';

COMMENT ON COLUMN curated.streams.polled_at IS 'Start of the poll, UTC.';

COMMENT ON COLUMN curated.streams.stream_id IS 'Twitch''s id of the stream.';

COMMENT ON COLUMN curated.streams.streamer_id IS 'Twitch''s id of the streamer; it stays when the login changes.';

COMMENT ON COLUMN curated.streams.login IS 'Present login of the streamer, as in twitch.tv/login.';

COMMENT ON COLUMN curated.streams.streamer_name IS 'Present display name of the streamer.';

COMMENT ON COLUMN curated.streams.game_id IS 'Twitch''s id of the category; empty for streams without one.';

COMMENT ON COLUMN curated.streams.game_name IS 'Twitch''s present name of the category.';

COMMENT ON COLUMN curated.streams.language IS 'Language of the stream, ISO 639-1 or "other"; empty if unknown.';

COMMENT ON COLUMN curated.streams.viewer_count IS 'Viewers of the stream at the poll.';

COMMENT ON COLUMN curated.streams.started_at IS 'Start of the stream as Twitch reports it, UTC.';

CREATE VIEW curated.themes AS
 SELECT theme_id,
    name AS theme_name,
    slug
   FROM public.igdb_themes;

COMMENT ON VIEW curated.themes IS 'The themes of IGDB, and two of ours: one row per theme.';

COMMENT ON COLUMN curated.themes.theme_id IS 'IGDB''s id of the theme; 0 is unknown, -1 is not a game.';

COMMENT ON COLUMN curated.themes.theme_name IS 'IGDB''s name of the theme.';

COMMENT ON COLUMN curated.themes.slug IS 'Name in addresses, of lower-case letters, digits and hyphens.';

CREATE TABLE public.addresses (
    kind text NOT NULL COLLATE pg_catalog."C",
    slug text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    is_current boolean NOT NULL,
    CONSTRAINT addresses_kind_check CHECK ((kind = ANY (ARRAY['game'::text, 'streamer'::text]))),
    CONSTRAINT addresses_slug_check CHECK ((slug <> ''::text))
);

CREATE TABLE public.cursors (
    name text NOT NULL,
    x_id text COLLATE pg_catalog."C",
    moved_at timestamp with time zone NOT NULL
);

CREATE VIEW public.daily_classes AS
 SELECT daily_genres.day,
    'genre'::text AS kind,
    daily_genres.genre_id AS class_id,
    daily_genres.watch_hours,
    daily_genres.watch_hours_split,
    daily_genres.airtime_hours,
    daily_genres.games
   FROM public.daily_genres
UNION ALL
 SELECT daily_game_modes.day,
    'mode'::text AS kind,
    daily_game_modes.game_mode_id AS class_id,
    daily_game_modes.watch_hours,
    daily_game_modes.watch_hours_split,
    daily_game_modes.airtime_hours,
    daily_game_modes.games
   FROM public.daily_game_modes
UNION ALL
 SELECT daily_themes.day,
    'theme'::text AS kind,
    daily_themes.theme_id AS class_id,
    daily_themes.watch_hours,
    daily_themes.watch_hours_split,
    daily_themes.airtime_hours,
    daily_themes.games
   FROM public.daily_themes;

CREATE TABLE public.daily_leaders (
    day date NOT NULL,
    kind text NOT NULL COLLATE pg_catalog."C",
    measure text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    value double precision NOT NULL,
    best_before double precision,
    days_before integer DEFAULT 0 NOT NULL,
    CONSTRAINT daily_leaders_kind_check CHECK ((kind = ANY (ARRAY['game'::text, 'streamer'::text]))),
    CONSTRAINT daily_leaders_measure_check CHECK ((measure = ANY (ARRAY['peak_viewers'::text, 'watch_hours'::text, 'new_watch_hours'::text])))
);

CREATE TABLE public.daily_release_ages (
    day date NOT NULL,
    age text NOT NULL COLLATE pg_catalog."C",
    watch_hours double precision NOT NULL,
    airtime_hours double precision NOT NULL,
    games integer NOT NULL,
    CONSTRAINT daily_release_ages_age_check CHECK ((age = ANY (ARRAY['under_30_days'::text, 'under_1_year'::text, 'under_5_years'::text, 'older'::text, 'not_a_game'::text, 'unknown'::text]))),
    CONSTRAINT daily_release_ages_games_check CHECK ((games > 0))
);

CREATE TABLE public.draws (
    day date NOT NULL,
    game_id text NOT NULL COLLATE pg_catalog."C",
    drawn_at timestamp with time zone NOT NULL
);

CREATE TABLE public.game_aliases (
    alias_key text NOT NULL COLLATE pg_catalog."C",
    alias text NOT NULL,
    game_key text NOT NULL COLLATE pg_catalog."C",
    game_name text NOT NULL
);

CREATE TABLE public.genre_days (
    day date NOT NULL,
    summed_up_at timestamp with time zone NOT NULL,
    rolled_up_at timestamp with time zone
);

CREATE VIEW public.igdb_classes AS
 SELECT 'genre'::text AS kind,
    igdb_genres.genre_id AS class_id,
    igdb_genres.name,
    igdb_genres.slug
   FROM public.igdb_genres
UNION ALL
 SELECT 'mode'::text AS kind,
    igdb_game_modes.game_mode_id AS class_id,
    igdb_game_modes.name,
    igdb_game_modes.slug
   FROM public.igdb_game_modes
UNION ALL
 SELECT 'theme'::text AS kind,
    igdb_themes.theme_id AS class_id,
    igdb_themes.name,
    igdb_themes.slug
   FROM public.igdb_themes;

CREATE TABLE public.lake_forgotten (
    streamer_id text NOT NULL COLLATE pg_catalog."C",
    since timestamp with time zone NOT NULL,
    CONSTRAINT lake_forgotten_streamer_id_check CHECK ((streamer_id <> ''::text))
);

CREATE TABLE public.lake_objects (
    lake text NOT NULL COLLATE pg_catalog."C",
    dataset text NOT NULL COLLATE pg_catalog."C",
    partition text NOT NULL COLLATE pg_catalog."C",
    piece text NOT NULL COLLATE pg_catalog."C",
    key text NOT NULL COLLATE pg_catalog."C",
    day date,
    poll_id bigint,
    status text DEFAULT 'due'::text NOT NULL COLLATE pg_catalog."C",
    revision integer DEFAULT 1 NOT NULL,
    written_revision integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone NOT NULL,
    written_at timestamp with time zone,
    rows bigint,
    bytes bigint,
    etag text COLLATE pg_catalog."C",
    sha256 text COLLATE pg_catalog."C",
    content text COLLATE pg_catalog."C",
    problem text,
    CONSTRAINT lake_objects_bytes_check CHECK ((bytes >= 0)),
    CONSTRAINT lake_objects_check CHECK (((written_revision >= 0) AND (written_revision <= revision))),
    CONSTRAINT lake_objects_check1 CHECK (((status <> 'there'::text) OR (num_nulls(etag, sha256, content, rows, bytes, written_at) = 0))),
    CONSTRAINT lake_objects_revision_check CHECK ((revision > 0)),
    CONSTRAINT lake_objects_rows_check CHECK ((rows >= 0)),
    CONSTRAINT lake_objects_status_check CHECK ((status = ANY (ARRAY['due'::text, 'there'::text, 'gone'::text])))
);

CREATE TABLE public.lake_owner (
    owner text NOT NULL COLLATE pg_catalog."C",
    only_row boolean DEFAULT true NOT NULL,
    CONSTRAINT lake_owner_only_row_check CHECK (only_row)
);

CREATE TABLE public.mention_gaps (
    before_x_id text NOT NULL COLLATE pg_catalog."C",
    after_x_id text COLLATE pg_catalog."C",
    CONSTRAINT mention_gaps_before_x_id_check CHECK ((before_x_id ~ '^[0-9]{1,19}$'::text))
);

CREATE TABLE public.mentions (
    mention_id text NOT NULL COLLATE pg_catalog."C",
    author_id text COLLATE pg_catalog."C",
    text text,
    posted_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    first_version text NOT NULL COLLATE pg_catalog."C",
    is_repost boolean NOT NULL,
    is_explicit boolean NOT NULL,
    is_to_us boolean NOT NULL,
    status text DEFAULT 'new'::text NOT NULL,
    reason text,
    question text,
    decided_at timestamp with time zone,
    CONSTRAINT mentions_check CHECK (((status <> 'ignored'::text) OR (reason IS NOT NULL))),
    CONSTRAINT mentions_check1 CHECK (((status = 'new'::text) = (decided_at IS NULL))),
    CONSTRAINT mentions_mention_id_check CHECK ((mention_id ~ '^[0-9]{1,19}$'::text)),
    CONSTRAINT mentions_status_check CHECK ((status = ANY (ARRAY['new'::text, 'answered'::text, 'ignored'::text])))
);

CREATE TABLE public.months (
    month date NOT NULL,
    summed_up_at timestamp with time zone NOT NULL,
    CONSTRAINT months_month_check CHECK ((EXTRACT(day FROM month) = (1)::numeric))
);

CREATE TABLE public.names (
    kind text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    key text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    login text NOT NULL,
    CONSTRAINT names_kind_check CHECK ((kind = ANY (ARRAY['game'::text, 'streamer'::text])))
);

CREATE TABLE public.opt_outs (
    author_id text NOT NULL COLLATE pg_catalog."C",
    mention_id text NOT NULL COLLATE pg_catalog."C",
    since timestamp with time zone NOT NULL
);

CREATE UNLOGGED TABLE public.pictures (
    kind text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    fetched_at timestamp with time zone,
    media_type text,
    digest text COLLATE pg_catalog."C",
    content bytea,
    refused text,
    tried_at timestamp with time zone NOT NULL,
    CONSTRAINT pictures_check CHECK ((num_nulls(content, media_type, digest, fetched_at) = ANY (ARRAY[0, 4]))),
    CONSTRAINT pictures_check1 CHECK (((content IS NOT NULL) OR (refused IS NOT NULL))),
    CONSTRAINT pictures_content_check CHECK (((octet_length(content) >= 1) AND (octet_length(content) <= 100000))),
    CONSTRAINT pictures_digest_check CHECK ((digest ~ '^[0-9a-f]{16}$'::text)),
    CONSTRAINT pictures_id_check CHECK ((id <> ''::text)),
    CONSTRAINT pictures_kind_check CHECK ((kind = ANY (ARRAY['game'::text, 'streamer'::text]))),
    CONSTRAINT pictures_media_type_check CHECK ((media_type = ANY (ARRAY['image/jpeg'::text, 'image/png'::text, 'image/webp'::text])))
);
ALTER TABLE ONLY public.pictures ALTER COLUMN content SET STORAGE EXTERNAL;

CREATE TABLE public.posts (
    post_id bigint NOT NULL,
    kind text NOT NULL,
    day date,
    mention_id text COLLATE pg_catalog."C",
    text text NOT NULL,
    chart jsonb,
    alt_text text,
    status text NOT NULL,
    reason text,
    created_at timestamp with time zone NOT NULL,
    next_try_at timestamp with time zone NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    claimed_at timestamp with time zone,
    after_x_id text COLLATE pg_catalog."C",
    last_error text,
    was_unknown boolean DEFAULT false NOT NULL,
    was_duplicate boolean DEFAULT false CONSTRAINT posts_is_out_not_null NOT NULL,
    media_id text,
    media_expires_at timestamp with time zone,
    x_id text COLLATE pg_catalog."C",
    sent_at timestamp with time zone,
    due_since timestamp with time zone,
    is_private boolean DEFAULT false NOT NULL,
    CONSTRAINT posts_attempts_check CHECK ((attempts >= 0)),
    CONSTRAINT posts_check CHECK (((kind = 'reply'::text) = (mention_id IS NOT NULL))),
    CONSTRAINT posts_check1 CHECK (((kind = 'reply'::text) = (day IS NULL))),
    CONSTRAINT posts_check2 CHECK (((status = 'sent'::text) = (sent_at IS NOT NULL))),
    CONSTRAINT posts_check3 CHECK (((status <> ALL (ARRAY['refused'::text, 'expired'::text, 'skipped'::text, 'not_sent'::text, 'dropped'::text])) OR (reason IS NOT NULL))),
    CONSTRAINT posts_kind_check CHECK ((kind = ANY (ARRAY['games'::text, 'streamers'::text, 'streamers_of_game'::text, 'reply'::text]))),
    CONSTRAINT posts_status_check CHECK ((status = ANY (ARRAY['due'::text, 'sending'::text, 'unknown'::text, 'sent'::text, 'refused'::text, 'expired'::text, 'skipped'::text, 'not_sent'::text, 'dropped'::text])))
);

ALTER TABLE public.posts ALTER COLUMN post_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.posts_post_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.streamer_ranks (
    days integer NOT NULL,
    rank integer NOT NULL,
    watch_hours double precision NOT NULL,
    of_all integer NOT NULL,
    last_day date NOT NULL,
    as_of timestamp with time zone NOT NULL
);

CREATE TABLE public.x_accounts (
    credentials_hash text CONSTRAINT x_accounts_credentials_not_null NOT NULL,
    user_id text NOT NULL COLLATE pg_catalog."C",
    username text NOT NULL,
    fetched_at timestamp with time zone CONSTRAINT x_accounts_asked_at_not_null NOT NULL
);

CREATE TABLE public.x_charges (
    charge_id bigint NOT NULL,
    charged_at timestamp with time zone NOT NULL,
    kind text NOT NULL,
    purpose text NOT NULL,
    units integer NOT NULL,
    usd numeric(12,6) NOT NULL,
    status text NOT NULL,
    post_id bigint,
    CONSTRAINT x_charges_purpose_check CHECK ((purpose = ANY (ARRAY['summaries'::text, 'replies'::text, 'mentions'::text, 'settling'::text, 'account'::text]))),
    CONSTRAINT x_charges_status_check CHECK ((status = ANY (ARRAY['reserved'::text, 'made'::text, 'not_made'::text]))),
    CONSTRAINT x_charges_units_check CHECK ((units >= 0)),
    CONSTRAINT x_charges_usd_check CHECK ((usd >= (0)::numeric))
);

ALTER TABLE public.x_charges ALTER COLUMN charge_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.x_charges_charge_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE public.x_pauses (
    cause text NOT NULL,
    until timestamp with time zone NOT NULL,
    reason text CONSTRAINT x_pauses_because_not_null NOT NULL,
    since timestamp with time zone,
    CONSTRAINT x_pauses_cause_check CHECK ((cause = ANY (ARRAY['credits'::text, 'credentials'::text])))
);

CREATE TABLE public.x_prices (
    kind text NOT NULL,
    usd numeric(12,6) NOT NULL,
    meaning text NOT NULL,
    CONSTRAINT x_prices_usd_check CHECK ((usd >= (0)::numeric))
);

CREATE TABLE public.x_reads (
    day date NOT NULL,
    kind text NOT NULL,
    resource_id text NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE public.x_uncertain_reads (
    purpose text CONSTRAINT x_lost_reads_purpose_not_null NOT NULL,
    lost_at timestamp with time zone CONSTRAINT x_lost_reads_lost_at_not_null NOT NULL
);

CREATE TABLE staging.games (
    poll_id bigint NOT NULL,
    game_id text NOT NULL COLLATE pg_catalog."C",
    viewers bigint NOT NULL,
    streams integer NOT NULL,
    top_viewers integer,
    top3_viewers bigint,
    median_viewers real,
    CONSTRAINT games_check CHECK ((top_viewers <= viewers)),
    CONSTRAINT games_check1 CHECK ((top3_viewers <= viewers)),
    CONSTRAINT games_streams_check CHECK ((streams > 0)),
    CONSTRAINT games_viewers_check CHECK ((viewers >= 0))
);

CREATE TABLE staging.languages (
    poll_id bigint NOT NULL,
    language text NOT NULL COLLATE pg_catalog."C",
    viewers bigint NOT NULL,
    streams integer NOT NULL,
    CONSTRAINT languages_streams_check CHECK ((streams > 0)),
    CONSTRAINT languages_viewers_check CHECK ((viewers >= 0))
);

ALTER TABLE staging.polls ALTER COLUMN poll_id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME staging.polls_poll_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE TABLE staging.set_aside (
    poll_id bigint NOT NULL,
    "position" integer NOT NULL,
    reason text NOT NULL,
    raw text NOT NULL,
    CONSTRAINT set_aside_position_check CHECK (("position" > 0))
);

ALTER TABLE ONLY chat.broadcasts
    ADD CONSTRAINT broadcasts_pkey PRIMARY KEY (stream_id);

ALTER TABLE ONLY chat.channels
    ADD CONSTRAINT channels_login_key UNIQUE (login);

ALTER TABLE ONLY chat.channels
    ADD CONSTRAINT channels_pkey PRIMARY KEY (channel_id);

ALTER TABLE ONLY chat.choice
    ADD CONSTRAINT choice_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY chat.cursors
    ADD CONSTRAINT cursors_pkey PRIMARY KEY (journal_id, shard);

ALTER TABLE ONLY chat.daily_chats
    ADD CONSTRAINT daily_chats_pkey PRIMARY KEY (channel_id, day);

ALTER TABLE ONLY chat.daily_emote_counts
    ADD CONSTRAINT daily_emote_counts_pkey PRIMARY KEY (channel_id, day);

ALTER TABLE ONLY chat.emote_lists
    ADD CONSTRAINT emote_lists_pkey PRIMARY KEY (owner_id);

ALTER TABLE ONLY chat.emote_names
    ADD CONSTRAINT emote_names_pkey PRIMARY KEY (emote_id);

ALTER TABLE ONLY chat.emotes
    ADD CONSTRAINT emotes_emote_id_key UNIQUE (emote_id);

ALTER TABLE ONLY chat.emotes
    ADD CONSTRAINT emotes_pkey PRIMARY KEY (emote_number);

ALTER TABLE ONLY chat.hour_emote_counts
    ADD CONSTRAINT hour_emote_counts_pkey PRIMARY KEY (channel_id, hour_at);

ALTER TABLE ONLY chat.hours
    ADD CONSTRAINT hours_pkey PRIMARY KEY (channel_id, hour_at);

ALTER TABLE ONLY chat.minute_counts
    ADD CONSTRAINT minute_counts_pkey PRIMARY KEY (channel_id, minute_at);

ALTER TABLE ONLY chat.moments
    ADD CONSTRAINT moments_pkey PRIMARY KEY (channel_id, starts_at);

ALTER TABLE ONLY chat.nodes
    ADD CONSTRAINT nodes_pkey PRIMARY KEY (name);

ALTER TABLE ONLY chat.opt_outs
    ADD CONSTRAINT opt_outs_pkey PRIMARY KEY (kind, id);

ALTER TABLE ONLY chat.requests
    ADD CONSTRAINT requests_pkey PRIMARY KEY (login, kind);

ALTER TABLE ONLY public.addresses
    ADD CONSTRAINT addresses_pkey PRIMARY KEY (kind, slug);

ALTER TABLE ONLY public.cursors
    ADD CONSTRAINT cursors_pkey PRIMARY KEY (name);

ALTER TABLE ONLY public.daily_game_languages
    ADD CONSTRAINT daily_game_languages_pkey PRIMARY KEY (day, game_id, language);

ALTER TABLE ONLY public.daily_game_modes
    ADD CONSTRAINT daily_game_modes_pkey PRIMARY KEY (day, game_mode_id);

ALTER TABLE ONLY public.daily_games
    ADD CONSTRAINT daily_games_pkey PRIMARY KEY (day, game_id);

ALTER TABLE ONLY public.daily_genres
    ADD CONSTRAINT daily_genres_pkey PRIMARY KEY (day, genre_id);

ALTER TABLE ONLY public.daily_languages
    ADD CONSTRAINT daily_languages_pkey PRIMARY KEY (day, language);

ALTER TABLE ONLY public.daily_leaders
    ADD CONSTRAINT daily_leaders_pkey PRIMARY KEY (day, kind, measure, id);

ALTER TABLE ONLY public.daily_release_ages
    ADD CONSTRAINT daily_release_ages_pkey PRIMARY KEY (day, age);

ALTER TABLE ONLY public.daily_streamer_games
    ADD CONSTRAINT daily_streamer_games_pkey PRIMARY KEY (day, game_id, streamer_id);

ALTER TABLE ONLY public.daily_streamers
    ADD CONSTRAINT daily_streamers_pkey PRIMARY KEY (day, streamer_id);

ALTER TABLE ONLY public.daily_streams
    ADD CONSTRAINT daily_streams_pkey PRIMARY KEY (day, streamer_id, stream_id);

ALTER TABLE ONLY public.daily_themes
    ADD CONSTRAINT daily_themes_pkey PRIMARY KEY (day, theme_id);

ALTER TABLE public.days
    ADD CONSTRAINT days_covered_hours_check1 CHECK (((covered_hours * (3600)::double precision) <= ((EXTRACT(epoch FROM (ends_at - starts_at)) + (1)::numeric))::double precision)) NOT VALID;

ALTER TABLE ONLY public.days
    ADD CONSTRAINT days_pkey PRIMARY KEY (day);

ALTER TABLE ONLY public.draws
    ADD CONSTRAINT draws_pkey PRIMARY KEY (day);

ALTER TABLE ONLY public.game_aliases
    ADD CONSTRAINT game_aliases_pkey PRIMARY KEY (alias_key);

ALTER TABLE ONLY public.game_matches
    ADD CONSTRAINT game_matches_pkey PRIMARY KEY (game_id);

ALTER TABLE ONLY public.games
    ADD CONSTRAINT games_pkey PRIMARY KEY (game_id);

ALTER TABLE ONLY public.genre_days
    ADD CONSTRAINT genre_days_pkey PRIMARY KEY (day);

ALTER TABLE ONLY public.hourly_games
    ADD CONSTRAINT hourly_games_pkey PRIMARY KEY (game_id, hour_at);

ALTER TABLE ONLY public.hourly_genres
    ADD CONSTRAINT hourly_genres_pkey PRIMARY KEY (hour_at, genre_id);

ALTER TABLE ONLY public.hours
    ADD CONSTRAINT hours_pkey PRIMARY KEY (hour_at);

ALTER TABLE ONLY public.igdb_game_modes
    ADD CONSTRAINT igdb_game_modes_pkey PRIMARY KEY (game_mode_id);

ALTER TABLE ONLY public.igdb_games_game_modes
    ADD CONSTRAINT igdb_games_game_modes_pkey PRIMARY KEY (igdb_id, game_mode_id);

ALTER TABLE ONLY public.igdb_games_genres
    ADD CONSTRAINT igdb_games_genres_pkey PRIMARY KEY (igdb_id, genre_id);

ALTER TABLE ONLY public.igdb_games
    ADD CONSTRAINT igdb_games_pkey PRIMARY KEY (igdb_id);

ALTER TABLE ONLY public.igdb_games_themes
    ADD CONSTRAINT igdb_games_themes_pkey PRIMARY KEY (igdb_id, theme_id);

ALTER TABLE ONLY public.igdb_genres
    ADD CONSTRAINT igdb_genres_pkey PRIMARY KEY (genre_id);

ALTER TABLE ONLY public.igdb_themes
    ADD CONSTRAINT igdb_themes_pkey PRIMARY KEY (theme_id);

ALTER TABLE ONLY public.lake_forgotten
    ADD CONSTRAINT lake_forgotten_pkey PRIMARY KEY (streamer_id);

ALTER TABLE ONLY public.lake_objects
    ADD CONSTRAINT lake_objects_lake_key_key UNIQUE (lake, key);

ALTER TABLE ONLY public.lake_objects
    ADD CONSTRAINT lake_objects_pkey PRIMARY KEY (lake, dataset, partition, piece);

ALTER TABLE ONLY public.lake_owner
    ADD CONSTRAINT lake_owner_only_row_key UNIQUE (only_row);

ALTER TABLE ONLY public.lake_owner
    ADD CONSTRAINT lake_owner_pkey PRIMARY KEY (owner);

ALTER TABLE ONLY public.mention_gaps
    ADD CONSTRAINT mention_gaps_pkey PRIMARY KEY (before_x_id);

ALTER TABLE ONLY public.mentions
    ADD CONSTRAINT mentions_pkey PRIMARY KEY (mention_id);

ALTER TABLE ONLY public.monthly_games
    ADD CONSTRAINT monthly_games_pkey PRIMARY KEY (month, game_id);

ALTER TABLE ONLY public.monthly_streamer_games
    ADD CONSTRAINT monthly_streamer_games_pkey PRIMARY KEY (game_id, month, streamer_id);

ALTER TABLE ONLY public.monthly_streamers
    ADD CONSTRAINT monthly_streamers_pkey PRIMARY KEY (month, streamer_id, language);

ALTER TABLE ONLY public.months
    ADD CONSTRAINT months_pkey PRIMARY KEY (month);

ALTER TABLE ONLY public.names
    ADD CONSTRAINT names_pkey PRIMARY KEY (kind, id, key);

ALTER TABLE ONLY public.opt_outs
    ADD CONSTRAINT opt_outs_pkey PRIMARY KEY (author_id);

ALTER TABLE ONLY public.pictures
    ADD CONSTRAINT pictures_pkey PRIMARY KEY (kind, id);

ALTER TABLE ONLY public.posts
    ADD CONSTRAINT posts_day_kind_key UNIQUE (day, kind);

ALTER TABLE ONLY public.posts
    ADD CONSTRAINT posts_mention_id_key UNIQUE (mention_id);

ALTER TABLE ONLY public.posts
    ADD CONSTRAINT posts_pkey PRIMARY KEY (post_id);

ALTER TABLE ONLY public.posts
    ADD CONSTRAINT posts_x_id_key UNIQUE (x_id);

ALTER TABLE ONLY public.streamer_ranks
    ADD CONSTRAINT streamer_ranks_pkey PRIMARY KEY (days, rank);

ALTER TABLE ONLY public.streamers
    ADD CONSTRAINT streamers_pkey PRIMARY KEY (streamer_id);

ALTER TABLE ONLY public.x_accounts
    ADD CONSTRAINT x_accounts_pkey PRIMARY KEY (credentials_hash);

ALTER TABLE ONLY public.x_charges
    ADD CONSTRAINT x_charges_pkey PRIMARY KEY (charge_id);

ALTER TABLE ONLY public.x_pauses
    ADD CONSTRAINT x_pauses_pkey PRIMARY KEY (cause);

ALTER TABLE ONLY public.x_prices
    ADD CONSTRAINT x_prices_pkey PRIMARY KEY (kind);

ALTER TABLE ONLY public.x_reads
    ADD CONSTRAINT x_reads_pkey PRIMARY KEY (day, kind, resource_id);

ALTER TABLE ONLY public.x_uncertain_reads
    ADD CONSTRAINT x_uncertain_reads_pkey PRIMARY KEY (purpose);

ALTER TABLE ONLY staging.games
    ADD CONSTRAINT games_pkey PRIMARY KEY (poll_id, game_id);

ALTER TABLE ONLY staging.languages
    ADD CONSTRAINT languages_pkey PRIMARY KEY (poll_id, language);

ALTER TABLE ONLY staging.polls
    ADD CONSTRAINT polls_pkey PRIMARY KEY (poll_id);

ALTER TABLE ONLY staging.set_aside
    ADD CONSTRAINT set_aside_pkey PRIMARY KEY (poll_id, "position");

CREATE INDEX broadcasts_of_channel ON chat.broadcasts USING btree (channel_id, started_at);

CREATE INDEX daily_chats_by_day ON chat.daily_chats USING btree (day);

CREATE INDEX emote_names_of_owner ON chat.emote_names USING btree (owner_id);

CREATE INDEX hours_by_time ON chat.hours USING btree (hour_at);

CREATE INDEX moments_by_time ON chat.moments USING btree (starts_at);

CREATE INDEX open_broadcasts ON chat.broadcasts USING btree (last_seen_at) WHERE (NOT is_final);

CREATE UNIQUE INDEX addresses_current_idx ON public.addresses USING btree (kind, id) WHERE is_current;

CREATE INDEX daily_streamer_games_streamer_idx ON public.daily_streamer_games USING btree (streamer_id, day);

CREATE INDEX days_rolled_up_idx ON public.days USING btree (rolled_up_at);

CREATE INDEX days_without_leaders ON public.days USING btree (day) WHERE (NOT has_leaders);

CREATE INDEX game_matches_igdb_id_idx ON public.game_matches USING btree (igdb_id);

CREATE INDEX game_matches_next_check_at_idx ON public.game_matches USING btree (next_check_at);

CREATE INDEX games_name_key_idx ON public.games USING btree (name_key, game_id);

CREATE INDEX games_to_key_idx ON public.games USING btree (game_id) WHERE (NOT are_names_keyed);

CREATE INDEX genre_days_summed_up_at_idx ON public.genre_days USING btree (summed_up_at);

CREATE INDEX hourly_games_hour_idx ON public.hourly_games USING btree (hour_at);

CREATE INDEX lake_objects_day_idx ON public.lake_objects USING btree (lake, day);

CREATE INDEX lake_objects_due_idx ON public.lake_objects USING btree (lake, dataset, day) WHERE (status = 'due'::text);

CREATE INDEX mentions_author_idx ON public.mentions USING btree (author_id, decided_at);

CREATE INDEX mentions_new_idx ON public.mentions USING btree (posted_at) WHERE (status = 'new'::text);

CREATE INDEX mentions_posted_idx ON public.mentions USING btree (posted_at);

CREATE INDEX mentions_texts_idx ON public.mentions USING btree (posted_at) WHERE (text IS NOT NULL);

CREATE INDEX mentions_version_idx ON public.mentions USING btree (first_version);

CREATE INDEX names_key_idx ON public.names USING btree (key);

CREATE INDEX posts_created_idx ON public.posts USING btree (created_at);

CREATE INDEX posts_open_idx ON public.posts USING btree (next_try_at) WHERE (status = ANY (ARRAY['due'::text, 'sending'::text, 'unknown'::text]));

CREATE INDEX posts_text_idx ON public.posts USING btree (md5(text));

CREATE INDEX posts_x_number_idx ON public.posts USING btree (((x_id)::bigint));

CREATE INDEX streamers_to_key_idx ON public.streamers USING btree (streamer_id) WHERE (NOT are_names_keyed);

CREATE INDEX x_charges_post_idx ON public.x_charges USING btree (post_id) WHERE (status = 'reserved'::text);

CREATE INDEX x_charges_time_idx ON public.x_charges USING btree (charged_at);

CREATE INDEX polls_day_idx ON staging.polls USING btree (day, started_at);

CREATE INDEX polls_to_key_idx ON staging.polls USING btree (day) WHERE (NOT are_names_keyed);

CREATE TRIGGER names_are_not_keyed BEFORE UPDATE OF game_name ON public.games FOR EACH ROW WHEN ((old.game_name IS DISTINCT FROM new.game_name)) EXECUTE FUNCTION public.names_are_not_keyed();

CREATE TRIGGER names_are_not_keyed BEFORE UPDATE OF login, streamer_name ON public.streamers FOR EACH ROW WHEN (((old.login IS DISTINCT FROM new.login) OR (old.streamer_name IS DISTINCT FROM new.streamer_name))) EXECUTE FUNCTION public.names_are_not_keyed();

ALTER TABLE ONLY public.daily_game_modes
    ADD CONSTRAINT daily_game_modes_game_mode_id_fkey FOREIGN KEY (game_mode_id) REFERENCES public.igdb_game_modes(game_mode_id);

ALTER TABLE ONLY public.daily_genres
    ADD CONSTRAINT daily_genres_genre_id_fkey FOREIGN KEY (genre_id) REFERENCES public.igdb_genres(genre_id);

ALTER TABLE ONLY public.daily_themes
    ADD CONSTRAINT daily_themes_theme_id_fkey FOREIGN KEY (theme_id) REFERENCES public.igdb_themes(theme_id);

ALTER TABLE ONLY public.draws
    ADD CONSTRAINT draws_day_fkey FOREIGN KEY (day) REFERENCES public.days(day);

ALTER TABLE ONLY public.draws
    ADD CONSTRAINT draws_game_id_fkey FOREIGN KEY (game_id) REFERENCES public.games(game_id);

ALTER TABLE ONLY public.game_matches
    ADD CONSTRAINT game_matches_igdb_id_fkey FOREIGN KEY (igdb_id) REFERENCES public.igdb_games(igdb_id);

ALTER TABLE ONLY public.genre_days
    ADD CONSTRAINT genre_days_day_fkey FOREIGN KEY (day) REFERENCES public.days(day) ON DELETE CASCADE;

ALTER TABLE ONLY public.hourly_genres
    ADD CONSTRAINT hourly_genres_genre_id_fkey FOREIGN KEY (genre_id) REFERENCES public.igdb_genres(genre_id);

ALTER TABLE ONLY public.igdb_games_game_modes
    ADD CONSTRAINT igdb_games_game_modes_game_mode_id_fkey FOREIGN KEY (game_mode_id) REFERENCES public.igdb_game_modes(game_mode_id);

ALTER TABLE ONLY public.igdb_games_game_modes
    ADD CONSTRAINT igdb_games_game_modes_igdb_id_fkey FOREIGN KEY (igdb_id) REFERENCES public.igdb_games(igdb_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.igdb_games_genres
    ADD CONSTRAINT igdb_games_genres_genre_id_fkey FOREIGN KEY (genre_id) REFERENCES public.igdb_genres(genre_id);

ALTER TABLE ONLY public.igdb_games_genres
    ADD CONSTRAINT igdb_games_genres_igdb_id_fkey FOREIGN KEY (igdb_id) REFERENCES public.igdb_games(igdb_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.igdb_games_themes
    ADD CONSTRAINT igdb_games_themes_igdb_id_fkey FOREIGN KEY (igdb_id) REFERENCES public.igdb_games(igdb_id) ON DELETE CASCADE;

ALTER TABLE ONLY public.igdb_games_themes
    ADD CONSTRAINT igdb_games_themes_theme_id_fkey FOREIGN KEY (theme_id) REFERENCES public.igdb_themes(theme_id);

ALTER TABLE ONLY public.posts
    ADD CONSTRAINT posts_mention_id_fkey FOREIGN KEY (mention_id) REFERENCES public.mentions(mention_id);

ALTER TABLE ONLY public.x_charges
    ADD CONSTRAINT x_charges_kind_fkey FOREIGN KEY (kind) REFERENCES public.x_prices(kind);

ALTER TABLE ONLY public.x_charges
    ADD CONSTRAINT x_charges_post_id_fkey FOREIGN KEY (post_id) REFERENCES public.posts(post_id);

ALTER TABLE ONLY staging.languages
    ADD CONSTRAINT languages_poll_id_fkey FOREIGN KEY (poll_id) REFERENCES staging.polls(poll_id) ON DELETE CASCADE;

ALTER TABLE ONLY staging.set_aside
    ADD CONSTRAINT set_aside_poll_id_fkey FOREIGN KEY (poll_id) REFERENCES staging.polls(poll_id) ON DELETE CASCADE;
