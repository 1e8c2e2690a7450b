"""The index of names that may be misspelled or half typed."""

from bot.core.near_names import NearNames
from bot.core.questions import Subject, SubjectKind

GAMES = [
    Subject(SubjectKind.GAME, str(place), name, 100 / (1 + place))
    for place, name in enumerate(("League of Legends", "Legend of Mana", "Leaf", "Go"))
]
ADA = Subject(SubjectKind.STREAMER, "ada", "LeagueOfAda", 500)
INDEX = NearNames([(game.name.lower().replace(" ", ""), game) for game in GAMES] + [("leagueofada", ADA), ("ada", ADA)])


def test_subjects_with_a_prefix_come_most_watched_first() -> None:
    assert INDEX.with_prefix("le", 5) == [ADA, GAMES[0], GAMES[1], GAMES[2]]
    assert INDEX.with_prefix("le", 2, SubjectKind.GAME) == [GAMES[0], GAMES[1]]
    assert INDEX.with_prefix("x", 5) == []


def test_subjects_with_a_similar_prefix_have_their_similarity() -> None:
    found = INDEX.with_similar_prefix("leage", 3, SubjectKind.GAME)
    assert found[0][0] == GAMES[0]
    assert 0.9 < found[0][1] < 1
    assert INDEX.with_similar_prefix("lea", 3) == []


def test_a_subject_with_two_similar_keys_is_found_once() -> None:
    assert [subject for subject, _ in INDEX.similar("leagueofada", 5, SubjectKind.STREAMER)] == [ADA]
    assert INDEX.similar("ada", 5, SubjectKind.GAME) == []
