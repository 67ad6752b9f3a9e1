"""What a rule is: calibrated on the real training rows once, then a verdict on any row by itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar, Self

import numpy as np

Rows = Mapping[str, Sequence[str]]
"""Role ("source" and "target", or "text") -> one text a row."""

SIDES = ("source", "target")
MOST = 0.998  # of the real rows: what lies within the most usual 99.8 % is never odd


class Rule(ABC):
    """A rule that generated rows must pass. It knows the real training rows, and never those it is asked about.

    Subclasses hold what they learned as plain values, so that they can be pickled, and keep caches out of their pickled state.

    Attributes:
        name: in recipes and in the registry, a lower-case word.
        reason: what a report says of a rejected row.
        tasks: where it makes sense; a part of `augmint.text.ops.TASKS`.
        cost: about how many microseconds it takes for a row of two sentences; cheaper rules run first.
    """

    name: ClassVar[str]
    reason: ClassVar[str]
    tasks: ClassVar[frozenset[str]]
    cost: ClassVar[float]

    @classmethod
    @abstractmethod
    def fit(cls, real: Rows) -> Self:
        """The rule as the real training rows calibrate it; there is at least one row."""

    @abstractmethod
    def rejects(self, rows: Rows) -> np.ndarray:
        """Which rows are rejected, bool (n,). Row i's verdict depends on row i alone."""


def highest(values: np.ndarray, share: float = MOST) -> float:
    """The smallest of the values that at most a part 1 - share of them exceed; there is at least one.

    Example:
        >>> highest(np.arange(1000), 0.99)
        990.0
        >>> highest(np.array([3.0, 5.0]))
        5.0
    """
    return float(np.quantile(values, share, method="higher"))


def lowest(values: np.ndarray, share: float = MOST) -> float:
    """The largest of the values that at most a part 1 - share of them fall below."""
    return -highest(-np.asarray(values), share)
