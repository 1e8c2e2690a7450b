"""Recognize a question about a genre, game mode or theme, only where it is marked: "genre: shooter last week". Pure."""

from typing import Final

from bot.core.questions import GenreQuestion
from bot.reply.understand.tokens import TokenizedText, find_pattern, is_filler_or_small_talk

_MARKED: Final = r"(?<!\w)(?P<kind>genre|mode|theme)\s*[:：]\s*"
_LONGEST_NAME_WORDS: Final = 6


def genre_question(tokens: TokenizedText) -> GenreQuestion | None:
    """The question about what is named after the only mark in a text; None without one, or with words left over."""
    found = list(find_pattern(_MARKED, tokens.text))
    if len(found) != 1:
        return None
    marker, first = tokens.first_word_from(found[0].start("kind")), tokens.first_word_from(found[0].end())
    last = first if first == len(tokens.words) or tokens.is_time(first) else first + 1
    while first < last < len(tokens.words) and not tokens.is_time(last) and not tokens.starts_clause(last):
        last += 1
    # "genre: shooter please": courtesy is not part of a name.
    while last > first + 1 and is_filler_or_small_talk(tokens.words[last - 1].key):
        last -= 1
    if not first < last <= first + _LONGEST_NAME_WORDS:
        return None
    own = range(marker, last)
    if any(not is_filler_or_small_talk(tokens.words[index].key) for index in tokens.others(own)):
        return None
    return GenreQuestion(found[0]["kind"].lower(), "".join(tokens.keys(first, last)), tokens.window(own))
