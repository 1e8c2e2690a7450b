"""Understand a mention: the steps from a text to its meaning, in order. Pure, except for the index of names."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Final

from bot.core.name_keys import Grade
from bot.core.name_words import tidy
from bot.core.ports import Names
from bot.core.questions import DidYouMean, Question, Subject, SubjectKind, TimeNotKnown, Understood
from bot.core.same_games import is_same_game, one_per_game
from bot.reply.understand.candidates import CLEAR, Candidate, find_candidates
from bot.reply.understand.commands import find_command
from bot.reply.understand.decision import Action, are_common, choose_action, is_list_of_tags
from bot.reply.understand.joined_names import joined_games, names_joined_to
from bot.reply.understand.marked_genres import genre_question
from bot.reply.understand.matches import FAR_MORE, NameMatch, match_candidates, with_series
from bot.reply.understand.misspelled import MOST_OFFERED, distinct_names, find_misspelled, streamer_with_prefix
from bot.reply.understand.negation import negation
from bot.reply.understand.tokens import TokenizedText, tokenize
from bot.reply.understand.word_classes import PEOPLE
from bot.reply.urls import replace_urls

# The rest of a longer text is ignored; a post of an ordinary account is shorter.
LONGEST_TEXT: Final = 1_000
# A shorter name of the bot may be a word of a question, unless it is a handle.
_SHORTEST_OWN_NAME: Final = 6
# "no, minecraft" corrects an earlier answer, "no minecraft" excludes the game.
_REFUSAL: Final = re.compile(r"\s*(?:no|nope|nah)\s*[,.]", re.IGNORECASE)


def understand(text: str, names: Names, *, bot_username: str, day: date, today: date) -> Understood:
    """The meaning of a text. `day`: the bot's current day, which is not over; `today`: the date of the calendar.

    Returns a Question; a GenreQuestion where a genre is marked; TimeNotKnown when only the time is not supported;
    DidYouMean when the name is not certain; a Command; or None when there is nothing to answer.
    """
    text, has_url = replace_urls(_without_own_name(tidy(text)[:LONGEST_TEXT], bot_username))
    if refusal := _REFUSAL.match(text):
        text = text[refusal.end() :]
    command = find_command(text)
    if command is not None:
        return command
    tokens = tokenize(text, day=day, today=today)
    if not tokens.words or is_list_of_tags(tokens):
        return None
    if asked := genre_question(tokens):
        return asked
    candidates = find_candidates(tokens)
    by_key = names.exact(list(dict.fromkeys(candidate.key for candidate in candidates)))
    known = {key: one_per_game(subjects) for key, subjects in by_key.items()}
    matches = with_series(match_candidates(candidates, known, tokens))
    negated = [indexes for match in matches if (indexes := negation(tokens, match.candidate)) is not None]
    wanted = [match for match in matches if negation(tokens, match.candidate) is None]
    # Nearly every everyday word is the name of a streamer: only other names explain the words of a text.
    explaining = [match for match in matches if _explains_words(tokens, match)]
    # "lol vs dota 2": an everyday word that is joined to another name is a name.
    explaining += [
        other for match in explaining for other in names_joined_to(tokens, match, wanted) if other not in explaining
    ]
    of_names = frozenset(chain(*(match.candidate.indexes for match in explaining), *negated))
    actions = [(choose_action(tokens, match, of_names), match) for match in wanted]
    to_answer = [match for action, match in actions if action is Action.ANSWER]
    to_clarify = [match for action, match in actions if action is Action.CLARIFY]
    main = _subject_of(tokens, to_answer) if to_answer else next(iter(to_clarify), None)
    if main and (joined := names_joined_to(tokens, main, wanted)):
        return DidYouMean(distinct_names([match.subject for match in joined]))
    if main and to_answer:
        return _answer(tokens, main, names, of_names)
    if to_clarify:
        return _longer_name(tokens, to_clarify[0], names) or _clarify(tokens, to_clarify[0], names)
    if negated:
        return None
    if joined := joined_games(tokens, wanted):
        return DidYouMean(distinct_names([match.subject for match in joined]))
    if not explaining:
        # The streamer of a URL is that one or none.
        return None if has_url else _from_misspelling(tokens, candidates, known, names)
    # A statement about a name, or a longer name that is misspelled.
    return _longer_name(tokens, explaining[0], names)


def _without_own_name(text: str, bot_username: str) -> str:
    """The text without the bot's own name, with or without an @."""
    sign = "[@＠]?" if len(bot_username) >= _SHORTEST_OWN_NAME else "[@＠]"
    return re.sub(rf"(?<!\w){sign}{re.escape(bot_username)}(?!\w)", " ", text, flags=re.IGNORECASE)


