"""Recognize a question about a genre, game mode or theme, only where it is marked: "genre: shooter last week". Pure."""

from typing import Final

from bot.core.questions import GenreQuestion
from bot.reply.understand.tokens import TokenizedText, find_pattern, is_filler, is_filler_or_small_talk
from bot.reply.understand.word_classes import NEGATION_BEFORE
from helperfunctions.text import name_key

# The names of genres are those of IGDB, which are English.
_MARKS: Final = {
    "genre": "genre genres género géneros genero gênero gêneros genere жанр ジャンル 장르",
    "mode": "mode modes gamemode gamemodes modo modus режим モード 모드",
    "theme": "theme themes thème tema temas thema тема テーマ 테마",
}
_KIND_OF: Final = {name_key(mark): kind for kind, marks in _MARKS.items() for mark in marks.split()}
_MARKED: Final = rf"(?<!\w)(?P<mark>{'|'.join(mark for marks in _MARKS.values() for mark in marks.split())})\s*[:：]\s*"
_LONGEST_NAME_WORDS: Final = 6


def genre_question(tokens: TokenizedText) -> GenreQuestion | None:
    """The question about what is named after the only mark in a text; None without one, or with words left over."""
    found = list(find_pattern(_MARKED, tokens.text))
    if len(found) != 1:
        return None
    marker, first = tokens.first_word_from(found[0].start("mark")), tokens.first_word_from(found[0].end())
    last = _end_of_name(tokens, first)
    shortest = last
    # "genre: shooter please": courtesy is not part of a name, unless such a name exists.
    while shortest > first + 1 and is_filler(tokens.words[shortest - 1].key):
        shortest -= 1
    if not first < shortest <= first + _LONGEST_NAME_WORDS or tokens.words[first].key in NEGATION_BEFORE:
        return None
    own = range(marker, last)
    if any(not is_filler_or_small_talk(tokens.words[index].key) for index in tokens.others(own)):
        return None
    window = tokens.window(own)
    if window is None and any(time.end <= found[0].start() for time in tokens.times):
        # "tonight's theme: horror" is an announcement.
        return None
    keys = tuple("".join(tokens.keys(first, end)) for end in range(last, shortest - 1, -1))
    return GenreQuestion(_KIND_OF[name_key(found[0]["mark"])], keys, window)


def _end_of_name(tokens: TokenizedText, first: int) -> int:
    """The index after the last word of a name, which ends before a time, a handle, or the next clause."""
    last = first
    while last < len(tokens.words) and not tokens.is_time(last) and last not in tokens.handles:
        if last > first and tokens.starts_clause(last):
            break
        last += 1
    return last
