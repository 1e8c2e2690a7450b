"""The totals of /metrics: all rows are counted, although old ones are counted once a day only."""

from datetime import timedelta

from bot.health.totals import Totals
from helperfunctions.database import Database
from tests.factories import DAY, DAY_START, a_stream, stage, write

INSERT_POST = """
    insert into posts (kind, day, text, status, created_at, next_try_at, expires_at)
    values ('games', %s, 'words', 'due', %s, %s, %s)
"""
INSERT_MENTION = """
    insert into mentions (
        mention_id, author_id, text, posted_at, seen_at, first_version, is_repost, is_explicit, is_to_us
    )
    values (%s, '2', 'chess', %s, %s, '1', false, true, true)
"""


def test_a_row_is_counted_once_however_old_it_becomes(database: Database, url: str) -> None:
    """Three days lie between two rows: each is recent twice or three times, and old from then on."""
    totals = Totals()
    for number in range(6):
        day = DAY + timedelta(days=3 * number)
        at = DAY_START + timedelta(days=3 * number)
        stage(database, a_stream(), at=at, day=day)
        write(url, INSERT_POST, day, at, at, at)
        write(url, INSERT_MENTION, str(number), at, at)
        for hours in (0, 1):
            with database.transaction() as tx:
                counts = totals.read(tx, at + timedelta(hours=hours))
            assert counts.polls == {"complete": number + 1}
            assert counts.posts == {("games", "due"): number + 1}
            assert counts.mentions == {"new": number + 1}
