"""Kernel distance (KID) between two clouds of features."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import Tensor

from augmint.core.evaluation.features import feature_pair
from augmint.core.interfaces import keyed_generator


@dataclass(frozen=True)
class KernelDistance:
    """Mean and standard deviation over subsets, and the rows in each subset. The mean may be slightly below 0: it is unbiased."""

    mean: float
    std: float
    subset_size: int


def kernel_distance(real: Tensor | np.ndarray, fake: Tensor | np.ndarray, *, subsets: int = 50, subset_size: int = 1000,
                    seed: int = 0) -> KernelDistance:
    """Unbiased squared maximum mean discrepancy under the kernel (x.y / d + 1)^3; lower is closer.

    Unlike the Frechet distance its expectation does not depend on the sample size, so it suits small data.

    Args:
        real: (n, d), n >= 2.
        fake: (m, d), m >= 2.
        subsets: random subsets drawn without replacement; the spread over them is `std`.
        subset_size: rows of each side in a subset, cut to the smaller side. A subset that is the whole of both is taken once.
        seed: keys the subsets.

    Source: Binkowski et al. 2018, "Demystifying MMD GANs"; Gretton et al. 2012, "A kernel two-sample test" (the estimator).
    """
    first, second = feature_pair(real, fake)
    size = min(subset_size, len(first), len(second))
    if size == len(first) == len(second):
        return KernelDistance(_unbiased(first, second), 0.0, size)
    rng = keyed_generator(seed, "kernel-distance")
    values = [
        _unbiased(first[rng.choice(len(first), size, replace=False)], second[rng.choice(len(second), size, replace=False)])
        for _ in range(subsets)
    ]
    return KernelDistance(float(np.mean(values)), float(np.std(values)), size)


def _unbiased(first: np.ndarray, second: np.ndarray) -> float:
    """The U-statistic: means of the kernel within either set (without its diagonal) minus twice the mean across."""
    n, width = first.shape
    within, other, across = ((a @ b.T / width + 1) ** 3 for a, b in ((first, first), (second, second), (first, second)))
    same = (within.sum() - within.trace() + other.sum() - other.trace()) / (n * (n - 1))
    return float(same - 2 * across.mean())
