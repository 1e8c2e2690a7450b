"""The similarity of names."""

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
def test_similarity_is_the_share_of_common_letters(one: str, other: str, likeness: float) -> None:
    [(place, found)] = closest(one, [other], 1)
    assert place == 0
    assert found == pytest.approx(likeness)


def test_the_most_similar_come_first_and_equally_similar_ones_in_their_order() -> None:
    among = ["minecart", "minecraft", "xxxxxxxx", "minecraft", "mine"]
    assert [place for place, _ in closest("minecraft", among, 3)] == [1, 3, 0]


def test_names_below_the_requested_similarity_are_left_out() -> None:
    assert [place for place, _ in closest("rust", ["rest", "trust", "chess"], 3, at_least=0.8)] == [1]


def test_an_empty_list_has_no_similar_name() -> None:
    assert closest("rust", [], 3) == []
    assert closest("", ["rust"], 3, at_least=0.6) == []
