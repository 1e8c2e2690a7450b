"""Candidates for names in a mention: one function per source, and the table of sources with their weights. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, NamedTuple

from bot.core.name_words import in_any_order, with_digits
from bot.core.questions import SubjectKind
from bot.reply.understand.said import HANDLE, Said, is_everyday, is_frame, is_unspaced, matches
from bot.reply.understand.vocabulary import SMALL_TALK
from helperfunctions.text import name_key

LONGEST_NAME_WORDS: Final = 14
MOST_CANDIDATES: Final = 600
_LONGEST_UNSPACED: Final = 16
_MOST_PIECES: Final = 120
_MOST_WORDS_IN_ANY_ORDER: Final = 7
_MOST_WORDS_BEHIND_A_BRAND: Final = 4
_BRANDS: Final = tuple(
    map(name_key, "Garena|Microsoft|LEGO|Nickelodeon|Ubisoft|Disney|Marvel|Nintendo|SEGA|Blizzard|EA Sports".split("|"))
)

_QUOTED: Final = (
    r"[\"“”„«»「」『』](?P<name>[^\"“”„«»「」『』]{1,100})[\"“”„«»「」『』]"
    r"|(?<!\w)['‘](?P<single>[^'‘’]{2,100})['’](?!\w)"
)
_HASHTAG: Final = r"[#＃](?P<name>\w+)"
_GAME_WORDS: Final = "game|category|juego|spiel|jeu|jogo|gioco|gra|игра|oyun|ゲーム|게임|游戏"
_STREAMER_WORDS: Final = "streamer|channel|canal|kanal|chaîne|стример|yayıncı|配信者|스트리머|主播"
_FORCED: Final = rf"(?<!\w)(?P<kind>{_GAME_WORDS}|{_STREAMER_WORDS})\s*[:：]\s*"
_GAME_KEYS: Final = frozenset(map(name_key, _GAME_WORDS.split("|")))
_STREAMER_KEYS: Final = frozenset(map(name_key, _STREAMER_WORDS.split("|")))
# "the streamer top", "how is the game rust": so begins who names a kind. "best streamer ever" begins otherwise.
_BEFORE_KIND: Final = frozenset(
    """
    the for of about stats stat show me give get tell how is hows whats up with check please pls viewers hours watch
    el la del der die des le du o do da il numbers and
    """.split()
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Words that could be a name, from `first` up to before `last`, and the key to look for.

    `weight`: of its source. `only`: the kind that it must be. `login`: what is written, where it can only be a login.
    `rest`: what is left of a word of which the candidate is a part. `is_part`: the name has more words than are said.
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
    def taken(self) -> range:
        """The words of it."""
        return range(self.first, self.last)


class Source(NamedTuple):
    """A source of candidates. The heavier, the more clearly something is written as a name."""

    weight: int
    find: Callable[[Said], Iterable[Candidate]]


def candidates_in(said: Said) -> list[Candidate]:
    """Everything in a mention that could be a name. Where a kind is named with a colon, nothing else counts."""
    found: list[Candidate] = []
    for source in SOURCES:
        if source is _PLAIN and any(candidate.only and candidate.weight >= CLEAR for candidate in found):
            break
        found.extend(replace(candidate, weight=source.weight) for candidate in source.find(said))
    return found[:MOST_CANDIDATES]


def core(said: Said) -> range:
    """The words between the first and the last that belong neither to a question nor to a time."""
    words = [number for number in said.others(()) if not is_frame(said.words[number].key)]
    return range(words[0], words[-1] + 1) if words else range(0)


def _across_a_colon(said: Said) -> Iterator[Candidate]:
    """ "There Is No Game: Wrong Dimension": the colon is part of the name."""
    for found in matches(_FORCED, said.text):
        marker = said.word_at(found.start("kind"))
        for first in range(max(marker - 6, 0), marker):
            for last in range(marker + 2, min(first + LONGEST_NAME_WORDS, len(said.words)) + 1):
                yield Candidate(first, last, _joined(said, first, last), only=SubjectKind.GAME)


def _forced(said: Said) -> Iterator[Candidate]:
    """ "game: rust", "streamer:rust"."""
    for found in matches(_FORCED, said.text):
        kind = SubjectKind.GAME if name_key(found["kind"]) in _GAME_KEYS else SubjectKind.STREAMER
        first = said.word_at(found.end())
        login = re.match(r"[\"“@＠]*(\w+)", said.text[found.end() :]) if kind is SubjectKind.STREAMER else None
        if login:
            yield _written(said, found.end() + login.start(1), found.end() + login.end(1), only=kind)
        for last in range(first + 1, min(first + LONGEST_NAME_WORDS, len(said.words)) + 1):
            for key in _keys(said, first, last):
                yield Candidate(first, last, key, only=kind)


def _quoted(said: Said) -> Iterator[Candidate]:
    for found in matches(_QUOTED, said.text):
        group = "name" if found["name"] else "single"
        yield _written(said, found.start(group), found.end(group))


def _hashtags(said: Said) -> Iterator[Candidate]:
    for found in matches(_HASHTAG, said.text):
        yield _written(said, found.start("name"), found.end("name"))


def _behind_a_kind(said: Said) -> Iterator[Candidate]:
    """ "streamer rust", "the game rust": a kind without a colon, where little else is said."""
    for number, word in enumerate(said.words[:-1]):
        kind = _kind(word.key)
        before = said.keys(0, number)
        if kind is None or not all(key in _BEFORE_KIND for key in before) or said.is_separate(number + 1):
            continue
        for last in range(number + 2, min(number + 1 + LONGEST_NAME_WORDS, len(said.words)) + 1):
            # "streamer is trash": an everyday word is a name only where nothing follows it.
            behind = said.others(range(last))
            is_word = all(is_everyday(key) or said.is_time(number + 1) for key in said.keys(number + 1, last))
            if not (is_word and behind) and all(is_frame(said.words[other].key) for other in behind):
                login = _login(said, number + 1, last)
                yield Candidate(number + 1, last, _joined(said, number + 1, last), only=kind, login=login)


def _kind(key: str) -> SubjectKind | None:
    if key in _GAME_KEYS:
        return SubjectKind.GAME
    return SubjectKind.STREAMER if key in _STREAMER_KEYS else None


def _runs(said: Said) -> Iterator[Candidate]:
    """Words that follow each other. A handle says to whom somebody speaks, not about what."""
    for first in range(len(said.words)):
        if said.is_tied(first):
            continue
        for last in range(first + 1, min(first + LONGEST_NAME_WORDS, len(said.words)) + 1):
            if last - 1 in said.handles:
                break
            if said.is_tied(last):
                continue
            for key in _keys(said, first, last):
                yield Candidate(first, last, key, login=_login(said, first, last))


def _without_a_brand(said: Said) -> Iterator[Candidate]:
    """ "free fire" for "Garena Free Fire": all that is said, with the brand in front that people leave out."""
    words = core(said)
    if 1 < len(words) <= _MOST_WORDS_BEHIND_A_BRAND:
        for brand in _BRANDS:
            key = brand + _joined(said, words.start, words.stop)
            yield Candidate(words.start, words.stop, key, is_part=True)


def _pieces(said: Said) -> Iterator[Candidate]:
    """Parts of words of scripts that put no space between a name and what follows; the longer first."""
    return islice(_all_pieces(said), _MOST_PIECES)


def _all_pieces(said: Said) -> Iterator[Candidate]:
    for number, word in enumerate(said.words):
        if len(word.key) < 2 or not is_unspaced(word.key) or word.key in SMALL_TALK:
            continue
        key = word.key[:_LONGEST_UNSPACED]
        for length in range(len(key) - (len(key) == len(word.key)), 1, -1):
            for start in range(len(key) - length + 1):
                piece = key[start : start + length]
                rest = f"{word.key[:start]} {word.key[start + length :]}"
                yield Candidate(number, number + 1, piece, rest=rest)


def _any_order(said: Said) -> Iterator[Candidate]:
    """ "legends of league", "cenat kai": all that is said, in another order."""
    words = core(said)
    if len(words) == 2:
        first, second = said.keys(words.start, words.stop)
        yield Candidate(words.start, words.stop, second + first, only=SubjectKind.STREAMER)
    # "just" and "of" are words of a question, and of names.
    for first_word in range(max(words.start - 2, 0), words.start + 1):
        for last_word in range(words.stop, min(words.stop + 2, len(said.words)) + 1):
            if 1 < last_word - first_word <= _MOST_WORDS_IN_ANY_ORDER:
                key = in_any_order(said.keys(first_word, last_word))
                yield Candidate(first_word, last_word, key, only=SubjectKind.GAME)


def _handles(said: Said) -> Iterator[Candidate]:
    for found in matches(HANDLE, said.text):
        yield _written(said, found.start("name"), found.end("name"), only=SubjectKind.STREAMER)


def _keys(said: Said, first: int, last: int) -> Sequence[str]:
    keys = said.keys(first, last)
    joined = "".join(keys)
    digits = with_digits(keys) if any(map(said.is_number, range(first, last))) else joined
    return (joined,) if digits == joined else (joined, digits)


def _joined(said: Said, first: int, last: int) -> str:
    return "".join(said.keys(first, last))


def _login(said: Said, first: int, last: int) -> str | None:
    """One word with the underscores around it, if there are any: "winner_" is not "winner"."""
    if last - first != 1:
        return None
    word = said.words[first]
    start, end = word.start, word.end
    while said.text[start - 1 : start] == "_":
        start -= 1
    while said.text[end : end + 1] == "_":
        end += 1
    return said.text[start:end].lower() if end - start > word.end - word.start else None


def _written(said: Said, start: int, end: int, only: SubjectKind | None = None) -> Candidate:
    """The words of a part of the text."""
    first, last = said.word_at(start), said.word_at(end)
    written = said.text[start:end]
    login = written.lower() if only is SubjectKind.STREAMER else None
    return Candidate(first, max(last, first), name_key(written) if written else "", only=only, login=login)


_PLAIN: Final = Source(2, _runs)
# From this weight on, something is written as a name.
CLEAR: Final = 4
HANDLE_WEIGHT: Final = 0
SOURCES: Final = (
    Source(6, _across_a_colon),
    Source(5, _forced),
    Source(4, _quoted),
    Source(4, _hashtags),
    _PLAIN,
    Source(3, _behind_a_kind),
    Source(2, _pieces),
    Source(2, _any_order),
    Source(2, _without_a_brand),
    Source(HANDLE_WEIGHT, _handles),
)
