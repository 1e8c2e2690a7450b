"""The data for the dashboard benchmark: years of daily rows, 60 days of hours, and a current poll."""

from datetime import date, datetime, timedelta
from typing import Final

from benchmarks import ask
from benchmarks.harness import Bench, progress
from bot.names.database_names import DatabaseNames

HOURLY_DAYS: Final = 60
LIVE: Final = 7_000
POSTED_DAYS: Final = 90

# A game is watched most in the evening; game n has 1 / (n + 1) of the viewers of the first.
_HOURLY_GAMES: Final = """
    insert into hourly_games (hour_at, average_viewers, average_streams, peak_viewers, game_id)
    select hour_at, viewers, 1 + viewers / 300, viewers * 1.1, game_id
    from (
        select
            hour_at,
            'g' || n as game_id,
            400000 / (1 + n) * (1 + 0.5 * sin((extract(hour from hour_at)::int + n % 5) * pi() / 12)) as viewers
        from generate_series(0, {games} - 1) as n,
            generate_series(timestamptz '{first}', timestamptz '{last}', '1 hour') as hour_at
    ) as seen
    order by game_id, hour_at
"""
_HOURS: Final = """
    insert into hours (hour_at, average_viewers, average_streams, peak_viewers, polls)
    select hour_at, sum(average_viewers), sum(average_streams), sum(peak_viewers), 2 from hourly_games group by hour_at
"""
# A poll for every half-hour of every rolled-up day; rows of polls are never deleted.
_POLLS: Final = """
    insert into staging.polls (
        day, started_at, ended_at, status, ended_because, interval_minutes, more_than_viewers, pages, streams, viewers,
        duplicates, set_aside, poll_id
    )
    select
        day, at, at + interval '20 seconds', 'complete', 'threshold', 30, 50, 70, {live}, 1000000, 0, 0,
        nextval('staging.polls_poll_id_seq')
    from days, generate_series(starts_at, ends_at - interval '30 minutes', '30 minutes') as at
    where not exists (select from staging.polls where polls.day = days.day)
    order by at
"""
_POLL_NOW: Final = """
    with poll as (
        insert into staging.polls (
            poll_id, day, started_at, ended_at, status, ended_because, interval_minutes, more_than_viewers, pages,
            streams, viewers, duplicates, set_aside
        )
        values (
            nextval('staging.polls_poll_id_seq'), '{day}', timestamptz '{now}' - interval '1 minute', '{now}',
            'complete', 'threshold', 30, 50, 70, {live}, 0, 0, 0
        )
        returning poll_id, started_at
    )
    insert into staging.streams (day, poll_id, viewer_count, started_at, stream_id, streamer_id, game_id, language)
    select
        '{day}', poll_id, 51 + 150000 / rank, started_at - rank % 600 * interval '1 minute', 'b' || rank,
        's' || (rank * 31 % {streamers}), 'g' || floor({games} * power(rank * 7919 % {live} / {live}.0, 4))::int,
        (array['en', 'de', 'pt', 'es'])[1 + rank % 4]
    from poll, generate_series(1, {live}) as rank
"""
_GAMES_NOW: Final = (
    """
    insert into staging.games (poll_id, game_id, viewers, streams, top_viewers, top3_viewers, median_viewers)
    select poll_id, game_id, sum(viewer_count), count(*), max(viewer_count), max(viewer_count), 60
    from staging.streams group by poll_id, game_id
    """,
    """
    insert into staging.languages (poll_id, language, viewers, streams)
    select poll_id, language, sum(viewer_count), count(*) from staging.streams group by poll_id, language
    """,
    """
    update staging.polls set viewers = seen.viewers
    from (select poll_id, sum(viewers) as viewers from staging.games group by poll_id) as seen
    where polls.poll_id = seen.poll_id
    """,
)
_POSTS: Final = """
    insert into posts (
        kind, day, text, alt_text, status, created_at, next_try_at, expires_at, attempts, was_duplicate, x_id, sent_at
    )
    select
        kind, day, 'Hours watched on ' || day || E':\n1. Game 0: 5.3M\n2. Game 1: 2.1M\n3. Game 2: 1.9M', 'A chart.',
        'sent', ends_at, ends_at, ends_at + interval '1 day', 1, true,
        (row_number() over (order by day, kind))::text, ends_at + interval '6 hours'
    from days, unnest(array['games', 'streamers', 'streamers_of_game']) as kind
    where day > date '{last}' - {days}
"""
_MEASURED: Final = """
    update days set watch_hours = seen.watch_hours, airtime_hours = seen.airtime_hours
    from (
        select day, sum(watch_hours) as watch_hours, sum(airtime_hours) as airtime_hours from daily_games group by day
    ) as seen
    where days.day = seen.day
"""
# Copies of the newest year, each a year earlier.
_YEARS_BEFORE: Final = (
    """
    insert into daily_games (day, game_id, watch_hours, airtime_hours, peak_viewers)
    select day - 365 * back, game_id, watch_hours, airtime_hours, peak_viewers
    from daily_games, generate_series(1, {years}) as back
    where day > date '{last}' - 365
    order by 1, 2
    """,
    """
    insert into daily_streamers (day, streamer_id, watch_hours, airtime_hours, peak_viewers)
    select day - 365 * back, streamer_id, watch_hours, airtime_hours, peak_viewers
    from daily_streamers, generate_series(1, {years}) as back
    where day > date '{last}' - 365 and abs(hashtext(streamer_id)) % {one_in} = 0
    order by 1, 2
    """,
    """
    insert into daily_streamer_games (day, streamer_id, game_id, watch_hours, airtime_hours, peak_viewers)
    select day - 365 * back, streamer_id, game_id, watch_hours, airtime_hours, peak_viewers
    from daily_streamer_games, generate_series(1, {years}) as back
    where day > date '{last}' - 365 and abs(hashtext(streamer_id)) % {one_in} = 0
    order by 1, 3, 2
    """,
    """
    insert into days
    select
        day - 365 * back, starts_at - back * interval '365 days', ends_at - back * interval '365 days', polls,
        covered_hours, coverage, watch_hours, airtime_hours, rolled_up_at - back * interval '365 days'
    from days, generate_series(1, {years}) as back
    where day > date '{last}' - 365
    """,
)


