"""Words left out."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from augmint.text.ops.base import Draws, EditOp
from augmint.text.ops.registry import register_op
from augmint.text.ragged import Edits
from augmint.text.tokens import Tokens


@register_op
class TokenDrop(EditOp):
    """Leaves out every word with a chance that is the magnitude, with the whitespace before it; one word of a text always stays.

    In a pair the source alone loses words.

    Source: Iyyer et al. 2015, "Deep unordered composition rivals syntactic methods for text classification" (word dropout);
    Wei & Zou 2019, "EDA: easy data augmentation techniques for boosting performance on text classification tasks" (deletion).
    """

    name = "token_drop"
    tasks: ClassVar[frozenset[str]] = frozenset({"translation", "text-classification"})

    def edits(self, tokens: Tokens, draws: Draws, role: str) -> tuple[Edits, np.ndarray | None]:
        drop = draws.picked(tokens) & tokens.free
        drop &= ~_spared(tokens, drop, draws.unit(tokens))
        kept = np.cumsum(~drop)
        before = kept - ~drop - np.append(0, kept)[tokens.first[tokens.row]]  # words of the same text kept before this one
        which = np.flatnonzero(drop)
        leads = before[which] == 0  # nothing before it stays: it goes with the whitespace after it
        bare = leads | tokens.glued[which]  # glued to the next: the whitespace before it must keep the words around it apart
        start = np.where(bare, tokens.start[which], tokens.stop[which - 1])
        stop = np.where(leads, np.append(tokens.start, 0)[which + 1], tokens.stop[which])
        return Edits.deleting(tokens.row[which], start, stop), None


def _spared(tokens: Tokens, drop: np.ndarray, unit: np.ndarray) -> np.ndarray:
    """The word with the highest number of every text that would lose all of them, bool (k,)."""
    count = len(tokens.texts.offsets) - 1
    emptied = np.bincount(tokens.row, weights=~drop, minlength=count) == 0
    if not emptied[tokens.row].any():
        return np.zeros(len(drop), dtype=bool)
    order = np.lexsort((unit, tokens.row))
    last = np.append(tokens.row[1:] != tokens.row[:-1], True)  # rows lie in order, so a row's last place is its highest number's
    spared = np.zeros(len(drop), dtype=bool)
    spared[order[last]] = True
    return spared & emptied[tokens.row]
