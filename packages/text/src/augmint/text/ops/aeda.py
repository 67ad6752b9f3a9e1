"""Punctuation marks between words."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from augmint.text.ops.base import Draws, EditOp
from augmint.text.ops.registry import register_op
from augmint.text.ragged import Edits
from augmint.text.tokens import Tokens

MARKS = ".;?:!,"
MOST = 1 / 3  # marks for every word
_EXTRA = np.array([ord(mark) for mark in MARKS + " "], dtype=np.int32)


@register_op
class Aeda(EditOp):
    """Before every word, with a chance of a third of the magnitude, one of the marks . ; ? : ! , and a space.

    Source: Karimi et al. 2021, "AEDA: an easier data augmentation technique for text classification", whose number of marks is
    uniform between 1 and a third of the words: a magnitude uniform in [0, 1] for every row comes near it.
    """

    name = "aeda"
    tasks: ClassVar[frozenset[str]] = frozenset({"text-classification"})

    def edits(self, tokens: Tokens, draws: Draws, role: str) -> tuple[Edits, np.ndarray | None]:
        which = np.flatnonzero((draws.unit(tokens) < MOST * draws.rate[tokens.row]) & tokens.free)
        row, place, end = tokens.row[which], tokens.start[which], len(tokens.texts.points)
        mark = draws.among(len(MARKS), tokens, which)
        spaced = (~tokens.spaceless[which]).astype(np.int64)
        return Edits.together(Edits(row, place, place, end + mark, np.ones_like(place)),
                              Edits(row, place, place, np.full_like(place, end + len(MARKS)), spaced)), _EXTRA
