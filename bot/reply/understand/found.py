"""Candidates that are names, which of them are meant, and which are negated. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.core.name_keys import Grade, grade_of
from bot.core.name_words import keys_of, numerals, with_digits
from bot.core.questions import Subject, SubjectKind
from bot.reply.understand.said import Said
from bot.reply.understand.sources import CLEAR, Candidate
from bot.reply.understand.vocabulary import (
    BETWEEN_NOT,
    FRAME,
    NOT_BEFORE,
    NOT_BEHIND,
    UNSPACED_NOT,
)

# A game that is watched this many times as much as the next is the one that is meant.
FAR_MORE: Final = 4.0
_MOST_BETWEEN_NOT: Final = 4
# "anything but minecraft"; "not minecraft but terraria" is the other way round.
_ALL: Final = frozenset("anything everything all nothing alles todo tout tutto".split())
_QUESTIONS: Final = frozenset("why how what por".split())
_CUT_NOT: Final = frozenset("don isn doesn didn wasn aren won can couldn wouldn shouldn haven hasn".split())


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate that is a name. `is_spaced`: its words are those of the name. `rivals`: others of that name."""

    candidate: Candidate
    subject: Subject
    grade: Grade
    is_spaced: bool
    rivals: Sequence[Subject] = ()

    @property
    def order(self) -> tuple[int, bool, bool, int, Grade, int, float]:
        """The greater, the more likely it is what is meant, of those that share words."""
        return (
            self.candidate.weight + (self.candidate.login is not None),
            not self.candidate.rest,
            self.is_spaced,
            # In another order, a third word is rather one of the question.
            len(self.candidate.taken) - (self.grade is Grade.ANY_ORDER and len(self.candidate.taken) > 2),
            self.grade,
            len(self.candidate.key),
            self.subject.watch_hours,
        )


def found_in(candidates: Iterable[Candidate], known: Mapping[str, Sequence[Subject]], said: Said) -> list[Found]:
    """The candidates that are names, of those that share words the likeliest."""
    found = [
        one
        for candidate in candidates
        if candidate.key in known
        for one in _found(candidate, known[candidate.key], said)
    ]
    found = [one for one in found if not _takes_a_count(one, found, said)]
    chosen: list[Found] = []
    for one in sorted(found, key=lambda one: one.order, reverse=True):
        if not any(_overlap(one.candidate, other.candidate) for other in chosen):
            chosen.append(one)
    return sorted(chosen, key=lambda one: one.candidate.first)


def _takes_a_count(one: Found, found: Iterable[Found], said: Said) -> bool:
    """Whether the number of a sequel is rather the count of a time, which says nothing without it: "hades 2 days ago",
    where Hades is a game, too. "hades 2 week" is the sequel."""
    candidate = one.candidate
    last = candidate.last - 1
    if candidate.weight >= CLEAR or last <= candidate.first or not said.is_number(last):
        return False
    number = said.words[last]
    cut = [time for time in said.times if time.start <= number.start < number.end < time.end]
    if not cut or any(
        time.window is not None and time.start < cut[0].end and cut[0].start < time.end
        for time in said.times_outside(candidate.taken)
    ):
        return False
    return any(
        other.candidate.first == candidate.first
        and other.candidate.last == last
        and other.subject.kind is one.subject.kind
        for other in found
    )


def _overlap(one: Candidate, other: Candidate) -> bool:
    return one.first < other.last and other.first < one.last


