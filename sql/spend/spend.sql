-- name: lock_spending!
-- Let only this transaction reserve or settle charges until its end: no other may between reading the sum of the charges
-- and adding one. A transaction of the ledger takes this lock before any other: two that took locks in different orders
-- would wait for each other.
lock table x_charges in share row exclusive mode;

-- name: spent$
-- The sum of the charges in a span of time, uncertain ones included, in USD.
select coalesce(sum(usd), 0)
from x_charges
where charged_at >= :since and charged_at < :before and status <> 'not_made';

-- name: spent_in_month^
-- The sum of the charges in a month, uncertain ones included, and the part of it for reading and answering mentions since
-- a certain time, in USD. Grain: one row.
select
    coalesce(sum(usd), 0) as usd,
    coalesce(sum(usd) filter (where purpose in ('mentions', 'replies') and charged_at >= :today_since), 0)
        as answers_today_usd
from x_charges
where charged_at >= :since and charged_at < :before and status <> 'not_made';

-- name: spent_on_answers$
-- The sum of the charges for reading and answering mentions in a span of time, uncertain ones included, in USD.
select coalesce(sum(usd), 0)
from x_charges
where
    charged_at >= :since
    and charged_at < :before
    and purpose in ('mentions', 'replies')
    and status <> 'not_made';

-- name: answers_waiting$
-- The number of answers that are not sent and may not be charged yet, the one that is being sent included.
select count(*)
from posts
where status in ('due', 'sending') and kind = 'reply';

-- name: reserve$
-- Reserve the price of a call before it is made; returns the id of the charge. Grain: one row per call.
insert into x_charges (charged_at, kind, purpose, units, usd, status, post_id)
values (:charged_at, :kind, :purpose, :units, cast(:usd as numeric), 'reserved', :post_id)
returning charge_id;

-- name: mark_made!
-- Mark a call as made, at the reserved price.
update x_charges set status = 'made' where charge_id = :charge_id;

-- name: mark_not_made!
-- Mark a call as not made, or made at no cost.
update x_charges set status = 'not_made' where charge_id = :charge_id;

-- name: delete_charge!
-- Delete the reservation of a read: its content is charged, and most reads, one every minute, have none.
delete from x_charges where charge_id = :charge_id;

-- name: add_charge!
-- Add a charge whose amount is known only after the call. Grain: one row per call.
insert into x_charges (charged_at, kind, purpose, units, usd, status)
values (:charged_at, :kind, :purpose, :units, cast(:usd as numeric), 'made');

-- name: delete_abandoned_reads
-- Delete the reservations of reads that never ended, because the process was killed. Grain: one row per call.
delete from x_charges
where purpose = :purpose and status = 'reserved' and kind in ('post_read', 'owned_read', 'user_read')
returning charged_at;

-- name: settle_newest_charge!
-- Settle the newest call that was to publish a post, once its outcome is known.
update x_charges set status = :status
where charge_id = (
    select charge_id
    from x_charges
    where post_id = :post_id and kind in ('post', 'reply')
    order by charge_id desc
    limit 1
);

-- name: settle_first_charge!
-- Settle the calls of a post that its first call published, although its outcome was unknown: the later ones were not
-- made.
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

-- name: store_new_reads
-- Store the posts or accounts read on a day (UTC); returns those not read earlier on it. Grain: one row per post or
-- account.
insert into x_reads (day, kind, resource_id)
select
    cast(:day as date),
    :kind,
    resource_id
from unnest(cast(:ids as text [])) as resource_id
on conflict do nothing
returning resource_id;

-- name: delete_reads!
-- Delete the reads of days that are charged for good.
delete from x_reads where day < cast(:before as date);

-- name: store_uncertain_read!
-- Store that the response to a read was lost, so its charge is uncertain. Grain: one row per purpose.
insert into x_uncertain_reads (purpose, lost_at)
values (:purpose, :lost_at)
on conflict (purpose) do update set lost_at = excluded.lost_at;

-- name: uncertain_read_at$
-- When the response to the last read of a purpose was lost; null if it was not.
select lost_at from x_uncertain_reads where purpose = :purpose;

-- name: delete_uncertain_read!
-- Delete an uncertain read, because its content was read again.
delete from x_uncertain_reads where purpose = :purpose;

-- name: pause!
-- Stop calling X for a while. A pause that follows the one before within an hour is the same one. Grain: one row per
-- cause.
insert into x_pauses (cause, until, reason, since)
values (:cause, :until, :reason, :now)
on conflict (cause) do update set
    until = excluded.until,
    reason = excluded.reason,
    since = case
        when x_pauses.until > excluded.since - interval '1 hour' then coalesce(x_pauses.since, excluded.since)
        else excluded.since
    end;

-- name: pauses
-- The reasons for which X is not called now. Grain: one row per cause.
select
    cause,
    until,
    reason,
    since
from x_pauses
where until > :now
order by until desc;

-- name: end_pause!
-- End the pause of one cause.
delete from x_pauses where cause = :cause;

-- name: end_pauses!
-- End the pauses of all causes.
delete from x_pauses;

-- name: account^
-- The account of credentials, if it was fetched lately. Grain: one row per account.
select
    user_id,
    username
from x_accounts
where credentials_hash = :credentials_hash and fetched_at > :fetched_after;

-- name: store_account!
-- Store the account of credentials. Grain: one row per account.
insert into x_accounts (credentials_hash, user_id, username, fetched_at)
values (:credentials_hash, :user_id, :username, :fetched_at)
on conflict (credentials_hash) do update
set
    user_id = excluded.user_id,
    username = excluded.username,
    fetched_at = excluded.fetched_at;

-- name: month_by_kind
-- The charges in a span of time. Grain: one row per purpose and kind of call.
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
