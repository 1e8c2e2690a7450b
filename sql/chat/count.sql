-- name: cursor^
-- How far a journal is counted; by the queue, if that was used last. Grain: one row, or none before the first minute of a
-- journal was closed.
select
    min(seq) as seq,
    min(closed_until) as closed_until
from chat.cursors
where journal_id = :journal_id
group by shard = -1
order by seq desc
limit 1;

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

-- name: number_emotes$
-- Give a number to each emote that has none.
select chat.number_emotes(cast(:emote_ids as text []));

-- name: store_minutes
-- Overwrite minutes that are not closed, given as JSON; without those of channels that opted out. Their emotes have numbers.
-- What is rare is null instead of 0. The viewers stay as they are. Returns the minutes that it closed: of each closed minute
-- exactly once. Grain: one row per channel and minute.
insert into chat.minute_counts (
    minute_at, channel_id, messages, chatters, subscriber_messages, first_time_messages, bot_messages, emote_only_messages,
    command_messages, mirrored_messages, bits, subs, gifted_subs, raid_viewers, removed_messages, timeouts, late_messages,
    covered_seconds, emote_1, emote_2, emote_3, emote_4, emote_5, uses_1, uses_2, uses_3, uses_4, uses_5, is_closed
)
select
    counted.minute_at,
    counted.channel_id,
    counted.messages,
    counted.chatters,
    counted.subscriber_messages,
    nullif(counted.first_time_messages, 0),
    nullif(counted.bot_messages, 0),
    nullif(counted.emote_only_messages, 0),
    nullif(counted.command_messages, 0),
    nullif(counted.mirrored_messages, 0),
    nullif(counted.bits, 0),
    nullif(counted.subs, 0),
    nullif(counted.gifted_subs, 0),
    nullif(counted.raid_viewers, 0),
    nullif(counted.removed_messages, 0),
    nullif(counted.timeouts, 0),
    nullif(counted.late_messages, 0),
    counted.covered_seconds,
    (select emote_number from chat.emotes where emote_id = counted.top_emotes[1]),
    (select emote_number from chat.emotes where emote_id = counted.top_emotes[2]),
    (select emote_number from chat.emotes where emote_id = counted.top_emotes[3]),
    (select emote_number from chat.emotes where emote_id = counted.top_emotes[4]),
    (select emote_number from chat.emotes where emote_id = counted.top_emotes[5]),
    counted.top_emote_uses[1],
    counted.top_emote_uses[2],
    counted.top_emote_uses[3],
    counted.top_emote_uses[4],
    counted.top_emote_uses[5],
    counted.is_closed
from jsonb_populate_recordset(cast(null as chat.minutes), cast(:minutes as jsonb)) as counted
where not exists (select from chat.opt_outs where opt_outs.kind = 'channel' and opt_outs.id = counted.channel_id)
on conflict (channel_id, minute_at) do update
set
messages = excluded.messages,
chatters = excluded.chatters,
subscriber_messages = excluded.subscriber_messages,
first_time_messages = excluded.first_time_messages,
bot_messages = excluded.bot_messages,
emote_only_messages = excluded.emote_only_messages,
command_messages = excluded.command_messages,
mirrored_messages = excluded.mirrored_messages,
bits = excluded.bits,
subs = excluded.subs,
gifted_subs = excluded.gifted_subs,
raid_viewers = excluded.raid_viewers,
removed_messages = excluded.removed_messages,
timeouts = excluded.timeouts,
late_messages = excluded.late_messages,
covered_seconds = excluded.covered_seconds,
emote_1 = excluded.emote_1,
emote_2 = excluded.emote_2,
emote_3 = excluded.emote_3,
emote_4 = excluded.emote_4,
emote_5 = excluded.emote_5,
uses_1 = excluded.uses_1,
uses_2 = excluded.uses_2,
uses_3 = excluded.uses_3,
uses_4 = excluded.uses_4,
uses_5 = excluded.uses_5,
is_closed = excluded.is_closed
where not minute_counts.is_closed
returning channel_id, minute_at, is_closed;

-- name: days_to_finish
-- The days of minutes before a day whose partitions still have free places. Grain: one row per day.
select days.day
from chat.days_of_minutes() as days
where not days.is_finished and days.day < cast(:before as date)
order by days.day;

-- name: finish_partition$
-- Rewrite the minutes of a day without free places.
select chat.finish_partition(cast(:day as date));

-- name: old_days
-- The days of minutes that are past their time. Grain: one row per day.
select days.day
from chat.days_of_minutes() as days
where days.day < cast(:before as date)
order by days.day;

-- name: drop_partition$
-- Drop the minutes of a day.
select chat.drop_partition(cast(:day as date));
