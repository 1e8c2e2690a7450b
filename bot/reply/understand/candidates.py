"""Find the words of a mention that could be a name: one function per source, and a table of the sources. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, NamedTuple

from bot.core.name_words import in_any_order, with_digits
from bot.core.questions import SubjectKind
from bot.reply.understand.tokens import (
    HANDLE,
    TokenizedText,
    find_pattern,
    is_filler,
    is_filler_or_small_talk,
    is_unspaced,
)
from bot.reply.understand.word_classes import SMALL_TALK
from helperfunctions.text import name_key

LONGEST_NAME_WORDS: Final = 14
MOST_CANDIDATES: Final = 600
_LONGEST_UNSPACED: Final = 16
_MOST_PARTS_OF_WORDS: Final = 120
_MOST_WORDS_IN_ANY_ORDER: Final = 7
_MOST_WORDS_AFTER_BRAND: Final = 4
_BRANDS: Final = tuple(
    map(name_key, "Garena|Microsoft|LEGO|Nickelodeon|Ubisoft|Disney|Marvel|Nintendo|SEGA|Blizzard|EA Sports".split("|"))
)

_QUOTED: Final = (
    r"[\"“”„«»「」『』](?P<name>[^\"“”„«»「」『』]{1,100})[\"“”„«»「」『』]"
    r"|(?<!\w)['‘](?P<single>[^'‘’]{2,100})['’](?!\w)"
)
HASHTAG: Final = r"[#＃](?P<name>\w+)"
_GAME_WORDS: Final = "game|category|juego|spiel|jeu|jogo|gioco|gra|игра|oyun|ゲーム|게임|游戏"
_STREAMER_WORDS: Final = "streamer|channel|canal|kanal|chaîne|стример|yayıncı|配信者|스트리머|主播"
_FORCED: Final = rf"(?<!\w)(?P<kind>{_GAME_WORDS}|{_STREAMER_WORDS})\s*[:：]\s*"
_GAME_KEYS: Final = frozenset(map(name_key, _GAME_WORDS.split("|")))
_STREAMER_KEYS: Final = frozenset(map(name_key, _STREAMER_WORDS.split("|")))
# A kind counts only after these words: "the streamer top", "how is the game rust", but not "best streamer ever".
_BEFORE_KIND: Final = frozenset(
    """
    the for of about stats stat show me give get tell how is hows whats up with check please pls viewers hours watch
    el la del der die des le du o do da il numbers and
    no i meant mean sorry actually
    """.split()
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Words that could be a name, from index `first` to before `last`, and the key to search in the index of names.

    `weight`: of its source. `only`: the kind that it must have. `login`: the text, where it can only be a login.
    `rest`: the rest of the word if the candidate is only a part of it. `is_part`: the name has more words than the
    text.
    """

    first: int
    last: int
    key: str
    weight: int = 0
    only: SubjectKind | None = None
    login: str | None = None
    rest: str = ""
    is_part: bool = False

    @property
    def indexes(self) -> range:
        """The indexes of its words."""
        return range(self.first, self.last)


class Source(NamedTuple):
    """A source of candidates. The greater its weight, the more clearly the words are marked as a name."""

    weight: int
    find: Callable[[TokenizedText], Iterable[Candidate]]


def find_candidates(tokens: TokenizedText) -> list[Candidate]:
    """All words in a mention that could be a name, at most MOST_CANDIDATES.

    Where a kind is given with a colon ("game: rust"), only what is marked as a name counts.
    """
    found: list[Candidate] = []
    for source in SOURCES:
        if source is _SEQUENCES and any(candidate.only and candidate.weight >= CLEAR for candidate in found):
            break
        found.extend(replace(candidate, weight=source.weight) for candidate in source.find(tokens))
    return found[:MOST_CANDIDATES]


def unexplained(tokens: TokenizedText) -> range:
    """The words from the first to the last that belong neither to a question nor to a time."""
    words = [index for index in tokens.others(()) if not is_filler(tokens.words[index].key)]
    return range(words[0], words[-1] + 1) if words else range(0)


