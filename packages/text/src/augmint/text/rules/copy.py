"""Pairs whose source is the target, untranslated."""

from __future__ import annotations

import math
from typing import ClassVar, Self

import numpy as np
from rapidfuzz import fuzz, process

from augmint.text.rules.base import SIDES, Rows, Rule, highest
from augmint.text.rules.registry import register_rule

LEAST = 0.7  # similarity below which no pair is a copy
SAME = 0.95  # similarity from which a pair is one, whatever the real pairs are like
CLOSE = 0.9  # where real translations are this similar, the languages are too close to tell
USUAL = 0.05  # part of the real pairs that may be copies by mistake; where there are more, they belong there
PLAIN = 4  # letters in words without a capital that a text of more than names and numbers has


@register_rule
class Copy(Rule):
    """Rejects pairs whose sides are (nearly) the same text, by the normalised Indel similarity of both, case folded.

    Names and numbers are rightly the same in both languages. So a pair is judged only if both sides have at least 4 letters in
    words that do not begin with a capital or a digit; in scripts without capitals all words count.

    The threshold lies above 99.5 % of the real pairs' similarities, and is at least 0.7. Real pairs from 0.95 on are left out of
    this: in translated data they are rows that somebody forgot to translate, and would make the rule useless. They are no mistakes
    where they are more than 5 % of the real pairs (corrections, dialects), or where the other real pairs come close to them as well
    (above 0.9: closely related languages). Copies are then a part of the data, and nothing is rejected.

    Attributes:
        threshold: similarity in [0.7, 0.9] from which on pairs are rejected; infinite where nothing is.
    """

    name = "copy"
    reason = "copy of the other side"
    tasks: ClassVar[frozenset[str]] = frozenset({"translation"})
    cost = 6.0

    def __init__(self, threshold: float) -> None:
        self.threshold = threshold

    @classmethod
    def fit(cls, real: Rows) -> Self:
        seen = _similarities(real, 0.0)
        seen = seen[~np.isnan(seen)]
        others = seen[seen < SAME]
        top = highest(others, 0.995) if len(others) else 0.0
        usual = len(seen) - len(others) > USUAL * len(seen)
        return cls(math.inf if usual or top > CLOSE else max(LEAST, float(np.nextafter(top, 1.0))))

    def rejects(self, rows: Rows) -> np.ndarray:
        if math.isinf(self.threshold):
            return np.zeros(len(rows[SIDES[0]]), dtype=bool)
        return _similarities(rows, LEAST) >= self.threshold  # nan is never so


def _similarities(rows: Rows, least: float) -> np.ndarray:
    """Similarity of the sides in [0, 1], float64 (n,): 0 where it is below `least`, nan for pairs that are not judged."""
    pairs = list(zip(*(rows[role] for role in SIDES)))
    judged = [_plain(source) and _plain(target) for source, target in pairs]
    found = np.full(len(pairs), np.nan)
    if any(judged):
        sides = [[_normal(pair[side]) for pair, judge in zip(pairs, judged) if judge] for side in (0, 1)]
        found[judged] = process.cpdist(*sides, scorer=fuzz.ratio, score_cutoff=100 * least, dtype=np.float64) / 100
    return found


def _normal(text: str) -> str:
    return " ".join(text.casefold().split())


def _plain(text: str) -> bool:
    """Whether the text has enough letters in words that are no names."""
    letters = 0
    for word in text.split():
        first = next(filter(str.isalnum, word), "")
        if first.isalpha() and not (first.isupper() or first.istitle()):
            letters += sum(map(str.isalpha, word))
            if letters >= PLAIN:
                return True
    return False
