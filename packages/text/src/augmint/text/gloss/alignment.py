"""Which word translates which, from pairs of texts: the oldest of the translation models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from augmint.core.errors import UserError

ROUNDS = 5
MOST = 8
"""Translations that are kept of a word."""
LEAST = 0.02
"""Their least probability."""
DIAGONAL = 2.0
"""How strongly words are expected in the same place of both texts: the chance falls by exp(-2) from one end to the other."""
EMPTY = 1.0
"""The empty word's place beside the others', which have at most 1."""
_PAIRS_OF_WORDS = 30_000_000
"""Texts beyond so many are not looked at: an array of them takes 240 MB, and there are about ten."""

Translations = Mapping[str, tuple[tuple[str, float], ...]]
"""Word -> its translations and their probabilities, likeliest first."""


def word_translations(
    read: Sequence[Sequence[str]], written: Sequence[Sequence[str]], weights: Sequence[float] | None = None
) -> Translations:
    """The likeliest translations of every word.

    Args:
        read, written: n texts each, as words; text i of one is the translation of text i of the other.
        weights: how often each pair counts, n numbers above 0; None counts each once.

    Returns:
        up to 8 words for each word of `read`, with probabilities of at least 0.02 (of all that stand in for it, so they sum to at
        most 1). Words that only ever stand in for nothing are missing.

    Raises:
        UserError: sides of different lengths.

    Sources: Brown et al. 1993, "The mathematics of statistical machine translation" (model 1, with an empty word; five rounds of
    expectation maximisation); Dyer et al. 2013, "A simple, fast, and effective reparameterization of IBM model 2" (the places).

    Example:
        >>> german, english = ["das Haus", "das Buch", "ein Buch"], ["the house", "the book", "a book"]
        >>> found = word_translations([text.split() for text in german], [text.split() for text in english])
        >>> {word: best[0][0] for word, best in sorted(found.items())}
        {'Buch': 'book', 'Haus': 'house', 'das': 'the', 'ein': 'a'}
    """
    if len(read) != len(written):
        raise UserError(f"There are {len(read)} texts to read and {len(written)} written ones.", where="word_translations")
    (names, sides), (other_names, others) = _numbered(read), _numbered(written)
    counted = np.ones(len(read)) if weights is None else np.asarray(weights, float)
    source, target, place, count, prior = _incidence(sides, others, counted)
    if not len(source):
        return {}
    both, which = np.unique(source * len(other_names) + target, return_inverse=True)
    owner = both // len(other_names)
    chance = np.ones(len(both))
    for _ in range(ROUNDS):
        share = chance[which] * prior
        share *= count / np.bincount(place, share)[place]
        expected = np.bincount(which, share, len(both))
        chance = expected / np.bincount(owner, expected)[owner]
    kept = np.flatnonzero((chance >= LEAST) & (owner > 0))
    kept = kept[np.lexsort((kept, -chance[kept], owner[kept]))]  # equal chances in alphabetical order
    found: dict[str, list[tuple[str, float]]] = {}
    for at in kept.tolist():
        best = found.setdefault(names[owner[at] - 1], [])
        if len(best) < MOST:
            best.append((other_names[both[at] % len(other_names)], round(float(chance[at]), 4)))
    return {word: tuple(best) for word, best in found.items()}


def _numbered(texts: Sequence[Sequence[str]]) -> tuple[list[str], list[np.ndarray]]:
    """The words in alphabetical order, and the texts as places among them."""
    names = sorted({word for text in texts for word in text})
    place = {name: at for at, name in enumerate(names)}
    return names, [np.array([place[word] for word in text], dtype=np.int64) for text in texts]


def _incidence(read: list[np.ndarray], written: list[np.ndarray], weights: np.ndarray) -> tuple[np.ndarray, ...]:
    """Every pair of a read word (numbered from 1; 0 is the empty word) and a written one of the same texts: the two, which written
    word of which text it is, how often it counts, and how their places fit, int64 and float64 (m,)."""
    lengths = np.array([[len(one) + 1, len(other)] for one, other in zip(read, written, strict=True)]).reshape(-1, 2)
    fits = np.cumsum(lengths.prod(1)) <= _PAIRS_OF_WORDS
    used = np.flatnonzero((lengths[:, 0] > 1) & (lengths[:, 1] > 0) & fits)
    if not len(used):
        return tuple(np.zeros(0, np.int64) for _ in range(5))
    words = np.concatenate([np.concatenate([[0], read[row] + 1]) for row in used])
    targets = np.concatenate([written[row] for row in used])
    many = np.repeat(lengths[used, 0], lengths[used, 1])  # read words beside each written one
    first = np.repeat(np.cumsum(lengths[used, 0]) - lengths[used, 0], lengths[used, 1])
    place = np.repeat(np.arange(len(targets)), many)
    within = np.arange(many.sum()) - np.repeat(np.cumsum(many) - many, many)
    count = np.repeat(np.repeat(weights[used], lengths[used, 1]), many)
    at = np.concatenate([(np.arange(length) + 0.5) / length for length in lengths[used, 1]])
    gap = np.abs((within - 0.5) / (many[place] - 1) - at[place])
    prior = np.where(within > 0, np.exp(-DIAGONAL * gap), EMPTY)
    return words[first[place] + within], targets[place], place, count, prior
