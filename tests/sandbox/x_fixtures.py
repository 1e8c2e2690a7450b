"""A sandbox of X shortly before midnight, and a client that signs its requests."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from helperfunctions.clock import VirtualClock
from sandbox.x.server import XSandbox
from sandbox.x.shapes import Words
from tests.sandbox.x_client import XClient

NIGHT = datetime(2026, 11, 21, 23, 50, tzinfo=UTC)
FIELDS: dict[Words, dict[str, str]] = {
    "old": {
        "tweet.fields": "author_id,created_at,entities,referenced_tweets,in_reply_to_user_id,display_text_range",
    },
    "new": {
        "post.fields": "created_at,entities,display_text_range",
        "expansions": "author_id,referenced_posts,in_reply_to_user_id",
    },
}


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NIGHT)


@pytest.fixture
def x(clock: VirtualClock) -> Iterator[XSandbox]:
    with XSandbox(clock) as sandbox:
        yield sandbox


@pytest.fixture
def client(x: XSandbox) -> XClient:
    return XClient(x)
