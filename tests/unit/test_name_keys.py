"""The keys under which a game is found."""

import pytest

from bot.core.name_keys import Grade, game_keys, grade_of
from bot.core.name_words import keys_of, numerals


@pytest.mark.parametrize(
    ("name", "key", "grade"),
    [
        ("The Witcher 3: Wild Hunt", "thewitcher3wildhunt", Grade.OWN),
        ("The Witcher 3: Wild Hunt", "thewitcher3", Grade.SHORTER),
        ("The Witcher 3: Wild Hunt", "witcher3", Grade.SHORTER),
        ("The Witcher 3: Wild Hunt", "wildhunt", Grade.SUBTITLE),
        ("Fall Guys: Ultimate Knockout", "fallguys", Grade.SHORTER),
        ("S.T.A.L.K.E.R. 2: Heart of Chornobyl", "stalker2", Grade.SHORTER),
        ("Guilty Gear -Strive-", "guiltygear", Grade.SHORTER),
        ("Grand Theft Auto V", "grandtheftauto5", Grade.SHORTER),
        ("FINAL FANTASY XIV ONLINE", "finalfantasy14", Grade.SHORTER),
        ("It Takes Two", "ittakes2", Grade.SHORTER),
        ("Tom Clancy's Rainbow Six Siege X", "rainbowsixsiegex", Grade.SHORTER),
        ("Cyberpunk 2077", "cyberpunk", Grade.SHORTER),
        ("Pokémon Scarlet/Violet", "pokemonviolet", Grade.SHORTER),
        (
            "Star Wars: Knights of the Old Republic II - The Sith Lords",
            "starwarsknightsoftheoldrepublic2",
            Grade.SHORTER,
        ),
        ("Star Wars: Knights of the Old Republic II - The Sith Lords", "knightsoftheoldrepublicii", Grade.SUBTITLE),
        ("League of Legends", "~league legends of", Grade.ANY_ORDER),
        ("League of Legends", "lol", Grade.ALIAS),
        ("Arma™", "arma", Grade.OWN),
        ("𝓗𝓮𝓵𝓵𝓸", "hello", Grade.OWN),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_game_is_found_by_the_usual_ways_to_write_it(name: str, key: str, grade: Grade) -> None:
    assert grade_of(key, name) is grade


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("THE FINALS", "finals"),
        ("Mega Man X", "megaman"),
        ("The Elder Scrolls Online", "elderscrolls"),
        ("F1 2024", "f1"),
        ("Re: Zero", "re"),
        ("Portal 2", "portal"),
    ],
    ids=lambda value: value,
)
def test_a_part_of_a_name_that_may_be_another_game_is_not_a_key(name: str, key: str) -> None:
    assert key not in game_keys(name)


def test_the_own_key_of_a_game_comes_first_and_every_key_fits_an_index() -> None:
    for name in ("a: b", "x" * 5_000, ": ".join(["word " * 20] * 9), "!!!", "™", "リーグ：オブ"):
        keys = game_keys(name)
        assert next(iter(keys.values())) is Grade.OWN
        assert all(0 < len(key) <= 200 for key in keys)
        assert len(keys) <= 60


def test_dotted_letters_are_one_word() -> None:
    assert keys_of("S.T.A.L.K.E.R. 2 and R.E.P.O") == ["stalker", "2", "and", "repo"]
    assert keys_of("a.b agar.io e.g. x") == ["a", "b", "agar", "io", "eg", "x"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Dota 2", [2]),
        ("dota3", [3]),
        ("Final Fantasy XIV", [14]),
        ("gta v", [5]),
        ("V Rising", []),
        ("portal two", [2]),
        ("Shenmue I & II", [1, 2]),
        ("NBA 2K26", [2, 26]),
        ("mix", []),
        ("Chess", []),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_numbers_of_a_name_are_read_in_digits_letters_and_roman(words: str, expected: list[int]) -> None:
    assert numerals(keys_of(words)) == expected
