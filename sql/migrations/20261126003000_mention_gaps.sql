-- migrate:up

-- One row per stretch of the list of mentions that is not read yet, below what is. The list comes newest first: when
-- reading ends between two pages (no money, no network, a kill), what was paid for is stored and this is the rest.
create table mention_gaps (
    -- the oldest mention above it that is stored
    before_x_id text collate "C" primary key check (before_x_id ~ '^[0-9]{1,19}$'),
    -- the newest mention below it that is stored, null if there is none
    after_x_id text collate "C"
);

-- migrate:down

drop table mention_gaps;
