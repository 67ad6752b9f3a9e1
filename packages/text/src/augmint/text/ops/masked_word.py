"""Words replaced by what a masked language model would put there."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from augmint.core.errors import UserError
from augmint.core.interfaces.ragged import flatten
from augmint.core.interfaces.strings import to_tensors
from augmint.text.models.masked import load_masked_lm
from augmint.text.ops.base import Draws, EditOp
from augmint.text.ops.registry import register_op
from augmint.text.ragged import Edits
from augmint.text.synonyms import written_as
from augmint.text.tokens import Tokens


@register_op
class MaskedWord(EditOp):
    """Hides every word with a chance that is the magnitude, and puts a word there that is drawn from the likeliest ten of a masked
    language model; punctuation around it stays. A pair's target stays too: what changes is what the source says.

    Source: Kobayashi 2018, "Contextual augmentation: data augmentation by words with paradigmatic relations"; Wu et al. 2019,
    "Conditional BERT contextual augmentation" (by a masked language model; here it is not told the label).
    """

    name = "masked_word"
    tasks: ClassVar[frozenset[str]] = frozenset({"translation", "text-classification"})

    def edits(self, tokens: Tokens, draws: Draws, role: str) -> tuple[Edits, np.ndarray | None]:
        if not self.setting.masked_lm:
            raise UserError("The op 'masked_word' has no model.", where="policy masked_lm",
                            fix="Give the policy the name or the folder of a masked language model.")
        model = load_masked_lm(self.setting.masked_lm)
        which = np.flatnonzero(draws.picked(tokens) & tokens.free)
        start, stop = tokens.cores(which)
        which, start, stop = which[stop > start], start[stop > start], stop[stop > start]
        unit, whole = draws.unit(tokens, which, 1), tokens.texts.points.astype("<i4").tobytes().decode("utf-32-le")
        there, written = np.zeros(len(which), dtype=bool), []
        rows, first = np.unique(tokens.row[which], return_index=True)
        for row, places in zip(rows.tolist(), np.split(np.arange(len(which)), first[1:])):
            low, high = tokens.texts.offsets[row:row + 2].tolist()
            spans = [(int(start[place]) - low, int(stop[place]) - low) for place in places]
            found = model.substitutes(whole[low:high], spans)
            for place, (words, chances) in zip(places.tolist(), found):
                if words:
                    at = min(int(np.searchsorted(chances.cumsum(), unit[place], side="right")), len(words) - 1)
                    written.append(written_as(whole[start[place]:stop[place]], words[at]))
                    there[place] = True
        pool = flatten(*(tensor.numpy() for tensor in to_tensors(written)))
        begin = len(tokens.texts.points) + pool.offsets[:-1]
        return Edits(tokens.row[which[there]], start[there], stop[there], begin, pool.lengths), pool.points
