-- name: allow!
-- Store what the dashboard may ask for, unless it is stored already.
insert into chat.choice (is_on, is_open, most_channels)
values (cast(:is_on as boolean), cast(:is_open as boolean), cast(:most_channels as integer))
on conflict (only_row) do update
set is_on = excluded.is_on, is_open = excluded.is_open, most_channels = excluded.most_channels
where (choice.is_on, choice.is_open, choice.most_channels)
is distinct from (excluded.is_on, excluded.is_open, excluded.most_channels);

-- name: open_requests
-- What people asked for on the dashboard, oldest first. Grain: one row per channel and kind.
select
    login,
    kind,
    asked_by,
    asked_at
from chat.requests
where not is_done
order by asked_at, login, kind;

-- name: answer_request!
-- Note that a request is done, or why it is not; not if it was asked again meanwhile.
update chat.requests
set is_done = true, answer = cast(:answer as text)
where login = :login and kind = :kind and asked_at = cast(:asked_at as timestamptz);

-- name: viewed!
-- Follow a visitor's channel for longer, because its page was viewed.
update chat.channels
set
last_viewed_at = greatest(last_viewed_at, cast(:viewed_at as timestamptz)),
expires_at = greatest(expires_at, cast(:expires_at as timestamptz))
where login = :login;

-- name: expire
-- Leave the channels whose time is over. Grain: one row per channel.
delete from chat.channels
where expires_at <= cast(:now as timestamptz)
returning login;

-- name: forget_requests!
-- Delete the requests that were done before an instant.
delete from chat.requests where is_done and asked_at < cast(:before as timestamptz);
