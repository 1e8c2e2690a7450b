"""How much names are alike."""

import pytest

from helperfunctions.near import closest


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("valorant", "valorant", 1.0),
        ("valorent", "valorant", 0.875),
        ("fortnigt", "fortnite", 0.875),
        ("leageoflegends", "leagueoflegends", 28 / 29),
        ("rest", "rust", 0.75),
        ("한동욱", "한동숙", 4 / 6),
        ("abc", "xyz", 0.0),
    ],
)
def test_likeness_is_the_share_of_letters_in_common(one: str, other: str, likeness: float) -> None:
    [(place, found)] = closest(one, [other], 1)
    assert place == 0
    assert found == pytest.approx(likeness)


def test_the_likest_come_first_and_of_equally_like_ones_the_earlier() -> None:
    among = ["minecart", "minecraft", "xxxxxxxx", "minecraft", "mine"]
    assert [place for place, _ in closest("minecraft", among, 3)] == [1, 3, 0]


def test_what_is_less_alike_than_asked_for_is_left_out() -> None:
    assert [place for place, _ in closest("rust", ["rest", "trust", "chess"], 3, at_least=0.8)] == [1]


def test_among_nothing_nothing_is_like_anything() -> None:
    assert closest("rust", [], 3) == []
    assert closest("", ["rust"], 3, at_least=0.6) == []
