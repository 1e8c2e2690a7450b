"""Read a poll again from the pages that were recorded of it, with the code that read it from Twitch."""

from datetime import date, datetime

from bot.collect.crawl import Crawl
from bot.collect.rank import CLOCKS_DIFFER
from bot.collect.stage import StagedPoll
from bot.core.ports import LiveStreams


def streams_again(
    live: LiveStreams, *, poll_id: int, day: date, started_at: datetime, pages: int, more_than_viewers: int
) -> StagedPoll:
    """The streams of a poll. `live` returns its pages in their order; `pages`: their number."""
    staged = StagedPoll(poll_id, day, more_than_viewers, interval_minutes=1)
    crawl = Crawl(
        live,
        staged,
        more_than_viewers=more_than_viewers,
        page_cap=pages,
        is_out_of_time=lambda: False,
        latest_start=started_at + CLOCKS_DIFFER,
    )
    crawl.run()
    return staged
