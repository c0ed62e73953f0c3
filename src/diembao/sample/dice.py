"""Repeatable chance: every draw comes from `random()` alone, which Python promises never to change."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """A stream of draws named by its labels: the same labels give the same draws on every machine."""

    __slots__ = ("_labels", "roll")

    def __init__(self, *labels: object) -> None:
        self._labels = labels
        digest = hashlib.sha256("/".join(map(str, labels)).encode()).digest()
        #: a float in [0, 1)
        self.roll = random.Random(int.from_bytes(digest[:8], "big")).random  # noqa: S311 - no secret here

    def child(self, *labels: object) -> Dice:
        """A stream of its own, so that more draws here do not shift the draws elsewhere."""
        return Dice(*self._labels, *labels)

    def below(self, n: int) -> int:
        """A whole number in 0..n-1."""
        return int(self.roll() * n)

    def between(self, low: int, high: int, step: int = 1) -> int:
        """A whole number in low..high, in steps."""
        return low + step * int(self.roll() * ((high - low) // step + 1))

    def chance(self, p: float) -> bool:
        """True with probability p."""
        return self.roll() < p

    def pick(self, items: Sequence[T]) -> T:
        """One of the items."""
        return items[int(self.roll() * len(items))]

    def weigh(self, items: Sequence[T], weights: Sequence[float]) -> T:
        """One of the items, each as likely as its weight."""
        mark = self.roll() * sum(weights)
        for item, weight in zip(items, weights, strict=True):
            mark -= weight
            if mark < 0:
                return item
        return items[-1]

    def take(self, items: Sequence[T], n: int) -> list[T]:
        """Up to n different items, in random order."""
        pool = list(items)
        n = min(n, len(pool))
        for i in range(n):
            j = i + int(self.roll() * (len(pool) - i))
            pool[i], pool[j] = pool[j], pool[i]
        return pool[:n]
