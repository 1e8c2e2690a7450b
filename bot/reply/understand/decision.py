"""Decide whether a name in a mention is answered, clarified with "Did you mean …?", or ignored. Pure.

A wrong answer is far worse than a question back, and a needless reply is worse than none. So every word other than a
name and a time must be explained: as part of a question, as courtesy, or, in a sentence that surely is a question, as
noise. Noise are the words that are left unexplained. A number or an unknown word right next to a name may be part of a
longer name; then the bot asks back.
"""

from collections.abc import Collection
from enum import IntEnum
from itertools import pairwise
from typing import Final

from bot.core.name_keys import Grade
from bot.core.name_words import keys_of, numeral
from bot.core.questions import SubjectKind
from bot.reply.understand.candidates import CLEAR, HANDLE_WEIGHT, HASHTAG
from bot.reply.understand.matches import NameMatch, is_joined_by_chance
from bot.reply.understand.tokens import HANDLE, TokenizedText, find_pattern, is_filler, is_filler_or_small_talk
from bot.reply.understand.word_classes import (
    CHATTER,
    COMMON,
    EDITION_WORDS,
    FILLER,
    FIRST_PERSON,
    OPINION,
    PART_WORDS,
    POLITE,
    QUESTION_WORDS,
    REQUEST,
    SMALL_TALK,
    THANKS,
    is_dictionary_word,
    without_particles,
)

# The most words of noise next to a name that is no everyday word, by the strength of the question (0, 1, 2).
_MOST_NOISE: Final = {SubjectKind.GAME: (1, 5, 9), SubjectKind.STREAMER: (0, 2, 6)}
# A question ends with an everyday name or soon after it: with more words after it, it is the everyday word.
_MOST_AFTER_EVERYDAY_NAME: Final = 3
_MOST_PIECE_REST: Final = 2
# "the 5 best minecraft streamers"
_AFTER_A_COUNT: Final = frozenset("best biggest most größten mejores meilleurs melhores migliori".split())
# Words that ask about an everyday name; "what is love" and "who needs sleep" do not.
_PLAIN_QUESTION_WORDS: Final = frozenset(
    """
    how hows about show give gimme get tell check doing lookup info update trends cómo wie läuft comment va
    vai como come
    nasıl как дела どう 어때 怎么样
    """.split()
)


# Between a name and a statement about it.
_SAID_ABOUT: Final = frozenset(
    "is are was were isnt isn arent aren aint ain wasnt wasn werent weren feels looks sounds seems ist es est".split()
)
# After "how": a question anywhere in a sentence, while "xqc is how i fall asleep" is none.
_MEASURED: Final = frozenset("many much long big popular large high often well".split())
_INVITES: Final = frozenset(
    (first, second)
    for firsts, seconds in (
        ("wanna to lets let s gonna", "play queue duo squad grind run hop"),
        ("up down", "for to"),
    )
    for first in firsts.split()
    for second in seconds.split()
)
_LOOKING_FOR_GROUP: Final = frozenset({"lfg", "lfm", "lft"})
# Before the name of somebody whose post is passed on.
_PASSED_ON: Final = frozenset({"rt", "qt", "via", "cc", "ht", "ft", "feat"})
_MANY_TAGS: Final = 3
# "sorry i meant xqc": an answer to "Did you mean …?".
_CORRECTION: Final = "meant"
# "going live in 10 minutes", "live now playing fortnite"
_OWN_STREAM: Final = frozenset({("going", "live"), ("live", "playing"), ("were", "live")})
_OWN_ACTIVITIES: Final = frozenset("watched played streamed saw finished started met quit".split())


class Action(IntEnum):
    """The bot's action on a name in a mention. CLARIFY asks back: "Did you mean …?"."""

    IGNORE = 0
    CLARIFY = 1
    ANSWER = 2


def choose_action(tokens: TokenizedText, match: NameMatch, name_indexes: Collection[int]) -> Action:
    """The action on a name in a mention. `name_indexes`: the indexes of the words of all names in the mention."""
    candidate = match.candidate
    keys = tokens.keys(candidate.first, candidate.last)
    # Next to another name, an everyday name is rather the everyday word.
    others = tokens.others(candidate.indexes if are_common(keys) else {*name_indexes, *candidate.indexes})
    laughter = tokens.trailing_laughter(candidate.indexes)
    others = [index for index in others if index not in laughter]
    noise = [index for index in others if not is_filler(tokens.words[index].key)]
    if candidate.weight == HANDLE_WEIGHT:
        return _for_handle(tokens, others, noise)
    if match.grade < Grade.SHORTER and not set(tokens.keys_of(noise)) <= set(keys_of(match.subject.name)):
        # "zelda tears of the kingdom": the other words belong to the name, too.
        return Action.IGNORE
    own_words = noise if match.grade is Grade.SUBTITLE else []
    noise = [index for index in noise if index not in own_words]
    if candidate.rest:
        return _for_part_of_word(tokens, match, noise)
    if candidate.weight >= CLEAR or candidate.only:
        return _for_marked_name(tokens, match, noise)
    if is_joined_by_chance(match, tokens) and others:
        return Action.IGNORE
    if _is_remark(tokens, match) or _is_invitation(tokens, match):
        return Action.IGNORE
    if are_common(keys):
        return _for_everyday_name(tokens, match, others, noise)
    return _for_distinctive_name(tokens, match, {*name_indexes, *own_words, *laughter}, noise)


