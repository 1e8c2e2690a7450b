-- name: followed
-- The channels that are followed, by login. `is_wanted`: it is to be joined. Grain: one row per channel.
select
    channel_id,
    login,
    state,
    reason,
    asked_at,
    last_live_at,
    chat.is_wanted(last_live_at, looked_at, cast(:now as timestamptz)) as is_wanted
from chat.channels
order by login;

-- name: store_states!
-- Store what became of channels, given as JSON; unchanged rows are left as they are. Grain: one row per channel.
update chat.channels
set state = now.state, reason = now.reason, state_at = cast(:now as timestamptz)
from jsonb_to_recordset(cast(:states as jsonb)) as now (channel_id text, state text, reason text)
where
    channels.channel_id = now.channel_id
    and (channels.state, channels.reason) is distinct from (now.state, now.reason);

-- name: add_channel^
-- Follow a channel, or ask for it again; not one that opted out. One that the operator follows stays theirs. Chat that is
-- joined or being joined goes on: to be joined again it would be left first. Grain: one row per channel, or none.
insert into chat.channels (channel_id, login, state, asked_by, asked_at, state_at, expires_at)
select
    cast(:channel_id as text),
    cast(:login as text),
    'wanted',
    cast(:asked_by as text),
    cast(:now as timestamptz),
    cast(:now as timestamptz),
    cast(:expires_at as timestamptz)
where not exists (select from chat.opt_outs where kind = 'channel' and id = cast(:channel_id as text))
on conflict (channel_id) do update
set
login = excluded.login,
(state, reason, asked_at, state_at) = (
    select
        case when goes_on then channels.state else 'wanted' end,
        '',
        case when goes_on then channels.asked_at else excluded.asked_at end,
        case when goes_on then channels.state_at else excluded.state_at end
    from (values (channels.state in ('joining', 'joined') and channels.login = excluded.login)) as now (goes_on)
),
asked_by = case when channels.asked_by = 'operator' then 'operator' else excluded.asked_by end,
expires_at = case when channels.asked_by = 'operator' then null else excluded.expires_at end
returning channel_id;

-- name: release_login!
-- Give up a login that now belongs to another channel; ours is found by its id.
update chat.channels
set login = '_' || left(channel_id, 24)
where login = cast(:login as text) and channel_id <> cast(:channel_id as text);

-- name: remove_channel!
-- Follow a channel no more. What was counted stays.
delete from chat.channels where login = cast(:login as text);

-- name: number_of_others$
-- The number of followed channels without one of them.
select count(*) from chat.channels where channel_id <> cast(:channel_id as text);

-- name: opt_out!
-- Note that a channel or a chatter does not want to be counted.
insert into chat.opt_outs (kind, id, since)
values (cast(:kind as text), cast(:id as text), cast(:now as timestamptz))
on conflict do nothing;

-- name: forget_channel!
-- Delete a followed channel by its id.
delete from chat.channels where channel_id = cast(:channel_id as text);

-- name: delete_minutes!
-- Delete what was counted of a channel.
delete from chat.minute_counts where channel_id = cast(:channel_id as text);

-- name: delete_hours!
-- Delete the hours of a channel.
delete from chat.hours where channel_id = cast(:channel_id as text);

-- name: delete_hour_emotes!
-- Delete the emotes of a channel's hours.
delete from chat.hour_emote_counts where channel_id = cast(:channel_id as text);

-- name: delete_broadcasts!
-- Delete the broadcasts of a channel.
delete from chat.broadcasts where channel_id = cast(:channel_id as text);

-- name: delete_days!
-- Delete the days of a channel.
delete from chat.daily_chats where channel_id = cast(:channel_id as text);

-- name: delete_daily_emotes!
-- Delete the emotes of a channel's days.
delete from chat.daily_emote_counts where channel_id = cast(:channel_id as text);

-- name: delete_moments!
-- Delete the hype moments of a channel.
delete from chat.moments where channel_id = cast(:channel_id as text);

-- name: delete_emote_names!
-- Delete the names of the emotes that a channel offers.
delete from chat.emote_names where owner_id = cast(:channel_id as text);

-- name: delete_emote_list!
-- Delete when the emotes of a channel were fetched.
delete from chat.emote_lists where owner_id = cast(:channel_id as text);

-- name: forget_opted_out_chatters!
-- Delete the opt-outs of chatters: their hashes mean nothing without the key.
delete from chat.opt_outs where kind = 'chatter';

-- name: last_hour
-- The chat of each followed channel in its closed minutes of the last hour, by login: `coverage` is the part of these minutes
-- that was heard, null without one. Grain: one row per channel.
select
    channels.login,
    channels.state,
    channels.reason,
    coalesce(sum(minutes.messages), 0) as messages,
    coalesce(sum(minutes.late_messages), 0) as late_messages,
    cast(avg(minutes.covered_seconds / 60.0) as double precision) as coverage
from chat.channels
left join chat.minutes
    on
        minutes.channel_id = channels.channel_id
        and minutes.is_closed
        and minutes.minute_at > cast(:now as timestamptz) - interval '1 hour'
group by channels.channel_id
order by channels.login;

-- name: looked!
-- Store which followed channels are live, by their ids. Grain: one row per channel.
update chat.channels
set
looked_at = cast(:now as timestamptz),
last_live_at = case when channel_id = any(cast(:live_ids as text [])) then cast(:now as timestamptz) else last_live_at end;

-- name: store_viewers!
-- Store the viewers and the game of live channels in a minute; not of one that opted out while Twitch was asked. Grain: one row
-- per channel.
insert into chat.minute_counts (minute_at, channel_id, viewers, game_id)
select cast(:minute_at as timestamptz), live.channel_id, live.viewers, live.game_id
from unnest(cast(:channel_ids as text []), cast(:viewers as integer []), cast(:game_ids as text []))
    as live (channel_id, viewers, game_id)
where not exists (select from chat.opt_outs where opt_outs.kind = 'channel' and opt_outs.id = live.channel_id)
on conflict (channel_id, minute_at) do update set viewers = excluded.viewers, game_id = excluded.game_id;

-- name: due_emote_lists
-- The lists of emotes that were not fetched since an instant: of everybody (the empty id) and of each channel that was live,
-- oldest first. Grain: one row per list.
select owners.owner_id
from (
    select '' as owner_id
    where exists (select from chat.channels)
    union all
    select channel_id
    from chat.channels
    where last_live_at is not null
) as owners
left join chat.emote_lists on emote_lists.owner_id = owners.owner_id
where emote_lists.fetched_at is null or emote_lists.fetched_at <= cast(:before as timestamptz)
order by emote_lists.fetched_at nulls first, owners.owner_id
limit :limit;

-- name: store_emote_names!
-- Store the names of emotes of a list, given as JSON. Grain: one row per emote.
insert into chat.emote_names (emote_id, code, owner_id)
select given.emote_id, given.code, cast(:owner_id as text)
from jsonb_to_recordset(cast(:names as jsonb)) as given (emote_id text, code text)
on conflict (emote_id) do update set code = excluded.code, owner_id = excluded.owner_id;

-- name: store_emote_list!
-- Note when a list of emotes was fetched.
insert into chat.emote_lists (owner_id, fetched_at)
values (cast(:owner_id as text), cast(:now as timestamptz))
on conflict (owner_id) do update set fetched_at = excluded.fetched_at;
