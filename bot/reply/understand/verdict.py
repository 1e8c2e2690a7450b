"""Whether a name in a mention is asked for: answered, asked back, or left alone. Pure.

A wrong answer is far worse than a question, and a needless reply is worse than silence. So every word other than a name
and a time must be accounted for: as part of a question, as polite, or, in a sentence that surely is a question, as
noise. A number or a strange word right next to a name may be part of a longer name, which is asked back.
"""

from collections.abc import Collection
from enum import IntEnum
from typing import Final

from bot.core.name_keys import Grade
from bot.core.name_words import keys_of, numeral
from bot.core.questions import SubjectKind
from bot.reply.understand.found import Found, is_joined_by_chance
from bot.reply.understand.said import Said, is_everyday, is_frame
from bot.reply.understand.sources import CLEAR, HANDLE_WEIGHT
from bot.reply.understand.vocabulary import (
    COMMON,
    EDITION_WORDS,
    FIRST_PERSON,
    FRAME,
    OPINION,
    PART_WORDS,
    POLITE,
    REQUEST,
    SMALL_TALK,
    TALK,
    THANKS,
    is_ordinary,
    without_particles,
)

# The most unaccounted words in the text of a name that is no everyday word, by strength.
_MOST_NOISE: Final = {SubjectKind.GAME: (1, 5, 9), SubjectKind.STREAMER: (0, 2, 6)}
# A question ends with an everyday name or soon after: with more words behind, it is the word.
_MOST_BEHIND: Final = 3
_MOST_PIECE_REST: Final = 2
# "the 5 best minecraft streamers"
_COUNTED_BY: Final = frozenset("best biggest most größten mejores meilleurs melhores migliori".split())
# What asks about an everyday name; "what is love", "who needs sleep" do not.
_PLAIN_ASKS: Final = frozenset(
    """
    how hows about show give gimme get tell check doing lookup info update trends cómo wie läuft comment va
    vai como come
    nasıl как дела どう 어때 怎么样
    """.split()
)


_DEEDS: Final = frozenset("watched played streamed saw finished started met quit".split())


class Verdict(IntEnum):
    """The treatment of a name in a mention; the higher, the more of an answer it gets."""

    LEFT_ALONE = 0
    ASKED_BACK = 1
    ANSWERED = 2


def verdict(said: Said, found: Found, names: Collection[int]) -> Verdict:
    """The treatment of a name in a mention. `names`: the words of all names in it."""
    candidate = found.candidate
    keys = said.keys(candidate.first, candidate.last)
    # Beside an everyday name, another name says that the word is the word.
    others = said.others(candidate.taken if is_common(keys) else {*names, *candidate.taken})
    laughter = said.laughter(candidate.taken)
    others = [number for number in others if number not in laughter]
    noise = [number for number in others if not is_frame(said.words[number].key)]
    if candidate.weight == HANDLE_WEIGHT:
        return _of_a_handle(said, others, noise)
    if found.grade < Grade.SHORTER and not set(said.keys_of(noise)) <= set(keys_of(found.subject.name)):
        # "zelda tears of the kingdom": the other words are of the name, too.
        return Verdict.LEFT_ALONE
    own_words = noise if found.grade is Grade.SUBTITLE else []
    noise = [number for number in noise if number not in own_words]
    if candidate.rest:
        return _of_a_piece(said, found, noise)
    if candidate.weight >= CLEAR or candidate.only:
        return _of_what_is_clear(said, found, noise)
    if is_joined_by_chance(found, said) and others:
        return Verdict.LEFT_ALONE
    if is_common(keys):
        return _of_a_common_name(said, found, others, noise)
    return _of_a_name(said, found, {*names, *own_words, *laughter}, noise)


def is_common(keys: list[str]) -> bool:
    """Whether words of a name are all everyday words."""
    if len(keys) == 1:
        return is_ordinary(keys[0]) or keys[0].isdecimal()
    return all(key in COMMON or len(key) < 2 or key.isdecimal() for key in keys)


def _of_a_handle(said: Said, others: list[int], noise: list[int]) -> Verdict:
    """ "@xQc" alone, or in a question that names nobody else. Thanks and greetings are for them."""
    keys = [said.words[number].key for number in others]
    is_talk = any(key in TALK for key in keys) and said.strength(()) < 2
    return Verdict.LEFT_ALONE if noise or is_talk else Verdict.ANSWERED


def _of_what_is_clear(said: Said, found: Found, noise: list[int]) -> Verdict:
    """Quoted, a hashtag, or behind the name of its kind."""
    candidate = found.candidate
    keys = said.keys(candidate.first, candidate.last)
    is_loose = candidate.weight == CLEAR
    if is_loose and noise and is_common(keys) and said.strength(candidate.taken) < 1:
        # "he said 'hello'", "join our #crypto giveaway"
        return Verdict.LEFT_ALONE
    if is_loose and len(noise) > _MOST_NOISE[found.subject.kind][said.strength(candidate.taken)]:
        return Verdict.LEFT_ALONE
    if candidate.weight != CLEAR and continues(said, found):
        return Verdict.ASKED_BACK
    return _answered(found)


