"""The words of a training set, which ops that replace words draw from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache

import numpy as np

from augmint.core.errors import UserError
from augmint.text.ragged import Texts, flatten
from augmint.text.strings import to_tensors
from augmint.text.tokens import tokenize

_ROWS = 4096  # texts looked at together


def collect_words(texts: Sequence[str], limit: int = 1000, protect_names: bool = False) -> tuple[str, ...]:
    """The most frequent words of training texts, without punctuation and protected spans; equal counts in alphabetical order.

    Call it on the training split alone: these words travel with a policy.

    Args:
        texts: of one role.
        limit: how many words at most, at least 1.
        protect_names: leave out capitalised words within sentences.

    Raises:
        UserError: the limit is below 1, or a text cannot be encoded.

    Example:
        >>> collect_words(["the cat sat on 12 mats.", "The cat, the dog"], limit=2)
        ('cat', 'the')
    """
    if limit < 1:
        raise UserError(f"limit is {limit!r}.", where="collect_words", fix="Give at least 1.")
    counts: Counter[str] = Counter()
    for at in range(0, len(texts), _ROWS):
        points, lengths = to_tensors(texts[at:at + _ROWS])
        tokens = tokenize(flatten(points.numpy(), lengths.numpy()), protect_names)
        start, stop = tokens.cores(np.flatnonzero(tokens.free))
        start, stop = start[stop > start], stop[stop > start]
        whole = tokens.texts.points.astype("<i4").tobytes().decode("utf-32-le")
        counts.update(map(whole.__getitem__, map(slice, start.tolist(), stop.tolist())))
    return tuple(word for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:limit])


@lru_cache(maxsize=16)
def pool_of(words: tuple[str, ...]) -> Texts:
    """Words one after the other, for gathering."""
    points, lengths = to_tensors(words)
    return flatten(points.numpy(), lengths.numpy())
