"""Find names that a mention excludes: "not fortnite, minecraft". Pure."""

from typing import Final

from bot.reply.understand.candidates import Candidate
from bot.reply.understand.tokens import TokenizedText
from bot.reply.understand.word_classes import NEGATION_AFTER, NEGATION_BEFORE, UNSPACED_NEGATION, WITHIN_NEGATION

_MOST_BETWEEN: Final = 4
# "anything but minecraft"; "not minecraft but terraria" excludes the first name instead.
_ALL: Final = frozenset("anything everything all nothing alles todo tout tutto".split())
_QUESTIONS: Final = frozenset("why how what por".split())
# The first parts of "don't", "isn't" and the like, which are split at the apostrophe.
_BEFORE_T: Final = frozenset("don isn doesn didn wasn aren won can couldn wouldn shouldn haven hasn".split())


def negation(tokens: TokenizedText, candidate: Candidate) -> range | None:
    """The indexes of a negated name and of the words that negate it; None if the name is not negated.

    "not fortnite, minecraft", "dont care about xqc", "fortnite değil".
    """
    after = candidate.last
    if after < len(tokens.words) and not tokens.starts_clause(after) and tokens.words[after].key in NEGATION_AFTER:
        return range(candidate.first, after + 1)
    if any(candidate.rest.split(" ")[-1].startswith(word) for word in UNSPACED_NEGATION):
        return candidate.indexes
    if after < len(tokens.words) and any(tokens.words[after].key.startswith(word) for word in UNSPACED_NEGATION):
        return range(candidate.first, after + 1)
    index = candidate.first
    for _ in range(_MOST_BETWEEN + 1):
        if tokens.starts_clause(index):
            return None
        index -= 1
        if _negates(tokens, index):
            return range(index, candidate.last)
        if tokens.words[index].key not in WITHIN_NEGATION:
            return None
    return None


def _negates(tokens: TokenizedText, index: int) -> bool:
    key = tokens.words[index].key
    before = tokens.words[index - 1].key if index else ""
    if key == "t":
        return before in _BEFORE_T
    if key == "one":
        return before == "no"
    if key == "but":
        return before in _ALL
    if key in ("than", "from"):
        return before in ({"other", "rather"} if key == "than" else {"apart", "aside"})
    if key == "no":
        # Elsewhere it is Portuguese for "in the".
        return tokens.starts_clause(index) or before in {"with", "has", "want", "need"}
    return key in NEGATION_BEFORE and before not in _QUESTIONS
