"""Match candidates with the known names, and choose the likeliest of those that share words. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.core.name_keys import Grade, grade_of
from bot.core.name_words import keys_of, numerals, with_digits
from bot.core.questions import Subject, SubjectKind
from bot.reply.understand.candidates import CLEAR, Candidate
from bot.reply.understand.tokens import TokenizedText
from bot.reply.understand.word_classes import FILLER

# A game that is watched this many times as much as the next one of the same name is the one that is meant.
FAR_MORE: Final = 4.0


@dataclass(frozen=True, slots=True)
class NameMatch:
    """A candidate that is the name of a known subject.

    `is_spaced`: its words are divided as those of the name. `rivals`: other subjects of the same name.
    """

    candidate: Candidate
    subject: Subject
    grade: Grade
    is_spaced: bool
    rivals: Sequence[Subject] = ()

    @property
    def likelihood(self) -> tuple[int, bool, bool, int, Grade, int, float]:
        """A key to compare matches that share words: the greatest is most likely the name that is meant."""
        return (
            self.candidate.weight + (self.candidate.login is not None),
            not self.candidate.rest,
            self.is_spaced,
            # In another order, a third word is more likely one of the question.
            len(self.candidate.indexes) - (self.grade is Grade.ANY_ORDER and len(self.candidate.indexes) > 2),
            self.grade,
            len(self.candidate.key),
            self.subject.watch_hours,
        )


def match_candidates(
    candidates: Iterable[Candidate], known: Mapping[str, Sequence[Subject]], tokens: TokenizedText
) -> list[NameMatch]:
    """The candidates that are names, in the order of the text; of those that share words only the likeliest.

    `known`: the subjects of each key.
    """
    matches = [
        match
        for candidate in candidates
        if candidate.key in known
        for match in _matches(candidate, known[candidate.key], tokens)
    ]
    matches = [match for match in matches if not _ends_with_count_of_time(match, matches, tokens)]
    chosen: list[NameMatch] = []
    for match in sorted(matches, key=lambda match: match.likelihood, reverse=True):
        if not any(_overlap(match.candidate, other.candidate) for other in chosen):
            chosen.append(match)
    return sorted(chosen, key=lambda match: match.candidate.first)


def _ends_with_count_of_time(match: NameMatch, matches: Iterable[NameMatch], tokens: TokenizedText) -> bool:
    """True if the number of a sequel is rather the count of a time: "hades 2 days ago", where Hades is a game, too.

    "hades 2 week" is the sequel: "week" is a time without the count as well.
    """
    candidate = match.candidate
    last = candidate.last - 1
    if candidate.weight >= CLEAR or last <= candidate.first or not tokens.is_number(last):
        return False
    number = tokens.words[last]
    cut = [time for time in tokens.times if time.start <= number.start < number.end < time.end]
    if not cut or any(
        time.window is not None and time.start < cut[0].end and cut[0].start < time.end
        for time in tokens.times_outside(candidate.indexes)
    ):
        return False
    return any(
        other.candidate.first == candidate.first
        and other.candidate.last == last
        and other.subject.kind is match.subject.kind
        for other in matches
    )


def _overlap(first: Candidate, second: Candidate) -> bool:
    return first.first < second.last and second.first < first.last


def _matches(candidate: Candidate, subjects: Sequence[Subject], tokens: TokenizedText) -> list[NameMatch]:
    """The match with the game or the streamer that is meant, of all subjects of a key; empty if none fits."""
    keys = tokens.keys(candidate.first, candidate.last)
    fitting = [
        (_grade(candidate, subject), subject)
        for subject in subjects
        if (candidate.only is None or subject.kind is candidate.only)
        and (subject.kind is SubjectKind.GAME or not candidate.is_part)
        and _fits(keys, candidate, subject)
    ]
    # Several streamers can have one key; a login belongs to one streamer.
    exact = [(grade, subject) for grade, subject in fitting if subject.name.lower() == candidate.login]
    best: list[NameMatch] = []
    for kind in SubjectKind:
        of_kind = [(grade, subject) for grade, subject in exact or fitting if subject.kind is kind]
        if not of_kind:
            continue
        best_grade = max(grade for grade, _ in of_kind)
        first, *others = [subject for grade, subject in of_kind if grade is best_grade]
        spaced = [subject for subject in (first, *others) if _is_spaced(keys, subject)]
        first, *others = spaced or (first, *others)
        rivals = others if best_grade < Grade.ALIAS and _are_rivals(first, others) else ()
        is_spaced = bool(spaced) or len(keys) == 1 or best_grade < Grade.OWN
        best.append(NameMatch(candidate, first, best_grade, is_spaced, rivals))
    return sorted(best, key=lambda match: (match.grade < Grade.SHORTER, -match.subject.watch_hours))[:1]


def _are_rivals(first: Subject, others: Sequence[Subject]) -> bool:
    return bool(others) and first.watch_hours < FAR_MORE * others[0].watch_hours


def _grade(candidate: Candidate, subject: Subject) -> Grade:
    grade = grade_of(candidate.key, subject.name) if subject.kind is SubjectKind.GAME else Grade.OWN
    return min(grade, Grade.SHORTER) if candidate.is_part else grade


def _is_spaced(keys: Sequence[str], subject: Subject) -> bool:
    """True if words are those of a name; its numbers may be in digits, roman or in letters."""
    own = keys_of(subject.name)
    return list(keys) == own or (len(keys) == len(own) > 1 and with_digits(keys) == with_digits(own))


def _fits(keys: Sequence[str], candidate: Candidate, subject: Subject) -> bool:
    """True if words of the same key are the name: "Shenmue I & II" is not "Shenmue III"."""
    if len(keys) == 1 or candidate.key.startswith("~") or _is_spaced(keys, subject):
        return True
    if subject.kind is SubjectKind.GAME and _grade(candidate, subject) is not Grade.OWN:
        return True
    return sorted(numerals(keys)) == sorted(numerals(keys_of(subject.name)))


def is_joined_by_chance(match: NameMatch, tokens: TokenizedText) -> bool:
    """True if unrelated words only happen to join to a name: "is xqc", and a streamer who is called isxqc."""
    return not match.is_spaced and any(
        tokens.words[index].key in FILLER or tokens.is_time(index) for index in match.candidate.indexes
    )


def with_series(matches: Sequence[NameMatch]) -> list[NameMatch]:
    """The matches, the short name of a series and a part of it as one: "cod black ops 6"."""
    whole: list[NameMatch] = []
    for match in matches:
        series = whole[-1] if whole else None
        if (
            series is not None
            and series.grade is Grade.ALIAS
            and match.subject.kind is SubjectKind.GAME
            and match.subject.id != series.subject.id
            and series.candidate.last == match.candidate.first
            and series.subject.name.partition(":")[0] == match.subject.name.partition(":")[0]
        ):
            whole.pop()
            match = replace(match, candidate=replace(match.candidate, first=series.candidate.first))
        whole.append(match)
    return whole
