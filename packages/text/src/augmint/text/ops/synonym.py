"""Words replaced by synonyms."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar

import numpy as np

from augmint.core.errors import UserError
from augmint.core.interfaces.ragged import Texts
from augmint.text.ops.base import Draws, EditOp
from augmint.text.ops.registry import register_op
from augmint.text.ragged import Edits
from augmint.text.tokens import Tokens
from augmint.text.vocabulary import pool_of


@register_op
class Synonym(EditOp):
    """Replaces every word that has synonyms in the lexicon, with a chance that is the magnitude, by one of them drawn uniformly;
    punctuation around it stays.

    Source: Wei & Zou 2019, "EDA: easy data augmentation techniques for boosting performance on text classification tasks". The
    paper draws among all senses of a word; the lexicon says which are taken here (see `collect_synonyms`).
    """

    name = "synonym"
    tasks: ClassVar[frozenset[str]] = frozenset({"text-classification"})

    def edits(self, tokens: Tokens, draws: Draws, role: str) -> tuple[Edits, np.ndarray | None]:
        if not self.setting.lexicon:
            raise UserError("The op 'synonym' has no synonyms.", where="policy lexicon",
                            fix="Give the policy those of the training texts: collect_synonyms(texts, folder).")
        known, pool = _entries(self.setting.lexicon)
        which = np.flatnonzero(draws.picked(tokens) & tokens.free)
        start, stop = tokens.cores(which)
        whole = tokens.texts.points.astype("<i4").tobytes().decode("utf-32-le")
        words = [known.get(whole[low:high], (0, 0)) for low, high in zip(start.tolist(), stop.tolist(), strict=True)]
        first, count = np.array(words, dtype=np.int64).reshape(-1, 2).T
        there = count > 0
        which, start, stop, first, count = which[there], start[there], stop[there], first[there], count[there]
        drawn = first + draws.among(count, tokens, which)
        begin = len(tokens.texts.points) + pool.offsets[drawn]
        return Edits(tokens.row[which], start, stop, begin, pool.lengths[drawn]), pool.points


@lru_cache(maxsize=4)
def _entries(lexicon: tuple[tuple[str, str], ...]) -> tuple[dict[str, tuple[int, int]], Texts]:
    """Word -> its first synonym among all and how many it has, and all synonyms one after the other."""
    grouped: dict[str, list[str]] = {}
    for word, other in lexicon:
        grouped.setdefault(word, []).append(other)
    known, at = {}, 0
    for word, others in grouped.items():
        known[word], at = (at, len(others)), at + len(others)
    return known, pool_of(tuple(other for others in grouped.values() for other in others))
