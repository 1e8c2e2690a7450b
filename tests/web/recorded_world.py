"""The data of the recorded responses: 38 days from October 1 to November 7, 2026, and the morning of the next.

Small, and made so that limits are reached exactly. Each rule has a name here, so that a recorded figure can be followed
by hand:

- October 20 is measured for 18 of 24 hours, October 25 not at all, of October 28 there is not even a poll, and the day
  of October 31 has 25 hours, of which 24 are measured. Days have four polls, the last two one per hour.
- `carol` and `dave` always have the same viewers; so have three channels of the game `five`.
- The largest channel of `twenty` has exactly half of its viewers, the largest three of `five` have exactly 75%, and
  both games have a whole number of live channels that is a bound of the sizes of games.
- `lena` was live for exactly an hour, `mona` for half of one.
- `nick` has three times as many viewers on the newest day, and `olga` half a percent more.
- `heidi` is first seen 31 days ago, `ivan` 30, `judy` on the newest day, `quinn` only in the first week of all.
- `pete` has a record on the first day on which one can have any, `olga` a day too early; `ada` has three within a week.
- `grace` and the game `solo` were renamed, two games are called God of War, and names contain scripts and formulas.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Final

from bot.core.polls import PollStatus, Stream
from bot.daily.rollup import Rollup
from bot.enrich.genre_days import GenreDays
from bot.health.record import JobRecord, RunRecord
from bot.names.database_names import DatabaseNames
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from tests.factories import a_stream, stage, write
from tests.unit.test_pictures import jpeg, png
from tests.web import recorded_chat
from tests.web.conftest import CALENDAR, CHART, EVIL_GAME, EVIL_POST, EVIL_STREAMER, FORMULA

FIRST, LAST = date(2026, 10, 1), date(2026, 11, 7)
TODAY = LAST + timedelta(days=1)
NOW = datetime(2026, 11, 8, 18, 5, tzinfo=UTC)
PARTIAL_DAY, FAILED_DAY, DAY_WITHOUT_POLLS = date(2026, 10, 20), date(2026, 10, 25), date(2026, 10, 28)
LONG_DAY, RENAMED_FROM, SOLO_RENAMED_FROM = date(2026, 10, 31), date(2026, 11, 3), date(2026, 10, 21)
HOURLY: Final = (date(2026, 11, 6), date(2026, 11, 7), TODAY)
# On Twitch, all these are other games than they seem.
NAMES: Final[Mapping[str, str]] = {
    "chess": "Chess", "go": "Go", "talk": "Just Chatting", "evil": EVIL_GAME, "gow1": "God of War",
    "gow2": "God\u00a0of War", "five": "Five", "twenty": "Twenty", "solo": "Solo", "pgame": "Pete's Game & Co",
    "retro": "Retro", "": "",
}  # fmt: skip


@dataclass(frozen=True)
class TakenPoll:
    """A poll, and the streams that it saw."""

    day: date
    at: datetime
    interval_minutes: int
    status: PollStatus
    streams: tuple[Stream, ...]


@cache
def polls() -> tuple[TakenPoll, ...]:
    """All polls, oldest first."""
    return tuple(_polls())


def _polls() -> Iterator[TakenPoll]:
    for number in range((TODAY - FIRST).days + 1):
        day = FIRST + timedelta(days=number)
        starts_at = CALENDAR.day(day).starts_at
        hours = _hours_of(day)
        for place, hour in enumerate(hours):
            status = PollStatus.FAILED if day == FAILED_DAY else PollStatus.COMPLETE
            if (day, hour) in ((date(2026, 10, 22), 9), (TODAY, 1)):
                status = PollStatus.PARTIAL
            streams = () if status is PollStatus.FAILED else tuple(_streams(day, place, starts_at))
            # A partial poll has only the largest channels.
            if status is PollStatus.PARTIAL:
                streams = tuple(stream for stream in streams if stream.viewer_count > 500)
            at = starts_at + timedelta(hours=hour)
            yield TakenPoll(day, at, 60 if day in HOURLY else 360, status, streams)


def _hours_of(day: date) -> tuple[int, ...]:
    if day == DAY_WITHOUT_POLLS:
        return ()
    if day == FAILED_DAY:
        return (12,)
    if day == TODAY:
        return (0, 1, 2)
    if day in HOURLY:
        return tuple(range(24))
    more = {PARTIAL_DAY: (6, 12), date(2026, 10, 22): (0, 6, 9, 12, 18), date(2026, 11, 1): (0, 2, 6, 12, 18)}
    return more.get(day, (0, 6, 12, 18))


def _streams(day: date, place: int, starts_at: datetime) -> Iterator[Stream]:
    """The streams at one poll of a day, the first of which is at place 0."""
    number, since = (day - FIRST).days, starts_at - timedelta(minutes=10)

    def live(streamer: str, game: str, viewers: int, name: str = "", **more: Any) -> Stream:
        more = {"started_at": since, "stream_id": f"{streamer}-{day}", **more}
        game_name = "Solo Quest" if game == "solo" and day >= SOLO_RENAMED_FROM else NAMES[game]
        stream = a_stream(viewers, streamer=streamer, game=game, streamer_name=name or None, **more)
        # The factory makes a name for an empty one.
        return replace(stream, game_name=game_name)

    records = {date(2026, 11, 3): 1500, date(2026, 11, 5): 1700, LAST: 2000}
    yield live("ada", "chess", records.get(day, 1000 + 10 * number), language="de" if number % 7 == 0 else "en")
    yield live("carol", "chess", 400)
    yield live("dave", "chess", 400)
    two_days = date(2026, 11, 4)
    began = CALENDAR.day(two_days).starts_at if day == two_days + timedelta(days=1) else since
    stream_id = f"bob-{two_days}" if day == two_days + timedelta(days=1) else f"bob-{day}"
    yield live("bob", "talk", 600 + 20 * (number % 5), started_at=began, stream_id=stream_id)
    yield live("eve", "evil", 300, EVIL_STREAMER, language="ja")
    yield live("frank", "", 200, FORMULA, language="", started_at=None)
    if number % 3 == 0:
        is_renamed = day >= RENAMED_FROM
        grace = live("grace", "go" if place % 2 == 0 else "chess", 250, "Grace Hopper" if is_renamed else "Grace")
        yield replace(grace, login="gracehopper" if is_renamed else "grace")
    yield live("ken", "gow1" if number % 2 == 0 else "gow2", 350, "Ken the Opted-Out", language="ko")
    for streamer, first, game, viewers in (
        ("heidi", date(2026, 10, 8), "go", 120),
        ("ivan", date(2026, 10, 9), "go", 130),
        ("judy", LAST, "go", 90),
        ("olga", date(2026, 11, 1), "go", 201 if day == LAST else 200),
        ("pete", LONG_DAY, "pgame", 70 + number),
    ):
        if day >= first:
            yield live(streamer, game, viewers, "Ölga \u202etrebor" if streamer == "olga" else "")
    if (day, place) == (date(2026, 11, 6), 5):
        yield live("lena", "go", 500)
    if (day, place) == (date(2026, 11, 6), 0):
        yield live("mona", "chess", 700)
    if day != TODAY:
        yield live("nick", "solo", 300 if day == LAST else 100, language="pt")
    if number < 3:
        yield live("quinn", "retro", 65)
    for channel, viewers in enumerate((300, 150, 150, 100, 100), start=1):
        # It grows on the newest day, and its channels all alike.
        yield live(f"f{channel}", "five", 2 * viewers if day == LAST else viewers, language="zh-hk")
    for channel in range(1, 21):
        yield live(f"t{channel:02}", "twenty", 1045 if channel == 1 else 55, language="zz" if channel == 1 else "en")


def fill(database: Database, url: str) -> None:
    """Store the polls, and what the bot makes of them. The names are indexed before and after some were changed."""
    clock = VirtualClock(CALENDAR.day(FIRST).starts_at)
    to_index = [RENAMED_FROM, SOLO_RENAMED_FROM]
    for first, times, apart in _alike(polls()):
        while to_index and first.day >= to_index[-1]:
            DatabaseNames(database).refresh()
            to_index.pop()
        stage(
            database,
            *first.streams,
            at=first.at,
            day=first.day,
            status=first.status,
            interval_minutes=first.interval_minutes,
            polls=times,
            apart=apart,
        )
    clock.move_to(NOW)
    rollup = Rollup(database, clock, CALENDAR)
    # The leaders of twenty days are found at a time.
    for _ in range(3):
        rollup.daily()
    DatabaseNames(database).refresh()
    write(url, GENRES)
    write(url, recorded_chat.ROWS)
    while GenreDays(database, clock).sum_up():
        pass
    _fill_posts(url)
    _fill_pictures(url)


def fill_unsettled(database: Database) -> None:
    """A day with a single stream, and a morning of which the newest poll that is whole is two hours old, the next one
    is partial, and the last one failed."""
    stage(database, a_stream(1000, streamer="ada"), at=CALENDAR.day(LAST).starts_at, day=LAST, interval_minutes=60)
    Rollup(database, VirtualClock(NOW), CALENDAR).daily()
    whole = (a_stream(1000, streamer="ada"), a_stream(300, streamer="bob", game="go"))
    partial, failed = PollStatus.PARTIAL, PollStatus.FAILED
    for hour, streams, status in ((16, whole, PollStatus.COMPLETE), (17, whole[:1], partial), (18, (), failed)):
        at = datetime(2026, 11, 8, hour, tzinfo=UTC)
        stage(database, *streams, at=at, day=TODAY, status=status, interval_minutes=60)
    DatabaseNames(database).refresh()


def _alike(taken: tuple[TakenPoll, ...]) -> Iterator[tuple[TakenPoll, int, timedelta]]:
    """The polls, of which those of a day that follow each other evenly and saw the same are one, with their number and
    the time between two: storing them together is faster."""
    place = 0
    while place < len(taken):
        first, times = taken[place], 1
        apart = taken[place + 1].at - first.at if place + 1 < len(taken) else timedelta(hours=1)
        while place + times < len(taken) and taken[place + times] == replace(first, at=first.at + times * apart):
            times += 1
        yield first, times, apart
        place += times


# chess is 30 days old on the newest day, go a year, five five years; of solo no genre is known, of the others nothing.
GENRES = """
insert into igdb_genres (genre_id, name, slug) values
(4, 'Withdrawn', 'strategy'), (5, 'Shooter', 'shooter'), (15, 'Strategy <b>', 'strategy'),
(31, 'Adventure', 'adventure');
insert into igdb_game_modes (game_mode_id, name, slug) values (2, 'Multiplayer', 'multiplayer');
insert into igdb_themes (theme_id, name, slug) values (1, 'Action', 'action');
insert into igdb_games (igdb_id, name, slug, first_release_date, fetched_at)
select id, 'a game', 'a-game', released, '2026-10-01 12:00+00'
from (
    values (1, date '2026-10-08'), (2, date '2025-11-07'), (3, date '2021-11-07'), (4, date '2011-11-11'), (5, null)
) as games (id, released);
insert into igdb_games_genres (igdb_id, genre_id) values (1, 5), (1, 15), (2, 15), (3, 5), (4, 31);
insert into igdb_games_game_modes (igdb_id, game_mode_id) values (1, 2);
insert into igdb_games_themes (igdb_id, theme_id) values (2, 1);
insert into game_matches (game_id, igdb_id, how, checked_at, next_check_at)
select game_id, igdb_id, how, '2026-10-01 12:00+00', '2026-12-21 12:00+00'
from (
    values ('chess', 1, 'helix'), ('go', 2, 'external'), ('five', 3, 'helix'), ('gow1', 4, 'helix'),
    ('gow2', 4, 'helix'), ('solo', 5, 'helix'), ('talk', null, 'not_a_game'), ('evil', null, 'none')
) as known (game_id, igdb_id, how)
"""


def _fill_posts(url: str) -> None:
    """The summaries of two days, one of them with a chart, a waiting one, and replies, of which one is private."""
    for number, (kind, day, text, chart, status, is_private) in enumerate(
        (
            ("games", "2026-11-06", "Most watched games", None, "expired", False),
            ("reply", None, "Top streamers of Chess", None, "sent", False),
            ("reply", None, "You will get no more replies.", None, "sent", True),
            ("games", "2026-11-07", EVIL_POST, CHART, "sent", False),
            ("streamers", "2026-11-07", "Most watched streamers", None, "refused", False),
            ("streamers_of_game", "2026-11-07", "Most watched in Chess", None, "due", False),
            ("reply", None, "Top games of Ada", None, "unknown", False),
        )
    ):
        at = NOW - timedelta(hours=10 - number)
        is_sent = status == "sent"
        if kind == "reply":
            write(
                url,
                "insert into mentions (mention_id, author_id, text, posted_at, seen_at, first_version, is_repost,"
                " is_explicit, is_to_us, status, decided_at)"
                " values (%s, '5', 'hello', %s, %s, %s, false, true, true, 'answered', %s)",
                *(str(number), at, at, str(number), at),
            )
        write(
            url,
            "insert into posts (kind, day, mention_id, text, chart, alt_text, status, reason, created_at, next_try_at,"
            " expires_at, sent_at, x_id, is_private) values"
            " (%s, %s, %s, %s, %s, 'a chart', %s, %s, %s, %s, %s, %s, %s, %s)",
            *(kind, day, str(number) if kind == "reply" else None, text, chart, status),
            *(f"{status} by X" if status in ("refused", "expired") else None, at, at, NOW + timedelta(hours=number)),
            *((at, str(17 + number)) if is_sent else (None, None)),
            is_private,
        )


PICTURES: Final = (
    ("game", "chess", "image/png", png(), timedelta(hours=3)),
    # No longer shown, and shown for a last second.
    ("streamer", "ada", "image/jpeg", jpeg(), timedelta(hours=23)),
    ("streamer", "bob", "image/jpeg", jpeg(), timedelta(hours=23) - timedelta(seconds=1)),
    ("streamer", "ken", "image/jpeg", jpeg(), timedelta(hours=1)),
)


def digest(content: bytes) -> str:
    """The version of a picture in its address."""
    return hashlib.sha256(content).hexdigest()[:16]


def _fill_pictures(url: str) -> None:
    for kind, id_, media_type, content, age in PICTURES:
        write(
            url,
            "insert into pictures (kind, id, tried_at, fetched_at, media_type, digest, content)"
            " values (%s, %s, %s, %s, %s, %s, %s)",
            *(kind, id_, NOW - age, NOW - age, media_type, digest(content), content),
        )
    refused = "insert into pictures (kind, id, tried_at, refused) values ('game', 'go', %s, 'status 404')"
    write(url, refused, NOW - timedelta(hours=3))


def run_record() -> RunRecord:
    """The record of a bot one of whose jobs fails."""
    failing = JobRecord(
        started_at=NOW - timedelta(minutes=20),
        ended_at=NOW - timedelta(minutes=19),
        outcome="DatabaseUnavailable",
        error="secret-host does not answer",
        failures=9,
        failing_since=NOW - timedelta(hours=9),
        due_at=NOW + timedelta(minutes=10),
    )
    return RunRecord(began_at=NOW - timedelta(days=3), written_at=NOW - timedelta(minutes=1), jobs={"lake": failing})