def _of_a_piece(said: Said, found: Found, noise: list[int]) -> Verdict:
    """A part of a word of a script without spaces: the rest of the word is particles and words of a question."""
    left = len(without_particles(found.candidate.rest))
    other_noise = [number for number in noise if number not in found.candidate.taken]
    is_asked = said.strength(()) > 0 or said.has_question_mark
    if left and (left > _MOST_PIECE_REST or not is_asked or len(found.candidate.key) < 3):
        return Verdict.LEFT_ALONE
    if other_noise and not is_asked:
        return Verdict.LEFT_ALONE
    return _answered(found)


def _of_a_common_name(said: Said, found: Found, others: list[int], noise: list[int]) -> Verdict:
    """A name of everyday words: alone, beside a time, or in a plain question."""
    candidate, kind = found.candidate, found.subject.kind
    keys = said.keys(candidate.first, candidate.last)
    is_said_daily = all(is_everyday(key) for key in keys) or all(map(said.is_time, candidate.taken))
    strength = said.strength(candidate.taken)
    if kind is SubjectKind.STREAMER:
        is_asked = strength == 2 and bool(others) and not noise and not is_said_daily
        if not others and len(keys) > 1 and strength and not is_said_daily and _is_written_as(said, found):
            return _answered(found)
        return _in_a_question(said, found, others) if is_asked else Verdict.LEFT_ALONE
    is_no_name = len(keys) == 1 and (keys[0] in FRAME or said.is_time(candidate.first) or keys[0].isdecimal())
    if is_no_name and not _is_written_as(said, found):
        return Verdict.LEFT_ALONE
    if not others:
        # "lol week" asks, "today lol" does not.
        end = said.words[candidate.last - 1].end
        times = said.times_outside(candidate.taken)
        is_timed = any(one.start >= end for one in times) or (bool(times) and _is_written_as(said, found))
        is_meant = not is_said_daily or len(keys) > 1 or is_timed
        is_alone = said.is_calm and not said.times_outside(candidate.taken) and all(key in SMALL_TALK for key in keys)
        return _sequel_or_answer(said, found) if is_meant or is_alone else Verdict.LEFT_ALONE
    other_keys = [said.words[number].key for number in others]
    asks = [key for key in other_keys if key in _PLAIN_ASKS]
    if noise or (is_said_daily and len(keys) == 1 and not _is_no_exclamation(said, found, other_keys)):
        return _sequel_or_silence(said, found, other_keys)
    if strength == 2 or asks or POLITE.issuperset(other_keys):
        return _in_a_question(said, found, others)
    return Verdict.LEFT_ALONE


def _is_written_as(said: Said, found: Found) -> bool:
    """Whether words stand there as the name is written, with capitals that the words around do not have: "PEAK
    yesterday", "Riot Games oct 2026"."""
    candidate = found.candidate
    start, end = said.words[candidate.first].start, said.words[candidate.last - 1].end
    rest = said.text[:start] + said.text[end:]
    is_one_capital = len(candidate.taken) == 1 and found.subject.name[1:].islower()
    return said.text[start:end] == found.subject.name and not is_one_capital and rest.strip() != rest.strip().upper()


def _is_no_exclamation(said: Said, found: Found, other_keys: list[str]) -> bool:
    """ "lol stats", "how is lol doing" and "wow please" ask, "yo lol", "top lol" and "wow what" do not."""
    comes_first = found.candidate.first == 0
    if said.strength(found.candidate.taken) == 2:
        return comes_first or len(other_keys) > 1
    is_asked = len(other_keys) > 1 and any(key in _PLAIN_ASKS for key in other_keys)
    return said.is_calm and (is_asked or (comes_first and POLITE.issuperset(other_keys)))


def _in_a_question(said: Said, found: Found, others: list[int]) -> Verdict:
    behind = sum(number >= found.candidate.last for number in others)
    return _sequel_or_answer(said, found) if behind <= _MOST_BEHIND else Verdict.LEFT_ALONE


def _sequel_or_silence(said: Said, found: Found, other_keys: list[str]) -> Verdict:
    """ "portal 3", "control 2 viewers": a number is no noise."""
    words = [key for key in other_keys if not is_frame(key) and numeral(key) is None]
    is_sequel = _number_behind(said, found.candidate.last, found.subject.kind) and not words
    return Verdict.ASKED_BACK if is_sequel else Verdict.LEFT_ALONE


