"""Frechet distance between two clouds of features."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from augmint.core.evaluation.features import feature_pair


def frechet_distance(real: Tensor | np.ndarray, fake: Tensor | np.ndarray) -> float:
    """Frechet distance of the Gaussians fitted to two sets of features; 0 for equal moments, lower is closer.

    Computed in float64 in the symmetric eigen form: trace sqrt(A B) = sum sqrt eigenvalues of sqrt(A) B sqrt(A), which is
    positive semi-definite whatever the rank, so the distance is never complex and never negative. It is biased upwards in
    small samples: compare figures of equal sample sizes only (`quality_figures` states them).

    Args:
        real: (n, d), n >= 2.
        fake: (m, d), m >= 2.

    Source: Heusel et al. 2017, "GANs trained by a two time-scale update rule converge to a local Nash equilibrium";
    Dowson and Landau 1982, "The Frechet distance between multivariate normal distributions".

    Example:
        >>> rows = torch.tensor([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]])
        >>> round(frechet_distance(rows, rows + torch.tensor([3.0, 4.0])), 6)
        25.0
    """
    first, second = (torch.from_numpy(part) for part in feature_pair(real, fake))
    shift = first.mean(0) - second.mean(0)
    covariance, other = torch.cov(first.T).reshape(2 * [first.shape[1]]), torch.cov(second.T).reshape(2 * [first.shape[1]])
    root = _root(covariance)
    middle = root @ other @ root
    cross = torch.linalg.eigvalsh((middle + middle.T) / 2).clamp(min=0).sqrt().sum()
    distance = shift @ shift + covariance.trace() + other.trace() - 2 * cross
    return max(0.0, float(distance))


def _root(matrix: Tensor) -> Tensor:
    """The symmetric square root of a positive semi-definite matrix."""
    values, vectors = torch.linalg.eigh(matrix)
    return (vectors * values.clamp(min=0).sqrt()) @ vectors.T
