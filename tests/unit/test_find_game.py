"""Games for somebody who looks for one to stream: candidates, filters and orders."""

from typing import Any

import pytest

from bot.web.read.find_game import (
    Size,
    Sort,
    by_own_hours,
    candidates,
    in_language,
    size_for,
    usual_top3_share,
    verdict,
)
from bot.web.read.game_list import By, Filters, growing, matching_games
from bot.web.read.languages import LanguageInGame
from bot.web.read.own_hours import OwnTime, OwnTimes
from bot.web.read.rankings import GameGrowth, GameInRange
from bot.web.read.table import Order, RowRange


def a_game(name: str = "Chess", **changes: Any) -> GameInRange:
    """A game of 30 live channels, of which a typical one has 100 viewers."""
    usual: dict[str, Any] = {
        "rank": 1,
        "rank_before": None,
        "game_id": name,
        "game": name,
        "slug": name.lower(),
        "watch_hours": 1e6,
        "watch_hours_before": None,
        "change": None,
        "average_viewers": 9_000.0,
        "peak_viewers": 20_000,
        "average_streams": 30.0,
        "viewers_per_stream": 300.0,
        "top_share": 0.2,
        "top3_share": 0.4,
        "median_viewers": 100.0,
        "new_for_days": None,
    }
    return GameInRange(**usual | changes)


def names(games: list[GameInRange], size: Size = Size.ANY) -> list[str]:
    return [one.game.game for one in candidates(games, size)]


def test_game_of_one_channel_comes_after_one_whose_viewers_are_spread() -> None:
    own = a_game("One person", viewers_per_stream=8_000.0, top_share=0.97, top3_share=0.99, median_viewers=150.0)
    assert names([own, a_game("Spread")]) == ["Spread", "One person"]


def test_of_equally_spread_games_that_with_more_viewers_of_a_typical_channel_comes_first() -> None:
    assert names([a_game("Few", median_viewers=80.0), a_game("Many", median_viewers=120.0)]) == ["Many", "Few"]


@pytest.mark.parametrize(
    ("channels", "sizes"),
    [
        (4.9, set()),
        (5, {Size.SMALL, Size.ANY}),
        (19.9, {Size.SMALL, Size.ANY}),
        (20, {Size.MEDIUM, Size.ANY}),
        (99.9, {Size.MEDIUM, Size.ANY}),
        (100, {Size.BIG, Size.ANY}),
    ],
)
def test_size_of_a_game(channels: float, sizes: set[Size]) -> None:
    assert {size for size in Size if names([a_game(average_streams=channels)], size)} == sizes


def test_game_whose_spread_is_unknown_is_no_candidate() -> None:
    assert names([a_game(median_viewers=None), a_game(top3_share=None)]) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"top_share": 0.83, "top3_share": 0.9}, "One channel has 83% of the viewers."),
        ({"top_share": 0.49, "top3_share": 0.75}, "Three channels have 75% of the viewers."),
        ({"top_share": 0.49, "top3_share": 0.74}, "Concentrated: the three largest channels have 74% of the viewers."),
        ({"change": 0.5}, "Fairly spread: the three largest channels have 40% of the viewers."),
        ({"top_share": None, "top3_share": None}, ""),
    ],
    ids=["one", "three", "concentrated", "without-growth", "unknown"],
)
def test_verdict(changes: dict[str, Any], words: str) -> None:
    assert verdict(a_game(**changes)) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [(0.33, "Widely spread"), (0.34, "Fairly spread"), (0.5, "Concentrated"), (0.74, "Concentrated")],
)
def test_words_for_the_spread_of_viewers_follow_the_share_of_the_three_largest(share: float, words: str) -> None:
    assert verdict(a_game(top3_share=share)).startswith(f"{words}: the three largest channels have {share:.0%}")


@pytest.mark.parametrize(
    ("own_viewers", "size"),
    [(None, Size.MEDIUM), (0, Size.SMALL), (99, Size.SMALL), (100, Size.MEDIUM), (300, Size.BIG)],
)
def test_size_that_suits_a_channel(own_viewers: int | None, size: Size) -> None:
    assert size_for(own_viewers) is size