def _sequel_or_answer(said: Said, found: Found) -> Verdict:
    return Verdict.ASKED_BACK if continues(said, found) else _answered(found)


def _of_a_name(said: Said, found: Found, names: Collection[int], noise: list[int]) -> Verdict:
    """A name that is no everyday word, in any sentence that asks about it."""
    candidate, kind = found.candidate, found.subject.kind
    strength = said.strength(names)
    if not said.asks_surely(names) and not said.has_question_mark and _is_statement(said, names, candidate.last):
        return Verdict.LEFT_ALONE
    if _number_behind(said, candidate.last, kind):
        return Verdict.ASKED_BACK
    if len(noise) > _MOST_NOISE[kind][strength]:
        return Verdict.LEFT_ALONE
    if continues(said, found, names):
        return Verdict.ASKED_BACK
    if noise and not strength:
        return _beside_noise(said, found, noise)
    if strength == 1 and not said.has_words_of_a_question(names) and _is_before_noise(said, found, noise):
        return Verdict.ASKED_BACK
    return _answered(found)


def _beside_noise(said: Said, found: Found, noise: list[int]) -> Verdict:
    """ "chess club" asks nothing, "fall guys mobile" may be another game, "hm, minecraft" is the game."""
    candidate = found.candidate
    behind = candidate.last in noise and not said.is_separate(candidate.last)
    before = candidate.first - 1 in noise and not said.is_separate(candidate.first)
    if not behind and not before:
        is_exclamation = all(said.words[number].key in SMALL_TALK for number in noise)
        return _answered(found) if is_exclamation else Verdict.LEFT_ALONE
    return Verdict.ASKED_BACK if len(candidate.taken) > 1 else Verdict.LEFT_ALONE


def _is_before_noise(said: Said, found: Found, noise: Collection[int]) -> bool:
    """Whether the word right behind a name may make another name of it: "ninja turtles yesterday"."""
    behind = found.candidate.last
    return behind in noise and not said.is_separate(behind) and said.words[behind].key not in SMALL_TALK


def _is_statement(said: Said, names: Collection[int], behind: int) -> bool:
    """ "i play minecraft", "minecraft is dead", "thanks xqc fans": somebody says something. Thanks behind a name are
    polite."""
    others = said.others(names)
    keys = [said.words[number].key for number in others]
    is_request = any(key in REQUEST for key in keys)
    is_about_me = any(key in FIRST_PERSON for key in keys) or _begins_with_a_deed(said)
    talk = [said.words[number].key for number in others if number < behind or said.words[number].key not in THANKS]
    is_opinion = any(key in OPINION for key in talk)
    is_talk = any(key in TALK and (key in THANKS or not is_frame(key)) for key in talk)
    return is_opinion or ((is_talk or is_about_me) and not is_request)


def _begins_with_a_deed(said: Said) -> bool:
    """ "watched xqc yesterday", "just finished elden ring": the author's own."""
    keys = [key for key in said.keys(0, 3) if key not in {"just", "finally", "so"}]
    return bool(keys) and keys[0] in _DEEDS


def _answered(found: Found) -> Verdict:
    return Verdict.ASKED_BACK if found.rivals else Verdict.ANSWERED


def continues(said: Said, found: Found, names: Collection[int] = ()) -> bool:
    """Whether what stands right beside a name may be part of a longer one: "the witcher 4", "fallout shelter"."""
    first, last = found.candidate.first, found.candidate.last
    if _number_behind(said, last, found.subject.kind):
        return True
    beside = ((last, last), (first - 1, first))
    return any(number not in names and _may_be_part(said, number, border) for number, border in beside)


def _number_behind(said: Said, number: int, kind: SubjectKind) -> bool:
    """Whether a number stands right behind a name, or behind "part" and the like, and says no time."""
    if number >= len(said.words) or said.is_separate(number):
        return False
    if said.words[number].key in PART_WORDS and number + 1 < len(said.words):
        number += 1
    if not said.is_number(number) and not said.words[number].key[:1].isdigit():
        return False
    times = [one for one in said.times if one.start <= said.words[number].start < one.end]
    # A bare year behind a streamer is a year, behind a game it may be that year's game.
    if any(not one.is_bare or kind is SubjectKind.STREAMER for one in times):
        return False
    return number + 1 >= len(said.words) or said.words[number + 1].key not in _COUNTED_BY


def _may_be_part(said: Said, number: int, border: int) -> bool:
    """Whether a word beside a name is none that is known to be something else. `border`: the later of the two."""
    if not 0 <= number < len(said.words) or said.is_separate(border) or number in said.handles or said.is_time(number):
        return False
    key = said.words[number].key
    if number == border and key in EDITION_WORDS:
        return True
    return not is_ordinary(key) and not is_frame(key)
