"""A channel is chosen in a browser, its chat is joined, and a spike of it becomes a moment on the page."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, nullcontext
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, expect

from bot.chat.events import Covered, Said, encode
from bot.chat.job import ChatJob
from helperfunctions.chat_journal import Journal
from helperfunctions.database import Database
from helperfunctions.twitch_api import TwitchApi
from sandbox.chat.rooms import Room
from sandbox.chat.server import ChatSandbox
from sandbox.server import TwitchSandbox
from sandbox.world import World
from tests.contract.listening import listening
from tests.factories import a_stream, stage, write
from tests.fast_clock import FastClock, fast_clock
from tests.no_tokens import NoTokenCache
from tests.web.browsing import new_visit
from tests.web.buffering_proxy import buffering_proxy
from tests.web.checks_of_pages import violations
from tests.web.conftest import CALENDAR, NEEDS_CHROMIUM
from tests.web.test_chat import CHAT, TOKEN, a_chat

pytestmark = NEEDS_CHROMIUM
QUIET_MINUTES, QUIET, MINUTE_MS = 20, 20, 60_000


def quiet_minutes(folder: Path, clock: FastClock, room: Room) -> None:
    """The journal of twenty quiet minutes."""
    journal, random = Journal(folder), Random(1)
    begin_ms = int(clock.now().timestamp() * 1000) // MINUTE_MS * MINUTE_MS - QUIET_MINUTES * MINUTE_MS
    for minute in range(QUIET_MINUTES):
        at_ms = begin_ms + minute * MINUTE_MS
        said = [Said(room.room_id, at_ms, random.getrandbits(60), number, 0, 0, ()) for number in range(QUIET)]
        heard = Covered(at_ms, at_ms + MINUTE_MS, [room.room_id])
        journal.append(encode([*said, heard]), at_ms + MINUTE_MS, {}, 10_000_000)
    journal.close()


@contextmanager
def counting(job: ChatJob) -> Iterator[None]:
    """The bot's job, again and again."""
    ended = threading.Event()

    def count() -> None:
        while not ended.wait(0.1):
            job.count()
        job.close()

    thread = threading.Thread(target=count)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def test_a_channel_is_chosen_joined_and_live_and_a_spike_becomes_a_moment_without_a_reload(
    database: Database, url: str, tmp_path: Path, serving: Callable[..., Any], browser: Browser
) -> None:
    # A minute takes two seconds.
    clock = fast_clock(30)
    world = World(seed=7, channels=500)
    twitch = TwitchSandbox(world, clock).start()
    room = Room(world.streamers.login(3), world.streamers.id(3), chatters=300)
    stage(database, a_stream(1000, streamer="ada"), at=clock.now())
    api = TwitchApi(
        api_url=twitch.api_url,
        auth_url=twitch.auth_url,
        client_id=twitch.client_id,
        client_secret=twitch.client_secret,
        clock=clock,
        tokens=NoTokenCache(),
    )
    with (
        closing(api),
        ChatSandbox([room], clock, speaks=False) as chat,
        serving(url, clock=clock, more_settings=CHAT) as web,
    ):
        job = ChatJob(database, clock, tmp_path, timedelta(days=35), lambda: nullcontext(api), CALENDAR)
        quiet_minutes(tmp_path, clock, room)
        with counting(job), listening(chat, tmp_path, clock):
            visit = new_visit(browser, web)
            visit.open("/chat")
            expect(visit.page.locator("input[name=token]")).to_be_hidden()
            visit.page.get_by_text("For the owner").click()
            visit.page.get_by_role("textbox", name="Channel").fill(f"@{room.login}")
            visit.page.locator("input[name=token]").fill(TOKEN)
            visit.page.get_by_role("button", name="Follow").click()
            row = visit.page.locator(f'tr[data-channel="{room.login}"]')
            expect(row.locator('[data-field="state"]')).to_have_text("live")
            visit.page.evaluate("window.wasNotReloaded = true")

            def is_spiking() -> bool:
                chat.burst(room.login, 40)
                return row.locator('[data-field="moment"]').inner_text() != "–"

            for _ in range(600):
                if is_spiking():
                    break
                visit.page.wait_for_timeout(300)
            expect(row.locator('[data-field="moment"]')).to_contain_text("×")
            assert visit.page.evaluate("window.wasNotReloaded")
            assert row.get_by_role("button").inner_text().startswith("Leave")
            visit.open(f"/chat/{room.login}")
            expect(visit.page.locator("text.mark")).not_to_have_count(0)
            assert visit.wrong == []
            visit.context.close()
    twitch.stop()


