-- migrate:up

-- Since when a post is expected to be sent, if not since it was made: a person retried it, or the budget let it wait until
-- then. An attempt that fails moves next_try_at alone, so that a post keeps failing becomes late.
alter table posts add column due_since timestamptz;

-- migrate:down

alter table posts drop column due_since;
