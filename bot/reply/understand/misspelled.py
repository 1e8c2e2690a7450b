"""Find misspelled names, and names of which only the beginning is written. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.core.name_keys import Grade, game_keys
from bot.core.name_words import keys_of, numerals
from bot.core.ports import Names
from bot.core.questions import DidYouMean, Subject, SubjectKind
from bot.reply.understand.candidates import Candidate, unexplained
from bot.reply.understand.matches import FAR_MORE
from bot.reply.understand.tokens import TokenizedText, is_filler
from bot.reply.understand.word_classes import CHATTER, FIRST_NAMES, FIRST_PERSON, OPINION, REQUEST, is_dictionary_word
from helperfunctions.near import edits
from helperfunctions.text import name_key

MOST_OFFERED: Final = 3
_SHORTEST: Final = 4
_LONGEST: Final = 60
_SHORTEST_BEGINNING: Final = 4
# A shorter beginning must be that of a streamer who is watched even more than FAR_MORE times as much as the next.
_LONG_BEGINNING: Final = 5
_MOST_WORDS: Final = 10
# Letters of a key, and the number of mistakes that leave no doubt from that length on.
_MOST_MISTAKES: Final = ((14, 3), (8, 2), (5, 1))
_MOST_OTHER_WORDS: Final = 4


@dataclass(frozen=True, slots=True)
class _Guess:
    """Words that may be a misspelled name.

    `certainty`: 3 when they are marked as a name (such as by quotes), -1 among thanks, reactions and opinions, else the
    strength of the question around them (0, 1, 2). It is an index of the tables below.
    """

    candidate: Candidate
    certainty: int


_MARKED_AS_NAME: Final = 3
_SURE: Final = 2
# Thanks, reactions and opinions are among the words: the last element of the tables.
_CHATTER: Final = -1
# The least similarity of a name that is offered, by certainty. Higher for streamers: nearly every word is similar to
# the name of one of them.
_LEAST_SIMILARITY: Final = {
    SubjectKind.GAME: (0.8, 0.76, 0.72, 0.7, 0.88),
    SubjectKind.STREAMER: (0.85, 0.82, 0.76, 0.7, 0.95),
}
# The least letters of a key, by certainty.
_LEAST_LETTERS: Final = {SubjectKind.GAME: (6, 5, 4, 4, 8), SubjectKind.STREAMER: (7, 6, 5, 4, 10)}


def find_misspelled(
    tokens: TokenizedText, clear: Sequence[Candidate], names: Names
) -> tuple[Subject, Candidate] | DidYouMean | None:
    """The subject of a misspelled name with its words, or up to three subjects if the name is ambiguous.

    `clear`: candidates that are marked as a name but are not known. None: no name is similar enough.
    """
    offered: DidYouMean | None = None
    for guess in _guesses(tokens, clear):
        meant = _resolve(tokens, guess, names)
        if isinstance(meant, Subject):
            return meant, guess.candidate
        offered = offered or meant
    return offered


def _guesses(tokens: TokenizedText, clear: Sequence[Candidate]) -> Iterator[_Guess]:
    """The words that are marked as a name, or else all words that do not belong to a question."""
    marked = [candidate for candidate in clear if _SHORTEST <= len(candidate.key) <= _LONGEST]
    forced = [candidate for candidate in marked if candidate.only]
    if forced:
        untimed = [candidate for candidate in forced if not any(map(tokens.is_time, candidate.indexes))]
        longest = max(untimed or forced, key=lambda candidate: candidate.last - candidate.first)
        yield _Guess(longest, _MARKED_AS_NAME)
        return
    if clear:
        for candidate in marked[:1]:
            others = [index for index in tokens.others(candidate.indexes) if not is_filler(tokens.words[index].key)]
            # "#blackfriday deals on gaming chairs"
            is_asked = not others or tokens.question_strength(candidate.indexes) > 0
            if is_asked and len(others) <= _MOST_OTHER_WORDS:
                yield _Guess(candidate, _MARKED_AS_NAME)
        return
    yield from _guesses_from_words(tokens)


def _guesses_from_words(tokens: TokenizedText) -> Iterator[_Guess]:
    whole = unexplained(tokens)
    keys = tokens.keys(whole.start, whole.stop)
    if len(keys) > _MOST_WORDS or not tokens.words:
        return
    strength = tokens.question_strength(whole)
    if all(map(is_dictionary_word, keys)):
        # "just chating": the whole text, if it is a game's name except for a letter.
        for first, last in dict.fromkeys(_ranges(tokens, whole)):
            if last - first > 1 and not tokens.handles:
                yield _Guess(Candidate(first, last, "".join(tokens.keys(first, last)), only=SubjectKind.GAME), _CHATTER)
        return
    if strength < 2 and _is_about_author(tokens):
        return
    everything = [tokens.words[index].key for index in range(len(tokens.words)) if index not in tokens.handles]
    if strength < 2 and any(key in CHATTER or key in OPINION for key in everything):
        strength = _CHATTER
    tried: set[str] = set()
    # "just" and "the" are words of questions and of names; dictionary words may be around a name.
    for first, last in _ranges(tokens, whole):
        key = "".join(tokens.words[index].key for index in range(first, last) if not tokens.is_time(index))
        if key not in tried and _SHORTEST <= len(key) <= _LONGEST:
            tried.add(key)
            yield _Guess(Candidate(first, last, key), strength)


def _ranges(tokens: TokenizedText, whole: range) -> Iterator[tuple[int, int]]:
    first, last = whole.start, whole.stop
    if whole:
        yield first, last
    if first and not tokens.is_time(first - 1):
        yield first - 1, last
    if last < len(tokens.words) and not tokens.is_time(last):
        yield first, last + 1
    unknown = [index for index in whole if not is_dictionary_word(tokens.words[index].key)]
    if unknown:
        first, last = unknown[0], unknown[-1] + 1
        yield first, last
        # "edlen ring these days"
        while last < whole.stop and not is_filler(tokens.words[last].key):
            last += 1
        while first > whole.start and not is_filler(tokens.words[first - 1].key):
            first -= 1
        yield first, last


def _is_about_author(tokens: TokenizedText) -> bool:
    keys = [word.key for word in tokens.words]
    return any(key in FIRST_PERSON for key in keys) and not any(key in REQUEST for key in keys)


def _resolve(tokens: TokenizedText, guess: _Guess, names: Names) -> Subject | DidYouMean | None:
    candidate, certainty = guess.candidate, guess.certainty
    key = candidate.key
    near = [
        (subject, similarity)
        for subject, similarity in names.similar(key, 2 * MOST_OFFERED)
        if candidate.only in (None, subject.kind)
        and _is_similar_enough(subject.kind, key, similarity, certainty)
        and (certainty == _MARKED_AS_NAME or not _is_named_by_word(subject))
    ]
    if near:
        subjects = [subject for subject, _ in near]
        keys = tokens.keys(candidate.first, candidate.last)
        best = _unambiguous(keys, key, subjects) if _covers_everything(tokens, guess) else None
        return best or DidYouMean(distinct_names(subjects))
    starting = [] if candidate.only is SubjectKind.STREAMER else _games_with_prefix(tokens, guess, names)
    starting = starting or _games_of_series(tokens, guess, names)
    return DidYouMean(distinct_names(starting)) if starting else None


def _covers_everything(tokens: TokenizedText, guess: _Guess) -> bool:
    """True if no other word may be part of the name: "resident evil v" is not the streamer kresident."""
    rest = [
        index for index in unexplained(tokens) if index not in guess.candidate.indexes and not tokens.is_time(index)
    ]
    is_noise = guess.certainty >= _SURE and all(is_dictionary_word(tokens.words[index].key) for index in rest)
    return not rest or (is_noise and not any(map(tokens.is_number, rest))) or guess.certainty == _MARKED_AS_NAME


def _is_named_by_word(subject: Subject) -> bool:
    """True if a streamer has the name of a dictionary word: a similar word is rather that word, misspelled."""
    return subject.kind is SubjectKind.STREAMER and is_dictionary_word(name_key(subject.name))


def _is_similar_enough(kind: SubjectKind, key: str, similarity: float, certainty: int) -> bool:
    return similarity >= _LEAST_SIMILARITY[kind][certainty] and len(key) >= _LEAST_LETTERS[kind][certainty]


def _unambiguous(keys: Sequence[str], key: str, near: Sequence[Subject]) -> Subject | None:
    """The subject that is meant without doubt: few mistakes, the same numbers, and no other subject as similar."""
    most = next((most for length, most in _MOST_MISTAKES if len(key) >= length), 0)
    mistakes = sorted(((_mistakes(key, subject), subject) for subject in near), key=lambda pair: pair[0])
    (fewest, best), *others = mistakes
    if _is_other_word(keys, keys_of(best.name)):
        return None
    if not 0 <= fewest <= most or sorted(numerals(keys)) != sorted(numerals(keys_of(best.name))):
        return None
    rivals = [
        other
        for count, other in others
        if count <= fewest + (fewest > 1) and name_key(other.name) != name_key(best.name)
    ]
    is_alone = all(best.watch_hours >= FAR_MORE * 5 * rival.watch_hours for rival in rivals)
    return best if is_alone else None


def _is_other_word(keys: Sequence[str], of_name: Sequence[str]) -> bool:
    """True if a short word is another one rather than misspelled: "mtg arena" is not "Mega Arena"."""
    return len(keys) == len(of_name) > 1 and any(
        2 * edits(key, other) > max(len(key), 2) for key, other in zip(keys, of_name, strict=True)
    )


def _mistakes(key: str, subject: Subject) -> int:
    return min(edits(key, spelling) for spelling in _spellings(subject))


def _spellings(subject: Subject) -> Sequence[str]:
    if subject.kind is SubjectKind.STREAMER:
        return (name_key(subject.name),)
    return [key for key, grade in game_keys(subject.name).items() if grade is not Grade.ANY_ORDER]


def streamer_with_prefix(tokens: TokenizedText, names: Names) -> DidYouMean | None:
    """The streamer whose name begins with the only unexplained word of a text with a time: "asmon last week".

    Also of a text that surely is a question. None unless the streamer is watched far more than any other whose name has
    that beginning: nearly every word is the beginning of some name.
    """
    words = unexplained(tokens)
    keys = tokens.keys(words.start, words.stop)
    if len(keys) != 1 or len(keys[0]) < _SHORTEST_BEGINNING or _is_everyday_word(keys[0]) or tokens.handles:
        return None
    others = tokens.keys_of(tokens.others(words))
    is_timed = any(time.window is not None for time in tokens.times_outside(words))
    is_asked = tokens.question_strength(words) == _SURE or (is_timed and not others)
    if not is_asked or any(key in CHATTER or key in OPINION or key in FIRST_PERSON for key in others):
        return None
    starting = names.with_prefix(keys[0], 2, SubjectKind.STREAMER)
    far_more = FAR_MORE if len(keys[0]) >= _LONG_BEGINNING else 5 * FAR_MORE
    is_alone = all(starting[0].watch_hours >= far_more * other.watch_hours for other in starting[1:])
    return DidYouMean(starting[:1]) if starting and is_alone else None


def _is_everyday_word(key: str) -> bool:
    """True if a word is a dictionary word and no first name, which may be the beginning of a streamer's name."""
    return is_dictionary_word(key) and key not in FIRST_NAMES


