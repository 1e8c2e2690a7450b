"""A mention, split into words and times, and how much it resembles a question about watch time. Pure."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Final

from bot.core.name_words import Word, numeral, words_in
from bot.core.questions import Window
from bot.reply.understand.times import SaidTime, default_window, times_in
from bot.reply.understand.vocabulary import (
    ARTICLES,
    COURTESY,
    FRAME,
    SMALL_TALK,
    STRONG,
    SURELY,
    UNSPACED_ASKS,
    WEAK,
    is_laughter,
    without_particles,
)
from helperfunctions.text import name_key

MOST_WORDS: Final = 40
# A question may begin with these; within a sentence they say nothing.
_AUXILIARY: Final = frozenset("is are does do did can could has have was will".split())
_QUESTION_MARK: Final = re.compile(r"(?<![!！])[?？¿؟](?![!！])")
_EXCITED: Final = re.compile(r"[!！]")
HANDLE: Final = r"[@＠](?P<name>\w{1,25})"
# What ends a sentence, or a part of it.
_STOP: Final = re.compile(r"[.,;!?…。、，！？\n]")


@dataclass(frozen=True, slots=True)
class Said:
    """A text with its words, times and handles. Words are referred to by their numbers."""

    text: str
    words: list[Word]
    times: list[SaidTime]
    day: date
    today: date
    handles: frozenset[int]

    def keys(self, first: int, last: int) -> list[str]:
        """The keys of the words from one up to before another."""
        return [word.key for word in self.words[first:last]]

    def keys_of(self, numbers: Iterable[int]) -> list[str]:
        """The keys of some words."""
        return [self.words[number].key for number in numbers]

    def is_time(self, number: int) -> bool:
        """Whether a word is part of a time."""
        word = self.words[number]
        return any(said.start < word.end and word.start < said.end for said in self.times)

    def times_outside(self, taken: Iterable[int]) -> list[SaidTime]:
        """The times outside of some words; of a time that overlaps them, the time that its other words mean."""
        within = set(taken)
        outside: list[SaidTime] = []
        for said in self.times:
            own = [number for number, word in enumerate(self.words) if _covers(said, word)]
            if within.isdisjoint(own):
                outside.append(said)
            elif self._sticks_out(own, within):
                outside.extend(self._read_again(said, within))
        return outside

    def _sticks_out(self, own: Sequence[int], within: Collection[int]) -> bool:
        """Whether a time goes on where a name ends: "portal 2 weeks". Before a name, "in" and the like say no time."""
        first = min(number for number in own if number in within)
        return any(number not in within and (number > first or not is_frame(self.words[number].key)) for number in own)

    def _read_again(self, said: SaidTime, within: Iterable[int]) -> Sequence[SaidTime]:
        """The times in the place of one that shares words with a name; not known where the rest is no time."""
        text = list(self.text)
        for word in (self.words[number] for number in within):
            text[word.start : word.end] = " " * (word.end - word.start)
        again = [
            one
            for one in times_in("".join(text), day=self.day, today=self.today)
            if one.start < said.end and said.start < one.end
        ]
        return again or [SaidTime(said.start, said.end, 0, None)]

    def window(self, taken: Iterable[int]) -> Window | None:
        """The time that is said outside of names, the most exact one; None when one of them is not known."""
        outside = self.times_outside(taken)
        if not outside:
            return default_window(self.day)
        if any(said.window is None for said in outside):
            return None
        return min(outside, key=lambda said: said.rank).window

    def word_at(self, position: int) -> int:
        """The number of the first word that starts at a position or later."""
        return next((number for number, word in enumerate(self.words) if word.start >= position), len(self.words))

    def others(self, taken: Collection[int]) -> list[int]:
        """The words that are not taken, no handle and no part of a time."""
        return [
            number
            for number in range(len(self.words))
            if number not in taken and number not in self.handles and not self.is_time(number)
        ]

    def is_number(self, number: int) -> bool:
        """Whether a word is a number, in digits, in letters, or a roman one behind another word."""
        key = self.words[number].key
        return numeral(key) is not None and not (key in {"i", "v", "x"} and not number)

    def is_tied(self, number: int) -> bool:
        """Whether a word is tied to the one before it by underscores, as in a login."""
        if not 0 < number < len(self.words):
            return False
        between = self.text[self.words[number - 1].end : self.words[number].start]
        return bool(between) and not between.strip("_")

    def is_separate(self, number: int) -> bool:
        """Whether something between a word and the one before it ends a sentence or a part of it."""
        if number <= 0 or number >= len(self.words):
            return True
        return _STOP.search(self.text[self.words[number - 1].end : self.words[number].start]) is not None

    def asks_surely(self, taken: Collection[int]) -> bool:
        """Whether one of the words that are not taken asks for numbers, and is of no use for only talking."""
        others = self.others(taken)
        asks = (number for number in others if self.words[number].key in SURELY)
        return any(map(self._asks_strongly, asks)) or self._asks_unspaced(others)

    def strength(self, taken: Collection[int]) -> int:
        """How much the words that are not taken resemble a question about watch time: 2 surely, 1 maybe, 0 not."""
        others = self.others(taken)
        if any(self._asks_strongly(number) for number in others) or self._asks_unspaced(others):
            return 2
        is_timed = any(said.window is not None for said in self.times_outside(taken))
        is_weak = self.has_words_of_a_question(taken)
        return 2 if is_timed and is_weak else int(is_timed or is_weak or self.has_question_mark)

    def has_words_of_a_question(self, taken: Collection[int]) -> bool:
        """Whether one of the words that are not taken belongs to questions of any kind, or the text begins as one."""
        others = self.others(taken)
        return any(self.words[number].key in WEAK for number in others) or self._begins_as_a_question(others)

    def _asks_strongly(self, number: int) -> bool:
        """ "top streamers"; "chess on top" asks nothing."""
        key = self.words[number].key
        return key in STRONG and not (key == "top" and number > 0 and self.words[number - 1].key == "on")

    def _begins_as_a_question(self, others: Sequence[int]) -> bool:
        """ "is xqc live"; "can't believe it" says something."""
        keys = self.keys(0, 2)
        return bool(others) and others[0] == 0 and keys[0] in _AUXILIARY and keys[1:] != ["t"]

    def _asks_unspaced(self, others: Iterable[int]) -> bool:
        keys = [self.words[number].key for number in others if is_unspaced(self.words[number].key)]
        return any(ask in key for key in keys for ask in UNSPACED_ASKS)

    def laughter(self, taken: Collection[int]) -> frozenset[int]:
        """The laughter behind a name and a known time, where nothing else is said: "elden ring yesterday lol"."""
        others = self.others(taken)
        laughs = frozenset(number for number in others if is_laughter(self.words[number].key))
        is_all = all(
            number in laughs or self.is_number(number) or self.words[number].key in ARTICLES for number in others
        )
        last_time = max((time.end for time in self.times_outside(taken) if time.window is not None), default=None)
        is_behind = last_time is not None and all(self.words[number].start >= last_time for number in laughs)
        return laughs if is_all and is_behind else frozenset()

    @property
    def has_question_mark(self) -> bool:
        """Whether there is a question mark anywhere."""
        return _QUESTION_MARK.search(self.text) is not None

    @property
    def is_calm(self) -> bool:
        """Whether there is no exclamation mark, no picture and nobody else spoken to: "wow!!!" is no game."""
        return not self.handles and not _EXCITED.search(self.text) and not has_pictures(self.text)


def take_apart(text: str, *, day: date, today: date) -> Said:
    """Split a tidy text without the bot's own name."""
    said_times = times_in(text, day=day, today=today)
    words = list(_apart(words_in(text), said_times, text))[:MOST_WORDS]
    handles = {
        number
        for found in matches(HANDLE, text)
        for number, word in enumerate(words)
        if found.start("name") <= word.start and word.end <= found.end("name")
    }
    return Said(text, words, said_times, day, today, frozenset(handles))


