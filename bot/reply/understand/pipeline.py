"""A mention -> its meaning. Pure, except for the index of names."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Final

from bot.core.name_keys import Grade
from bot.core.name_words import tidy
from bot.core.ports import Names
from bot.core.questions import DidYouMean, Question, Subject, SubjectKind, TimeNotKnown, Understood
from bot.core.same_games import is_same_game, one_per_game
from bot.reply.understand.commands import command_in
from bot.reply.understand.found import FAR_MORE, Found, found_in, negation
from bot.reply.understand.joined import all_joined, joined_to
from bot.reply.understand.misspelled import MOST_OFFERED, distinct, misspelled, of_a_beginning
from bot.reply.understand.said import Said, take_apart
from bot.reply.understand.sources import CLEAR, Candidate, candidates_in
from bot.reply.understand.verdict import Verdict, is_common, verdict
from bot.reply.understand.vocabulary import PEOPLE

# The rest of a longer text is ignored; a post of an ordinary account is shorter.
LONGEST_TEXT: Final = 1_000
_TWITCH_ADDRESS: Final = r"(?:https?://)?(?:www\.|m\.)?twitch\.tv/(?P<login>\w{2,25})\S*"
_ADDRESS: Final = r"https?://\S+|www\.\S+"


def understand(text: str, names: Names, *, bot_username: str, day: date, today: date) -> Understood:
    """The meaning of a text. `day`: the bot's current day, which is not over; `today`: the calendar's date.

    A Question; TimeNotKnown when only the time is not understood; DidYouMean when only something near is known; a
    Command; None when there is nothing to answer.
    """
    text = _without_us(tidy(text)[:LONGEST_TEXT], bot_username)
    command = command_in(text)
    if command is not None:
        return command
    said = take_apart(text, day=day, today=today)
    if not said.words:
        return None
    candidates = candidates_in(said)
    by_key = names.exact(list(dict.fromkeys(candidate.key for candidate in candidates)))
    known = {key: one_per_game(subjects) for key, subjects in by_key.items()}
    found = found_in(candidates, known, said)
    unwanted = [words for one in found if (words := negation(said, one.candidate)) is not None]
    wanted = [one for one in found if negation(said, one.candidate) is None]
    # Nearly every everyday word is somebody's name: only other names account for words.
    telling = [one for one in found if _is_telling(said, one)]
    # "lol vs dota 2": next to another name, and joined to it, an everyday word is one.
    telling += [other for one in telling for other in joined_to(said, one, wanted) if other not in telling]
    taken = frozenset(number for words in (*(one.candidate.taken for one in telling), *unwanted) for number in words)
    judged = [(verdict(said, one, taken), one) for one in wanted]
    answered = [one for judgement, one in judged if judgement is Verdict.ANSWERED]
    asked_back = [one for judgement, one in judged if judgement is Verdict.ASKED_BACK]
    meant = _subject_of(said, answered) if answered else next(iter(asked_back), None)
    if meant and (several := joined_to(said, meant, wanted)):
        return DidYouMean(distinct([one.subject for one in several]))
    if meant and answered:
        return _answer(said, meant, names, taken)
    if asked_back:
        return _longer_name(said, asked_back[0], names) or _ask_back(said, asked_back[0], names)
    if not unwanted and (several := all_joined(said, wanted)):
        return DidYouMean(distinct([one.subject for one in several]))
    if unwanted or not telling:
        return None if unwanted else _from_misspelling(said, candidates, known, names)
    # A statement about a name, or a longer name that is misspelled.
    return _longer_name(said, telling[0], names)


def _without_us(text: str, bot_username: str) -> str:
    """The text without the bot's own name and without addresses, which ask for nothing."""
    without = re.sub(rf"[@＠]{re.escape(bot_username)}(?!\w)", " ", text, flags=re.IGNORECASE)
    without = re.sub(_TWITCH_ADDRESS, r' streamer:"\g<login>" ', without, flags=re.IGNORECASE)
    return re.sub(_ADDRESS, " ", without)


