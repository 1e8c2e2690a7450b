"""Totals of a poll by game and by language."""

from bot.collect.tally import GameTotals, LanguageTotals, Tally
from bot.core.polls import GameId


def tally(*streams: tuple[str, str, int]) -> Tally:
    made = Tally()
    for stream in streams:
        made.add(*stream)
    return made


def test_the_median_leaves_out_the_three_largest_channels() -> None:
    sizes = (60, 9000, 51, 2000, 70, 500)
    [game] = tally(*(("chess", "en", size) for size in sizes)).games()
    assert game == GameTotals(GameId("chess"), 11_681, 6, 9000, 11_500, 60)


def test_a_game_of_at_most_three_channels_has_no_median() -> None:
    [game] = tally(("chess", "en", 60), ("chess", "de", 70), ("chess", "", 80)).games()
    assert game == GameTotals(GameId("chess"), 210, 3, 80, 210, None)


def test_of_an_even_number_of_channels_the_median_is_between_two() -> None:
    [game] = tally(*(("chess", "en", size) for size in (900, 800, 700, 52, 51))).games()
    assert game.median_viewers == 51.5


def test_languages_of_all_games_together() -> None:
    languages = tally(("chess", "en", 60), ("go", "en", 70), ("go", "", 80)).languages()
    assert sorted(languages) == [LanguageTotals("", 80, 1), LanguageTotals("en", 130, 2)]


def test_a_stream_that_is_removed_leaves_no_trace() -> None:
    counted = tally(("chess", "en", 60), ("go", "en", 60), ("go", "de", 70))
    assert counted.remove("chess", "en", 60)
    assert not counted.remove("go", "de", 70)
    assert list(counted.games()) == [GameTotals(GameId("go"), 60, 1, 60, 60, None)]
    assert list(counted.languages()) == [LanguageTotals("en", 60, 1)]
