-- name: ranks_to_store^
-- The newest day and the newest roll-up of any day, if the stored ranks of streamers are not theirs. Grain: one row, or none.
select
    newest.last_day,
    newest.rolled_up_at
from (select max(day) as last_day, max(rolled_up_at) as rolled_up_at from days) as newest
where
    newest.last_day is not null
    -- Not later: a clock that was ahead for a while must not end the ranks.
    and not exists (
        select from streamer_ranks
        where streamer_ranks.last_day = newest.last_day and streamer_ranks.as_of = newest.rolled_up_at
    );

-- name: delete_streamer_ranks!
-- Delete the ranks of a range of days before they are inserted again. Grain: one row per range and rank.
delete from streamer_ranks where days = :how_many;

-- name: insert_streamer_ranks!
-- The hours watched of streamers by their rank over whole months and single days, thinned out as the table says.
-- Grain: one row per range and rank.
insert into streamer_ranks (days, rank, watch_hours, of_all, last_day, as_of)
select
    cast(:how_many as integer),
    ranked.rank,
    ranked.watch_hours,
    ranked.of_all,
    cast(:last as date),
    cast(:as_of as timestamptz)
from (
    select
        totals.watch_hours,
        row_number() over (order by totals.watch_hours desc) as rank,
        count(*) over () as of_all
    from (
        select sum(parts.watch_hours) as watch_hours
        from (
            select
                streamer_id,
                watch_hours
            from monthly_streamers
            where month = any(cast(:months as date []))
            union all
            select
                streamer_id,
                watch_hours
            from daily_streamers
            where day = any(cast(:days as date []))
        ) as parts
        group by parts.streamer_id
    ) as totals
) as ranked
where
    ranked.rank <= 1000
    or (ranked.rank <= 10000 and mod(ranked.rank, 10) = 0)
    or mod(ranked.rank, 100) = 0
    or ranked.rank = ranked.of_all;