def _is_telling(said: Said, found: Found) -> bool:
    """Whether a name accounts for its words: everyday words are somebody's name, too."""
    keys = said.keys(found.candidate.first, found.candidate.last)
    is_title = found.subject.kind is SubjectKind.GAME and len(keys) > 1 and found.is_spaced
    return is_title or not is_common(keys)


def _subject_of(said: Said, found: Sequence[Found]) -> Found:
    """The name that the question is about, of several.

    The clearest name counts first. Of a streamer and a game the streamer is the subject, whose games are the
    answer, unless streamers are asked for; of several of one kind the first is, the others are said about it.
    """

    def clearness(one: Found) -> tuple[int, bool]:
        return one.candidate.weight, not is_common(said.keys(one.candidate.first, one.candidate.last))

    best = max(map(clearness, found))
    clearest = [one for one in found if clearness(one) == best]
    asks_for_people = any(word.key in PEOPLE for word in said.words)
    kind = SubjectKind.GAME if asks_for_people else SubjectKind.STREAMER
    return next((one for one in clearest if one.subject.kind is kind), clearest[0])


def _answer(said: Said, found: Found, names: Names, taken: Collection[int]) -> Understood:
    candidate, subject = found.candidate, found.subject
    if found.grade in (Grade.SHORTER, Grade.SUBTITLE) and (rivals := _of_that_beginning(candidate, subject, names)):
        return DidYouMean(distinct([subject, *rivals]))
    return _at_a_time(said, subject, {*taken, *candidate.taken})


def _at_a_time(said: Said, subject: Subject, taken: Collection[int]) -> Understood:
    window = said.window(taken)
    return TimeNotKnown(subject) if window is None else Question(subject, window)


def _own_words(said: Said, candidate: Candidate) -> Collection[int]:
    """The words of a misspelled name, without a time among them that is not part of its key."""
    is_whole = candidate.key == "".join(said.keys(candidate.first, candidate.last))
    return candidate.taken if is_whole else [number for number in candidate.taken if not said.is_time(number)]


def _of_that_beginning(candidate: Candidate, subject: Subject, names: Names) -> list[Subject]:
    """Other games whose names begin with what is only a part of this one's, unless it is watched far more."""
    return [
        other
        for other in names.with_prefix(candidate.key, 2 * MOST_OFFERED, SubjectKind.GAME)
        if other.id != subject.id
        and not is_same_game(subject, other)
        and FAR_MORE * other.watch_hours > subject.watch_hours
    ]


def _longer_name(said: Said, found: Found, names: Names) -> Understood:
    """ "the witcher 2: assassins fo kings": the name with the words next to it, if there is no doubt."""
    meant = misspelled(said, (), names)
    if not isinstance(meant, tuple):
        # "call of duty black ops 9": of everyday words alone, the title says little.
        is_title = is_common(said.keys(found.candidate.first, found.candidate.last))
        return meant if is_title else None
    subject, candidate = meant
    if subject == found.subject and found.grade is Grade.OWN:
        # "hearthstone wow": the name is whole without the words next to it.
        return None
    is_longer = set(found.candidate.taken) < set(candidate.taken)
    return _at_a_time(said, subject, _own_words(said, candidate)) if is_longer else None


def _ask_back(said: Said, found: Found, names: Names) -> DidYouMean:
    """A question back: the name that was found, names similar to it with the next word, and others of that name."""
    candidate = found.candidate
    if found.rivals:
        return DidYouMean(distinct([found.subject, *found.rivals]))
    wider = "".join(said.keys(candidate.first, min(candidate.last + 1, len(said.words))))
    near = [subject for subject, likeness in names.similar(wider, MOST_OFFERED) if likeness >= 0.75]
    return DidYouMean(distinct([found.subject, *near]))


def _from_misspelling(
    said: Said, candidates: Sequence[Candidate], known: Mapping[str, Sequence[Subject]], names: Names
) -> Understood:
    clear = [candidate for candidate in candidates if candidate.weight >= CLEAR]
    unknown = [candidate for candidate in clear if candidate.key not in known]
    if clear and not unknown:
        return None
    meant = misspelled(said, unknown, names)
    if isinstance(meant, tuple):
        subject, candidate = meant
        return _at_a_time(said, subject, _own_words(said, candidate))
    return meant or of_a_beginning(said, names)
