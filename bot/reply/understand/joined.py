"""Names of one kind that are joined, which no answer is about: "xqc vs kai cenat", "minecraft y fortnite". Pure."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from bot.core.name_keys import Grade
from bot.core.questions import SubjectKind
from bot.reply.understand.found import Found
from bot.reply.understand.said import Said, is_frame
from bot.reply.understand.verdict import is_common
from bot.reply.understand.vocabulary import is_ordinary
from helperfunctions.text import name_key

_JOINERS: Final = frozenset(
    name_key(word)
    for word in """
    and or vs versus against plus v o y e u ou et oder und gegen oppure contro contre contra lub albo czy i или и против
    than compared well alongside
    ve veya yoksa karşı en eller och og atau dan และ أو و और या と か 対 와 과 랑 이랑 하고 또는 还是 或 和 跟 與
    """.split()
)
_JOINING_MARKS: Final = frozenset("&+/")
_ENDING_MARKS: Final = frozenset(".!?;…。！？")
# "minecraft and how about the game fortnite"
_MOST_BETWEEN: Final = 5
# The strength of words that surely ask for numbers.
_SURE: Final = 2


def joined_to(said: Said, meant: Found, found: Sequence[Found]) -> list[Found]:
    """The names of the same kind that are joined to the one that is meant, with that one, in their order; none if
    there is no other."""
    of_kind = [one for one in found if one.subject.kind is meant.subject.kind and _is_no_time(said, one)]
    chains: list[list[Found]] = [[one] for one in of_kind[:1]]
    for one, other in pairwise(of_kind):
        if _are_joined(said, one, other):
            chains[-1].append(other)
        else:
            chains.append([other])
    chain = next((chain for chain in chains if meant in chain), [meant])
    return chain if len({one.subject.id for one in chain}) > 1 else []


def all_joined(said: Said, found: Sequence[Found]) -> list[Found]:
    """Joined games that are, with a time or words of a question, the whole text: "control or stray yesterday".

    Alone, neither would count: their names are everyday words. Empty if there are none.
    """
    games = [one for one in found if one.subject.kind is SubjectKind.GAME]
    chain = next((chain for game in games if (chain := joined_to(said, game, games))), [])
    taken = {number for one in chain for number in one.candidate.taken}
    others = [key for key in said.keys_of(said.others(taken)) if key not in _JOINERS]
    is_timed = any(time.window is not None for time in said.times_outside(taken))
    is_asked = is_timed or said.strength(taken) == _SURE
    return chain if is_asked and all(map(is_frame, others)) else []


def _are_joined(said: Said, one: Found, other: Found) -> bool:
    between = range(one.candidate.last, other.candidate.first)
    text = said.text[said.words[one.candidate.last - 1].end : said.words[other.candidate.first].start]
    if len(between) > _MOST_BETWEEN or not _ENDING_MARKS.isdisjoint(text):
        return False
    keys = [said.words[number].key for number in between if not said.is_time(number)]
    joiners = [key for key in keys if key in _JOINERS and (len(key) > 1 or len(keys) == 1)]
    is_listed = not keys and "," in text
    is_marked = is_listed or (not keys and not _JOINING_MARKS.isdisjoint(text))
    # "原神とMinecraft"
    joiners += [particle for particle in one.candidate.rest.split(" ")[-1:] if particle in _JOINERS and not keys]
    if not joiners and not is_marked:
        return False
    others = [number for number in between if said.words[number].key not in _JOINERS and not said.is_time(number)]
    is_list = all(is_frame(key) or is_ordinary(key) or key.isdecimal() for key in said.keys_of(others))
    return is_list and all(_is_a_name(said, each, is_listed=is_listed) for each in (one, other))


def _is_no_time(said: Said, found: Found) -> bool:
    """Whether a name has words that are no part of a time: somebody is called "yesterday"."""
    return any(not said.is_time(number) for number in found.candidate.taken)


def _is_a_name(said: Said, found: Found, *, is_listed: bool) -> bool:
    """Whether words can be one of several names: "xqc and chat", "lol, minecraft" name one."""
    is_word = is_common(said.keys(found.candidate.first, found.candidate.last))
    is_surely = not is_word or (found.subject.kind is SubjectKind.GAME and not is_listed)
    return is_surely and found.grade >= Grade.SHORTER
