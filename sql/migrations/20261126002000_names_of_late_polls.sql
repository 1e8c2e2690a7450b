-- migrate:up

-- Whether the names of a poll were looked at for the index of names. A poll that was kept on disk is stored after newer
-- ones, so that no number says up to which poll that is done. The collector stores a poll as one whose names are not.
alter table staging.polls add column are_names_keyed boolean not null default true;

update staging.polls set are_names_keyed = false
where
    poll_id < 0
    or poll_id > coalesce((select cast(cursors.x_id as bigint) from cursors where cursors.name = 'names'), 0);

create index polls_to_key_idx on staging.polls (day) where not are_names_keyed;

-- migrate:down

-- The next poll has every name looked at.
delete from cursors where name = 'names';

alter table staging.polls drop column are_names_keyed;
