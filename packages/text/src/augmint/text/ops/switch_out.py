"""Words replaced by any words of the training set, on both sides of a pair."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from augmint.core.errors import UserError
from augmint.text.ops.base import Draws, EditOp
from augmint.text.ops.registry import register_op
from augmint.text.ragged import Edits
from augmint.text.tokens import Tokens
from augmint.text.vocabulary import pool_of


@register_op
class SwitchOut(EditOp):
    """Replaces every word, with a chance that is the magnitude, by a word drawn uniformly from its side's vocabulary; punctuation
    around it stays. Both sides are switched, independently of each other, at the same rate.

    Source: Wang et al. 2018, "SwitchOut: an efficient data augmentation algorithm for neural machine translation". The paper draws
    how many words to switch; this op decides word by word, which makes strength comparable between texts of different length.
    """

    name = "switch_out"
    tasks: ClassVar[frozenset[str]] = frozenset({"translation"})
    both_sides = True

    def edits(self, tokens: Tokens, draws: Draws, role: str) -> tuple[Edits, np.ndarray | None]:
        words = tuple(self.setting.vocabulary.get(role, ()))
        if not words:
            raise UserError(f"The op 'switch_out' has no words for {role!r}.", where="policy vocabulary",
                            fix="Give the policy the words of the training texts: collect_words(texts).")
        pool = pool_of(words)
        which = np.flatnonzero(draws.picked(tokens) & tokens.free)
        start, stop = tokens.cores(which)
        which, start, stop = which[stop > start], start[stop > start], stop[stop > start]
        drawn = draws.among(len(words), tokens, which)
        begin = len(tokens.texts.points) + pool.offsets[drawn]
        return Edits(tokens.row[which], start, stop, begin, pool.lengths[drawn]), pool.points
