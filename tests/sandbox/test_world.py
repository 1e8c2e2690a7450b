"""The world is realistic, the same for the same seed, and knows its true watch time."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from sandbox.broadcasts import HALF_DAY, Broadcasts
from sandbox.world import World

START = datetime(2025, 6, 2, tzinfo=UTC)
HALF_DAY_NUMBER = int(START.timestamp()) // 60 // HALF_DAY


@pytest.fixture(scope="module")
def real_size() -> World:
    return World(seed=1, channels=20_000)


def broadcasts_of(world: World, number: int = HALF_DAY_NUMBER) -> Broadcasts:
    return world._programme.half_day(number).broadcasts


def test_the_same_seed_gives_the_same_world_after_any_other_calls() -> None:
    first, second = World(seed=3, channels=500), World(seed=3, channels=500)
    for day in (40, 3, 0):
        second.live_at(START + timedelta(days=day))
    assert first.poll(START) == second.poll(START)
    assert first.truth(START, START + timedelta(hours=2), 0) == second.truth(START, START + timedelta(hours=2), 0)


def test_another_seed_gives_another_world() -> None:
    assert World(seed=3, channels=500).poll(START) != World(seed=4, channels=500).poll(START)


@pytest.mark.parametrize("year", [1969, 1999, 2038, 2100])
def test_the_world_has_every_date(world: World, year: int) -> None:
    streams = world.poll(datetime(year, 7, 1, 12, tzinfo=UTC))
    assert 2_000 < len(streams) < 4_000
    assert all(stream.started_at.year == year for stream in streams)


@pytest.mark.parametrize("channels", [20_000, 120_000])
def test_viewers_at_each_rank_are_those_of_a_real_pull(channels: int) -> None:
    world = World(seed=2, channels=channels)
    moments = [START + timedelta(hours=5 * turn) for turn in range(24 if channels == 20_000 else 12)]
    counts = [np.sort(world.live_at(moment).viewers)[::-1] for moment in moments]
    assert np.mean([len(viewers) for viewers in counts]) == pytest.approx(channels, rel=0.06)
    assert np.mean([(viewers > 50).sum() for viewers in counts]) == pytest.approx(4_667, rel=0.08)
    assert np.mean([viewers.sum() for viewers in counts]) == pytest.approx(2.35e6, rel=0.2)
    for rank, expected, tolerance in ((1, 63_119, 0.5), (100, 3_630, 0.15), (1_000, 370, 0.1), (8_171, 10, 0.5)):
        assert np.mean([viewers[rank - 1] for viewers in counts]) == pytest.approx(expected, rel=tolerance), rank
    assert np.mean([(viewers == 0).mean() for viewers in counts]) == pytest.approx(0.22, abs=0.05)


@pytest.mark.parametrize("day", [datetime(2025, 1, 13, tzinfo=UTC), datetime(2025, 7, 14, tzinfo=UTC)])
def test_viewing_is_lowest_at_8_am_pacific_in_winter_and_in_summer(real_size: World, day: datetime) -> None:
    pacific = ZoneInfo("America/Los_Angeles")
    totals: defaultdict[int, list[float]] = defaultdict(list)
    for hour in range(24 * 6):
        moment = day + timedelta(hours=hour)
        totals[moment.astimezone(pacific).hour].append(float(real_size.live_at(moment).viewers.sum()))
    means = {hour: float(np.mean(values)) for hour, values in totals.items()}
    # A daily wave has one lowest point; a fitted wave depends less on single big streams than the minimum.
    wave = sum(value * np.exp(2j * np.pi * hour / 24) for hour, value in means.items())
    trough = (np.angle(wave) / (2 * np.pi) * 24 + 12) % 24
    assert trough == pytest.approx(8, abs=0.5)
    assert max(means.values()) > 1.5 * means[8]


def test_true_watch_time_is_the_sum_of_live_viewers_over_the_minutes(world: World) -> None:
    start, end = START + timedelta(minutes=704, seconds=30), START + timedelta(minutes=768, seconds=1)
    watched: Counter[tuple[str, str]] = Counter()
    aired: Counter[tuple[str, str]] = Counter()
    for minute in range(705, 769):
        for stream in world.poll(START + timedelta(minutes=minute), more_than=50):
            watched[stream.streamer_id, stream.game_id] += stream.viewers
            aired[stream.streamer_id, stream.game_id] += 1
    truth = world.truth(start, end, more_than=50)
    for hours, expected in ((truth.watch, watched), (truth.airtime, aired)):
        assert hours.by_streamer_game == {pair: value / 60 for pair, value in expected.items()}
        assert hours.total == pytest.approx(sum(expected.values()) / 60)
        assert sum(hours.by_game.values()) == pytest.approx(hours.total)
        assert sum(hours.by_streamer.values()) == pytest.approx(hours.total)
        assert hours.by_game[""] == pytest.approx(sum(v for (_, game), v in expected.items() if not game) / 60)


def test_true_watch_time_of_parts_adds_up_to_that_of_the_whole(world: World) -> None:
    middle, end = START + timedelta(minutes=47), START + timedelta(minutes=95)
    parts = world.truth(START, middle, 10).watch.total + world.truth(middle, end, 10).watch.total
    assert parts == pytest.approx(world.truth(START, end, 10).watch.total)


def test_a_streamer_is_never_on_air_twice_at_once(world: World) -> None:
    spans: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
    for number in range(HALF_DAY_NUMBER, HALF_DAY_NUMBER + 6):
        made = broadcasts_of(world, number)
        for streamer, start, end in zip(made.streamer.tolist(), made.start.tolist(), made.end.tolist(), strict=True):
            assert start < end
            spans[streamer].append((start, end))
    for of_one in spans.values():
        of_one.sort()
        assert all(before[1] < after[0] for before, after in pairwise(of_one))


def test_stream_ids_are_new_for_every_broadcast(world: World) -> None:
    ids = np.concatenate([broadcasts_of(world, HALF_DAY_NUMBER + turn).stream_id for turn in range(4)])
    assert len(np.unique(ids)) == len(ids)


def test_half_of_all_streams_are_shorter_than_163_minutes(real_size: World) -> None:
    made = broadcasts_of(real_size)
    assert np.median(made.end - made.start) == pytest.approx(163, abs=5)


def test_some_streams_stop_and_resume_after_minutes_under_a_new_id(world: World) -> None:
    made = broadcasts_of(world)
    ends = dict(zip(made.stream_id.tolist(), made.end.tolist(), strict=True))
    resumed = [
        start - ends[i - 1] for i, start in zip(made.stream_id.tolist(), made.start.tolist(), strict=True) if i % 2
    ]
    assert 0.02 < len(resumed) / len(made) < 0.06
    assert min(resumed) >= 2
    assert max(resumed) <= 8


def test_streams_play_one_to_three_games_and_change_while_live(world: World) -> None:
    made = broadcasts_of(world)
    changes = (made.changes < made.end).sum(axis=0)
    shares = np.bincount(changes, minlength=3) / len(made)
    assert shares == pytest.approx([0.65, 0.31, 0.04], abs=0.04)
    changing = int(np.flatnonzero((changes == 1) & (made.games[0] != made.games[1]) & (made.end - made.start > 30))[0])
    at = datetime.fromtimestamp(int(made.changes[0, changing]) * 60, UTC)
    before, after = (
        {stream.stream_id: stream.game_id for stream in world.poll(at + timedelta(minutes=shift))} for shift in (-1, 0)
    )
    stream_id = str(made.stream_id[changing])
    assert before[stream_id] == world.games.ids[made.games[0, changing]]
    assert after[stream_id] == world.games.ids[made.games[1, changing]]


def audience_of(world: World, row: int, minutes: range) -> list[int]:
    """Viewers of a broadcast of the half-day, by the minute."""
    stream_id = broadcasts_of(world).stream_id[row]
    lives = (world.live_at(datetime.fromtimestamp(minute * 60, UTC)) for minute in minutes)
    return [int(live.viewers[live.stream_ids == stream_id][0]) for live in lives]


@pytest.mark.parametrize(("gather_minutes", "at_once"), [(20, 1 / 20), (0, 1.0)])
def test_an_audience_grows_during_the_given_minutes(gather_minutes: float, at_once: float) -> None:
    world = World(seed=1, channels=2_000, gather_minutes=gather_minutes)
    made = broadcasts_of(world)
    row = int(np.argmax(np.where(made.end - made.start > 60, made.size, 0)))
    start = int(made.start[row])
    first, *_, gathered = audience_of(world, row, range(start, start + 21))
    assert gathered > 500
    assert first / gathered == pytest.approx(at_once, rel=0.25)


@pytest.mark.parametrize("in_next_half_day", [False, True])
def test_a_raid_brings_the_audience_of_an_ending_stream_for_half_an_hour(world: World, in_next_half_day: bool) -> None:
    half = world._programme.half_day(HALF_DAY_NUMBER)
    wanted = (half.raids.at // HALF_DAY > HALF_DAY_NUMBER) == in_next_half_day
    room = (
        wanted
        & (half.broadcasts.start[half.raids.target] + 30 < half.raids.at)
        & (half.broadcasts.end[half.raids.target] > half.raids.at + 35)
    )
    gain = np.where(room, half.raids.size / (half.broadcasts.size[half.raids.target] + 50), 0)
    raid = int(np.argmax(gain))
    at, target = int(half.raids.at[raid]), int(half.raids.target[raid])
    before, during, late = (audience_of(world, target, range(at + m, at + m + 1))[0] for m in (-1, 0, 15))
    brought = during - before
    assert brought == pytest.approx(half.raids.size[raid], rel=0.5)
    assert late - before == pytest.approx(brought / 2, rel=0.4)


def test_one_stream_in_seventy_has_no_category(real_size: World) -> None:
    games = real_size.live_at(START).games
    assert np.mean(games == 0) == pytest.approx(0.015, abs=0.004)


def test_the_named_categories_have_about_their_published_shares(real_size: World) -> None:
    hours = real_size.truth(START, START + timedelta(hours=12), more_than=0).watch
    shares = {real_size.games.ids.index(game): value / hours.total for game, value in hours.by_game.items()}
    assert max(shares, key=lambda number: shares[number]) == 1
    assert shares[1] == pytest.approx(2.97 / 19, rel=0.25)
    assert sum(shares[number] for number in range(1, 8)) == pytest.approx(7.18 / 19, rel=0.2)
    assert len(shares) > 700


def test_only_a_few_of_many_requested_days_are_in_memory(world: World) -> None:
    for day in range(12):
        world.live_at(START + timedelta(days=day))
    assert world._programme.half_day.cache_info().currsize <= 4
    assert world._block.cache_info().currsize <= 4


def test_impossible_worlds_are_refused() -> None:
    with pytest.raises(ValueError, match="channels"):
        World(channels=0)
    with pytest.raises(ValueError, match="negative"):
        World(gather_minutes=-1)
    with pytest.raises(ValueError, match="time zone"):
        World(channels=10).live_at(datetime(2025, 1, 1))  # noqa: DTZ001 - that is the point
