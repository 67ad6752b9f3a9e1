"""Pairs with a side that is not in its language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

import numpy as np

from augmint.text.rules.base import SIDES, Rows, Rule
from augmint.text.rules.recognition import RealSide, Side
from augmint.text.rules.registry import register_rule


@register_rule
class Language(Rule):
    """Rejects pairs with a side in a wrong language, as py3langid has it: the other side's language is clearly more probable than
    its own, or its own very improbable.

    A side is judged from the number of letters on from which 95 % of its real texts are recognised, and at most 0.5 % of these are
    rejected. It is not judged where real texts are fewer than 25 or not recognisable, or both sides are in the same language.

    Source: Lui & Baldwin 2012, "langid.py: an off-the-shelf language identification tool".

    Attributes:
        sides: role -> what is known of it, for the sides that are judged.
    """

    name = "language"
    reason = "language"
    tasks: ClassVar[frozenset[str]] = frozenset({"translation"})
    cost = 150.0

    def __init__(self, sides: Mapping[str, Side]) -> None:
        self.sides = dict(sides)

    @classmethod
    def fit(cls, real: Rows) -> Self:
        found = {role: RealSide.of(real[role]) for role in SIDES}
        source, target = (found[role].languages() for role in SIDES)
        if source[0] == target[0]:
            return cls({})
        # A language that both sides are taken for says nothing, but the main one of either side is its own.
        own = {"source": set(source) - {target[0]}, "target": set(target) - {source[0]}}
        other = {"source": own["target"] - own["source"], "target": own["source"] - own["target"]}
        sides = {role: found[role].side(tuple(sorted(own[role])), tuple(sorted(other[role]))) for role in SIDES}
        return cls({role: side for role, side in sides.items() if side})

    def rejects(self, rows: Rows) -> np.ndarray:
        out = np.zeros(len(rows[SIDES[0]]), dtype=bool)
        for role, side in self.sides.items():
            out |= side.foreign(rows[role])
        return out
