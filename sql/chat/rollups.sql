-- name: store_hours!
-- Sum up the closed minutes of hours, given by their channels and beginnings. Grain: one row per channel and hour.
insert into chat.hours (
    channel_id, hour_at,
    messages, mirrored_messages, subscriber_messages, first_time_messages, bot_messages, emote_only_messages,
    command_messages, bits, subs, gifted_subs, raid_viewers, removed_messages, timeouts, late_messages, minutes,
    covered_minutes, peak_messages, viewer_minutes, watched_messages
)
select
    wanted.channel_id,
    wanted.hour_at,
    sums.*
from unnest(cast(:channel_ids as text []), cast(:hours as timestamptz [])) as wanted (channel_id, hour_at)
cross join lateral chat.sums_of(wanted.channel_id, wanted.hour_at, wanted.hour_at + interval '1 hour', false) as sums
where sums.minutes > 0
on conflict (channel_id, hour_at) do update
set
messages = excluded.messages,
mirrored_messages = excluded.mirrored_messages,
subscriber_messages = excluded.subscriber_messages,
first_time_messages = excluded.first_time_messages,
bot_messages = excluded.bot_messages,
emote_only_messages = excluded.emote_only_messages,
command_messages = excluded.command_messages,
bits = excluded.bits,
subs = excluded.subs,
gifted_subs = excluded.gifted_subs,
raid_viewers = excluded.raid_viewers,
removed_messages = excluded.removed_messages,
timeouts = excluded.timeouts,
late_messages = excluded.late_messages,
minutes = excluded.minutes,
covered_minutes = excluded.covered_minutes,
peak_messages = excluded.peak_messages,
viewer_minutes = excluded.viewer_minutes,
watched_messages = excluded.watched_messages;

-- name: sketches_of_hours
-- The sketches of hours. Grain: one row per channel and hour that has one.
select
    hours.channel_id,
    hours.hour_at,
    hours.chatters_sketch
from chat.hours
inner join unnest(cast(:channel_ids as text []), cast(:hours as timestamptz [])) as wanted (channel_id, hour_at)
    on hours.channel_id = wanted.channel_id and hours.hour_at = wanted.hour_at
where hours.chatters_sketch is not null;

-- name: store_sketch!
-- Store the sketch of an hour, and how many chatters it has.
update chat.hours
set chatters_sketch = :sketch, chatters = :chatters
where channel_id = :channel_id and hour_at = :hour_at;

-- name: add_emotes!
-- Add the emotes of minutes that were just closed to their hours, given as JSON; they have numbers. Grain: one row per channel
-- and hour.
insert into chat.hour_emote_counts as stored (channel_id, hour_at, emote_numbers, uses, messages)
select
    added.channel_id,
    added.hour_at,
    array_agg(emotes.emote_number order by emotes.emote_number) as emote_numbers,
    array_agg(added.uses order by emotes.emote_number) as uses,
    array_agg(added.messages order by emotes.emote_number) as messages
from jsonb_to_recordset(cast(:emotes as jsonb))
    as added (channel_id text, hour_at timestamptz, emote_id text, uses integer, messages integer)
inner join chat.emotes on emotes.emote_id = added.emote_id
group by added.channel_id, added.hour_at
on conflict (channel_id, hour_at) do update
set (emote_numbers, uses, messages) = (
    select
        array_agg(merged.emote_number order by merged.emote_number),
        array_agg(merged.uses order by merged.emote_number),
        array_agg(merged.messages order by merged.emote_number)
    from (
        select
            parts.emote_number,
            cast(sum(parts.uses) as integer) as uses,
            cast(sum(parts.messages) as integer) as messages
        from unnest(
            stored.emote_numbers || excluded.emote_numbers,
            stored.uses || excluded.uses,
            stored.messages || excluded.messages
        ) as parts (emote_number, uses, messages)
        group by parts.emote_number
    ) as merged
);

-- name: keep_top_emotes!
-- Delete the emotes of hours between two instants that are not among the twenty used most. Grain: one row per channel and hour.
update chat.hour_emote_counts as stored
set (emote_numbers, uses, messages) = (
    select
        array_agg(top.emote_number order by top.emote_number),
        array_agg(top.uses order by top.emote_number),
        array_agg(top.messages order by top.emote_number)
    from (
        select
            used.emote_number,
            used.uses,
            used.messages
        from unnest(stored.emote_numbers, stored.uses, stored.messages) as used (emote_number, uses, messages)
        inner join chat.emotes on emotes.emote_number = used.emote_number
        order by used.uses desc, emotes.emote_id asc
        limit 20
    ) as top
)
where
    cardinality(stored.emote_numbers) > 20
    and stored.hour_at >= cast(:since as timestamptz)
    and stored.hour_at < cast(:before as timestamptz);

-- name: forget_old_sketches!
-- Delete the sketches of hours between two instants.
update chat.hours set chatters_sketch = null
where
    chatters_sketch is not null
    and hour_at >= cast(:since as timestamptz)
    and hour_at < cast(:before as timestamptz);