def _apart(words: Iterable[Word], said_times: Iterable[SaidTime], text: str) -> Iterator[Word]:
    """The words, in scripts without spaces cut where a time or another script begins or ends."""
    scripts = {found.end() for found in _SCRIPT_BORDER.finditer(text)}
    borders = sorted(scripts.union(*((said.start, said.end) for said in said_times)))
    for word in words:
        cuts = [border for border in borders if word.start < border < word.end] if is_unspaced(word.key) else []
        if not cuts:
            yield word
            continue
        for start, end in pairwise((word.start, *cuts, word.end)):
            yield Word(start, end, name_key(text[start:end]))


def _covers(said: SaidTime, word: Word) -> bool:
    return said.start < word.end and word.start < said.end


def is_frame(key: str) -> bool:
    """Whether a word belongs to a question rather than to a name."""
    return key in FRAME or key in COURTESY or (is_unspaced(key) and not without_particles(key))


def is_everyday(key: str) -> bool:
    """Whether a word alone is no question: "hello", "what", "top"."""
    return key in FRAME or key in SMALL_TALK or key in COURTESY or key.isdecimal() or len(key) < 2


def has_pictures(text: str) -> bool:
    """Whether there are emoji or the like in a text."""
    return any(unicodedata.category(char) == "So" and char not in "™®©℠" for char in text)


_UNSPACED_LETTERS: Final = r"\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_SCRIPT_BORDER: Final = re.compile(rf"[A-Za-z](?=[{_UNSPACED_LETTERS}])|[{_UNSPACED_LETTERS}](?=[A-Za-z])")
# Scripts that write without spaces, or tie particles to a name.
_UNSPACED: Final = re.compile(f"[{_UNSPACED_LETTERS}]")


def is_unspaced(key: str) -> bool:
    """Whether a word is of a script that puts no space between a name and what follows."""
    return _UNSPACED.search(key) is not None


def matches(pattern: str, text: str) -> Iterable[re.Match[str]]:
    """Where a pattern is found, in whatever case."""
    return _compiled(pattern).finditer(text)


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
