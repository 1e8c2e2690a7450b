-- name: intend_poll!
-- Intend the object of a poll that is being stored, and the raw pages if they are kept. A poll that comes after its day was
-- sealed makes the day due again. Grain: one row per object.
with pieces as (
    select
        dataset,
        'day=' || cast(:day as text) as partition,
        'poll-' || to_char(cast(:started_at as timestamptz) at time zone 'UTC', 'YYYYMMDD"T"HH24MISS"Z"') || '-'
        || case when cast(:poll_id as bigint) < 0 then 'n' || -cast(:poll_id as bigint)
            else lpad(cast(:poll_id as text), greatest(6, length(cast(:poll_id as text))), '0') end as piece,
        suffix
    from (
        values ('landing/streams', '.parquet'), ('raw/helix-streams', '.jsonl.gz')
    ) as kinds (dataset, suffix)
    where dataset = 'landing/streams' or cast(:has_raw as boolean)
),

late as (
    update lake_objects
    set status = 'due', revision = revision + 1, due_at = cast(:now as timestamptz)
    where
        lake = cast(:lake as text) and day = cast(:day as date)
        -- One that is due already, too: it may be in the middle of being made, without this poll.
        and dataset in ('processed/streams', 'processed/polls') and status <> 'gone'
)

insert into lake_objects (lake, dataset, partition, piece, key, day, poll_id, rows, due_at)
select
    cast(:lake as text),
    dataset,
    partition,
    piece,
    dataset || '/' || partition || '/' || piece || suffix,
    cast(:day as date),
    cast(:poll_id as bigint),
    cast(:streams as bigint),
    cast(:now as timestamptz)
from pieces
on conflict do nothing;

-- name: intend_pages!
-- Intend the object of a record that no poll belongs to. Grain: one row.
insert into lake_objects (lake, dataset, partition, piece, key, day, due_at)
values (
    cast(:lake as text),
    cast(:dataset as text),
    'day=' || cast(cast(:day as date) as text),
    cast(:piece as text),
    cast(:dataset as text) || '/day=' || cast(cast(:day as date) as text) || '/' || cast(:piece as text)
    || cast(:suffix as text),
    cast(:day as date),
    cast(:now as timestamptz)
)
on conflict do nothing;

-- name: intend_day!
-- Intend the objects of a day that is being rolled up: its sealed streams and polls, the months that it belongs to, and the
-- dimensions. What is gone stays gone. Grain: one row per object.
insert into lake_objects (lake, dataset, partition, piece, key, day, due_at)
select
    cast(:lake as text),
    kinds.dataset,
    kinds.partition,
    kinds.piece,
    kinds.dataset || '/' || case kinds.partition when '' then '' else kinds.partition || '/' end || kinds.piece || '.parquet',
    kinds.day,
    cast(:now as timestamptz)
from (
    select
        'processed/' || piece as dataset,
        'day=' || cast(:day as text) as partition,
        piece,
        cast(:day as date) as day
    from unnest(array['polls', 'streams']) as piece
    union all
    select
        'curated/' || piece,
        'month=' || to_char(cast(:day as date), 'YYYY-MM'),
        piece,
        cast(date_trunc('month', cast(:day as date)) as date)
    from unnest(cast(:monthly as text [])) as piece
    union all
    select
        'curated/' || piece,
        '',
        piece,
        null
    from unnest(cast(:dimensions as text [])) as piece
) as kinds
on conflict (lake, dataset, partition, piece) do update
set status = 'due', revision = lake_objects.revision + 1, due_at = excluded.due_at
where lake_objects.status <> 'gone';

-- name: polls_without_intent
-- Polls whose streams are in staging and that no intent names, because the lake began later. Grain: one row per poll.
select
    polls.poll_id,
    polls.day,
    polls.started_at,
    polls.streams
from staging.days_of_streams() as streams (day)
inner join staging.polls using (day)
where
    polls.status <> 'failed'
    and not exists (
        select from lake_objects
        where
            lake_objects.lake = cast(:lake as text) and lake_objects.day = polls.day
            and lake_objects.dataset = 'landing/streams' and lake_objects.poll_id = polls.poll_id
    )
order by polls.started_at;

-- name: days_without_intent
-- Rolled-up days whose months, or sealed streams if these are in staging, no intent names. Grain: one row per day.
select days.day
from days
left join staging.days_of_streams() as streams (day) using (day)
where
    not exists (
        select from lake_objects
        where
            lake_objects.lake = cast(:lake as text) and lake_objects.dataset = 'curated/days'
            and lake_objects.day = cast(date_trunc('month', days.day) as date)
    )
    or streams.day is not null
    and not exists (
        select from lake_objects
        where
            lake_objects.lake = cast(:lake as text) and lake_objects.dataset = 'processed/streams'
            and lake_objects.day = days.day
    )
order by days.day;

-- name: mark_changed_months!
-- Make the objects of a month due whose days were rolled up after they were written, without this lake: it was switched off
-- then, or elsewhere. Those by genre also when days were summed up by genre since. Grain: one row per object.
update lake_objects
set status = 'due', revision = revision + 1, due_at = cast(:now as timestamptz)
where
    lake = cast(:lake as text) and status = 'there'
    and (
        dataset = any(cast(:monthly as text []))
        and exists (
            select from days
            where
                days.day >= lake_objects.day and days.day < lake_objects.day + interval '1 month'
                and days.rolled_up_at > lake_objects.written_at
                -- By a clock that was ahead, the month would be due at each turn.
                and days.rolled_up_at <= cast(:now as timestamptz)
        )
        or dataset = any(cast(:by_genre as text []))
        and exists (
            select from genre_days
            where
                genre_days.day >= lake_objects.day and genre_days.day < lake_objects.day + interval '1 month'
                and genre_days.summed_up_at > lake_objects.written_at
                and genre_days.summed_up_at <= cast(:now as timestamptz)
        )
    );

-- name: intend_again!
-- Make objects due again, for a repair or because the user asks for it. Grain: one row per object.
update lake_objects
set status = 'due', revision = revision + 1, due_at = cast(:now as timestamptz)
where lake = cast(:lake as text) and key = any(cast(:keys as text [])) and status <> 'gone';

-- name: intend_month!
-- Intend the object of one curated table of the month of a day. Grain: one row.
insert into lake_objects (lake, dataset, partition, piece, key, day, due_at)
select
    cast(:lake as text),
    cast(:dataset as text),
    'month=' || to_char(cast(:day as date), 'YYYY-MM'),
    cast(:piece as text),
    cast(:dataset as text) || '/month=' || to_char(cast(:day as date), 'YYYY-MM') || '/' || cast(:piece as text) || '.parquet',
    cast(date_trunc('month', cast(:day as date)) as date),
    cast(:now as timestamptz)
on conflict (lake, dataset, partition, piece) do update
set status = 'due', revision = lake_objects.revision + 1, due_at = excluded.due_at;