def _games_with_prefix(tokens: TokenizedText, guess: _Guess, names: Names) -> list[Subject]:
    """The games whose names begin with the words of a guess: "baldurs gate"; in a question also with part of a word."""
    candidate = guess.candidate
    keys = tokens.keys(candidate.first, candidate.last)
    return [
        subject
        for subject in names.with_prefix(candidate.key, 2 * MOST_OFFERED, SubjectKind.GAME)
        if keys_of(subject.name)[: len(keys)] == keys
        or (guess.certainty > 0 and "".join(keys_of(subject.name)).startswith(candidate.key))
    ]


def _games_of_series(tokens: TokenizedText, guess: _Guess, names: Names) -> list[Subject]:
    """The games that have the words of a guess, but not its number at the end: "the sims 3", "madden 25"."""
    first, last = guess.candidate.first, guess.candidate.last - 1
    if last <= first or not tokens.is_number(last) or (last - first < 2 and guess.certainty == _CHATTER):
        return []
    keys = tokens.keys(first, last)
    starting = names.with_prefix("".join(keys), 2 * MOST_OFFERED, SubjectKind.GAME)
    return [subject for subject in starting if keys_of(subject.name)[: len(keys)] == keys]


def distinct_names(subjects: Sequence[Subject]) -> list[Subject]:
    """The first MOST_OFFERED subjects with different names, in their order."""
    by_name: dict[str, Subject] = {}
    for subject in subjects:
        by_name.setdefault(name_key(subject.name), subject)
    return list(by_name.values())[:MOST_OFFERED]