def _with_colon(tokens: TokenizedText) -> Iterator[Candidate]:
    """Names that contain a kind and a colon: "There Is No Game: Wrong Dimension"."""
    for found in find_pattern(_FORCED, tokens.text):
        marker = tokens.first_word_from(found.start("kind"))
        for first in range(max(marker - 6, 0), marker):
            for last in range(marker + 2, min(first + LONGEST_NAME_WORDS, len(tokens.words)) + 1):
                yield Candidate(first, last, _joined(tokens, first, last), only=SubjectKind.GAME)


def _forced(tokens: TokenizedText) -> Iterator[Candidate]:
    """Names after a kind with a colon: "game: rust", "streamer:rust"."""
    for found in find_pattern(_FORCED, tokens.text):
        kind = SubjectKind.GAME if name_key(found["kind"]) in _GAME_KEYS else SubjectKind.STREAMER
        first = tokens.first_word_from(found.end())
        login = re.match(r"[\"“@＠]*(\w+)", tokens.text[found.end() :]) if kind is SubjectKind.STREAMER else None
        if login:
            yield _candidate_of(tokens, found.end() + login.start(1), found.end() + login.end(1), only=kind)
        for last in range(first + 1, min(first + LONGEST_NAME_WORDS, len(tokens.words)) + 1):
            # "streamer:ninja_fan" is not Ninja.
            if tokens.follows_underscore(last):
                continue
            for key in _keys(tokens, first, last):
                yield Candidate(first, last, key, only=kind)


def _quoted(tokens: TokenizedText) -> Iterator[Candidate]:
    for found in find_pattern(_QUOTED, tokens.text):
        group = "name" if found["name"] else "single"
        yield _candidate_of(tokens, found.start(group), found.end(group))


def _hashtags(tokens: TokenizedText) -> Iterator[Candidate]:
    for found in find_pattern(HASHTAG, tokens.text):
        yield _candidate_of(tokens, found.start("name"), found.end("name"))


def _after_kind(tokens: TokenizedText) -> Iterator[Candidate]:
    """Names after a kind without a colon, in a text of few other words: "streamer rust", "the game rust"."""
    for index, word in enumerate(tokens.words[:-1]):
        kind = _kind(word.key)
        before = tokens.keys(0, index)
        if kind is None or not all(key in _BEFORE_KIND for key in before) or tokens.starts_clause(index + 1):
            continue
        for last in range(index + 2, min(index + 1 + LONGEST_NAME_WORDS, len(tokens.words)) + 1):
            # "streamer is trash": an everyday word is a name only where nothing follows it.
            after = tokens.others(range(last))
            is_word = all(
                is_filler_or_small_talk(key) or tokens.is_time(index + 1) for key in tokens.keys(index + 1, last)
            )
            if not (is_word and after) and all(is_filler(tokens.words[other].key) for other in after):
                login = _login(tokens, index + 1, last)
                yield Candidate(index + 1, last, _joined(tokens, index + 1, last), only=kind, login=login)


def _kind(key: str) -> SubjectKind | None:
    if key in _GAME_KEYS:
        return SubjectKind.GAME
    return SubjectKind.STREAMER if key in _STREAMER_KEYS else None


def _sequences(tokens: TokenizedText) -> Iterator[Candidate]:
    """Sequences of words. A handle is left out: it is the person that the text is addressed to, not its subject."""
    for first in range(len(tokens.words)):
        if tokens.follows_underscore(first):
            continue
        for last in range(first + 1, min(first + LONGEST_NAME_WORDS, len(tokens.words)) + 1):
            if last - 1 in tokens.handles:
                break
            if tokens.follows_underscore(last):
                continue
            for key in _keys(tokens, first, last):
                yield Candidate(first, last, key, login=_login(tokens, first, last))


