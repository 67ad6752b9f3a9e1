"""Texts that say nothing."""

from __future__ import annotations

import unicodedata
from typing import ClassVar, Self

import numpy as np

from augmint.text.ops.base import TASKS
from augmint.text.rules.base import Rows, Rule
from augmint.text.rules.registry import register_rule


@register_rule
class Empty(Rule):
    """Rejects a row with a text of nothing but whitespace, punctuation and control characters. Letters and numbers of every script
    say something, and so do emoji. Knows nothing of the real rows: an empty text teaches nothing, however many there are."""

    name = "empty"
    reason = "empty"
    tasks: ClassVar[frozenset[str]] = frozenset(TASKS)
    cost = 0.5

    @classmethod
    def fit(cls, real: Rows) -> Self:
        return cls()

    def rejects(self, rows: Rows) -> np.ndarray:
        return np.any([[not _says_something(text) for text in texts] for texts in rows.values()], axis=0)


def _says_something(text: str) -> bool:
    return any(map(str.isalnum, text)) or any(unicodedata.category(character) == "So" for character in text)