@pytest.mark.parametrize(
    ("own_viewers", "place"),
    [
        (None, ""),
        (0, "below its median channel"),
        (99, "below its median channel"),
        (100, "above its median channel"),
        (299, "above its median channel"),
        (300, "above its average channel"),
    ],
)
def test_place_of_the_own_channel(own_viewers: int | None, place: str) -> None:
    assert [one.place for one in candidates([a_game()], Size.ANY, own_viewers)] == [place]


@pytest.mark.parametrize(
    ("changes", "is_open"),
    [({}, True), ({"top_share": 0.5}, False), ({"top3_share": 0.75}, False), ({"top_share": 0.49}, True)],
)
def test_dominated_game_is_not_open(changes: dict[str, Any], is_open: bool) -> None:
    assert [one.is_open for one in candidates([a_game(**changes)], Size.ANY)] == [is_open]


ORDERED = [
    a_game("Even", rank=1, median_viewers=60.0, top3_share=0.3),
    a_game("Typical", rank=2, median_viewers=200.0, top3_share=0.5),
    a_game("Shrinking", rank=3, median_viewers=500.0, top3_share=0.2),
    a_game("One channel", rank=4, median_viewers=900.0, top_share=0.6, top3_share=0.7),
    a_game("New", rank=5, median_viewers=800.0, top3_share=0.1),
]
GROWTHS = {
    "Even": GameGrowth(0.5, 0.1),
    "Typical": GameGrowth(0.4, 0.4),
    "Shrinking": GameGrowth(-0.2, -0.06),
    "One channel": GameGrowth(3.0, 3.0),
}


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (Sort.FIT, ["Typical", "Even", "New", "Shrinking", "One channel"]),
        (Sort.SPREAD, ["Even", "Typical", "New", "Shrinking", "One channel"]),
        (Sort.GROWTH, ["Typical", "Even", "Shrinking", "New", "One channel"]),
    ],
)
def test_shrinking_games_and_those_of_one_channel_come_last(sort: Sort, order: list[str]) -> None:
    found = candidates(ORDERED, Size.ANY, sort=sort, growths=GROWTHS)
    assert [one.game.game for one in found] == order
    assert {one.game.game: one.growth for one in found} == {**GROWTHS, "New": None}


@pytest.mark.parametrize(
    ("change", "of_others", "lasting", "words"),
    [
        (0.4, 0.35, 0.35, "growing"),
        (0.4, 0.01, 0.01, "steady"),
        (0.4, -0.1, 0.0, "steady"),
        (-0.4, 0.02, 0.0, "steady"),
        (-0.4, -0.3, -0.3, "shrinking"),
        (0.04, 0.3, 0.04, "steady"),
        (0.4, None, 0.4, "growing"),
    ],
    ids=["all channels", "a guest", "a guest hides a loss", "a guest is gone", "a loss", "hardly", "not stored"],
)
def test_one_channel_alone_makes_no_game_grow(
    change: float, of_others: float | None, lasting: float, words: str
) -> None:
    growth = GameGrowth(change, of_others)
    assert (growth.lasting, growth.words) == (lasting, words)


def an_own_time(change: float, weeks_above: int = 4) -> OwnTimes:
    return OwnTimes([OwnTime(1, 1, 18, 20, 100.0, change, 4, weeks_above)], None)


def test_games_are_ordered_by_what_they_offer_in_own_hours() -> None:
    """All fit equally well, but for the last."""
    games = [a_game(name) for name in ("Unknown", "By chance", "Better", "Much better")]
    found = candidates([*games, a_game("Poor", median_viewers=10.0)], Size.ANY)
    times = {
        "By chance": an_own_time(0.9, weeks_above=1),
        "Better": an_own_time(0.1),
        "Much better": an_own_time(0.5),
        "Poor": an_own_time(0.6),
    }
    order = [one.game.game for one in by_own_hours(found, times)]
    assert order == ["Much better", "Better", "Poor", "Unknown", "By chance"]


