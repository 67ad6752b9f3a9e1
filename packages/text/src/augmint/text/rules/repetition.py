"""Texts that say the same again and again, as generators do when they get stuck."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from itertools import groupby
from typing import ClassVar, Self

import numpy as np

from augmint.text.ops.base import TASKS
from augmint.text.rules.base import Rows, Rule, highest
from augmint.text.rules.registry import register_rule
from augmint.text.rules.words import words_of

LIMITS = (3.0, 0.5, 0.5, 6.0)
"""What every text may have, as in `measures`."""
_TIMES = {2: 3, 3: 2, 4: 2}  # words of an n-gram -> times from which on it is repeated: "bye bye, bye bye" is no loop
_RUN = re.compile(r"([^\s\d])\1{6,}")  # digits may repeat in a number


def measures(text: str) -> tuple[float, float, float, float]:
    """How repetitive a text is: the longest run of one word; the part of the text, in [0, 1], that the most repeated n-gram of 2 to
    4 words covers; the part of its 4-grams that were there before; the longest run of one character (0 where it is 6 or less).

    Example:
        >>> measures("ja ja ja ja ja")
        (5.0, 1.0, 0.5, 0.0)
        >>> measures("The cat sat, the cat sat, and noooooooo!")
        (1.0, 0.75, 0.0, 8.0)
    """
    character = float(max((len(match.group()) for match in _RUN.finditer(text)), default=0))
    words = words_of(text)
    if len(set(words)) == len(words):
        return min(1.0, len(words)), 0.0, 0.0, character
    run = float(max(sum(1 for _ in same) for _, same in groupby(words)))
    covered, again = 0.0, 0.0
    for n, times in _TIMES.items():
        grams = Counter(zip(*(words[start:] for start in range(n))))
        most = max(grams.values(), default=0)
        if most >= times:
            covered = max(covered, min(1.0, n * most / len(words)))
        if n == 4 and grams:
            again = 1 - len(grams) / grams.total()
    return run, covered, again, character


@register_rule
class Repetition(Rule):
    """Rejects a row with a text in which one word stands more than 3 times in a row, one n-gram of 2 to 4 words covers more than
    half of the text, more than half of the 4-grams were there before (loops of any period), or one character, no digit, stands more
    than 6 times in a row. Where more than 0.2 % of a role's real texts do so, the limit is what 99.8 % of them keep.

    Source: Welleck et al. 2020, "Neural text generation with unlikelihood training" (the part of repeated 4-grams).

    Attributes:
        limits: role -> the largest measures that a text may have.
    """

    name = "repetition"
    reason = "repetition"
    tasks: ClassVar[frozenset[str]] = frozenset(TASKS)
    cost = 30.0

    def __init__(self, limits: Mapping[str, tuple[float, ...]]) -> None:
        self.limits = dict(limits)

    @classmethod
    def fit(cls, real: Rows) -> Self:
        measured = {role: _measured(real, role).T for role in real}
        return cls({role: tuple(max(limit, highest(seen)) for limit, seen in zip(LIMITS, all_seen))
                    for role, all_seen in measured.items()})

    def rejects(self, rows: Rows) -> np.ndarray:
        return np.any([(_measured(rows, role) > limits).any(axis=1) for role, limits in self.limits.items()], axis=0)


def _measured(rows: Rows, role: str) -> np.ndarray:
    """float64 (n, 4)"""
    return np.array([measures(text) for text in rows[role]], dtype=np.float64).reshape(-1, len(LIMITS))
