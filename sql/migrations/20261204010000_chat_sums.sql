-- migrate:up

-- The sums of the closed minutes of a channel from one instant to before another, for hours, broadcasts and days. `by_hours`:
-- whole hours are taken from chat.hours, so that a long span is summed up within a millisecond. Without a minute all
-- of them are null.
create function chat.sums_of(a_channel_id text, from_at timestamptz, until_at timestamptz, by_hours boolean) returns table (
    messages bigint,
    mirrored_messages bigint,
    subscriber_messages bigint,
    first_time_messages bigint,
    bot_messages bigint,
    emote_only_messages bigint,
    command_messages bigint,
    bits bigint,
    subs bigint,
    gifted_subs bigint,
    raid_viewers bigint,
    removed_messages bigint,
    timeouts bigint,
    late_messages bigint,
    minutes integer,
    covered_minutes integer,
    peak_messages integer,
    viewer_minutes bigint,
    watched_messages bigint
) language sql stable parallel safe as $$
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

-- Which channels were heard on a day. All channels of an hour share one entry.
create index hours_by_time on chat.hours (hour_at);

-- migrate:down

drop index chat.hours_by_time;
drop function chat.sums_of(text, timestamptz, timestamptz, boolean);
