"""What chat does every second and every ten minutes takes as long after years as in the first week."""

from pathlib import Path

import pytest

from bot.chat.job import ChatJob
from helperfunctions.chat_journal import Journal
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from tests.conftest import execute
from tests.integration.test_chat import CALENDAR, DAYS, append, said
from tests.integration.test_every_minute import ExplainedQueries

# 2,000 emotes, and the hours of three channels in a year.
YEARS = """
insert into chat.emotes (emote_id) select 'e' || number from generate_series(1, 2000) as number;
insert into chat.hours (
    channel_id, hour_at, messages, mirrored_messages, subscriber_messages, first_time_messages, bot_messages,
    emote_only_messages, command_messages, bits, subs, gifted_subs, raid_viewers, removed_messages, timeouts,
    late_messages, minutes, covered_minutes, peak_messages, viewer_minutes, watched_messages
)
select
    channel, timestamptz '2026-10-01 00:00+00' - hour * interval '1 hour',
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
from unnest(array['1', '2', '3']) as channel, generate_series(1, 8000) as hour;
"""


@pytest.fixture
def explained() -> ExplainedQueries:
    return ExplainedQueries()


def read_whole(explained: ExplainedQueries) -> set[str]:
    """The tables that were read from end to end."""
    return {table for plan in explained.plans for table in plan.read_whole()}


def test_neither_emotes_nor_old_hours_are_read_from_end_to_end(
    url: str, explained: ExplainedQueries, clock: VirtualClock, tmp_path: Path
) -> None:
    execute(url, YEARS)
    execute(url, "vacuum analyze")
    journal = Journal(tmp_path)
    job = ChatJob(Database(url, explained), clock, tmp_path, DAYS, None, CALENDAR)
    append(journal, 5, said(1))
    job.look()
    clock.advance(700)
    explained.plans.clear()
    job.count()
    assert "chat.store_minutes" in {plan.name for plan in explained.plans}
    assert read_whole(explained) & {"emotes", "hours"} == set()
    explained.plans.clear()
    job.look()
    assert "chat.forget_old_sketches" in {plan.name for plan in explained.plans}
    assert "hours" not in read_whole(explained)
