-- migrate:up

-- A picture that can still be shown stays when a newer one is refused, until it is 23 hours old. `tried_at`: when a picture
-- was requested last; the next request follows some hours later. `refused`: why there was none then.
alter table pictures add column tried_at timestamptz;
update pictures set tried_at = fetched_at;
alter table pictures alter column tried_at set not null;
alter table pictures alter column fetched_at drop not null;
update pictures set fetched_at = null where content is null;
alter table pictures drop constraint pictures_check;
alter table pictures drop constraint pictures_check1;
alter table pictures add check (num_nulls(content, media_type, digest, fetched_at) in (0, 4));
alter table pictures add check (content is not null or refused is not null);

-- migrate:down

alter table pictures drop constraint pictures_check;
alter table pictures drop constraint pictures_check1;
update pictures set refused = null where content is not null;
update pictures set fetched_at = tried_at where fetched_at is null;
alter table pictures alter column fetched_at set not null;
alter table pictures drop column tried_at;
alter table pictures add check (num_nulls(content, media_type, digest) in (0, 3));
alter table pictures add check ((content is null) = (refused is not null));