def fill(bench: Bench, now: datetime, *, days: int, pairs: int, hourly_days: int, live: int) -> None:
    """Fill the tables of the dashboard up to `now`: days of daily rows, `hourly_days` of hourly rows, and a poll."""
    last = _newest(now)
    ask.fill(bench, days, pairs, last)
    progress(f"{hourly_days} days by the hour, a poll of {live:,} streams, names and addresses")
    hour = now.replace(minute=0, second=0, microsecond=0)
    day = ask.CALENDAR.day_of(now).date
    bench.run(
        _MEASURED,
        _HOURLY_GAMES.format(games=ask.GAMES, first=hour - timedelta(days=hourly_days), last=hour),
        _HOURS,
        _POLLS.format(live=live),
        f"select staging.make_partition('{day}')",
        _POLL_NOW.format(day=day, now=now, live=live, games=ask.GAMES, streamers=ask.streamers_of(pairs)),
        *_GAMES_NOW,
        _POSTS.format(last=last, days=POSTED_DAYS),
    )
    DatabaseNames(bench.database).refresh()
    bench.run("vacuum (analyze)")


def add_years(bench: Bench, now: datetime, years: int, one_streamer_in: int) -> None:
    """Add years before the newest one: all games, and one streamer in `one_streamer_in`."""
    last = _newest(now)
    progress(f"{years} years before: all games, one streamer in {one_streamer_in}")
    inserts = (insert.format(years=years, last=last, one_in=one_streamer_in) for insert in _YEARS_BEFORE)
    bench.run(*ask.WITHOUT_INDEXES, *inserts, *ask.WITH_INDEXES)
    bench.run(_POLLS.format(live=LIVE), "vacuum (analyze)")
    ask.sum_up_months(bench, last)


def _newest(now: datetime) -> date:
    """The newest finished day."""
    return ask.CALENDAR.last_finished(now).date
