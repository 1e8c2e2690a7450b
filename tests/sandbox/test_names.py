"""Names and ids of the simulated Twitch are unique, opaque and difficult."""

from sandbox import names
from sandbox.games import make_games
from sandbox.streamers import Streamers, mixed

COUNT = 30_000


def test_ids_and_logins_are_unique_and_found_again() -> None:
    streamers = Streamers(seed=1, count=COUNT)
    sample = range(0, COUNT, 7)
    assert len({streamers.id(number) for number in range(COUNT)}) == COUNT
    assert len({streamers.login(number) for number in range(COUNT)}) == COUNT
    assert [streamers.number_of_id(streamers.id(number)) for number in sample] == list(sample)
    assert [streamers.number_of_login(streamers.login(number).upper()) for number in sample] == list(sample)


def test_unknown_ids_and_logins_are_not_found() -> None:
    streamers = Streamers(seed=1, count=COUNT)
    beyond = Streamers(seed=1, count=COUNT + 1)
    for text in ("", "1", "-5", "²", "99999999999999", beyond.id(COUNT)):
        assert streamers.number_of_id(text) is None
    login = streamers.login(5)
    for text in ("", "nobody", f"{login}x", f"{login}0", login[:-4] + "007", beyond.login(COUNT)):
        assert streamers.number_of_login(text) is None


def test_every_awkward_name_belongs_to_a_streamer_and_to_a_game() -> None:
    streamers = Streamers(seed=5, count=3_000)
    shown = {streamers.display_name(number) for number in range(3_000)}
    games = make_games(seed=5).names
    assert shown.issuperset(names.AWKWARD_STREAMERS)
    assert set(games).issuperset(names.AWKWARD_GAMES)
    assert {"agar.io", "Just Chatting", "Twin Peaks"} <= shown & set(games)


def test_names_come_in_other_scripts() -> None:
    streamers = Streamers(seed=5, count=3_000)
    shown = "".join(streamers.display_name(number) for number in range(3_000))
    for letter in "さ김小чصแ":
        assert letter in shown


def test_languages_have_their_shares() -> None:
    streamers = Streamers(seed=5, count=5_000)
    spoken = [streamers.language(number) for number in range(5_000)]
    assert abs(spoken.count("en") / 5_000 - 0.44) < 0.03
    assert set(spoken) <= set(names.LANGUAGES)
    assert len(set(spoken)) > 15


def test_games_have_unique_ids_and_names_and_shares_that_sum_to_one() -> None:
    games = make_games(seed=9)
    assert len(set(games.ids)) == len(set(games.names)) == len(games.ids) == 858
    assert abs(games.shares.sum() - 1) < 1e-12
    assert games.ids[0] == games.names[0] == ""
    assert (games.ids[1], games.names[1]) == ("509658", "Just Chatting")
    generated = games.igdb_ids[8:]
    assert 0.05 < generated.count("") / len(generated) < 0.13


def test_mixed_numbers_differ_in_half_their_bits() -> None:
    flips = [(mixed(1, number) ^ mixed(1, number + 1)).bit_count() for number in range(2_000)]
    assert 31 < sum(flips) / len(flips) < 33
