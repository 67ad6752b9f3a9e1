"""A word and its translation replaced by another word and its translation."""

from __future__ import annotations

from functools import lru_cache
from typing import ClassVar

import numpy as np

from augmint.core.errors import UserError
from augmint.core.interfaces import Batch, RowRandom
from augmint.core.interfaces.ragged import Texts
from augmint.text.ops.base import Draws, TextOp, read, written
from augmint.text.ops.registry import register_op
from augmint.text.ragged import Edits, edit
from augmint.text.tokens import Tokens, tokenize
from augmint.text.vocabulary import free_words, pool_of

Lexicon = tuple[tuple[str, str], ...]
Place = tuple[int, int]
_ENDING = 2
"""Last letters that a word and its stand-in share, on both sides: a poor man's part of speech."""


@register_op
class PairSwitch(TextOp):
    """Replaces words, with a chance that is the magnitude, together with their translations on the other side, by another pair of
    words of the lexicon that are written and end alike. Only words that stand once on either side are touched.

    Source: Fadaee et al. 2017, "Data augmentation for low-resource neural machine translation". The paper lets a language model
    choose where a rare word fits; this op takes words that end alike.
    """

    name = "pair_switch"
    tasks: ClassVar[frozenset[str]] = frozenset({"translation"})
    both_sides = True

    def apply(self, batch: Batch, parameters: Batch) -> Batch:
        if "source" not in batch or "target" not in batch:
            return batch
        if not self.setting.lexicon:
            raise UserError("The op 'pair_switch' has no pairs of words.", where="policy lexicon",
                            fix="Give the policy those of the training pairs: collect_lexicon(sources, targets).")
        tokens = {role: tokenize(read(batch, role), self.setting.protect_names) for role in ("source", "target")}
        seeds, rate = parameters["source_seed"].cpu().numpy(), parameters["rate"].cpu().numpy()
        switched = list(_switches(tokens["source"], tokens["target"], self.setting.lexicon, seeds, rate))
        out = dict(batch)
        for side, role in enumerate(("source", "target")):
            out |= written(batch, role, _replaced(tokens[role], [(row, *places[side], entry) for row, places, entry in switched],
                                                  tuple(pair[side] for pair in self.setting.lexicon)))
        return out

    def change(self, tokens: Tokens, draws: Draws, role: str) -> Texts:
        raise NotImplementedError("both sides change together")


def _switches(sources: Tokens, targets: Tokens, lexicon: Lexicon, seeds: np.ndarray,
              rate: np.ndarray) -> list[tuple[int, tuple[Place, Place], int]]:
    """Row, places on either side and the new pair of every switch."""
    known, alike = _families(lexicon)
    places = [_once(tokens) for tokens in (sources, targets)]
    found: list[tuple[int, tuple[Place, Place], int, int]] = []
    for row, words in enumerate(places[0]):
        for word, place in words.items():
            entry = known.get(word)
            if entry is not None and lexicon[entry][1] in places[1][row] and len(alike[entry]) > 1:
                found.append((row, (place, places[1][row][lexicon[entry][1]]), entry, place[0] - int(sources.texts.offsets[row])))
    if not found:
        return []
    # A word's numbers are keyed by its row and its place, as those of other ops are.
    keys = seeds[[row for row, *_ in found]] + np.array([at for *_, at in found])
    chance, which = (RowRandom(0, "token", plane, rows=keys).uniform().double().numpy() for plane in (0, 1))
    switched = []
    for at, (row, both, entry, _) in enumerate(found):
        if chance[at] < rate[row]:
            others = [other for other in alike[entry] if other != entry]
            switched.append((row, both, others[min(int(which[at] * len(others)), len(others) - 1)]))
    return switched


@lru_cache(maxsize=4)
def _families(lexicon: Lexicon) -> tuple[dict[str, int], list[tuple[int, ...]]]:
    """Source word -> entry, and for every entry those that are written and end alike."""
    def shape(word: str) -> tuple[bool, str]:
        return word[:1].isupper(), word[-_ENDING:].casefold()

    families: dict[object, list[int]] = {}
    for entry, pair in enumerate(lexicon):
        families.setdefault(tuple(map(shape, pair)), []).append(entry)
    alike = [tuple(families[tuple(map(shape, pair))]) for pair in lexicon]
    return {source: entry for entry, (source, _) in enumerate(lexicon)}, alike


def can_switch(lexicon: Lexicon) -> bool:
    """Whether any pair of words has another that is written and ends alike; where words are single characters none has.

    Example:
        >>> can_switch((("Hund", "dog"), ("Mund", "fog"))), can_switch((("狗", "dog"), ("猫", "cat")))
        (True, False)
    """
    return any(len(family) > 1 for family in _families(lexicon)[1])


def _once(tokens: Tokens) -> list[dict[str, Place]]:
    """For every text its words that stand in it once, and where."""
    rows: list[dict[str, Place | None]] = [{} for _ in tokens.texts.lengths]
    for row, start, stop, word in free_words(tokens):
        rows[row][word] = None if word in rows[row] else (start, stop)
    return [{word: place for word, place in words.items() if place is not None} for words in rows]


def _replaced(tokens: Tokens, changes: list[tuple[int, int, int, int]], words: tuple[str, ...]) -> Texts:
    if not changes:
        return tokens.texts
    row, start, stop, entry = np.array(sorted(changes, key=lambda change: change[1]), dtype=np.int64).T
    pool = pool_of(words)
    begin = len(tokens.texts.points) + pool.offsets[entry]
    return edit(tokens.texts, Edits(row, start, stop, begin, pool.lengths[entry]), pool.points)
