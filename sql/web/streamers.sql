-- name: streamer^
-- The name and login of a streamer, and when they were seen. Grain: one row.
select
    streamer_name as streamer,
    login,
    first_seen_day,
    last_seen_day
from streamers
where streamer_id = :streamer_id;

-- name: streamer_by_day
-- Streamers on each measured day of a span, from the first day of each; zero on a day without a stream. Averages are over
-- the time on the air.
-- Grain: one row per streamer and day.
select
    wanted.id,
    days.day,
    days.covered_hours,
    days.coverage,
    coalesce(daily_streamers.watch_hours, 0) as watch_hours,
    coalesce(daily_streamers.airtime_hours, 0) as airtime_hours,
    daily_streamers.watch_hours / nullif(daily_streamers.airtime_hours, 0) as average_viewers,
    coalesce(daily_streamers.peak_viewers, 0) as peak_viewers
from days
cross join unnest(cast(:streamer_ids as text [])) as wanted (id)
left join streamers on streamers.streamer_id = wanted.id
left join daily_streamers on daily_streamers.day = days.day and daily_streamers.streamer_id = wanted.id
where
    days.day between cast(:first as date) and cast(:last as date) and days.covered_hours > 0
    and (daily_streamers.streamer_id is not null or streamers.first_seen_day <= days.day)
order by wanted.id, days.day;

-- name: records_of_streamer
-- The best days of a streamer: peak and average viewers, hours watched, hours on the air. Grain: one row per record.
with on_air as materialized (
    select distinct daily_streamer_games.day
    from daily_streamer_games
    where daily_streamer_games.streamer_id = :streamer_id
),

seen as materialized (
    select daily_streamers.*
    from on_air
    inner join daily_streamers
        on daily_streamers.day = on_air.day and daily_streamers.streamer_id = :streamer_id
)

(
    select
        'peak_viewers' as record,
        seen.day,
        cast(seen.peak_viewers as double precision) as value
    from seen
    order by seen.peak_viewers desc, seen.day
    limit 1
)
union all
(
    select
        'average_viewers',
        seen.day,
        seen.average_viewers
    from seen
    where seen.airtime_hours >= 1
    order by seen.average_viewers desc, seen.day
    limit 1
)
union all
(
    select
        'watch_hours',
        seen.day,
        seen.watch_hours
    from seen
    order by seen.watch_hours desc, seen.day
    limit 1
)
union all
(
    select
        'airtime_hours',
        seen.day,
        seen.airtime_hours
    from seen
    order by seen.airtime_hours desc, seen.day
    limit 1
);

-- name: names_of
-- The names of some games or streamers. Grain: one row per game or streamer.
select
    game_id as id,
    game_name as name
from games
where cast(:kind as text) = 'game' and game_id = any(cast(:ids as text []))
union all
select
    streamer_id,
    streamer_name
from streamers
where cast(:kind as text) = 'streamer' and streamer_id = any(cast(:ids as text []));

-- name: streamer_totals
-- The totals of streamers over whole months and single days, with one game and of one language if these are given: a
-- part of them, ranked by one measure, upwards if `direction` is -1; by average, those with at least some hours live.
-- Grain: one row per streamer.
with parts as (
    select
        streamer_id,
        watch_hours,
        airtime_hours,
        peak_viewers
    from monthly_streamers
    where
        cast(:game_id as text) is null and month = any(cast(:months as date []))
        and (cast(:language as text) is null or language = cast(:language as text))
    union all
    select
        streamer_id,
        watch_hours,
        airtime_hours,
        peak_viewers
    from daily_streamers
    where
        cast(:game_id as text) is null and day = any(cast(:days as date []))
        and (cast(:language as text) is null or language = cast(:language as text))
    union all
    select
        streamer_id,
        watch_hours,
        airtime_hours,
        peak_viewers
    from monthly_streamer_games
    where
        month = any(cast(:months as date [])) and game_id = cast(:game_id as text)
        and cast(:language as text) is null
    union all
    select
        streamer_id,
        watch_hours,
        airtime_hours,
        peak_viewers
    from daily_streamer_games
    where
        day = any(cast(:days as date [])) and game_id = cast(:game_id as text)
        and (
            cast(:language as text) is null
            or exists (
                select from daily_streamers as spoken
                where
                    spoken.day = daily_streamer_games.day
                    and spoken.streamer_id = daily_streamer_games.streamer_id
                    and spoken.language = cast(:language as text)
            )
        )
),

