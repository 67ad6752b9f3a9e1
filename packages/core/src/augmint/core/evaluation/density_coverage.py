"""Density and coverage of generated features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from augmint.core.evaluation.features import distance_blocks, feature_pair, nearest_rows


@dataclass(frozen=True)
class DensityCoverage:
    """density: real balls that hold a fake, on average, over k (about 1 for a perfect generator, may exceed it);
    coverage: part of the real balls that hold at least one fake, [0, 1]."""

    density: float
    coverage: float


def density_coverage(real: Tensor | np.ndarray, fake: Tensor | np.ndarray, *, k: int = 5) -> DensityCoverage:
    """Fidelity and diversity by the balls of real rows alone, which outliers of either side disturb less.

    Args:
        real: (n, d), n >= 2.
        fake: (m, d), m >= 2. Coverage of a perfect generator is 1 - 2^-k for n = m and falls with m: compare equal sizes.
        k: the neighbour that sets a ball's radius, cut to the rows there are.

    Source: Naeem et al. 2020, "Reliable fidelity and diversity metrics for generative models".
    """
    first, second = feature_pair(real, fake)
    radii, index = nearest_rows(None, first, k)
    hits = [(block < radii[rows, -1:]) for rows, block in distance_blocks(first, second)]
    inside = np.concatenate([block.sum(axis=1) for block in hits])
    return DensityCoverage(density=float(inside.sum() / (index.shape[1] * len(second))), coverage=float((inside > 0).mean()))