def are_common(keys: list[str]) -> bool:
    """True if all words of a name are everyday words."""
    if len(keys) == 1:
        return is_dictionary_word(keys[0]) or keys[0].isdecimal()
    return all(key in COMMON or len(key) < 2 or key.isdecimal() for key in keys)


def _for_handle(tokens: TokenizedText, others: list[int], noise: list[int]) -> Action:
    """The action on "@xQc" alone or in a question without another name. Thanks and greetings are for that person."""
    keys = [tokens.words[index].key for index in others]
    is_talk = any(key in CHATTER or key in _PASSED_ON for key in keys) and tokens.question_strength(()) < 2
    # X puts everybody of a conversation before a reply.
    is_conversation = not others and len(list(find_pattern(HANDLE, tokens.text))) > 1
    return Action.IGNORE if noise or is_talk or is_conversation else Action.ANSWER


def is_list_of_tags(tokens: TokenizedText) -> bool:
    """True if a text has as many hashtags as an advertisement and asks nothing besides."""
    tags = list(find_pattern(HASHTAG, tokens.text))
    tagged = {
        index
        for index, word in enumerate(tokens.words)
        if any(tag.start() <= word.start and word.end <= tag.end() for tag in tags)
    }
    return len(tags) >= _MANY_TAGS and not tokens.question_strength(tagged)


def _is_remark(tokens: TokenizedText, match: NameMatch) -> bool:
    """True if something is said about a name: "chess is a sport", "just chatting isn't a game", "xqc was right"."""
    after = match.candidate.last
    if after >= len(tokens.words) or tokens.starts_clause(after) or tokens.words[after].key not in _SAID_ABOUT:
        return False
    before = tokens.keys(0, match.candidate.first)
    is_question = any(key in QUESTION_WORDS or key in REQUEST for key in before) or tokens.has_question_mark
    return not is_question and not tokens.clearly_asks(match.candidate.indexes) and not _asks_how(tokens, after)


def _is_invitation(tokens: TokenizedText, match: NameMatch) -> bool:
    """True if the author looks for people to play with: "anyone wanna play valorant?", "lfg rust"."""
    keys = tokens.keys(0, match.candidate.first)
    is_invited = not _LOOKING_FOR_GROUP.isdisjoint(keys) or any(pair in _INVITES for pair in pairwise(keys))
    asks = tokens.clearly_asks(match.candidate.indexes) or _asks_how(tokens, match.candidate.last)
    return is_invited and not asks


def _asks_how(tokens: TokenizedText, first: int) -> bool:
    """True if a text asks for a number from word `first` on: "minecraft is watched by how many"."""
    return any(one == "how" and other in _MEASURED for one, other in pairwise(tokens.keys(first, len(tokens.words))))


def _for_marked_name(tokens: TokenizedText, match: NameMatch, noise: list[int]) -> Action:
    """The action on a name that is quoted, a hashtag, or after the word for its kind ("game: rust")."""
    candidate = match.candidate
    keys = tokens.keys(candidate.first, candidate.last)
    is_loose = candidate.weight == CLEAR
    if is_loose and noise and are_common(keys) and tokens.question_strength(candidate.indexes) < 1:
        # "he said 'hello'", "join our #crypto giveaway"
        return Action.IGNORE
    if is_loose and len(noise) > _MOST_NOISE[match.subject.kind][tokens.question_strength(candidate.indexes)]:
        return Action.IGNORE
    if candidate.weight != CLEAR and may_be_longer(tokens, match):
        return Action.CLARIFY
    return _answer_or_ask(match)


def _for_part_of_word(tokens: TokenizedText, match: NameMatch, noise: list[int]) -> Action:
    """The action on a part of a word without spaces: the rest of the word must be particles and question words."""
    rest_length = len(without_particles(match.candidate.rest))
    other_noise = [index for index in noise if index not in match.candidate.indexes]
    is_question = tokens.question_strength(()) > 0 or tokens.has_question_mark
    if rest_length and (rest_length > _MOST_PIECE_REST or not is_question or len(match.candidate.key) < 3):
        return Action.IGNORE
    if other_noise and not is_question:
        return Action.IGNORE
    return _answer_or_ask(match)


