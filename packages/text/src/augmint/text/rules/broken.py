"""Texts with characters that did not come through."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np

from augmint.text.ops.base import TASKS
from augmint.text.rules.base import Rows, Rule
from augmint.text.rules.registry import register_rule

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


@register_rule
class Broken(Rule):
    """Rejects a row with a replacement character: a model that writes bytes has written half of a letter. Steps back on a side
    where real rows have such characters too.

    Args:
        roles: the sides that are looked at.
    """

    name = "broken"
    reason = "broken characters"
    tasks: ClassVar[frozenset[str]] = frozenset(TASKS)
    cost = 0.1

    def __init__(self, roles: tuple[str, ...]) -> None:
        self.roles = roles

    @classmethod
    def fit(cls, real: Rows) -> Self:
        return cls(tuple(role for role, texts in real.items() if not any(REPLACEMENT in text for text in texts)))

    def rejects(self, rows: Rows) -> np.ndarray:
        count = len(next(iter(rows.values())))
        found = [[REPLACEMENT in text for text in texts] for role, texts in rows.items() if role in self.roles]
        return np.any(found, axis=0) if found else np.zeros(count, dtype=bool)
