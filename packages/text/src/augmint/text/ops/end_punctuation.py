"""Sentences without their full stop."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from augmint.core.interfaces import Batch
from augmint.core.interfaces.ragged import Texts
from augmint.text.characters import END_MARK, SPACE
from augmint.text.ops.base import TASKS, Draws, TextOp, written
from augmint.text.ops.registry import register_op
from augmint.text.ragged import Edits, edit
from augmint.text.tokens import Tokens


@register_op
class EndPunctuation(TextOp):
    """Takes the full stops, question and exclamation marks off a text's end. In a pair only where both sides end in some, so that
    neither side loses what the other keeps. No strength: any magnitude above 0 takes them off. A text of marks alone stays.
    """

    name = "end_punctuation"
    tasks: ClassVar[frozenset[str]] = frozenset(TASKS)
    both_sides = True
    chance = False

    def apply(self, batch: Batch, parameters: Batch) -> Batch:
        roles = self.roles(batch)
        tokens = {role: self.tokens(batch, role) for role in roles}
        ends = {role: trailing_marks(tokens[role]) for role in roles}
        on = parameters["rate"].cpu().numpy() > 0
        for start, stop in ends.values():
            on = on & (stop > start)
        rows, out = np.flatnonzero(on), dict(batch)
        for role in roles:
            start, stop = ends[role]
            out |= written(batch, role, edit(tokens[role].texts, Edits.deleting(rows, start[rows], stop[rows])))
        return out

    def change(self, tokens: Tokens, draws: Draws, role: str) -> Texts:
        start, stop = trailing_marks(tokens)
        rows = np.flatnonzero((draws.rate > 0) & (stop > start))
        return edit(tokens.texts, Edits.deleting(rows, start[rows], stop[rows]))


def trailing_marks(tokens: Tokens) -> tuple[np.ndarray, np.ndarray]:
    """Start and stop of the unprotected end marks that close each text, int64 (n,) each, equal where there are none to take."""
    first, last = tokens.first[:-1], tokens.first[1:] - 1
    stop = np.append(tokens.stop, 0)[last]
    begin = np.append(tokens.start, 0)[np.minimum(first, len(tokens.start))]
    mark = ((tokens.kind & (END_MARK | SPACE)) > 0) & ~tokens.inside
    mark = np.append(mark, False)
    start = stop.copy()
    while (more := (start > begin) & mark[start - 1] & (last >= first)).any():
        start = start - more
    whole = (start <= begin) | (last < first)  # nothing else, or no text at all
    return np.where(whole, stop, start), stop
