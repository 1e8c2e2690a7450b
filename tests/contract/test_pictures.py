"""The job `pictures`, of a bot that is built from settings, against the simulated Twitch and a real database."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.jobs import Bot
from bot.pictures.job import MAX_STORED_BYTES, PictureRun
from bot.wiring import open_bot
from helperfunctions.clock import VirtualClock
from helperfunctions.database import Database
from helperfunctions.settings import Settings
from sandbox.faults import Faults
from sandbox.server import TwitchSandbox
from sandbox.world import World
from tests.contract.conftest import CLIENT_ID, CLIENT_SECRET
from tests.factories import a_stream, rows, stage, write

STORED = "select kind, id, media_type, refused from pictures order by kind, id"
MakeBot = Callable[..., Bot]


@pytest.fixture
def make_bot(sandbox: TwitchSandbox, url: str, clock: VirtualClock, tmp_path: Path) -> Iterator[MakeBot]:
    """Builds a bot with pictures, or with other settings."""
    with ExitStack() as stack:

        def made(wait: Callable[[timedelta], bool] | None = None, **changes: Any) -> Bot:
            settings: dict[str, Any] = {
                "database_url": SecretStr(url),
                "data_dir": tmp_path,
                "twitch_client_id": CLIENT_ID,
                "twitch_client_secret": SecretStr(CLIENT_SECRET),
                "twitch_api_url": sandbox.api_url,
                "twitch_auth_url": sandbox.auth_url,
                "web_pictures": True,
            }
            return stack.enter_context(
                open_bot(
                    Settings(**settings | changes),
                    clock=clock,
                    random=lambda: 0.5,
                    twitch_timeout=(5.0, 0.3),
                    wait=wait,
                )
            )

        yield made


@pytest.fixture
def bot(make_bot: MakeBot) -> Bot:
    return make_bot()


@pytest.fixture
def live(world: World, database: Database, clock: VirtualClock) -> list[tuple[str, str]]:
    """The games and streamers of a poll of three streams, in the order in which their pictures are fetched."""
    streams = [
        a_stream(1000 - number, streamer=world.streamers.id(number), game=world.games.ids[number + 1])
        for number in range(3)
    ]
    stage(database, *streams, at=clock.now())
    games = [("game", stream.game_id) for stream in streams]
    return [*games, *[("streamer", stream.streamer_id) for stream in streams]]


def test_the_pictures_of_the_newest_poll_are_stored(
    bot: Bot, live: list[tuple[str, str]], sandbox: TwitchSandbox, url: str
) -> None:
    run = bot.picture_job.run()
    assert run == PictureRun(stored=6)
    assert str(run) == "Stored 6 pictures, deleted 0, refused 0."
    assert rows(url, STORED) == [(kind, id_, "image/png", None) for kind, id_ in sorted(live)]
    assert rows(url, "select count(*) from pictures where digest = left(encode(sha256(content), 'hex'), 16)") == [(6,)]
    # A token, the addresses of games and of streamers; then each picture once.
    assert (sandbox.requests, sandbox.picture_requests) == (3, 6)
    assert bot.picture_job.run() == PictureRun()
    assert (sandbox.requests, sandbox.picture_requests) == (3, 6)


def test_without_the_setting_nothing_is_requested_and_what_is_stored_is_deleted(
    make_bot: MakeBot, live: list[tuple[str, str]], sandbox: TwitchSandbox, url: str
) -> None:
    assert make_bot(web_pictures=False).picture_job.run() == PictureRun()
    assert (sandbox.requests, sandbox.picture_requests) == (0, 0)
    make_bot().picture_job.run()
    assert make_bot(web_pictures=False).picture_job.run() == PictureRun(deleted=6)
    assert rows(url, STORED) == []
    assert (sandbox.requests, sandbox.picture_requests) == (3, 6)


def test_the_games_and_streamers_of_the_newest_day_have_pictures_too(
    bot: Bot, world: World, database: Database, clock: VirtualClock, url: str
) -> None:
    """Also before a bot that was started again has a poll."""
    streamer, game = world.streamers.id(5), world.games.ids[7]
    stage(database, a_stream(streamer=streamer, game=game), a_stream(streamer="gone", game="", game_name=""))
    clock.advance(24 * 3600)
    bot.rollup.daily()
    write(url, "truncate staging.polls, staging.streams, staging.games cascade")
    run = bot.picture_job.run()
    assert (run.stored, dict(run.refused)) == (2, {"unknown to Twitch": 1})
    assert rows(url, STORED) == [
        ("game", game, "image/png", None),
        ("streamer", streamer, "image/png", None),
        ("streamer", "gone", None, "unknown to Twitch"),
    ]


def test_a_picture_is_fetched_again_after_18_hours_and_deleted_after_23(
    bot: Bot, live: list[tuple[str, str]], clock: VirtualClock, sandbox: TwitchSandbox, url: str
) -> None:
    bot.picture_job.run()
    clock.advance(17.9 * 3600)
    assert bot.picture_job.run() == PictureRun()
    clock.advance(0.2 * 3600)
    assert bot.picture_job.run() == PictureRun(stored=6)
    assert rows(url, "select distinct fetched_at from pictures") == [(clock.now(),)]
    sandbox.stop()
    clock.advance(22.9 * 3600)
    failed = bot.picture_job.run()
    assert (failed.deleted, failed.left, "does not answer" in failed.problem) == (0, 6, True)
    clock.advance(0.1 * 3600)
    assert bot.picture_job.run().deleted == 6


def test_a_picture_of_a_clock_that_was_ahead_is_deleted(
    bot: Bot, live: list[tuple[str, str]], clock: VirtualClock, url: str
) -> None:
    bot.picture_job.run()
    later = "interval '1 hour'"
    write(url, f"update pictures set tried_at = tried_at + {later}, fetched_at = fetched_at + {later}")
    assert bot.picture_job.run() == PictureRun(stored=6, deleted=6)


def test_a_streamer_who_opted_out_has_no_picture(
    bot: Bot, make_bot: MakeBot, live: list[tuple[str, str]], url: str
) -> None:
    [(login,)] = rows(url, f"select login from streamers where streamer_id = '{live[3][1]}'")
    bot.picture_job.run()
    without = make_bot(web_no_pictures_of=f"somebody,{login}")
    assert without.picture_job.run() == PictureRun(deleted=1)
    assert rows(url, "select id from pictures where kind = 'streamer' order by id") == [
        (id_,) for _, id_ in sorted(live[4:])
    ]


def test_a_picture_that_was_refused_is_not_requested_again_for_hours(
    bot: Bot, live: list[tuple[str, str]], faults: Faults, sandbox: TwitchSandbox, clock: VirtualClock, url: str
) -> None:
    for fault in ("picture_missing", "picture_huge", "picture_svg", "picture_svg", "picture_redirect"):
        faults.cue(fault)
    run = bot.picture_job.run()
    assert (run.stored, run.left, run.problem) == (1, 0, "")
    assert dict(run.refused) == {
        "status 404": 1,
        "too many bytes": 1,
        "not a JPEG, PNG or WebP": 2,
        "a redirect": 1,
    }
    assert str(run).startswith("Stored 1 pictures, deleted 0, refused 5 (not a JPEG, PNG or WebP: 2, ")
    assert rows(url, "select count(*) from pictures where content is null") == [(5,)]
    assert (bot.picture_job.run(), sandbox.picture_requests) == (PictureRun(), 6)
    clock.advance(18.1 * 3600)
    assert bot.picture_job.run() == PictureRun(stored=6)


def test_a_picture_stays_for_its_23_hours_when_a_newer_one_is_refused(
    bot: Bot, live: list[tuple[str, str]], faults: Faults, sandbox: TwitchSandbox, clock: VirtualClock, url: str
) -> None:
    bot.picture_job.run()
    clock.advance(20 * 3600)
    faults.cue("picture_missing", times=6)
    assert bot.picture_job.run() == PictureRun(refused=Counter({"status 404": 6}))
    shown = "select count(content), count(*), count(refused), min(tried_at) - min(fetched_at) from pictures"
    assert rows(url, shown) == [(6, 6, 6, timedelta(hours=20))]
    clock.advance(3 * 3600)
    assert bot.picture_job.run() == PictureRun(deleted=6)
    assert rows(url, shown) == [(0, 6, 6, None)]
    # Not before 18 hours after the refusal.
    clock.advance(14.9 * 3600)
    assert (bot.picture_job.run(), sandbox.picture_requests) == (PictureRun(), 12)
    clock.advance(0.2 * 3600)
    assert bot.picture_job.run() == PictureRun(stored=6)
    assert rows(url, shown) == [(6, 6, 0, timedelta(0))]


def test_a_picture_that_failed_is_kept_and_requested_in_the_next_run(
    bot: Bot, live: list[tuple[str, str]], faults: Faults, clock: VirtualClock, url: str
) -> None:
    bot.picture_job.run()
    clock.advance(20 * 3600)
    faults.cue("picture_unavailable", times=2)
    run = bot.picture_job.run()
    assert run == PictureRun(stored=4, failed=2, left=2)
    assert str(run) == "Stored 4 pictures, deleted 0, refused 0, 2 failed, 2 left to the next run."
    assert rows(url, "select count(*), count(distinct fetched_at), count(content) from pictures") == [(6, 2, 6)]
    assert bot.picture_job.run() == PictureRun(stored=2)


def test_a_server_that_is_away_ends_the_run(
    bot: Bot, live: list[tuple[str, str]], faults: Faults, sandbox: TwitchSandbox, url: str
) -> None:
    faults.cue("picture_unavailable", times=9)
    run = bot.picture_job.run()
    assert (run.stored, run.failed, run.left, sandbox.picture_requests) == (0, 5, 6, 5)
    assert run.problem == "the server with the pictures does not answer: status 503"


def test_failures_with_an_answer_between_them_do_not_end_the_run(
    bot: Bot, live: list[tuple[str, str]], faults: Faults, database: Database, clock: VirtualClock
) -> None:
    """Three games and three streamers fail, and between them is a game that Twitch does not know: only five failures in
    a row are an outage."""
    streams = [
        a_stream(1000, streamer=streamer, game=game)
        for (_, game), (_, streamer) in zip(live[:3], live[3:], strict=True)
    ]
    stage(database, *streams, a_stream(60, streamer="gone", game="gone"), at=clock.now() + timedelta(minutes=30))
    clock.advance(1800)
    faults.cue("picture_unavailable", times=6)
    run = bot.picture_job.run()
    assert (run.failed, dict(run.refused), run.problem) == (6, {"unknown to Twitch": 2}, "")


def test_games_that_twitch_has_taken_down_do_not_end_the_run(
    bot: Bot, world: World, database: Database, clock: VirtualClock, url: str
) -> None:
    """Of a few ids, all can be unknown."""
    streamer = world.streamers.id(5)
    stage(database, a_stream(streamer=streamer, game="gone"), at=clock.now())
    run = bot.picture_job.run()
    assert (run.stored, dict(run.refused), run.problem) == (1, {"unknown to Twitch": 1}, "")
    assert rows(url, STORED) == [("game", "gone", None, "unknown to Twitch"), ("streamer", streamer, "image/png", None)]


@pytest.mark.parametrize("kind", ["game", "streamer"])
@pytest.mark.parametrize("ids", [9, 10])
def test_an_answer_that_knows_none_of_ten_ids_is_not_believed(
    bot: Bot, world: World, database: Database, clock: VirtualClock, url: str, ids: int, kind: str
) -> None:
    """Otherwise one empty answer would leave all of them without a picture for hours."""
    streams = [
        a_stream(1000, streamer=world.streamers.id(5), game=f"gone{number}")
        if kind == "game"
        else a_stream(1000, streamer=f"gone{number}", game="")
        for number in range(ids)
    ]
    stage(database, *streams, at=clock.now())
    run = bot.picture_job.run()
    unknown = rows(url, "select count(*) from pictures where refused = 'unknown to Twitch'")
    if ids == 9:
        assert (unknown, run.problem) == ([(9,)], "")
    else:
        assert (unknown, run.problem) == ([(0,)], "Twitch knows none of 10 ids, which cannot be")


def test_twitch_that_refuses_fails_no_job(bot: Bot, make_bot: MakeBot, live: list[tuple[str, str]], url: str) -> None:
    run = make_bot(twitch_client_secret=SecretStr("wrong")).picture_job.run()
    assert (run.stored, run.left, "Twitch refuses" in run.problem) == (0, 6, True)
    assert "wrong" not in str(run)


def test_a_bot_that_stops_ends_the_run(make_bot: MakeBot, live: list[tuple[str, str]]) -> None:
    run = make_bot(wait=lambda _: True).picture_job.run()
    assert (run.stored, run.left, run.problem) == (0, 6, "the bot is stopping")


def test_what_is_stored_is_bounded(
    bot: Bot, live: list[tuple[str, str]], database: Database, clock: VirtualClock, url: str
) -> None:
    """Of a full cache, pictures that are not shown most are deleted first."""
    store = (
        "insert into pictures (kind, id, tried_at, fetched_at, media_type, digest, content)"
        " select 'game', 'g' || n, now_at, now_at, 'image/png', '0123456789abcdef', decode(repeat('00', 100000), 'hex')"
        " from generate_series(1, %s) as n, cast(%s as timestamptz) as now_at"
    )
    most = MAX_STORED_BYTES // 100_000
    write(url, store, most, clock.now())
    assert bot.picture_job.run() == PictureRun(stored=6, deleted=most)
    write(url, "delete from pictures")
    write(url, store, most, clock.now())
    streams = [a_stream(5000, game=f"g{number + 1}", streamer=live[-1][1]) for number in range(most)]
    clock.advance(60)
    stage(database, *streams, at=clock.now())
    run = bot.picture_job.run()
    assert (run.stored, run.deleted, run.left, run.problem) == (0, 0, 1, "the place for pictures is full")
