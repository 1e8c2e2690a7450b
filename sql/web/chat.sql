-- name: chat_now
-- The followed channels with what their chat does now: counts of the minutes that are open, of the newest minute that was heard
-- whole if it is not older than six minutes, and of the last half hour by the minute (null for one that was not heard whole).
-- Most messages first. Grain: one row per channel.
with minutes as (
    select
        minutes.channel_id,
        minutes.minute_at,
        minutes.messages,
        minutes.chatters,
        minutes.subscriber_messages,
        minutes.covered_seconds,
        minutes.is_closed,
        minutes.viewers,
        chat.is_covered(minutes.is_closed, minutes.covered_seconds) as is_covered
    from chat.minutes
    where minutes.minute_at > cast(:now as timestamptz) - interval '31 minutes'
),

by_channel as (
    select
        channel_id,
        coalesce(sum(messages) filter (where not is_closed and minute_at > :now - interval '2 minutes'), 0) as messages_now,
        max(minute_at) filter (where is_covered and minute_at > :now - interval '6 minutes') as closed_at,
        array_agg(case when is_covered then messages end order by minute_at) filter (where is_closed) as history,
        cast(avg(covered_seconds / 60.0) filter (where is_closed) as double precision) as coverage,
        (array_agg(viewers order by minute_at desc) filter (where viewers is not null))[1] as viewers,
        max(minute_at) filter (where viewers is not null) as viewers_at,
        sum(subscriber_messages) filter (where is_closed) as subscriber_messages,
        sum(messages) filter (where is_closed) as messages
    from minutes
    group by channel_id
)

select
    channels.channel_id,
    channels.login,
    coalesce(streamers.streamer_name, channels.login) as streamer,
    addresses.slug,
    channels.state,
    channels.reason,
    channels.asked_by = 'operator' as is_pinned,
    coalesce(by_channel.messages_now, 0) as messages_now,
    closed.minute_at as closed_at,
    closed.messages as messages_per_minute,
    closed.chatters,
    case when by_channel.viewers_at > :now - interval '4 minutes' then by_channel.viewers end as viewers,
    by_channel.subscriber_messages / nullif(cast(by_channel.messages as double precision), 0) as subscriber_share,
    coalesce(emote_names.code, best.emote_id) as top_emote,
    by_channel.coverage,
    coalesce(by_channel.history, '{}') as history,
    moments.starts_at as last_moment_at,
    moments.times_usual as last_moment_times
from chat.channels
left join by_channel on by_channel.channel_id = channels.channel_id
left join minutes as closed on closed.channel_id = channels.channel_id and closed.minute_at = by_channel.closed_at
left join lateral (
    select minutes.top_emotes[1] as emote_id
    from chat.minutes
    where minutes.channel_id = channels.channel_id and minutes.minute_at = by_channel.closed_at
) as best on true
left join chat.emote_names on emote_names.emote_id = best.emote_id
left join streamers on streamers.streamer_id = channels.channel_id
left join addresses on addresses.kind = 'streamer' and addresses.id = channels.channel_id and addresses.is_current
left join lateral (
    select
        starts_at,
        times_usual
    from chat.moments
    where
        moments.channel_id = channels.channel_id
        and moments.starts_at > cast(:now as timestamptz) - interval '1 day'
    order by starts_at desc
    limit 1
) as moments on true
order by by_channel.messages_now desc nulls last, channels.login;

-- name: chat_channel^
-- A followed channel, by its login. Grain: one row, or none.
select
    channels.channel_id,
    channels.login,
    coalesce(streamers.streamer_name, channels.login) as streamer,
    addresses.slug,
    channels.state,
    channels.reason,
    channels.asked_by = 'operator' as is_pinned,
    channels.expires_at,
    channels.last_live_at
from chat.channels
left join streamers on streamers.streamer_id = channels.channel_id
left join addresses on addresses.kind = 'streamer' and addresses.id = channels.channel_id and addresses.is_current
where channels.login = :login;

-- name: chat_minutes
-- The minutes of a channel since an instant, also those that run. Grain: one row per minute.
select
    minute_at,
    messages,
    mirrored_messages,
    chatters,
    subscriber_messages,
    first_time_messages,
    bot_messages,
    emote_only_messages,
    command_messages,
    bits,
    subs,
    gifted_subs,
    raid_viewers,
    removed_messages,
    timeouts,
    late_messages,
    covered_seconds,
    viewers,
    game_id,
    chat.emote_codes(top_emotes) as top_emotes,
    is_closed,
    chat.is_covered(is_closed, covered_seconds) as is_covered
from chat.minutes
where channel_id = :channel_id and minute_at >= cast(:since as timestamptz)
order by minute_at;