def test_game_has_a_language_with_a_channel_of_it_live_on_average() -> None:
    games = candidates([a_game("One"), a_game("Less"), a_game("None")], Size.ANY)
    spoken = {"One": LanguageInGame(0.02, 1 / 30), "Less": LanguageInGame(0.9, 0.99 / 30)}
    assert [(one.game.game, one.spoken) for one in in_language(games, spoken)] == [("One", spoken["One"])]


def test_usual_share_of_the_three_largest_is_that_of_the_middle_game_of_a_size() -> None:
    games = [a_game(top3_share=share) for share in (0.4, 0.5, 0.9)]
    small = a_game(average_streams=6.0, top3_share=0.8)
    assert usual_top3_share([*games, small], Size.MEDIUM) == 0.5
    assert (usual_top3_share([*games, small], Size.SMALL), usual_top3_share(games, Size.BIG)) == (0.8, None)


def test_viewers_of_a_game_without_those_of_its_three_largest_channels() -> None:
    [one] = candidates([a_game()], Size.ANY)
    assert one.viewers_of_others == pytest.approx(5_400)
    assert one.other_channels == 27


def test_growing_games_are_those_that_grew_most_and_are_not_tiny() -> None:
    games = [
        a_game("Half"),
        a_game("Tiny", average_streams=4.9),
        a_game("Double", average_streams=5.0),
        a_game("Guest"),
        a_game("Shrinking"),
        a_game("Unknown"),
        a_game("Tenth"),
        a_game("Steady"),
    ]
    changes = {"Half": 0.5, "Tiny": 9.0, "Double": 1.0, "Shrinking": -0.5, "Tenth": 0.1, "Steady": 0.049}
    growths = {name: GameGrowth(change, change) for name, change in changes.items()} | {"Guest": GameGrowth(8.0, 0.0)}
    assert [game.game for game, _ in growing(games, 2, growths)] == ["Double", "Half"]
    assert [game.game for game, _ in growing(games, 9, growths)] == ["Double", "Half", "Tenth"]


EVERYTHING = Filters()


def matching(
    games: list[GameInRange], filters: Filters = EVERYTHING, by: By = By.WATCH_HOURS, order: str = "desc"
) -> str:
    return " ".join(game.game for game in matching_games(games, filters, by, Order(order), RowRange()).rows)


def test_games_without_a_value_come_last_in_both_orders() -> None:
    games = [
        a_game("New", rank=1, change=None),
        a_game("Grown", rank=2, change=0.5),
        a_game("Other", rank=3, change=None),
        a_game("Shrunk", rank=4, change=-0.5),
        a_game("Same", rank=5, change=0.0),
    ]
    assert matching(games, by=By.CHANGE) == "Grown Same Shrunk New Other"
    assert matching(games, by=By.CHANGE, order="asc") == "Shrunk Same Grown New Other"
    assert matching(games, by=By.RANK, order="asc") == matching(games) == "New Grown Other Shrunk Same"
    assert matching(games, by=By.GAME, order="asc") == "Grown New Other Same Shrunk"
    assert matching(games, by=By.WATCH_HOURS, order="asc") == "New Grown Other Shrunk Same"


@pytest.mark.parametrize(
    ("bounds", "passes"),
    [
        ({}, True),
        ({"min_viewers": 9_000, "max_viewers": 9_000}, True),
        ({"min_viewers": 9_001}, False),
        ({"max_viewers": 8_999}, False),
        ({"min_streams": 30, "max_streams": 30}, True),
        ({"min_streams": 30.1}, False),
        ({"max_streams": 29.9}, False),
        ({"min_ratio": 300}, True),
        ({"min_ratio": 300.1}, False),
        ({"name": "CHÉSS!"}, True),
        ({"name": "es"}, True),
        ({"name": "go"}, False),
        ({"name": "chess", "max_viewers": 8_999}, False),
    ],
)
def test_filter_includes_its_bounds(bounds: dict[str, Any], passes: bool) -> None:
    assert matching([a_game()], Filters(**bounds)) == ("Chess" if passes else "")


def test_game_that_was_never_live_passes_no_filter_of_viewers_per_channel_but_that_of_zero() -> None:
    game = a_game(viewers_per_stream=None)
    assert (matching([game], Filters(min_ratio=0.1)), matching([game], Filters(min_ratio=0))) == ("", "Chess")
