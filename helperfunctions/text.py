"""Numbers and names as people read them, and the length of a post as X counts it."""

import unicodedata
import warnings
from functools import cache, lru_cache
from types import ModuleType

import regex

POST_LIMIT = 280
ELLIPSIS = "…"
_UNITS = ((1e9, "B"), (1e6, "M"), (1e3, "K"))


def short_number(number: float) -> str:
    """5,312,000 as `5.3M`, 412,300 as `412K`, 987.4 as `987`: two digits at least from a thousand on, three at most."""
    for unit, suffix in _UNITS:
        scaled = number / unit
        if scaled >= 0.9995:  # what would be written 1000 of the smaller unit is 1.0 of this one
            return f"{scaled:.{1 if scaled < 9.95 else 0}f}{suffix}"
    return f"{number:.0f}"


def one_line(text: str) -> str:
    """A name without line breaks, control characters or marks that change the direction of what follows."""
    kept = (" " if char.isspace() else char for char in text if char.isspace() or _is_visible(char))
    return " ".join("".join(kept).split())


def _is_visible(char: str) -> bool:
    # Cf holds the direction marks; the joiners among them build emoji and are part of several scripts.
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"} or char in "\u200c\u200d"


def weighted_length(text: str) -> int:
    """The length of a post as X counts it: most Latin characters 1, CJK and emoji 2, whatever is a link 23."""
    return int(_parser().parse_tweet(text).weightedLength)


@cache
def _parser() -> ModuleType:
    # Imported when needed: its patterns take a while to compile, and few commands need them.
    with warnings.catch_warnings():
        # It reads its tables through pkg_resources, which tells its own end.
        warnings.simplefilter("ignore")
        import twitter_text
    return twitter_text  # type: ignore[no-any-return]


@lru_cache(maxsize=4096)
def _name_weight(text: str) -> int:
    return weighted_length(text)


def shortened(name: str, weight: int) -> str:
    """A name cut between what a reader sees as characters so that it weighs no more than `weight`, with an ellipsis."""
    if _name_weight(name) <= weight:
        return name
    clusters = regex.findall(r"\X", name)
    low, high = 0, len(clusters)
    while low < high:
        middle = (low + high + 1) // 2
        if _name_weight("".join(clusters[:middle]).rstrip() + ELLIPSIS) <= weight:
            low = middle
        else:
            high = middle - 1
    return "".join(clusters[:low]).rstrip() + ELLIPSIS
