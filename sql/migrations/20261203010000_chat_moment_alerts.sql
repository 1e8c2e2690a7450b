-- migrate:up

-- When a message about the moment was sent, or is being sent: it is noted before, so that none is sent twice. Null: not yet, or
-- CHAT_MOMENT_ALERTS is off.
alter table chat.moments add column alerted_at timestamptz;

comment on column chat.moments.alerted_at is 'When a message about it was sent to the webhook, UTC; null: none was.';

-- migrate:down

alter table chat.moments drop column alerted_at;
