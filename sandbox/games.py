"""The categories of a world, with the share of all viewing that each has."""

from dataclasses import dataclass
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sandbox import names
from sandbox.streamers import Shuffle, mixed

GENERATED: Final = 850  # with the named ones about as many as the 853 of a real pull of Get Streams
_FLATTENING: Final = 5  # shares of generated categories fall like 1 / (rank + 5), from just below the named ones
_NO_IGDB_PERCENT: Final = 9  # of categories: 43 of the 500 most watched have an empty igdb_id
_IDS: Final = Shuffle(prime=1_999_993, multiplier=1_234_577)
_FIRST_ID: Final = 600_000


@dataclass(frozen=True, slots=True)
class Games:
    """Parallel tables, indexed by game number. Number 0 is "no category": id "" and name ""."""

    ids: tuple[str, ...]
    names: tuple[str, ...]
    igdb_ids: tuple[str, ...]
    shares: NDArray[np.float64]
    """The share of each game in all viewing; sums to 1."""

    def pick(self, chances: NDArray[np.float64]) -> NDArray[np.int16]:
        """Game numbers drawn with their shares from numbers in [0, 1)."""
        return np.searchsorted(np.cumsum(self.shares)[:-1], chances, side="right").astype(np.int16)


def make_games(seed: int) -> Games:
    """The named categories with their published shares, then generated ones by Zipf's law."""
    named = names.TOP_GAMES
    generated = _generated_names(seed)
    ranks = np.arange(1, GENERATED + 1)
    tail = 1 / (ranks + _FLATTENING)
    head = np.array([game.hours / names.TOTAL_HOURS for game in named])
    tail *= (1 - names.NO_CATEGORY_SHARE - head.sum()) / tail.sum()
    return Games(
        ids=("", *(game.id for game in named), *(str(_FIRST_ID + _IDS.forward(rank)) for rank in ranks.tolist())),
        names=("", *(game.name for game in named), *generated),
        igdb_ids=("", *(game.igdb_id for game in named), *(_igdb_id(seed, rank) for rank in ranks.tolist())),
        shares=np.concatenate(([names.NO_CATEGORY_SHARE], head, tail)),
    )


def _generated_names(seed: int) -> list[str]:
    """Unique generated names, with an awkward one at every tenth rank."""
    plain = [f"{first} {second}" for first, second in product(names.GAME_FIRST, names.GAME_SECOND)]
    plain.sort(key=lambda name: mixed(seed, *name.encode()))
    made: list[str] = []
    for rank in range(GENERATED):
        awkward, place = divmod(rank, 10)
        is_awkward = place == 4 and awkward < len(names.AWKWARD_GAMES)
        made.append(names.AWKWARD_GAMES[awkward] if is_awkward else plain.pop())
    return made


def _igdb_id(seed: int, rank: int) -> str:
    chance = mixed(seed, rank, 3)
    return "" if chance % 100 < _NO_IGDB_PERCENT else str(1_000 * rank + chance % 1_000)
