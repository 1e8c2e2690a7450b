"""Formats numbers and names for people, and measures the length of a post as X does."""

import unicodedata
from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache

import regex

from helperfunctions import post_weight

POST_LIMIT = 280
ELLIPSIS = "…"
# A zero-width space is invisible and ends links, mentions and tags on X. Zero-width joiners would not: X counts them as
# letters of a hashtag.
BREAK = "\u200b"
# The name of streams without a game.
NO_CATEGORY = "No category"
# Signs with which a mention, a hashtag or a cashtag may begin. X also checks the character before them; we do not.
_STARTS_TAG = regex.compile(r"[@＠#＃$](?=\S)")
# Full stops inside a possible host name. The list of top-level domains changes from year to year.
_WITHIN_HOST = regex.compile(r"(?<=[^\s.．。｡])[.．。｡](?=[^\s.．。｡])(?<!\d.(?=\d))")
_LINK = regex.compile(r"[\p{L}\p{M}\p{N}_-]+[.．｡]\p{L}[\p{L}\p{M}\p{N}_-]*")
_MENTION = regex.compile(r"[@＠](\w+)")
_TAG = regex.compile(r"[#＃][\p{L}\p{M}\p{N}_\u200c\u200d]+|\$[A-Za-z]+")
# Accents of Latin, Greek and Cyrillic letters. In other scripts, marks are part of the letters.
_ACCENTS = regex.compile(r"[\u0300-\u036f]")
_NOT_IN_SLUG = regex.compile(r"[^\p{L}\p{M}\p{N}]+")
LONGEST_SLUG = 80
_TRADEMARKS = dict.fromkeys(map(ord, "™℠®©"))
_UNITS = ((1e9, "B"), (1e6, "M"), (1e3, "K"))


def short_number(number: float, digits: int = 2) -> str:
    """Format 5,312,000 as `5.3M`, 412,300 as `412K`, 987.4 as `987`: from a thousand on, two or three digits. With
    `digits` 3 as `5.31M`."""
    for unit, suffix in _UNITS:
        scaled = number / unit
        if scaled >= 0.9995:  # 1000 of the smaller unit is 1.0 of this one
            # Rounding must not add a digit: with two, 9.95 is 10.
            places = range(digits - 1, 0, -1)
            decimals = next((n for n in places if scaled < 10 ** (digits - n) - 0.5 / 10**n), 0)
            return f"{scaled:.{decimals}f}{suffix}"
    return f"{number:.0f}"


def duration(value: timedelta) -> str:
    """A length of time: 4 min, 1 h 04 min, 3 days 12 h. A negative one, as between two clocks, is 0 min."""
    minutes = max(0, int(value.total_seconds() // 60))
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return f"{minutes} min"
    days, hours_left = divmod(hours, 24)
    if not days:
        return f"{hours} h {minutes:02} min"
    return f"{days} {'day' if days == 1 else 'days'} {hours_left} h"


def one_line(text: str) -> str:
    """A name without line breaks, control characters and marks that change the text direction."""
    visible = (" " if char.isspace() else char for char in text if char.isspace() or _is_visible(char))
    return " ".join("".join(visible).split())


def shown_name(name: str | None) -> str:
    """A name as pages and their charts show it: in one line, and never empty."""
    return unicodedata.normalize("NFC", one_line(name or "")) or NO_CATEGORY


def _is_visible(char: str) -> bool:
    # Category Cf has the direction marks, but also the joiners, which emoji and several scripts need.
    return unicodedata.category(char) not in {"Cc", "Cf", "Cs", "Co", "Cn"} or char in "\u200c\u200d"


def plain(name: str) -> str:
    """A name in one line, with invisible breaks so that X finds no link, mention, hashtag or cashtag in it."""
    line = unicodedata.normalize("NFC", one_line(name))
    return _WITHIN_HOST.sub(r"\g<0>" + BREAK, _STARTS_TAG.sub(r"\g<0>" + BREAK, line))


def unwanted(text: str, *, may_mention: str | None = None) -> list[str]:
    """The links, hashtags, cashtags, and mentions of others than `may_mention` that X finds in a text, or may find with
    a newer list of domains."""
    links = post_weight.links(text)
    likely = [found[0] for found in _LINK.finditer(text) if not any(found[0] in link for link in links)]
    tags = [found[0] for found in _TAG.finditer(text)]
    mentions = [found[0] for found in _MENTION.finditer(text) if found[1].lower() != (may_mention or "").lower()]
    return [*links, *likely, *tags, *mentions]


def name_key(name: str) -> str:
    """A key that is equal for names that differ only in case, accents, spaces and punctuation."""
    if name.isascii():  # the fast path for nearly all names
        return "".join(filter(str.isalnum, name.lower())) or one_line(name).lower()
    # NFKD turns styled letters into plain ones. It would also turn a trademark sign into two letters.
    letters = unicodedata.normalize("NFKD", name.translate(_TRADEMARKS)).casefold()
    key = "".join(char for char in letters if unicodedata.category(char)[0] in "LN")
    return unicodedata.normalize("NFC", key) or one_line(name).casefold()


def weighted_length(text: str) -> int:
    """The length of a post as X counts it: most Latin characters 1, CJK characters and emoji 2, a link 23."""
    return post_weight.weighted_length(text)


def widest_fit(write: Callable[[int], str], *, widest: int, limit: int = POST_LIMIT) -> str:
    """The text of `write` with the widest names that fit into a post, from 1 to `widest`."""
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
    """A name cut between visible characters, with an ellipsis, so that its weight is at most `weight`."""
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
    """A name as part of a URL: `Pokémon: Let's Go` as `pokemon-let-s-go`.

    Letters of all scripts stay, accents are removed. At most 80 characters; empty without letters and digits.
    """
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", name))
    line = _NOT_IN_SLUG.sub("-", unicodedata.normalize("NFC", bare).lower())
    return line.strip("-")[:LONGEST_SLUG].strip("-")
