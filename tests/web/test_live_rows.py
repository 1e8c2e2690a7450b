"""Rows that change every second: each reader gets what changed since the last event."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

from bot.web.http import live
from tests.web.conftest import run_alone


def test_nobody_reads_nobody_asks_the_database() -> None:
    samples = 0

    def sample() -> live.Rows:
        nonlocal samples
        samples += 1
        return {"ada": {"now": samples}}

    async def life() -> None:
        rows = live.LiveRows(sample, 0.001)
        events = rows.open("a", "")
        async for event in events:
            if b"rows" in event and samples > 3:
                break
        await events.aclose()  # type: ignore[attr-defined]
        await asyncio.sleep(0.05)
        before = samples
        await asyncio.sleep(0.05)
        assert samples == before
        assert rows.readers == 0

    run_alone(life())


def test_channel_that_is_followed_again_is_gone_for_nobody() -> None:
    """Neither for those who open the page afterwards, nor for those who were away meanwhile."""
    without: live.Rows = {"bob": {"now": 1}}
    followed: live.Rows = {"ada": {"now": 1}, "bob": {"now": 1}}
    current = followed

    async def life() -> None:
        nonlocal current
        rows = live.LiveRows(lambda: current, 0.001)
        opened: list[AsyncIterator[bytes]] = []

        def read(last_id: str) -> AsyncIterator[bytes]:
            opened.append(rows.open("a", last_id))
            return opened[-1]

        async def following(events: AsyncIterator[bytes]) -> tuple[str, Any]:
            """The id and the content of the next event with rows."""
            while b"event: rows" not in (event := await anext(events)):
                pass
            id_, _, data = (line.partition(b": ")[2] for line in event.strip().split(b"\n"))
            return id_.decode(), json.loads(data)

        watching = read("")
        before, _ = await following(watching)
        current = without
        assert (await following(watching))[1] == {"rows": {}, "gone": ["ada"], "whole": False}
        assert (await following(read(before)))[1] == {"rows": {}, "gone": ["ada"], "whole": False}
        current = followed
        back = {"rows": {"ada": {"now": 1}}, "gone": [], "whole": False}
        assert (await following(watching))[1] == back
        assert (await following(read(before)))[1] == back
        assert (await following(read("")))[1] == {"rows": followed, "gone": [], "whole": True}
        for events in opened:
            await events.aclose()  # type: ignore[attr-defined]

    run_alone(life())
