"""Find several names of one kind that are joined ("xqc vs kai cenat", "minecraft y fortnite"): the bot asks which one.

Pure.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from bot.core.name_keys import Grade
from bot.core.questions import SubjectKind
from bot.reply.understand.decision import are_common
from bot.reply.understand.matches import NameMatch
from bot.reply.understand.tokens import TokenizedText, is_filler
from bot.reply.understand.word_classes import is_dictionary_word
from helperfunctions.text import name_key

_CONJUNCTIONS: Final = frozenset(
    name_key(word)
    for word in """
    and or vs versus against plus v o y e u ou et oder und gegen oppure contro contre contra lub albo czy i или и против
    than compared well alongside
    ve veya yoksa karşı en eller och og atau dan และ أو و और या と か 対 와 과 랑 이랑 하고 또는 还是 或 和 跟 與
    """.split()
)
_JOINING_MARKS: Final = frozenset("&+/<>")
_ENDING_MARKS: Final = frozenset(".!?;…。！？")
# "minecraft and how about the game fortnite"
_MOST_BETWEEN: Final = 5
# The `question_strength` of a text that surely asks for numbers.
_SURE: Final = 2


def names_joined_to(tokens: TokenizedText, match: NameMatch, matches: Sequence[NameMatch]) -> list[NameMatch]:
    """The names of the same kind that are joined to a name, including the name itself, in the order of the text.

    Empty if no other subject is joined to it.
    """
    of_kind = [
        other for other in matches if other.subject.kind is match.subject.kind and _is_not_only_time(tokens, other)
    ]
    chains: list[list[NameMatch]] = [[first] for first in of_kind[:1]]
    for first, second in pairwise(of_kind):
        if _are_joined(tokens, first, second):
            chains[-1].append(second)
        else:
            chains.append([second])
    chain = next((chain for chain in chains if match in chain), [match])
    return chain if len({each.subject.id for each in chain}) > 1 else []


def joined_games(tokens: TokenizedText, matches: Sequence[NameMatch]) -> list[NameMatch]:
    """Joined games that are the whole text except for a time or words of a question: "control or stray yesterday".

    A single game of such a name would be ignored, because the name is an everyday word. Empty if there are none.
    """
    games = [match for match in matches if match.subject.kind is SubjectKind.GAME]
    chain = next((chain for game in games if (chain := names_joined_to(tokens, game, games))), [])
    indexes = {index for match in chain for index in match.candidate.indexes}
    others = [key for key in tokens.keys_of(tokens.others(indexes)) if key not in _CONJUNCTIONS]
    is_timed = any(time.window is not None for time in tokens.times_outside(indexes))
    is_question = is_timed or tokens.question_strength(indexes) == _SURE
    return chain if is_question and all(map(is_filler, others)) else []


def _are_joined(tokens: TokenizedText, first: NameMatch, second: NameMatch) -> bool:
    between = range(first.candidate.last, second.candidate.first)
    text = tokens.text[tokens.words[first.candidate.last - 1].end : tokens.words[second.candidate.first].start]
    if len(between) > _MOST_BETWEEN or not _ENDING_MARKS.isdisjoint(text):
        return False
    keys = [tokens.words[index].key for index in between if not tokens.is_time(index)]
    conjunctions = [key for key in keys if key in _CONJUNCTIONS and (len(key) > 1 or len(keys) == 1)]
    is_listed = not keys and "," in text
    is_marked = is_listed or (not keys and not _JOINING_MARKS.isdisjoint(text))
    # "原神とMinecraft"
    conjunctions += [rest for rest in first.candidate.rest.split(" ")[-1:] if rest in _CONJUNCTIONS and not keys]
    if not conjunctions and not is_marked:
        return False
    others = [key for key in keys if key not in _CONJUNCTIONS]
    is_list = all(is_filler(key) or is_dictionary_word(key) or key.isdecimal() for key in others)
    return is_list and all(_can_be_listed(tokens, match, is_listed=is_listed) for match in (first, second))


def _is_not_only_time(tokens: TokenizedText, match: NameMatch) -> bool:
    """True if a name has words that are not part of a time: a streamer is called "yesterday"."""
    return any(not tokens.is_time(index) for index in match.candidate.indexes)


def _can_be_listed(tokens: TokenizedText, match: NameMatch, *, is_listed: bool) -> bool:
    """True if a match can be one of several names: "xqc and chat" and "lol, minecraft" have only one name."""
    is_word = are_common(tokens.keys(match.candidate.first, match.candidate.last))
    is_name = not is_word or (match.subject.kind is SubjectKind.GAME and not is_listed)
    return is_name and match.grade >= Grade.SHORTER
