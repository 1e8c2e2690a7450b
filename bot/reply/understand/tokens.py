"""Split a mention into words, times and handles, and measure how much it resembles a question. Pure."""

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
from bot.reply.understand.time_expressions import TimeExpression, default_window, find_times
from bot.reply.understand.word_classes import (
    ARTICLES,
    COURTESY,
    FILLER,
    QUESTION_WORDS,
    SMALL_TALK,
    STATISTICS,
    UNAMBIGUOUS_STATISTICS,
    UNSPACED_STATISTICS,
    is_laughter,
    without_particles,
)
from helperfunctions.text import name_key

MOST_WORDS: Final = 40
# A question may begin with these words; later in a sentence they carry no information.
_AUXILIARY: Final = frozenset("is are does do did can could has have was will".split())
_QUESTION_MARK: Final = re.compile(r"(?<![!！])[?？¿؟](?![!！])")
_EXCLAMATION_MARK: Final = re.compile(r"[!！]")
HANDLE: Final = r"[@＠](?P<name>\w{1,25})"
_CLAUSE_END: Final = re.compile(r"[.,;!?…。、，！？\n]")


@dataclass(frozen=True, slots=True)
class TokenizedText:
    """A text with its words, times and handles. Words are referred to by their index in `words`.

    `handles`: the indexes of words that are the handle of a person ("@xqc"). `day`, `today`: as in `understand`.
    Many methods have a parameter `excluded`: the indexes of words that belong to names and are left out.
    """

    text: str
    words: list[Word]
    times: list[TimeExpression]
    day: date
    today: date
    handles: frozenset[int]

    def keys(self, first: int, last: int) -> list[str]:
        """The keys of the words from index `first` to before `last`."""
        return [word.key for word in self.words[first:last]]

    def keys_of(self, indexes: Iterable[int]) -> list[str]:
        """The keys of the words with these indexes."""
        return [self.words[index].key for index in indexes]

    def is_time(self, index: int) -> bool:
        """True if a word is part of a time."""
        return any(_covers(time, self.words[index]) for time in self.times)

    def times_outside(self, excluded: Iterable[int]) -> list[TimeExpression]:
        """The times outside of the excluded words.

        A time that overlaps excluded words is read again without them, if it continues beyond them.
        """
        indexes = set(excluded)
        outside: list[TimeExpression] = []
        for time in self.times:
            covered = [index for index, word in enumerate(self.words) if _covers(time, word)]
            if indexes.isdisjoint(covered):
                outside.append(time)
            elif self._continues_beyond(covered, indexes):
                outside.extend(self._read_again(time, indexes))
        return outside

    def _continues_beyond(self, covered: Sequence[int], excluded: Collection[int]) -> bool:
        """True if a time continues after an excluded name: "portal 2 weeks". Filler before the name is no time."""
        first = min(index for index in covered if index in excluded)
        return any(
            index not in excluded and (index > first or not is_filler(self.words[index].key)) for index in covered
        )

    def _read_again(self, time: TimeExpression, excluded: Iterable[int]) -> Sequence[TimeExpression]:
        """The times in the place of one that overlaps a name; a time without a window where the rest is no time."""
        text = list(self.text)
        for word in (self.words[index] for index in excluded):
            text[word.start : word.end] = " " * (word.end - word.start)
        again = [
            other
            for other in find_times("".join(text), day=self.day, today=self.today)
            if other.start < time.end and time.start < other.end
        ]
        return again or [TimeExpression(time.start, time.end, 0, None)]

    def window(self, excluded: Iterable[int]) -> Window | None:
        """The window of the most exact time outside of names; None if one of the times is not supported.

        A text without a time asks for the default window.
        """
        outside = self.times_outside(excluded)
        if not outside:
            return default_window(self.day)
        if any(time.window is None for time in outside):
            return None
        return min(outside, key=lambda time: time.rank).window

    def first_word_from(self, position: int) -> int:
        """The index of the first word that starts at a position of the text or later."""
        return next((index for index, word in enumerate(self.words) if word.start >= position), len(self.words))

    def others(self, excluded: Collection[int]) -> list[int]:
        """The indexes of the words that are not excluded, not a handle and not part of a time."""
        return [
            index
            for index in range(len(self.words))
            if index not in excluded and index not in self.handles and not self.is_time(index)
        ]

    def is_number(self, index: int) -> bool:
        """True if a word is a number: in digits, in letters, or a roman one after another word."""
        key = self.words[index].key
        return numeral(key) is not None and not (key in {"i", "v", "x"} and not index)

    def follows_underscore(self, index: int) -> bool:
        """True if only underscores are between a word and the previous one, as in a login."""
        if not 0 < index < len(self.words):
            return False
        between = self.text[self.words[index - 1].end : self.words[index].start]
        return bool(between) and not between.strip("_")

    def starts_clause(self, index: int) -> bool:
        """True if punctuation between a word and the previous one ends a sentence or a clause."""
        if index <= 0 or index >= len(self.words):
            return True
        return _CLAUSE_END.search(self.text[self.words[index - 1].end : self.words[index].start]) is not None

    def clearly_asks(self, excluded: Collection[int]) -> bool:
        """True if one of the other words asks for numbers and is not used in statements ("viewers", "stats")."""
        others = self.others(excluded)
        clear = (index for index in others if self.words[index].key in UNAMBIGUOUS_STATISTICS)
        return any(map(self._asks_for_numbers, clear)) or self._asks_in_unspaced_script(others)

    def question_strength(self, excluded: Collection[int]) -> int:
        """The certainty that the other words ask about watch time: 2 surely, 1 maybe, 0 not at all."""
        others = self.others(excluded)
        if any(self._asks_for_numbers(index) for index in others) or self._asks_in_unspaced_script(others):
            return 2
        is_timed = any(time.window is not None for time in self.times_outside(excluded))
        has_question_words = self.has_question_words(excluded)
        if is_timed and has_question_words:
            return 2
        return int(is_timed or has_question_words or self.has_question_mark)

    def has_question_words(self, excluded: Collection[int]) -> bool:
        """True if one of the other words is used in questions of any kind, or the text begins as a question."""
        others = self.others(excluded)
        return any(self.words[index].key in QUESTION_WORDS for index in others) or self._begins_as_question(others)

    def _asks_for_numbers(self, index: int) -> bool:
        """True if a word asks for numbers: "top streamers", but not "chess on top"."""
        key = self.words[index].key
        return key in STATISTICS and not (key == "top" and index > 0 and self.words[index - 1].key == "on")

    def _begins_as_question(self, others: Sequence[int]) -> bool:
        """True if the text begins with an auxiliary verb: "is xqc live", but not "can't believe it"."""
        keys = self.keys(0, 2)
        return bool(others) and others[0] == 0 and keys[0] in _AUXILIARY and keys[1:] != ["t"]

    def _asks_in_unspaced_script(self, others: Iterable[int]) -> bool:
        keys = [self.words[index].key for index in others if is_unspaced(self.words[index].key)]
        return any(word in key for key in keys for word in UNSPACED_STATISTICS)

    def trailing_laughter(self, excluded: Collection[int]) -> frozenset[int]:
        """The laughter after a name and a supported time: "elden ring yesterday lol". Empty if other words remain."""
        others = self.others(excluded)
        laughs = frozenset(index for index in others if is_laughter(self.words[index].key))
        is_all = all(index in laughs or self.is_number(index) or self.words[index].key in ARTICLES for index in others)
        last_time = max((time.end for time in self.times_outside(excluded) if time.window is not None), default=None)
        is_after = last_time is not None and all(self.words[index].start >= last_time for index in laughs)
        return laughs if is_all and is_after else frozenset()

    @property
    def has_question_mark(self) -> bool:
        """True if there is a question mark at the end: "minecraft? never heard of it" is no question."""
        mark = max((match.end() for match in _QUESTION_MARK.finditer(self.text)), default=None)
        if mark is None:
            return False
        after = [index for index in self.others(()) if self.words[index].start >= mark]
        return "¿" in self.text or all(
            is_filler(self.words[index].key) or is_laughter(self.words[index].key) for index in after
        )

    @property
    def is_calm(self) -> bool:
        """True if there is no exclamation mark, no emoji and no other person's handle: "wow!!!" is no game."""
        return not self.handles and not _EXCLAMATION_MARK.search(self.text) and not has_emoji(self.text)