def _for_everyday_name(tokens: TokenizedText, match: NameMatch, others: list[int], noise: list[int]) -> Action:
    """The action on a name of everyday words: it counts alone, next to a time, or in a plain question."""
    candidate, kind = match.candidate, match.subject.kind
    keys = tokens.keys(candidate.first, candidate.last)
    is_everyday_phrase = all(is_filler_or_small_talk(key) for key in keys) or all(
        map(tokens.is_time, candidate.indexes)
    )
    strength = tokens.question_strength(candidate.indexes)
    if kind is SubjectKind.STREAMER:
        is_question = strength == 2 and bool(others) and not noise and not is_everyday_phrase
        if not others and len(keys) > 1 and strength and not is_everyday_phrase and _has_own_capitals(tokens, match):
            return _answer_or_ask(match)
        return _in_question(tokens, match, others) if is_question else Action.IGNORE
    is_no_name = len(keys) == 1 and (keys[0] in FILLER or tokens.is_time(candidate.first) or keys[0].isdecimal())
    if is_no_name and not _has_own_capitals(tokens, match):
        return Action.IGNORE
    if not others:
        # "lol week" asks, "today lol" does not.
        end = tokens.words[candidate.last - 1].end
        times = tokens.times_outside(candidate.indexes)
        is_timed = any(time.start >= end for time in times) or (bool(times) and _has_own_capitals(tokens, match))
        is_meant = not is_everyday_phrase or len(keys) > 1 or is_timed
        is_alone = (
            tokens.is_calm and not tokens.times_outside(candidate.indexes) and all(key in SMALL_TALK for key in keys)
        )
        return _sequel_or_answer(tokens, match) if is_meant or is_alone else Action.IGNORE
    other_keys = [tokens.words[index].key for index in others]
    statistics = [key for key in other_keys if key in _PLAIN_QUESTION_WORDS]
    if noise or (is_everyday_phrase and len(keys) == 1 and not _is_asked_for(tokens, match, other_keys)):
        return _sequel_or_ignore(tokens, match, other_keys)
    if strength == 2 or statistics or POLITE.issuperset(other_keys):
        return _in_question(tokens, match, others)
    return Action.IGNORE


def _has_own_capitals(tokens: TokenizedText, match: NameMatch) -> bool:
    """True if a name has its own capitals, and the words around it are not in capitals: "PEAK yesterday"."""
    candidate = match.candidate
    start, end = tokens.words[candidate.first].start, tokens.words[candidate.last - 1].end
    rest = tokens.text[:start] + tokens.text[end:]
    is_one_capital = len(candidate.indexes) == 1 and match.subject.name[1:].islower()
    return tokens.text[start:end] == match.subject.name and not is_one_capital and rest.strip() != rest.strip().upper()


def _is_asked_for(tokens: TokenizedText, match: NameMatch, other_keys: list[str]) -> bool:
    """True if an everyday name is asked for: "lol stats" and "wow please", but not "yo lol" and "wow what"."""
    comes_first = match.candidate.first == 0
    if tokens.question_strength(match.candidate.indexes) == 2:
        return comes_first or len(other_keys) > 1
    is_question = len(other_keys) > 1 and any(key in _PLAIN_QUESTION_WORDS for key in other_keys)
    return tokens.is_calm and (is_question or (comes_first and POLITE.issuperset(other_keys)))


def _in_question(tokens: TokenizedText, match: NameMatch, others: list[int]) -> Action:
    after = sum(index >= match.candidate.last for index in others)
    return _sequel_or_answer(tokens, match) if after <= _MOST_AFTER_EVERYDAY_NAME else Action.IGNORE


def _sequel_or_ignore(tokens: TokenizedText, match: NameMatch, other_keys: list[str]) -> Action:
    """Ask back about a name that a number follows ("portal 3", "control 2 viewers"); ignore any other."""
    words = [key for key in other_keys if not is_filler(key) and numeral(key) is None]
    is_sequel = _is_followed_by_number(tokens, match.candidate.last, match.subject.kind) and not words
    return Action.CLARIFY if is_sequel else Action.IGNORE


def _sequel_or_answer(tokens: TokenizedText, match: NameMatch) -> Action:
    return Action.CLARIFY if may_be_longer(tokens, match) else _answer_or_ask(match)


