"""Numbers and names as people read them, and the length of a post as X counts it."""

import unicodedata
from collections.abc import Callable
from functools import lru_cache

import regex

from helperfunctions import post_weight

POST_LIMIT = 280
ELLIPSIS = "…"
# A zero-width space: nobody sees it, and to X no link, mention or tag goes through it. The joiners, which look as much
# like nothing, are letters of a hashtag.
BREAK = "\u200b"
# How that is called which is streamed without a game.
NO_CATEGORY = "(no category)"
# Behind these X may see a mention, a hashtag or a cashtag begin; stricter than X, which asks what stands before them.
_STARTS_TAG = regex.compile(r"[@＠#＃$](?=\S)")
# Full stops within what may be a host's name. Which endings are names of hosts changes from year to year.
_WITHIN_HOST = regex.compile(r"(?<=[^\s.．。｡])[.．。｡](?=[^\s.．。｡])(?<!\d.(?=\d))")
_LINK = regex.compile(r"[\p{L}\p{M}\p{N}_-]+[.．｡]\p{L}[\p{L}\p{M}\p{N}_-]*")
_MENTION = regex.compile(r"[@＠](\w+)")
_TAG = regex.compile(r"[#＃][\p{L}\p{M}\p{N}_\u200c\u200d]+|\$[A-Za-z]+")
# Accents and the like over Latin, Greek and Cyrillic letters; the marks of other scripts are part of their letters.
_ACCENTS = regex.compile(r"[\u0300-\u036f]")
_NOT_IN_SLUG = regex.compile(r"[^\p{L}\p{M}\p{N}]+")
LONGEST_SLUG = 80
_TRADEMARKS = dict.fromkeys(map(ord, "™℠®©"))
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


def shown_name(name: str | None) -> str:
    """A name that somebody gave, as pages and their charts show it: in one line, and never nothing."""
    return unicodedata.normalize("NFC", one_line(name or "")) or NO_CATEGORY


def _is_visible(char: str) -> bool:
    # Cf holds the direction marks; the joiners among them build emoji and are part of several scripts.
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"} or char in "\u200c\u200d"


def plain(name: str) -> str:
    """A name in one line in which X sees no link, mention, hashtag or cashtag; it still reads the same."""
    line = unicodedata.normalize("NFC", one_line(name))
    return _WITHIN_HOST.sub(r"\g<0>" + BREAK, _STARTS_TAG.sub(r"\g<0>" + BREAK, line))


def unwanted(text: str, *, may_mention: str | None = None) -> list[str]:
    """What X would, or some day could, make of a text that nobody meant: links, hashtags, cashtags, and mentions of
    others than `may_mention`."""
    links = post_weight.links(text)
    likely = [found[0] for found in _LINK.finditer(text) if not any(found[0] in link for link in links)]
    tags = [found[0] for found in _TAG.finditer(text)]
    mentions = [found[0] for found in _MENTION.finditer(text) if found[1].lower() != (may_mention or "").lower()]
    return [*links, *likely, *tags, *mentions]


def name_key(name: str) -> str:
    """What is left of a name when case, accents, spaces and punctuation do not count."""
    if name.isascii():  # as nearly all are, and quickly told
        return "".join(filter(str.isalnum, name.lower())) or one_line(name).lower()
    # Fancy letters become plain capitals, and a trademark sign would become two letters.
    letters = unicodedata.normalize("NFKD", name.translate(_TRADEMARKS)).casefold()
    key = "".join(char for char in letters if unicodedata.category(char)[0] in "LN")
    return unicodedata.normalize("NFC", key) or one_line(name).casefold()


def weighted_length(text: str) -> int:
    """The length of a post as X counts it: most Latin characters 1, CJK and emoji 2, whatever is a link 23."""
    return post_weight.weighted_length(text)


def widest_fit(write: Callable[[int], str], *, widest: int, limit: int = POST_LIMIT) -> str:
    """The text that `write` makes with names as wide as fit into a post: at least 1 and at most `widest`."""
    low, high = 1, widest
    while low < high:
        middle = (low + high + 1) // 2
        if weighted_length(write(middle)) <= limit:
            low = middle
        else:
            high = middle - 1
    return write(low)


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


def slug(name: str) -> str:
    """A name as it stands in an address: `Pokémon: Let's Go` as `pokemon-let-s-go`. Letters of any script stay, accents
    go; at most 80 characters, and nothing when there is neither a letter nor a digit in it."""
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", name))
    line = _NOT_IN_SLUG.sub("-", unicodedata.normalize("NFC", bare).lower())
    return line.strip("-")[:LONGEST_SLUG].strip("-")
