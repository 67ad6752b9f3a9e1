"""Sentences translated into another language and back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from augmint.core.errors import UserError
from augmint.core.interfaces import RowRandom
from augmint.core.interfaces.ragged import flatten
from augmint.core.interfaces.strings import to_tensors
from augmint.text.ops.base import Draws, EditOp
from augmint.text.ops.registry import register_op
from augmint.text.ragged import Edits
from augmint.text.spans import protected_spans
from augmint.text.tokens import Tokens

_BORDER = re.compile(r"(?<=[.!?\u2026])[\"'\u201d\u2019)\]]*\s+|\s*\n\s*|(?<=[\u3002\uff01\uff1f])\s*")


@register_op
class RoundTripOp(EditOp):
    """Replaces every sentence, with a chance that is the magnitude, by one of four that come back from another language.

    A sentence stays where what comes back lacks a protected span or has another one. What came back is kept on disk, so only the
    first pass over the rows costs a translation; put the op before others, since a sentence that was changed is another one.

    Source: Xie et al. 2020, "Unsupervised data augmentation for consistency training" (back-translation by sampling).
    """

    name = "round_trip"
    tasks: ClassVar[frozenset[str]] = frozenset({"text-classification"})

    def edits(self, tokens: Tokens, draws: Draws, role: str) -> tuple[Edits, np.ndarray | None]:
        from augmint.text.seq2seq.round_trip import VERSIONS, load_round_trip

        if not self.setting.round_trip:
            raise UserError("The op 'round_trip' has no models.", where="policy round_trip",
                            fix="Give the policy the names or folders of two translation models: there and back.")
        models, texts = load_round_trip(self.setting.round_trip), tokens.texts
        whole = texts.points.astype("<i4").tobytes().decode("utf-32-le", "surrogatepass")
        found = [(row, low + start, low + stop)
                 for row, (low, high) in enumerate(zip(texts.offsets[:-1].tolist(), texts.offsets[1:].tolist(), strict=True))
                 if draws.rate[row] > 0 for start, stop in sentences(whole[low:high])]
        row, start, stop = np.array(found, dtype=np.int64).reshape(-1, 3).T
        keys = draws.seed[row] + start - texts.offsets[row]
        picked = RowRandom(0, "sentence", 0, rows=keys).uniform().numpy() < draws.rate[row]
        version = (RowRandom(0, "sentence", 1, rows=keys).uniform().double().numpy() * VERSIONS).astype(np.int64)
        kept, written = [], []
        for place in np.flatnonzero(picked).tolist():
            old = whole[start[place]:stop[place]]
            new = models.versions(old)[min(version[place], VERSIONS - 1)]
            inside = (tokens.start >= start[place]) & (tokens.stop <= stop[place]) & tokens.frozen
            places = zip(tokens.start[inside].tolist(), tokens.stop[inside].tolist(), strict=True)
            frozen = [whole[low:high] for low, high in places]
            if new != old and _spans(new) == _spans(old) and _in_order(frozen, new):
                kept.append(place)
                written.append(new)
        if not kept:
            none = np.zeros(0, dtype=np.int64)
            return Edits(none, none, none, none, none), None
        pool = flatten(*(tensor.numpy() for tensor in to_tensors(written)))
        return Edits(row[kept], start[kept], stop[kept], len(texts.points) + pool.offsets[:-1], pool.lengths), pool.points


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where the sentences of a text with a letter in them are: (start, stop), in order; lines end them too, protected spans never.

    Example:
        >>> text = "Is it late? At 9. 30 people came.\\nGood night"
        >>> [text[start:stop] for start, stop in sentences(text)]
        ['Is it late?', 'At 9.', '30 people came.', 'Good night']
    """
    spans, at = protected_spans(text), len(text) - len(text.lstrip())
    for border in _BORDER.finditer(text):
        if any(start < border.end() and border.start() < stop for start, stop in spans):
            continue
        end = border.start() + len(border.group().rstrip())
        if any(sign.isalpha() for sign in text[at:end]):
            yield at, end
        at = border.end()
    end = len(text.rstrip())
    if any(sign.isalpha() for sign in text[at:end]):
        yield at, end


def _spans(text: str) -> list[str]:
    return [text[start:stop] for start, stop in protected_spans(text)]


def _in_order(parts: list[str], text: str) -> bool:
    at = 0
    for part in parts:
        place = text.find(part, at)
        if place < 0:
            return False
        at = place + len(part)
    return True
