"""Questions about the chat of a streamer."""

from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.core.calendar import Calendar
from bot.names.database_names import DatabaseNames
from bot.reply.answer import Answerer
from bot.reply.chat_answers import ChatAnswers, without_chat
from bot.reply.genre_subjects import GenreSubjects
from bot.reply.lookup import Lookup
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from tests.factories import a_stream, stage, write

CALENDAR = Calendar(ZoneInfo("America/Los_Angeles"), time(8))


@pytest.fixture
def answerer(database: Database, clock: VirtualClock, url: str) -> Answerer:
    """Knows two streamers. The chat of xQc was counted for two hours, with one minute that was not heard whole."""
    clock.advance(3 * 3600)
    now = clock.now()
    stage(database, a_stream(1000, streamer="11", streamer_name="xQc"), a_stream(streamer="12", streamer_name="ludwig"))
    write(url, "select chat.make_partition(%s)", now.date())
    write(
        url,
        "insert into chat.minutes (minute_at, channel_id, messages, chatters, covered_seconds, is_closed)"
        " select %s - n * interval '1 minute', '11', 100, 40, case n when 7 then 0 else 60 end, true"
        " from generate_series(1, 120) as n",
        now,
    )
    hour = "0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 60, 60, 0, 0, 0, 1234"
    write(url, f"insert into chat.hours values ('11', %s, {hour})", now - timedelta(hours=1))
    write(url, "insert into chat.moments values ('11', %s, 2, 650, 6.5, 'hype', '{}')", now - timedelta(minutes=30))
    write(url, "insert into chat.moments values ('11', %s, 2, 300, 3, 'raid', '{}')", now - timedelta(minutes=90))
    names = DatabaseNames(database)
    lookup = Lookup(database, CALENDAR, clock, timedelta(hours=4))
    chat = ChatAnswers(database, clock)
    return Answerer(database, clock, CALENDAR, names, lookup, GenreSubjects(database), 20, gives_hint=False, chat=chat)


@pytest.mark.parametrize(
    "text",
    ["@watchtimebot how is xQc's chat", "how's the chat of xqc? @watchtimebot", "@watchtimebot xqc’s chat"],
    ids=["xQc's chat", "the chat of xQc", "another apostrophe"],
)
def test_a_question_about_a_followed_chat_is_answered_with_its_best_moment(answerer: Answerer, text: str) -> None:
    assert answerer.preview(text, "watchtimebot") == (
        "xQc's chat · last 24 hours\n\n"
        "at least 12,000 messages\n"
        "up to about 1,234 chatters in an hour\n"
        "best moment: 18:30 UTC, 6.5 times the usual\n"
        "99% of it was heard"
    )


def test_a_chat_that_is_not_followed_is_answered_as_without_chat(answerer: Answerer) -> None:
    answer = answerer.preview("@watchtimebot how is ludwig's chat", "watchtimebot")
    assert answer is None or "chat" not in answer


@pytest.mark.parametrize(
    ("text", "shorter"),
    [
        ("how is xQc's chat doing", "how is xQc doing"),
        ("the chat of xQc", "xQc"),
        ("Just Chatting", None),
        ("xQc chat", None),
        ("my friends' chat room", None),
    ],
)
def test_only_the_chat_of_somebody_is_a_chat(text: str, shorter: str | None) -> None:
    assert without_chat(text) == shorter