def _found(candidate: Candidate, subjects: Sequence[Subject], said: Said) -> list[Found]:
    """The game or the streamer of a key that is meant."""
    keys = said.keys(candidate.first, candidate.last)
    fitting = [
        (_grade(candidate, subject), subject)
        for subject in subjects
        if (candidate.only is None or subject.kind is candidate.only)
        and (subject.kind is SubjectKind.GAME or not candidate.is_part)
        and _fits(keys, candidate, subject)
    ]
    # Several streamers can have one key; a login is one streamer's.
    exact = [(grade, subject) for grade, subject in fitting if subject.name.lower() == candidate.login]
    best: list[Found] = []
    for kind in SubjectKind:
        of_kind = [(grade, subject) for grade, subject in exact or fitting if subject.kind is kind]
        if not of_kind:
            continue
        grade = max(grade for grade, _ in of_kind)
        first, *others = [subject for one, subject in of_kind if one is grade]
        spelled = [subject for subject in (first, *others) if _is_spaced(keys, subject)]
        first, *others = spelled or (first, *others)
        rivals = others if grade < Grade.ALIAS and _are_rivals(first, others) else ()
        best.append(Found(candidate, first, grade, bool(spelled) or len(keys) == 1 or grade < Grade.OWN, rivals))
    return sorted(best, key=lambda one: (one.grade < Grade.SHORTER, -one.subject.watch_hours))[:1]


def _are_rivals(first: Subject, others: Sequence[Subject]) -> bool:
    return bool(others) and first.watch_hours < FAR_MORE * others[0].watch_hours


def _grade(candidate: Candidate, subject: Subject) -> Grade:
    grade = grade_of(candidate.key, subject.name) if subject.kind is SubjectKind.GAME else Grade.OWN
    return min(grade, Grade.SHORTER) if candidate.is_part else grade


def _is_spaced(keys: Sequence[str], subject: Subject) -> bool:
    """Whether words are those of a name, whichever way its numbers are written."""
    own = keys_of(subject.name)
    return list(keys) == own or (len(keys) == len(own) > 1 and with_digits(keys) == with_digits(own))


def _fits(keys: Sequence[str], candidate: Candidate, subject: Subject) -> bool:
    """Whether words that join to a key are the name: "Shenmue I & II" is not "Shenmue III"."""
    if len(keys) == 1 or candidate.key.startswith("~") or _is_spaced(keys, subject):
        return True
    if subject.kind is SubjectKind.GAME and _grade(candidate, subject) is not Grade.OWN:
        return True
    return sorted(numerals(keys)) == sorted(numerals(keys_of(subject.name)))


def is_joined_by_chance(found: Found, said: Said) -> bool:
    """Whether words only happen to join to a name: "is xqc" and somebody who is called isxqc."""
    candidate = found.candidate
    return not found.is_spaced and any(
        said.words[number].key in FRAME or said.is_time(number) for number in candidate.taken
    )


def negation(said: Said, candidate: Candidate) -> range | None:
    """The words that say that a name is not meant, with the name; None if it may be meant.

    "not fortnite, minecraft", "dont care about xqc", "fortnite değil".
    """
    behind = candidate.last
    if behind < len(said.words) and not said.is_separate(behind) and said.words[behind].key in NOT_BEHIND:
        return range(candidate.first, behind + 1)
    if any(candidate.rest.split(" ")[-1].startswith(word) for word in UNSPACED_NOT):
        return candidate.taken
    if behind < len(said.words) and any(said.words[behind].key.startswith(word) for word in UNSPACED_NOT):
        return range(candidate.first, behind + 1)
    number = candidate.first
    for _ in range(_MOST_BETWEEN_NOT + 1):
        if said.is_separate(number):
            return None
        number -= 1
        if _negates(said, number):
            return range(number, candidate.last)
        if said.words[number].key not in BETWEEN_NOT:
            return None
    return None


def _negates(said: Said, number: int) -> bool:
    key = said.words[number].key
    before = said.words[number - 1].key if number else ""
    if key == "t":
        return before in _CUT_NOT
    if key == "one":
        return before == "no"
    if key == "but":
        return before in _ALL
    if key == "no":
        # Elsewhere it is Portuguese for "in the".
        return said.is_separate(number) or before in {"with", "has", "want", "need"}
    return key in NOT_BEFORE and before not in _QUESTIONS
