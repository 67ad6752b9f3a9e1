"""Lower and upper case."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from augmint.core.interfaces.ragged import Texts
from augmint.text.characters import LETTER, CharacterTable, lower, upper
from augmint.text.ops.base import TASKS, Draws, TextOp
from augmint.text.ops.registry import register_op
from augmint.text.ragged import spans_of
from augmint.text.tokens import Tokens

_SIGMA, _SMALL_SIGMA, _FINAL_SIGMA = 0x3A3, 0x3C3, 0x3C2


class CaseOp(TextOp):
    """All words in one case, on both sides of a pair. No strength: any magnitude above 0 changes the text in full.

    Characters whose other case is several characters (the German sharp s in capitals) stay as they are.
    """

    tasks: ClassVar[frozenset[str]] = frozenset(TASKS)
    both_sides = True
    chance = False
    table: ClassVar[CharacterTable]

    def change(self, tokens: Tokens, draws: Draws, role: str) -> Texts:
        which = np.flatnonzero(~tokens.frozen & (draws.rate > 0)[tokens.row])
        places = spans_of(tokens.start[which], tokens.stop[which] - tokens.start[which])
        points = tokens.texts.points.copy()
        points[places] = self.table(points[places])
        return Texts(self.respelled(points, places, tokens), tokens.texts.offsets)

    def respelled(self, points: np.ndarray, places: np.ndarray, tokens: Tokens) -> np.ndarray:
        """Corrections that depend on neighbouring letters."""
        return points


@register_op
class Lower(CaseOp):
    """lower case"""

    name = "lower"
    table = lower

    def respelled(self, points: np.ndarray, places: np.ndarray, tokens: Tokens) -> np.ndarray:
        sigma = places[tokens.texts.points[places] == _SIGMA]
        letter = np.append((tokens.kind & LETTER) > 0, False)
        ends = np.append(tokens.texts.firsts[1:], [True, True])
        final = letter[sigma - 1] & ~tokens.texts.firsts[sigma] & (ends[sigma] | ~letter[sigma + 1])
        points[sigma] = np.where(final, _FINAL_SIGMA, _SMALL_SIGMA)
        return points


@register_op
class Upper(CaseOp):
    """UPPER CASE"""

    name = "upper"
    table = upper
