"""The streamers of a world: each is computed from a number, so that a million of them take no memory."""

from bisect import bisect_right
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sandbox import names

_AWKWARD_EVERY: Final = 29  # one of this many streamers has a display name from the table of awkward ones
_LOCAL_NAME_PERCENT: Final = 60  # of those whose language is written in another script
_AWKWARD_TITLE_PERCENT: Final = 3


@dataclass(frozen=True, slots=True)
class Shuffle:
    """A bijection on 0 … prime − 1: gives numbers that seem random, are unique, and can be inverted."""

    prime: int
    multiplier: int

    def forward(self, number: int) -> int:
        return number * self.multiplier % self.prime

    def back(self, number: int) -> int:
        return number * pow(self.multiplier, -1, self.prime) % self.prime


_IDS: Final = Shuffle(prime=536_870_909, multiplier=340_573_321)
_FIRST_ID: Final = 20_000_000
_LOGINS: Final = Shuffle(prime=8_388_593, multiplier=5_184_173)
_LOGIN_WORDS: Final = {
    adjective + noun: row * len(names.NOUNS) + column
    for row, adjective in enumerate(names.ADJECTIVES)
    for column, noun in enumerate(names.NOUNS)
}
_LOGIN_PAIRS: Final = tuple(_LOGIN_WORDS)
_LANGUAGES: Final = tuple(names.LANGUAGES)
_LANGUAGE_STEPS: Final = tuple(accumulate(names.LANGUAGES.values()))[:-1]

MOST_STREAMERS: Final = _LOGINS.prime


def mixed(*numbers: int) -> int:
    """A 64-bit hash of the arguments (with the finaliser of splitmix64)."""
    state = 0
    for number in numbers:
        state = (state ^ number) * 0x9E3779B97F4A7C15 + 1
    state &= 0xFFFFFFFFFFFFFFFF
    state = ((state ^ (state >> 30)) * 0xBF58476D1CE4E5B9) & 0xFFFFFFFFFFFFFFFF
    state = ((state ^ (state >> 27)) * 0x94D049BB133111EB) & 0xFFFFFFFFFFFFFFFF
    return state ^ (state >> 31)


class StreamText(NamedTuple):
    """The title and other texts of a streamer for one broadcast."""

    title: str
    tags: tuple[str, ...]


class Streamers:
    """`count` streamers, numbered from 0, the most watched first."""

    def __init__(self, seed: int, count: int) -> None:
        if not 1 <= count <= MOST_STREAMERS:
            raise ValueError(f"a world has 1 to {MOST_STREAMERS:,} streamers, not {count:,}")
        self._seed = seed
        self.count = count
        # One stream asks for both several times in a row.
        self.login = lru_cache(maxsize=256)(self._login)
        self.language = lru_cache(maxsize=256)(self._language)

    def id(self, number: int) -> str:
        """Twitch's opaque user id."""
        return str(_FIRST_ID + _IDS.forward(number))

    def ids(self, numbers: NDArray[np.int32]) -> list[str]:
        """The ids of many streamers at once."""
        return list(map(str, (_FIRST_ID + numbers.astype(np.int64) * _IDS.multiplier % _IDS.prime).tolist()))

    def number_of_id(self, user_id: str) -> int | None:
        """The streamer with that id; None if there is none."""
        if not (user_id.isascii() and user_id.isdecimal() and len(user_id) < 12):
            return None
        offset = int(user_id) - _FIRST_ID
        return self._known(_IDS.back(offset)) if 0 <= offset < _IDS.prime else None

    def _login(self, number: int) -> str:
        """The unique name in the channel's address: lower-case ASCII."""
        rest, pair = divmod(_LOGINS.forward(number), len(_LOGIN_PAIRS))
        return f"{_LOGIN_PAIRS[pair]}{rest or ''}"

    def number_of_login(self, login: str) -> int | None:
        """The streamer with that login; None if there is none."""
        words = login.lower().rstrip("0123456789")
        digits = login[len(words) :]
        if words not in _LOGIN_WORDS or len(digits) > 6:
            return None
        number = self._known(_LOGINS.back((int(digits or 0) * len(_LOGIN_PAIRS) + _LOGIN_WORDS[words]) % _LOGINS.prime))
        return number if number is not None and self.login(number) == login.lower() else None

    def display_name(self, number: int) -> str:
        """The display name: usually the login with capitals, sometimes in another script, sometimes an awkward one."""
        turn, place = divmod(number + self._seed, _AWKWARD_EVERY)
        if place == 0:
            return names.AWKWARD_STREAMERS[turn % len(names.AWKWARD_STREAMERS)]
        chance = mixed(self._seed, number, 1)
        local = names.LOCAL_NAMES.get(self.language(number))
        if local and chance % 100 < _LOCAL_NAME_PERCENT:
            return f"{local[(chance >> 8) % len(local)]}{number}"
        return self.login(number).capitalize()

    def _language(self, number: int) -> str:
        """ISO 639-1, or "other"."""
        chance = (mixed(self._seed, number, 2) >> 11) / (1 << 53)
        return _LANGUAGES[bisect_right(_LANGUAGE_STEPS, chance)]

    def text(self, number: int, stream_id: int) -> StreamText:
        """Title and tags of one broadcast."""
        chance = mixed(self._seed, number, stream_id)
        language = self.language(number)
        titles = names.TITLES.get(language, names.TITLES["en"])
        if chance % 100 < _AWKWARD_TITLE_PERCENT:
            titles = names.AWKWARD_TITLES
        tags = (language, names.TAGS[(chance >> 8) % len(names.TAGS)], names.TAGS[(chance >> 16) % len(names.TAGS)])
        return StreamText(titles[(chance >> 24) % len(titles)], tuple(dict.fromkeys(tags))[: (chance >> 40) % 4])

    def _known(self, number: int) -> int | None:
        return number if number < self.count else None
