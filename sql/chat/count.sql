-- name: cursor^
-- How far a journal is counted. Grain: one row, or none before the first minute of a journal was closed.
select seq, closed_until from chat.cursors where journal_id = :journal_id and shard = -1;

-- name: move_cursor!
-- Store how far a journal is counted.
insert into chat.cursors (journal_id, seq, closed_until, moved_at)
values (:journal_id, cast(:seq as bigint), cast(:closed_until as timestamptz), cast(:moved_at as timestamptz))
on conflict (journal_id, shard) do update
set seq = excluded.seq, closed_until = excluded.closed_until, moved_at = excluded.moved_at;

-- name: opted_out_chatters
-- The hashes of chatters who do not want to be counted. Grain: one row per chatter.
select id from chat.opt_outs where kind = 'chatter';

-- name: make_partition$
-- Create the partition of a day (UTC) of minutes if there is none.
select chat.make_partition(cast(:day as date));

-- name: store_minutes
-- Overwrite minutes that are not closed, given as JSON; without those of channels that opted out. The viewers stay as they
-- are. Returns the minutes that it closed: of each closed minute exactly once. Grain: one row per channel and minute.
insert into chat.minutes (
    minute_at, channel_id, messages, mirrored_messages, chatters, subscriber_messages, first_time_messages, bot_messages,
    emote_only_messages, command_messages, bits, subs, gifted_subs, raid_viewers, removed_messages, timeouts, late_messages,
    covered_seconds, top_emotes, top_emote_uses, is_closed
)
select
    counted.minute_at,
    counted.channel_id,
    counted.messages,
    counted.mirrored_messages,
    counted.chatters,
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
    counted.covered_seconds,
    counted.top_emotes,
    counted.top_emote_uses,
    counted.is_closed
from jsonb_populate_recordset(cast(null as chat.minutes), cast(:minutes as jsonb)) as counted
where not exists (select from chat.opt_outs where opt_outs.kind = 'channel' and opt_outs.id = counted.channel_id)
on conflict (channel_id, minute_at) do update
set
messages = excluded.messages,
mirrored_messages = excluded.mirrored_messages,
chatters = excluded.chatters,
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
covered_seconds = excluded.covered_seconds,
top_emotes = excluded.top_emotes,
top_emote_uses = excluded.top_emote_uses,
is_closed = excluded.is_closed
where not minutes.is_closed
returning channel_id, minute_at, is_closed;

-- name: old_days
-- The days of minutes that are past their time. Grain: one row per day.
select days.day from chat.days_of_minutes() as days (day)
where days.day < cast(:before as date)
order by days.day;

-- name: drop_partition$
-- Drop the minutes of a day.
select chat.drop_partition(cast(:day as date));
