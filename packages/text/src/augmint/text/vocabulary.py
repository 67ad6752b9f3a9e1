"""The words of a training set, which ops that replace words draw from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np

from augmint.core.errors import UserError
from augmint.core.interfaces.ragged import Texts, flatten
from augmint.core.interfaces.strings import to_tensors
from augmint.text.tokens import Tokens, tokenize

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
    counts = Counter(word for words in words_of(texts, protect_names) for word in words)
    return tuple(word for word, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:limit])


def words_of(texts: Sequence[str], protect_names: bool = False) -> list[list[str]]:
    """The words of each text in order, without punctuation and protected spans."""
    found: list[list[str]] = []
    for at in range(0, len(texts), _ROWS):
        points, lengths = to_tensors(texts[at:at + _ROWS])
        tokens = tokenize(flatten(points.numpy(), lengths.numpy()), protect_names)
        rows: list[list[str]] = [[] for _ in lengths]
        for row, _, _, word in free_words(tokens):
            rows[row].append(word)
        found += rows
    return found


def free_words(tokens: Tokens) -> Iterator[tuple[int, int, int, str]]:
    """Text, start, stop and word of every token that is free to change and has a letter."""
    which = np.flatnonzero(tokens.free)
    start, stop = tokens.cores(which)
    there = stop > start
    which, start, stop = which[there], start[there], stop[there]
    whole = tokens.texts.points.astype("<i4").tobytes().decode("utf-32-le")
    for row, low, high in zip(tokens.row[which].tolist(), start.tolist(), stop.tolist(), strict=True):
        yield row, low, high, whole[low:high]


@lru_cache(maxsize=16)
def pool_of(words: tuple[str, ...]) -> Texts:
    """Words one after the other, for gathering."""
    points, lengths = to_tensors(words)
    return flatten(points.numpy(), lengths.numpy())