def _without_brand(tokens: TokenizedText) -> Iterator[Candidate]:
    """All unexplained words with a brand in front, which people leave out: "free fire" for "Garena Free Fire"."""
    words = unexplained(tokens)
    if 1 < len(words) <= _MOST_WORDS_AFTER_BRAND:
        for brand in _BRANDS:
            key = brand + _joined(tokens, words.start, words.stop)
            yield Candidate(words.start, words.stop, key, is_part=True)


def _parts_of_words(tokens: TokenizedText) -> Iterator[Candidate]:
    """Parts of words of scripts without spaces, the longer parts first."""
    return islice(_all_parts_of_words(tokens), _MOST_PARTS_OF_WORDS)


def _all_parts_of_words(tokens: TokenizedText) -> Iterator[Candidate]:
    for index, word in enumerate(tokens.words):
        if len(word.key) < 2 or not is_unspaced(word.key) or word.key in SMALL_TALK:
            continue
        key = word.key[:_LONGEST_UNSPACED]
        for length in range(len(key) - (len(key) == len(word.key)), 1, -1):
            for start in range(len(key) - length + 1):
                piece = key[start : start + length]
                rest = f"{word.key[:start]} {word.key[start + length :]}"
                yield Candidate(index, index + 1, piece, rest=rest)


def _any_order(tokens: TokenizedText) -> Iterator[Candidate]:
    """All unexplained words in another order: "legends of league", "cenat kai"."""
    words = unexplained(tokens)
    if len(words) == 2:
        first, second = tokens.keys(words.start, words.stop)
        yield Candidate(words.start, words.stop, second + first, only=SubjectKind.STREAMER)
    # "just" and "of" are words of questions and of names.
    for first_word in range(max(words.start - 2, 0), words.start + 1):
        for last_word in range(words.stop, min(words.stop + 2, len(tokens.words)) + 1):
            if 1 < last_word - first_word <= _MOST_WORDS_IN_ANY_ORDER:
                key = in_any_order(tokens.keys(first_word, last_word))
                yield Candidate(first_word, last_word, key, only=SubjectKind.GAME)


def _handles(tokens: TokenizedText) -> Iterator[Candidate]:
    for found in find_pattern(HANDLE, tokens.text):
        yield _candidate_of(tokens, found.start("name"), found.end("name"), only=SubjectKind.STREAMER)


def _keys(tokens: TokenizedText, first: int, last: int) -> Sequence[str]:
    keys = tokens.keys(first, last)
    joined = "".join(keys)
    digits = with_digits(keys) if any(map(tokens.is_number, range(first, last))) else joined
    return (joined,) if digits == joined else (joined, digits)


def _joined(tokens: TokenizedText, first: int, last: int) -> str:
    return "".join(tokens.keys(first, last))


def _login(tokens: TokenizedText, first: int, last: int) -> str | None:
    """A single word with the underscores around it, None if there are none: "winner_" is not "winner"."""
    if last - first != 1:
        return None
    word = tokens.words[first]
    start, end = word.start, word.end
    while tokens.text[start - 1 : start] == "_":
        start -= 1
    while tokens.text[end : end + 1] == "_":
        end += 1
    return tokens.text[start:end].lower() if end - start > word.end - word.start else None


def _candidate_of(tokens: TokenizedText, start: int, end: int, only: SubjectKind | None = None) -> Candidate:
    """The candidate of the text from position `start` to before `end`."""
    first, last = tokens.first_word_from(start), tokens.first_word_from(end)
    text = tokens.text[start:end]
    login = text.lower() if only is SubjectKind.STREAMER else None
    return Candidate(first, max(last, first), name_key(text) if text else "", only=only, login=login)


_SEQUENCES: Final = Source(2, _sequences)
# From this weight on, words are marked as a name.
CLEAR: Final = 4
HANDLE_WEIGHT: Final = 0
SOURCES: Final = (
    Source(6, _with_colon),
    Source(5, _forced),
    Source(4, _quoted),
    Source(4, _hashtags),
    _SEQUENCES,
    Source(3, _after_kind),
    Source(2, _parts_of_words),
    Source(2, _any_order),
    Source(2, _without_brand),
    Source(HANDLE_WEIGHT, _handles),
)