totals as (
    select
        streamer_id,
        sum(watch_hours) as watch_hours,
        sum(airtime_hours) as airtime_hours,
        max(peak_viewers) as peak_viewers,
        count(*) over () as of_all
    from parts
    group by streamer_id
    having cast(:sort as text) <> 'average_viewers' or sum(airtime_hours) >= cast(:least_hours as double precision)
),

wanted as (
    select
        totals.*,
        case when totals.airtime_hours > 0 then totals.watch_hours / totals.airtime_hours end as average_viewers
    from totals
    order by
        cast(:direction as integer) * case cast(:sort as text)
            when 'watch_hours' then totals.watch_hours
            when 'airtime_hours' then totals.airtime_hours
            when 'peak_viewers' then totals.peak_viewers
            when 'average_viewers' then totals.watch_hours / totals.airtime_hours
        end desc,
        totals.streamer_id
    limit :limit offset :offset
)

select
    wanted.*,
    coalesce(streamers.streamer_name, '') as streamer,
    addresses.slug
from wanted
left join streamers using (streamer_id)
left join addresses
    on addresses.kind = 'streamer' and addresses.id = wanted.streamer_id and addresses.is_current
order by
    cast(:direction as integer) * case cast(:sort as text)
        when 'watch_hours' then wanted.watch_hours
        when 'airtime_hours' then wanted.airtime_hours
        when 'peak_viewers' then wanted.peak_viewers
        when 'average_viewers' then wanted.average_viewers
    end desc,
    wanted.streamer_id;

-- name: rank_of_streamer^
-- The rank with these hours watched over a range of days up to the newest, and the number of streamers; no row where the ranks
-- of the range are not stored. Until those of a new day are, the ranks are those of the day before. Grain: one row.
select
    rank,
    of_all
from streamer_ranks
where
    days = :days and last_day between cast(:last as date) - 1 and cast(:last as date)
    and watch_hours <= cast(:watch_hours as double precision)
order by rank
limit 1;

-- name: hours_of_streamers
-- The hours watched of some streamers over whole months and single days, with one game if it is given. Grain: one row
-- per streamer.
select
    streamer_id,
    sum(watch_hours) as watch_hours
from (
    select
        streamer_id,
        watch_hours
    from monthly_streamers
    where
        cast(:game_id as text) is null and month = any(cast(:months as date []))
        and streamer_id = any(cast(:streamer_ids as text []))
    union all
    select
        streamer_id,
        watch_hours
    from daily_streamers
    where
        cast(:game_id as text) is null and day = any(cast(:days as date []))
        and streamer_id = any(cast(:streamer_ids as text []))
    union all
    select
        streamer_id,
        watch_hours
    from monthly_streamer_games
    where
        month = any(cast(:months as date [])) and game_id = cast(:game_id as text)
        and streamer_id = any(cast(:streamer_ids as text []))
    union all
    select
        streamer_id,
        watch_hours
    from daily_streamer_games
    where
        day = any(cast(:days as date [])) and game_id = cast(:game_id as text)
        and streamer_id = any(cast(:streamer_ids as text []))
) as parts
group by streamer_id;

