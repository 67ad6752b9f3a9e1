"""Words of a text repeated elsewhere in it."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from augmint.text.ops.base import Draws, EditOp
from augmint.text.ops.registry import register_op
from augmint.text.ragged import Edits
from augmint.text.tokens import Tokens

SPACE_POINT = np.array([ord(" ")], dtype=np.int32)


@register_op
class RandomInsertion(EditOp):
    """After every word, with a chance that is the magnitude, a copy of a random word of the same text, without its punctuation.

    Source: Wei & Zou 2019, "EDA: easy data augmentation techniques for boosting performance on text classification tasks", which
    inserts synonyms; the text's own words need no dictionary and serve every language.
    """

    name = "random_insertion"
    tasks: ClassVar[frozenset[str]] = frozenset({"text-classification"})

    def edits(self, tokens: Tokens, draws: Draws, role: str) -> tuple[Edits, np.ndarray | None]:
        words = np.flatnonzero(tokens.free)
        low, high = tokens.cores(words)
        words, low, high = words[high > low], low[high > low], high[high > low]
        first = np.searchsorted(tokens.row[words], np.arange(len(tokens.texts.offsets)))  # each text's words that may be repeated
        count = np.diff(first)
        after = np.flatnonzero(draws.picked(tokens) & tokens.free & (count[tokens.row] > 0))
        row, place = tokens.row[after], tokens.stop[after]
        chosen = first[row] + draws.among(count[row], tokens, after)
        apart = ~(tokens.spaceless[after] & tokens.spaceless[words[chosen]])
        space = Edits(row, place, place, np.full_like(place, len(tokens.texts.points)), apart.astype(np.int64))
        return Edits.together(space, Edits(row, place, place, low[chosen], high[chosen] - low[chosen])), SPACE_POINT