def tokenize(text: str, *, day: date, today: date) -> TokenizedText:
    """Split a tidy text, from which the bot's own name was removed. Words after the 40th are ignored."""
    times = find_times(text, day=day, today=today)
    words = list(_split_unspaced(words_in(text), times, text))[:MOST_WORDS]
    handles = {
        index
        for found in find_pattern(HANDLE, text)
        for index, word in enumerate(words)
        if found.start("name") <= word.start and word.end <= found.end("name")
    }
    return TokenizedText(text, words, times, day, today, frozenset(handles))


def _split_unspaced(words: Iterable[Word], times: Iterable[TimeExpression], text: str) -> Iterator[Word]:
    """The words; those of scripts without spaces are cut where a time or another script begins or ends."""
    scripts = {found.end() for found in _SCRIPT_BORDER.finditer(text)}
    borders = sorted(scripts.union(*((time.start, time.end) for time in times)))
    for word in words:
        cuts = [border for border in borders if word.start < border < word.end] if is_unspaced(word.key) else []
        if not cuts:
            yield word
            continue
        for start, end in pairwise((word.start, *cuts, word.end)):
            yield Word(start, end, name_key(text[start:end]))


def _covers(time: TimeExpression, word: Word) -> bool:
    return time.start < word.end and word.start < time.end


def is_filler(key: str) -> bool:
    """True if a word belongs to a question rather than to a name."""
    return key in FILLER or key in COURTESY or (is_unspaced(key) and not without_particles(key))


def is_filler_or_small_talk(key: str) -> bool:
    """True if a word alone is no question: "hello", "what", "top", a number."""
    return key in FILLER or key in SMALL_TALK or key in COURTESY or key.isdecimal() or len(key) < 2


def has_emoji(text: str) -> bool:
    """True if a text contains emoji or similar symbols."""
    return any(unicodedata.category(char) == "So" and char not in "™®©℠" for char in text)


_UNSPACED_LETTERS: Final = r"\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_SCRIPT_BORDER: Final = re.compile(rf"[A-Za-z](?=[{_UNSPACED_LETTERS}])|[{_UNSPACED_LETTERS}](?=[A-Za-z])")
# Scripts that write without spaces, or attach particles to a name.
_UNSPACED: Final = re.compile(f"[{_UNSPACED_LETTERS}]")


def is_unspaced(key: str) -> bool:
    """True if a word is of a script without a space between a name and the next word (Japanese, Korean, Chinese)."""
    return _UNSPACED.search(key) is not None


def find_pattern(pattern: str, text: str) -> Iterable[re.Match[str]]:
    """The matches of a regular expression in a text, in upper or lower case."""
    return _compiled(pattern).finditer(text)


@lru_cache(maxsize=64)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)
