-- name: lock_spending!
-- Let one transaction at a time spend or settle, until its end: between looking at what is spent and writing down what
-- comes next, nobody else may. It comes before everything else that a transaction of the ledger locks: two that took
-- locks in different orders would wait for each other.
lock table x_charges in share row exclusive mode;

-- name: price$
-- What X asks for one unit of a kind of call, in USD.
select usd from x_prices where kind = :kind;

-- name: prices
-- The price table. Grain: one row per kind of call.
select
    kind,
    usd,
    meaning
from x_prices
order by kind;

-- name: set_price!
-- Change what one unit of a kind of call costs.
update x_prices set usd = cast(:usd as numeric) where kind = :kind;

-- name: spent$
-- What was spent, or may have been, in a span of time, in USD.
select coalesce(sum(usd), 0)
from x_charges
where charged_at >= :since and charged_at < :before and status <> 'not_made';

-- name: spent_in_month^
-- What was spent, or may have been, in a month, and what of it since a certain time on reading mentions and answering
-- them, in USD. Grain: one row.
select
    coalesce(sum(usd), 0) as usd,
    coalesce(sum(usd) filter (where purpose in ('mentions', 'replies') and charged_at >= :today_since), 0)
        as answers_today_usd
from x_charges
where charged_at >= :since and charged_at < :before and status <> 'not_made';

-- name: spent_on_answers$
-- What reading mentions and answering them has cost, or may have, in a span of time, in USD.
select coalesce(sum(usd), 0)
from x_charges
where
    charged_at >= :since
    and charged_at < :before
    and purpose in ('mentions', 'replies')
    and status <> 'not_made';

-- name: answers_waiting$
-- How many answers wait to be sent and may not be paid yet. One that is being sent may still be about to be paid.
select count(*)
from posts
where status in ('due', 'sending') and kind = 'reply';

-- name: reserve$
-- Write down a call that is about to be made; its number. Grain: one row per call.
insert into x_charges (charged_at, kind, purpose, units, usd, status, post_id)
values (:charged_at, :kind, :purpose, :units, cast(:usd as numeric), 'reserved', :post_id)
returning charge_id;

-- name: settle_one!
-- A call was made, at the price that was set aside.
update x_charges set status = 'made' where charge_id = :charge_id;

-- name: charge_not_made!
-- A call was not made, or costs nothing.
update x_charges set status = 'not_made' where charge_id = :charge_id;

-- name: forget_charge!
-- A call that brought nothing leaves no row: there is one every minute.
delete from x_charges where charge_id = :charge_id;

-- name: add_charge!
-- A charge that is only found out afterwards. Grain: one row per call.
insert into x_charges (charged_at, kind, purpose, units, usd, status)
values (:charged_at, :kind, :purpose, :units, cast(:usd as numeric), 'made');

-- name: abandoned_reads
-- Reads of one purpose that were reserved and never ended, for the process was killed. Grain: one row per call.
delete from x_charges
where purpose = :purpose and status = 'reserved' and kind in ('post_read', 'owned_read', 'user_read')
returning charged_at;

-- name: settle_charge!
-- What became of the newest call that published a post, once it is known.
update x_charges set status = :status
where charge_id = (
    select charge_id
    from x_charges
    where post_id = :post_id and kind in ('post', 'reply')
    order by charge_id desc
    limit 1
);

-- name: settle_earlier_charge!
-- X has the post from an attempt that was taken for lost: that one was made after all, and no later one.
with calls as (
    select
        charge_id,
        row_number() over (order by charge_id) as attempt
    from x_charges
    where post_id = :post_id and kind in ('post', 'reply')
)

update x_charges set status = case when calls.attempt = 1 then 'made' else 'not_made' end
from calls
where calls.charge_id = x_charges.charge_id;

-- name: count_reads
-- Which of these have not been read yet on a day (UTC), kept as read from now on. Grain: one row per post or account.
insert into x_reads (day, kind, resource_id)
select
    cast(:day as date),
    :kind,
    resource_id
from unnest(cast(:resource_ids as text [])) as resource_id
on conflict do nothing
returning resource_id;

-- name: forget_reads!
-- Days whose reads no longer matter.
delete from x_reads where day < cast(:before as date);

-- name: lose_read!
-- Remember that the answer to a read was lost. Grain: one row per purpose.
insert into x_uncertain_reads (purpose, lost_at)
values (:purpose, :lost_at)
on conflict (purpose) do update set lost_at = excluded.lost_at;

-- name: lost_read$
-- When the answer to the last read of a purpose was lost, if it was.
select lost_at from x_uncertain_reads where purpose = :purpose;

-- name: found_read!
-- What was lost has been read again.
delete from x_uncertain_reads where purpose = :purpose;

-- name: pause!
-- Leave X alone for a while. Grain: one row per cause.
insert into x_pauses (cause, until, reason)
values (:cause, :until, :reason)
on conflict (cause) do update set until = excluded.until, reason = excluded.reason;

-- name: pauses
-- Why X is not called just now. Grain: one row per cause.
select
    cause,
    until,
    reason
from x_pauses
where until > :now
order by until desc;

-- name: end_pause!
-- Call X again, as far as this cause is concerned.
delete from x_pauses where cause = :cause;

-- name: end_pauses!
-- Call X again, whatever the cause was.
delete from x_pauses;

-- name: account^
-- Whose credentials these are, if that was asked lately. Grain: one row per account.
select
    user_id,
    username
from x_accounts
where credentials_hash = :credentials_hash and fetched_at > :fetched_after;

-- name: keep_account!
-- Remember whose credentials these are. Grain: one row per account.
insert into x_accounts (credentials_hash, user_id, username, fetched_at)
values (:credentials_hash, :user_id, :username, :fetched_at)
on conflict (credentials_hash) do update
set
    user_id = excluded.user_id,
    username = excluded.username,
    fetched_at = excluded.fetched_at;

-- name: month_by_kind
-- What was spent in a span of time. Grain: one row per purpose and kind of call.
select
    purpose,
    kind,
    sum(units) as units,
    sum(usd) as usd,
    coalesce(sum(usd) filter (where status = 'reserved'), 0) as unsettled_usd
from x_charges
where charged_at >= :since and charged_at < :before and status <> 'not_made'
group by purpose, kind
order by purpose, kind;

-- name: first_charge_at$
-- When the first charge in a span of time was made.
select min(charged_at) from x_charges where charged_at >= :since and charged_at < :before and status <> 'not_made';
