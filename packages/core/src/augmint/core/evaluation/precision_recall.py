"""Precision and recall of generated features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from augmint.core.evaluation.features import distance_blocks, feature_pair, nearest_rows


@dataclass(frozen=True)
class PrecisionRecall:
    """precision: part of the fakes that lie on the real manifold; recall: part of the real rows on the fake one. In [0, 1]."""

    precision: float
    recall: float


def precision_recall(real: Tensor | np.ndarray, fake: Tensor | np.ndarray, *, k: int = 3) -> PrecisionRecall:
    """Fidelity and diversity apart: a manifold is the union of balls that reach from each row to its k-th neighbour.

    Args:
        real: (n, d), n >= 2.
        fake: (m, d), m >= 2.
        k: the neighbour that sets a ball's radius, cut to the rows there are.

    Source: Kynkaanniemi et al. 2019, "Improved precision and recall metric for assessing generative models".
    """
    first, second = feature_pair(real, fake)
    return PrecisionRecall(precision=_covered(second, first, k), recall=_covered(first, second, k))


def _covered(rows: np.ndarray, manifold: np.ndarray, k: int) -> float:
    """Part of `rows` inside at least one ball of `manifold`."""
    radii = nearest_rows(None, manifold, k)[0][:, -1]
    inside = [(block <= radii).any(axis=1) for _, block in distance_blocks(rows, manifold)]
    return float(np.concatenate(inside).mean())