-- name: chat_broadcasts
-- The newest broadcasts of a channel, newest first; `chatters` is null until they are counted. Grain: one row per broadcast.
select
    stream_id,
    started_at,
    last_seen_at,
    messages,
    case when chatters > 0 or messages = 0 then chatters end as chatters,
    peak_messages,
    minutes,
    covered_minutes,
    covered_minutes / nullif(cast(minutes as double precision), 0) as coverage,
    cast(viewer_minutes as double precision) / 60 as watch_hours,
    60 * cast(watched_messages as double precision) / nullif(viewer_minutes, 0) as messages_per_watch_hour,
    subs,
    gifted_subs,
    bits,
    raid_viewers
from chat.broadcasts
where channel_id = :channel_id
order by started_at desc
limit :limit;

-- name: chat_hours
-- The hours of a channel since an instant. Grain: one row per hour (UTC).
select
    hour_at,
    messages,
    chatters,
    peak_messages,
    minutes,
    covered_minutes,
    subs,
    gifted_subs,
    bits,
    60 * cast(watched_messages as double precision) / nullif(viewer_minutes, 0) as messages_per_watch_hour
from chat.hours
where channel_id = :channel_id and hour_at >= cast(:since as timestamptz)
order by hour_at;

-- name: chat_days
-- The days of a channel, newest first; `chatters` is null until they are counted. Grain: one row per day.
select
    day,
    messages,
    case when chatters > 0 or messages = 0 then chatters end as chatters,
    peak_messages,
    minutes,
    covered_minutes,
    subs,
    gifted_subs,
    bits,
    60 * cast(watched_messages as double precision) / nullif(viewer_minutes, 0) as messages_per_watch_hour
from chat.daily_chats
where channel_id = :channel_id
order by day desc
limit :limit;

-- name: chat_compared
-- The chat of some channels over the days of the bot from `first` to `last`. Grain: one row per channel with such days.
select
    channel_id,
    cast(count(*) as integer) as days,
    cast(sum(messages) as bigint) as messages,
    cast(avg(chatters) as double precision) as chatters_per_day,
    max(peak_messages) as peak_messages,
    60 * cast(sum(watched_messages) as double precision) / nullif(sum(viewer_minutes), 0) as messages_per_watch_hour,
    1000 * cast(sum(watched_messages) as double precision) / nullif(sum(viewer_minutes), 0) as messages_per_1000_viewers,
    sum(covered_minutes) / nullif(cast(sum(minutes) as double precision), 0) as coverage
from chat.daily_chats
where channel_id = any(:channel_ids) and day between cast(:first as date) and cast(:last as date)
group by channel_id;

-- name: chat_emotes
-- The emotes of a channel that were used most since an instant, by name, or by id where the name is not known. Grain: one row per emote.
with used as (
    select
        emote_id,
        sum(uses) as uses,
        sum(messages) as messages
    from chat.hour_emotes
    where channel_id = :channel_id and hour_at >= cast(:since as timestamptz)
    group by emote_id
    order by uses desc, emote_id
    limit :limit
)

select
    used.emote_id,
    coalesce(emote_names.code, used.emote_id) as code,
    used.uses,
    used.messages
from used
left join chat.emote_names on emote_names.emote_id = used.emote_id
order by used.uses desc, used.emote_id;

-- name: chat_moments
-- The hype moments of a channel since an instant, newest first. Grain: one row per moment.
select
    starts_at,
    minutes,
    peak_messages,
    times_usual,
    kind,
    chat.emote_codes(top_emotes) as top_emotes
from chat.moments
where channel_id = :channel_id and starts_at >= cast(:since as timestamptz)
order by starts_at desc
limit :limit;

-- name: chat_requests
-- What was asked for and is not followed: it is not done, or why not, newest first. Grain: one row per channel.
select
    login,
    asked_at,
    answer
from chat.requests
where
    kind = 'follow'
    and (not is_done or answer <> '')
    and asked_at > cast(:now as timestamptz) - interval '1 day'
    and not exists (select from chat.channels where channels.login = requests.login)
order by asked_at desc, login
limit 20;

-- name: begin_writing!
-- Let this transaction write, although the role usually only reads.
set local transaction_read_only = off;

-- name: ask_for_chat$
-- Ask the bot to follow a channel, to leave it, or note that it is viewed: 'ok', or why nothing was written.
select chat.ask(:login, :kind, :asker, cast(:at as timestamptz));

-- name: chat_moments_between
-- The hype moments between two instants that were farthest above the usual. Grain: one row per moment.
select
    moments.channel_id,
    channels.login,
    coalesce(streamers.streamer_name, channels.login) as streamer,
    moments.starts_at,
    moments.minutes,
    moments.peak_messages,
    moments.times_usual,
    moments.kind
from chat.moments
inner join chat.channels using (channel_id)
left join streamers on streamers.streamer_id = moments.channel_id
where moments.starts_at >= cast(:starts_at as timestamptz) and moments.starts_at < cast(:ends_at as timestamptz)
order by moments.times_usual desc, moments.starts_at, moments.channel_id
limit :limit;

-- name: chat_login$
-- The login of a followed channel by its id; null if it is not followed.
select login from chat.channels where channel_id = :channel_id;
