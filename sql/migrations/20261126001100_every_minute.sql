-- migrate:up

-- What runs every minute reads a bounded part of tables that grow for ever. Each of these indexes is made within seconds,
-- also after five years.

-- Whose words are still to be deleted: some weeks of many years.
create index mentions_texts_idx on mentions (posted_at) where text is not null;
-- What came lately.
create index mentions_posted_idx on mentions (posted_at);
create index posts_created_idx on posts (created_at);
-- The newest post on X: its ids are numbers, in the order of time.
create index posts_x_number_idx on posts (cast(x_id as bigint));
-- Whether a day was rolled up since somebody looked.
create index days_rolled_up_idx on days (rolled_up_at);

-- migrate:down

drop index mentions_texts_idx, mentions_posted_idx, posts_created_idx, posts_x_number_idx, days_rolled_up_idx;