-- name: minutes_around
-- The closed minutes of channels between two instants, both included, in their order. Grain: one row per channel and minute.
select
    channel_id,
    minute_at,
    messages,
    chatters,
    subs + gifted_subs as subs,
    raid_viewers,
    chat.is_covered(is_closed, covered_seconds) as is_covered,
    top_emotes
from chat.minutes
where
    is_closed
    and channel_id = any(cast(:channel_ids as text []))
    and minute_at between cast(:since as timestamptz) and cast(:until as timestamptz)
order by channel_id, minute_at;

-- name: newest_moments
-- The newest moment of each of some channels that began before an instant. Grain: one row per channel that has one.
select distinct on (channel_id)
    channel_id,
    starts_at,
    minutes,
    peak_messages,
    times_usual,
    kind,
    top_emotes
from chat.moments
where channel_id = any(cast(:channel_ids as text [])) and starts_at <= cast(:until as timestamptz)
order by channel_id asc, starts_at desc;

-- name: store_moment!
-- Store a moment, or its new end and peak.
insert into chat.moments (channel_id, starts_at, minutes, peak_messages, times_usual, kind, top_emotes)
values (:channel_id, :starts_at, :minutes, :peak_messages, :times_usual, :kind, :top_emotes)
on conflict (channel_id, starts_at) do update
set
minutes = excluded.minutes,
peak_messages = excluded.peak_messages,
times_usual = excluded.times_usual,
top_emotes = excluded.top_emotes;

-- name: claim_moments
-- Note that a message about the new moments is sent, before it is. Grain: one row per moment that began since an instant and
-- had no message, oldest first.
with claimed as (
    update chat.moments
    set alerted_at = cast(:now as timestamptz)
    where alerted_at is null and starts_at > cast(:since as timestamptz)
    returning channel_id, starts_at, peak_messages, times_usual, kind
)

select
    claimed.channel_id,
    channels.login,
    claimed.starts_at,
    claimed.peak_messages,
    claimed.times_usual,
    claimed.kind
from claimed
inner join chat.channels on channels.channel_id = claimed.channel_id
order by claimed.starts_at, channels.login;

-- name: release_moments!
-- Note that the message about the moments that were claimed at an instant was not sent.
update chat.moments set alerted_at = null where alerted_at = cast(:now as timestamptz);

-- name: see_broadcasts!
-- Note that broadcasts are live; not those of a channel that opted out while Twitch was asked. Grain: one row per broadcast.
insert into chat.broadcasts (
    stream_id, channel_id, started_at, first_seen_at, last_seen_at, messages, mirrored_messages,
    subscriber_messages, first_time_messages, bot_messages, emote_only_messages, command_messages, bits, subs,
    gifted_subs, raid_viewers, removed_messages, timeouts, late_messages, minutes, covered_minutes, peak_messages,
    viewer_minutes, watched_messages
)
select
    seen.stream_id,
    seen.channel_id,
    seen.started_at,
    cast(:now as timestamptz),
    cast(:now as timestamptz),
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
from unnest(cast(:stream_ids as text []), cast(:channel_ids as text []), cast(:starts as timestamptz []))
    as seen (stream_id, channel_id, started_at)
where not exists (select from chat.opt_outs where opt_outs.kind = 'channel' and opt_outs.id = seen.channel_id)
on conflict (stream_id) do update
set last_seen_at = excluded.last_seen_at, is_final = false;

-- name: lock_sums$
-- Let only one process at a time change broadcasts and days, until its transaction ends.
select pg_advisory_xact_lock(hashtextextended('watchtime sums of chat', 0));

-- name: sum_up_broadcasts!
-- Sum up the broadcasts that are not final, each from the minute in which it began to the one in which it was last seen. Grain:
-- one row per broadcast.
update chat.broadcasts
set
messages = sums.messages,
mirrored_messages = sums.mirrored_messages,
subscriber_messages = sums.subscriber_messages,
first_time_messages = sums.first_time_messages,
bot_messages = sums.bot_messages,
emote_only_messages = sums.emote_only_messages,
command_messages = sums.command_messages,
bits = sums.bits,
subs = sums.subs,
gifted_subs = sums.gifted_subs,
raid_viewers = sums.raid_viewers,
removed_messages = sums.removed_messages,
timeouts = sums.timeouts,
late_messages = sums.late_messages,
minutes = sums.minutes,
covered_minutes = sums.covered_minutes,
peak_messages = sums.peak_messages,
viewer_minutes = sums.viewer_minutes,
watched_messages = sums.watched_messages
from (
    select
        live.stream_id,
        spans.*
    from chat.broadcasts as live
    cross join lateral chat.sums_of(
        live.channel_id,
        date_bin('1 minute', live.started_at, '2000-01-01 00:00+00'),
        date_bin('1 minute', live.last_seen_at, '2000-01-01 00:00+00') + interval '1 minute',
        true
    ) as spans
    where not live.is_final and spans.minutes > 0
) as sums
where
    broadcasts.stream_id = sums.stream_id
    and (broadcasts.messages, broadcasts.minutes, broadcasts.viewer_minutes)
    is distinct from (sums.messages, sums.minutes, sums.viewer_minutes);

