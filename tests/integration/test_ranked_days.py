"""The finished days of one streamer, for a feed, in a database with many streamers."""

from datetime import date

from bot.web.read.ranked_days import ranked_days
from helperfunctions.database import Database
from tests.factories import write
from tests.integration.test_every_minute import ExplainedQueries

STREAMERS = 3_000
DAYS = """
insert into days
    (day, starts_at, ends_at, polls, covered_hours, coverage, watch_hours, airtime_hours, rolled_up_at, has_leaders)
select day, day, day + interval '1 day', 48, 24, 1, 1, 1, day + interval '1 day', true
from generate_series(timestamptz '2026-10-23', '2026-11-21', '1 day') as day
"""
STREAMED = """
insert into daily_streamers (day, streamer_id, watch_hours, airtime_hours, peak_viewers)
select day, 's' || lpad(place::text, 5, '0'), 1e6 / place, 8, 100
from days, generate_series(1, %s) as place order by day, place
"""
LED = """
insert into daily_leaders (day, kind, measure, id, value)
select day, 'streamer', 'watch_hours', streamer_id, watch_hours
from daily_streamers where streamer_id <= 's00050' order by day, streamer_id
"""


def test_a_feed_of_a_streamer_reads_the_days_of_that_streamer_only(url: str) -> None:
    for statement, values in ((DAYS, ()), (STREAMED, (STREAMERS,)), (LED, ())):
        write(url, statement, *values)
    write(url, "analyze")
    explained = ExplainedQueries()
    with Database(url, explained).transaction() as tx:
        leader, other = (ranked_days(tx, "streamer", id_, 14) for id_ in ("s00007", "s02000"))
    assert [(day.day, day.rank) for day in leader[:2]] == [(date(2026, 11, 21), 7), (date(2026, 11, 20), 7)]
    assert [len(leader), len(other), other[0].rank] == [14, 14, None]
    for plan in explained.plans:
        assert "daily_streamers" not in plan.read_whole()
        # The streamers of 14 days are on 400 pages.
        assert plan.pages < 200