def test_behind_a_proxy_that_holds_streams_back_the_page_asks_every_ten_seconds(
    database: Database, url: str, serving: Callable[..., Any], browser: Browser
) -> None:
    stage(database, a_stream(1000, streamer="ada"))
    a_chat(url)
    with serving(url, more_settings=CHAT) as web, buffering_proxy(web.url) as (address, paths):
        visit = new_visit(browser, replace(web, url=address))
        visit.page.clock.install()
        visit.open("/chat")
        now = visit.page.locator('tr[data-channel="ada"] [data-field="now"]')
        expect(now).to_have_text("10")
        write(url, "update chat.minutes set messages = 77 where not is_closed")
        visit.page.clock.run_for(9_000)
        expect(now).to_have_text("77")
        for messages in (78, 79):
            write(url, "update chat.minutes set messages = %s where not is_closed", messages)
            visit.page.clock.run_for(10_000)
            expect(now).to_have_text(str(messages))
        assert paths.count("/chat/live") == 1
        assert visit.wrong == []
        visit.context.close()


def test_the_stream_of_a_quiet_chat_is_given_up_after_more_than_one_missing_heartbeat(
    database: Database, url: str, serving: Callable[..., Any], browser: Browser
) -> None:
    """Only a stream on which nothing has come yet is given up earlier. A heartbeat comes every 15 seconds."""
    stage(database, a_stream(1000, streamer="ada"))
    a_chat(url)
    with serving(url, more_settings=CHAT) as web:
        visit = new_visit(browser, web)
        page = visit.page
        page.add_init_script(
            "window.streamsClosed = 0; const close = EventSource.prototype.close;"
            "EventSource.prototype.close = function () { window.streamsClosed += 1; close.call(this); };"
        )
        page.clock.install()
        visit.open("/chat")
        expect(page.locator(".live-note")).to_have_text("live")
        page.clock.run_for(12_000)
        assert page.evaluate("window.streamsClosed") == 0
        for _ in range(10):
            # A heartbeat may come in the middle.
            page.clock.run_for(26_000)
            if page.evaluate("window.streamsClosed"):
                break
        expect(page.locator(".live-note")).to_have_text("every 10 s")
        assert visit.wrong == []
        visit.context.close()


def test_the_pages_of_chat_fit_a_phone_and_are_accessible(
    database: Database, url: str, serving: Callable[..., Any], browser: Browser
) -> None:
    stage(database, a_stream(1000, streamer="ada"))
    a_chat(url)
    with serving(url, more_settings=CHAT) as web:
        visit = new_visit(browser, web, viewport={"width": 360, "height": 740})
        for path in ("/chat", "/chat/ada", "/chat/privacy"):
            visit.open(path)
            visit.page.evaluate(AXE_SCRIPT)
            assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360, path
            assert violations(visit.page) == [], path
        visit.open("/chat")
        # The table is not cut: what a phone has no room for is shown on request.
        table = visit.page.locator("#table .scroll")
        assert table.evaluate("one => one.scrollWidth - one.clientWidth") == 0
        visit.page.get_by_label("All columns").check()
        expect(visit.page.locator('tr[data-channel="ada"] [data-field="now"]')).to_be_visible()
        assert visit.wrong == []
        visit.context.close()


def test_rows_keep_their_places_while_one_looks(
    database: Database, url: str, serving: Callable[..., Any], browser: Browser
) -> None:
    """A channel that is followed now comes last, one that is left stays and says so."""
    stage(database, a_stream(1000, streamer="ada"))
    a_chat(url)
    with serving(url, more_settings=CHAT) as web:
        visit = new_visit(browser, web)
        visit.open("/chat")
        visit.page.evaluate("window.wasNotReloaded = true")
        expect(visit.page.locator(".live-note")).to_have_text("live")
        changed = "channel_id = 'zoe', login = 'zoe', state = 'joined', reason = ''"
        write(url, f"update chat.channels set {changed} where login = 'bob'")
        rows = visit.page.locator("tr[data-channel]")
        expect(rows).to_have_count(3)
        assert rows.evaluate_all("all => all.map((one) => one.dataset.channel)") == ["ada", "bob", "zoe"]
        expect(rows.nth(1).locator('[data-field="state"]')).to_have_text("no longer followed")
        assert visit.page.evaluate("window.wasNotReloaded")
        assert visit.wrong == []
        visit.context.close()
