"""Inject faults into a service: each by a rate or on demand, also while the sandbox runs."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from enum import StrEnum
from random import Random
from typing import Generic, TypeVar

F = TypeVar("F", bound=StrEnum)


class FaultInjector(Generic[F]):
    """Decides which of the faults `kinds` are injected. `rates`: the probability of each per possible request, 0 to 1.

    `slow_seconds`: real seconds before a response that is meant to come too late.
    """

    def __init__(self, kinds: type[F], rates: Mapping[str, float] | None, *, seed: int, slow_seconds: float) -> None:
        self.slow_seconds = slow_seconds
        self.random = Random(seed)
        self._kinds = kinds
        self._lock = threading.Lock()
        self._rates: dict[F, float] = {}
        self._cues: Counter[F] = Counter()
        self._injected: Counter[F] = Counter()
        self.set_rates(rates or {})

    def set_rates(self, rates: Mapping[str, float]) -> None:
        """Change the rates of the faults named. Raises ValueError for an unknown name or a rate outside 0 to 1."""
        changed = {self._kinds(name): float(rate) for name, rate in rates.items()}
        if wrong := [f"{fault}={rate}" for fault, rate in changed.items() if not 0 <= rate <= 1]:
            raise ValueError(f"rates are between 0 and 1: {', '.join(wrong)}")
        with self._lock:
            self._rates.update(changed)

    def cue(self, name: str, times: int = 1) -> None:
        """Inject a fault into the next requests that can suffer it. Raises ValueError for a wrong name or times < 1."""
        if times < 1:
            raise ValueError(f"a fault strikes at least once, not {times} times")
        with self._lock:
            self._cues[self._kinds(name)] += times

    def clear(self) -> None:
        """Switch all faults off."""
        with self._lock:
            self._rates.clear()
            self._cues.clear()

    def rates(self) -> dict[str, float]:
        """The rates in force, by name."""
        with self._lock:
            return {fault.value: self._rates.get(fault, 0.0) for fault in self._kinds}

    def injected(self) -> dict[str, int]:
        """The number of times that each fault was injected, by name."""
        with self._lock:
            return {fault.value: self._injected[fault] for fault in self._kinds}

    def draw(self, possible: Sequence[F]) -> frozenset[F]:
        """The faults to inject into a request that can suffer the possible ones."""
        with self._lock:
            cued = [fault for fault in possible if self._cues[fault]]
            by_chance = [fault for fault in possible if self.random.random() < self._rates.get(fault, 0.0)]
            injected = self._chosen(cued, by_chance)
            self._cues.subtract(fault for fault in injected if self._cues[fault])
            self._injected.update(injected)
            return injected

    def _chosen(self, cued: list[F], by_chance: list[F]) -> frozenset[F]:
        """The faults to inject, of those that are due: at most one, and those on demand first."""
        could = cued or by_chance
        return frozenset([self.random.choice(could)] if could else ())
