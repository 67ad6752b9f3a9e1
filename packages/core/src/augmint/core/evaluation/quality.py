"""All figures of generated features in one call."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from augmint.core.evaluation.density_coverage import density_coverage
from augmint.core.evaluation.features import feature_pair
from augmint.core.evaluation.frechet import frechet_distance
from augmint.core.evaluation.kernel_distance import kernel_distance
from augmint.core.evaluation.precision_recall import precision_recall
from augmint.core.evaluation.two_sample import real_or_generated_auc

FIGURES = ("frechet", "kernel", "kernel_std", "precision", "recall", "density", "coverage", "auc", "n_real", "n_fake")


def quality_figures(real_features: Tensor | np.ndarray, fake_features: Tensor | np.ndarray) -> dict[str, float]:
    """The figures logged while a generator trains, each with the sample sizes it needs to be read with.

    Args:
        real_features: (n, d), n >= 2.
        fake_features: (m, d), m >= 2, of the same embedder.

    Returns:
        "frechet", "kernel" and "kernel_std", "precision", "recall", "density", "coverage", "auc" (see
        `real_or_generated_auc`), "n_real", "n_fake".

    Example:
        >>> rows = np.random.default_rng(0).normal(size=(50, 4))
        >>> figures = quality_figures(rows, rows)
        >>> figures["frechet"] < 1e-9, figures["precision"], figures["coverage"], figures["n_fake"]
        (True, 1.0, 1.0, 50.0)
    """
    real, fake = feature_pair(real_features, fake_features)
    kernel = kernel_distance(real, fake)
    manifolds, balls = precision_recall(real, fake), density_coverage(real, fake)
    return {
        "frechet": frechet_distance(real, fake), "kernel": kernel.mean, "kernel_std": kernel.std,
        "precision": manifolds.precision, "recall": manifolds.recall, "density": balls.density, "coverage": balls.coverage,
        "auc": real_or_generated_auc(real, fake), "n_real": float(len(real)), "n_fake": float(len(fake)),
    }