def _explains_words(tokens: TokenizedText, match: NameMatch) -> bool:
    """True if the words of a match are surely a name: everyday words are the names of streamers, too."""
    keys = tokens.keys(match.candidate.first, match.candidate.last)
    is_title = match.subject.kind is SubjectKind.GAME and len(keys) > 1 and match.is_spaced
    return is_title or not are_common(keys)


def _subject_of(tokens: TokenizedText, matches: Sequence[NameMatch]) -> NameMatch:
    """The match that the question is about, of several.

    The one that is most clearly a name. Of a streamer and a game it is the streamer, whose games are the answer, unless
    the text asks for streamers; of several of one kind it is the first.
    """

    def clearness(match: NameMatch) -> tuple[int, bool]:
        return match.candidate.weight, not are_common(tokens.keys(match.candidate.first, match.candidate.last))

    best = max(map(clearness, matches))
    clearest = [match for match in matches if clearness(match) == best]
    asks_for_people = any(word.key in PEOPLE for word in tokens.words)
    kind = SubjectKind.GAME if asks_for_people else SubjectKind.STREAMER
    return next((match for match in clearest if match.subject.kind is kind), clearest[0])


def _answer(tokens: TokenizedText, match: NameMatch, names: Names, indexes: Collection[int]) -> Understood:
    candidate, subject = match.candidate, match.subject
    if match.grade in (Grade.SHORTER, Grade.SUBTITLE) and (rivals := _games_with_prefix(candidate, subject, names)):
        return DidYouMean(distinct_names([subject, *rivals]))
    return _question_about(tokens, subject, {*indexes, *candidate.indexes})


def _question_about(tokens: TokenizedText, subject: Subject, indexes: Collection[int]) -> Understood:
    window = tokens.window(indexes)
    return TimeNotKnown(subject) if window is None else Question(subject, window)


def _indexes_of_name(tokens: TokenizedText, candidate: Candidate) -> Collection[int]:
    """The indexes of the words of a misspelled name, without those of a time that is not part of its key."""
    is_whole = candidate.key == "".join(tokens.keys(candidate.first, candidate.last))
    return candidate.indexes if is_whole else [index for index in candidate.indexes if not tokens.is_time(index)]


def _games_with_prefix(candidate: Candidate, subject: Subject, names: Names) -> list[Subject]:
    """The other games whose names begin with the candidate, unless this game is watched far more than they are."""
    return [
        other
        for other in names.with_prefix(candidate.key, 2 * MOST_OFFERED, SubjectKind.GAME)
        if other.id != subject.id
        and not is_same_game(subject, other)
        and FAR_MORE * other.watch_hours > subject.watch_hours
    ]


def _longer_name(tokens: TokenizedText, match: NameMatch, names: Names) -> Understood:
    """The meaning of a name with the words next to it, if there is no doubt: "the witcher 2: assassins fo kings"."""
    result = find_misspelled(tokens, (), names)
    if not isinstance(result, tuple):
        # "call of duty black ops 9": a title of everyday words alone is no evidence.
        is_title = are_common(tokens.keys(match.candidate.first, match.candidate.last))
        return result if is_title else None
    subject, candidate = result
    if subject == match.subject and match.grade is Grade.OWN:
        # "hearthstone wow": the name is whole without the words next to it.
        return None
    is_longer = set(match.candidate.indexes) < set(candidate.indexes)
    return _question_about(tokens, subject, _indexes_of_name(tokens, candidate)) if is_longer else None


def _clarify(tokens: TokenizedText, match: NameMatch, names: Names) -> DidYouMean:
    """A question back: the matched name, and its rivals or the names that are similar to it with the next word."""
    candidate = match.candidate
    if match.rivals:
        return DidYouMean(distinct_names([match.subject, *match.rivals]))
    wider = "".join(tokens.keys(candidate.first, min(candidate.last + 1, len(tokens.words))))
    near = [subject for subject, similarity in names.similar(wider, MOST_OFFERED) if similarity >= 0.75]
    return DidYouMean(distinct_names([match.subject, *near]))


def _from_misspelling(
    tokens: TokenizedText, candidates: Sequence[Candidate], known: Mapping[str, Sequence[Subject]], names: Names
) -> Understood:
    clear = [candidate for candidate in candidates if candidate.weight >= CLEAR]
    unknown = [candidate for candidate in clear if candidate.key not in known]
    if clear and not unknown:
        return None
    result = find_misspelled(tokens, unknown, names)
    if isinstance(result, tuple):
        subject, candidate = result
        return _question_about(tokens, subject, _indexes_of_name(tokens, candidate))
    return result or streamer_with_prefix(tokens, names)
