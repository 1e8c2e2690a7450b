-- name: expire!
-- Expire posts that were not sent in time.
update posts set status = 'expired', reason = coalesce('last: ' || last_error, 'it was not sent in time')
where status = 'due' and expires_at <= :now;

-- name: give_up_all
-- Give up all due posts, because there are no credentials to send them with. Grain: one row per post.
update posts set status = 'not_sent', reason = 'no credentials for X were set'
where status = 'due'
returning post_id, kind, text;

-- name: release_claims!
-- Release the posts that a process claimed before it was stopped. Those for which it had not called X yet are due again;
-- the outcome of the others is unknown.
update posts
set
    status = case when called.is_so then 'unknown' else 'due' end,
    was_unknown = posts.was_unknown or called.is_so,
    next_try_at = cast(:now as timestamptz),
    last_error = case when called.is_so then 'the bot was stopped during the call' else posts.last_error end
from (
    select
        claimed.post_id,
        exists (
            select from x_charges
            where
                x_charges.post_id = claimed.post_id
                and x_charges.kind in ('post', 'reply')
                and x_charges.status <> 'not_made'
                and x_charges.charged_at >= claimed.claimed_at
        ) as is_so
    from posts as claimed
    where claimed.status = 'sending'
) as called
where posts.post_id = called.post_id;

-- name: claim_next^
-- Claim the next due post, so that no other process sends it. Summaries come first; then answers, those to the authors
-- who got the fewest answers within a day first. Grain: one row per post.
update posts
set
    status = 'sending',
    attempts = posts.attempts + 1,
    claimed_at = cast(:now as timestamptz),
    after_x_id = coalesce(
        posts.after_x_id, (select cast(max(cast(sent.x_id as bigint)) as text) from posts as sent), '0'
    )
where
    posts.status = 'due'
    and posts.post_id = (
        select next.post_id
        from posts as next
        left join mentions as answered using (mention_id)
        where
            next.status = 'due'
            and next.next_try_at <= cast(:now as timestamptz)
            and next.expires_at > cast(:now as timestamptz)
        order by
            next.kind = 'reply',
            (
                select count(*)
                from mentions as earlier
                inner join posts as answer using (mention_id)
                where
                    earlier.author_id = answered.author_id
                    and earlier.decided_at >= cast(:now as timestamptz) - interval '2 days'
                    and answer.status = 'sent'
                    and answer.sent_at >= cast(:now as timestamptz) - interval '1 day'
            ),
            next.next_try_at,
            next.post_id
        limit 1
        for update of next skip locked
    )
returning
    posts.post_id, posts.kind, posts.mention_id, posts.text, posts.chart, posts.alt_text, posts.attempts,
    posts.was_unknown, posts.media_id, posts.media_expires_at;

-- name: store_media!
-- Store the id under which X has the chart and its alt text.
update posts set media_id = :media_id, media_expires_at = :expires_at where post_id = :post_id and status = 'sending';

-- name: mark_sent!
-- Mark a post as published, with its id on X.
update posts
set
    status = 'sent',
    x_id = :x_id,
    sent_at = :sent_at,
    last_error = null
where post_id = :post_id and status in ('sending', 'unknown');

-- name: mark_refused!
-- Mark a post as refused for good.
update posts
set
    status = 'refused',
    reason = :reason,
    last_error = :reason
where post_id = :post_id and status = 'sending';

-- name: postpone!
-- Try an unpublished post again later. If it waits for the budget, it does not count as late before that.
update posts
set
    status = 'due',
    next_try_at = :next_try_at,
    due_since = case when :is_for_budget then cast(:next_try_at as timestamptz) else due_since end,
    last_error = :error
where post_id = :post_id and status in ('sending', 'unknown');

-- name: postpone_due!
-- Postpone all due posts, or all due replies, because X cannot be called or the budget is spent.
update posts
set
    next_try_at = greatest(next_try_at, cast(:not_before as timestamptz)),
    due_since = case
        when :is_for_budget then greatest(due_since, created_at, cast(:not_before as timestamptz)) else due_since
    end,
    last_error = :error
where status = 'due' and (kind = 'reply' or not :only_replies);

-- name: end_waits!
-- Make waiting posts due now, because the reason of their wait is gone.
update posts
set
    next_try_at = cast(:now as timestamptz),
    due_since = case when due_since > cast(:now as timestamptz) then cast(:now as timestamptz) else due_since end
where status in ('due', 'unknown') and next_try_at > cast(:now as timestamptz);

-- name: mark_unknown!
-- Mark a post whose call has no known outcome.
update posts
set
    status = 'unknown',
    was_unknown = true,
    was_duplicate = was_duplicate or :was_duplicate,
    next_try_at = :next_try_at,
    last_error = :error
where post_id = :post_id and status = 'sending';

-- name: unknown_posts
-- Posts with an unknown outcome that are due for a lookup. Grain: one row per post.
select
    post_id,
    kind,
    mention_id,
    text,
    claimed_at,
    expires_at,
    after_x_id,
    was_duplicate
from posts
where status = 'unknown' and next_try_at <= :now
order by post_id;

-- name: known_x_ids
-- Those of the given ids that belong to published posts. Grain: one row per id.
select x_id from posts where x_id = any(cast(:x_ids as text []));

-- name: schedule_lookup!
-- Look for a post on the timeline again later: it can lag.
update posts set next_try_at = :next_try_at where post_id = :post_id and status = 'unknown';

-- name: listed
-- The outbox: posts that wait, are unknown, or failed lately. Grain: one row per post.
select
    post_id,
    kind,
    coalesce(cast(day as text), mention_id) as about,
    status,
    attempts,
    next_try_at,
    expires_at,
    coalesce(reason, last_error) as why,
    text,
    x_id
from posts
where
    status in ('due', 'sending', 'unknown')
    or :everything
    or status <> 'sent' and created_at > :since
order by post_id;

-- name: of_day
-- The summaries of a day with their status. Grain: one row per post.
select
    post_id,
    kind,
    cast(day as text) as about,
    status,
    attempts,
    next_try_at,
    expires_at,
    coalesce(reason, last_error) as why,
    text,
    x_id
from posts
where day = :day
order by post_id;

-- name: post_status$
-- The status of a post.
select status from posts where post_id = :post_id;

-- name: retry!
-- Make a post due again by hand.
update posts
set
    status = 'due',
    reason = null,
    next_try_at = cast(:now as timestamptz),
    due_since = cast(:now as timestamptz),
    expires_at = greatest(expires_at, cast(:expires_at as timestamptz))
where post_id = :post_id and status in ('due', 'refused', 'expired', 'not_sent', 'dropped') and text <> '';

-- name: drop!
-- Drop a due post by hand.
update posts set status = 'dropped', reason = 'dropped by hand' where post_id = :post_id and status = 'due';
