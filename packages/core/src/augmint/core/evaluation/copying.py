"""A test of whether a generator as a whole lies closer to its training rows than fresh real rows do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats
from torch import Tensor

from augmint.core.evaluation.features import feature_pair, nearest_rows


@dataclass(frozen=True)
class CopyingTest:
    """statistic: standard normal where the generator neither copies nor underfits; far below 0 means copying, far above 0 means
    rows farther from the training rows than real ones. p_value: of copying, one-sided."""

    statistic: float
    p_value: float


def copying_test(fake: Tensor | np.ndarray, train: Tensor | np.ndarray, held_out: Tensor | np.ndarray | None = None) -> CopyingTest:
    """Mann-Whitney test of nearest-training-row distances: generated rows against real rows that were not trained on.

    Args:
        fake: (m, d), m >= 2.
        train: (n, d), n >= 2, the rows the generator was trained on.
        held_out: (k, d) other real rows, such as the validation split. None leaves every training row out once instead; the
            statistic of a perfect generator then has a standard deviation of about 1.1.

    Source: Meehan, Chaudhuri and Dasgupta 2020, "A non-parametric test to detect data-copying in generative models" (C_T, with
    one cell).

    Example:
        >>> rng = np.random.default_rng(1)
        >>> train, fresh = rng.normal(size=(2, 200, 3))
        >>> copying_test(train + 0.01, train).p_value < 1e-6, copying_test(fresh, train).p_value > 0.01
        (True, True)
    """
    real, generated = feature_pair(train, fake)
    other = None if held_out is None else feature_pair(train, held_out)[1]
    fakes, fresh = nearest_rows(generated, real)[0][:, 0], nearest_rows(other, real)[0][:, 0]
    test = stats.mannwhitneyu(fakes, fresh, alternative="less", method="asymptotic")
    return CopyingTest(statistic=float(stats.norm.ppf(np.clip(test.pvalue, 1e-300, 1 - 1e-16))), p_value=float(test.pvalue))
