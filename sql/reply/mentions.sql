-- name: cursor^
-- How far a list has been read: the newest id that is stored, null when it was empty. Grain: one row per list.
select x_id from cursors where name = :name;

-- name: move_cursor!
-- Remember how far a list has been read; never backwards. Grain: one row per list.
insert into cursors (name, x_id, moved_at)
values (:name, :x_id, :moved_at)
on conflict (name) do update
set
    x_id = excluded.x_id,
    moved_at = excluded.moved_at
where coalesce(cast(cursors.x_id as bigint), 0) <= coalesce(cast(excluded.x_id as bigint), 0);

-- name: keep_mention!
-- Put a mention into the inbox; one that is there stays as it is. Grain: one row per mention.
insert into mentions (
    mention_id, author_id, text, posted_at, seen_at, first_version, is_repost, is_explicit, is_to_us
)
values (
    :mention_id, :author_id, :text, :posted_at, :seen_at, :first_version, :is_repost, :is_explicit, :is_to_us
)
on conflict (mention_id) do nothing;

-- name: next_mention^
-- The oldest mention that is not decided, with all that its decision depends on. Grain: one row per mention.
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
    (
        select count(*) from mentions as answered
        where
            answered.author_id = mentions.author_id
            and answered.status = 'answered'
            and answered.decided_at >= cast(:today_since as timestamptz)
    ) as answered_today
from mentions
where mentions.status = 'new'
order by mentions.posted_at, cast(mentions.mention_id as bigint)
limit 1;

-- name: asked_lately$
-- Whether somebody was answered the same thing since a certain time.
select exists (
    select from mentions
    where author_id = :author_id and asked = :asked and status = 'answered' and decided_at > :since
);

-- name: decide!
-- What becomes of a mention; decided once. Grain: one row per mention.
update mentions
set
    status = :status,
    reason = :reason,
    asked = :asked,
    decided_at = :decided_at
where mention_id = :mention_id and status = 'new';

-- name: queue_reply!
-- Put an answer into the outbox; there is one per mention. Grain: one row per mention.
insert into posts (kind, mention_id, text, status, created_at, next_try_at, expires_at)
values ('reply', :mention_id, :text, 'due', :created_at, :created_at, :expires_at)
on conflict (mention_id) do nothing;

-- name: was_said$
-- Whether we have said exactly this, or are about to, since a certain time.
select exists (select from posts where md5(text) = md5(:text) and text = :text and created_at > :since);

-- name: opt_out!
-- Somebody said stop. Grain: one row per person.
insert into opt_outs (author_id, mention_id, since)
values (:author_id, :mention_id, :since)
on conflict (author_id) do nothing;

-- name: opt_in!
-- Somebody said start again.
delete from opt_outs where author_id = :author_id;

-- name: delete_texts!
-- Drop the words of old mentions; what became of them stays.
update mentions set text = null where text is not null and posted_at < :older_than and status <> 'new';

-- name: decisions
-- Why mentions were ignored; null for those that were not. Grain: one row per mention.
select
    mention_id,
    reason
from mentions;
