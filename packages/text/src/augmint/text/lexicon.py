"""Words that translate one another, found in a training set of pairs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from scipy.sparse import csr_array

from augmint.core.errors import UserError
from augmint.text.vocabulary import words_of

LEAST_DICE = 0.5
"""How sure two words' belonging together must be, [0, 1]."""
COMMON = 0.01
"""Words that more than this part of all texts have are grammar, and have no stand-in."""


def collect_lexicon(sources: Sequence[str], targets: Sequence[str], limit: int = 1000) -> tuple[tuple[str, str], ...]:
    """Pairs of words that are each other's best translation, by the Dice coefficient of the pairs of texts that they stand in.

    Call it on the training split alone: these words travel with a policy.

    Args:
        sources, targets: n texts each.
        limit: how many pairs at most, the rarest left out, at least 1.

    Raises:
        UserError: the limit is below 1, or sides of different lengths.

    Source: Melamed 2000, "Models of translational equivalence among words" (mutual best associations).

    Example:
        >>> german = ["ein Hund", "der Hund bellt", "Katze", "die Katze bellt"]
        >>> collect_lexicon(german, ["a dog", "the dog barks", "cat", "a cat barks"])
        (('Hund', 'dog'), ('Katze', 'cat'), ('bellt', 'barks'))
    """
    if limit < 1:
        raise UserError(f"limit is {limit!r}.", where="collect_lexicon", fix="Give at least 1.")
    if len(sources) != len(targets):
        raise UserError(f"There are {len(sources)} sources and {len(targets)} targets.", where="collect_lexicon")
    names, incidence = zip(*(_incidence(words_of(texts)) for texts in (sources, targets)), strict=True)
    counts = [np.asarray(side.sum(0)).ravel() for side in incidence]
    together = (incidence[0].T @ incidence[1]).tocoo()
    dice = 2 * together.data / (counts[0][together.row] + counts[1][together.col])
    common = max(3, COMMON * len(sources))
    likely = (dice >= LEAST_DICE) & (together.data >= 2) & (counts[0][together.row] <= common) & (counts[1][together.col] <= common)
    row, column, dice, count = together.row[likely], together.col[likely], dice[likely], together.data[likely]
    best = [_best(side, dice, len(names[at])) for at, side in enumerate((row, column))]
    mutual = (dice >= best[0][row]) & (dice >= best[1][column])
    pairs = [(int(count[at]), names[0][row[at]], names[1][column[at]]) for at in np.flatnonzero(mutual)]
    pairs = _single(pairs)
    ranked = sorted(pairs, key=lambda pair: (-pair[0], pair[1], pair[2]))[:limit]
    return tuple((source, target) for _, source, target in ranked)


def _incidence(rows: list[list[str]]) -> tuple[list[str], csr_array]:
    """The words in alphabetical order, and 1 where a text has a word, (n, words)."""
    names = sorted({word for row in rows for word in row})
    place = {name: at for at, name in enumerate(names)}
    sets = [sorted({place[word] for word in row}) for row in rows]
    columns = np.array([at for row in sets for at in row], dtype=np.int64)
    index = np.repeat(np.arange(len(rows)), [len(row) for row in sets])
    return names, csr_array((np.ones(len(columns)), (index, columns)), shape=(len(rows), len(names)))


def _best(words: np.ndarray, dice: np.ndarray, count: int) -> np.ndarray:
    best = np.zeros(count)
    np.maximum.at(best, words, dice)
    return best


def _single(pairs: list[tuple[int, str, str]]) -> list[tuple[int, str, str]]:
    """Without words that have several equally good translations: none of them can be trusted."""
    sides = [[pair[side] for pair in pairs] for side in (1, 2)]
    often = [Counter(side) for side in sides]
    return [pair for pair in pairs if often[0][pair[1]] == often[1][pair[2]] == 1]
