-- name: posts
-- The posts and replies, published or waiting, newest first; without those that concern one person alone.
-- Grain: one row per post.
select
    post_id,
    kind,
    day,
    status,
    created_at,
    sent_at,
    x_id,
    text,
    alt_text,
    reason,
    chart is not null as has_chart
from posts
where not is_private and (cast(:status as text) is null or status = :status)
order by post_id desc
limit :limit offset :offset;

-- name: summaries_of_day
-- The summaries of one day, published or not, in the order in which they are posted. Grain: one row per post.
select
    post_id,
    kind,
    day,
    status,
    created_at,
    sent_at,
    x_id,
    text,
    alt_text,
    reason,
    chart is not null as has_chart
from posts
where day = cast(:day as date) and kind <> 'reply'
order by post_id;

-- name: posts_of_game
-- The newest published summaries that name a game, of 180 days: those of the most watched games with its place, from 1 to
-- 5, and those of its streamers, without a place. Categories of one name are one game, as in the posts. Grain: one row per post.
with own as materialized (
    select
        games.name_key,
        same_games(games.game_id) as ids
    from games
    where games.game_id = :game_id
)

select
    posts.kind,
    posts.day,
    posts.sent_at,
    posts.x_id,
    named.place
from posts
cross join own
cross join lateral (
    select cast(null as bigint) as place
    from draws
    where posts.kind = 'streamers_of_game' and draws.day = posts.day and draws.game_id = any(own.ids)
    union all
    select ranked.place
    from (
        select
            games.name_key,
            row_number() over (order by sum(leaders.value) desc, min(leaders.id)) as place
        from daily_leaders as leaders
        inner join games on games.game_id = leaders.id
        where leaders.day = posts.day and leaders.kind = 'game' and leaders.measure = 'watch_hours' and leaders.id <> ''
        group by games.name_key
    ) as ranked
    where
        posts.kind = 'games' and ranked.name_key = own.name_key and ranked.place <= 5
        -- Most games never led a day: those are not ranked.
        and exists (
            select from daily_leaders as led
            where
                led.day = posts.day and led.kind = 'game' and led.measure = 'watch_hours'
                and led.id = any(own.ids)
        )
) as named
where posts.status = 'sent' and posts.day > cast(:newest as date) - 180
order by posts.day desc, posts.post_id desc
limit :limit;

-- name: count_posts$
-- The number of these posts, of all or with one status.
select count(*) from posts where not is_private and (cast(:status as text) is null or status = :status);

-- name: chart_of_post$
-- The chart of one post.
select chart from posts where post_id = :post_id and chart is not null;

-- name: coverage
-- The coverage of each day of a span, newest first. Grain: one row per day.
select
    day,
    starts_at,
    ends_at,
    polls,
    covered_hours,
    coverage,
    watch_hours,
    airtime_hours,
    rolled_up_at
from days
where day between cast(:first as date) and cast(:last as date)
order by day desc
limit :limit offset :offset;

-- name: count_days$
-- The number of days of a span that are rolled up.
select count(*) from days where day between cast(:first as date) and cast(:last as date);

-- name: good_polls
-- The polls since an instant that brought streams, oldest first. Grain: one row per poll.
select
    status,
    started_at,
    interval_minutes
from staging.polls
where
    day >= cast(cast(:since as timestamptz) as date) - 1
    and started_at >= cast(:since as timestamptz)
    and status <> 'failed'
order by started_at;

-- name: neighbours_of_day^
-- The days with figures before and after a day. Grain: one row.
select
    (select max(day) from days where day < cast(:day as date)) as day_before,
    (select min(day) from days where day > cast(:day as date)) as day_after;

-- name: languages_of_day
-- The languages of a day, most watched first. Grain: one row per language.
select
    language,
    watch_hours,
    airtime_hours,
    peak_viewers
from daily_languages
where day = cast(:day as date) and language <> ''
order by watch_hours desc, language;
