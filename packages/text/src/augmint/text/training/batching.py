"""Batches of texts of alike length."""

from __future__ import annotations

import numpy as np

from augmint.core.evaluation.batches import BatchOrder
from augmint.core.interfaces import keyed_generator
from augmint.text.training.rows import TextRows

WINDOW = 16
"""Steps within which examples may change places."""


def character_lengths(rows: TextRows | None) -> np.ndarray:
    """Characters of all of a row's texts together, int64 (n,); empty without rows."""
    if rows is None:
        return np.zeros(0, np.int64)
    return np.array([sum(map(len, texts)) for texts in zip(*rows.texts.values(), strict=True)], dtype=np.int64)


def by_length(order: BatchOrder, real: np.ndarray, extra: np.ndarray, *, batch_size: int, seed: int) -> BatchOrder:
    """The same examples in the same window of `WINDOW` steps, but those of alike lengths together: half of a batch would else be
    padding. How many extra rows each batch has stays as it was, and which batch of a window is the short one is drawn anew.

    Args:
        order: to be rearranged.
        real, extra: length of every real and every extra row.
        batch_size: examples a step.
        seed: keys the draw.
    """
    row = order.row.copy()
    size = WINDOW * batch_size
    for window, start in enumerate(range(0, len(row), size)):
        at = np.arange(start, min(start + size, len(row)))
        rank = keyed_generator(seed, "finetune", "windows", window).permutation(WINDOW)[(at - start) // batch_size]
        for is_extra, lengths in ((False, real), (True, extra)):
            mine = order.is_extra[at] == is_extra
            slots = at[mine][np.argsort(rank[mine], kind="stable")]
            rows = order.row[at[mine]]
            if len(rows):
                row[slots] = rows[np.argsort(lengths[rows], kind="stable")]
    return BatchOrder(order.is_extra, row)
