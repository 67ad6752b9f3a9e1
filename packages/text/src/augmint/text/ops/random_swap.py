"""Words that trade places across a text."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from augmint.text.ops.adjacent_swap import trade
from augmint.text.ops.base import Draws, EditOp
from augmint.text.ops.registry import register_op
from augmint.text.ragged import Edits
from augmint.text.tokens import Tokens


@register_op
class RandomSwap(EditOp):
    """Picks every word with chance 1 - (1 - magnitude)^2 and hands the picked words of a text on in a circle of random order.

    That moves about as many words as EDA's swaps of two random words, whose number is the magnitude times the words of the text.

    Source: Wei & Zou 2019, "EDA: easy data augmentation techniques for boosting performance on text classification tasks".
    """

    name = "random_swap"
    tasks: ClassVar[frozenset[str]] = frozenset({"text-classification"})

    def edits(self, tokens: Tokens, draws: Draws, role: str) -> tuple[Edits, np.ndarray | None]:
        chance = 1 - (1 - draws.rate) ** 2
        picked = np.flatnonzero((draws.unit(tokens) < chance[tokens.row]) & tokens.free)
        group = 2 * tokens.row[picked] + tokens.spaceless[picked]  # a word in a character's place could run into its neighbour
        circle = np.lexsort((draws.unit(tokens, picked, plane=1), group))
        last = np.append(np.diff(group[circle]) != 0, True)[:len(circle)]
        opens = np.append(True, last[:-1])[:len(circle)]
        following = np.roll(circle, -1)
        following[last] = circle[opens]  # each circle closes in itself
        comes = np.empty_like(picked)
        comes[circle] = picked[following]
        moved = comes != picked
        return trade(tokens, picked[moved], comes[moved]), None
