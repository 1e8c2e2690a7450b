-- migrate:up

-- Names in plain English, before the first release.

-- One row per purpose whose last read got no response: X may have charged for it.
alter table x_lost_reads rename to x_uncertain_reads;
alter table x_uncertain_reads rename constraint x_lost_reads_pkey to x_uncertain_reads_pkey;

alter table x_pauses rename column because to reason;

alter table x_accounts rename column credentials to credentials_hash;
alter table x_accounts rename column asked_at to fetched_at;

-- Whether X refused an attempt as a duplicate after one with an unknown outcome: that one was published.
alter table posts rename column is_out to was_duplicate;

-- The question of a mention in one short form, the same for the same question.
alter table mentions rename column asked to question;

-- The polls from which watch time is computed: the complete ones, and a partial one where no complete one is near.
alter view staging.speaking_polls rename to counted_polls;

update x_prices set meaning = 'an answer to a mention' where kind = 'reply';
update x_prices set meaning = 'an uploaded picture' where kind = 'media_upload';
update x_prices set meaning = 'the alt text of a picture' where kind = 'media_metadata';

-- migrate:down

update x_prices set meaning = 'the words for a picture' where kind = 'media_metadata';
update x_prices set meaning = 'a picture handed over' where kind = 'media_upload';
update x_prices set meaning = 'an answer to somebody who tagged us' where kind = 'reply';

alter view staging.counted_polls rename to speaking_polls;
alter table mentions rename column question to asked;
alter table posts rename column was_duplicate to is_out;
alter table x_accounts rename column fetched_at to asked_at;
alter table x_accounts rename column credentials_hash to credentials;
alter table x_pauses rename column reason to because;
alter table x_uncertain_reads rename constraint x_uncertain_reads_pkey to x_lost_reads_pkey;
alter table x_uncertain_reads rename to x_lost_reads;
