-- migrate:up

-- The roll-up that the sums of a day are made from; null when the genres of a game of that day have changed since. A day with
-- another roll-up is due. Two instants of different clocks do not show which of two transactions was first.
alter table genre_days add column rolled_up_at timestamptz;
update genre_days set rolled_up_at = days.rolled_up_at
from days
where days.day = genre_days.day and genre_days.summed_up_at >= days.rolled_up_at;

-- migrate:down

delete from genre_days where rolled_up_at is null;
alter table genre_days drop column rolled_up_at;
