"""Which rows make up each training batch of a fine-tuning: fixed before training starts, by seed alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from augmint.core.interfaces import keyed_generator

DENSER = 1.5
"""How much denser extra rows are while the schedule "pretrain" has them, for the first 1 / DENSER of the steps."""


WINDOW = 16
"""Steps within which `by_length` moves examples."""


@dataclass(frozen=True)
class BatchOrder:
    """Every example of a fine-tuning in the order it is trained on: position p is example p % batch_size of step p // batch_size.

    Attributes:
        is_extra: bool (steps * batch_size,): whether the example is an extra row. They come first in their batch.
        row: int64, same shape: which real or extra row it is.
    """

    is_extra: np.ndarray
    row: np.ndarray

    def __len__(self) -> int:
        return len(self.row)


def batch_order(rows: int, extra: int, share: float, *, batch_size: int, steps: int, seed: int,
                schedule: str = "mixed") -> BatchOrder:
    """The order of a fine-tuning. Arms with the same steps see the same number of examples, whatever their extra rows.

    Args:
        rows, extra: how many real and extra rows there are.
        share: part of all examples that is extra. Each batch takes `round(share * batch_size)` of them, with the fraction carried
            over from step to step.
        batch_size, steps: examples a step, and optimiser steps.
        seed: the fine-tuning's seed.
        schedule: "mixed" spreads extra rows over all steps, "pretrain" over the first two thirds, so that training ends on real
            rows; at shares above 0.63 fewer of them fit there.

    Example:
        >>> order = batch_order(4, 2, 0.5, batch_size=2, steps=3, seed=0, schedule="pretrain")
        >>> order.is_extra.reshape(3, 2).sum(1).tolist()
        [1, 2, 0]
    """
    total, share = steps * batch_size, share if extra else 0.0
    done = np.arange(1, steps + 1, dtype=np.float64)
    if schedule == "pretrain":
        share, done = min(0.95, DENSER * share), np.minimum(done, steps / DENSER)
    due = np.floor(done * share * batch_size + 1e-9).astype(np.int64)
    per_step = np.diff(due, prepend=0)
    is_extra = (np.arange(batch_size)[None] < per_step[:, None]).reshape(total)
    row = np.zeros(total, np.int64)
    taken = int(is_extra.sum())
    row[~is_extra] = epochs(rows, total - taken, seed, "finetune", "rows")
    if taken:
        row[is_extra] = epochs(extra, taken, seed, "finetune", "extra")
    return BatchOrder(is_extra, row)


def epochs(rows: int, count: int, seed: int, *key: str) -> np.ndarray:
    """int64 (count,): row positions, every epoch a fresh shuffle of all rows."""
    if count == 0:
        return np.zeros(0, np.int64)
    needed = -(-count // rows)
    return np.concatenate([keyed_generator(seed, *key, epoch).permutation(rows) for epoch in range(needed)])[:count]


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