def _for_distinctive_name(
    tokens: TokenizedText, match: NameMatch, name_indexes: Collection[int], noise: list[int]
) -> Action:
    """The action on a name that is no everyday word, in any sentence that asks about it."""
    candidate, kind = match.candidate, match.subject.kind
    strength = tokens.question_strength(name_indexes)
    if (
        not tokens.clearly_asks(name_indexes)
        and not tokens.has_question_mark
        and _is_statement(tokens, name_indexes, candidate.last)
    ):
        return Action.IGNORE
    if _is_followed_by_number(tokens, candidate.last, kind):
        return Action.CLARIFY
    if len(noise) > _MOST_NOISE[kind][strength]:
        return Action.IGNORE
    if may_be_longer(tokens, match, name_indexes):
        return Action.CLARIFY
    if noise and not strength:
        return _next_to_noise(tokens, match, noise)
    # "gta san andreas stats": a short name stands for a series, too.
    is_vague = match.grade is Grade.ALIAS or (strength == 1 and not tokens.has_question_words(name_indexes))
    if is_vague and _is_followed_by_noise(tokens, match, noise):
        return Action.CLARIFY
    return _answer_or_ask(match)


def _next_to_noise(tokens: TokenizedText, match: NameMatch, noise: list[int]) -> Action:
    """The action on a name with noise and no question.

    "chess club" and "minecraft, no" ask nothing, "fall guys mobile" may be another game.
    """
    candidate = match.candidate
    after = candidate.last in noise and not tokens.starts_clause(candidate.last)
    before = candidate.first - 1 in noise and not tokens.starts_clause(candidate.first)
    return Action.CLARIFY if len(candidate.indexes) > 1 and (after or before) else Action.IGNORE


def _is_followed_by_noise(tokens: TokenizedText, match: NameMatch, noise: Collection[int]) -> bool:
    """True if the word right after a name may make another name of it: "ninja turtles yesterday"."""
    after = match.candidate.last
    return after in noise and not tokens.starts_clause(after) and tokens.words[after].key not in SMALL_TALK


def _is_statement(tokens: TokenizedText, name_indexes: Collection[int], after: int) -> bool:
    """True if a text is a statement: "i play minecraft", "minecraft is dead", "thanks xqc fans".

    Thanks after the name (from index `after` on) are courtesy.
    """
    others = tokens.others(name_indexes)
    keys = [tokens.words[index].key for index in others]
    is_request = any(key in REQUEST for key in keys)
    is_about_me = any(key in FIRST_PERSON for key in keys) or _begins_with_own_activity(tokens)
    talk = [tokens.words[index].key for index in others if index < after or tokens.words[index].key not in THANKS]
    is_opinion = any(key in OPINION for key in talk)
    is_talk = any(key in CHATTER and (key in THANKS or not is_filler(key)) for key in talk)
    if _CORRECTION in keys:
        return False
    return is_opinion or ((is_talk or is_about_me) and not is_request)


def _begins_with_own_activity(tokens: TokenizedText) -> bool:
    """True if a text begins with an activity of its author: "watched xqc yesterday", "just finished elden ring"."""
    keys = [key for key in tokens.keys(0, 3) if key not in {"just", "finally", "so", "now"}]
    return bool(keys) and (keys[0] in _OWN_ACTIVITIES or tuple(keys[:2]) in _OWN_STREAM)


def _answer_or_ask(match: NameMatch) -> Action:
    return Action.CLARIFY if match.rivals else Action.ANSWER


def may_be_longer(tokens: TokenizedText, match: NameMatch, name_indexes: Collection[int] = ()) -> bool:
    """True if a word right next to a name may be part of a longer name: "the witcher 4", "fallout shelter"."""
    first, last = match.candidate.first, match.candidate.last
    if _is_followed_by_number(tokens, last, match.subject.kind):
        return True
    neighbours = ((last, last), (first - 1, first))
    return any(index not in name_indexes and _may_belong_to_name(tokens, index, border) for index, border in neighbours)


def _is_followed_by_number(tokens: TokenizedText, index: int, kind: SubjectKind) -> bool:
    """True if a number that is no time is at this index, right after a name, or after "part" and similar words."""
    if index >= len(tokens.words) or tokens.starts_clause(index):
        return False
    if tokens.words[index].key in PART_WORDS and index + 1 < len(tokens.words):
        index += 1
    if not tokens.is_number(index) and not tokens.words[index].key[:1].isdigit():
        return False
    times = [time for time in tokens.times if time.start <= tokens.words[index].start < time.end]
    # A bare year after a streamer is a year; after a game it may be that year's edition of the game.
    if any(not time.is_bare or kind is SubjectKind.STREAMER for time in times):
        return False
    return index + 1 >= len(tokens.words) or tokens.words[index + 1].key not in _AFTER_A_COUNT


def _may_belong_to_name(tokens: TokenizedText, index: int, border: int) -> bool:
    """True if a word next to a name is not known as something else. `border`: the later index of the two."""
    if (
        not 0 <= index < len(tokens.words)
        or tokens.starts_clause(border)
        or index in tokens.handles
        or tokens.is_time(index)
    ):
        return False
    key = tokens.words[index].key
    if index == border and key in EDITION_WORDS:
        return True
    return not is_dictionary_word(key) and not is_filler(key)
