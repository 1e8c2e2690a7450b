"""Polls of an implementation of Helix other than our sandbox."""

import json
from contextlib import closing
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.collect.keep import KeptPolls
from bot.collect.poll import Collector
from bot.core.calendar import Calendar
from bot.core.polls import CrawlEnd, Poll, PollStatus
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.token_cache import AppToken, TokenCache
from helperfunctions.twitch_api import TwitchApi
from tests.contract import canned_x, plain_helix
from tests.factories import DAY, a_raw_stream, rows
from tests.no_tokens import NoTokenCache


def the_streams(count: int) -> list[dict[str, Any]]:
    """This many streams, from 10,000 viewers down in steps of 10."""
    return [
        a_raw_stream(id=f"s{n}", user_id=f"u{n}", user_login=f"login{n}", user_name=f"Name {n}", viewer_count=viewers)
        for n, viewers in enumerate(range(10_000, 10_000 - 10 * count, -10))
    ]


def poll_of(address: str, database: Database, clock: VirtualClock, kept: KeptPolls, tokens: TokenCache) -> Poll:
    """A poll of the Twitch at an address."""
    live = TwitchApi(
        api_url=address,
        auth_url=f"{address}/",
        client_id="me",
        client_secret="mine",
        clock=clock,
        tokens=tokens,
    )
    collector = Collector(
        live=live,
        database=database,
        clock=clock,
        calendar=Calendar(ZoneInfo("America/Los_Angeles"), time(8)),
        more_than_viewers=50,
        interval_minutes=30,
        kept=kept,
    )
    with closing(live):
        return collector.collect()


class OneToken(NoTokenCache):
    """A cache with a token that is valid for years."""

    def read(self, key: str) -> AppToken | None:
        return AppToken("t", datetime(2036, 11, 21, tzinfo=UTC))


@pytest.mark.parametrize(
    ("count", "pages", "status", "because"),
    [
        # A list that ends above the threshold may have been cut off.
        pytest.param(1, 2, PollStatus.PARTIAL, CrawlEnd.END_OF_LIST, id="one stream"),
        pytest.param(100, 2, PollStatus.PARTIAL, CrawlEnd.END_OF_LIST, id="one page"),
        pytest.param(250, 4, PollStatus.PARTIAL, CrawlEnd.END_OF_LIST, id="three pages"),
        # 995 are above the threshold; one more page is read, and not the one after it.
        pytest.param(1_000, 11, PollStatus.COMPLETE, CrawlEnd.BELOW_THRESHOLD, id="below the threshold"),
    ],
)
def test_a_poll_stores_exactly_the_streams_of_a_plain_helix(
    count: int,
    pages: int,
    status: PollStatus,
    because: CrawlEnd,
    database: Database,
    url: str,
    clock: VirtualClock,
    kept: KeptPolls,
) -> None:
    streams = the_streams(count)
    with plain_helix.serving(streams) as address:
        poll = poll_of(address, database, clock, kept, NoTokenCache())
    above = [stream for stream in streams if stream["viewer_count"] > 50]
    assert (poll.status, poll.ended_because) == (status, because)
    assert (poll.pages, poll.streams, poll.duplicates, poll.set_aside) == (pages, len(above), 0, 0)
    assert poll.viewers == sum(stream["viewer_count"] for stream in above)
    columns = "day, poll_id, viewer_count, started_at, stream_id, streamer_id, game_id"
    began = datetime(2026, 11, 21, 15, tzinfo=UTC)
    assert set(rows(url, f"select {columns} from staging.streams")) == {
        (DAY, poll.poll_id, stream["viewer_count"], began, stream["id"], stream["user_id"], "509658")
        for stream in above
    }
    assert set(rows(url, "select streamer_id, login, streamer_name from streamers")) == {
        (stream["user_id"], stream["user_login"], stream["user_name"]) for stream in above
    }
    assert rows(url, "select game_id, game_name from games") == [("509658", "Just Chatting")]


def test_a_reason_is_stored_without_characters_that_the_database_refuses(
    database: Database, url: str, clock: VirtualClock, kept: KeptPolls
) -> None:
    refusal = json.dumps({"status": 403, "message": "no\0thing\n\x1b[31mfor you"}).encode()
    with canned_x.answering(403, refusal, {}) as (address, _):
        poll = poll_of(address, database, clock, kept, OneToken())
    assert poll.status is PollStatus.FAILED
    [(error,)] = rows(url, "select error from staging.polls")
    assert error.endswith("403: nothing [31mfor you")