-- name: streams_of_streamer
-- The streams of a streamer on some days, each with the sums of its days, in an order: `direction` is 1 for the largest or newest
-- first. `is_best`: the one with the most hours watched. Grain: one row per stream.
select
    daily_streams.stream_id,
    min(daily_streams.started_at) as started_at,
    max(daily_streams.last_seen_at) as last_seen_at,
    sum(daily_streams.watch_hours) as watch_hours,
    sum(daily_streams.airtime_hours) as airtime_hours,
    sum(daily_streams.watch_hours) / nullif(sum(daily_streams.airtime_hours), 0) as average_viewers,
    max(daily_streams.peak_viewers) as peak_viewers,
    array(
        select coalesce(games.game_name, played.game_id)
        from (
            select
                ids.game_id,
                min(ids.place) as place
            from daily_streams as parts
            cross join unnest(parts.game_ids) with ordinality as ids (game_id, place)
            where
                parts.day between min(daily_streams.day) and max(daily_streams.day)
                and parts.streamer_id = :streamer_id and parts.stream_id = daily_streams.stream_id
            group by ids.game_id
        ) as played
        left join games using (game_id)
        order by played.place, played.game_id
    ) as games,
    row_number() over (
        order by sum(daily_streams.watch_hours) desc, min(daily_streams.started_at) desc, daily_streams.stream_id
    ) = 1 as is_best,
    count(*) over () as of_all
from daily_streams
where daily_streams.day = any(cast(:days as date [])) and daily_streams.streamer_id = :streamer_id
group by daily_streams.stream_id
order by
    cast(:direction as integer) * case cast(:sort as text)
        when 'length_hours' then extract(epoch from max(daily_streams.last_seen_at) - min(daily_streams.started_at))
        when 'watch_hours' then sum(daily_streams.watch_hours)
        when 'average_viewers' then sum(daily_streams.watch_hours) / nullif(sum(daily_streams.airtime_hours), 0)
        when 'peak_viewers' then max(daily_streams.peak_viewers)
        else extract(epoch from min(daily_streams.started_at))
    end desc nulls last,
    min(daily_streams.started_at) desc, daily_streams.stream_id
limit :limit offset :offset;

-- name: times_of_streams
-- The start and the last update of each stream of a streamer on some days. Grain: one row per stream.
select
    stream_id,
    min(started_at) as started_at,
    max(last_seen_at) as last_seen_at
from daily_streams
where day = any(cast(:days as date [])) and streamer_id = :streamer_id
group by stream_id
order by min(started_at), stream_id;

-- name: days_with_streams
-- The bounds of those of some days that were measured and have stored streams. Grain: one row per day.
select
    starts_at,
    ends_at
from days
where
    day = any(cast(:days as date [])) and covered_hours > 0
    and day >= (select min(daily_streams.day) from daily_streams)
order by day;

-- name: ranked_days_of_streamer
-- The newest days on which a streamer was live, newest first, each with the rank among the streamers of the day if it is one
-- of the 50 whose hours are stored as leaders: a count over all streamers of 14 days would read a quarter of a million rows.
-- Averages are over the time live. Grain: one row per day.
with newest as (
    select
        days.day,
        days.rolled_up_at,
        days.coverage,
        own.watch_hours,
        own.average_viewers,
        own.peak_viewers
    from days
    cross join lateral (
        select *
        from daily_streamers
        where daily_streamers.day = days.day and daily_streamers.streamer_id = :streamer_id
        limit 1
    ) as own
    order by days.day desc
    limit :limit
)

select
    newest.*,
    placed.rank,
    cast(null as bigint) as ranked
from newest
left join lateral (
    select
        leaders.id,
        row_number() over (order by leaders.value desc, leaders.id) as rank
    from daily_leaders as leaders
    where leaders.day = newest.day and leaders.kind = 'streamer' and leaders.measure = 'watch_hours'
) as placed on placed.id = :streamer_id
order by newest.day desc;

-- name: last_seen_at$
-- When a streamer was last seen live on one finished day; null if that is not stored.
select max(last_seen_at) from daily_streams where day = cast(:day as date) and streamer_id = :streamer_id;
