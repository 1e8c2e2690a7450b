"""How many different chatters, about: a HyperLogLog sketch, whose unions need no chatter to be stored.

Our own thirty lines, because `datasketches` needs numpy, with which the process of the bot would be 30 MB larger.
Source: Flajolet et al., HyperLogLog, 2007, http://algo.inria.fr/flajolet/Publications/FlFuGaMe07.pdf
"""

import math
import zlib
from collections.abc import Iterable
from typing import Final, Self

# 4,096 registers: the standard error is 1.04 / sqrt(4096) = 1.6 %.
_INDEX_BITS: Final = 12
_REGISTERS: Final = 1 << _INDEX_BITS
_REST_BITS: Final = 64 - _INDEX_BITS
_HIGHEST_BITS: Final = int.from_bytes(b"\x80" * _REGISTERS, "little")
_BIAS: Final = 0.7213 / (1 + 1.079 / _REGISTERS)


class Sketch:
    """The registers. Adding somebody twice, or a union with itself, changes nothing."""

    def __init__(self, registers: bytearray | None = None) -> None:
        self._registers = registers or bytearray(_REGISTERS)

    @classmethod
    def of_bytes(cls, stored: bytes) -> Self:
        """The sketch of `to_bytes`. Raises ValueError when it is none."""
        try:
            registers = bytearray(zlib.decompress(stored))
        except zlib.error as exc:
            raise ValueError("a sketch is damaged") from exc
        if len(registers) != _REGISTERS:
            raise ValueError("a sketch has another size")
        return cls(registers)

    def to_bytes(self) -> bytes:
        """The sketch as at most some 2,500 bytes."""
        return zlib.compress(bytes(self._registers), 6)

    def add(self, hashes: Iterable[int]) -> None:
        """Add chatters by their hashes of 64 bits."""
        registers = self._registers
        for hashed in hashes:
            place, rest = hashed >> _REST_BITS, hashed & ((1 << _REST_BITS) - 1)
            # The place of the first 1 in the rest, from 1 on.
            rank = _REST_BITS - rest.bit_length() + 1
            if rank > registers[place]:
                registers[place] = rank

    def unite(self, other: "Sketch") -> None:
        """Add all chatters of another sketch: of each two registers the larger one.

        All at once, as two long numbers, which is twenty times as fast as one by one: a register is less than 128, so
        that with the highest bits of ours set, no byte borrows from the next one.
        """
        ours, theirs = int.from_bytes(self._registers, "little"), int.from_bytes(other._registers, "little")
        is_larger = ((ours | _HIGHEST_BITS) - theirs) & _HIGHEST_BITS
        of_ours = is_larger | (is_larger - (is_larger >> 7))
        self._registers = bytearray(((ours & of_ours) | (theirs & ~of_ours)).to_bytes(_REGISTERS, "little"))

    def count(self) -> int:
        """The number of different chatters, about."""
        # By rank, which is several times as fast as register by register.
        of_rank = [self._registers.count(rank) for rank in range(_REST_BITS + 2)]
        estimate = _BIAS * _REGISTERS**2 / sum(registers * 2.0**-rank for rank, registers in enumerate(of_rank))
        empty = of_rank[0]
        if estimate <= 2.5 * _REGISTERS and empty:
            # Few chatters: counted by the registers that are still empty.
            estimate = _REGISTERS * math.log(_REGISTERS / empty)
        return round(estimate)
