"""Misspelled names, and names of which only the beginning is written. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.core.name_keys import Grade, game_keys
from bot.core.name_words import keys_of, numerals
from bot.core.ports import Names
from bot.core.questions import DidYouMean, Subject, SubjectKind
from bot.reply.understand.found import FAR_MORE
from bot.reply.understand.said import Said, is_frame
from bot.reply.understand.sources import Candidate, core
from bot.reply.understand.vocabulary import FIRST_NAMES, FIRST_PERSON, OPINION, REQUEST, TALK, is_ordinary
from helperfunctions.near import edits
from helperfunctions.text import name_key

MOST_OFFERED: Final = 3
_SHORTEST: Final = 4
_LONGEST: Final = 60
_SHORTEST_BEGINNING: Final = 4
# From this length on, a beginning needs no longer be that of one streamer watched by far the most.
_LONG_BEGINNING: Final = 5
_MOST_WORDS: Final = 10
# From this many letters on, this many mistakes leave no doubt.
_MOST_MISTAKES: Final = ((14, 3), (8, 2), (5, 1))
_IN_A_ROW: Final = 4


@dataclass(frozen=True, slots=True)
class _Guess:
    """Words that may be a misspelled name. `boldness`: 3 when they are written as a name, else the strength of the
    question around them."""

    candidate: Candidate
    boldness: int


_BOLDEST: Final = 3
_SURE: Final = 2
# Thanks, reactions and opinions are among the words: the last place of the tables.
_TALK: Final = -1
# The likeness at which is asked back, by boldness, for games and for streamers: of streamers there are so many that
# nearly every word is like one.
_ASKED_BACK: Final = {
    SubjectKind.GAME: (0.8, 0.76, 0.72, 0.7, 0.88),
    SubjectKind.STREAMER: (0.85, 0.82, 0.76, 0.7, 0.95),
}
# And the least letters without a question around them.
_LEAST_LETTERS: Final = {SubjectKind.GAME: (6, 5, 4, 4, 8), SubjectKind.STREAMER: (7, 6, 5, 4, 10)}


def misspelled(said: Said, clear: Sequence[Candidate], names: Names) -> tuple[Subject, Candidate] | DidYouMean | None:
    """The subject of a misspelled name that can be no other, or up to three that it may be."""
    asked_back: DidYouMean | None = None
    for guess in _guesses(said, clear):
        meant = _meant(said, guess, names)
        if isinstance(meant, Subject):
            return meant, guess.candidate
        asked_back = asked_back or meant
    return asked_back


def _guesses(said: Said, clear: Sequence[Candidate]) -> Iterator[_Guess]:
    """What is written as a name, or else all that is said beside the words of a question."""
    written = [candidate for candidate in clear if _SHORTEST <= len(candidate.key) <= _LONGEST]
    forced = [candidate for candidate in written if candidate.only]
    if forced:
        untimed = [one for one in forced if not any(map(said.is_time, one.taken))]
        yield _Guess(max(untimed or forced, key=lambda one: one.last - one.first), _BOLDEST)
        return
    if clear:
        for candidate in written[:1]:
            others = [number for number in said.others(candidate.taken) if not is_frame(said.words[number].key)]
            if len(others) <= _IN_A_ROW:
                yield _Guess(candidate, _BOLDEST)
        return
    yield from _from_words(said)


def _from_words(said: Said) -> Iterator[_Guess]:
    whole = core(said)
    keys = said.keys(whole.start, whole.stop)
    if len(keys) > _MOST_WORDS or not said.words:
        return
    strength = said.strength(whole)
    if all(map(is_ordinary, keys)):
        # "just chating": all that is said, if it is a game's name but for a letter.
        for first, last in dict.fromkeys(_stretches(said, whole)):
            if last - first > 1 and not said.handles:
                yield _Guess(Candidate(first, last, "".join(said.keys(first, last)), only=SubjectKind.GAME), _TALK)
        return
    if strength < 2 and _is_about_me(said):
        return
    everything = [said.words[number].key for number in range(len(said.words)) if number not in said.handles]
    if strength < 2 and any(key in TALK or key in OPINION for key in everything):
        strength = _TALK
    seen: set[str] = set()
    # "just" and "the" are words of a question, and of names; ordinary words may stand around a name.
    for first, last in _stretches(said, whole):
        key = "".join(said.words[number].key for number in range(first, last) if not said.is_time(number))
        if key not in seen and _SHORTEST <= len(key) <= _LONGEST:
            seen.add(key)
            yield _Guess(Candidate(first, last, key), strength)


def _stretches(said: Said, whole: range) -> Iterator[tuple[int, int]]:
    first, last = whole.start, whole.stop
    if whole:
        yield first, last
    if first and not said.is_time(first - 1):
        yield first - 1, last
    if last < len(said.words) and not said.is_time(last):
        yield first, last + 1
    strange = [number for number in whole if not is_ordinary(said.words[number].key)]
    if strange:
        first, last = strange[0], strange[-1] + 1
        yield first, last
        # "edlen ring these days"
        while last < whole.stop and not is_frame(said.words[last].key):
            last += 1
        while first > whole.start and not is_frame(said.words[first - 1].key):
            first -= 1
        yield first, last


def _is_about_me(said: Said) -> bool:
    keys = [word.key for word in said.words]
    return any(key in FIRST_PERSON for key in keys) and not any(key in REQUEST for key in keys)


def _meant(said: Said, guess: _Guess, names: Names) -> Subject | DidYouMean | None:
    candidate, boldness = guess.candidate, guess.boldness
    key = candidate.key
    near = [
        (subject, likeness)
        for subject, likeness in names.similar(key, 2 * MOST_OFFERED)
        if candidate.only in (None, subject.kind)
        and _is_near_enough(subject.kind, key, likeness, boldness)
        and (boldness == _BOLDEST or not _is_a_word(subject))
    ]
    if near:
        subjects = [subject for subject, _ in near]
        written = said.keys(candidate.first, candidate.last)
        best = _surely(written, key, subjects) if _is_all(said, guess) else None
        return best or DidYouMean(distinct(subjects))
    begun = [] if candidate.only is SubjectKind.STREAMER else _begun(said, guess, names)
    return DidYouMean(distinct(begun)) if begun else None


def _is_all(said: Said, guess: _Guess) -> bool:
    """Whether nothing beside the words may be part of the name: "resident evil v" is nobody called kresident."""
    rest = [number for number in core(said) if number not in guess.candidate.taken and not said.is_time(number)]
    is_noise = guess.boldness >= _SURE and all(is_ordinary(said.words[number].key) for number in rest)
    return not rest or (is_noise and not any(map(said.is_number, rest))) or guess.boldness == _BOLDEST


def _is_a_word(subject: Subject) -> bool:
    """Whether somebody is called by an ordinary word: what is like it is rather the word, misspelled."""
    return subject.kind is SubjectKind.STREAMER and is_ordinary(name_key(subject.name))


def _is_near_enough(kind: SubjectKind, key: str, likeness: float, boldness: int) -> bool:
    return likeness >= _ASKED_BACK[kind][boldness] and len(key) >= _LEAST_LETTERS[kind][boldness]


def _surely(written: Sequence[str], key: str, near: Sequence[Subject]) -> Subject | None:
    """The one that is meant without doubt: few mistakes, no other number, and nobody else as near."""
    most = next((most for length, most in _MOST_MISTAKES if len(key) >= length), 0)
    mistakes = sorted(((_mistakes(key, subject), subject) for subject in near), key=lambda one: one[0])
    (fewest, best), *others = mistakes
    if not 0 <= fewest <= most or sorted(numerals(written)) != sorted(numerals(keys_of(best.name))):
        return None
    rivals = [
        other
        for count, other in others
        if count <= fewest + (fewest > 1) and name_key(other.name) != name_key(best.name)
    ]
    is_alone = all(best.watch_hours >= FAR_MORE * 5 * rival.watch_hours for rival in rivals)
    return best if is_alone else None


def _mistakes(key: str, subject: Subject) -> int:
    return min(edits(key, one) for one in _spellings(subject))


def _spellings(subject: Subject) -> Sequence[str]:
    if subject.kind is SubjectKind.STREAMER:
        return (name_key(subject.name),)
    return [key for key, grade in game_keys(subject.name).items() if grade is not Grade.ANY_ORDER]


def of_a_beginning(said: Said, names: Names) -> DidYouMean | None:
    """The streamer whose name begins with the one word that is said with a time: "asmon last week".

    Or in what surely is a question. It is watched far more than any other of that beginning: nearly every word begins
    some name.
    """
    words = core(said)
    keys = said.keys(words.start, words.stop)
    if len(keys) != 1 or len(keys[0]) < _SHORTEST_BEGINNING or _is_word(keys[0]) or said.handles:
        return None
    others = said.keys_of(said.others(words))
    is_timed = any(time.window is not None for time in said.times_outside(words))
    is_asked = said.strength(words) == _SURE or (is_timed and not others)
    if not is_asked or any(key in TALK or key in OPINION or key in FIRST_PERSON for key in others):
        return None
    begun = names.with_prefix(keys[0], 2, SubjectKind.STREAMER)
    far_more = FAR_MORE if len(keys[0]) >= _LONG_BEGINNING else 5 * FAR_MORE
    is_alone = all(begun[0].watch_hours >= far_more * other.watch_hours for other in begun[1:])
    return DidYouMean(begun[:1]) if begun and is_alone else None


def _is_word(key: str) -> bool:
    """Whether a word is an ordinary one; a first name may be the beginning of a streamer's name."""
    return is_ordinary(key) and key not in FIRST_NAMES


def _begun(said: Said, guess: _Guess, names: Names) -> list[Subject]:
    """Games whose names begin with these words: "baldurs gate", "tekken"; in a question also with a part of a word."""
    candidate = guess.candidate
    keys = said.keys(candidate.first, candidate.last)
    return [
        subject
        for subject in names.with_prefix(candidate.key, 2 * MOST_OFFERED, SubjectKind.GAME)
        if keys_of(subject.name)[: len(keys)] == keys
        or (guess.boldness > 0 and "".join(keys_of(subject.name)).startswith(candidate.key))
    ]


def distinct(subjects: Sequence[Subject]) -> list[Subject]:
    """Up to three of different names, in their order."""
    by_name: dict[str, Subject] = {}
    for subject in subjects:
        by_name.setdefault(name_key(subject.name), subject)
    return list(by_name.values())[:MOST_OFFERED]
