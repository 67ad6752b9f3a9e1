"""Rows that are, or nearly are, real training rows: they would only repeat what is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np

from augmint.text.ops.base import TASKS
from augmint.text.rules.base import Rows, Rule
from augmint.text.rules.registry import register_rule
from augmint.text.rules.resemblance import Resemblance


def _normal(text: str) -> str:
    return " ".join(text.casefold().split())


@register_rule
class NearDuplicate(Rule):
    """Rejects rows that are copies or near copies of a real training row: on every side the Jaccard similarity of character
    4-grams, estimated by 120 permutations, is at least 0.9; for a pair, with the same real pair. Case and the width of whitespace
    do not count. Of rows at exactly 0.9 on both sides, fewer than 0.2 % are overlooked.

    The index is built when it is first asked, in every process, and is not pickled: it takes about 6 kB a real row, far more than
    the texts.

    Source: Broder 1997, "On the resemblance and containment of documents".
    """

    name = "near_duplicate"
    reason = "near copy of a real row"
    tasks: ClassVar[frozenset[str]] = frozenset(TASKS)
    cost = 70.0

    def __init__(self, real: Mapping[str, Sequence[str]]) -> None:
        rows = dict.fromkeys(zip(*([_normal(text) for text in texts] for texts in real.values())))
        self.real: dict[str, list[str]] = {role: [row[at] for row in rows] for at, role in enumerate(real)}
        self._index: Resemblance | None = None

    @classmethod
    def fit(cls, real: Rows) -> Self:
        return cls(real)

    def rejects(self, rows: Rows) -> np.ndarray:
        if self._index is None:
            self._index = Resemblance(self.real)
        return self._index.near({role: [_normal(text) for text in rows[role]] for role in self.real})

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_index": None}
