-- name: expire!
-- What was not sent in time is not sent any more.
update posts set status = 'expired', reason = coalesce('last: ' || last_error, 'it was not sent in time')
where status = 'due' and expires_at <= :now;

-- name: give_up_all
-- Nothing can be sent without credentials: what is due never will be. Grain: one row per post.
update posts set status = 'not_sent', reason = 'no credentials for X were set'
where status = 'due'
returning post_id, kind, text;

-- name: take_back_claims!
-- Posts claimed by a process that is gone. If it had not come to calling X they are due again, otherwise nobody knows.
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
-- Take the next post that is due; nobody else gets it then. Summaries come first; then those who asked take turns: who
-- got the fewest answers within a day comes first. Grain: one row per post.
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
        left join mentions as asked using (mention_id)
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
                    earlier.author_id = asked.author_id
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

-- name: keep_media!
-- X has the chart and its words.
update posts set media_id = :media_id, media_expires_at = :expires_at where post_id = :post_id and status = 'sending';

-- name: sent!
-- The post is out, under an id of X.
update posts
set
    status = 'sent',
    x_id = :x_id,
    sent_at = :sent_at,
    last_error = null
where post_id = :post_id and status in ('sending', 'unknown');

-- name: refuse!
-- X will not have it.
update posts
set
    status = 'refused',
    reason = :reason,
    last_error = :reason
where post_id = :post_id and status = 'sending';

-- name: postpone!
-- It is not out, and is tried again later; if it waits for the budget, it is not expected to be sent before that.
update posts
set
    status = 'due',
    next_try_at = :next_try_at,
    due_since = case when :is_for_budget then cast(:next_try_at as timestamptz) else due_since end,
    last_error = :error
where post_id = :post_id and status in ('sending', 'unknown');

-- name: hold!
-- X is not to be called, or the budget is spent: nothing, or no reply, is tried before a certain time.
update posts
set
    next_try_at = greatest(next_try_at, cast(:not_before as timestamptz)),
    due_since = case
        when :is_for_budget then greatest(due_since, created_at, cast(:not_before as timestamptz)) else due_since
    end,
    last_error = :error
where status = 'due' and (kind = 'reply' or not :only_replies);

-- name: wait_no_longer!
-- What made posts wait no longer holds.
update posts
set
    next_try_at = cast(:now as timestamptz),
    due_since = case when due_since > cast(:now as timestamptz) then cast(:now as timestamptz) else due_since end
where status in ('due', 'unknown') and next_try_at > cast(:now as timestamptz);

-- name: not_known!
-- The call went out, and nobody knows what became of it.
update posts
set
    status = 'unknown',
    was_unknown = true,
    was_duplicate = was_duplicate or :was_duplicate,
    next_try_at = :next_try_at,
    last_error = :error
where post_id = :post_id and status = 'sending';

-- name: unknown_posts
-- Posts of which nobody knows whether they are out, and whose turn it is. Grain: one row per post.
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
-- Which of these ids belong to posts that we know to be out. Grain: one row per id.
select x_id from posts where x_id = any(cast(:x_ids as text []));

-- name: look_again!
-- Not on the timeline yet; that may lag.
update posts set next_try_at = :next_try_at where post_id = :post_id and status = 'unknown';

-- name: listed
-- The outbox: what waits, what is unknown, what failed lately. Grain: one row per post.
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
-- How the summaries of a day stand. Grain: one row per post.
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
-- How a post stands.
select status from posts where post_id = :post_id;

-- name: retry!
-- A person wants it to be sent after all.
update posts
set
    status = 'due',
    reason = null,
    next_try_at = cast(:now as timestamptz),
    due_since = cast(:now as timestamptz),
    expires_at = greatest(expires_at, cast(:expires_at as timestamptz))
where post_id = :post_id and status in ('due', 'refused', 'expired', 'not_sent', 'dropped') and text <> '';

-- name: drop!
-- A person does not want it to be sent.
update posts set status = 'dropped', reason = 'dropped by hand' where post_id = :post_id and status = 'due';
