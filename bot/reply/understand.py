"""What somebody wants who tags us: a game or a streamer, a time, or to be left alone. Pure.

Names are found between other words by comparing runs of words with all names that are known (`text.name_key`: without
case, accents, spaces and punctuation). What is written as a name (in quotes, as a hashtag, behind game: or streamer:)
counts before everything else; a name that consists of everyday words counts only when nothing else is said.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from bot.models import Command, DidYouMean, Question, Subject, SubjectKind, Understood, Window
from bot.ports import Names
from bot.reply.windows import default_window, windows_in
from bot.reply.words import COMMON, FILLER, Word, matches, tidy, words_in
from helperfunctions.text import name_key

# A longer text is read no further; a post of an ordinary account ends before.
LONGEST_TEXT: Final = 1_000
MOST_WORDS: Final = 40
LONGEST_NAME_WORDS: Final = 9
MOST_CANDIDATES: Final = 3
# Scripts that write without spaces, or tie particles to a name.
_UNSPACED: Final = re.compile(r"[\u1100-\u11ff\u3040-\u30ff\u3130-\u318f\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
_LONGEST_UNSPACED: Final = 16
_MOST_PIECES: Final = 150
# Likeness from which a misspelling is taken for the name, by length of the key; and from which we ask.
_MEANT: Final = ((8, 0.85), (6, 0.855), (5, 0.885))
_NEAR: Final = 0.7
# If two names are this close to each other, we ask.
_TIE: Final = 0.04
# Whoever writes more words than this that are no question's is not asking for a name that he misspelled.
_MOST_WORDS_MISSPELLED: Final = 5
_MOST_WORDS_ASKED_BACK: Final = 3
_SHORTEST_MISSPELLED: Final = 4

_TWITCH_ADDRESS: Final = r"(?:https?://)?(?:www\.|m\.)?twitch\.tv/(?P<login>\w{2,25})\S*"
_ADDRESS: Final = r"https?://\S+"
_HANDLE: Final = r"[@＠](?P<name>\w{1,25})"
_HASHTAG: Final = r"[#＃](?P<name>\w+)"
_QUOTED: Final = (
    r"[\"“”„«»「」『』](?P<name>[^\"“”„«»「」『』]{1,100})[\"“”„«»「」『』]"
    r"|(?<!\w)['‘](?P<single>[^'‘’]{2,100})['’](?!\w)"
)
_FORCED: Final = r"\b(?P<kind>game|category|streamer|channel)\s*[:：]\s*"

_STOP: Final = frozenset(
    """
    stop stopit stopreplying stopreplyingtome stopanswering stopansweringme stopthat stopall unsubscribe unsub optout
    optmeout unfollow dontreply dontreplytome donotreply donotreplytome noreply noreplies nomorereplies leavemealone
    leavemebe goaway shutup muteme mute blockme removeme ignoreme cancel quit stopp aufhoren arret
    arrete para detente basta
    stoppbot stopbot 停止 やめて 止めて 그만 그만해 стоп стой хватит отпишись
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
_START: Final = frozenset(
    """
    start startagain startreplying startreplyingtome restart resume subscribe optin optmein unmute unmuteme unstop
    comeback replyagain 시작 開始 старт
    """.split()  # noqa: SIM905
)
_HELP: Final = frozenset(
    """
    help helpme commands command usage howto howdoyouwork howdoesthiswork howdoesitwork howdoiuseyou howdoiusethis
    whatcanyoudo whatdoyoudo whatcaniask whatareyou whoareyou instructions manual hilfe ayuda aide помощь 도움말 ヘルプ
    """.split()  # noqa: SIM905
)
# A question ends with the name or soon after: more words of a question behind a common word make it a word.
_MOST_WORDS_BEHIND: Final = 3
_COURTESY: Final = frozenset(
    ["please", "pls", "plz", "thanks", "thank", "you", "bot", "hey", "hi", "hello", "ok", "now"]
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """What could be a name: words from `first` up to before `last`, with the key to look for.

    `is_clear`: it is written as a name. `only`: what it must be. `is_weak`: it counts only when nothing else does.
    `login`: what is written, where it can only be a login.
    """

    first: int
    last: int
    key: str
    is_clear: bool = False
    only: SubjectKind | None = None
    is_weak: bool = False
    login: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """A candidate that is a name. `is_spaced`: its words are those of the name."""

    candidate: Candidate
    subject: Subject
    is_spaced: bool

    @property
    def order(self) -> tuple[bool, bool, bool, int, float]:
        """The greater, the rather it is what is meant."""
        return (
            self.candidate.is_clear,
            not self.candidate.is_weak,
            self.is_spaced,
            len(self.candidate.key),
            self.subject.watch_hours,
        )


def understand(text: str, names: Names, *, bot_username: str, day: date, today: date) -> Understood:
    """What a text asks for. `day`: the bot's present day, which is not over; `today`: the calendar's date.

    A Question; DidYouMean when only something near is known; a Command; None when there is nothing to answer.
    """
    text = _without_us(tidy(text)[:LONGEST_TEXT], bot_username)
    command = _command(text)
    if command is not None:
        return command
    said = _Said(text, day, today)
    if not said.words:
        return None
    candidates = list(said.candidates())
    known = names.exactly(list(dict.fromkeys(candidate.key for candidate in candidates)))
    found = said.meant([found for candidate in candidates for found in _found(candidate, known, said.words)])
    if found is not None:
        return Question(found.subject, said.window(found.candidate))
    return _misspelled(said, names)


def _without_us(text: str, bot_username: str) -> str:
    """The text without our own name, wherever it stands, and without addresses, which ask for nothing."""
    without = re.sub(rf"[@＠]{re.escape(bot_username)}(?!\w)", " ", text, flags=re.IGNORECASE)
    without = re.sub(_TWITCH_ADDRESS, r' streamer:"\g<login>" ', without, flags=re.IGNORECASE)
    return re.sub(_ADDRESS, " ", without)


def _command(text: str) -> Command | None:
    """A command is all that is said."""
    keys = [word.key for word in words_in(text) if word.key not in _COURTESY]
    whole = "".join(keys)
    if whole in _STOP:
        return Command.STOP
    if whole in _START:
        return Command.START
    everything = "".join(word.key for word in words_in(text))
    if whole in _HELP or everything in _HELP or (not everything and re.fullmatch(r"[\s?？¿]*[?？][\s?？]*", text)):
        return Command.HELP
    return None


class _Said:
    """A text, taken apart."""

    def __init__(self, text: str, day: date, today: date) -> None:
        self._text = text
        self._default = default_window(day)
        self._windows = list(windows_in(text, day=day, today=today))
        self.words = list(words_in(text))[:MOST_WORDS]

    def candidates(self) -> Iterator[Candidate]:
        """Everything that could be a name."""
        clear = list(self.clear())
        forced = [candidate for candidate in clear if candidate.only]
        yield from forced or clear
        if forced:
            # Who says which kind is meant means no other.
            return
        handles = [
            self._at(found.start("name"), found.end("name"), only=SubjectKind.STREAMER, is_weak=True)
            for found in matches(_HANDLE, self._text)
        ]
        yield from handles
        for first in range(len(self.words)):
            key = ""
            for last in range(first + 1, min(first + LONGEST_NAME_WORDS, len(self.words)) + 1):
                key += self.words[last - 1].key
                candidate = Candidate(first, last, key)
                # To whom somebody speaks is not what he speaks about, if he speaks about anything.
                if not any(_overlap(candidate, handle) for handle in handles):
                    yield candidate
        yield from self._pieces()

    def clear(self) -> Iterator[Candidate]:
        """What is written as a name: forced, quoted, or as a hashtag."""
        for found in matches(_FORCED, self._text):
            only = SubjectKind.GAME if found["kind"].lower() in {"game", "category"} else SubjectKind.STREAMER
            first = self._word_at(found.end())
            if (
                login := re.match(r"[\"“@＠]*(\w+)", self._text[found.end() :])
                if only is SubjectKind.STREAMER
                else None
            ):
                yield self._at(found.end() + login.start(1), found.end() + login.end(1), is_clear=True, only=only)
            for last in range(first + 1, min(first + LONGEST_NAME_WORDS, len(self.words)) + 1):
                key = "".join(word.key for word in self.words[first:last])
                yield Candidate(first, last, key, is_clear=True, only=only)
        for found in matches(_QUOTED, self._text):
            group = "name" if found["name"] else "single"
            yield self._at(found.start(group), found.end(group), is_clear=True)
        for found in matches(_HASHTAG, self._text):
            yield self._at(found.start("name"), found.end("name"), is_clear=True)

    def _pieces(self) -> Iterator[Candidate]:
        """Parts of words of scripts that put no space between a name and what follows; the longer first."""
        left = _MOST_PIECES
        for number, word in enumerate(self.words):
            if len(word.key) < 2 or not _UNSPACED.search(word.key):
                continue
            key = word.key[:_LONGEST_UNSPACED]
            for length in range(len(key), 1, -1):
                # Two letters are a name only where a word begins with them.
                for start in range(len(key) - length + 1) if length > 2 else (0,):
                    if not left:
                        return
                    left -= 1
                    yield Candidate(number, number + 1, key[start : start + length])

    def _at(
        self, start: int, end: int, *, is_clear: bool = False, only: SubjectKind | None = None, is_weak: bool = False
    ) -> Candidate:
        """The words of a part of the text."""
        first, last = self._word_at(start), self._word_at(end)
        written = self._text[start:end]
        login = written.lower() if only is SubjectKind.STREAMER else None
        return Candidate(first, max(last, first), name_key(written) if written else "", is_clear, only, is_weak, login)

    def _word_at(self, position: int) -> int:
        """The number of the first word that starts at a position or later."""
        return next((number for number, word in enumerate(self.words) if word.start >= position), len(self.words))

    def meant(self, found: Sequence[Found]) -> Found | None:
        """Of all names that stand in the text, the one that is asked for."""
        sensible = [one for one in found if self._is_meant(one)]
        chosen: list[Found] = []
        for one in sorted(sensible, key=lambda one: one.order, reverse=True):
            if not any(_overlap(one.candidate, other.candidate) for other in chosen):
                chosen.append(one)
        if not chosen:
            return None
        # Of several that are equally clear the first one is the subject, the others are said about it.
        best = chosen[0].order[:3]
        return min((one for one in chosen if one.order[:3] == best), key=lambda one: one.candidate.first)

    def _is_meant(self, found: Found) -> bool:
        candidate = found.candidate
        if candidate.is_clear or candidate.is_weak:
            return True
        keys = [word.key for word in self.words[candidate.first : candidate.last]]
        if candidate.first == 0 and candidate.last == len(self.words):
            return True
        if not found.is_spaced and any(
            key in FILLER or self._is_time(number) for number, key in enumerate(keys, start=candidate.first)
        ):
            # Words that happen to join to somebody's name: "is" and "xqc".
            return False
        if all(key in COMMON or len(key) < 2 or key.isdecimal() for key in keys):
            return self._is_all(candidate)
        return True

    def _is_all(self, candidate: Candidate) -> bool:
        """Whether nothing else is said but words that surround a question, and a time.

        A name that is itself such a word stands alone, or beside a time.
        """
        inside = range(candidate.first, candidate.last)
        if all(self._is_time(number) for number in inside):
            return False
        is_filler = all(self.words[number].key in FILLER for number in inside)
        around = frozenset() if is_filler else FILLER
        behind = sum(not self._is_time(number) for number in range(candidate.last, len(self.words)))
        return behind <= _MOST_WORDS_BEHIND and all(
            number in inside or word.key in around or self._is_time(number) for number, word in enumerate(self.words)
        )

    def _is_time(self, number: int) -> bool:
        word = self.words[number]
        return any(said.start <= word.start and word.end <= said.end for said in self._windows)

    def window(self, asked: Candidate) -> Window:
        """The time that is said outside the name, the most exact one."""
        start = self.words[asked.first].start if asked.first < asked.last else 0
        end = self.words[asked.last - 1].end if asked.first < asked.last else 0
        outside = [said for said in self._windows if said.end <= start or said.start >= end]
        return min(outside, key=lambda said: said.rank).window if outside else self._default

    def leftover(self) -> list[Candidate]:
        """What could be a misspelled name: what is written as one, or all that is said beside words of a question."""
        forced = [candidate for candidate in self.clear() if candidate.only]
        if forced:
            untimed = [one for one in forced if not any(map(self._is_time, range(one.first, one.last)))]
            return [max(untimed or forced, key=lambda one: one.last - one.first)]
        written = [candidate for candidate in self.clear() if candidate.key]
        if written:
            return written[:1]
        said = [
            number for number, word in enumerate(self.words) if not self._is_time(number) and word.key not in FILLER
        ]
        if not said:
            return []
        core = self._untimed(said[0], said[-1] + 1)
        if len(core.key) and (core.last - core.first > _MOST_WORDS_MISSPELLED or self._is_common(core)):
            return []
        # "just" and "the" are words of a question, and of names.
        wider = [
            self._untimed(max(core.first - before, 0), min(core.last + behind, len(self.words)))
            for before, behind in ((1, 0), (0, 1), (2, 0))
        ]
        return [core, *(candidate for candidate in wider if candidate.key != core.key)]

    def _untimed(self, first: int, last: int) -> Candidate:
        """The words from one to before another as one candidate, without those that say a time."""
        return Candidate(first, last, "".join(self.words[n].key for n in range(first, last) if not self._is_time(n)))

    def _is_common(self, candidate: Candidate) -> bool:
        return all(word.key in COMMON for word in self.words[candidate.first : candidate.last])

    def count(self, candidate: Candidate) -> int:
        """Words of a candidate."""
        return candidate.last - candidate.first


def _found(candidate: Candidate, known: Mapping[str, Sequence[Subject]], words: Sequence[Word]) -> Iterator[Found]:
    subjects = known.get(candidate.key, ())
    # Several streamers can have one key; a login is one streamer's.
    exact = [subject for subject in subjects if subject.name.lower() == candidate.login]
    for subject in exact or subjects:
        if candidate.only is None or subject.kind is candidate.only:
            written = [word.key for word in words[candidate.first : candidate.last]]
            spaced = [word.key for word in words_in(tidy(subject.name))]
            yield Found(candidate, subject, len(written) == 1 or written == spaced)
            return


def _overlap(one: Candidate, other: Candidate) -> bool:
    return one.first < other.last and other.first < one.last


def _misspelled(said: _Said, names: Names) -> Understood:
    """The name that is so near that it must be meant; otherwise those that could be."""
    asked_back: DidYouMean | None = None
    for candidate in said.leftover():
        if len(candidate.key) < _SHORTEST_MISSPELLED:
            continue
        near = [
            (subject, likeness)
            for subject, likeness in names.nearly(candidate.key, 2 * MOST_CANDIDATES)
            if likeness >= _NEAR and (candidate.only is None or subject.kind is candidate.only)
        ]
        if not near:
            continue
        (best, likeness), *others = near
        enough = next((enough for length, enough in _MEANT if len(candidate.key) >= length), 2.0)
        is_tie = any(
            likeness - other_likeness < _TIE and name_key(other.name) != name_key(best.name)
            for other, other_likeness in others
        )
        if likeness >= enough and not is_tie:
            return Question(best, said.window(candidate))
        if asked_back is None and (candidate.is_clear or said.count(candidate) <= _MOST_WORDS_ASKED_BACK):
            asked_back = DidYouMean(_distinct([subject for subject, _ in near]))
    return asked_back


def _distinct(subjects: Sequence[Subject]) -> list[Subject]:
    by_name = {subject.name: subject for subject in reversed(subjects)}
    order = list(dict.fromkeys(subject.name for subject in subjects))
    return [replace(by_name[name]) for name in order[:MOST_CANDIDATES]]
