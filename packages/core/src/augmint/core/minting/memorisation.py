"""How close minted rows come to training rows, measured against how close training rows come to each other."""

from __future__ import annotations

import torch
from torch import Tensor

from augmint.core.interfaces import keyed_generator

SAMPLE = 5000
"""Training rows whose own nearest neighbours are looked up; more would not sharpen a quantile."""


def nearest_distances(queries: Tensor, reference: Tensor, *, itself: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """The nearest reference row of every query.

    Args:
        queries: float32 (n, dim).
        reference: float32 (m, dim).
        itself: int64 (n,): the reference row that a query is, to be left out; None where queries are no reference rows.

    Returns:
        Euclidean distances float32 (n,) and indices int64 (n,). Infinite where there is no other row.
    """
    if not len(queries) or len(reference) <= (0 if itself is None else 1):
        return torch.full((len(queries),), torch.inf), torch.zeros(len(queries), dtype=torch.int64)
    indices = []
    for at in range(0, len(queries), 256):
        found = torch.cdist(queries[at : at + 256], reference)
        if itself is not None:
            found.scatter_(1, itself[at : at + 256, None], torch.inf)
        indices.append(found.argmin(1))
    index = torch.cat(indices)
    # cdist rounds coarsely by its matrix products, so the one distance that counts is taken again.
    return (queries - reference[index]).norm(dim=1), index


def neighbour_distances(reference: Tensor, seed: int = 0) -> Tensor:
    """Distance of reference rows to their nearest other one, float32 (min(m, 5000),), ascending."""
    if len(reference) < 2:
        return torch.zeros(0)
    rows = torch.arange(len(reference))
    if len(reference) > SAMPLE:
        rows = torch.from_numpy(keyed_generator(seed, "memorisation").permutation(len(reference))[:SAMPLE].copy())
    return nearest_distances(reference[rows], reference, itself=rows)[0].sort().values


def memorisation_threshold(real_real: Tensor, quantile: float) -> float:
    """The distance below which a minted row counts as memorised: `quantile` of the real-real nearest distances.

    A fresh real row would be rejected with about that probability, so the check is calibrated on the data itself.
    """
    return float(torch.quantile(real_real, quantile)) if len(real_real) and quantile > 0 else 0.0
