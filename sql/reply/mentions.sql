-- name: cursor^
-- The position in a list: the newest id that is stored, null if the list was empty. Grain: one row per list.
select x_id from cursors where name = :name;

-- name: move_cursor!
-- Store the position in a list; it only moves forward. Grain: one row per list.
insert into cursors (name, x_id, moved_at)
values (:name, :x_id, :moved_at)
on conflict (name) do update
set
    x_id = excluded.x_id,
    moved_at = excluded.moved_at
where coalesce(cast(cursors.x_id as bigint), 0) <= coalesce(cast(excluded.x_id as bigint), 0);

-- name: gaps
-- The stretches of the list of mentions that were not fetched, newest first. Grain: one row per stretch.
select
    before_x_id,
    after_x_id
from mention_gaps
order by cast(before_x_id as bigint) desc;

-- name: open_gap!
-- Mark the mentions older than this one, down to another, as not fetched yet. Grain: one row per stretch.
insert into mention_gaps (before_x_id, after_x_id)
values (:before_x_id, :after_x_id)
on conflict (before_x_id) do update set after_x_id = excluded.after_x_id;

-- name: close_gap!
-- The mentions older than this one are fetched, or too old to be answered.
delete from mention_gaps where before_x_id = :before_x_id;

-- name: store_mention!
-- Put a mention into the inbox; one that is there already does not change. Grain: one row per mention.
insert into mentions (
    mention_id, author_id, text, posted_at, seen_at, first_version, is_repost, is_explicit, is_to_us
)
values (
    :mention_id, :author_id, :text, :posted_at, :seen_at, :first_version, :is_repost, :is_explicit, :is_to_us
)
on conflict (mention_id) do nothing;

-- name: next_mention^
-- The mention that is decided next, with all that its decision depends on: authors take turns, who got the fewest
-- answers today comes first. An answer counts when it went out today, or was written today and may still go out; one
-- that was never sent, for want of money or whatever else, does not, nor does a mention that was ignored. Grain: one row
-- per mention.
with waiting as (
    select distinct author_id
    from mentions
    where status = 'new'
),

answers as (
    select
        earlier.author_id,
        count(*) as today
    from waiting
    inner join mentions as earlier using (author_id)
    inner join posts using (mention_id)
    where
        -- an answer is sent within a day of its mention, or never
        earlier.decided_at >= cast(:today_since as timestamptz) - interval '2 days'
        and (
            posts.status in ('due', 'sending', 'unknown')
            and earlier.decided_at >= cast(:today_since as timestamptz)
            or posts.status = 'sent' and posts.sent_at >= cast(:today_since as timestamptz)
        )
    group by earlier.author_id
)

select
    mentions.mention_id,
    mentions.author_id,
    mentions.text,
    mentions.posted_at,
    mentions.is_repost,
    mentions.is_explicit,
    mentions.is_to_us,
    exists (select from opt_outs where opt_outs.author_id = mentions.author_id) as is_opted_out,
    exists (
        select from mentions as other
        where
            other.first_version = mentions.first_version
            and other.mention_id <> mentions.mention_id
            and other.status = 'answered'
    ) as is_edit_of_answered,
    coalesce(answers.today, 0) as answered_today
from mentions
left join answers using (author_id)
where mentions.status = 'new'
order by coalesce(answers.today, 0), mentions.posted_at, cast(mentions.mention_id as bigint)
limit 1;

-- name: asked_lately$
-- Whether a person was given the answer to the same question since an instant.
select exists (
    select from mentions
    where author_id = :author_id and question = :question and status = 'answered' and decided_at > :since
);

-- name: decide!
-- Store the decision about a mention; it is decided once. Grain: one row per mention.
update mentions
set
    status = :status,
    reason = :reason,
    question = :question,
    decided_at = :decided_at
where mention_id = :mention_id and status = 'new';

-- name: queue_reply!
-- Put an answer into the outbox; there is one per mention. Grain: one row per mention.
insert into posts (kind, mention_id, text, status, created_at, next_try_at, expires_at, is_private)
values ('reply', :mention_id, :text, 'due', :created_at, :created_at, :expires_at, :is_private)
on conflict (mention_id) do nothing;

-- name: was_posted$
-- Whether exactly this text was posted, or is to be, since an instant.
select exists (select from posts where md5(text) = md5(:text) and text = :text and created_at > :since);

-- name: opt_out!
-- Opt a person out. Grain: one row per person.
insert into opt_outs (author_id, mention_id, since)
values (:author_id, :mention_id, :since)
on conflict (author_id) do nothing;

-- name: opt_in!
-- End the opt-out of a person.
delete from opt_outs where author_id = :author_id;

-- name: delete_texts!
-- Delete the texts of old mentions; their decisions are kept.
update mentions set text = null where text is not null and posted_at < :older_than and status <> 'new';

-- name: decisions
-- The reasons why mentions were ignored; null for the others. Grain: one row per mention.
select
    mention_id,
    reason
from mentions;
