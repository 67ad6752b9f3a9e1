"""Slips of the fingers within words."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from augmint.text.characters import LETTER
from augmint.text.ops.base import Draws, EditOp
from augmint.text.ops.registry import register_op
from augmint.text.ragged import Edits
from augmint.text.tokens import Tokens

SHORTEST = 4  # characters of a word that may get a typo: in shorter ones a slip makes another word


@register_op
class Typo(EditOp):
    """In every word of 4 or more characters, with a chance that is the magnitude, one inner character is swapped with the next,
    left out or doubled, equally likely. Knows no keyboard, so it serves every alphabet; characters are grapheme clusters, so marks
    stay on their letters. Scripts without spaces have no such words. In a pair, on the source alone.

    Source: Belinkov & Bisk 2018, "Synthetic and natural noise both break neural machine translation" (swaps within words).
    """

    name = "typo"
    tasks: ClassVar[frozenset[str]] = frozenset({"translation", "text-classification"})

    def edits(self, tokens: Tokens, draws: Draws, role: str) -> tuple[Edits, np.ndarray | None]:
        clusters = np.append(np.flatnonzero(~tokens.extends), len(tokens.kind))
        which = np.flatnonzero(draws.picked(tokens) & tokens.free)
        start, stop = tokens.cores(which)  # the word without its punctuation
        first, last = np.searchsorted(clusters, start), np.searchsorted(clusters, stop)
        long = last - first >= SHORTEST
        which, first, last = which[long], first[long], last[long]
        at = first + 1 + draws.among(last - first - 2, tokens, which)  # never the first character, nor the last
        low, middle, high = clusters[at], clusters[at + 1], clusters[at + 2]
        letters = ((tokens.kind[low] & tokens.kind[middle]) & LETTER) > 0
        low, middle, high, which = low[letters], middle[letters], high[letters], which[letters]
        return _slips(tokens.row[which], low, middle, high, draws.among(3, tokens, which, plane=2)), None


def _slips(row: np.ndarray, low: np.ndarray, middle: np.ndarray, high: np.ndarray, slip: np.ndarray) -> Edits:
    """Two edits for every slip (0 swaps, 1 leaves out, 2 doubles) of the character [low, middle) before [middle, high)."""
    swap = slip == 0
    one = Edits(row, low, np.where(slip == 2, low, middle), np.where(swap, middle, low),
                np.select([swap, slip == 1], [high - middle, 0], middle - low))
    two = Edits(row, middle, np.where(swap, high, middle), low, np.where(swap, middle - low, 0))
    return Edits.together(one, two)
