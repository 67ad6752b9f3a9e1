"""Neighbouring words in the wrong order."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from augmint.text.ops.base import Draws, EditOp
from augmint.text.ops.registry import register_op
from augmint.text.ragged import Edits
from augmint.text.tokens import Tokens


@register_op
class AdjacentSwap(EditOp):
    """Swaps a word with the next one, with a chance that is the magnitude; a word moves once at most.

    In a pair the source alone is touched.

    Source: Artetxe et al. 2018, "Unsupervised neural machine translation" (swaps of neighbouring words as input noise).
    """

    name = "adjacent_swap"
    tasks: ClassVar[frozenset[str]] = frozenset({"translation", "text-classification"})

    def edits(self, tokens: Tokens, draws: Draws, role: str) -> tuple[Edits, np.ndarray | None]:
        able = tokens.free[:-1] & tokens.free[1:] & (tokens.row[:-1] == tokens.row[1:])
        able &= tokens.spaceless[:-1] == tokens.spaceless[1:]  # a word in a character's place could run into its neighbour
        on = draws.picked(tokens)[:-1] & able
        opens = on.copy()
        opens[1:] &= ~on[:-1]
        places = np.arange(len(on))
        run = np.maximum.accumulate(np.where(opens, places, 0))
        first = np.flatnonzero(on & ((places - run) % 2 == 0))  # every other one of a run: swaps do not overlap
        return trade(tokens, np.stack([first, first + 1], 1).ravel(), np.stack([first + 1, first], 1).ravel()), None


def trade(tokens: Tokens, place: np.ndarray, comes: np.ndarray) -> Edits:
    """Token comes[k] at the place of token place[k], whitespace staying where it is; `place` ascending, both int64 (m,)."""
    return Edits(tokens.row[place], tokens.start[place], tokens.stop[place], tokens.start[comes],
                 tokens.stop[comes] - tokens.start[comes])