-- name: open_broadcasts
-- The broadcasts that are not final and were heard. Grain: one row per broadcast.
select
    stream_id,
    channel_id,
    started_at,
    last_seen_at
from chat.broadcasts
where not is_final and minutes > 0;

-- name: end_broadcasts!
-- Broadcasts that were last seen before an instant do not change any more. Grain: one row per broadcast.
update chat.broadcasts set is_final = true
where not is_final and last_seen_at < cast(:before as timestamptz);

-- name: sum_up_day!
-- Sum up the closed minutes of a day of the bot, given by its bounds. Grain: one row per channel.
insert into chat.daily_chats (
    day, channel_id,
    messages, mirrored_messages, subscriber_messages, first_time_messages, bot_messages, emote_only_messages,
    command_messages, bits, subs, gifted_subs, raid_viewers, removed_messages, timeouts, late_messages, minutes,
    covered_minutes, peak_messages, viewer_minutes, watched_messages
)
select
    cast(:day as date),
    heard.channel_id,
    sums.*
from (
    select distinct channel_id
    from chat.hours
    where hour_at > cast(:starts_at as timestamptz) - interval '1 hour' and hour_at < cast(:ends_at as timestamptz)
) as heard
cross join lateral chat.sums_of(
    heard.channel_id, cast(:starts_at as timestamptz), cast(:ends_at as timestamptz), true
) as sums
where sums.minutes > 0
on conflict (channel_id, day) do update
set
messages = excluded.messages,
mirrored_messages = excluded.mirrored_messages,
subscriber_messages = excluded.subscriber_messages,
first_time_messages = excluded.first_time_messages,
bot_messages = excluded.bot_messages,
emote_only_messages = excluded.emote_only_messages,
command_messages = excluded.command_messages,
bits = excluded.bits,
subs = excluded.subs,
gifted_subs = excluded.gifted_subs,
raid_viewers = excluded.raid_viewers,
removed_messages = excluded.removed_messages,
timeouts = excluded.timeouts,
late_messages = excluded.late_messages,
minutes = excluded.minutes,
covered_minutes = excluded.covered_minutes,
peak_messages = excluded.peak_messages,
viewer_minutes = excluded.viewer_minutes,
watched_messages = excluded.watched_messages;

-- name: is_day_behind$
-- Whether whole hours of a day have minutes that were closed after the day was summed up last. Grain: one row.
select exists (
    select
    from (
        select
            channel_id,
            sum(minutes) as minutes
        from chat.hours
        where hour_at >= cast(:starts_at as timestamptz) and hour_at <= cast(:ends_at as timestamptz) - interval '1 hour'
        group by channel_id
    ) as counted
    left join chat.daily_chats
        on daily_chats.channel_id = counted.channel_id and daily_chats.day = cast(:day as date)
    where counted.minutes > coalesce(daily_chats.minutes, 0)
);

-- name: channels_of_day
-- The channels that were heard on a day. Grain: one row per channel.
select channel_id from chat.daily_chats where day = cast(:day as date);

-- name: sketches_between
-- The sketches of a channel's hours that have a part between two instants. Grain: one row per hour.
select chatters_sketch
from chat.hours
where
    channel_id = :channel_id
    and chatters_sketch is not null
    and hour_at > cast(:from_at as timestamptz) - interval '1 hour'
    and hour_at < cast(:until_at as timestamptz);

-- name: store_chatters_of_broadcast!
-- Store how many chatters a broadcast had.
update chat.broadcasts set chatters = :chatters where stream_id = :stream_id;

-- name: store_chatters_of_day!
-- Store how many chatters a channel had on a day.
update chat.daily_chats set chatters = :chatters where day = :day and channel_id = :channel_id;

-- name: sum_up_emotes_of_day!
-- The fifty emotes of each channel that were used most in the hours that begin on a day. Grain: one row per channel.
insert into chat.daily_emote_counts (channel_id, day, emote_numbers, uses, messages)
select
    ranked.channel_id,
    cast(:day as date),
    array_agg(ranked.emote_number order by ranked.emote_number) as emote_numbers,
    array_agg(ranked.uses order by ranked.emote_number) as uses,
    array_agg(ranked.messages order by ranked.emote_number) as messages
from (
    select
        counts.channel_id,
        used.emote_number,
        cast(sum(used.uses) as integer) as uses,
        cast(sum(used.messages) as integer) as messages,
        row_number() over (partition by counts.channel_id order by sum(used.uses) desc, emotes.emote_id asc) as place
    from chat.hour_emote_counts as counts
    cross join lateral unnest(counts.emote_numbers, counts.uses, counts.messages) as used (emote_number, uses, messages)
    inner join chat.emotes on emotes.emote_number = used.emote_number
    where counts.hour_at >= cast(:starts_at as timestamptz) and counts.hour_at < cast(:ends_at as timestamptz)
    group by counts.channel_id, used.emote_number, emotes.emote_id
) as ranked
where ranked.place <= 50
group by ranked.channel_id
on conflict (channel_id, day) do update
set emote_numbers = excluded.emote_numbers, uses = excluded.uses, messages = excluded.messages;
